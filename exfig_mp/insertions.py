"""Generated text in files that belong to the user: read, changed between two markers, and put back whole."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exfig_mp import files
from exfig_mp.collect_colors import Painted
from exfig_mp.errors import DiskError
from exfig_mp.exporters.markers import Unmarked, insert
from exfig_mp.model import Failure
from exfig_mp.planned import absolute
from exfig_mp.transfer import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exfig_mp.exporters.color_protocol import Insertion
    from exfig_mp.planned import PlannedEntry


def write_insertions(entry: PlannedEntry, *, fsync: bool) -> Iterator[Failure]:
    """Put an entry's texts where they belong; yield why one could not be put there."""
    if isinstance(entry.entry.exporter, Painted):
        for insertion in entry.entry.exporter.insertions:
            failure = write_insertion(entry.base, insertion, fsync=fsync)
            if failure:
                yield failure


def write_insertion(base: str, insertion: Insertion, *, fsync: bool) -> Failure | None:
    """Put the text where it belongs, and return why that could not be done. A file that is right is not written.

    `base` is the folder that relative paths start from. A link is followed: it is the user's own.
    """
    path = os.path.realpath(absolute(base, insertion.path))
    existing = files.read(path)
    if existing is None and os.path.lexists(path):
        return Failure("disk", f"{path} cannot be read", "check its permissions")
    updated = insert(existing, insertion)
    if isinstance(updated, Unmarked):
        return Failure("config", updated.message, updated.advice)
    if updated is None or updated == existing:
        return None
    try:
        place(path, updated, fsync=fsync)
    except DiskError as error:
        return Failure(error.cause, error.message, error.advice)
    return None
