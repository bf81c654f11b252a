"""Runs that end before all is done: a store that is gone, a disk that is full, a signal. What is there stays there."""

from __future__ import annotations

import json
import shutil
import signal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Figma, Project, SmallDisk

KEY = "EarlyEndLibrary0000001"
SICK = "SickLibrary00000000001"
LIBRARY: dict[str, Any] = {
    "limits": "off",
    "design": {"files": [{"key": KEY, "icons": 202, "illustrations": 60}, {"key": SICK, "icons": 1}]},
}
CONFIG = f"""\
figma: {{lightFileId: {KEY}}}
flutter:
  output: out/lib
  icons: {{output: out/icons}}
  images: {{output: out/images, scales: [3]}}
"""
IOS = f"""\
figma: {{lightFileId: {KEY}}}
ios:
  xcodeprojPath: App.xcodeproj
  target: App
  xcassetsPath: out/ios
  xcassetsInMainBundle: true
  images: {{assetsFolder: Illustrations, nameStyle: camelCase, scales: [3]}}
"""
QUICK = ("--workers", "2", "--retry-base", "0.02", "--retry-cap", "0.05")


@pytest.fixture
def figma(simulator: Figma) -> Callable[..., Figma]:
    def simulate(*faults: dict[str, Any]) -> Figma:
        simulator.simulate(LIBRARY | {"faults": list(faults)})
        return simulator

    return simulate


@pytest.fixture
def whole(project: Project) -> Project:
    project.write("exfig.yaml", CONFIG)
    return project


@pytest.fixture(params=["out"])
def small_disk(new_disk: Callable[..., SmallDisk], request: pytest.FixtureRequest) -> Callable[[str], None]:
    """The output folder, or another, on a file system of its own; the function says how large it is."""
    return new_disk("size=600k", request.param).resize


def test_a_store_that_is_gone_ends_the_run_within_30_downloads_and_a_resume_asks_figma_for_nothing(figma, whole):
    store = figma({"on": "cdn", "do": "reset"})

    ran, report = whole.report("icons", *QUICK, "--max-retries", "1")

    assert ran.code == 4, ran.text
    assert report["stopped"]["by"] == "abort"
    assert "operations failed" in report["stopped"]["reason"]
    assert f"Given up: {report['stopped']['reason']}" in ran.err
    assert "--abort-failure-rate 0" in ran.err
    assert (report["causes"][0]["cause"], report["causes"][0]["hosts"][0]["name"]) == ("network", "127.0.0.1")
    assert report["failed"] < 40
    assert report["failed"] + report["notDone"] == report["renders"] == 200
    assert whole.temporary_files() == []

    store = figma()
    ran, report = whole.report("icons", *QUICK, "--resume")
    assert ran.code == 0, ran.text
    assert len(whole.tree("out/icons")) == 200
    # The simulator was begun anew, and its store has none of the old objects: those are drawn again, in one go.
    assert store.seen()["endpoints"].get("images", 0) <= 3


@pytest.mark.slow
def test_a_run_goes_through_every_failure_if_that_is_wanted(figma, whole):
    figma({"on": "cdn", "do": "reset"})

    ran, report = whole.report("icons", *QUICK, "--max-retries", "0", "--abort-failure-rate", "0")

    assert (ran.code, report["failed"], report["stopped"]) == (1, 200, None)


def test_a_full_disk_ends_the_run_cleanly_and_with_more_room_it_goes_on(figma, whole, small_disk):
    figma()

    ran, report = whole.report("images", *QUICK)

    assert ran.code == 1, ran.text
    assert report["stopped"]["by"] == "diskFull"
    assert "Stopped by a full disk" in ran.err
    assert "free some space" in ran.err
    assert {failure["cause"] for failure in report["failures"]} == {"disk_full"}
    assert report["notDone"] > 0
    assert whole.temporary_files() == []
    before = whole.tree("out/images")
    assert before

    small_disk("100m")
    ran, report = whole.report("images", *QUICK, "--resume")
    assert ran.code == 0, ran.text
    assert report["skipped"] > 0
    assert len(whole.tree("out/images")) == report["renders"]
    assert before.items() <= whole.tree("out/images").items()


@pytest.mark.slow
def test_a_disk_without_room_for_the_files_is_told_before_the_first_download(figma, whole, small_disk):
    store = figma()
    small_disk("200k")

    ran, report = whole.report("icons", *QUICK)

    assert ran.code == 1
    assert "Stopped by a full disk: 201 files need at least 0.8 MB" in ran.err
    assert "  free some space" in ran.err
    assert "Go on with: exfig-mp icons" in ran.err
    assert report["stopped"]["by"] == "diskFull"
    assert (report["notDone"], report["failures"], report["errorCategory"]) == (200, [], "DISK_FULL")
    assert store.seen().get("cdn_requests", 0) == 0
    assert store.seen()["endpoints"].get("images", 0) == 0

    whole.write("exfig.yaml", IOS)
    small_disk("400k")
    assert "121 files need at least 0.5 MB" in whole.run("images", *QUICK).err, "60 drawings and 61 indexes"


@pytest.mark.slow
def test_a_disk_that_is_full_when_indexes_are_written_ends_the_run_and_with_more_room_it_goes_on(
    figma, whole, small_disk
):
    figma()
    small_disk("100m")
    whole.write("exfig.yaml", IOS)
    assert whole.run("images", *QUICK).code == 0
    tree = whole.tree()
    rasters = sum(-(-len(body) // 4096) for path, body in tree.items() if path.endswith(".png"))
    shutil.rmtree(whole.folder / "out" / "ios")
    small_disk(f"{(rasters + 7) * 4}k")  # room for all files if each were one block, and for five indexes in truth

    ran, report = whole.report("images", *QUICK)

    assert ran.code == 1, ran.text
    assert (report["stopped"]["by"], report["stopped"]["failure"]["entry"]) == ("diskFull", "ios.images")
    assert len(report["failures"]) == 1, "the first index that finds no room is the last that is tried"
    assert "Stopped by a full disk at exfig.yaml ios.images (disk_full): index files may be missing." in ran.err
    assert "Go on with: exfig-mp images" in ran.err
    assert report["downloaded"] == report["renders"] == 60
    assert report["indexFiles"] < 10
    assert whole.temporary_files() == []
    assert ".exfig-checkpoint.json" in whole.state()

    small_disk("100m")
    ran, report = whole.report("images", *QUICK, "--resume")
    assert ran.code == 0, ran.text
    assert report["skipped"] == 60
    assert whole.tree() == tree


@pytest.mark.parametrize("small_disk", ["state"], indirect=True)
def test_a_disk_without_room_for_the_state_ends_the_run_with_a_report_and_the_way_on(figma, whole, small_disk):
    figma()
    small_disk("32k")

    ran, report = whole.report("icons", *QUICK, "--state-dir", "state")

    assert ran.code == 1, ran.text
    assert report["stopped"]["by"] == "diskFull"
    assert "No space left on device" in report["stopped"]["reason"]
    assert "Stopped by a full disk: cannot write state/" in ran.err
    assert "  free some space" in ran.err
    assert "Go on with: exfig-mp icons" in ran.err
    assert whole.temporary_files() == []

    small_disk("100m")
    ran = whole.run("icons", *QUICK, "--state-dir", "state", "--resume")
    assert ran.code == 0, ran.text
    assert len(whole.tree("out/icons")) == 200


def test_a_state_folder_that_vanishes_ends_the_run_with_a_report(figma, whole):
    store = figma({"on": "cdn", "do": "delay", "seconds": 0.2})
    process = whole.start(
        "icons", *QUICK, "--concurrent-downloads", "4", "--state-dir", "state", "--report", "report.json"
    )
    whole.wait_until(lambda: store.seen()["cdn_requests"] >= 20)

    shutil.rmtree(whole.folder / "state")

    ran = whole.end(process, 20)
    report = json.loads((whole.folder / "report.json").read_bytes())
    assert ran.code == 1, ran.text
    assert report["stopped"]["by"] == "disk"
    assert report["notDone"] > 0
    assert report["transferSeconds"] > 0
    assert f"Stopped: {report['stopped']['reason']}" in ran.err
    assert "Go on with: exfig-mp icons" in ran.err
    assert whole.temporary_files() == []


def test_a_report_that_cannot_be_written_is_told_after_the_summary(figma, whole):
    figma()
    whole.write("file", "")

    ran = whole.run("icons", *QUICK, "--report", "file/report.json", "--report", "report.json")

    assert ran.code == 1
    assert "cannot write" in ran.err
    assert "200 of 200 renders downloaded" in ran.out
    assert json.loads((whole.folder / "report.json").read_bytes())["success"]


def test_a_failure_began_with_its_first_attempt(figma, whole):
    figma(
        {"on": "cdn", "do": "reset", "first": 9, "rate": 0.01},
        {"on": "meta", "do": "status", "status": 500, "files": [SICK]},
    )
    whole.write("sick.yaml", CONFIG.replace(KEY, SICK))

    patience = ("--workers", "2", "--max-retries", "1", "--retry-base", "1.1", "--retry-jitter", "0")
    ran, report = whole.report("batch", ".", *patience)

    assert ran.code == 1, ran.text
    assert {group["cause"] for group in report["causes"]} == {"network", "server"}
    assert all(group["firstAt"] < group["lastAt"] for group in report["causes"])


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_an_interrupted_run_still_writes_its_report(figma, whole, number, code):
    store = figma({"on": "cdn", "do": "delay", "seconds": 0.1})
    process = whole.start("icons", *QUICK, "--concurrent-downloads", "4", "--report", "report.json")
    whole.wait_until(lambda: store.seen()["cdn_requests"] >= 20)

    process.send_signal(number)

    ran = whole.end(process, 10)
    report = json.loads((whole.folder / "report.json").read_bytes())
    assert ran.code == code
    assert report["stopped"] == {"by": "signal", "reason": number.name}
    assert report["downloaded"] == len(whole.tree("out/icons")) >= 20, "those in flight, too"
    assert report["transferSeconds"] > 0.1
    assert f"Interrupted by {number.name}: {report['notDone']} of 200 renders are not done." in ran.err
    assert "Go on with: exfig-mp icons" in ran.err
    assert f"{report['downloaded']} of 200 renders downloaded" in ran.out
    assert report["notDone"] > 0
    assert report["failures"] == []
    assert not report["success"]


@pytest.mark.parametrize("blocked", ["a", pytest.param("z", marks=pytest.mark.slow)])
def test_a_folder_that_cannot_be_written_to_takes_the_file_from_no_other_config(figma, whole, blocked):
    figma()
    other = {"a": "z", "z": "a"}[blocked]
    for name in "az":
        whole.write(f"{name}.yaml", CONFIG.replace("out/", f"out/{name}/"))
    whole.write(f"out/{blocked}/icons", "a file in the place of the folder")

    ran, report = whole.report("batch", "a.yaml", "z.yaml", *QUICK)

    assert ran.code == 1, ran.text
    assert {failure["config"] for failure in report["failures"]} == {f"{blocked}.yaml"}
    assert {failure["cause"] for failure in report["failures"]} == {"disk"}
    assert len(whole.tree(f"out/{other}/icons")) == 200
    counts = {one["config"]: (one["files"], one["failed"]) for one in report["configs"]}
    assert counts == {f"{other}.yaml": (260, 0), f"{blocked}.yaml": (60, 200)}
    assert report["files"] == 320
