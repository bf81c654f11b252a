"""`batch`, `icons`, `images`, `colors`, `typography`: from configs on disk to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from exfig_mp.cli.options import CommandOptions, ResumingCommand, option, shared_options
from exfig_mp.cli.resolve import resolve
from exfig_mp.cli.session import Task, begin_workers, execute
from exfig_mp.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection

    from exfig_mp.config import Loaded
    from exfig_mp.model import Kind


@click.command(cls=ResumingCommand)
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@option("--recursive", is_flag=True, help="Look for configs in sub-folders too.")
@option("--chdir-to-config", is_flag=True, help="Relative paths start from each config's folder, not the current one.")
@shared_options
def batch(paths: tuple[str, ...], recursive: bool, chdir_to_config: bool, **values: Any) -> None:
    """Export everything that the configs at PATHS ask for (files, or folders scanned for *.yaml and *.yml).

    Equal renders of all configs are requested once and downloaded once. A config with problems is reported and counted
    as failed; the others run.

    \b
    Examples:
      exfig-mp batch ./configs --workers 8
      exfig-mp batch ios.yaml android.yaml --resume
    """  # noqa: D301  # click's mark for a paragraph that is not re-wrapped
    options = CommandOptions.take(values)
    begin_workers(options)
    from exfig_mp.config import discover, load_all

    found = discover(paths, recursive=recursive)
    _export(load_all(found, chdir_to_config=chdir_to_config), options, batch=True)


def _single(kind: Kind) -> click.Command:
    """Return the command that exports one kind of one config."""

    @click.command(cls=ResumingCommand, name=kind, help=_HELP[kind])
    @click.argument("filter_", metavar="[FILTER]", required=False)
    @option(
        "-i", "--input", "config", type=click.Path(), help="The config. [default: exfig.yaml, then figma-export.yaml]"
    )
    @option("--chdir-to-config", is_flag=True, help="Relative paths start from the config's folder.")
    @shared_options
    def command(filter_: str | None, config: str | None, chdir_to_config: bool, **values: Any) -> None:
        options = CommandOptions.take(values)
        if kind != "colors":
            begin_workers(options)
        from exfig_mp.config import default_config, load_all

        loaded = load_all([config or default_config()], chdir_to_config=chdir_to_config)
        if loaded.failed:
            raise loaded.failed[0].error()
        _export(loaded, options, kinds=(kind,), filter_=filter_)

    return command


_HELP: dict[Kind, str] = {
    "icons": "Export the icons of one config. FILTER is a comma list of Figma names, with * for any text: 'ic/24/*'.",
    "images": "Export the images of one config. FILTER is a comma list of Figma names, with * for any text: 'hero/*'.",
    "colors": (
        "Export the colours of one config, from styles or variables. FILTER is a comma list of Figma names, with * for "
        "any text: 'text/*'; the files then have these colours only."
    ),
    "typography": (
        "Export the text styles of one config (also called text-styles). FILTER is a comma list of Figma names, with * "
        "for any text: 'heading/*'; the files then have these styles only."
    ),
}
icons = _single("icons")
images = _single("images")
colors = _single("colors")
typography = _single("typography")


def _export(
    loaded: Loaded,
    options: CommandOptions,
    *,
    kinds: Collection[Kind] = ("icons", "images", "colors", "typography"),
    filter_: str | None = None,
    batch: bool = False,
) -> None:
    from exfig_mp.run_options import Work

    work = tuple(
        Work(config.label, str(config.base), entry)
        for config in loaded.configs
        for entries in (
            config.entries(kinds, filter_),
            config.color_entries(filter_) if "colors" in kinds else (),
            config.text_style_entries(filter_) if "typography" in kinds else (),
        )
        for entry in entries
    )
    if not work and not loaded.failed:
        raise ConfigError(f"no config asks for {' or '.join(kinds)}", "add the section to a platform of the config")
    run_options = resolve(options, loaded.configs, work, batch=batch) if work else None
    execute(Task(work=work, options=run_options, loaded=loaded), options)
