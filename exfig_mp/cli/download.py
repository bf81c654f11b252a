"""`download`: design tokens as JSON instead of files for a platform."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal, get_args

import click
from msgspec import Struct

from exfig_mp.cli.options import CommandOptions, ResumingCommand, asking_options, option
from exfig_mp.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exfig_mp.config import Config
    from exfig_mp.exporters.settings import CommonAssets
    from exfig_mp.model import Format
    from exfig_mp.run_options import RunOptions
    from exfig_mp.token_download import Downloaded, Wanted

Kind = Literal["colors", "typography", "icons", "images"]
FORMATS = ("svg", "pdf", "png", "jpg")
"""`model.Format`, which is not loaded for `--help`."""

_ALL: tuple[Kind, ...] = get_args(Kind)
_FRAMES = {"icons": "Icons", "images": "Illustrations"}
_RASTER = frozenset({"png", "jpg"})


class _Choices(Struct, frozen=True, kw_only=True):
    """What the command line says beside the shared options; `frames` are by kind, None where the config decides."""

    output: str | None
    form: str
    compact: bool
    config: str | None
    filter: str | None = None
    asset_format: Format = "png"
    scale: float = 3.0
    frames: Mapping[str, str | None]


@click.group()
def download() -> None:
    """Write design tokens as JSON: colours, text styles, icons and images of one config, without files for a platform.

    Icons and images are named by the URLs of their renders, which Figma keeps for 30 days.

    \b
    Examples:
      exfig-mp download colors -o tokens.json
      exfig-mp download icons 'ic/24/*' --asset-format svg
      exfig-mp download all -o tokens --compact
    """  # noqa: D301  # click's mark for a paragraph that is not re-wrapped


def _json_options(command: Callable[..., None]) -> Callable[..., None]:
    for decorate in (
        option("--compact", is_flag=True, help="JSON on one line."),
        option(
            "-f",
            "--format",
            "form",
            type=click.Choice(["w3c", "raw"]),
            default="w3c",
            show_default=True,
            help="W3C design tokens, or what Figma says.",
        ),
        option(
            "-i", "--input", "config", type=click.Path(), help="The config.  [default: exfig.yaml, figma-export.yaml]"
        ),
    ):
        command = decorate(command)
    return command


def _asset_options(command: Callable[..., None]) -> Callable[..., None]:
    scale = option("--scale", type=click.FloatRange(0.01, 4), default=3.0, show_default=True, help="Of png and jpg.")
    forms = click.Choice(FORMATS)
    form = option("--asset-format", type=forms, default="png", show_default=True, help="What Figma draws.")
    return form(scale(command))


_FILTER = click.argument("filter_", metavar="[FILTER]", required=False)


def _file_option(kind: Kind) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return option("-o", "--output", type=click.Path(dir_okay=False), help=f"The file.  [default: {kind}.json]")


@download.command(cls=ResumingCommand)
@_FILTER
@_file_option("colors")
@_json_options
@asking_options
def colors(filter_: str | None, **values: Any) -> None:
    """Write the colours of styles or variables, with their modes. FILTER is a comma list of Figma names, with *."""
    options = CommandOptions.take(values)
    _download(("colors",), options, _Choices(filter=filter_, frames={}, **values))


@download.command(cls=ResumingCommand)
@_FILTER
@_file_option("typography")
@_json_options
@asking_options
def typography(filter_: str | None, **values: Any) -> None:
    """Write the fonts of text styles. FILTER is a comma list of Figma names, with *."""
    options = CommandOptions.take(values)
    _download(("typography",), options, _Choices(filter=filter_, frames={}, **values))


def _of_assets(kind: Kind) -> click.Command:
    @click.command(cls=ResumingCommand, name=kind, help=_HELP[kind])
    @_FILTER
    @_file_option(kind)
    @option("--frame-name", help=f"Frame of the components.  [default: that of the config, else {_FRAMES[kind]}]")
    @_asset_options
    @_json_options
    @asking_options
    def command(filter_: str | None, frame_name: str | None, **values: Any) -> None:
        options = CommandOptions.take(values)
        _download((kind,), options, _Choices(filter=filter_, frames={kind: frame_name}, **values))

    return command


_HELP = {
    "icons": "Write the URLs of the icons' renders. FILTER is a comma list of Figma names, with *.",
    "images": "Write the URLs of the images' renders. FILTER is a comma list of Figma names, with *.",
}
download.add_command(_of_assets("icons"))
download.add_command(_of_assets("images"))


@download.command(name="all", cls=ResumingCommand)
@option("-o", "--output", type=click.Path(file_okay=False), help="The folder of the files.  [default: .]")
@option("--icons-frame-name", help="Frame of the icons.  [default: that of the config, else Icons]")
@option("--images-frame-name", help="Frame of the images.  [default: that of the config, else Illustrations]")
@_asset_options
@_json_options
@asking_options
def everything(icons_frame_name: str | None, images_frame_name: str | None, **values: Any) -> None:
    """Write all of them: colors.json, typography.json, icons.json and images.json."""
    options = CommandOptions.take(values)
    _download(_ALL, options, _Choices(frames={"icons": icons_frame_name, "images": images_frame_name}, **values))


def _download(kinds: tuple[Kind, ...], options: CommandOptions, choices: _Choices) -> None:
    """Ask, write what there is, say what there is not, and exit."""
    from exfig_mp.cli.resolve import resolve
    from exfig_mp.config import default_config, load
    from exfig_mp.workflow import defused

    config = load(choices.config or default_config())
    wanted: dict[str, Wanted] = {kind: _wanted(config, kind, choices) for kind in kinds}
    run_options = resolve(options, (config,), (), batch=False)
    found, exit_code = _ask(config, wanted, run_options, options)
    for kind, one in found.items():
        path = _path(kind, choices, in_folder=len(kinds) > 1)
        _write(path, one, choices, run_options)
        if not options.quiet:
            click.echo(defused(f"{path}: {one.count:,} {kind}"))
    sys.exit(exit_code)


def _ask(
    config: Config, wanted: Mapping[str, Wanted], run_options: RunOptions, options: CommandOptions
) -> tuple[dict[str, Downloaded], int]:
    """Return what there is of each kind, and the exit code for what there is not."""
    import asyncio
    from datetime import UTC, datetime

    from exfig_mp.brake import Brake
    from exfig_mp.cli.forecast_view import show_problems
    from exfig_mp.cli.progress import progress
    from exfig_mp.ledger import Ledger
    from exfig_mp.log import open_log
    from exfig_mp.report import exit_code_for
    from exfig_mp.run_log import RunLog
    from exfig_mp.token_download import download as ask
    from exfig_mp.wiring import Given

    ledger = Ledger(warnings=[str(warning) for warning in config.warnings])
    log = open_log(run_options.log, secrets=(run_options.api.token.value,), run=run_options.transfer.run)
    if log.problems:
        raise ConfigError(log.problems[0], "choose another --log-file")
    given = Given((), run_options, ledger, log, RunLog(log, ledger), Brake(run_options.abort, fail_fast=False))

    async def go() -> dict[str, Downloaded]:
        async with progress(ledger, quiet=options.quiet or options.has_json_on_stderr, color=not options.no_color):
            return await ask(given, wanted, datetime.now(UTC))

    found = asyncio.run(go())
    given.said.entries()
    show_problems(ledger, options)
    return found, exit_code_for({one.failure.cause for one in ledger.entry_failures})


def _wanted(config: Config, kind: Kind, choices: _Choices) -> Wanted:
    """Return what a kind of the config is.

    Raises:
        ConfigError: the config names no file that has it.
    """
    from exfig_mp.exporters.color_entries import color_sources
    from exfig_mp.exporters.protocol import Selection
    from exfig_mp.token_download import Colors, Pictures, TextStyles

    root = config.root
    if kind == "colors":
        return Colors(sources=color_sources(root), filter=choices.filter)
    if not root.figma.light_file_id:
        raise ConfigError(f"{config.label} names no file of {kind}", "set figma.lightFileId")
    if kind == "typography":
        return TextStyles(file=root.figma.light_file_id, filter=choices.filter)
    shared: CommonAssets = root.common.icons if kind == "icons" else root.common.images
    named = choices.frames.get(kind)
    option_name = "--frame-name" if len(choices.frames) == 1 else f"--{kind}-frame-name"
    selection = Selection(
        light_file=root.figma.light_file_id,
        frame=named or shared.figma_frame_name or _FRAMES[kind],
        frame_key=option_name if named else "figmaFrameName",
        page=None if named else shared.figma_page_name,
        filter=choices.filter,
    )
    scale = choices.scale if choices.asset_format in _RASTER else 1.0
    return Pictures(selection=selection, format=choices.asset_format, scale=scale)


def _path(kind: str, choices: _Choices, *, in_folder: bool) -> str:
    from pathlib import Path

    name = f"{kind}.json"
    return str(Path(choices.output or ".", name)) if in_folder else choices.output or name


def _write(path: str, found: Downloaded, choices: _Choices, options: RunOptions) -> None:
    from pathlib import Path

    from exfig_mp.token_download import to_json
    from exfig_mp.transfer import place

    body = to_json(found.tokens if choices.form == "w3c" else found.raw, compact=choices.compact)
    place(str(Path(path).absolute()), body, fsync=options.transfer.fsync)
