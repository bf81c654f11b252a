"""The checkpoint: what a run leaves behind so that another can go on where it stopped.

Each set of configs has its own place in the state folder (see `state_folder`). The truth is in the journals there (see
`journal`) and Figma's metadata answers, so that a resume pays for nothing again; a manifest says for people and tools
how far the run is. One of the journals says whose they are, so that they are gone on from even without a manifest.
A run that starts over keeps what the one before of the same configs had paid for as the previous generation, until it
has as much. A run that goes on from the checkpoint of other configs takes a copy, and leaves them theirs.
"""

from __future__ import annotations

import os
import time
import uuid
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import msgspec

from exfig_mp import files
from exfig_mp.errors import ExfigError
from exfig_mp.found import find
from exfig_mp.generation import RENDERS, Generation, Manifest, iso, remove
from exfig_mp.hashing import digest, identity
from exfig_mp.journal import Answered, Begun, Memory, blocks, look_up, merge
from exfig_mp.labels import owner_of, scope_of
from exfig_mp.state_folder import StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from exfig_mp.found import Found
    from exfig_mp.journal import Journal
    from exfig_mp.model import Items, Written

URL_LIFE = 29 * 86_400.0
"""Seconds for which a rendered URL is used: Figma keeps the objects for 30 days."""

_WRITE_EVERY = 2.0  # seconds between two writes of the manifest, at least
_WRITE_SHARE = 0.05  # of all time is what writing it may take: it grows with the run, the journals do not care
_NOTHING: Mapping[str, str] = MappingProxyType({})


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
        self._config_hash = config_hash
        self._entries = dict(entries)
        self._next_write = 0.0
        self._folder = StateFolder(state_dir)
        self._place = self._folder.place(owner_of(entries))
        self._current, self._previous = self._place.generations
        self._answers: dict[str, frozenset[str]] = {}
        self._manifest: Manifest | None = None
        self._has_begun = False  # what is in our place is ours then
        self.is_overtaken = False
        """Has a run of other configs exported some of the same since what is gone on from? Then Figma is asked anew."""
        self._is_good = False  # whether the manifest on the disk is worth to be kept as the one before

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._has_begun and self._previous.is_there and not self._current.worth():
            with suppress(ExfigError):  # then both are still there, and a resume chooses
                self.withdraw()
        self._folder.release(is_empty=self._manifest is None)

    @property
    def has_renders(self) -> bool:
        """Does this run know of renders, which are what costs?"""
        return self._current.worth() >= RENDERS

    @property
    def damaged(self) -> bool:
        """Whether `find` met a manifest that it could not read."""
        return self._current.damaged or self._previous.damaged

    @property
    def earlier_version(self) -> str:
        """What there is to say of an earlier version's checkpoint, if one is here."""
        return self._folder.earlier_version()

    def find(self) -> tuple[Found, ...]:
        """Return what earlier runs left here to go on from, the most valuable first (see `found.find`).

        Raises:
            StateError: if a newer version of the program wrote it.
        """
        return find(self._folder, self._place, self._config_hash, self._entries)

    def go_on(self, found: Found) -> Memory:
        """Continue the run that was found; return all that its journals say and that is still true of URLs' age.

        What is of other configs is copied, and stays where it is.

        Raises:
            DiskError: if the disk refuses.
        """
        self._has_begun = True
        export_id, started_at = found.manifest.export_id, found.manifest.started_at
        if not found.own:
            export_id, started_at = str(uuid.uuid4()), iso(time.time())
            self._make_room()
            theirs = Generation(found.folder)
            self.is_overtaken = theirs.is_overtaken
            # Who has exported since what is ours alone has left no note with them.
            is_known = not self.is_overtaken and scope_of(self._entries) <= scope_of(found.manifest.entries)
            self._current.copy_from(theirs, self._begun(export_id, started_at), answers=is_known)
        elif found.previous:
            self._current.replace_by(self._previous)
        if self._current.is_overtaken:
            self.is_overtaken = True
            self._current.catch_up()
        self._is_good = found.own and found.source == "manifest"
        memory = merge(self._blocks())
        oldest = time.time() - URL_LIFE
        rendered = {key: record for key, record in memory.rendered.items() if record.at > oldest}
        self._answers = {} if self.is_overtaken else memory.answers
        self._start(export_id, started_at)
        return msgspec.structs.replace(memory, rendered=rendered)

    def start_over(self) -> Memory:
        """Begin a new run, which remembers nothing yet.

        What is in its place already becomes the previous generation, and is thrown away when this run has as much.

        Raises:
            DiskError: if the disk refuses.
        """
        self._has_begun = True
        self._make_room()
        self._is_good = False
        self._answers = {}
        manifest = self._start(str(uuid.uuid4()), iso(time.time()))
        self._write(manifest)  # a good manifest to go back to from the first moment on
        return Memory()

    def remove_old(self, max_age: float) -> int:
        """Remove what runs of other configs left so long ago that nobody goes on from it; return how many there were.

        That is when Figma has nothing any more of what they paid for, unless more than that is allowed by `max_age`
        (seconds): other configs may have been promised a longer time than ours.
        """
        with suppress(ExfigError):  # what cannot be removed costs this run nothing
            return self._folder.remove_old(self._place, max(URL_LIFE, max_age))
        return 0

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
        self._drop_previous()
        ended = time.monotonic()
        self._next_write = ended + max(_WRITE_EVERY, (ended - started) / _WRITE_SHARE)

    def discard(self) -> None:
        """Remove every trace of the run: it succeeded. So are those finished of which it did all that they wanted.

        Raises:
            DiskError: if the disk refuses.
        """
        self._manifest = None
        remove(self._place.folder)
        self._folder.remove_covered(self._place, self._entries)
        self._folder.show_last(self._place)

    def withdraw(self) -> None:
        """Remove every trace of a run that leaves nothing, and give its place back to the one before.

        Raises:
            DiskError: if the disk refuses.
        """
        self._current.replace_by(self._previous)
        self._manifest = None
        self._place.remove_if_empty()
        self._folder.show_last(self._place)

    def _blocks(self) -> Iterator[bytes]:
        return (block for path in self._current.journals() for block in blocks(path))

    def _make_room(self) -> None:
        """Take away the current generation; if it is worth something, it is the previous one then."""
        worth, previous_worth = self._current.worth(), self._previous.worth()
        if worth and worth >= previous_worth:
            self._previous.replace_by(self._current)
            return
        self._current.remove()
        if not previous_worth:
            self._previous.remove()

    def _drop_previous(self) -> None:
        """Throw the previous generation away if this run has as much; merging tells, as it would after a crash."""
        if self._previous.is_there and self._current.worth() >= self._previous.worth():
            with suppress(ExfigError):  # what cannot be removed costs this run nothing
                self._previous.remove()

    def _begun(self, export_id: str, started_at: str) -> Begun:
        return Begun(time.time(), export_id, started_at, self._config_hash, tuple(sorted(self._entries.items())))

    def _start(self, export_id: str, started_at: str) -> Manifest:
        begun = self._begun(export_id, started_at)
        self._current.begin(begun)
        manifest = Manifest(export_id, started_at, iso(begun.at), self._config_hash, entries=self._entries)
        self._manifest = manifest
        self._write(manifest)
        self._folder.overtake(self._place, self._entries)
        self._folder.show(self._current)
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
