"""What was at the paths of a run before it wrote there: looked at once, so that reports can tell what has changed."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, NamedTuple

from exfig_mp import files
from exfig_mp.hashing import digest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import IO

    from exfig_mp.changes import ChangeKind

_UNREADABLE = ""

_LARGEST = 1 << 18  # bytes of a file that are worth keeping for a report
_MOST = 1 << 28  # bytes of all that are kept


class Difference(NamedTuple):
    """How a file is not what it was, with the digests of its contents (see `changes.Change`)."""

    kind: ChangeKind
    before: str
    after: str


class Spool:
    """Bytes of files as they were, in a file of `folder` that has no name: it is gone when this process is.

    What does not fit any more, or what the disk refuses, is not kept.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._places: dict[str, tuple[int, int]] = {}
        self._size = 0

    def keep(self, name: str, body: bytes) -> None:
        """Keep the bytes, if they are not too many."""
        if len(body) > _LARGEST or self._size + len(body) > _MOST:
            return
        try:
            self._file = self._file or tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - open until the end
            self._file.seek(self._size)
            self._file.write(body)
            self._file.flush()
        except OSError:  # a report is not worth an asset: the run goes on, and will meet the full disk itself
            return
        self._places[name] = (self._size, len(body))
        self._size += len(body)

    def read(self, name: str) -> bytes | None:
        """Return what was kept."""
        if self._file is None or name not in self._places:
            return None
        start, size = self._places[name]
        try:
            self._file.seek(start)
            return self._file.read(size)
        except OSError:
            return None


class Before:
    """Files as they were at the time of `look`, by the digests of their contents.

    Those with one of the `kept` suffixes are in the `spool` as well, if there is one.
    """

    def __init__(self, spool: Spool | None = None, kept: tuple[str, ...] = ()) -> None:
        self._digests: dict[str, str] = {}
        self._spool = spool
        self._kept = kept

    def look(self, paths: Iterable[str]) -> None:
        """Read what is there. For very many files it takes seconds: an event loop leaves it to a thread."""
        names: dict[str, frozenset[str] | None] = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            if folder not in names:
                names[folder] = _names_in(folder or "/")
            there = names[folder]
            if there is not None and name.isascii() and name.lower() not in there:  # nothing is there, as most often
                continue
            body = files.read(path)
            if body is not None:
                self._digests[path] = digest(body)
                if self._spool and path.endswith(self._kept):
                    self._spool.keep(path, body)
            elif os.path.lexists(path):
                self._digests[path] = _UNREADABLE

    def body(self, path: str) -> bytes | None:
        """Return what was in a file, if it is known and was kept."""
        return self._spool.read(path) if self._spool else None

    def difference(self, path: str) -> Difference | None:
        """Return how the file at `path`, which was looked at, has changed since; None if it has not."""
        body = files.read(path)
        if body is None:
            return None  # what a run wrote is there and can be read: nothing was written here
        before, after = self._digests.get(path), digest(body)
        if before == after:
            return None
        return Difference("new" if before is None else "changed", before or "", after)


def _names_in(folder: str) -> frozenset[str] | None:
    """Return what may be in a folder, in lower case: there are disks that make no difference. None if nobody can tell.

    Not to be listed is not to be empty: who may enter a folder can read its files by name.
    """
    try:
        return frozenset(map(str.lower, os.listdir(folder)))
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()
    except OSError:
        return None
