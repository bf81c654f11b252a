"""What is exported again after a change, as ExFig v1's own tests have it."""

from __future__ import annotations

from typing import Any

import pytest

from exfig_mp.sources import figma
from exfig_mp.sources.figma import File
from exfig_mp.sources.figma_wire import Component, FileMeta
from exfig_mp.sources.file_record import FileRecord
from exfig_mp.sources.looks import look
from tests.conformance import cases

PAIR = {"1:1": "light", "1:2": "dark"}
OLD, NEW = "1@2026", "2@2026"


class Api:
    """Stands in for the API: says how nodes look, and counts what is asked for."""

    def __init__(self, hashes):
        self.hashes = hashes
        self.asked: list[str] = []

    async def meta(self, key):
        self.asked.append(f"meta {key}")
        return FileMeta("File", "1", "2026")

    async def components(self, key):
        self.asked.append(f"components {key}")
        return tuple(map(Component, self.hashes))

    async def nodes(self, _key, ids, _version, _subject):
        return {node: self.hashes[node] for node in ids.split(",")}


class Records:
    def __init__(self):
        self.known: dict[str, FileRecord] = {}

    def recall(self, key):
        return self.known.get(key)

    def remember(self, key, record):
        self.known[key] = record


def api_with(hashes) -> Any:
    return Api(hashes)


async def looked_at(hashes, version, records):
    """Return the file after a run with granular tracking has seen it in a version."""
    known = records.recall("f") or FileRecord(FileMeta())
    record = FileRecord(
        FileMeta("File", version, "2026"), tuple(map(Component, hashes)), known.looks, known.hash_version
    )
    files = await look(api_with(hashes), {"f": File("f", record)}, {"f": hashes}, records, pytest.fail)
    found = files["f"]
    assert isinstance(found, File)
    return found


@pytest.mark.parametrize("case", cases("tracking_cache"))
async def test_what_is_exported_again(case):
    given, expected, records = case["input"], case["expected"], Records()
    if "cache" in given:
        api = api_with({})
        await figma.fetch(api, {given["file"]}, 1, records)
        assert ("components f" in api.asked) is expected["needs_export"]
        return
    before = given.get("cached_hashes", PAIR)
    now = given.get("now", PAIR)
    if before:
        await looked_at(before, "1", records)

    found = await looked_at(now, "2", records)

    changed = sorted(node for node in now if found.revisions[node] == NEW)
    assert changed == (sorted(now) if expected["export"] == "all" else expected["export"])
    assert all(found.revisions[node] == OLD for node in set(now) - set(changed))


async def test_an_unchanged_version_asks_for_nothing_else():
    api, records = api_with(PAIR), Records()
    await figma.fetch(api, {"f"}, 1, records)
    api.asked.clear()

    await figma.fetch(api, {"f"}, 1, records)

    assert api.asked == ["meta f"]
