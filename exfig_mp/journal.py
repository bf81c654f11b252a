"""Journals: what happened, in append-only files that survive the death of their writer; the door to filelock.

One journal for each process, written by it alone under a file lock. Each line is guarded by a checksum and written
after what it claims has happened. So merging is a union of lines, in any order, and a torn last line loses only itself.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import filelock
import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.errors import LockedError
from exfig_mp.hashing import checksum

if TYPE_CHECKING:
    from collections.abc import Iterable


class Rendered(Struct, frozen=True, tag="rendered"):
    """Figma drew the render; its bytes are at `url`. `at` is in Unix time."""

    render_id: str
    url: str
    at: float


class Placed(Struct, frozen=True, tag="placed"):
    """The job's file was put at every one of `destinations`, `size` bytes with the xxh3-128 `digest`."""

    job_id: str
    size: int
    digest: str
    destinations: tuple[str, ...]


class Answered(Struct, frozen=True, tag="answered"):
    """Figma's answer to the metadata request `name` is in the answers folder, with this digest."""

    name: str
    digest: str


Record = Rendered | Placed | Answered


class Memory(Struct, frozen=True):
    """The union of all journals of a checkpoint. `damaged` lines were passed over."""

    rendered: dict[str, Rendered] = {}
    placed: dict[str, frozenset[Placed]] = {}
    answers: dict[str, frozenset[str]] = {}
    damaged: int = 0

    def in_place(self, job_id: str, destinations: Iterable[str]) -> Placed | None:
        """Return a claim that covers every destination with a file of its size really there, or None."""
        paths = tuple(destinations)
        for claim in self.placed.get(job_id, ()):
            if all(path in claim.destinations and files.size_of(path) == claim.size for path in paths):
                return claim
        return None


def lock(path: str) -> filelock.BaseFileLock:
    """Take the lock file at `path` at once; the kernel frees it when this process ends, however it ends.

    Raises:
        LockedError: if another process holds it.
        DiskError: if the file cannot be made.
    """
    held = filelock.FileLock(path, timeout=0)
    try:
        held.acquire()
    except filelock.Timeout as error:
        raise LockedError(f"another process holds {path}") from error
    except OSError as error:
        raise files.disk_error(error, path) from error
    return held


class Journal:
    """One append-only file with one writer, which holds its lock as long as the journal is open.

    Raises:
        LockedError: if another process writes it.
        DiskError: if it cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self._lock = lock(f"{path}.lock")
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        except OSError as error:
            self._lock.release()
            raise files.disk_error(error, path) from error
        self._path = path
        self._torn = False
        self._encoder = msgspec.json.Encoder()

    def append(self, records: Iterable[Record]) -> None:
        """Write one group of records at once, in order.

        Raises:
            DiskError: if the disk refuses; records of the group may then be there or not.
        """
        lines = [self._line(record) for record in records]
        if not lines:
            return
        if self._torn:  # the next group must not be glued to half a line
            lines.insert(0, b"\n")
        view = memoryview(b"".join(lines))
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            self._torn = True
            raise files.disk_error(error, self._path) from error
        self._torn = False

    def close(self) -> None:
        """Close the file and give the lock back; appending to it is a `DiskError` from then on."""
        os.close(self._descriptor)
        self._descriptor = -1  # the number may belong to another file soon
        self._lock.release()

    def _line(self, record: Record) -> bytes:
        text = self._encoder.encode(record)
        return b"%s %s\n" % (checksum(text).encode(), text)


def merge(journals: Iterable[bytes]) -> Memory:
    """Return the union of the journals' lines. Damaged lines are counted and passed over; order does not matter."""
    decoder = msgspec.json.Decoder(Record)
    rendered: dict[str, Rendered] = {}
    placed: dict[str, frozenset[Placed]] = {}
    answers: dict[str, frozenset[str]] = {}
    damaged = 0
    for line in (line for journal in journals for line in journal.split(b"\n") if line):
        sum_, _, text = line.partition(b" ")
        try:
            if checksum(text).encode() != sum_:
                raise ValueError  # noqa: TRY301  # one place counts all kinds of damage
            record: Record = decoder.decode(text)
        except ValueError:
            damaged += 1
            continue
        match record:
            case Rendered():
                known = rendered.get(record.render_id)
                if known is None or (known.at, known.url) < (record.at, record.url):
                    rendered[record.render_id] = record
            case Placed():
                placed[record.job_id] = placed.get(record.job_id, frozenset()) | {record}
            case Answered():
                answers[record.name] = answers.get(record.name, frozenset()) | {record.digest}
    return Memory(rendered, placed, answers, damaged)
