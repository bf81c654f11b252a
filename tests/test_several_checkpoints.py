"""Runs of several configs that are killed in one folder: none costs another what it has paid for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from exfig_mp.checkpoint import URL_LIFE, Checkpoint
from exfig_mp.errors import DiskError
from exfig_mp.journal import Journal, Rendered
from exfig_mp.labels import owner_of
from exfig_mp.resume import choose
from tests.conftest import TOKEN
from tests.crash.bookkeeping import asked, remembered

if TYPE_CHECKING:
    from pathlib import Path

    from exfig_mp.journal import Memory

ICONS = 12
NAMES = ("a", "b", "c")
SLOW = {"on": "cdn", "do": "delay", "seconds": 0.1}
SILENT = "figd_silence"  # a token for which Figma never answers
SILENCE = {"on": "api", "do": "hang", "seconds": 20, "tokens": [SILENT]}
LIBRARIES = {
    "design": {"files": [{"key": f"Library{name}", "icons": ICONS} for name in NAMES]},
    "tokens": [{"token": TOKEN}, {"token": SILENT}],
}
A, B = {"a.yaml web.icons": "1"}, {"b.yaml web.icons": "2"}


@pytest.fixture
def several(project, faulty):
    """A folder with three configs, one for each of three Figma files."""
    faulty(SLOW, SILENCE, **LIBRARIES)
    for name in NAMES:
        icons = "{outputDirectory: src, svgDirectory: icons, generateReactComponents: false}"
        config = f"figma: {{lightFileId: Library{name}}}\nweb: {{output: out/{name}, icons: {icons}}}\n"
        project.write(f"{name}.yaml", config)
    return project


def kill(project, name: str, *options: str, command: str = "batch") -> Memory:
    """Kill a run of one config when some of its files are there; return what it remembers."""
    figma = project.figma
    goal = figma.seen()["cdn_requests"] + 4
    config = (f"{name}.yaml",) if command == "batch" else ("-i", f"{name}.yaml")
    process = project.start(command, *config, *options, "--concurrent-downloads", "1")
    project.wait_until(lambda: figma.seen()["cdn_requests"] >= goal)
    process.kill()
    project.end(process)
    memory = remembered(project.folder / ".exfig-checkpoint.d" / owner_of([f"{name}.yaml web.icons"]) / "current")
    assert len(memory.rendered) == ICONS
    assert len(memory.placed) < ICONS
    return memory


def resume(project, name: str, memory: Memory) -> None:
    """Go on to the end, and look that nothing is asked for that was remembered."""
    seen = len(project.figma.log())
    ran, report = project.report("batch", f"{name}.yaml", "--resume")
    log = project.figma.log()[seen:]
    assert (ran.code, ran.err) == (0, "")
    assert asked(log) == {}
    assert {entry["kind"] for entry in log} == {"cdn"}, "nor is Figma asked for anything else"
    assert report["skipped"] == len(memory.placed)
    assert len(project.tree(f"out/{name}/icons")) == ICONS


@pytest.mark.parametrize(
    "order", ["abc", *(pytest.param(order, marks=pytest.mark.slow) for order in ("cba", "bca", "cab"))]
)
def test_three_configs_killed_in_one_folder_are_each_gone_on_from_without_a_call_for_a_render(several, order):
    memories = {name: kill(several, name) for name in NAMES}

    for name in order:
        resume(several, name, memories[name])

    assert several.state() == []


def test_a_run_that_starts_anew_and_dies_before_its_first_render_costs_neither_itself_nor_others_anything(several):
    memories = {name: kill(several, name) for name in "ab"}
    process = several.start("batch", "a.yaml", FIGMA_PERSONAL_TOKEN=SILENT)
    several.wait_until(lambda: list(several.folder.glob(".exfig-checkpoint.d/*/current/manifest.json.bak")))
    several.wait_until(lambda: several.figma.seen()["endpoints"].get("meta", 0) > 2)
    process.kill()
    several.end(process)

    ran, report = several.report("batch", "a.yaml", "--resume")

    assert (ran.code, report["skipped"]) == (0, len(memories["a"].placed))
    assert "the run before the last is gone on from" in ran.err
    assert [call for call in report["calls"] if call["endpoint"] == "images"] == []
    resume(several, "b", memories["b"])
    assert several.state() == []


BOTH = ["a.yaml web.icons", "b.yaml web.icons"]


def redraw(project) -> None:
    """Have another picture in Figma where a.yaml has its first one of."""
    edits = [{"do": "redraw", "name": "accessibility-00001"}, {"do": "publish"}]
    project.figma.post("/_simulator/design", {"file": "Librarya", "edits": edits})


def kill_both(project) -> Memory:
    """Kill a run of a and b together before it has half of its files; return what it remembers."""
    figma = project.figma
    process = project.start("batch", "a.yaml", "b.yaml", "--concurrent-downloads", "1")
    project.wait_until(lambda: figma.seen()["endpoints"].get("images", 0) >= 2 and figma.seen()["cdn_requests"] >= 4)
    process.kill()
    project.end(process)
    return remembered(project.folder / ".exfig-checkpoint.d" / owner_of(BOTH) / "current")


def test_a_resume_puts_no_older_files_in_place_of_what_another_run_has_exported_since(several):
    kill_both(several)
    redraw(several)
    assert several.run("batch", "a.yaml").code == 0
    newer = several.tree("out/a/icons")

    ran = several.run("batch", "a.yaml", "b.yaml", "--resume")

    assert (ran.code, "another run has exported some of this since" in ran.err) == (0, True)
    assert several.tree("out/a/icons") == newer
    assert len(several.tree("out/b/icons")) == ICONS
    assert several.state() == []


@pytest.mark.parametrize("first", ["all", "some"])
def test_a_run_with_a_filter_and_one_without_put_no_older_files_in_place_of_each_others(several, first):
    args = {"all": ("icons", "-i", "a.yaml"), "some": ("icons", "accessibility*", "-i", "a.yaml")}
    process = several.start(*args[first], "--concurrent-downloads", "1")
    several.wait_until(lambda: several.figma.seen()["cdn_requests"] >= 1)
    process.kill()
    several.end(process)
    redraw(several)
    assert several.run(*args["some" if first == "all" else "all"]).code == 0
    newer = {name: body for name, body in several.tree("out/a/icons").items() if "accessibility" in name}
    assert newer

    ran = several.run(*args[first], "--resume")

    assert (ran.code, "another run has exported some of this since" in ran.err) == (0, True)
    assert several.tree("out/a/icons").items() >= newer.items()


def test_a_copy_puts_no_older_files_in_place_of_what_those_it_is_of_do_not_export(several):
    icons = "svgDirectory: icons, generateReactComponents: false"
    both = f"{{lightFileId: Librarya}}\nweb: {{output: out/a, icons: {{outputDirectory: src, {icons}}}, images: "
    images = "{outputDirectory: src, assetsDirectory: images, generateReactComponents: false}}\n"
    several.write("a.yaml", f"common: {{images: {{figmaFrameName: Icons}}}}\nfigma: {both}{images}")
    kill(several, "a", command="icons")
    redraw(several)
    assert several.run("images", "-i", "a.yaml").code == 0
    newer = several.tree("out/a/images")

    ran, report = several.report("batch", "a.yaml", "--resume=force")

    assert (ran.code, "going on from a copy" in ran.err) == (0, True)
    assert several.tree("out/a/images") == newer
    assert {call["endpoint"] for call in report["calls"]} >= {"meta", "components"}


def test_what_was_paid_for_is_used_though_another_run_has_begun_since_if_nothing_was_drawn_anew(several):
    memory = kill_both(several)
    process = several.start("batch", "a.yaml", FIGMA_PERSONAL_TOKEN=SILENT)
    several.wait_until(lambda: list(several.folder.glob(".exfig-checkpoint.d/*/*/overtaken")))
    process.kill()
    several.end(process)
    seen = len(several.figma.log())

    ran, report = several.report("batch", "a.yaml", "b.yaml", "--resume")

    assert (ran.code, report["skipped"]) == (0, len(memory.placed))
    assert asked(several.figma.log()[seen:]) == {}
    assert {call["endpoint"]: call["count"] for call in report["calls"]} == {"components": 2, "meta": 2}


@pytest.mark.slow
def test_a_config_that_is_started_anew_and_killed_again_and_again_costs_others_nothing(several):
    first = kill(several, "b")
    for options in ((), ("--restart",), ("--resume",)):
        kill(several, "a", *options)
    assert several.run("batch", "c.yaml").code == 0

    resume(several, "b", first)


def test_a_checkpoint_of_an_earlier_version_is_explained_and_left(several):
    journal = several.write(".exfig-checkpoint.d/begun.jsonl", "its own\n")
    manifest = several.write(".exfig-checkpoint.json", "{}")
    previous = several.write(".exfig-checkpoint.old/begun.jsonl", "the one before\n")

    ran = several.run("batch", "a.yaml", "--resume")

    assert ran.code == 0
    assert "of an earlier version of exfig-mp is left here" in ran.err
    assert "delete .exfig-checkpoint.d/*.jsonl, .exfig-checkpoint.old, .exfig-checkpoint.json" in ran.err
    assert [path.read_text() for path in (journal, manifest, previous)] == ["its own\n", "{}", "the one before\n"]
    assert len(list((several.folder / ".exfig-checkpoint.d").iterdir())) == 1


def leave(state: Path, entries: dict[str, str]) -> Path:
    """Leave a checkpoint with one render; return its place."""
    with Checkpoint(str(state), "hash", entries) as checkpoint:
        checkpoint.start_over()
        journal = Journal(checkpoint.journal_path("worker"))
        journal.append([Rendered("r1", "https://x/1", time.time())])
        journal.close()
    return state / ".exfig-checkpoint.d" / owner_of(entries)


def age(place: Path, seconds: float) -> None:
    for path in (place, *place.rglob("*")):
        os.utime(path, (1.0, time.time() - seconds))


def test_what_nobody_goes_on_from_is_removed_when_figma_has_none_of_its_renders_any_more(tmp_path):
    old, young = leave(tmp_path, A), leave(tmp_path, B)
    age(old, URL_LIFE + 60)
    age(young, URL_LIFE - 60)

    with Checkpoint(str(tmp_path), "hash", {"c.yaml web.icons": "3"}) as checkpoint:
        checkpoint.start_over()
        assert checkpoint.remove_old(URL_LIFE + 120) == 0, "the user allows more"
        assert checkpoint.remove_old(3600) == 1, "those of others may have been allowed more than that"

    assert (old.exists(), young.exists()) == (False, True)


WRITER = """
import sys, time
from exfig_mp.journal import Journal
journal = Journal(sys.argv[1])
print("writes", flush=True)
time.sleep(60)
"""


def test_what_a_living_process_still_writes_to_is_not_removed(tmp_path):
    place = leave(tmp_path, A)
    (journal,) = place.glob("current/worker*.jsonl")
    age(place, 2 * URL_LIFE)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, journal], stdout=subprocess.PIPE)
    try:
        assert writer.stdout
        writer.stdout.readline()
        with Checkpoint(str(tmp_path), "hash", B) as checkpoint:
            assert checkpoint.remove_old(0.0) == 0
            assert place.exists()
    finally:
        writer.kill()
        writer.communicate()

    with Checkpoint(str(tmp_path), "hash", B) as checkpoint:
        assert checkpoint.remove_old(0.0) == 1
    assert not place.exists()


def test_that_others_have_overtaken_it_is_noted_once_and_no_sign_of_life_of_its_own(tmp_path):
    place = leave(tmp_path, A)
    age(place, 2 * URL_LIFE)

    for _ in range(2):
        with Checkpoint(str(tmp_path), "other", A | B) as checkpoint:
            checkpoint.start_over()
            assert [path.parent.name for path in place.rglob("overtaken")] == ["current"]
    with Checkpoint(str(tmp_path), "third", {"c.yaml web.icons": "3"}) as checkpoint:
        assert checkpoint.remove_old(0.0) == 1


def test_a_run_that_starts_over_is_not_overtaken_by_those_that_overtook_the_one_before(tmp_path):
    place = leave(tmp_path, A)
    with Checkpoint(str(tmp_path), "other", B | {"a.yaml web.icons": "9"}) as checkpoint:
        checkpoint.start_over()
        checkpoint.discard()

    with Checkpoint(str(tmp_path), "hash", A) as checkpoint:
        checkpoint.start_over()
        assert [path.parent.name for path in place.rglob("overtaken")] == ["previous"]
    with Checkpoint(str(tmp_path), "hash", A) as checkpoint:
        checkpoint.go_on(checkpoint.find()[0])
        assert checkpoint.is_overtaken, "the one before has its place back, and is"
        assert list(place.rglob("overtaken")) == []


@pytest.mark.parametrize(
    ("finished", "is_left"),
    [
        (A | B, False),
        (A | B | {"a.yaml web.images": "3"}, False),
        ({**A, **B, "a.yaml web.icons": "9"}, True),
        (B, True),
    ],
)
def test_a_run_that_succeeds_removes_those_who_wanted_nothing_else(tmp_path, finished, is_left):
    place = leave(tmp_path, A)

    with Checkpoint(str(tmp_path), "other", finished) as checkpoint:
        checkpoint.start_over()
        checkpoint.discard()

    assert place.exists() is is_left
    assert (tmp_path / ".exfig-checkpoint.json").exists() is is_left


def said(state: Path) -> Any:
    return json.loads((state / ".exfig-checkpoint.json").read_bytes())["entries"]


def test_the_link_leads_to_the_run_that_goes_on_then_to_the_last_that_was_not_finished(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    age(leave(tmp_path, A), 60)
    leave(tmp_path, B)
    assert said(tmp_path) == B

    with Checkpoint(".", "hash", A) as checkpoint:
        checkpoint.go_on(checkpoint.find()[0])
        assert said(tmp_path) == A
        checkpoint.discard()
        assert said(tmp_path) == B

    with Checkpoint(".", "hash", B) as checkpoint:
        checkpoint.start_over()
        checkpoint.withdraw()
        assert said(tmp_path) == B, "the one before has its place back"
        checkpoint.discard()
    assert list(tmp_path.iterdir()) == []


def test_others_keep_theirs_whole_when_a_copy_is_gone_on_from(tmp_path):
    place = leave(tmp_path, A)
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}

    with Checkpoint(str(tmp_path), "hash", A | B) as checkpoint:
        found, decision = choose(checkpoint.find(), "force")
        assert found is not None
        assert (decision.choice, found.own) == ("go_on", False)
        assert set(checkpoint.go_on(found).rendered) == {"r1"}
        (mine,) = checkpoint.find()
        assert (mine.own, mine.same_config, mine.manifest.export_id != found.manifest.export_id) == (True,) * 3

    noted = before | {place / "current" / "overtaken": b""}
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == noted


def test_a_copy_that_there_is_no_room_for_is_a_full_disk_and_takes_none(new_disk):
    state = new_disk("size=256k").folder
    place = leave(state, A)
    (place / "current" / "worker-2.jsonl").write_bytes(b"\n" * 150_000)

    with Checkpoint(str(state), "hash", A | B) as checkpoint:
        (found,) = checkpoint.find()
        with pytest.raises(DiskError, match=r"No space left on device$") as refused:
            checkpoint.go_on(found)
        assert refused.value.is_full

    assert list(state.glob(".exfig-checkpoint.d/*/*")) == [place / "current"]


def test_what_is_no_file_is_no_part_of_a_copy(tmp_path):
    current = leave(tmp_path, A) / "current"
    os.mkfifo(current / "pipe.jsonl")
    (current / "lost.jsonl").symlink_to("nowhere")

    with Checkpoint(str(tmp_path), "hash", A | B) as checkpoint:
        assert set(checkpoint.go_on(checkpoint.find()[0]).rendered) == {"r1"}


def test_a_neighbour_of_a_newer_version_is_nobodys_business(tmp_path):
    place = leave(tmp_path, A)
    (place / "current" / "manifest.json").write_text(json.dumps({"schemaVersion": 2}))

    with Checkpoint(str(tmp_path), "hash", A | B) as checkpoint:
        assert checkpoint.find() == ()
        checkpoint.start_over()
        checkpoint.discard()

    assert place.exists()
