"""`fetch`: one frame into one folder, without a config."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exfig_mp.cli.options import CommandOptions, ResumingCommand, option, shared_options
from exfig_mp.cli.resolve import resolve
from exfig_mp.cli.session import Task, begin_workers, execute
from exfig_mp.errors import ConfigError

if TYPE_CHECKING:
    from exfig_mp.exporters.folder import FileFormat
    from exfig_mp.exporters.protocol import Entry
    from exfig_mp.exporters.settings import WebpOptions

# What the options' types say, written out: to load them would make `--help` slow. A test holds them together.
FORMATS = ("png", "svg", "jpg", "pdf", "webp")
ENCODINGS = ("lossy", "lossless")
NAME_STYLES = ("camelCase", "snake_case", "PascalCase", "kebab-case", "SCREAMING_SNAKE_CASE", "flatCase")


@click.command(cls=ResumingCommand)
@option("-f", "--file-id", required=True, help="The file's key, as in figma.com/design/KEY/...")
@option("-r", "--frame", required=True, help="Name of the frame whose components are exported.")
@option("-o", "--output", required=True, type=click.Path(file_okay=False), help="Folder to write to.")
@option("-p", "--page", help="Only this page's frame.")
@option("--format", "form", type=click.Choice(FORMATS), default="png", show_default=True)
@option("--scale", type=click.FloatRange(0.01, 4), help="Scale of png, jpg and webp. [default: 3]")
@option("--webp-encoding", type=click.Choice(ENCODINGS), help="Of webp. [default: lossy]")
@option("--webp-quality", type=click.IntRange(0, 100), help="Of lossy webp. [default: 80]")
@option("--filter", "filter_", help="Comma list of Figma names, with * for any text.")
@option("--name-style", type=click.Choice(NAME_STYLES), help="Style of file names. [default: as in Figma]")
@option("--name-validate-regexp", help="Names must match it.")
@option("--name-replace-regexp", help="What a name becomes; $0 to $9 are the groups of the match with the other one.")
@option("--dark-mode-suffix", help="Components with this suffix are the dark ones.")
@shared_options
def fetch(**values: Any) -> None:
    """Download the components of one frame into a folder, without a config.

    \b
    Example:
      exfig-mp fetch -f AbCdEfGhIjKlMnOpQrStUv -r Illustrations -o ./images --format png --scale 2
    """  # noqa: D301  # click's mark for a paragraph that is not re-wrapped
    options = CommandOptions.take(values)
    begin_workers(options)
    from exfig_mp.cli.entry_hashes import seen_from
    from exfig_mp.config.problems import printable
    from exfig_mp.run_options import Work

    frame = printable(f"frame {values['frame']} of {values['file_id']}")
    goes_by = f"{frame} into {seen_from(options.state_dir, values['output'])}"
    work = (Work("fetch", str(Path.cwd()), entry_of(values), goes_by),)
    execute(Task(work=work, options=resolve(options, (), work, batch=False)), options)


def entry_of(values: dict[str, Any]) -> Entry:
    """Return the entry that the command's `values` describe.

    Raises:
        ConfigError: a regexp or the dark suffix cannot be used.
    """
    from exfig_mp.exporters.folder import Folder
    from exfig_mp.exporters.naming import regexp_problem
    from exfig_mp.exporters.protocol import Entry, Naming, Selection

    validate, replace = values["name_validate_regexp"], values["name_replace_regexp"]
    if replace is not None and validate is None:
        raise ConfigError("--name-replace-regexp needs --name-validate-regexp, whose groups it puts together")
    if validate is not None and (problem := regexp_problem(validate, replace)):
        raise ConfigError(f"--name-validate-regexp: {problem}")
    form: FileFormat = values["form"]
    suffix = values["dark_mode_suffix"]
    raster = form in {"png", "jpg", "webp"}
    selection = Selection(
        light_file=values["file_id"],
        dark_suffix=suffix,
        frame=values["frame"],
        frame_key="--frame",
        page=values["page"],
        filter=values["filter_"],
    )
    return Entry(
        platform="web",
        kind="images",
        label=f"frame {values['frame']}",
        selection=selection,
        naming=Naming(
            style=values["name_style"] or "",
            validate=validate,
            replace=replace,
            dark_suffix=suffix or "",
            validate_key="--name-validate-regexp",
        ),
        exporter=Folder(
            folder=values["output"],
            format=form,
            scale=(values["scale"] or 3.0) if raster else 1.0,
            dark_suffix=suffix or "_dark",
            webp=_webp(values) if form == "webp" else None,
        ),
        warnings=_without_effect(values, form, raster=raster),
    )


def _webp(values: dict[str, Any]) -> WebpOptions:
    from exfig_mp.exporters.settings import WebpOptions

    quality = values["webp_quality"]
    return WebpOptions(encoding=values["webp_encoding"] or "lossy", quality=80 if quality is None else quality)


def _without_effect(values: dict[str, Any], form: FileFormat, *, raster: bool) -> tuple[str, ...]:
    """Return a warning for each option that the format has no use for."""
    idle = {
        "--scale": values["scale"] is not None and not raster,
        "--webp-encoding": values["webp_encoding"] is not None and form != "webp",
        "--webp-quality": values["webp_quality"] is not None
        and (form != "webp" or values["webp_encoding"] == "lossless"),
    }
    lossless = "lossless " if form == "webp" else ""
    return tuple(f"{name} has no effect on {lossless}{form}" for name, is_idle in idle.items() if is_idle)
