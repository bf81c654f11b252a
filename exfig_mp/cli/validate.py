"""`validate`: what is wrong with configs, without the network."""

from __future__ import annotations

import sys

import click

from exfig_mp.cli.options import option


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@option("--recursive", is_flag=True, help="Look for configs in sub-folders too.")
@option("--strict", is_flag=True, help="Unknown keys are errors.")
def validate(paths: tuple[str, ...], recursive: bool, strict: bool) -> None:
    """Check configs: every problem with file, line and key, and files that two entries would write differently."""
    from exfig_mp.cli.main import show_error
    from exfig_mp.config import discover, load_all
    from exfig_mp.conflicts import certain_conflicts
    from exfig_mp.workflow import defused

    loaded = load_all(discover(paths, recursive=recursive), strict=strict)
    for config in loaded.configs:
        for warning in config.warnings:
            click.secho(defused(f"warning: {warning}"), fg="yellow", err=True)
    for failed in loaded.failed:
        show_error(failed.error())
    conflicts = certain_conflicts(loaded.configs)
    if conflicts is not None:
        show_error(conflicts)
    click.echo(f"{len(loaded.configs)} valid, {len(loaded.failed)} with problems")
    sys.exit(2 if loaded.failed or conflicts else 0)
