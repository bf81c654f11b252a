"""What is remembered of a Figma file from run to run: its version, its components, and how its nodes looked. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.sources.figma_wire import Component, FileMeta

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Look(Struct, frozen=True, array_like=True):
    """How a node looks: the hash, the file's version `since` which it is that, and the last version it was `seen` in.

    Renders are named after `since`: what was drawn then is right as long as the hash stays.
    """

    hash: str
    since: str
    seen: str


class FileRecord(Struct, frozen=True, rename="camel"):
    """One file as the last run that asked saw it. `hash_version` says by which rules `looks` were hashed."""

    meta: FileMeta
    components: tuple[Component, ...] = ()
    looks: dict[str, Look] = {}
    hash_version: int = 0

    def is_of(self, meta: FileMeta) -> bool:
        """Is the file unchanged? A file that says neither version nor time has always changed."""
        return bool(meta.version or meta.last_touched_at) and self.meta.revision == meta.revision


class FileRecords(Protocol):
    """Where records live."""

    def recall(self, file_key: str) -> FileRecord | None:
        """Return what is remembered of a file."""
        ...

    def remember(self, file_key: str, record: FileRecord) -> None:
        """Keep it."""
        ...


class NoRecords:
    """Remembers nothing."""

    def recall(self, _file_key: str) -> FileRecord | None:
        """Return None."""
        return None

    def remember(self, _file_key: str, _record: FileRecord) -> None:
        """Do nothing."""


def unseen(looks: Mapping[str, Look], node_ids: Iterable[str], version: str) -> list[str]:
    """Return the nodes, in order, of which nobody knows how they look in `version`."""
    return sorted(node_id for node_id in node_ids if (known := looks.get(node_id)) is None or known.seen != version)


def with_seen(record: FileRecord, hashes: Mapping[str, str], version: str) -> FileRecord:
    """Return the record after the nodes of `hashes` were looked at in `version`; nodes that are gone are forgotten."""
    there = {component.node_id for component in record.components}
    looks = {node_id: look for node_id, look in record.looks.items() if node_id in there}
    for node_id, hash_ in hashes.items():
        known = looks.get(node_id)
        since = known.since if known and known.hash == hash_ else version
        looks[node_id] = Look(hash_, since, version)
    return replace(record, looks=looks)


def revisions(looks: Mapping[str, Look], version: str) -> dict[str, str]:
    """Return since which version each node looks as it does in `version`; nodes that nobody looked at are left out."""
    return {node_id: look.since for node_id, look in looks.items() if look.seen == version}
