"""One generation of a checkpoint: a folder of journals, and the manifests that speak for it.

There are two at most: that of the last run and, until that has renders of its own, the spare one of the run before.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.errors import StateError
from exfig_mp.journal import blocks, merge
from exfig_mp.model import Items

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.journal import Begun

SCHEMA_VERSION = 1

Source = Literal["manifest", "copy", "journals"]
"""What a checkpoint was found by: its manifest, the manifest before that (`.bak`), or what its journals say."""

_DAMAGE = (ValueError, RecursionError, OverflowError)  # of a manifest: the text, or what it says


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


API_LABEL = "the address of the API"
"""What is compared between runs as entries are, and belongs to no config."""


def configs_of(entries: Iterable[str]) -> frozenset[str]:
    """Return the configs of entries that are given by their labels: "app.yaml ios.icons" is one of app.yaml."""
    return frozenset(label.rpartition(" ")[0] for label in entries if label != API_LABEL)


class Said(NamedTuple):
    """What speaks for a generation, and when it gave its last sign of life (Unix time)."""

    manifest: Manifest
    source: Source
    alive: float


class Generation:
    """A generation at one place of the state folder, whether it is there or not.

    Args:
        folder: of the journals; when the generation is spare, its manifest lies in it, too.
        manifest: the path of its manifest when it is not; the one before that is beside it (`.bak`).
    """

    def __init__(self, folder: str, manifest: str = "") -> None:
        self.folder = folder
        self.begun_path = os.path.join(folder, "begun.jsonl")
        self.inner_path = os.path.join(folder, "manifest.json")
        self.manifest_path = manifest
        self._outer: dict[str, Source] = {manifest: "manifest", f"{manifest}.bak": "copy"} if manifest else {}
        self.damaged = False
        """Whether `read` met a manifest that it could not read."""

    def read(self) -> Said | None:
        """Return what speaks for the generation, or None if nothing does.

        Raises:
            StateError: if a newer version of the program wrote it.
        """
        begun = merge(blocks(self.begun_path)).begun if os.path.exists(self.begun_path) else None
        paths: dict[str, Source] = {**self._outer, self.inner_path: "manifest"}
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
        """Return 2 if its journals know of renders, which are what costs; 1 if of other answers of Figma's; else 0."""
        answers = 0
        for block in (block for path in self.journals() for block in blocks(path)):
            memory = merge([block])
            if memory.rendered or memory.placed:
                return 2
            answers |= bool(memory.answers)
        return answers

    def journals(self) -> list[str]:
        """Return the paths of its journals, in order."""
        try:
            names = sorted(os.listdir(self.folder))
        except OSError:
            return []
        return [os.path.join(self.folder, name) for name in names if name.endswith(".jsonl")]

    def set_aside(self, spare: Generation) -> None:
        """Move it to where `spare` is, in whose place it comes. Killed at any instant, this leaves one of them whole.

        Raises:
            DiskError: if the disk refuses.
        """
        spare.remove()
        try:
            for path in filter(_is_readable, self._outer):
                os.replace(path, self.inner_path)
                break
            for path in self._outer:  # they would speak for what comes to their place
                unlink(path)
            os.rename(self.folder, spare.folder)
        except OSError as error:
            raise files.disk_error(error, spare.folder) from error

    def put_back(self, spare: Generation) -> None:
        """Give its place to `spare`, if that is there. Killed at any instant, this leaves that one whole.

        Raises:
            DiskError: if the disk refuses.
        """
        self.remove()
        try:
            with suppress(FileNotFoundError):
                os.rename(spare.folder, self.folder)
                os.replace(self.inner_path, self.manifest_path)
        except OSError as error:
            raise files.disk_error(error, self.folder) from error

    def remove(self) -> None:
        """Remove all of it.

        Raises:
            DiskError: if the disk refuses.
        """
        # What says whose the journals are goes first: without it they mean nothing, and what is left is just litter.
        # The manifest of a run that is removed for half is still true of all of them.
        inner = (self.begun_path, self.inner_path) if self.is_there else ()
        for path in (*inner, *self._outer):
            unlink(path)
        if os.path.isdir(self.folder) and not os.path.islink(self.folder):
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            unlink(self.folder)


def unlink(path: str) -> None:
    """Delete the file at `path`, if there is one.

    Raises:
        DiskError: if the disk refuses.
    """
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise files.disk_error(error, path) from error


def iso(when: float) -> str:
    """Return a time as people and tools read it: to the second, in UTC."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _alive(manifest: Manifest) -> float:
    """Return the later of the manifest's times. A ValueError says that one of them is none."""
    return max(datetime.fromisoformat(when).timestamp() for when in (manifest.started_at, manifest.updated_at))


def _is_readable(path: str) -> bool:
    """Does a manifest at `path` say something, be it to a newer program?"""
    body = files.read(path)
    try:
        return body is not None and _alive(_manifest(body, path)) > 0
    except StateError:
        return True
    except _DAMAGE:
        return False


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
