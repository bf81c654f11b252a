"""Looking at the nodes of changed files: what is asked for, in how many calls, and what becomes of troubles."""

from __future__ import annotations

import pytest

from exfig_mp.errors import FigmaError
from exfig_mp.model import Failure
from exfig_mp.sources.figma import File
from exfig_mp.sources.figma_wire import Component, FileMeta
from exfig_mp.sources.file_record import FileRecord
from exfig_mp.sources.looks import MOST_NODES, look
from exfig_mp.sources.node_hash import HASH_VERSION


class Api:
    """Stands in for the API: every node's hash is its id, but for those that spoil a call."""

    def __init__(self, refuse=lambda _ids: None):
        self.refuse = refuse
        self.calls: list[list[str]] = []

    async def nodes(self, file_key, ids, version, subject):
        asked = ids.split(",")
        self.calls.append(asked)
        error = self.refuse(asked)
        if error:
            raise error
        assert file_key in subject
        return {node: f"{node} in {version[0]}" if node == "0:1" else node for node in asked}


class Records(dict[str, FileRecord]):
    def recall(self, key):
        return self.get(key)

    def remember(self, key, record):
        self[key] = record


def file(count, version="7", looks=None, key="f"):
    components = tuple(Component(f"0:{number}") for number in range(count))
    return File(key, FileRecord(FileMeta("File", version, "2026"), components, looks or {}, HASH_VERSION))


def ids(count):
    return [f"0:{number}" for number in range(count)]


async def looked(api, files, wanted, records, problems=None):
    return await look(api, files, wanted, records, (problems if problems is not None else []).append)


async def test_nodes_are_asked_for_once_and_known_from_then_on():
    api, records = Api(), Records()
    first = await looked(api, {"f": file(3)}, {"f": ids(3)}, records)

    again = await looked(api, {"f": File("f", records["f"])}, {"f": ids(3)}, records)

    assert len(api.calls) == 1
    assert first["f"].revisions == again["f"].revisions == dict.fromkeys(ids(3), "7@2026")


async def test_only_what_has_changed_has_a_new_revision():
    api, records = Api(), Records()
    await looked(api, {"f": file(3)}, {"f": ids(3)}, records)
    known = records["f"]
    changed = File("f", FileRecord(FileMeta("File", "8", "2026"), known.components, known.looks, HASH_VERSION))

    after = await looked(api, {"f": changed}, {"f": ids(3)}, records)

    assert after["f"].revisions == {"0:0": "7@2026", "0:1": "8@2026", "0:2": "7@2026"}


async def test_hashes_by_other_rules_are_not_compared():
    api, records = Api(), Records()
    await looked(api, {"f": file(2)}, {"f": ids(2)}, records)
    old = FileRecord(FileMeta("File", "8", "2026"), records["f"].components, records["f"].looks, HASH_VERSION - 1)

    after = await looked(api, {"f": File("f", old)}, {"f": ids(2)}, records)

    assert set(after["f"].revisions.values()) == {"8@2026"}
    assert records["f"].hash_version == HASH_VERSION


async def test_many_nodes_go_into_few_calls_that_fit_into_a_url():
    api = Api()
    await looked(api, {"f": file(1200)}, {"f": ids(1200)}, Records())

    assert sorted(node for call in api.calls for node in call) == sorted(ids(1200))
    assert [len(call) for call in api.calls] == [MOST_NODES, MOST_NODES, 200]
    assert all(len(",".join(call)) < 7_420 for call in api.calls)


@pytest.mark.parametrize(
    "error",
    [
        FigmaError(Failure("error", "Figma refused the nodes (HTTP 400: Request too large)"), 400),
        FigmaError(Failure("timeout", "no answer")),
        FigmaError(Failure("server", "Figma's answer about the nodes is too large: 300 MB")),
        FigmaError(Failure("server", "HTTP 500"), 500),
    ],
)
async def test_a_call_that_is_too_much_is_halved_down_to_the_node_that_is(error):
    api, records = Api(lambda asked: error if "0:5" in asked else None), Records()

    after = await looked(api, {"f": file(16)}, {"f": ids(16)}, records)

    assert set(ids(16)) - set(after["f"].revisions) == {"0:5"}
    assert len(api.calls) == 9  # 16, 8, 4, 2, 1 around it, and the other halves


async def test_a_file_whose_nodes_cannot_be_had_is_taken_for_changed_and_the_others_are_not():
    refusal = FigmaError(Failure("forbidden", "the scope file_content:read is missing"), 403)
    problems: list[str] = []
    files = {"f": file(2), "g": file(2, key="g")}

    class OneRefuses(Api):
        async def nodes(self, file_key, ids, version, subject):
            if file_key == "f":
                raise refusal
            return await super().nodes(file_key, ids, version, subject)

    after = await looked(OneRefuses(), files, {"f": ids(2), "g": ids(2)}, Records(), problems)

    assert after["f"].revisions == {}
    assert set(after["g"].revisions) == set(ids(2))
    assert len(problems) == 1
    assert "scope" in problems[0]


async def test_a_refused_token_ends_it():
    with pytest.raises(FigmaError, match="token"):
        await looked(
            Api(lambda _: FigmaError(Failure("auth", "bad token"), 403)), {"f": file(2)}, {"f": ids(2)}, Records()
        )


async def test_a_file_that_could_not_be_had_stays_a_failure():
    failure = Failure("not_found", "no such file")

    after = await looked(Api(), {"f": failure, "g": file(1, key="g")}, {"g": ids(1)}, Records())

    assert after["f"] is failure
    assert after["g"].revisions == {"0:0": "7@2026"}


async def test_an_outage_is_not_asked_node_by_node():
    api = Api(lambda _: FigmaError(Failure("server", "HTTP 503"), 503))
    problems: list[str] = []

    after = await looked(api, {"f": file(400)}, {"f": ids(400)}, Records(), problems)

    assert after["f"].revisions == {}
    assert len(api.calls) == 13
    assert len(problems) == 1
