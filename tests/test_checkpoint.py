"""What one run leaves, the next one finds; damage costs no more than what is damaged; one run at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from exfig_mp.checkpoint import URL_LIFE, Checkpoint
from exfig_mp.errors import DiskError, LockedError, StateError
from exfig_mp.journal import Journal, Placed, Rendered
from exfig_mp.model import Items
from exfig_mp.resume import decide

FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or Path(__file__).parents[1].parent / "shared" / "fixtures")
NAME = ".exfig-checkpoint.json"
META = "/v1/files/x/meta"


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def interrupted(state):
    """A state folder that a run left in the middle: two items, one of them in place, one answer of Figma."""
    with Checkpoint(str(state), "hash") as checkpoint:
        checkpoint.start_over()
        journal = Journal(checkpoint.journal_path("worker-1"))
        checkpoint.remember_answer(journal, META, b'{"file":{}}')
        journal.append([Rendered("r1", "https://x/1", time.time()), Placed("r1", 3, "digest", ("/out/a.svg",))])
        journal.append([Rendered("r2", "https://x/2", time.time())])
        journal.close()
        checkpoint.report(lambda: (Items(icons=("a",)), Items(icons=("b",), images=("c",))), at_once=True)
    return state


def manifest(state: Path) -> Any:
    return json.loads((state / NAME).read_bytes())


def test_a_new_folder_has_no_checkpoint_and_may_have_to_be_made(state):
    with Checkpoint(str(state / "deep" / "er"), "hash") as checkpoint:
        assert checkpoint.find() is None


def test_the_manifest_says_what_people_and_tools_were_promised(interrupted):
    says = manifest(interrupted)

    assert set(says) == {
        "exportId", "startedAt", "updatedAt", "configHash", "completed", "pending", "schemaVersion",
    }  # fmt: skip
    assert says["schemaVersion"] == 1
    assert says["configHash"] == "hash"
    assert says["completed"] == {"icons": ["a"], "images": [], "colors": False, "typography": False}
    assert says["pending"]["icons"] == ["b"]
    assert says["pending"]["images"] == ["c"]
    assert datetime.fromisoformat(says["startedAt"]) <= datetime.fromisoformat(says["updatedAt"])


def test_another_run_goes_on_with_everything_that_the_first_left(interrupted):
    before = manifest(interrupted)

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        found = checkpoint.find()
        assert found is not None
        assert found.same_config
        assert 0 <= found.age < 60
        memory = checkpoint.go_on(found)

        assert set(memory.rendered) == {"r1", "r2"}
        assert memory.placed == {"r1": {Placed("r1", 3, "digest", ("/out/a.svg",))}}
        assert memory.damaged == 0
        assert checkpoint.answer(META) == b'{"file":{}}'
        assert checkpoint.answer("/v1/files/y/meta") is None
    assert manifest(interrupted)["exportId"] == before["exportId"]
    assert manifest(interrupted)["startedAt"] == before["startedAt"]


def test_a_third_run_knows_what_both_runs_before_it_did(interrupted):
    with Checkpoint(str(interrupted), "hash") as checkpoint:
        checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there
        journal = Journal(checkpoint.journal_path("worker-1"))
        journal.append([Placed("r2", 4, "digest", ("/out/b.svg",))])
        journal.close()

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        memory = checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there

    assert set(memory.placed) == {"r1", "r2"}


def test_another_configuration_is_noticed(interrupted):
    with Checkpoint(str(interrupted), "other") as checkpoint:
        found = checkpoint.find()
        assert found is not None
        assert not found.same_config
        checkpoint.go_on(found)

    # Whoever went on in spite of it is not asked again.
    with Checkpoint(str(interrupted), "other") as checkpoint:
        found = checkpoint.find()
        assert found is not None
        assert found.same_config


def test_starting_over_forgets_everything(interrupted):
    before = manifest(interrupted)

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        memory = checkpoint.start_over()
        assert (memory.rendered, memory.placed, memory.answers) == ({}, {}, {})
        assert checkpoint.answer(META) is None

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        found = checkpoint.find()
        assert found is not None
        assert not checkpoint.go_on(found).rendered
    assert manifest(interrupted)["exportId"] != before["exportId"]


def test_a_discarded_checkpoint_leaves_nothing(interrupted):
    with Checkpoint(str(interrupted), "hash") as checkpoint:
        checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there
        checkpoint.discard()
        checkpoint.discard()  # to discard what is gone is no error
        assert checkpoint.find() is None

    assert [path.name for path in interrupted.iterdir()] == []


def test_urls_older_than_their_life_are_forgotten_and_files_in_place_are_not(state):
    with Checkpoint(str(state), "hash") as checkpoint:
        checkpoint.start_over()
        journal = Journal(checkpoint.journal_path("worker"))
        old, young = time.time() - URL_LIFE - 60, time.time() - URL_LIFE + 60
        journal.append([Rendered("old", "u", old), Rendered("young", "u", young), Placed("old", 1, "d", ("/a",))])
        journal.close()

        memory = checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there

    assert set(memory.rendered) == {"young"}
    assert set(memory.placed) == {"old"}


DAMAGE = {
    "empty": b"",
    "cut": b'{"exportId": "x", "startedA',
    "no JSON": b"\x00" * 500,
    "no UTF-8": b'{"exportId": "\xff"}',
    "another form": b"[]",
    "no time": b'{"exportId":"x","startedAt":"yesterday","updatedAt":"","configHash":"hash"}',
    "no such day": b'{"exportId":"x","startedAt":"2026-02-31T00:00:00Z","updatedAt":"","configHash":"hash"}',
    "deep": b'{"exportId":' + b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_manifest_is_replaced_by_the_one_before_it(interrupted, damage):
    export_id = manifest(interrupted)["exportId"]
    (interrupted / NAME).write_bytes(damage)

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        found = checkpoint.find()
        assert found is not None
        assert found.manifest.export_id == export_id
        assert set(checkpoint.go_on(found).rendered) == {"r1", "r2"}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_checkpoint_without_any_good_manifest_is_none(interrupted, damage):
    for name in (NAME, f"{NAME}.bak"):
        (interrupted / name).write_bytes(damage)

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        assert checkpoint.find() is None
        checkpoint.start_over()
        assert checkpoint.find() is not None


def test_a_manifest_of_every_length_is_read_or_passed_over(interrupted):
    whole = (interrupted / NAME).read_bytes()
    (interrupted / f"{NAME}.bak").unlink()

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        for length in range(len(whole.rstrip())):
            (interrupted / NAME).write_bytes(whole[:length])
            assert checkpoint.find() is None, length


def test_a_manifest_that_went_missing_between_two_writes_is_found_in_its_copy(interrupted):
    (interrupted / NAME).replace(interrupted / f"{NAME}.bak")

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        found = checkpoint.find()
        assert found is not None
        assert found.manifest.completed.icons == ("a",)


def test_a_damaged_journal_costs_its_damaged_lines_only(interrupted):
    (journal,) = (interrupted / ".exfig-checkpoint.d").glob("*.jsonl")
    body = journal.read_bytes()
    journal.write_bytes(body[:-10])

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        memory = checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there

    assert set(memory.rendered) == {"r1"}
    assert memory.damaged == 1


def test_a_journal_that_cannot_be_read_is_noted_and_costs_no_other(interrupted):
    (interrupted / ".exfig-checkpoint.d" / "worker-9.jsonl").mkdir()

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        memory = checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there

    assert set(memory.rendered) == {"r1", "r2"}
    assert memory.damaged == 1


@pytest.mark.parametrize("damage", [b"", b'{"file":{"name":"forged"}}', None], ids=["empty", "other", "gone"])
def test_an_answer_that_is_not_the_remembered_one_is_none(interrupted, damage):
    (answer,) = (interrupted / ".exfig-checkpoint.d" / "answers").iterdir()
    answer.unlink() if damage is None else answer.write_bytes(damage)

    with Checkpoint(str(interrupted), "hash") as checkpoint:
        checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there
        assert checkpoint.answer(META) is None


def test_an_answer_that_was_asked_for_again_is_remembered_instead(interrupted):
    # Whatever the order of the two digests: the URLs in an answer change with every request.
    for body in (b"second", b"third", b"fourth"):
        with Checkpoint(str(interrupted), "hash") as checkpoint:
            checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there
            journal = Journal(checkpoint.journal_path("coordinator"))
            checkpoint.remember_answer(journal, META, body)
            journal.close()

        with Checkpoint(str(interrupted), "hash") as checkpoint:
            checkpoint.go_on(checkpoint.find())  # type: ignore[arg-type]  # it is there
            assert checkpoint.answer(META) == body


def test_a_checkpoint_of_a_newer_program_is_left_alone(interrupted):
    newer = manifest(interrupted) | {"schemaVersion": 2, "news": [1]}
    (interrupted / NAME).write_text(json.dumps(newer))

    with Checkpoint(str(interrupted), "hash") as checkpoint, pytest.raises(StateError, match="newer") as caught:
        checkpoint.find()

    assert "--restart" in caught.value.advice
    assert manifest(interrupted) == newer


def test_the_manifest_is_not_written_with_every_item(state):
    asked = []

    def items() -> tuple[Items, Items]:
        asked.append(1)
        return Items(), Items()

    with Checkpoint(str(state), "hash") as checkpoint:
        checkpoint.report(items, at_once=True)  # before the start there is nothing to write
        assert not asked
        checkpoint.start_over()
        for _ in range(1000):
            checkpoint.report(items)
        assert not asked
        checkpoint.report(items, at_once=True)

    assert len(asked) == 1


def test_journals_of_one_writer_have_different_names(state):
    with Checkpoint(str(state), "hash") as checkpoint:
        assert len({checkpoint.journal_path("worker-1") for _ in range(10)}) == 10


HOLDER = """
import sys, time
from exfig_mp.checkpoint import Checkpoint
with Checkpoint(sys.argv[1], "hash") as checkpoint:
    checkpoint.start_over()
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_learns_who_holds_the_folder_and_may_have_it_after_that_ones_death(state):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, state], stdout=subprocess.PIPE)
    try:
        assert holder.stdout
        holder.stdout.readline()
        for _ in range(2):  # also the second who tries is told
            with pytest.raises(LockedError, match=rf"process {holder.pid}\b") as caught:
                Checkpoint(str(state), "hash")
        assert caught.value.exit_code == 5
        assert "--state-dir" in caught.value.advice
    finally:
        holder.kill()
        holder.communicate()

    with Checkpoint(str(state), "hash") as checkpoint:
        assert checkpoint.find() is not None


def test_what_a_killed_run_left_half_written_is_swept_away(interrupted):
    litter = [
        interrupted / ".exfig-00000000-0000-0000-0000-000000000000.tmp",
        interrupted / ".exfig-checkpoint.d" / ".exfig-00000000-0000-0000-0000-000000000001.tmp",
    ]
    for file in litter:
        file.write_bytes(b"half")

    with Checkpoint(str(interrupted), "hash"):
        assert not [file for file in litter if file.exists()]


def test_a_state_folder_that_cannot_be_is_a_disk_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(DiskError):
        Checkpoint(str(tmp_path / "file" / "state"), "hash")


def test_a_folder_in_the_place_of_the_manifest_is_a_disk_error(state):
    (state / NAME).mkdir(parents=True)

    with Checkpoint(str(state), "hash") as checkpoint:
        assert checkpoint.find() is None
        with pytest.raises(DiskError):
            checkpoint.start_over()


def test_a_full_disk_is_a_disk_error_and_frees_the_folder(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("to mount a small file system takes root")
    try:
        fill = disk / "fill"
        with fill.open("wb", 0) as file:
            while True:
                try:
                    file.write(bytes(1024))
                except OSError:
                    break
        with pytest.raises(DiskError, match="No space left"):
            Checkpoint(str(disk), "hash")

        fill.unlink()
        with Checkpoint(str(disk), "hash") as checkpoint:
            checkpoint.start_over()
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def aged(state: Path, hours: float) -> None:
    when = datetime.now(UTC) - timedelta(hours=hours)
    says = manifest(state) | {"startedAt": when.isoformat()}
    (state / NAME).write_text(json.dumps(says))


def cases() -> list[Any]:
    path = FIXTURES / "conformance" / "checkpoint.json"
    if not path.is_file():
        reason = f"no {path.name}: set EXFIG_MP_FIXTURES to the folder of the fixtures"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason), id="checkpoint")]
    return [pytest.param(case, id=case["id"]) for case in json.loads(path.read_text("utf-8"))["cases"]]


ELSEWHERE = {
    "checkpoint/020": "a checkpoint belongs to its configuration by hash, not by a list of paths",
    "checkpoint/023": "a checkpoint belongs to its configuration by hash, not by a list of paths",
    "checkpoint/026": "files are matched by their renders, not by the names of their items",
}
"""Cases about a thing that is done in another way here, and why."""


def items_of(case: Any) -> tuple[Items, Items]:
    """Return what is completed and what is pending when a case has done what it does."""
    given = case["input"]
    wanted = given.get("pending") or ({"icons": given["tracker"]} if "tracker" in given else {})
    done = {deed.rpartition(":")[2] for deed in given.get("do", [])}

    def part(*, completed: bool) -> Items:
        def names(kind: str) -> tuple[str, ...]:
            return tuple(name for name in wanted.get(kind, ()) if (name in done) is completed)

        def whole(kind: str) -> bool:
            return bool(wanted.get(kind)) and (kind in done) is completed

        return Items(names("icons"), names("images"), colors=whole("colors"), typography=whole("typography"))

    return part(completed=True), part(completed=False)


@pytest.fixture
def found(case, state):
    """What is found of a checkpoint that a case has left, the id of its run, and the checkpoint itself."""
    if case["id"] in ELSEWHERE:
        pytest.skip(ELSEWHERE[case["id"]])
    if not set(case["input"].get("do", [])) & {"load_missing", "delete_missing"}:
        with Checkpoint(str(state), "hash") as checkpoint:
            checkpoint.start_over()
            checkpoint.report(lambda: items_of(case), at_once=True)
        aged(state, case["input"].get("age_h", 0))
    with Checkpoint(str(state), "hash") as checkpoint:
        yield checkpoint.find(), checkpoint


@pytest.mark.parametrize("case", cases())
def test_conforms_to_checkpoint(case, found, state):
    deeds, expected = case["input"].get("do", []), case["expected"]
    one, checkpoint = found
    assert (one is None) is (expected in ({"loaded": None}, {"throws": None}))
    checks = {
        "ids_differ": lambda: checkpoint.start_over() and manifest(state)["exportId"] != one.manifest.export_id,
        "same_id": lambda: checkpoint.go_on(one) and manifest(state)["exportId"] == one.manifest.export_id,
        "expired": lambda: decide(one, "resume").choice == "start_over",
        "complete": lambda: one.manifest.pending == Items(),
        "file_exists": lambda: (checkpoint.discard(), (state / NAME).exists())[1],
        "throws": checkpoint.discard,
        "loaded": lambda: one,
        "completed": lambda: said("completed"),
        "pending": lambda: said("pending"),
    }

    def said(part: str) -> Any:
        names = expected[part]
        items = json.loads(msgspec.json.encode(getattr(one.manifest, part)))
        return items["icons"] if isinstance(names, list) else {kind: items[kind] for kind in names}

    assert {key: checks[key]() for key in expected} == expected, deeds
