"""The log of a whole run: one stream of all its processes, and each request can be found in it."""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Figma, Project


def events(project: Project, name: str = "run.log") -> list[dict[str, Any]]:
    lines = (project.folder / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_download_is_in_the_log_of_its_worker_with_the_id_that_its_request_had(
    app: Project, faulty: Callable[..., Figma]
) -> None:
    slow = {"on": "cdn", "do": "delay", "seconds": 0.2}  # time enough for both workers to come up
    figma = faulty(slow, {"on": "cdn", "do": "status", "status": 503, "first": 1, "rate": 0.2})
    app.environment["EXFIG_MP_CONCURRENT_DOWNLOADS"] = "2"

    ran, report = app.report(
        "batch", "app.yaml", "-v", "--log-format", "json", "--log-file", "run.log", "--retry-base", "0.01"
    )

    assert ran.code == 0, ran.text
    log = events(app)
    placed = [event for event in log if event["event"] == "placed"]
    repeated = [event for event in log if event["event"] == "download repeated"]
    assert len(placed) == report["downloaded"]
    assert len(repeated) == report["retries"] > 0
    assert {event["worker"] for event in placed} == {"worker-1", "worker-2"}
    assert len({event["run"] for event in log}) == 1
    assert all(event["config"] == "app.yaml" and event["item"] and event["shard"] > 0 for event in placed)
    asked = {entry["correlation"] for entry in figma.log("cdn")}
    assert {event["correlation"] for event in [*placed, *repeated]} == asked
    for worker in ("worker-1", "worker-2"):
        times = [event["time"] for event in log if event.get("worker") == worker]
        assert times == sorted(times)


def test_the_token_is_in_nothing_that_is_written(app: Project, faulty: Callable[..., Figma]) -> None:
    echo = f"the token {TOKEN} is wrong"
    faulty(
        {"on": "cdn", "do": "status", "status": 503, "first": 1, "rate": 0.3},
        {"on": "images", "do": "status", "status": 400, "body": json.dumps({"err": echo}), "rate": 0.5},
        {"on": "meta", "do": "status", "status": 500, "body": json.dumps({"err": echo}), "first": 1},
    )

    app.run("batch", "app.yaml", "-v", "--log-file", "run.log", "--report", "report.json", "--retry-base", "0.01")

    written = [path for path in app.folder.rglob("*") if path.is_file()]
    assert {"run.log", "report.json"} <= {path.name for path in written}
    assert [path for path in written if TOKEN.encode() in path.read_bytes()] == []


@pytest.mark.skipif(not os.path.exists("/proc/self/cmdline"), reason="there is no /proc")  # noqa: PTH110
def test_the_token_is_in_no_command_line(app: Project, faulty: Callable[..., Figma]) -> None:
    figma = faulty({"on": "cdn", "do": "delay", "seconds": 0.2})
    process = app.start("batch", "app.yaml")
    app.wait_until(lambda: figma.seen()["cdn_requests"] >= 5)

    lines = [" ".join(child.cmdline()) for child in app.children(process)]

    assert lines
    assert not [line for line in lines if TOKEN in line]
    process.send_signal(signal.SIGTERM)
    app.end(process)


def test_a_log_file_that_cannot_be_is_told_before_anything_is_done(app: Project, library: Figma) -> None:
    ran = app.run("batch", "app.yaml", "--log-file", "nowhere/run.log")

    assert ran.code == 2
    assert re.search(r"nowhere/run\.log .*No such file", ran.err)
    assert "--log-file" in ran.err
    assert library.seen()["endpoints"] == {}


def test_text_for_people_names_the_item_that_is_repeated(app: Project, faulty: Callable[..., Figma]) -> None:
    faulty({"on": "cdn", "do": "status", "status": 503, "first": 1, "rate": 0.2})

    ran = app.run("batch", "app.yaml", "-v", "--retry-base", "0.01")

    assert ran.code == 0
    assert re.search(r"info: download repeated \(worker=worker-\d config=app\.yaml .*item=\S.* attempt=1", ran.err)
