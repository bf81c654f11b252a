"""The checkpoint: what a run leaves behind so that another can go on where it stopped.

`.exfig-checkpoint.json` says for people and tools how far the run is. The truth is in `.exfig-checkpoint.d/`: the
journals (see `journal`) and Figma's metadata answers, so that a resume pays for nothing again. One of the journals
says whose they are, so that they are gone on from even without a manifest. One run at a time holds a state folder.
A run that starts over keeps what the one before had paid for in `.exfig-checkpoint.old/`, until it has as much; where
that is of other configs, until it has succeeded, and then gives it its place back.
"""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.errors import ExfigError, LockedError, StateError
from exfig_mp.generation import Generation, Manifest, configs_of, iso, unlink
from exfig_mp.hashing import digest, identity
from exfig_mp.journal import Answered, Begun, Journal, Memory, blocks, lock, look_up, merge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from exfig_mp.generation import Source
    from exfig_mp.model import Items, Written

URL_LIFE = 29 * 86_400.0
"""Seconds for which a rendered URL is used: Figma keeps the objects for 30 days."""

_WRITE_EVERY = 2.0  # seconds between two writes of the manifest, at least
_WRITE_SHARE = 0.05  # of all time is what writing it may take: it grows with the run, the journals do not care
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Found(Struct, frozen=True):
    """A checkpoint that is there: its age, and whether it belongs to the same configuration.

    The age is in seconds since its run's last sign of life. `entries` are those of the run that found it, to be
    compared with the manifest's. A `spare` one is of the run before the last.
    """

    manifest: Manifest
    age: float
    same_config: bool
    entries: dict[str, str] = {}
    source: Source = "manifest"
    spare: bool = False

    @property
    def in_common(self) -> frozenset[str]:
        """The configs that its run and the one that found it have in common."""
        return configs_of(self.manifest.entries) & configs_of(self.entries)

    @property
    def is_of_others(self) -> bool:
        """Is it known that these have none in common? Then it is none of the finder's business."""
        return bool(self.manifest.entries and self.entries) and not self.in_common


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
        manifest_path = os.path.join(state_dir, ".exfig-checkpoint.json")
        self._current = Generation(os.path.join(state_dir, ".exfig-checkpoint.d"), manifest_path)
        self._spare = Generation(os.path.join(state_dir, ".exfig-checkpoint.old"))
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
        files.sweep([state_dir, self._current.folder])
        self._answers: dict[str, frozenset[str]] = {}
        self._manifest: Manifest | None = None
        self._has_begun = False  # what is here is ours then
        self._has_spare_of_others = False
        self._is_good = False  # whether the manifest on the disk is worth to be kept as the one before

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._has_begun and self._spare.is_there and not self._current.worth():
            with suppress(ExfigError):  # then both are still there, and a resume chooses
                self.withdraw()
        if self._manifest is None:
            # Nothing is left to hold. Whoever waits for the lock sees that its file is gone, and makes a new one.
            with suppress(OSError):
                os.unlink(self._lock_path)
        self._lock.release()

    @property
    def has_renders(self) -> bool:
        """Does this run know of renders, which are what costs?"""
        return self._current.worth() > 1

    @property
    def damaged(self) -> bool:
        """Whether `find` met a manifest that it could not read."""
        return self._current.damaged or self._spare.damaged

    def find(self) -> tuple[Found, ...]:
        """Return what earlier runs left here to go on from, the most valuable first.

        Raises:
            StateError: if a newer version of the program wrote it.
        """
        found = [one for one in map(self._look, (self._current, self._spare)) if one]
        if len(found) == 2 and self._spare.worth() > self._current.worth():
            found.reverse()
        return tuple(found)

    def go_on(self, found: Found) -> Memory:
        """Continue the run that was found; return all that its journals say and that is still true of URLs' age."""
        self._has_begun = True
        if found.spare:
            self._current.put_back(self._spare)
        self._is_good = found.source == "manifest"
        memory = merge(self._blocks())
        oldest = time.time() - URL_LIFE
        rendered = {key: record for key, record in memory.rendered.items() if record.at > oldest}
        self._answers = memory.answers
        self._start(found.manifest.export_id, found.manifest.started_at)
        return msgspec.structs.replace(memory, rendered=rendered)

    def start_over(self) -> Memory:
        """Begin a new run, which remembers nothing yet.

        What is here already becomes the spare generation, and is thrown away as soon as this run has as much, unless it
        is of other configs.
        """
        self._has_begun = True
        worth, spare_worth = self._current.worth(), self._spare.worth()
        if worth and worth >= spare_worth:
            self._current.set_aside(self._spare)
        else:
            self._current.remove()
            if not spare_worth:
                self._spare.remove()
        self._is_good = False
        self._answers = {}
        manifest = self._start(str(uuid.uuid4()), iso(time.time()))
        self._write(manifest)  # a good manifest to go back to from the first moment on
        return Memory()

    def look_up(self, places: dict[str, Written]) -> None:
        """Put in what the journals of this run, and of the resumed one, say is at `places` (see `journal.look_up`)."""
        look_up(places, self._blocks())

    def journal_path(self, writer: str) -> str:
        """Return the path of a journal that no earlier writer used; `writer` says whose it is ("worker-1")."""
        return os.path.join(self._current.folder, f"{writer}-{uuid.uuid4()}.jsonl")

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
        completed, pending = items()  # they are not kept: for very many items they would be a large part of us
        now = iso(time.time())
        self._write(msgspec.structs.replace(self._manifest, completed=completed, pending=pending, updated_at=now))
        self._drop_spare()
        ended = time.monotonic()
        self._next_write = ended + max(_WRITE_EVERY, (ended - started) / _WRITE_SHARE)

    def discard(self) -> None:
        """Remove every trace of the run: it succeeded. One before it, of other configs, gets its place back."""
        if not self._has_spare_of_others:
            self._spare.remove()
        self.withdraw()

    def withdraw(self) -> None:
        """Remove every trace of a run that leaves nothing, and give its place back to the one before."""
        self._current.put_back(self._spare)
        self._manifest = None

    def _is_spare_of_others(self) -> bool:
        """Is the spare generation one of other configs, whose renders are still there?"""
        try:
            found = self._look(self._spare)
        except StateError:  # a newer program's: whose it is cannot be told
            return False
        return found is not None and found.is_of_others and found.age < URL_LIFE

    def _blocks(self) -> Iterator[bytes]:
        return (block for path in self._current.journals() for block in blocks(path))

    def _look(self, generation: Generation) -> Found | None:
        said = generation.read()
        if said is None:
            return None
        age, same = max(0.0, time.time() - said.alive), said.manifest.config_hash == self._config_hash
        return Found(said.manifest, age, same, self._entries, said.source, spare=generation is self._spare)

    def _drop_spare(self) -> None:
        """Throw the spare generation away if this run has as much; merging tells, as it would after a crash."""
        if not self._spare.is_there or self._has_spare_of_others:
            return
        if self._current.worth() >= self._spare.worth():
            with suppress(ExfigError):  # what cannot be removed costs this run nothing
                self._spare.remove()

    def _start(self, export_id: str, started_at: str) -> Manifest:
        self._has_spare_of_others = self._is_spare_of_others()
        files.make_folder(os.path.join(self._current.folder, "answers"))
        now = time.time()
        journal = Journal(self._current.begun_path)
        journal.append([Begun(now, export_id, started_at, self._config_hash, tuple(sorted(self._entries.items())))])
        journal.close()
        manifest = Manifest(export_id, started_at, iso(now), self._config_hash, entries=self._entries)
        self._manifest = manifest
        self._write(manifest)
        unlink(self._current.inner_path)  # left by a run that was killed while it changed generations
        self._next_write = time.monotonic() + _WRITE_EVERY
        return manifest

    def _write(self, manifest: Manifest) -> None:
        """Write the manifest, and keep the one before it: killed at any instant, this leaves one of them whole."""
        path = self._current.manifest_path
        if self._is_good:  # else it would take the place of one that is
            self._is_good = False
            try:
                os.replace(path, f"{path}.bak")
            except FileNotFoundError:
                pass  # somebody took it away
            except OSError as error:
                raise files.disk_error(error, path) from error
        body = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        files.write_atomically(path, body + b"\n")
        self._is_good = True

    def _answer_path(self, name: str) -> str:
        return os.path.join(self._current.folder, "answers", f"{identity(name)}.json")
