"""The checkpoint: what a run leaves behind so that another can go on where it stopped.

`.exfig-checkpoint.json` says for people and tools how far the run is. The truth is in `.exfig-checkpoint.d/`: the
journals (see `journal`) and Figma's metadata answers, so that a resume pays for nothing again. One run at a time holds
a state folder.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.errors import LockedError, StateError
from exfig_mp.hashing import digest, identity
from exfig_mp.journal import Answered, Memory, lock, merge
from exfig_mp.model import Items

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.journal import Journal

SCHEMA_VERSION = 1
URL_LIFE = 29 * 86_400.0
"""Seconds for which a rendered URL is used: Figma keeps the objects for 30 days."""

_WRITE_EVERY = 2.0  # seconds between two writes of the manifest: it grows with the run, the journals do not care


class Manifest(Struct, frozen=True, rename="camel"):
    """`.exfig-checkpoint.json`. Times are ISO 8601 in UTC."""

    export_id: str
    started_at: str
    updated_at: str
    config_hash: str
    completed: Items = Items()
    pending: Items = Items()
    schema_version: int = SCHEMA_VERSION


class Found(Struct, frozen=True):
    """A checkpoint that is there: how old (seconds), and whether it belongs to the same configuration."""

    manifest: Manifest
    age: float
    same_config: bool


class Checkpoint:
    """The state folder of one run, held until closed.

    Raises:
        LockedError: if another run holds the folder; the message says which process.
    """

    def __init__(self, state_dir: str, config_hash: str) -> None:
        self._manifest_path = os.path.join(state_dir, ".exfig-checkpoint.json")
        self._folder = os.path.join(state_dir, ".exfig-checkpoint.d")
        self._config_hash = config_hash
        self._written = 0.0
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
        self._memory = Memory()
        self._manifest: Manifest | None = None
        self.damaged = False
        """Whether `find` met a manifest that it could not read."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._manifest is None:
            # Nothing is left to go on from. Whoever waits for the lock sees that its file is gone, and makes a new one.
            Path(self._lock_path).unlink(missing_ok=True)
        self._lock.release()

    def find(self) -> Found | None:
        """Return what an earlier run left here, or None if there is nothing to go on from.

        Raises:
            StateError: if a newer version of the program wrote it.
        """
        for path in (self._manifest_path, f"{self._manifest_path}.bak"):
            body = files.read(path)
            if body is None:
                continue
            with suppress(ValueError, RecursionError, OverflowError):  # damaged: the text, or what it says
                manifest = msgspec.json.decode(body, type=Manifest)
                if manifest.schema_version > SCHEMA_VERSION:
                    raise StateError(f"{path} was written by a newer exfig-mp", "update, or start over with --restart")
                age = max(0.0, time.time() - datetime.fromisoformat(manifest.started_at).timestamp())
                return Found(manifest, age, manifest.config_hash == self._config_hash)
            self.damaged = True
        return None

    def go_on(self, found: Found) -> Memory:
        """Continue the run that was found; return all that its journals say and that is still true of URLs' age."""
        memory = merge(_journal(path) for path in sorted(Path(self._folder).glob("*.jsonl")))
        oldest = time.time() - URL_LIFE
        rendered = {key: record for key, record in memory.rendered.items() if record.at > oldest}
        self._memory = Memory(rendered, memory.placed, memory.answers, memory.damaged)
        self._start(found.manifest.export_id, found.manifest.started_at)
        return self._memory

    def start_over(self) -> Memory:
        """Throw away whatever is here and begin a new run, which remembers nothing yet."""
        self._remove()
        self._memory = Memory()
        self._start(str(uuid.uuid4()), _iso(time.time()))
        self._write()  # a good generation to go back to from the first moment on
        return self._memory

    def journal_path(self, writer: str) -> str:
        """Return the path of a journal that no earlier writer used; `writer` says whose it is ("worker-1")."""
        return os.path.join(self._folder, f"{writer}-{uuid.uuid4()}.jsonl")

    def answer(self, name: str) -> bytes | None:
        """Return Figma's remembered answer to the metadata request `name`, if it is here and whole."""
        expected = self._memory.answers.get(name)
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
        """Write the manifest with the completed and the pending `items`; every two seconds, unless `at_once`.

        Raises:
            DiskError: if it cannot be written.
        """
        if self._manifest is None or (time.monotonic() - self._written < _WRITE_EVERY and not at_once):
            return
        completed, pending = items()
        self._manifest = msgspec.structs.replace(
            self._manifest, completed=completed, pending=pending, updated_at=_iso(time.time())
        )
        self._write()

    def discard(self) -> None:
        """Remove every trace: the run succeeded, or never started."""
        self._remove()
        self._manifest = None

    def _start(self, export_id: str, started_at: str) -> None:
        files.make_folder(os.path.join(self._folder, "answers"))
        self._manifest = Manifest(export_id, started_at, _iso(time.time()), self._config_hash)
        self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        try:
            os.replace(self._manifest_path, f"{self._manifest_path}.bak")
        except FileNotFoundError:
            pass  # the first one
        except OSError as error:
            raise files.disk_error(error, self._manifest_path) from error
        body = msgspec.json.format(msgspec.json.encode(self._manifest), indent=2)
        files.write_atomically(self._manifest_path, body + b"\n")

    def _answer_path(self, name: str) -> str:
        return os.path.join(self._folder, "answers", f"{identity(name)}.json")

    def _remove(self) -> None:
        # The manifest goes first: without it the journals mean nothing, and a half-removed folder is just litter.
        for path in (self._manifest_path, f"{self._manifest_path}.bak"):
            try:
                Path(path).unlink(missing_ok=True)
            except OSError as error:
                raise files.disk_error(error, path) from error
        if os.path.isdir(self._folder):
            shutil.rmtree(self._folder, ignore_errors=True)
        else:
            with suppress(FileNotFoundError):
                os.unlink(self._folder)


def _journal(path: Path) -> bytes:
    """Return a journal's bytes; one that cannot be read counts as a damaged line."""
    body = files.read(str(path))
    return b"unreadable" if body is None else body


def _iso(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).isoformat(timespec="milliseconds")
