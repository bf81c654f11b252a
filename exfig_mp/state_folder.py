"""The state folder: a place for the checkpoint of each set of configs, held by one run at a time.

The place of a set (see `labels.owner_of`) is a folder of its own in `.exfig-checkpoint.d/`. A run changes nothing
in the places of others, but for two things that it removes under the lock of the whole folder: what it has finished
because it included all of it, and what is so old that nobody goes on from it; and it leaves a note, `overtaken`, in
each generation that exports some of the same: who goes on from that asks Figma anew what its files are, since there may
be newer ones in place. `.exfig-checkpoint.json` is a link for people and tools: to the manifest of the run that goes
on, or else of the last one that was not finished.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from exfig_mp import files
from exfig_mp.errors import LockedError, StateError
from exfig_mp.generation import Generation, clear, remove, sweep
from exfig_mp.journal import is_open, lock

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACE = re.compile(r"[0-9a-f]{16}")


class Place:
    """The checkpoint of one set of configs, whether there is one or not: its last generation and the one before.

    They are in `current/` and, as long as it is worth more than that, in `previous/` (see `checkpoint`).
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.current = Generation(os.path.join(folder, "current"))
        self.previous = Generation(os.path.join(folder, "previous"))

    @property
    def generations(self) -> tuple[Generation, Generation]:
        """The current one, and the previous one."""
        return self.current, self.previous

    def touched(self) -> float:
        """Return when something of it was last written (Unix time), 0 if nothing is there; now if that is not known."""
        try:
            return max(generation.touched() for generation in self.generations)
        except OSError:
            return time.time()

    def is_in_use(self) -> bool:
        """Is somebody still writing one of its journals? A worker may outlive its run for a moment."""
        return any(is_open(path) for generation in self.generations for path in generation.journals())

    def is_covered_by(self, entries: Mapping[str, str]) -> bool:
        """Does it want nothing but these entries (labels with the hashes of their options)?"""
        try:
            said = [one.manifest.entries for one in map(Generation.read, self.generations) if one]
        except StateError:  # a newer program's
            return False
        return bool(said) and all(wanted and wanted.items() <= entries.items() for wanted in said)

    def remove_if_empty(self) -> None:
        """Remove its folder if no generation is left there."""
        sweep(self.folder)
        with suppress(OSError):
            os.rmdir(self.folder)


class StateFolder:
    """The state folder at `path`, held until released; it is made if it does not exist.

    Raises:
        LockedError: if another run holds the folder; the message says which process.
        DiskError: if the folder cannot be written to.
    """

    def __init__(self, path: str) -> None:
        self._link = os.path.join(path, ".exfig-checkpoint.json")
        self._places = os.path.join(path, ".exfig-checkpoint.d")
        self._before = os.path.join(path, ".exfig-checkpoint.old")  # where earlier versions had the run before the last
        self._lock_path = os.path.join(path, ".exfig-checkpoint.lock")
        files.make_folder(path)
        try:
            self._lock = lock(self._lock_path)
        except LockedError as error:
            holder = (files.read(self._lock_path) or b"").decode(errors="replace").strip()
            raise LockedError(
                f"another run{f' (process {holder})' if holder else ''} holds {os.path.abspath(path)}",
                "wait for it, or give this run its own --state-dir",
            ) from error
        try:
            Path(self._lock_path).write_text(f"{os.getpid()}\n", "ascii")
        except OSError as error:
            self._lock.release()
            raise files.disk_error(error, self._lock_path) from error
        files.sweep([path])
        sweep(self._places)

    def place(self, owner: str) -> Place:
        """Return the place of a set of configs, and sweep it."""
        place = Place(os.path.join(self._places, owner))
        sweep(place.folder)
        files.sweep(generation.folder for generation in place.generations)
        return place

    def others(self, mine: Place) -> list[Place]:
        """Return the places of all other sets of configs."""
        names = filter(_PLACE.fullmatch, _names(self._places))
        found = (Place(os.path.join(self._places, name)) for name in names)
        return [place for place in found if place.folder != mine.folder]

    def overtake(self, mine: Place, entries: Mapping[str, str]) -> None:
        """Note in the places of others that a run exports these entries (see `Generation.overtake`)."""
        for generation in (one for place in self.others(mine) for one in place.generations):
            generation.overtake(entries)

    def remove_covered(self, mine: Place, entries: Mapping[str, str]) -> None:
        """Remove the places that want nothing but these entries, which a run has just finished.

        Raises:
            DiskError: if the disk refuses.
        """
        for place in self.others(mine):
            if place.is_covered_by(entries) and not place.is_in_use():
                remove(place.folder)

    def remove_old(self, mine: Place, age: float) -> int:
        """Remove the places of others that nobody has written to for `age` seconds; return how many.

        Raises:
            DiskError: if the disk refuses.
        """
        oldest, removed = time.time() - age, 0
        for place in self.others(mine):
            if place.touched() < oldest and not place.is_in_use():
                remove(place.folder)
                removed += 1
        return removed

    def show(self, generation: Generation) -> None:
        """Let the link lead to the manifest of the generation. Only people need it: what cannot be is left."""
        if self.earlier_version():
            return  # a file of its own has that name
        new = f"{self._link}.new"
        clear(new)
        try:
            os.symlink(os.path.relpath(generation.manifest_path, os.path.dirname(self._link)), new)
            os.replace(new, self._link)
        except OSError:
            clear(new)

    def show_last(self, mine: Place) -> None:
        """Let the link lead to the last manifest that is there; without any, remove it."""
        found: list[tuple[float, Generation]] = []
        for generation in (one for place in (mine, *self.others(mine)) for one in place.generations):
            with suppress(OSError):
                found.append((os.stat(generation.manifest_path).st_mtime, generation))
        if found:
            self.show(max(found, key=lambda pair: pair[0])[1])
        elif os.path.islink(self._link):
            with suppress(OSError):
                os.unlink(self._link)

    def earlier_version(self) -> str:
        """Say what an earlier version has left here, which had room for two runs and none for each set of configs."""
        names = [".exfig-checkpoint.d/*.jsonl"] if any(map(_is_journal, _names(self._places))) else []
        names += [".exfig-checkpoint.old"] if os.path.lexists(self._before) else []
        if not names:
            return ""
        return (
            f"the checkpoint of an earlier version of exfig-mp is left here, and this one cannot go on from it: finish "
            f"it with that version, or delete {', '.join([*names, '.exfig-checkpoint.json'])}"
        )

    def release(self, *, is_empty: bool) -> None:
        """Let others have the folder; if it `is_empty` for all that its run has left, without a lock file."""
        with suppress(OSError):
            os.rmdir(self._places)  # succeeds only if there is nothing in it
        if is_empty:
            # Nothing is left to hold. Whoever waits for the lock sees that its file is gone, and makes a new one.
            with suppress(OSError):
                os.unlink(self._lock_path)
        self._lock.release()


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _is_journal(name: str) -> bool:
    return name.endswith(".jsonl")
