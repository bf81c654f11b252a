"""The log of a whole run: one stream of all its processes, and each request can be found in it."""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import DARK, LIGHT, TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Figma, Project


JSON = ("--log-format", "json", "--log-file", "run.log")


def events(project: Project, name: str = "run.log") -> list[dict[str, Any]]:
    lines = (project.folder / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def named(log: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [one for one in log if one["event"] == event]


def test_every_download_is_in_the_log_of_its_worker_with_the_id_that_its_request_had(
    app: Project, faulty: Callable[..., Figma]
) -> None:
    slow = {"on": "cdn", "do": "delay", "seconds": 0.1}  # time enough for both workers to come up
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
    started = named(log, "a worker started")
    assert sorted(event["worker"] for event in started) == ["worker-1", "worker-2"]
    assert len({event["pid"] for event in started}) == 2
    _assert_begin_and_end_are_told(log, app, report)
    _assert_each_request_to_figma_is_told(log, figma)


def _assert_begin_and_end_are_told(log: list[dict[str, Any]], app: Project, report: Any) -> None:
    began, ended = log[0], log[-1]
    assert (began["event"], began["configs"], began["resume"], began["workers"]) == ("run began", ["app.yaml"], "no", 2)
    assert (began["version"], began["state_dir"], began["api"]) == (
        report["version"],
        str(app.folder),
        app.figma.api_url,
    )
    assert [event["resumed"] for event in named(log, "checkpoint read")] == [False]
    assert ended["event"] == "run ended"
    told = {key: ended[key] for key in ("exit_code", "done", "failed", "not_done", "seconds")}
    said = {key: report[key] for key in ("failed", "seconds")}
    assert told == said | {"exit_code": 0, "done": report["downloaded"], "not_done": 0}
    assert ended["calls"] == {call["endpoint"]: call["count"] for call in report["calls"]}


def _assert_each_request_to_figma_is_told(log: list[dict[str, Any]], figma: Figma) -> None:
    told = named(log, "request ended")
    asked = figma.log("images", "meta", "components")
    assert {event["correlation"]: event["status"] for event in told} == {
        entry["correlation"]: entry["status"] for entry in asked
    }
    assert len(told) == len(asked)
    assert {(event["method"], event["endpoint"], event["tier"]) for event in told} == {
        ("GET", "images", 1), ("GET", "meta", 3), ("GET", "components", 3)
    }  # fmt: skip
    assert all(event["level"] == "debug" and event["bytes"] > 0 and event["attempt"] == 1 for event in told)


def test_what_fails_for_good_is_a_warning_of_the_log_and_people_read_of_it_in_the_summary(
    app: Project, faulty: Callable[..., Figma]
) -> None:
    ids = faulty().ids()
    null, gone, broken, *others = sorted(name for name in ids if ids[name].startswith("551:"))[:5]
    figma = faulty(
        {"on": "images", "do": "null_render", "names": [null], "files": [LIGHT], "formats": ["svg"], "sticky": True},
        {"on": "cdn", "do": "status", "status": 403, "names": [gone], "files": [LIGHT], "first": 1},
        {"on": "cdn", "do": "status", "status": 404, "names": [broken], "files": [LIGHT], "sticky": True},
        {"on": "cdn", "do": "status", "status": 503, "names": others, "files": [LIGHT], "sticky": True},
    )

    ran, report = app.report("batch", "app.yaml", *JSON, "--max-retries", "2", "--retry-base", "0.01")

    assert ran.code == 1
    log = events(app)
    failed = {event["item"]: event for event in named(log, "item failed")}
    assert sorted(failed) == sorted([null, broken, *others])
    assert len(named(log, "item failed")) == report["failed"] == 4
    assert all(event["level"] == "warning" and event["config"] == "app.yaml" for event in failed.values())
    assert {failed[name]["cause"] for name in others} == {"server"}
    assert {failed[name]["attempt"] for name in others} == {3}
    assert (failed[null]["cause"], failed[null]["node"], failed[broken]["cause"]) == (
        "null_render", ids[null], "expired_url"
    )  # fmt: skip
    assert {event["item"] for event in named(log, "item rendered again")} == {gone, broken}
    asked = {entry["correlation"] for entry in figma.log("cdn", "images")}
    assert {event["correlation"] for event in failed.values()} <= asked
    downloads = [event for event in failed.values() if event["cause"] != "null_render"]
    assert all(event["worker"] in {"worker-1", "worker-2"} and event["shard"] > 0 for event in downloads)
    assert "item failed" not in ran.err
    assert all(name in ran.err for name in failed)


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_a_config_that_fails_as_a_whole_is_in_the_log(app: Project) -> None:
    app.write("none.yaml", (app.folder / "app.yaml").read_text().replace(LIGHT, "NoSuchFile"))
    app.write("bad.yaml", "ios: 7\n")

    ran = app.run("batch", "none.yaml", "bad.yaml", *JSON)

    assert ran.code == 1
    log = events(app)
    failed = named(log, "entry failed")
    assert {(event["level"], event["config"]) for event in failed} == {
        ("warning", "none.yaml"),
        ("warning", "bad.yaml"),
    }
    assert {event["cause"] for event in failed} == {"not_found", "config"}
    assert all(event["reason"] for event in failed)
    assert log[-1]["exit_code"] == 1


def test_an_abort_is_told_with_its_reason_and_what_failed_and_what_it_brings_down_is_no_failure(
    app: Project, faulty: Callable[..., Figma]
) -> None:
    faulty({"on": "cdn", "do": "reset"})

    ran, report = app.report("batch", "app.yaml", *JSON, "--max-retries", "1", "--retry-base", "0.01")

    assert ran.code == 4
    log = events(app)
    (given_up,) = named(log, "given up")
    assert (given_up["level"], given_up["reason"]) == ("error", report["stopped"]["reason"])
    assert given_up["since"] == report["stopped"]["since"]
    (group,) = given_up["groups"]
    assert (group["cause"], group["count"], group["hosts"]) == (
        "network",
        report["failed"],
        {"127.0.0.1": group["count"]},
    )
    assert len(named(log, "item failed")) == report["failed"] < report["renders"]
    ended = log[-1]
    assert (ended["event"], ended["exit_code"]) == ("run ended", 4)
    assert (ended["failed"], ended["not_done"]) == (report["failed"], report["notDone"])
    assert report["notDone"] > 0
    assert "given up (" not in ran.err


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_a_run_that_could_not_begin_says_why_in_the_log(app: Project) -> None:
    other = f"{{lightFileId: {DARK}, darkFileId: {LIGHT}}}"
    config = (app.folder / "app.yaml").read_text()
    app.write("twice.yaml", config.replace(f"{{lightFileId: {LIGHT}, darkFileId: {DARK}}}", other))

    ran = app.run("batch", "app.yaml", "twice.yaml", *JSON)

    assert ran.code == 2
    last = events(app)[-1]
    assert (last["level"], last["event"], last["exit_code"]) == ("error", "run ended", 2)
    assert "written twice" in last["reason"]


def test_a_signal_and_a_killed_forkserver_are_in_the_log(app: Project, faulty: Callable[..., Figma]) -> None:
    figma = faulty({"on": "cdn", "do": "delay", "seconds": 0.2})
    app.environment["EXFIG_MP_CONCURRENT_DOWNLOADS"] = "2"
    process = app.start("batch", "app.yaml", *JSON, "--parallel", "1")
    app.wait_until(lambda: figma.seen()["cdn_requests"] >= 4)
    server = next(
        one for one in app.children(process) if one.ppid() == process.pid and "forkserver" in str(one.cmdline())
    )

    server.kill()
    app.wait_until(lambda: len(named(events(app), "a worker started")) == 4)
    process.send_signal(signal.SIGTERM)
    ran = app.end(process)

    assert ran.code == 143
    log = events(app)
    (lost,) = [event for event in log if event["event"].startswith("the process that starts workers died")]
    assert (lost["level"], lost["pid"]) == ("warning", server.pid)
    assert named(log, "a worker died") == named(log, "item failed") == []
    assert log[-1]["exit_code"] == 143
    (stopped,) = named(log, "stopped")
    assert (stopped["by"], stopped["reason"]) == ("signal", "SIGTERM")


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
