"""What was at the paths of a run before it wrote there: looked at once, so that reports can tell what has changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from exfig_mp import files
from exfig_mp.hashing import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.changes import ChangeKind

_UNREADABLE = ""


class Difference(NamedTuple):
    """How a file is not what it was, with the digests of its contents (see `changes.Change`)."""

    kind: ChangeKind
    before: str
    after: str


class Before:
    """Files as they were at the time of `look`, by the digests of their contents."""

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}

    def look(self, paths: Iterable[str]) -> None:
        """Read what is there. For very many files it takes seconds: an event loop leaves it to a thread."""
        for path in paths:
            body = files.read(path)
            if body is not None:
                self._digests[path] = digest(body)
            elif os.path.lexists(path):
                self._digests[path] = _UNREADABLE

    def difference(self, path: str) -> Difference | None:
        """Return how the file at `path`, which was looked at, has changed since; None if it has not."""
        body = files.read(path)
        if body is None:
            return None  # what a run wrote is there and can be read: nothing was written here
        before, after = self._digests.get(path), digest(body)
        if before == after:
            return None
        return Difference("new" if before is None else "changed", before or "", after)
