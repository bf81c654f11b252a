"""The checkpoint: what a run leaves behind so that another can go on where it stopped.

`.exfig-checkpoint.json` says for people and tools how far the run is. The truth is in `.exfig-checkpoint.d/`: the
journals (see `journal`) and Figma's metadata answers, so that a resume pays for nothing again. One of the journals
says whose they are, so that they are gone on from even without a manifest. One run at a time holds a state folder.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self

import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.errors import LockedError, StateError
from exfig_mp.hashing import digest, identity
from exfig_mp.journal import Answered, Begun, Journal, Memory, blocks, lock, merge
from exfig_mp.model import Items

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCHEMA_VERSION = 1
URL_LIFE = 29 * 86_400.0
"""Seconds for which a rendered URL is used: Figma keeps the objects for 30 days."""

Source = Literal["manifest", "copy", "journals"]
"""What a checkpoint was found by: its manifest, the generation before it (`.bak`), or what its journals say."""

_WRITE_EVERY = 2.0  # seconds between two writes of the manifest, at least
_WRITE_SHARE = 0.05  # of all time is what writing it may take: it grows with the run, the journals do not care
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Manifest(Struct, frozen=True, rename="camel"):
    """`.exfig-checkpoint.json`. Times are ISO 8601 in UTC; `entries` are labels and the hashes of their options.

    It has no checksum: it claims nothing about files, and people and tools may change what it says.
    """

    export_id: str
    started_at: str
    updated_at: str
    config_hash: str
    completed: Items = Items()
    pending: Items = Items()
    entries: dict[str, str] = {}
    schema_version: int = SCHEMA_VERSION


class _Schema(Struct, frozen=True, rename="camel"):
    """What a manifest of any version says."""

    schema_version: int = SCHEMA_VERSION


class Found(Struct, frozen=True):
    """A checkpoint that is there: how old (seconds), and whether it belongs to the same configuration.

    `entries` are those of the run that found it, to be compared with the manifest's.
    """

    manifest: Manifest
    age: float
    same_config: bool
    entries: dict[str, str] = {}
    source: Source = "manifest"


class Checkpoint:
    """The state folder of one run, held until closed.

    Args:
        state_dir: is made if it does not exist.
        config_hash: a checkpoint belongs to one.
        entries: what is exported: labels for people, and a hash of the options of each. Compared with those of the run
            before, they say what has changed.

    Raises:
        LockedError: if another run holds the folder; the message says which process.
        DiskError: if the folder cannot be written to.
    """

    def __init__(self, state_dir: str, config_hash: str, entries: Mapping[str, str] = _NOTHING) -> None:
        self._manifest_path = os.path.join(state_dir, ".exfig-checkpoint.json")
        self._folder = os.path.join(state_dir, ".exfig-checkpoint.d")
        self._begun_path = os.path.join(self._folder, "begun.jsonl")
        self._config_hash = config_hash
        self._entries = dict(entries)
        self._next_write = 0.0
        files.make_folder(state_dir)
        self._lock_path = os.path.join(state_dir, ".exfig-checkpoint.lock")
        try:
            self._lock = lock(self._lock_path)
        except LockedError as error:
            holder = (files.read(self._lock_path) or b"").decode(errors="replace").strip()
            raise LockedError(
                f"another run{f' (process {holder})' if holder else ''} holds {os.path.abspath(state_dir)}",
                "wait for it, or give this run its own --state-dir",
            ) from error
        try:
            Path(self._lock_path).write_text(f"{os.getpid()}\n", "ascii")
        except OSError as error:
            self._lock.release()
            raise files.disk_error(error, self._lock_path) from error
        files.sweep([state_dir, self._folder])
        self._answers: dict[str, frozenset[str]] = {}
        self._manifest: Manifest | None = None
        self._is_good = False  # whether the manifest on the disk is worth to be kept as the generation before
        self.damaged = False
        """Whether `find` met a manifest that it could not read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._manifest is None:
            # Nothing is left to go on from. Whoever waits for the lock sees that its file is gone, and makes a new one.
            with suppress(OSError):
                os.unlink(self._lock_path)
        self._lock.release()

    def find(self) -> Found | None:
        """Return what an earlier run left here, or None if there is nothing to go on from.

        Raises:
            StateError: if a newer version of the program wrote it.
        """
        generations: tuple[tuple[Source, str], ...] = (
            ("manifest", self._manifest_path),
            ("copy", f"{self._manifest_path}.bak"),
        )
        for source, path in generations:
            body = files.read(path)
            if body is None:
                continue
            with suppress(ValueError, RecursionError, OverflowError):  # damaged: the text, or what it says
                found = self._found(_manifest(body, path), source)
                self._is_good = source == "manifest"
                return found
            self.damaged = True
        begun = merge(blocks(self._begun_path)).begun if os.path.exists(self._begun_path) else None
        with suppress(ValueError, OverflowError):
            return self._found(_manifest_of(begun), "journals") if begun else None
        return None

    def go_on(self, found: Found) -> Memory:
        """Continue the run that was found; return all that its journals say and that is still true of URLs' age."""
        memory = merge(block for path in self._journals() for block in blocks(path))
        oldest = time.time() - URL_LIFE
        rendered = {key: record for key, record in memory.rendered.items() if record.at > oldest}
        self._answers = memory.answers
        self._start(found.manifest.export_id, found.manifest.started_at)
        return msgspec.structs.replace(memory, rendered=rendered)

    def start_over(self) -> Memory:
        """Throw away whatever is here and begin a new run, which remembers nothing yet."""
        self._remove()
        self._answers = {}
        self._start(str(uuid.uuid4()), _iso(time.time()))
        self._write()  # a good generation to go back to from the first moment on
        return Memory()

    def journal_path(self, writer: str) -> str:
        """Return the path of a journal that no earlier writer used; `writer` says whose it is ("worker-1")."""
        return os.path.join(self._folder, f"{writer}-{uuid.uuid4()}.jsonl")

    def answer(self, name: str) -> bytes | None:
        """Return Figma's remembered answer to the metadata request `name`, if it is here and whole."""
        expected = self._answers.get(name)
        body = files.read(self._answer_path(name)) if expected else None
        return body if expected and body is not None and digest(body) in expected else None

    def remember_answer(self, journal: Journal, name: str, body: bytes) -> None:
        """Keep Figma's answer for a resume.

        Raises:
            DiskError: if it cannot be written.
        """
        files.write_atomically(self._answer_path(name), body)
        journal.append([Answered(name, digest(body))])

    def report(self, items: Callable[[], tuple[Items, Items]], *, at_once: bool = False) -> None:
        """Write the manifest with the completed and the pending `items`; now and then, unless `at_once`.

        That is every two seconds, or seldomer where the items are so many that writing them takes long.

        Raises:
            DiskError: if it cannot be written.
        """
        started = time.monotonic()
        if self._manifest is None or (started < self._next_write and not at_once):
            return
        completed, pending = items()
        self._manifest = msgspec.structs.replace(
            self._manifest, completed=completed, pending=pending, updated_at=_iso(time.time())
        )
        self._write()
        ended = time.monotonic()
        self._next_write = ended + max(_WRITE_EVERY, (ended - started) / _WRITE_SHARE)

    def discard(self) -> None:
        """Remove every trace: the run succeeded, or never started."""
        self._remove()
        self._manifest = None

    def _found(self, manifest: Manifest, source: Source) -> Found:
        age = max(0.0, time.time() - datetime.fromisoformat(manifest.started_at).timestamp())
        return Found(manifest, age, manifest.config_hash == self._config_hash, self._entries, source)

    def _start(self, export_id: str, started_at: str) -> None:
        files.make_folder(os.path.join(self._folder, "answers"))
        now = time.time()
        journal = Journal(self._begun_path)
        journal.append([Begun(now, export_id, started_at, self._config_hash, tuple(sorted(self._entries.items())))])
        journal.close()
        self._manifest = Manifest(export_id, started_at, _iso(now), self._config_hash, entries=self._entries)
        self._write()
        self._next_write = time.monotonic() + _WRITE_EVERY

    def _write(self) -> None:
        """Write the manifest, and keep the one before it: killed at any instant, this leaves one of them whole."""
        if self._is_good:  # else it would take the place of one that is
            self._is_good = False
            try:
                os.replace(self._manifest_path, f"{self._manifest_path}.bak")
            except FileNotFoundError:
                pass  # somebody took it away
            except OSError as error:
                raise files.disk_error(error, self._manifest_path) from error
        body = msgspec.json.format(msgspec.json.encode(self._manifest), indent=2)
        files.write_atomically(self._manifest_path, body + b"\n")
        self._is_good = True

    def _journals(self) -> list[str]:
        """Return the paths of all journals that are here, in order."""
        try:
            names = sorted(os.listdir(self._folder))
        except OSError:
            return []
        return [os.path.join(self._folder, name) for name in names if name.endswith(".jsonl")]

    def _answer_path(self, name: str) -> str:
        return os.path.join(self._folder, "answers", f"{identity(name)}.json")

    def _remove(self) -> None:
        # What says whose the journals are goes first: without it they mean nothing, and what is left is just litter.
        # The manifest of a run that is removed for half is still true of all of them.
        for path in (self._begun_path, self._manifest_path, f"{self._manifest_path}.bak"):
            _unlink(path)
        self._is_good = False
        if os.path.isdir(self._folder):
            shutil.rmtree(self._folder, ignore_errors=True)
        else:
            _unlink(self._folder)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise files.disk_error(error, path) from error


def _manifest(body: bytes, path: str) -> Manifest:
    """Return what a manifest's text says.

    Raises:
        ValueError: it is damaged (or RecursionError, if it is deep).
        StateError: a newer version of the program wrote it.
    """
    if msgspec.json.decode(body, type=_Schema).schema_version > SCHEMA_VERSION:
        raise StateError(f"{path} was written by a newer exfig-mp", "update, or start over with --restart")
    return msgspec.json.decode(body, type=Manifest)


def _manifest_of(begun: Begun) -> Manifest:
    return Manifest(begun.export_id, begun.started_at, _iso(begun.at), begun.config_hash, entries=dict(begun.entries))


def _iso(when: float) -> str:
    """Return a time as people and tools read it: to the second, in UTC."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
