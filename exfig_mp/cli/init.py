"""`init`: a commented config to begin with."""

from __future__ import annotations

import click

from exfig_mp.cli.options import option
from exfig_mp.cli.writing import is_interactive, write_new
from exfig_mp.errors import ConfigError

_PLATFORMS = ("ios", "android", "flutter", "web")


@click.command()
@option("-p", "--platform", type=click.Choice(_PLATFORMS), help="What the config is for; asked for if it is missing.")
def init(platform: str | None) -> None:
    """Write exfig.yaml, a config to begin with: all keys of a platform, each with a word about it.

    A file of that name is overwritten only if you say so at a terminal.

    \b
    Example:
      exfig-mp init -p ios
    """  # noqa: D301  # click's mark for a paragraph that is not re-wrapped
    from exfig_mp.config import DEFAULT_NAMES
    from exfig_mp.config.starter import starter

    if platform is None:
        if not is_interactive():
            raise ConfigError("init needs a platform", f"say -p {', -p '.join(_PLATFORMS[:-1])} or -p {_PLATFORMS[-1]}")
        platform = click.prompt("Platform", type=click.Choice(_PLATFORMS), err=True)
    write_new(DEFAULT_NAMES[0], starter(platform), overwrite=None)
    click.echo(f"{DEFAULT_NAMES[0]} is written: put in your file's key and paths, then: exfig-mp batch exfig.yaml")
