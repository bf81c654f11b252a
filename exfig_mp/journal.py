"""Journals: what happened, in append-only files that survive the death of their writer; the door to filelock.

One journal for each process, written by it alone under a file lock. Each line is guarded by a checksum and written
after what it claims has happened. So merging is a union of lines, in any order, and a torn last line loses only itself.
"""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING

import filelock
import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.errors import ExfigError, LockedError
from exfig_mp.hashing import checksum, digest
from exfig_mp.model import Written

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

_THREADS = 8  # a cold or far disk answers many at once; on a warm one they cost nothing
_CHUNK = 256  # jobs that a thread verifies before it takes more
_BLOCK = 1 << 20  # bytes that are read at once


class Begun(Struct, frozen=True, gc=False, order=True, tag="begun"):
    """A run began, or went on: what its manifest says of it, for the case that no manifest is left.

    `at` is in Unix time; `entries` are labels and the hashes of their options (see `checkpoint.Checkpoint`).
    """

    at: float
    export_id: str
    started_at: str
    config_hash: str
    entries: tuple[tuple[str, str], ...] = ()


class Rendered(Struct, frozen=True, gc=False, tag="rendered"):
    """Figma drew the render; its bytes are at `url`. `at` is in Unix time."""

    render_id: str
    url: str
    at: float


class Placed(Struct, frozen=True, gc=False, order=True, tag="placed"):
    """The job's file was put at every one of `destinations`, `size` bytes with the xxh3-128 `digest`."""

    job_id: str
    size: int
    digest: str
    destinations: tuple[str, ...]


class Answered(Struct, frozen=True, gc=False, tag="answered"):
    """Figma's answer to the metadata request `name` is in the answers folder, with this digest."""

    name: str
    digest: str


Record = Begun | Rendered | Placed | Answered


class Verified(Struct, frozen=True):
    """Of wanted jobs, which are `in_place`, and which are `lost`: placed once, but gone or not the same any more."""

    in_place: frozenset[str]
    lost: frozenset[str]


class Memory(Struct, frozen=True):
    """The union of all journals of a checkpoint: the last beginning, all else. `damaged` lines were passed over."""

    rendered: dict[str, Rendered] = {}
    placed: dict[str, tuple[Placed, ...]] = {}
    answers: dict[str, frozenset[str]] = {}
    damaged: int = 0
    begun: Begun | None = None

    def in_place(self, job_id: str, destinations: Iterable[str], *, content: bool = False) -> Placed | None:
        """Return a claim that covers every destination with a file of its size really there, or None.

        With `content` every file is read, and has to have the claim's digest.
        """
        paths = tuple(destinations)
        for claim in self.placed.get(job_id, ()):
            if _covers(claim, paths) and all(_holds(claim, path, content=content) for path in paths):
                return claim
        return None

    def only(self, job_ids: Container[str]) -> Memory:
        """Return what is claimed of these jobs."""
        return Memory(placed={name: claims for name, claims in self.placed.items() if name in job_ids})

    def verify(self, wanted: Mapping[str, tuple[str, ...]], *, content: bool = False) -> Verified:
        """Return which of the `wanted` jobs, given with their destinations, are in place (see `in_place`).

        It takes seconds for very many files: an event loop leaves it to a thread.
        """

        def check(chunk: list[str]) -> list[str]:
            return [job_id for job_id in chunk if self.in_place(job_id, wanted[job_id], content=content)]

        claimed = [
            job_id
            for job_id, paths in wanted.items()
            if any(_covers(claim, paths) for claim in self.placed.get(job_id, ()))
        ]
        chunks = [claimed[first : first + _CHUNK] for first in range(0, len(claimed), _CHUNK)]
        with ThreadPoolExecutor(_THREADS) as pool:
            in_place = frozenset(chain.from_iterable(pool.map(check, chunks)))
        return Verified(in_place, frozenset(job_id for job_id in claimed if job_id not in in_place))


def _covers(claim: Placed, paths: tuple[str, ...]) -> bool:
    return all(path in claim.destinations for path in paths)


def _holds(claim: Placed, path: str, *, content: bool) -> bool:
    if not content:
        return files.size_of(path) == claim.size
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would keep us waiting
    except (OSError, ValueError):
        return False
    try:
        status = os.fstat(descriptor)
        return stat.S_ISREG(status.st_mode) and status.st_size == claim.size and _digest(descriptor) == claim.digest
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _digest(descriptor: int) -> str:
    """Return the digest of what is left to read; by bare calls, as a file object costs more than a small file."""
    return digest(b"".join(iter(lambda: os.read(descriptor, _BLOCK), b"")))


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


def is_open(path: str) -> bool:
    """Does a writer hold the journal at `path`, or can that not be told?"""
    try:
        lock(f"{path}.lock").release()
    except ExfigError:
        return True
    return False


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
        self._torn = os.fstat(self._descriptor).st_size > 0  # an earlier writer may have died within a line
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


def blocks(path: str) -> Iterator[bytes]:
    """Yield the journal at `path` in blocks of whole lines, for `merge`; what cannot be read is one damaged line."""
    if files.size_of(path) is None:  # a pipe would keep us waiting
        yield b"unreadable"
        return
    try:
        with open(path, "rb") as journal:  # noqa: PTH123  # paths are texts here
            while lines := journal.readlines(_BLOCK):
                yield b"".join(lines)
    except OSError:
        yield b"unreadable"


def merge(journals: Iterable[bytes]) -> Memory:
    """Return the union of the journals' lines. Damaged lines are counted and passed over; order does not matter.

    A journal may be given in blocks, if they end where lines end.
    """
    rendered: dict[str, Rendered] = {}
    placed: dict[str, tuple[Placed, ...]] = {}
    answers: dict[str, frozenset[str]] = {}
    damaged, begun = 0, None
    for record in _records(journals):
        match record:
            case None:
                damaged += 1
            case Placed() as claim:
                if twin := rendered.get(claim.job_id):  # of very many ids, each is kept once
                    claim = Placed(twin.render_id, claim.size, claim.digest, claim.destinations)
                known = placed.get(claim.job_id)
                placed[claim.job_id] = (claim,) if known is None else tuple(sorted({*known, claim}))
            case Rendered():
                earlier = rendered.get(record.render_id)
                if earlier is None or (earlier.at, earlier.url) < (record.at, record.url):
                    rendered[record.render_id] = record
            case Answered():
                answers[record.name] = answers.get(record.name, frozenset()) | {record.digest}
            case Begun():
                begun = record if begun is None else max(begun, record)
    return Memory(rendered, placed, answers, damaged, begun)


def look_up(places: dict[str, Written], journals: Iterable[bytes]) -> None:
    """Put in what the journals say is at `places`: paths, with the id of what is wanted there, of no size as yet.

    Nothing else is kept of what they say: at the end of a run that would be several times as much. Where one job put
    two different things in turn, the larger counts.
    """
    for record in _records(journals):
        if isinstance(record, Placed):
            for path in record.destinations:
                known = places.get(path)
                if known and known.id == record.job_id and (known.size, known.digest) < (record.size, record.digest):
                    places[path] = Written(known.id, record.size, record.digest)


def _records(journals: Iterable[bytes]) -> Iterator[Record | None]:
    """Give what each line says, None for a damaged one."""
    decoder = msgspec.json.Decoder(Record)
    for line in (line for journal in journals for line in BytesIO(journal) if line != b"\n"):
        sum_, _, text = line.removesuffix(b"\n").partition(b" ")
        try:
            yield decoder.decode(text) if checksum(text).encode() == sum_ else None
        except ValueError:
            yield None
