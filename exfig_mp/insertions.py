"""Generated text in files that belong to the user: read, changed between two markers, and put back whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp import files
from exfig_mp.errors import DiskError
from exfig_mp.exporters.markers import Unmarked, insert
from exfig_mp.model import Failure
from exfig_mp.planned import absolute
from exfig_mp.token_files import TokenFiles
from exfig_mp.transfer import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exfig_mp.exporters.token_protocol import Insertion
    from exfig_mp.planned import PlannedEntry


def write_insertions(entry: PlannedEntry, *, fsync: bool) -> Iterator[Failure]:
    """Put an entry's texts where they belong; yield why one could not be put there."""
    for insertion in _insertions(entry):
        failure = write_insertion(entry.base, insertion, fsync=fsync)
        if failure:
            yield failure


def write_insertion(base: str, insertion: Insertion, *, fsync: bool) -> Failure | None:
    """Put the text where it belongs, and return why that could not be done. A file that is right is not written.

    `base` is the folder that relative paths start from. A link is followed: it is the user's own.
    """
    wish = wanted(base, insertion)
    if isinstance(wish, Failure) or not wish.changed:
        return wish if isinstance(wish, Failure) else None
    try:
        place(wish.path, wish.content, fsync=fsync)
    except DiskError as error:
        return Failure(error.cause, error.message, error.advice)
    return None


def targets(entry: PlannedEntry) -> tuple[str, ...]:
    """Return the real paths of the user's files that the entry's texts go into."""
    return tuple(os.path.realpath(absolute(entry.base, insertion.path)) for insertion in _insertions(entry))


def _insertions(entry: PlannedEntry) -> tuple[Insertion, ...]:
    return entry.entry.exporter.insertions if isinstance(entry.entry.exporter, TokenFiles) else ()


class Wanted(Struct, frozen=True):
    """What a user's file is to be: its real path, its whole content, and whether that is anything new."""

    path: str
    content: bytes
    changed: bool


def wanted_by(entry: PlannedEntry) -> Iterator[Wanted | Failure]:
    """Yield what an entry wants of each of the user's files, or why it cannot have that."""
    for insertion in _insertions(entry):
        yield wanted(entry.base, insertion)


def wanted(base: str, insertion: Insertion) -> Wanted | Failure:
    """Return what the user's file is to be, or why that cannot be said. Nothing is written."""
    path = os.path.realpath(absolute(base, insertion.path))
    existing = files.read(path)
    if existing is None and os.path.lexists(path):
        return Failure("disk", f"{path} cannot be read", "check its permissions")
    updated = insert(existing, insertion)
    if isinstance(updated, Unmarked):
        return Failure("config", updated.message, updated.advice)
    return Wanted(path, updated or existing or b"", updated is not None and updated != existing)
