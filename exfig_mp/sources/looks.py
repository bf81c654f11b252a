"""Granular change detection: ask how the nodes of a changed file look now, and know which of them are as they were.

A node that is as it was keeps the version since which it is so in its name; so its renders are those of earlier runs,
and nothing has to be drawn.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec.structs import replace

from exfig_mp.errors import FigmaError
from exfig_mp.model import Failure
from exfig_mp.sources.figma_errors import is_too_much
from exfig_mp.sources.file_record import revisions, unseen, with_seen
from exfig_mp.sources.node_hash import HASH_VERSION
from exfig_mp.sources.render_kind import MAX_QUERY, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exfig_mp.sources.figma import File, Files
    from exfig_mp.sources.figma_api import FigmaApi
    from exfig_mp.sources.file_record import FileRecords

MOST_NODES = 500
"""Nodes of a call: what others found to work; 900 did not (pinterest/figma-calculations#42)."""

_PATIENCE = 12  # calls in a row without an answer: halving 500 nodes down to one takes nine
_BESIDE_IDS = len("ids=&geometry=paths&version=") + 24


async def look(
    api: FigmaApi,
    files: Files,
    wanted: Mapping[str, Iterable[str]],
    records: FileRecords,
    on_problem: Callable[[str], None],
) -> Files:
    """Return the files with the revisions of their `wanted` nodes (ids by file key), asking only for what is not known.

    A file whose nodes cannot be had counts as changed in all of them; `on_problem` is told in words.

    Raises:
        FigmaError: if the token is refused.
    """

    async def one(file: File) -> File:
        record = file.record
        if record.hash_version != HASH_VERSION:
            record = replace(record, looks={}, hash_version=HASH_VERSION)
        nodes = unseen(record.looks, wanted.get(file.key, ()), file.version)
        try:
            hashes = await _hashes(api, file, nodes)
        except FigmaError as error:
            if error.cause == "auth":
                raise
            on_problem(f"{error.message}: all components of the file are taken for changed")
            return file
        if hashes:
            record = with_seen(record, hashes, file.version)
            records.remember(file.key, record)
        return replace(file, record=record, revisions=revisions(record.looks, file.version))

    present = {key: file for key, file in files.items() if not isinstance(file, Failure)}
    done = await asyncio.gather(*map(one, present.values()))
    return files | dict(zip(present, done, strict=True))


async def _hashes(api: FigmaApi, file: File, nodes: list[str]) -> dict[str, str]:
    """Ask for the nodes' looks; a batch that is too much for Figma is halved, a node that is too much has no hash."""
    hashes: dict[str, str] = {}
    batches, unanswered = _batches(nodes), 0
    while batches:
        batch = batches.pop(0)
        subject = f"{len(batch)} node{'s' if len(batch) > 1 else ''} of file {file.key}"
        try:
            hashes |= await api.nodes(file.key, ",".join(map(encoded, batch)), file.record.meta.version, subject)
            unanswered = 0
        except FigmaError as error:
            unanswered += 1
            # A node alone may be too much as well: that is its own affair. But an outage is everybody's.
            if not (is_too_much(error, ids=2) or "large" in error.message) or unanswered > _PATIENCE:
                raise
            if len(batch) > 1:
                middle = len(batch) // 2
                batches[:0] = [batch[:middle], batch[middle:]]
    return hashes


def _batches(nodes: list[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    room = 0
    for node_id in nodes:
        size = len(encoded(node_id)) + 1
        if not batches or room < size or len(batches[-1]) == MOST_NODES:
            batches.append([])
            room = MAX_QUERY - _BESIDE_IDS
        batches[-1].append(node_id)
        room -= size
    return batches
