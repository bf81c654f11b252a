"""A planned entry: what was found for it, where its files go, and what its index files and code say. Pure."""

from __future__ import annotations

import os
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document
from exfig_mp.model import GeneratedFile, RemoteFile

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from exfig_mp.exporters.protocol import Entry
    from exfig_mp.model import Asset


class Coding(Struct, frozen=True):
    """What an entry's code takes: who renders templates, and the assets `beside` those of the entry.

    Nothing is done about these, as a filter leaves them out or there is something wrong with them, but code names
    them, too, if their files are in place. `render` raises a `ConfigError` for what is wrong with a template.
    """

    render: Callable[[Document], bytes]
    beside: tuple[Asset, ...] = ()


class PlannedEntry(Struct, frozen=True, kw_only=True):
    """An entry, the assets that were found for it, and its files with absolute paths. Without `coding`, no code."""

    config: str
    base: str
    entry: Entry
    assets: tuple[Asset, ...]
    files: tuple[RemoteFile, ...]
    coding: Coding | None = None

    @property
    def where(self) -> str:
        """Where the user wrote it: for messages."""
        return f"{self.config} {self.entry.label}"

    @property
    def beside(self) -> tuple[str, ...]:
        """The paths of files that the entry does not write, and which its code names if they are in place."""
        assets = self.coding.beside if self.coding else ()
        return tuple(absolute(self.base, file.path) for file in self.entry.exporter.files(assets))

    @property
    def named(self) -> Iterator[str]:
        """The paths of all files that index files and code may name."""
        return chain((file.path for file in self.files), self.beside)

    def index(self, in_place: Container[str]) -> Iterator[GeneratedFile]:
        """Yield the entry's index files and code with absolute paths; `in_place` has absolute paths.

        Raises:
            ConfigError: a template of the user failed.
        """
        yield from self.contents(in_place)
        yield from map(self.written, self.documents(in_place))

    def contents(self, in_place: Container[str]) -> tuple[GeneratedFile, ...]:
        """Return the index files, which need no template (see `index`)."""
        present = _Rebased(self.base, in_place)
        return tuple(
            GeneratedFile(absolute(self.base, file.path), file.content)
            for file in self.entry.exporter.index(self.assets, present)
        )

    def documents(self, in_place: Container[str]) -> tuple[Document, ...]:
        """Return the code as templates are told it (see `index`)."""
        if not (self.coding and self.entry.code):
            return ()
        assets = sorted((*self.assets, *self.coding.beside), key=lambda asset: (asset.name, asset.idiom))
        found = self.entry.code.documents(assets, _Rebased(self.base, in_place))
        return tuple(Document(absolute(self.base, one.path), one.template, one.context) for one in found)

    def code_paths(self) -> tuple[str, ...]:
        """Return the paths of the code that there is when anything is in place: which asset makes no difference."""
        if not (self.coding and self.entry.code):
            return ()
        first = (*self.assets, *self.coding.beside)[:1]
        paths = frozenset(file.path for file in self.entry.exporter.files(first))
        return tuple(absolute(self.base, one.path) for one in self.entry.code.documents(first, paths))

    def written(self, document: Document) -> GeneratedFile:
        """Return a file of code (see `index`)."""
        assert self.coding  # noqa: S101  # without it there are no documents
        return GeneratedFile(document.path, self.coding.render(document))


def plan_entry(
    config: str, base: str, entry: Entry, assets: tuple[Asset, ...], coding: Coding | None = None
) -> PlannedEntry:
    """Return the entry with all its files; `base` is the folder that its relative paths start from."""
    files = tuple(
        RemoteFile(absolute(base, file.path), file.render, file.asset, file.steps)
        for file in entry.exporter.files(assets)
    )
    return PlannedEntry(config=config, base=base, entry=entry, assets=assets, files=files, coding=coding)


def absolute(base: str, path: str) -> str:
    """Return `path` as an absolute path without `.` and `..`, as text: no disk is asked."""
    folder, _, name = path.rpartition("/")
    if folder in {"", "/"} or name in {"", ".", ".."}:
        return _absolute(base, path)
    above = _absolute(base, folder)
    return f"{above}{name}" if above.endswith("/") else f"{above}/{name}"


@lru_cache(1024)  # many files, few folders
def _absolute(base: str, path: str) -> str:
    return os.path.normpath(os.path.join(base, os.path.expanduser(path)))


class _Rebased(Struct, frozen=True):
    """Absolute paths, asked for by their relative ones."""

    base: str
    paths: Container[str]

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and absolute(self.base, path) in self.paths
