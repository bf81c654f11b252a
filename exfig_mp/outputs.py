"""What exfig-mp wrote for each entry, remembered from run to run: what is still in place, and what has become stale.

A file counts only as long as it has the very bytes that were written; so what somebody edited is written anew where it
is wanted, and never deleted where it is not.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp import files
from exfig_mp.hashing import digest
from exfig_mp.journal import Memory, Placed
from exfig_mp.model import Written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from exfig_mp.cache import Cache
    from exfig_mp.plan import Plan
    from exfig_mp.planned import PlannedEntry

_NONE: Mapping[str, str] = MappingProxyType({})

MOST_STALE = 0.3
"""Share of an entry's assets that may become stale at once: more looks like a mistake, in Figma or in the config.

Of an entry without assets it is the share of its generated files.
"""


class Outputs(Struct, frozen=True):
    """Files of one entry, by their paths from the cache folder: assets, and index files with their digests.

    `spared` are files that have become stale and were not taken away, with their digests.
    """

    where: str
    assets: dict[str, Written] = {}
    indexes: dict[str, str] = {}
    spared: dict[str, str] = {}


class Stale(Struct, frozen=True):
    """Files that no run would write any more: absolute paths, with the digests that they were written with.

    They are `too_many` if they are more than a run takes away without being told to; those that were `spared` by an
    earlier run are always so.
    """

    digests: dict[str, str]
    too_many: bool
    of: int
    spared: dict[str, str] = {}


class OutputRecords:
    """The records of all entries, in the cache folder."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._first: dict[str, Outputs] = {}

    def begin(self, plan: Plan) -> None:
        """See what is remembered before anything is done."""
        self._first = {self._name(entry): self._recall(entry) for entry in plan.entries}

    def is_overtaken(self, entry: PlannedEntry) -> bool:
        """Has another run written the entry's record since `begin`? What it knows of Figma may be newer."""
        return self._first.get(self._name(entry)) != self._recall(entry)

    def in_place(self, plan: Plan) -> Memory:
        """Return what the records claim of the plan's outputs; whether it is still so, `Memory.verify` tells."""
        known: dict[str, Written] = {}
        for entry in plan.entries:
            assets = self._recall(entry).assets
            known |= {path: written for file in entry.files if (written := assets.get(path := self._short(file.path)))}
        claims: dict[str, tuple[Placed, ...]] = {}
        for name, paths in plan.paths().items():
            found = {known.get(self._short(path)) for path in paths}
            written = found.pop()
            if not found and written and written.id == name:
                claims[name] = (Placed(name, written.size, written.digest, paths),)
        return Memory(placed=claims)

    def stale(self, entry: PlannedEntry, planned: Collection[str]) -> Stale:
        """Return what was written for the entry once, and is not among the files that are `planned` now."""
        record = self._recall(entry)
        everything = {path: written.digest for path, written in record.assets.items()} | record.indexes
        digests = {full: sum_ for path, sum_ in everything.items() if (full := self._full(path)) not in planned}
        counted = record.assets or record.indexes
        count = sum(self._full(path) in digests for path in counted)
        spared = {full: sum_ for path, sum_ in record.spared.items() if (full := self._full(path)) not in planned}
        return Stale(digests, count > MOST_STALE * len(counted), len(counted), spared)

    def claimed_by_others(self, entries: Iterable[PlannedEntry]) -> set[str]:
        """Return the files of all entries but these: of other configs, and of those that could not be planned."""
        names = {self._name(entry) for entry in entries}
        return {
            self._full(path)
            for name, record in self._cache.records("outputs", Outputs)
            if name not in names
            for path in (*record.assets, *record.indexes)
        }

    def remember(
        self,
        entry: PlannedEntry,
        places: Mapping[str, Written],
        indexes: Mapping[str, str],
        *,
        kept: Collection[str] = (),
        spared: Mapping[str, str] = _NONE,
    ) -> None:
        """Note what is in place for the entry now.

        Args:
            entry: whose files they are.
            places: what is at each of its paths, and maybe at others; what has no size is not there.
            indexes: digests of its index files, by their paths.
            kept: files of earlier runs that count as if this run had written them, as it was about others.
            spared: stale files that stay, with their digests.

        Raises:
            DiskError: if the record cannot be written.
        """
        before = self._recall(entry)
        short = set(map(self._short, kept))
        assets = {path: written for path, written in before.assets.items() if path in short}
        for file in entry.files:
            if (written := places[file.path]).size >= 0:
                assets[self._short(file.path)] = written
        old = {path: sum_ for path, sum_ in before.indexes.items() if path in short}
        new = {self._short(path): sum_ for path, sum_ in indexes.items()}
        left = before.spared if kept else {}
        left = left | {self._short(path): sum_ for path, sum_ in spared.items()}
        left = {path: sum_ for path, sum_ in left.items() if path not in assets and path not in new}
        self._cache.remember("outputs", self._name(entry), Outputs(entry.where, assets, old | new, left))

    def all_of(self, entry: PlannedEntry) -> list[str]:
        """Return every file that is remembered for the entry."""
        record = self._recall(entry)
        return [self._full(path) for path in (*record.assets, *record.indexes)]

    def _recall(self, entry: PlannedEntry) -> Outputs:
        return self._cache.record("outputs", self._name(entry), Outputs) or Outputs(entry.where)

    def _name(self, entry: PlannedEntry) -> str:
        # Of a folder above the cache, it must not be part of the name how it is called.
        return f"{os.path.relpath(entry.base, self._cache.folder)} {entry.where}"

    def _short(self, path: str) -> str:
        """Return the path of a file as records have it."""
        folder, _, name = path.rpartition("/")
        if not folder or not name:
            return os.path.relpath(path, self._cache.folder)
        above = _relative(folder, self._cache.folder)
        return name if above == "." else f"{above}/{name}"

    def _full(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        return f"{_absolute(folder, self._cache.folder)}/{name}"


@lru_cache(1024)  # many files, few folders
def _relative(folder: str, start: str) -> str:
    return os.path.relpath(folder, start)


@lru_cache(1024)
def _absolute(folder: str, start: str) -> str:
    return os.path.normpath(os.path.join(start, folder)).rstrip("/")


def remove(digests: Mapping[str, str], planned: Collection[str]) -> list[str]:
    """Delete files that are still as they were written, and folders that are empty then; return the files' paths.

    What is a `planned` file under another name (through a link, or on a disk that ignores case) stays, as do folders of
    planned files.
    """
    removed = []
    wanted = {None, *map(files.place_of, planned)}  # a link is not ours
    for path, written in sorted(digests.items()):
        body = files.read(path)
        if body is not None and files.place_of(path) not in wanted and digest(body) == written:
            with suppress(OSError):
                os.unlink(path)
                removed.append(path)
    keep = {folder for path in planned for folder in _folders(path)}
    for folder in sorted({folder for path in removed for folder in _folders(path)} - keep, key=len, reverse=True):
        with suppress(OSError):  # something else is in it
            os.rmdir(folder)
    return removed


def _folders(path: str) -> list[str]:
    """Return the folders above a file, nearest first, but for the two outermost of the file system."""
    found = []
    while (folder := os.path.dirname(path)) != path and folder.count(os.sep) > 1:
        found.append(folder)
        path = folder
    return found
