"""From entries of colours to files, once Figma's answers are there: select, name, write out. No file is written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.color_pairing import pair_colors
from exfig_mp.exporters.color_protocol import Insertion, VariableColors
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.naming import folded, matches
from exfig_mp.exporters.protocol import Entry, Selection
from exfig_mp.model import Failure, GeneratedFile
from exfig_mp.planned import absolute, plan_entry
from exfig_mp.sources.figma_colors import style_colors
from exfig_mp.sources.figma_variables import variable_colors
from exfig_mp.templating import Templates

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from exfig_mp.colors import Color
    from exfig_mp.exporters.color_protocol import ColorEntry
    from exfig_mp.model import Asset, RemoteFile
    from exfig_mp.planned import PlannedEntry
    from exfig_mp.sources.figma_colors import FoundColors, StyledFile
    from exfig_mp.sources.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """The exporter of an entry whose colours are known. It has no remote files, so all of its files can be written.

    `insertions` go into files of the user, at the time of writing; paths are as the config has them.
    """

    colors: tuple[Color, ...]
    generated: tuple[GeneratedFile, ...]
    insertions: tuple[Insertion, ...] = ()

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:  # noqa: ARG002 - the contract's
        """See `Exporter`."""
        return ()

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:  # noqa: ARG002 - the contract's; code needs no other file
        """See `Exporter`."""
        return self.generated


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedEntry:
    """What became of an entry; `failures` are about single colours, or about all if `painted` is None."""

    painted: Painted | None = None
    warnings: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def paint(entry: ColorEntry, tokens: Tokens, base: str) -> PaintedEntry:
    """Return the files of an entry; `base` is the folder that relative paths of its config start from."""
    found = _found(entry, tokens)
    if isinstance(found, Failure):
        return PaintedEntry(failures=(found,), warnings=entry.warnings)
    paired = pair_colors(found.palette, entry.naming, entry.platform, entry.exporter)
    failures = tuple(
        Failure("config", problem, "mend the colour in Figma, or change the entry's regexps")
        for problem in (*found.problems, *paired.problems)
    )
    warnings = (*entry.warnings, *found.warnings, *paired.warnings, *entry.exporter.notes(paired.colors))
    try:
        painted = _painted(entry, paired.colors, base)
    except ConfigError as error:
        failure = Failure("config", error.message, error.advice)
        return PaintedEntry(failures=(*failures, failure), warnings=warnings)
    return PaintedEntry(painted=painted, warnings=warnings, failures=failures)


def plan_colors(config: str, base: str, entry: ColorEntry, painted: Painted) -> PlannedEntry:
    """Return the planned entry of colours: one whose files are all known."""
    planned = Entry(
        platform=entry.platform,
        kind="colors",
        label=entry.label,
        selection=Selection(light_file="", frame="", filter=entry.filter),
        naming=entry.naming,
        exporter=painted,
        project=entry.project,
        target=entry.target,
    )
    return plan_entry(config, base, planned, ())


def refuse_clashes(entries: Iterable[PlannedEntry]) -> None:
    """Check that no two texts go between the same markers, and none into a file that is written whole.

    Raises:
        ConfigError: names every such place, and both of its writers.
    """
    found = [(one, one.entry.exporter) for one in entries if isinstance(one.entry.exporter, Painted)]
    whole = {folded(absolute(one.base, file.path)): one.where for one, painted in found for file in painted.generated}
    places: dict[tuple[str, str], tuple[str, str]] = {}
    problems: list[str] = []
    for one, painted in found:
        for insertion in painted.insertions:
            path = absolute(one.base, insertion.path)
            known, writer = places.setdefault((folded(path), insertion.start), (insertion.text, one.where))
            if known != insertion.text:
                problems.append(f"{path} at {insertion.start}: written by {writer} and, otherwise, by {one.where}")
            if folded(path) in whole:
                problems.append(f"{path}: written whole by {whole[folded(path)]} and in part by {one.where}")
    if problems:
        raise ConfigError(
            f"{len(problems)} {'places' if len(problems) > 1 else 'place'} would be written twice with different text",
            "give the entries other files, or another themeName",
            tuple(problems),
        )


def _found(entry: ColorEntry, tokens: Tokens) -> FoundColors | Failure:
    source = entry.source
    if isinstance(source, VariableColors):
        variables = tokens.variables[source.file]
        return (
            variables if isinstance(variables, Failure) else variable_colors(variables, source, matches, entry.filter)
        )
    files: dict[str, StyledFile] = {}
    for key in source.files:
        file = tokens.styled[key]
        if isinstance(file, Failure):
            return file
        files[key] = file
    return style_colors(files, source, matches, entry.filter)


def _painted(entry: ColorEntry, colors: tuple[Color, ...], base: str) -> Painted:
    folder = os.path.join(base, os.path.expanduser(entry.templates)) if entry.templates else ""  # noqa: PTH118, PTH111 - as plan.absolute
    templates = Templates(entry.platform, folder)
    generated: list[GeneratedFile] = []
    insertions: list[Insertion] = []
    for file in entry.exporter.documents(colors):
        if isinstance(file, Document):
            generated.append(GeneratedFile(file.path, templates.render(file)))
        elif isinstance(file, Insertion):
            insertions.append(file)
        else:
            generated.append(file)
    ordered = tuple(sorted(generated, key=lambda file: file.path))
    return Painted(colors=colors, generated=ordered, insertions=tuple(insertions))
