"""Runs that end before all is done: a store that is gone, a disk that is full, a signal. What is there stays there."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Figma, Project

KEY = "EarlyEndLibrary0000001"
LIBRARY: dict[str, Any] = {"limits": "off", "design": {"files": [{"key": KEY, "icons": 202, "illustrations": 60}]}}
CONFIG = f"""\
figma: {{lightFileId: {KEY}}}
flutter:
  output: out/lib
  icons: {{output: out/icons}}
  images: {{output: out/images, scales: [3]}}
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """The output folder on a file system of its own; the function says how large it is."""
    folder = tmp_path / "out"
    folder.mkdir()

    def resize(size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True)

    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", folder], check=False).returncode:
        pytest.skip("to mount a small file system takes root")
    yield resize
    subprocess.run(["umount", "--lazy", folder], check=True)


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


def test_a_disk_without_room_for_the_files_is_told_before_the_first_download(figma, whole, small_disk):
    store = figma()
    small_disk("200k")

    ran = whole.run("icons", *QUICK)

    assert ran.code == 1
    assert "200 files need at least 0.8 MB" in ran.err
    assert store.seen().get("cdn_requests", 0) == 0
    assert store.seen()["endpoints"].get("images", 0) == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_still_writes_its_report(figma, whole, number, code):
    store = figma({"on": "cdn", "do": "delay", "seconds": 0.1})
    process = whole.start("icons", *QUICK, "--concurrent-downloads", "4", "--report", "report.json")
    whole.wait_until(lambda: store.seen()["cdn_requests"] >= 20)

    process.send_signal(number)

    assert whole.end(process, 10).code == code
    report = json.loads((whole.folder / "report.json").read_bytes())
    assert report["stopped"] == {"by": "signal"}
    assert report["downloaded"] >= 10
    assert report["notDone"] > 0
    assert report["failures"] == []
    assert not report["success"]


@pytest.mark.parametrize("blocked", ["a", "z"])
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
