"""`migrate`: from figma-export.yaml to exfig.yaml."""

from __future__ import annotations

import click

from exfig_mp.cli.options import option
from exfig_mp.cli.writing import write_new

_INPUT = "figma-export.yaml"


@click.command()
@click.argument("source", metavar="[INPUT]", default=_INPUT, type=click.Path())
@option("-o", "--output", type=click.Path(dir_okay=False), default="exfig.yaml", show_default=True, help="New config.")
@option("-f", "--force", is_flag=True, help="Overwrite a file that is there.")
def migrate(source: str, output: str, force: bool) -> None:
    """Make exfig.yaml of a config of figma-export (INPUT, or figma-export.yaml). INPUT itself stays as it is.

    Comments and indentation are kept. The cache is switched on; what changed, and what could not be taken over, is
    said.
    """
    from exfig_mp.config import load
    from exfig_mp.config.migration import migrate as migrated
    from exfig_mp.config.source import read_text
    from exfig_mp.exchange import printable
    from exfig_mp.workflow import defused

    def shown(line: str) -> str:
        return defused(printable(line))

    config = load(source)
    outcome = migrated(read_text(str(config.path)))
    write_new(output, outcome.text, overwrite=force)
    click.echo(shown(f"{output} is written from {source}"))
    for said in outcome.changed:
        click.echo(shown(f"  changed: {said}"))
    for said in outcome.left:
        click.secho(shown(f"  to see to: {said}"), fg="yellow")
