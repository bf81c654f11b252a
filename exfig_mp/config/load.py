"""From files to configs: everything that is wrong with a file is found in one reading, warnings apart from errors."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.config.contents import file_ids, is_config, why_no_config
from exfig_mp.config.discovery import display_name
from exfig_mp.config.document import read_document
from exfig_mp.config.hints import KnownKeys
from exfig_mp.config.problems import BrokenYamlError, Mark, Problem, code_frame, key_path, printable
from exfig_mp.config.source import read_text
from exfig_mp.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from exfig_mp.config.document import Document
    from exfig_mp.config.problems import KeyPath
    from exfig_mp.exporters import Root
    from exfig_mp.exporters.color_protocol import ColorEntry
    from exfig_mp.exporters.protocol import Entry
    from exfig_mp.exporters.text_style_protocol import TextStyleEntry
    from exfig_mp.model import Kind

_MOST_LINES = 100
_LONGEST_MESSAGE = 400


class Config(Struct, frozen=True, kw_only=True):
    """A config without errors.

    `path` is real and absolute, `label` its display name. `base` is the folder that relative output paths start from.
    `file_ids` are all Figma files that are named anywhere, sorted.
    """

    path: Path
    label: str
    root: Root
    base: Path
    warnings: tuple[Problem, ...]
    file_ids: tuple[str, ...]

    def entries(self, kinds: Collection[Kind] = ("icons", "images"), filter_: str | None = None) -> tuple[Entry, ...]:
        """Return the entries of icons and images of all platforms, in the order of the config.

        Args:
            kinds: which lists count.
            filter_: the comma list of the command line, put into every selection; None takes all components.
        """
        entries = self.root.entries()
        if find_spec("pillow_heif") is None:  # decided here, so that paths and index files agree
            from exfig_mp.exporters.xcode import without_heic  # noqa: PLC0415  # the options are slow to import

            entries = tuple(map(without_heic, entries))
        return tuple(
            replace(entry, selection=replace(entry.selection, filter=filter_))
            for entry in entries
            if entry.kind in kinds
        )

    def color_entries(self, filter_: str | None = None) -> tuple[ColorEntry, ...]:
        """Return the entries of colours of all platforms, in the order of the config; see `entries`."""
        # Here, as the options are slow to import.
        from exfig_mp.exporters.color_entries import color_entries  # noqa: PLC0415  # see above

        return tuple(replace(entry, filter=filter_) for entry in color_entries(self.root))

    def text_style_entries(self, filter_: str | None = None) -> tuple[TextStyleEntry, ...]:
        """Return the entries of text styles of all platforms, in the order of the config; see `entries`."""
        from exfig_mp.exporters.text_style_entries import text_style_entries  # noqa: PLC0415  # see `color_entries`

        return tuple(replace(entry, filter=filter_) for entry in text_style_entries(self.root))


class FailedConfig(Struct, frozen=True, kw_only=True):
    """A config with errors: `problems` has at least one; `warnings` are what may explain them."""

    path: Path
    label: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()

    def error(self) -> ConfigError:
        """Return the error that a command ends with, with one text for each line to print."""
        count = len(self.problems)
        lines = [line for problem in self.problems for line in problem.lines()]
        lines += [f"{warning} (warning)" for warning in self.warnings]
        if len(lines) > _MOST_LINES:
            lines[_MOST_LINES:] = [f"... and {len(lines) - _MOST_LINES:,} more"]
        return ConfigError(f"{self.label} has {count} problem{'s' if count > 1 else ''}", "", tuple(lines))


class Loaded(Struct, frozen=True):
    """What became of a number of files; both in the order of the files."""

    configs: tuple[Config, ...]
    failed: tuple[FailedConfig, ...]


def load(path: str | Path, *, strict: bool = False, chdir_to_config: bool = False) -> Config:
    """Return the config at `path`.

    Args:
        path: a file of any name.
        strict: whether unknown keys are errors instead of warnings.
        chdir_to_config: whether relative output paths start from the config's folder instead of the current one.

    Raises:
        ConfigError: with every problem of the file.
    """
    outcome = _read(Path(path), strict=strict, chdir_to_config=chdir_to_config)
    if isinstance(outcome, FailedConfig):
        raise outcome.error()
    return outcome


def load_all(paths: Iterable[str | Path], *, strict: bool = False, chdir_to_config: bool = False) -> Loaded:
    """Return the configs at `paths`, and those that have errors; nothing in a file makes it raise. See `load`.

    Raises:
        ConfigError: if the current folder is gone, and relative output paths would start from it.
    """
    outcomes = [_read(Path(path), strict=strict, chdir_to_config=chdir_to_config) for path in paths]
    return Loaded(
        tuple(outcome for outcome in outcomes if isinstance(outcome, Config)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, FailedConfig)),
    )


def _read(path: Path, *, strict: bool, chdir_to_config: bool) -> Config | FailedConfig:
    """Return the config at `path`, or what is wrong with it."""
    try:
        path = path.resolve()
        base = path.parent if chdir_to_config else Path.cwd()
    except (ValueError, RuntimeError):  # a NUL, a loop of symlinks: reading the file will say so
        base = path.parent
    except OSError as error:
        raise ConfigError(f"the current folder cannot be used: {error.strerror}") from None
    label = display_name(path)
    text = ""
    try:
        text = read_text(str(path))
        document = read_document(text)
    except BrokenYamlError as error:
        mark = error.mark or Mark(0, 0)
        frame = code_frame(text, mark) if error.mark and text else ""
        problem = Problem(
            file=label, line=mark.line, column=mark.column, key_path="", message=error.message, frame=frame
        )
        return FailedConfig(path=path, label=label, problems=(problem,))
    return _judge(document, _Place(path=path, label=label, base=base), strict=strict)


class _Place(Struct, frozen=True, kw_only=True):
    """Where a document comes from."""

    path: Path
    label: str
    base: Path


def _judge(document: Document, place: _Place, *, strict: bool) -> Config | FailedConfig:
    """Return the config that `document` describes, or all that is wrong with it."""
    if not is_config(document.tree):
        problem = Problem(file=place.label, line=0, column=0, key_path="", message=why_no_config(document.tree))
        return FailedConfig(path=place.path, label=place.label, problems=(problem,))
    # Here, since the options of all platforms take time that `--help` and folders do not need.
    from exfig_mp.config.validation import json_schema, validate  # noqa: PLC0415  # slow to import

    verdict = validate(document)
    problems = [_problem(place.label, mistake.path, mistake.message, mistake.mark) for mistake in document.mistakes]
    problems += [_problem(place.label, one.path, one.message, _mark(document, one.path)) for one in verdict.faults]
    warnings: list[Problem] = []
    if verdict.unknown:
        messages = KnownKeys.of_schema(json_schema()).unknown_key_messages(verdict.unknown)
        warnings += [_problem(place.label, path, message, _mark(document, path)) for path, message in messages]
    if strict:
        problems, warnings = problems + warnings, []
    ordered, warned = _in_order(problems), _in_order(warnings)
    if ordered or verdict.root is None:
        return FailedConfig(path=place.path, label=place.label, problems=ordered, warnings=warned)
    return Config(
        path=place.path,
        label=place.label,
        root=verdict.root,
        base=place.base,
        warnings=warned,
        file_ids=file_ids(verdict.tree),
    )


def _problem(label: str, path: KeyPath, message: str, mark: Mark) -> Problem:
    """Return a problem at a key path; `message` may quote the config, so it is cut and made printable."""
    cut = message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 3] + "..."
    return Problem(file=label, line=mark.line, column=mark.column, key_path=key_path(path), message=printable(cut))


def _mark(document: Document, path: KeyPath) -> Mark:
    """Return where `path` stands, or, if the file has no such key, the nearest section around it."""
    while path not in document.origins:
        path = path[:-1]
    return document.origins[path].mark


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return `problems` as a reader meets them in the file."""
    return tuple(
        sorted(problems, key=lambda problem: (problem.line, problem.column, problem.key_path, problem.message))
    )
