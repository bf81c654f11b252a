"""The cache folder: what runs remember for later ones, so that Figma is asked for nothing twice.

Below the folder there is one for each API origin, with records (`files/`, `tokens/`, `outputs/`: JSON) and the store of
rendered bytes (`renders/ab/<render id>`). Every file starts with the digest of all that follows, and appears by a
rename: so any number of runs may share the folder, it can be copied while none runs, and a damaged file is as good as
none. Nothing in it is a path of this machine.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.hashing import digest, identity

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

Record = TypeVar("Record")

SCHEMA = "1"
"""Changes when what is remembered changes its meaning: an older folder is then not looked at any more."""

STORE_SIZE = 2_000_000_000
"""Bytes that the store may have, if nothing else is asked for."""

_MARK = 33  # the digest in hexadecimal, and the end of its line
_ODD = re.compile(r"[^a-z0-9.-]+")


class _Named(Struct, Generic[Record], frozen=True):
    """A record with its name, which its path only has as a hash."""

    name: str
    record: Record


def _decoded(body: bytes, form: type[Record]) -> _Named[Record]:
    return msgspec.json.decode(body, type=_Named[form])  # type: ignore[valid-type]  # chosen at run time, by the caller


class Cache:
    """What is remembered about one API origin.

    Args:
        folder: the cache folder; it is made when something is remembered.
        origin: of the API, as "https://api.figma.com".
    """

    def __init__(self, folder: str, origin: str) -> None:
        self.folder = os.path.abspath(folder)
        host = _ODD.sub("-", origin.partition("://")[2].lower())
        self._root = os.path.join(self.folder, f"v{SCHEMA}", host)
        self.store = Store(os.path.join(self._root, "renders"))

    def record(self, kind: str, name: str, form: type[Record]) -> Record | None:
        """Return what is remembered of a `kind` ("files") under `name`, or None if that is nothing, or damaged."""
        body = _unguarded(files.read(self._path(kind, name)))
        if body is None:
            return None
        try:
            return _decoded(body, form).record
        except (ValueError, RecursionError):
            return None

    def records(self, kind: str, form: type[Record]) -> Iterator[tuple[str, Record]]:
        """Give all whole records of a `kind` with their names."""
        with suppress(OSError):
            for file in os.listdir(os.path.join(self._root, kind)):
                body = _unguarded(files.read(os.path.join(self._root, kind, file)))
                with suppress(ValueError, RecursionError):
                    if body is not None:
                        named = _decoded(body, form)
                        yield named.name, named.record

    def remember(self, kind: str, name: str, record: object) -> None:
        """Keep a record; what is there already is not written again.

        Raises:
            DiskError: if it cannot be written.
        """
        path = self._path(kind, name)
        guarded = _guarded(msgspec.json.encode(_Named(name, record), order="deterministic"))
        if files.read(path) != guarded:
            files.make_folder(os.path.dirname(path))
            files.write_atomically(path, guarded)

    def _path(self, kind: str, name: str) -> str:
        return os.path.join(self._root, kind, f"{identity(name)}.json")


class Evicted(NamedTuple):
    """How many renders have left the store, and how many bytes."""

    renders: int
    size: int


class Store:
    """Rendered bytes by render id. Workers write it, whoever needs a render again reads it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def has(self, render_id: str) -> bool:
        """Is there something for the render? Whether it is whole is known when it is read."""
        return files.size_of(self._path(render_id)) is not None

    def read(self, render_id: str) -> bytes | None:
        """Return the render's bytes and note their use. What is damaged is thrown away, and nothing."""
        path = self._path(render_id)
        data = files.read(path)
        body = _unguarded(data)
        with suppress(OSError):
            if body is not None:
                os.utime(path)
            elif data is not None:
                os.unlink(path)
        return body

    def keep(self, render_id: str, body: bytes) -> None:
        """Remember the render's bytes.

        Raises:
            DiskError: if they cannot be written.
        """
        path = self._path(render_id)
        try:
            files.write_atomically(path, _guarded(body))
        except files.MissingFolderError:
            files.make_folder(os.path.dirname(path))
            files.write_atomically(path, _guarded(body))

    def evict(self, most: int, wanted: Container[str] = ()) -> Evicted:
        """Throw away what was used least recently, until at most `most` bytes are left.

        What is `wanted` by the run at hand goes last. Leftovers of runs that were killed go at once.
        """
        found = sorted(self._scan(wanted))
        size, count, freed = sum(one.size for one in found), 0, 0
        for one in found:
            if size - freed <= most:
                break
            with suppress(OSError):
                os.unlink(one.path)
                count, freed = count + 1, freed + one.size
        return Evicted(count, freed)

    def _scan(self, wanted: Container[str]) -> list[_Stored]:
        found: list[_Stored] = []
        with suppress(OSError):
            folders = [entry.path for entry in os.scandir(self.folder) if entry.is_dir(follow_symlinks=False)]
            files.sweep(folders)
            for folder in folders:
                with suppress(OSError):
                    for entry in os.scandir(folder):
                        status = entry.stat(follow_symlinks=False)
                        found.append(_Stored(entry.name in wanted, status.st_mtime_ns, status.st_size, entry.path))
        return found

    def _path(self, render_id: str) -> str:
        return os.path.join(self.folder, render_id[:2], render_id)


class _Stored(NamedTuple):
    wanted: bool
    used: int
    size: int
    path: str


def _guarded(body: bytes) -> bytes:
    return b"%s\n%s" % (digest(body).encode(), body)


def _unguarded(data: bytes | None) -> bytes | None:
    """Return what was guarded, if it is there and whole."""
    if data is None or len(data) < _MARK:
        return None
    body = data[_MARK:]
    return body if data[:_MARK] == b"%s\n" % digest(body).encode() else None
