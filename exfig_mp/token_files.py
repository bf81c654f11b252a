"""Entries of tokens whose files are known: made with templates, planned like other entries. No file is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.naming import folded
from exfig_mp.exporters.protocol import Entry, Selection
from exfig_mp.exporters.token_protocol import Insertion
from exfig_mp.model import Failure, GeneratedFile
from exfig_mp.planned import absolute, plan_entry
from exfig_mp.templating import Templates

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from exfig_mp.exporters.shared_names import Declared
    from exfig_mp.exporters.token_protocol import TokenEntry, TokenFile
    from exfig_mp.model import Asset, RemoteFile
    from exfig_mp.planned import PlannedEntry

RENAME = "mend it in Figma, or change the regexps of the config: what does not fit them is not exported"
"""The advice about names that cannot be."""


class TokenFiles(Struct, frozen=True, kw_only=True):
    """The exporter of an entry whose tokens are known. It has no remote files, so all of its files can be written.

    `insertions` go into files of the user, at the time of writing; paths are as the config has them. `declared` are
    names that no other entry should declare.
    """

    generated: tuple[GeneratedFile, ...]
    insertions: tuple[Insertion, ...] = ()
    declared: Declared | None = None

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:  # noqa: ARG002 - the contract's
        """See `Exporter`."""
        return ()

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:  # noqa: ARG002 - the contract's; code needs no other file
        """See `Exporter`."""
        return self.generated


class TokenOutcome(Struct, frozen=True, kw_only=True):
    """What became of an entry of tokens; `failures` are about single tokens, or about all if there are no `files`.

    `names` are the final names of those that were found, by Figma's.
    """

    files: TokenFiles | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


class Described(Struct, frozen=True, kw_only=True):
    """What an exporter says about the tokens of an entry, and what was noticed when they were found and named.

    `names` are their final names, by Figma's, and `declared` those that no other entry should declare.
    """

    documents: tuple[TokenFile, ...]
    declared: Declared | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def write_out(entry: TokenEntry, described: Described, base: str) -> TokenOutcome:
    """Return the files of an entry; `base` is the folder that relative paths of its config start from."""
    failures = tuple(Failure("config", problem, RENAME) for problem in described.problems)
    warnings = (*entry.warnings, *described.warnings)
    try:
        files = replace(_rendered(entry, described.documents, base), declared=described.declared)
    except ConfigError as error:
        failure = Failure("config", error.message, error.advice)
        return TokenOutcome(failures=(*failures, failure), warnings=warnings)
    return TokenOutcome(files=files, names=described.names, warnings=warnings, failures=failures)


def plan_tokens(config: str, base: str, entry: TokenEntry, files: TokenFiles) -> PlannedEntry:
    """Return the planned entry of tokens: one whose files are all known."""
    planned = Entry(
        platform=entry.platform,
        kind=entry.kind,
        label=entry.label,
        selection=Selection(light_file="", frame="", filter=entry.filter),
        naming=entry.naming,
        exporter=files,
        project=entry.project,
        target=entry.target,
    )
    return plan_entry(config, base, planned, ())


def refuse_clashes(entries: Iterable[PlannedEntry]) -> None:
    """Check that no two texts go between the same markers, and none into a file that is written whole.

    Raises:
        ConfigError: names every such place, and both of its writers.
    """
    found = [(one, one.entry.exporter) for one in entries if isinstance(one.entry.exporter, TokenFiles)]
    whole = {folded(absolute(one.base, file.path)): one.where for one, files in found for file in files.generated}
    places: dict[tuple[str, str], tuple[str, str]] = {}
    problems: list[str] = []
    for one, files in found:
        for insertion in files.insertions:
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


def _rendered(entry: TokenEntry, documents: Sequence[TokenFile], base: str) -> TokenFiles:
    folder = os.path.join(base, os.path.expanduser(entry.templates)) if entry.templates else ""  # noqa: PTH118, PTH111 - as plan.absolute
    templates = Templates(entry.platform, folder)
    generated: list[GeneratedFile] = []
    insertions: list[Insertion] = []
    for file in documents:
        if isinstance(file, Document):
            generated.append(GeneratedFile(file.path, templates.render(file)))
        elif isinstance(file, Insertion):
            insertions.append(file)
        else:
            generated.append(file)
    ordered = tuple(sorted(generated, key=lambda file: file.path))
    return TokenFiles(generated=ordered, insertions=tuple(insertions))
