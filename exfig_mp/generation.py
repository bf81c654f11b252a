"""One generation of a checkpoint: a folder of journals, with the manifests that speak for it.

There are two at most in the place of a set of configs: that of the last run and, until that has renders of its own, the
previous one of the run before. Whole folders change places by one rename, so that nobody ever sees half of one.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.errors import DiskError, StateError
from exfig_mp.journal import Journal, blocks, merge
from exfig_mp.labels import scope_of
from exfig_mp.model import Items

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.journal import Begun

SCHEMA_VERSION = 1

Source = Literal["manifest", "copy", "journals"]
"""What a checkpoint was found by: its manifest, the manifest before that (`.bak`), or what its journals say."""

_COPY, _REMOVED = ".copy", ".removed"
"""What the names end with of folders that are no generation yet, or no more."""

_OVERTAKEN = "overtaken"

_OF_ONE_RUN = ("begun.jsonl", "manifest.json*", "*.lock", ".exfig-*.tmp", _OVERTAKEN)
"""What is in the folder of a generation and says nothing to another run."""

_DAMAGE = (ValueError, RecursionError, OverflowError)  # of a manifest: the text, or what it says


class Manifest(Struct, frozen=True, rename="camel"):
    """What `.exfig-checkpoint.json` leads to.

    Times are ISO 8601 in UTC; `entries` are labels and the hashes of their options. It has no checksum: it
    claims nothing about files, and people and tools may change what it says.
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


ANSWERS, RENDERS = 1, 2
"""What a generation may be worth."""


class Said(NamedTuple):
    """What speaks for a generation, and when it gave its last sign of life (Unix time)."""

    manifest: Manifest
    source: Source
    alive: float


class Generation:
    """A generation at the path `folder`, whether it is there or not."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.begun_path = os.path.join(folder, "begun.jsonl")
        self.manifest_path = os.path.join(folder, "manifest.json")
        self._answers = os.path.join(folder, "answers")
        self._overtaken = os.path.join(folder, _OVERTAKEN)
        self.damaged = False
        """Whether `read` met a manifest that it could not read."""

    def read(self) -> Said | None:
        """Return what speaks for the generation, or None if nothing does.

        Raises:
            StateError: if a newer version of the program wrote it.
        """
        begun = merge(blocks(self.begun_path)).begun if os.path.exists(self.begun_path) else None
        paths: dict[str, Source] = {self.manifest_path: "manifest", f"{self.manifest_path}.bak": "copy"}
        for path, source in paths.items():
            body = files.read(path)
            if body is None:
                continue
            with suppress(*_DAMAGE):
                manifest = _manifest(body, path)
                if begun is not None and begun.export_id == manifest.export_id:
                    # Whose a generation is decides what becomes of it: the journal's word for that has a checksum.
                    manifest = msgspec.structs.replace(manifest, entries=dict(begun.entries))
                return Said(manifest, source, _alive(manifest))
            self.damaged = True
        with suppress(*_DAMAGE):
            if begun is not None:
                manifest = _manifest_of(begun)
                return Said(manifest, "journals", _alive(manifest))
        return None

    @property
    def is_there(self) -> bool:
        """Is there something in the place of its folder?"""
        return os.path.lexists(self.folder)

    def worth(self) -> int:
        """Return RENDERS if its journals know of any, which are what costs; ANSWERS if of others of Figma's; else 0."""
        worth = 0
        for block in (block for path in self.journals() for block in blocks(path)):
            memory = merge([block])
            if memory.rendered or memory.placed:
                return RENDERS
            worth = ANSWERS if memory.answers else worth
        return worth

    def journals(self) -> list[str]:
        """Return the paths of its journals, in order."""
        try:
            names = sorted(os.listdir(self.folder))
        except OSError:
            return []
        return [os.path.join(self.folder, name) for name in names if name.endswith(".jsonl")]

    def begin(self, begun: Begun) -> None:
        """Write down whose it is, or that it is gone on with.

        Raises:
            DiskError: if the disk refuses.
        """
        files.make_folder(self._answers)
        journal = Journal(self.begun_path)
        try:
            journal.append([begun])
        finally:
            journal.close()

    def replace_by(self, other: Generation) -> None:
        """Give its place to `other`, if that is there. Killed at any instant, this leaves that one whole.

        Raises:
            DiskError: if the disk refuses.
        """
        self.remove()
        try:
            with suppress(FileNotFoundError):
                os.rename(other.folder, self.folder)
        except OSError as error:
            raise files.disk_error(error, self.folder) from error

    def copy_from(self, other: Generation, begun: Begun, *, answers: bool = True) -> None:
        """Become a copy of what `other` remembers, begun by another run; killed at any instant, all of it or none.

        Figma's `answers` about files may be left out.

        Raises:
            DiskError: if the disk refuses.
        """
        copy = Generation(f"{self.folder}{_COPY}")
        clear(copy.folder)
        ignored = shutil.ignore_patterns(*_OF_ONE_RUN, *(() if answers else ("answers",)))
        try:
            shutil.copytree(other.folder, copy.folder, ignore=ignored, copy_function=_copy_file)
            copy.begin(begun)
        except OSError as error:
            clear(copy.folder)
            raise files.disk_error(error, copy.folder) from error
        except DiskError:  # what is there of it takes the room that there is too little of
            clear(copy.folder)
            raise
        self.replace_by(copy)

    @property
    def is_overtaken(self) -> bool:
        """Has a run of other configs begun since, that exports some of the same? What it writes may be newer."""
        return os.path.lexists(self._overtaken)

    def overtake(self, entries: Iterable[str]) -> None:
        """Note that a run exports `entries` (labels), if it wants some of the same as well."""
        with suppress(StateError, OSError):  # a newer program's; or it cannot be noted
            if (said := self.read()) and scope_of(said.manifest.entries) & scope_of(entries):
                Path(self._overtaken).touch()

    def catch_up(self) -> None:
        """Forget what Figma said of its files, so that it is asked what they are now; then it is not overtaken.

        Renders that were paid for stay known.
        """
        clear(self._answers)
        if not os.path.lexists(self._answers):
            clear(self._overtaken)

    def touched(self) -> float:
        """Return when its own runs last wrote to it (Unix time), 0 if it is not there.

        Raises:
            OSError: if that cannot be told.
        """
        if not os.path.isdir(self.folder):
            return 0.0
        with os.scandir(self.folder) as entries:
            own = (entry for entry in entries if entry.name != _OVERTAKEN)
            return max((entry.stat(follow_symlinks=False).st_mtime for entry in own), default=0.0)

    def remove(self) -> None:
        """Remove all of it (see `remove`)."""
        remove(self.folder)


def _copy_file(source: str, target: str) -> None:
    """Copy a file; what is none is passed over. The first that is refused ends it: copytree would go on to the last."""
    if files.size_of(source) is None:
        return
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise files.disk_error(error, target) from error


def remove(folder: str) -> None:
    """Remove what is at the path `folder`, at once for whoever looks there.

    Raises:
        DiskError: if the disk refuses.
    """
    removed = f"{folder}{_REMOVED}"
    clear(removed)
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.rename(folder, removed)
    except OSError as error:
        raise files.disk_error(error, folder) from error
    clear(removed)


def clear(path: str) -> None:
    """Delete what is at `path`, one thing after the other, as far as the disk lets us."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            os.unlink(path)


def sweep(folder: str) -> None:
    """Delete what runs have left in `folder` that were killed while they copied or removed a folder there."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if name.endswith((_COPY, _REMOVED)):
                clear(os.path.join(folder, name))


def iso(when: float) -> str:
    """Return a time as people and tools read it: to the second, in UTC."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _alive(manifest: Manifest) -> float:
    """Return the later of the manifest's times. A ValueError says that one of them is none."""
    return max(datetime.fromisoformat(when).timestamp() for when in (manifest.started_at, manifest.updated_at))


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
    return Manifest(begun.export_id, begun.started_at, iso(begun.at), begun.config_hash, entries=dict(begun.entries))
