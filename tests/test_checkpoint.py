"""What one run leaves, the next one finds; damage costs no more than what is damaged; one run at a time."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from exfig_mp.checkpoint import URL_LIFE, Checkpoint
from exfig_mp.cli.options import CommandOptions
from exfig_mp.cli.resolve import resolve
from exfig_mp.errors import DiskError, ExfigError, LockedError, StateError
from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.hashing import digest
from exfig_mp.journal import Begun, Journal, Placed, Rendered
from exfig_mp.labels import owner_of
from exfig_mp.model import Asset, Items, Node, Written
from exfig_mp.plan import build_plan
from exfig_mp.planned import plan_entry
from exfig_mp.resume import choose, decide
from exfig_mp.run_options import Work
from tests.conformance import cases

if TYPE_CHECKING:
    from exfig_mp.found import Found
    from exfig_mp.journal import Memory

LINK = ".exfig-checkpoint.json"
ICONS = {"app.yaml ios.icons": "1"}
NEIGHBOUR = {"b.yaml web.images": "2"}
PLACE = f".exfig-checkpoint.d/{owner_of(ICONS)}"
FOLDER = f"{PLACE}/current"
NAME = f"{FOLDER}/manifest.json"
META = "/v1/files/x/meta"


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def interrupted(state):
    """A state folder that a run left in the middle: two items, one of them in place, one answer of Figma."""
    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        journal = Journal(checkpoint.journal_path("worker-1"))
        checkpoint.remember_answer(journal, META, b'{"file":{}}')
        journal.append([Rendered("r1", "https://x/1", time.time()), Placed("r1", 3, "digest", ("/out/a.svg",))])
        journal.append([Rendered("r2", "https://x/2", time.time())])
        journal.close()
        checkpoint.report(lambda: (Items(icons=("a",)), Items(icons=("b",), images=("c",))), at_once=True)
    return state


def find(checkpoint: Checkpoint) -> Found | None:
    """Return the best of what is there to go on from."""
    return next(iter(checkpoint.find()), None)


def go_on(checkpoint: Checkpoint) -> Memory:
    found = find(checkpoint)
    assert found is not None
    return checkpoint.go_on(found)


def manifest(state: Path) -> Any:
    return json.loads((state / NAME).read_bytes())


def test_a_new_folder_has_no_checkpoint_and_may_have_to_be_made(state):
    with Checkpoint(str(state / "deep" / "er"), "hash", ICONS) as checkpoint:
        assert find(checkpoint) is None


def test_the_manifest_says_what_people_and_tools_were_promised(interrupted):
    says = manifest(interrupted)

    assert set(says) == {
        "exportId", "startedAt", "updatedAt", "configHash", "completed", "pending", "entries", "schemaVersion",
    }  # fmt: skip
    assert says["schemaVersion"] == 1
    assert says["configHash"] == "hash"
    assert says["completed"] == {"icons": ["a"], "images": [], "colors": False, "typography": False}
    assert says["pending"]["icons"] == ["b"]
    assert says["pending"]["images"] == ["c"]
    form = "%Y-%m-%dT%H:%M:%SZ"
    assert datetime.strptime(says["startedAt"], form) <= datetime.strptime(says["updatedAt"], form)  # noqa: DTZ007


def test_another_run_goes_on_with_everything_that_the_first_left(interrupted):
    before = manifest(interrupted)

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        found = find(checkpoint)
        assert found is not None
        assert found.same_config
        assert 0 <= found.age < 60
        memory = checkpoint.go_on(found)

        assert set(memory.rendered) == {"r1", "r2"}
        assert memory.placed == {"r1": (Placed("r1", 3, "digest", ("/out/a.svg",)),)}
        assert memory.damaged == 0
        assert checkpoint.answer(META) == b'{"file":{}}'
        assert checkpoint.answer("/v1/files/y/meta") is None
    assert manifest(interrupted)["exportId"] == before["exportId"]
    assert manifest(interrupted)["startedAt"] == before["startedAt"]


def test_a_third_run_knows_what_both_runs_before_it_did(interrupted):
    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        go_on(checkpoint)
        journal = Journal(checkpoint.journal_path("worker-1"))
        journal.append([Placed("r2", 4, "digest", ("/out/b.svg",))])
        journal.close()

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        memory = go_on(checkpoint)

        places = {path: Written(name, -1, "") for path, name in (("/out/a.svg", "r1"), ("/out/c.svg", "r2"))}
        checkpoint.look_up(places)

    assert set(memory.placed) == {"r1", "r2"}
    assert places == {"/out/a.svg": Written("r1", 3, "digest"), "/out/c.svg": Written("r2", -1, "")}


def test_another_configuration_is_noticed(interrupted):
    with Checkpoint(str(interrupted), "other", ICONS) as checkpoint:
        found = find(checkpoint)
        assert found is not None
        assert not found.same_config
        checkpoint.go_on(found)

    # Whoever went on in spite of it is not asked again.
    with Checkpoint(str(interrupted), "other", ICONS) as checkpoint:
        found = find(checkpoint)
        assert found is not None
        assert found.same_config


def test_starting_over_forgets_everything(interrupted):
    before = manifest(interrupted)

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        memory = checkpoint.start_over()
        assert (memory.rendered, memory.placed, memory.answers) == ({}, {}, {})
        assert checkpoint.answer(META) is None
        get_render(checkpoint)

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        assert set(go_on(checkpoint).rendered) == {"new"}
    assert manifest(interrupted)["exportId"] != before["exportId"]


def get_answer(checkpoint: Checkpoint) -> None:
    journal = Journal(checkpoint.journal_path("coordinator"))
    checkpoint.remember_answer(journal, META, b'{"file":"new"}')
    journal.close()


def get_render(checkpoint: Checkpoint) -> None:
    get_answer(checkpoint)
    journal = Journal(checkpoint.journal_path("coordinator"))
    journal.append([Rendered("new", "https://x/new", time.time())])
    journal.close()


def everything(state: Path) -> dict[str, bytes]:
    """Return what is kept there, but for the lock and what is written anew with every manifest."""
    kept = {str(path.relative_to(state)): path.read_bytes() for path in state.rglob("*") if path.is_file()}
    return {path: body for path, body in kept.items() if not path.endswith((".lock", ".bak"))}


@pytest.mark.parametrize("config", ["hash", "other"])
@pytest.mark.parametrize("runs", [1, 3])
def test_a_run_that_starts_over_and_gets_nothing_leaves_the_checkpoint_as_it_was(interrupted, config, runs):
    before = everything(interrupted)

    for _ in range(runs):
        with Checkpoint(str(interrupted), config, ICONS) as checkpoint:
            checkpoint.start_over()
            checkpoint.report(lambda: (Items(), Items()), at_once=True)

    assert everything(interrupted) == before


def test_a_run_that_is_withdrawn_with_all_its_answers_leaves_the_checkpoint_as_it_was(interrupted):
    before = everything(interrupted)

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        get_answer(checkpoint)
        checkpoint.withdraw()

    assert everything(interrupted) == before


@pytest.mark.parametrize("ends", ["killed", "in order"])
def test_until_a_new_run_has_a_render_the_one_before_it_is_worth_more(interrupted, tmp_path, ends):
    export_id = manifest(interrupted)["exportId"]
    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        get_answer(checkpoint)
        checkpoint.report(lambda: (Items(), Items()), at_once=True)
        killed = shutil.copytree(interrupted, tmp_path / "killed")

    with Checkpoint(str(killed if ends == "killed" else interrupted), "hash", ICONS) as checkpoint:
        previous, current = checkpoint.find()
        assert (previous.previous, current.previous) == (True, False)
        assert previous.manifest.export_id == export_id
        assert choose((previous, current), "resume")[0] == previous
        assert set(checkpoint.go_on(previous).rendered) == {"r1", "r2"}
        assert checkpoint.answer(META) == b'{"file":{}}'
        assert len(checkpoint.find()) == 1, "there is one generation again"


def test_what_a_new_run_was_told_about_another_configuration_is_gone_on_from_and_costs_no_render(interrupted):
    for config in ("new", "hash"):
        with Checkpoint(str(interrupted), "new", ICONS) as checkpoint:
            checkpoint.start_over()
            get_answer(checkpoint)

        with Checkpoint(str(interrupted), config, ICONS) as checkpoint:
            found, decision = choose(checkpoint.find(), "resume")
            assert found
            assert decision.choice == "go_on"
            memory = checkpoint.go_on(found)
            assert set(memory.rendered) == ({"r1", "r2"} if config == "hash" else set())
            assert checkpoint.answer(META) == (b'{"file":{}}' if config == "hash" else b'{"file":"new"}')


def test_the_first_render_of_a_new_run_throws_away_what_the_one_before_left(interrupted):
    previous = interrupted / PLACE / "previous"
    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        assert previous.is_dir()
        get_render(checkpoint)
        (found, _) = checkpoint.find()
        assert not found.previous, "also for one that is killed before it could do so"
        checkpoint.report(lambda: (Items(), Items()), at_once=True)
        assert not previous.exists()


def test_a_discarded_checkpoint_takes_the_one_before_it_along(interrupted):
    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        checkpoint.discard()

    assert [path.name for path in interrupted.iterdir()] == []


def test_a_checkpoint_is_as_old_as_the_last_sign_of_life_of_its_run(interrupted):
    days = {"startedAt": 20, "updatedAt": 3}
    times = {name: (datetime.now(UTC) - timedelta(days=age)).isoformat() for name, age in days.items()}
    (interrupted / NAME).write_text(json.dumps(manifest(interrupted) | times))

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        found = find(checkpoint)
        assert found is not None
        assert found.age == pytest.approx(3 * 86_400, abs=60)
        checkpoint.go_on(found)
        again = find(checkpoint)
        assert again is not None
        assert again.age < 60


def test_a_generation_whose_manifest_is_torn_is_put_back_with_the_copy_that_speaks_for_it(interrupted):
    (interrupted / NAME).write_bytes(b"{")

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        checkpoint.start_over()

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        (found,) = checkpoint.find()
        assert (found.source, found.previous) == ("copy", False)
        assert set(checkpoint.go_on(found).rendered) == {"r1", "r2"}


def test_a_discarded_checkpoint_leaves_nothing(interrupted):
    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        go_on(checkpoint)
        checkpoint.discard()
        checkpoint.discard()  # to discard what is gone is no error
        assert find(checkpoint) is None

    assert [path.name for path in interrupted.iterdir()] == []


def test_urls_older_than_their_life_are_forgotten_and_files_in_place_are_not(state):
    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        journal = Journal(checkpoint.journal_path("worker"))
        old, young = time.time() - URL_LIFE - 60, time.time() - URL_LIFE + 60
        journal.append([Rendered("old", "u", old), Rendered("young", "u", young), Placed("old", 1, "d", ("/a",))])
        journal.close()

        memory = go_on(checkpoint)

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

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        found = find(checkpoint)
        assert found is not None
        assert found.manifest.export_id == export_id
        assert set(checkpoint.go_on(found).rendered) == {"r1", "r2"}


@pytest.mark.parametrize("damage", [*DAMAGE.values(), None], ids=[*DAMAGE, "gone"])
def test_without_any_good_manifest_the_journals_are_gone_on_with(state, damage):
    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        journal = Journal(checkpoint.journal_path("worker"))
        checkpoint.remember_answer(journal, META, b"{}")
        journal.append([Rendered("r1", "u", time.time())])
        journal.close()
    before = manifest(state)
    for name in (NAME, f"{NAME}.bak"):
        (state / name).unlink() if damage is None else (state / name).write_bytes(damage)

    with Checkpoint(str(state), "other", {"app.yaml ios.icons": "2"}) as checkpoint:
        found = find(checkpoint)
        assert found is not None
        assert found.source == "journals"
        assert checkpoint.damaged == (damage is not None)
        assert not found.same_config
        assert "app.yaml ios.icons changed" in decide(found, "resume").reason
        assert set(checkpoint.go_on(found).rendered) == {"r1"}
        assert checkpoint.answer(META) == b"{}"
    assert {key: manifest(state)[key] for key in ("exportId", "startedAt")} == {
        key: before[key] for key in ("exportId", "startedAt")
    }
    # Whoever went on is the last who began, also for a run that finds no manifest again.
    for name in (NAME, f"{NAME}.bak"):
        (state / name).unlink(missing_ok=True)
    with Checkpoint(str(state), "other", ICONS) as checkpoint:
        found = find(checkpoint)
        assert found is not None
        assert found.same_config


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_checkpoint_that_nothing_good_speaks_for_is_none(interrupted, damage):
    for name in (NAME, f"{NAME}.bak", f"{FOLDER}/begun.jsonl"):
        (interrupted / name).write_bytes(damage)

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        assert find(checkpoint) is None
        assert checkpoint.damaged
        checkpoint.start_over()
        assert find(checkpoint) is not None


def test_a_beginning_with_an_impossible_time_speaks_for_nothing(interrupted):
    for name in (NAME, f"{NAME}.bak"):
        (interrupted / name).unlink()
    begun = Journal(str(interrupted / FOLDER / "begun.jsonl"))
    begun.append([Begun(time.time(), "x", "yesterday", "hash"), Begun(1e300, "x", "2026-01-01T00:00:00Z", "hash")])
    begun.close()

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        assert find(checkpoint) is None


def test_a_manifest_of_every_length_is_read_or_passed_over(interrupted):
    whole = (interrupted / NAME).read_bytes()
    (interrupted / f"{NAME}.bak").unlink()

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        for length in range(len(whole.rstrip())):
            (interrupted / NAME).write_bytes(whole[:length])
            found = find(checkpoint)
            assert found is not None, length
            assert found.source == "journals", length


def test_a_damaged_manifest_never_takes_the_place_of_the_good_one_before_it(interrupted):
    (interrupted / NAME).write_bytes(b"{")
    copy = (interrupted / f"{NAME}.bak").read_bytes()

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        go_on(checkpoint)
        assert (interrupted / f"{NAME}.bak").read_bytes() == copy
        first = (interrupted / NAME).read_bytes()
        checkpoint.report(lambda: (Items(icons=("a",)), Items()), at_once=True)

    assert (interrupted / f"{NAME}.bak").read_bytes() == first


def test_a_manifest_that_went_missing_between_two_writes_is_found_in_its_copy(interrupted):
    (interrupted / NAME).replace(interrupted / f"{NAME}.bak")

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        found = find(checkpoint)
        assert found is not None
        assert found.source == "copy"
        assert not checkpoint.damaged
        assert found.manifest.completed.icons == ("a",)


def test_a_damaged_journal_costs_its_damaged_lines_only(interrupted):
    (journal,) = (interrupted / FOLDER).glob("worker*.jsonl")
    body = journal.read_bytes()
    journal.write_bytes(body[:-10])

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        memory = go_on(checkpoint)

    assert set(memory.rendered) == {"r1"}
    assert memory.damaged == 1


def test_a_journal_that_cannot_be_read_is_noted_and_costs_no_other(interrupted):
    (interrupted / FOLDER / "worker-9.jsonl").mkdir()

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        memory = go_on(checkpoint)

    assert set(memory.rendered) == {"r1", "r2"}
    assert memory.damaged == 1


@pytest.mark.parametrize("damage", [b"", b'{"file":{"name":"forged"}}', None], ids=["empty", "other", "gone"])
def test_an_answer_that_is_not_the_remembered_one_is_none(interrupted, damage):
    (answer,) = (interrupted / FOLDER / "answers").iterdir()
    answer.unlink() if damage is None else answer.write_bytes(damage)

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        go_on(checkpoint)
        assert checkpoint.answer(META) is None


def test_an_answer_that_was_asked_for_again_is_remembered_instead(interrupted):
    # Whatever the order of the two digests: the URLs in an answer change with every request.
    for body in (b"second", b"third", b"fourth"):
        with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
            go_on(checkpoint)
            journal = Journal(checkpoint.journal_path("coordinator"))
            checkpoint.remember_answer(journal, META, body)
            journal.close()

        with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
            go_on(checkpoint)
            assert checkpoint.answer(META) == body


def test_a_checkpoint_of_a_newer_program_is_left_alone(interrupted):
    newer = manifest(interrupted) | {"schemaVersion": 2, "news": [1]}
    (interrupted / NAME).write_text(json.dumps(newer))

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint, pytest.raises(StateError, match="newer") as caught:
        find(checkpoint)

    assert "--restart" in caught.value.advice
    assert manifest(interrupted) == newer


def test_the_manifest_is_not_written_with_every_item(state):
    asked = []

    def items() -> tuple[Items, Items]:
        asked.append(1)
        return Items(), Items()

    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        checkpoint.report(items, at_once=True)  # before the start there is nothing to write
        assert not asked
        checkpoint.start_over()
        for _ in range(1000):
            checkpoint.report(items)
        assert not asked
        checkpoint.report(items, at_once=True)

    assert len(asked) == 1


def test_a_manifest_that_takes_long_to_write_is_written_seldomer(state):
    def items() -> tuple[Items, Items]:
        time.sleep(0.2)
        return Items(), Items()

    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        checkpoint.report(items, at_once=True)

        assert checkpoint._next_write - time.monotonic() > 3.0


def test_a_checkpoint_of_a_newer_program_may_be_thrown_away(interrupted):
    (interrupted / NAME).write_text(json.dumps({"schemaVersion": 2, "exportId": ["another form"]}))

    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        with pytest.raises(StateError, match="newer"):
            find(checkpoint)
        checkpoint.start_over()
        get_render(checkpoint)
        checkpoint.report(lambda: (Items(), Items()), at_once=True)

    assert manifest(interrupted)["schemaVersion"] == 1
    with Checkpoint(str(interrupted), "hash", ICONS) as checkpoint:
        assert set(go_on(checkpoint).rendered) == {"new"}


def test_journals_of_one_writer_have_different_names(state):
    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        assert len({checkpoint.journal_path("worker-1") for _ in range(10)}) == 10


HOLDER = """
import sys, time
from exfig_mp.checkpoint import Checkpoint
with Checkpoint(sys.argv[1], "hash", {"app.yaml ios.icons": "1"}) as checkpoint:
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
                Checkpoint(str(state), "hash", ICONS)
        assert caught.value.exit_code == 5
        assert "--state-dir" in caught.value.advice
    finally:
        holder.kill()
        holder.communicate()

    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        assert find(checkpoint) is not None


def test_what_a_killed_run_left_half_written_is_swept_away(interrupted):
    litter = [
        interrupted / ".exfig-00000000-0000-0000-0000-000000000000.tmp",
        interrupted / FOLDER / ".exfig-00000000-0000-0000-0000-000000000001.tmp",
    ]
    for file in litter:
        file.write_bytes(b"half")

    with Checkpoint(str(interrupted), "hash", ICONS):
        assert not [file for file in litter if file.exists()]


def test_a_state_folder_that_cannot_be_is_a_disk_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(DiskError):
        Checkpoint(str(tmp_path / "file" / "state"), "hash", ICONS)


@pytest.mark.parametrize("name", [LINK, NAME])
def test_a_folder_in_the_place_of_a_manifest_is_in_nobodys_way(state, name):
    (state / name / "inner").mkdir(parents=True)

    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        assert find(checkpoint) is None
        checkpoint.start_over()
        assert find(checkpoint) is not None
        assert not (state / f"{LINK}.new").exists()


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
            Checkpoint(str(disk), "hash", ICONS)

        fill.unlink()
        with Checkpoint(str(disk), "hash", ICONS) as checkpoint:
            checkpoint.start_over()
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def true_of(memory: Any) -> tuple[set[str], set[str]]:
    return set(memory.rendered), set(memory.placed)


@pytest.fixture(params=["one generation"])
def small(request, state, tmp_path):
    """A small state folder after three runs, with what is really on the disk and really remembered.

    With a parameter: a fourth run has started over, and got no render yet. Beside them is a run of another config.
    """
    files = {f"r{number}": (str(tmp_path / f"{number}.svg"), str(tmp_path / f"{number}b.svg")) for number in range(3)}
    for number, paths in enumerate(files.values()):
        for path in paths[: 2 - number % 2]:  # of the second, one is missing
            Path(path).write_bytes(b"body %d" % number)
    for number, (name, paths) in enumerate(files.items()):
        with Checkpoint(str(state), "hash", ICONS) as checkpoint:
            found = find(checkpoint)
            checkpoint.go_on(found) if found else checkpoint.start_over()
            journal = Journal(checkpoint.journal_path("worker"))
            checkpoint.remember_answer(journal, META, b'{"file":{}}')
            body = b"body %d" % number
            journal.append([Rendered(name, f"https://x/{name}", time.time())])
            journal.append([Placed(name, len(body), digest(body), paths)])
            journal.close()
            checkpoint.report(lambda: (Items(icons=("a",)), Items(images=("c",))), at_once=True)
    if request.param == "two generations":
        with Checkpoint(str(state), "hash", ICONS) as checkpoint:
            checkpoint.start_over()
            get_answer(checkpoint)
    with Checkpoint(str(state), "hash", NEIGHBOUR) as checkpoint:
        checkpoint.start_over()
        get_render(checkpoint)
    shutil.copytree(state, tmp_path / "whole", symlinks=True)
    return SimpleNamespace(state=state, whole=tmp_path / "whole", files=files)


def resume_from(small: Any, harm: str) -> None:
    """Resume as a run does, and check that nothing is believed that is not so."""
    with Checkpoint(str(small.state), "hash", ICONS) as checkpoint:
        try:
            found, _ = choose([one for one in checkpoint.find() if one.own], "force", max_age=1e12)
        except StateError:  # the version was hit
            assert "manifest.json" in harm
            return
        memory = checkpoint.go_on(found) if found else checkpoint.start_over()
        assert {(one.render_id, one.url) for one in memory.rendered.values()} <= {
            (name, f"https://x/{name}") for name in small.files
        }, harm
        for content in (False, True):
            assert memory.verify(small.files, content=content).in_place <= {"r0", "r2"}, harm
        assert checkpoint.answer(META) in {None, b'{"file":{}}'}, harm
        checkpoint.report(lambda: (Items(), Items()), at_once=True)
    with Checkpoint(str(small.state), "hash", ICONS) as checkpoint:
        again = find(checkpoint)
        assert again is not None, harm
        if found:
            # Of six lines one or two are hurt, and never those of another file.
            assert len(memory.placed) >= 2, harm
            assert true_of(checkpoint.go_on(again)) == true_of(memory), harm


both = pytest.mark.parametrize("small", ["one generation", "two generations"], indirect=True)


@pytest.mark.parametrize(
    ("small", "step"),
    [
        ("one generation", 53),
        ("two generations", 131),
        pytest.param("one generation", 1, marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
        pytest.param("two generations", 1, marks=[pytest.mark.slow, pytest.mark.timeout(900)]),
    ],
    indirect=["small"],
)
def test_a_state_folder_with_any_byte_flipped_or_cut_is_resumed_without_a_false_claim(small, step):
    dice = random.Random(step)
    paths = [path.relative_to(small.whole) for path in sorted(small.whole.rglob("*")) if path.is_file()]
    assert len(paths) >= 10
    for path in paths:
        whole = (small.whole / path).read_bytes()
        for position in range(dice.randrange(step) if step > 1 else 0, len(whole), step):
            flipped = bytearray(whole)
            flipped[position] ^= dice.choice([0x01, 0x08, 0x20, 0x80, 0xFF])
            for body in (bytes(flipped), whole[:position]):
                shutil.rmtree(small.state)
                shutil.copytree(small.whole, small.state, symlinks=True)
                (small.state / path).write_bytes(body)
                resume_from(small, f"{path} {position} {body!r}")


@both
def test_a_state_folder_in_which_a_folder_or_nothing_stands_for_any_file_is_resumed_or_refused(small):
    for path in sorted(small.whole.rglob("*")):
        for instead in ("folder", "nothing", "file"):
            shutil.rmtree(small.state)
            shutil.copytree(small.whole, small.state, symlinks=True)
            hurt = small.state / path.relative_to(small.whole)
            shutil.rmtree(hurt) if hurt.is_dir() else hurt.unlink()
            if instead == "folder":
                (hurt / "inner").mkdir(parents=True)
            elif instead == "file":
                hurt.write_bytes(b"file")
            try:
                with Checkpoint(str(small.state), "hash", ICONS) as checkpoint:
                    found = find(checkpoint)
                    memory = checkpoint.go_on(found) if found else checkpoint.start_over()
                    assert memory.verify(small.files).in_place <= {"r0", "r2"}
                    checkpoint.report(lambda: (Items(), Items()), at_once=True)
                    checkpoint.discard()
            except ExfigError:
                assert instead != "nothing", path


KILLED = """
import json, os, shutil, signal, sys
from pathlib import Path
from exfig_mp.checkpoint import Checkpoint
from exfig_mp.labels import owner_of
from exfig_mp.journal import Journal, Rendered
from exfig_mp.model import Items
from exfig_mp.resume import choose

state, whole, deed, first, step, icons, neighbour = sys.argv[1:]
icons, neighbour = json.loads(icons), json.loads(neighbour)
new = {"app.yaml ios.images": "1"}
mine = {"copy": new, "remove old": new, "include": icons | new}.get(deed, icons)

def act():
    with Checkpoint(state, "hash", mine) as checkpoint:
        found, _ = choose(checkpoint.find(), "force", 1e12)
        if deed in ("restart", "restart in vain", "remove old", "include"):
            checkpoint.start_over()
        elif deed != "discard":
            checkpoint.go_on(found)
        if deed == "remove old":
            checkpoint.remove_old(0)
        if deed in ("discard", "include"):
            checkpoint.discard()
            return
        journal = Journal(checkpoint.journal_path("worker"))
        for name in ("a", "b") if deed in ("resume", "restart", "copy") else ():
            journal.append([Rendered(name, "https://x/new", 4e9)])
            checkpoint.report(lambda: (Items(icons=(name,)), Items()), at_once=True)

def killed_before_line(number):
    left = [number]
    def trace(frame, event, arg):
        if "exfig_mp" not in frame.f_code.co_filename and "shutil" not in frame.f_code.co_filename:
            return None
        if event == "line":
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace
    sys.settrace(trace)

def place(root, entries):
    folder = Path(root, ".exfig-checkpoint.d", owner_of(entries))
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

def left_by(found, checkpoint):
    if found is None:
        return deed, "nothing"
    memory = checkpoint.go_on(found)
    return found.manifest.export_id, *sorted(memory.rendered), *sorted(memory.placed), memory.damaged

unharmed = [(one, place(whole, one)) for one in ([neighbour, icons] if deed == "copy" else [neighbour])]
assert all(files for _, files in unharmed)
number = int(first)
while True:
    number += int(step)
    shutil.rmtree(state)
    shutil.copytree(whole, state, symlinks=True)
    child = os.fork()
    if not child:
        killed_before_line(number)
        act()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    for entries, files in unharmed:
        assert place(state, entries) == files, number
    with Checkpoint(state, "hash", mine if deed == "copy" else icons) as checkpoint:
        there = [one for one in checkpoint.find() if one.own or deed == "copy"]
        current = Path(state, ".exfig-checkpoint.d", owner_of(mine), "current")
        assert deed != "copy" or any(one.own for one in there) == current.exists(), "a copy says whose it is"
        print(*left_by(choose(there, "force", 1e12)[0], checkpoint), flush=True)
    if status == 0:
        break
"""


OLD = "old r0 r1 r2 r0 r1 r2 0"


@pytest.mark.parametrize(
    ("first", "step"), [(0, 41), pytest.param(0, 1, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
@pytest.mark.parametrize(
    ("small", "deed", "left"),
    [
        ("one generation", "resume", {OLD, "old a r0 r1 r2 r0 r1 r2 0", "old a b r0 r1 r2 r0 r1 r2 0"}),
        ("two generations", "resume", {OLD, "old a r0 r1 r2 r0 r1 r2 0", "old a b r0 r1 r2 r0 r1 r2 0"}),
        ("one generation", "restart", {OLD, "new a 0", "new a b 0"}),
        ("one generation", "restart in vain", {OLD}),
        ("two generations", "restart in vain", {OLD}),
        ("one generation", "discard", {OLD, "discard nothing"}),
        ("two generations", "discard", {OLD, "discard nothing"}),
        (
            "one generation",
            "copy",
            {OLD, "new r0 r1 r2 r0 r1 r2 0", "new a r0 r1 r2 r0 r1 r2 0", "new a b r0 r1 r2 r0 r1 r2 0"},
        ),
        ("two generations", "remove old", {OLD, "remove old nothing"}),
        ("two generations", "include", {OLD, "include nothing"}),
    ],
    indirect=["small"],
)
def test_sigkill_at_any_line_leaves_one_good_generation_and_loses_nothing(small, deed, left, first, step):
    place = small.state / PLACE
    previous = place / "previous" / "manifest.json"
    manifest = previous if previous.exists() else place / "current" / "manifest.json"
    export_id = json.loads(manifest.read_bytes())["exportId"]
    if deed == "remove old":
        for path in (small.whole / PLACE).rglob("*"):
            os.utime(path, (1.0, time.time() - URL_LIFE - 60))
    command = [sys.executable, "-c", KILLED, small.state, small.whole, deed, str(first), str(step)]
    entries = [json.dumps(entries) for entries in (ICONS, NEIGHBOUR)]

    said = subprocess.run(
        [*command, *entries], check=True, capture_output=True, text=True, timeout=800
    ).stdout.splitlines()

    outcomes = {line.replace(export_id, "old") for line in said}
    outcomes = {f"new{line[36:]}" if line[8:9] == "-" else line for line in outcomes}
    assert len(said) > 50 / step
    assert outcomes <= left
    assert outcomes == left or step > 1


def entry(folder: str, scale: float) -> Entry:
    return Entry(
        platform="web",
        kind="icons",
        label=folder,
        selection=Selection(light_file="k", frame="f"),
        naming=Naming(style=""),
        exporter=Folder(folder=folder, format="png", scale=scale),
    )


def plan_of(base: Path, *entries: Entry) -> Any:
    assets = tuple(Asset(name, name, Node("k", "v", name)) for name in "abc")
    return build_plan([plan_entry("app.yaml", str(base), one, assets) for one in entries])


def test_after_a_change_of_the_configuration_what_is_still_the_same_is_in_place(state, tmp_path):
    before = plan_of(tmp_path, entry("same", 1.0), entry("moved", 2.0), entry("big", 3.0))
    with Checkpoint(str(state), "before", ICONS) as checkpoint:
        checkpoint.start_over()
        journal = Journal(checkpoint.journal_path("worker"))
        for render_id, paths in before.destinations.items():
            for path in paths:
                Path(path).parent.mkdir(exist_ok=True)
                Path(path).write_bytes(b"png")
            journal.append([Placed(render_id, 3, digest(b"png"), paths)])
        journal.close()
    # One entry stays as it is, one goes elsewhere, one gets another scale at its old place.
    after = plan_of(tmp_path, entry("same", 1.0), entry("new", 2.0), entry("big", 4.0))

    with Checkpoint(str(state), "after", ICONS) as checkpoint:
        memory = go_on(checkpoint)
    verified = memory.verify(after.destinations, content=True)

    assert {path.split("/")[-2] for name in verified.in_place for path in after.destinations[name]} == {"same"}
    assert len(verified.in_place) == 3
    assert verified.lost == frozenset()
    assert memory.verify(before.destinations).in_place == set(before.renders)


def aged(state: Path, hours: float) -> None:
    when = datetime.now(UTC) - timedelta(hours=hours)
    says = manifest(state) | {"startedAt": when.isoformat(), "updatedAt": when.isoformat()}
    (state / NAME).write_text(json.dumps(says))


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
    if not set(case["input"].get("do", [])) & {"load_missing", "delete_missing"}:
        with Checkpoint(str(state), "hash", ICONS) as checkpoint:
            checkpoint.start_over()
            checkpoint.report(lambda: items_of(case), at_once=True)
        aged(state, case["input"].get("age_h", 0))
    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        yield find(checkpoint), checkpoint


@pytest.mark.parametrize(
    "case", cases("checkpoint", where=lambda case: {"batch_paths", "filter_files"}.isdisjoint(case["input"]))
)
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


def of_configs(state: Path, paths: list[str]) -> Checkpoint:
    """Return the checkpoint of a run of these configs."""
    unsaid: dict[str, Any] = dict.fromkeys(CommandOptions.__struct_fields__)
    options = CommandOptions(**unsaid | {"state_dir": ".", "report": ()})
    works = [Work(path, path, entry("icons", 1.0)) for path in paths]
    resolved = resolve(options, (), works, batch=True)
    return Checkpoint(str(state), resolved.config_hash, resolved.entries)


@pytest.mark.parametrize("case", cases("checkpoint", where=lambda case: "asked" in case["input"]))
def test_conforms_to_checkpoint_of_other_configs(case, state, monkeypatch):
    monkeypatch.setenv("FIGMA_PERSONAL_TOKEN", "figd_any")
    with of_configs(state, case["input"]["batch_paths"]) as checkpoint:
        checkpoint.start_over()

    with of_configs(state, case["input"]["asked"]) as checkpoint:
        found = find(checkpoint)

    assert found
    assert found.same_config is case["expected"]["matches"]


@pytest.mark.parametrize(
    "case", cases("checkpoint", where=lambda case: not {"pending_paths", "pending_files"}.isdisjoint(case["expected"]))
)
def test_conforms_to_what_a_checkpoint_leaves_to_do(case, state, tmp_path):
    given = case["input"]
    names = [name.removeprefix("/") for name in given.get("filter_files") or given["batch_paths"]]
    (done,) = (deed.removeprefix("completed:/") for deed in given["do"])
    files = {name: (str(tmp_path / name),) for name in names}
    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        checkpoint.start_over()
        journal = Journal(checkpoint.journal_path("worker"))
        (name,) = (name for name in names if Path(name).stem == done)
        Path(*files[name]).write_bytes(b"svg")
        journal.append([Placed(name, 3, digest(b"svg"), files[name])])
        journal.close()

    with Checkpoint(str(state), "hash", ICONS) as checkpoint:
        in_place = go_on(checkpoint).verify(files).in_place

    (expected,) = case["expected"].values()
    assert [name for name in names if name not in in_place] == [name.removeprefix("/") for name in expected]
