"""The report says of every thing what became of it, and ends the program with the right code."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.abort import Verdict
from exfig_mp.analysis import Group, Share
from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.ledger import EntryFailure, Ledger
from exfig_mp.model import Asset, Done, Failure, Node, Render
from exfig_mp.plan import build_plan
from exfig_mp.planned import plan_entry
from exfig_mp.report import SCHEMA_VERSION, ConfigReport, ItemFailure, Run, Stop, build_report, by_cause, to_json
from exfig_mp.waits import LimitReport, Pacing

RUN = Run("1.2.3", "2026-01-01T00:00:00+00:00", 1.23456)


def asset(name: str) -> Asset:
    return Asset(name=name, source_name=f"Raw/{name}", light=Node("file", "1", f"1:{name}"))


def key(name: str) -> str:
    return Render(Node("file", "1", f"1:{name}"), "svg").id


@pytest.fixture
def ledger():
    """Icons a, b, c in one config; a and b also in another folder of a second config."""

    def planned(config, *names):
        entry = Entry(
            platform="web", kind="icons", label="web.icons", selection=Selection(light_file="file", frame="F"),
            naming=Naming(style=""), exporter=Folder(folder=config, format="svg"),
        )  # fmt: skip
        return plan_entry(config, "/p", entry, tuple(asset(name) for name in names))

    ledger = Ledger()
    ledger.begin(build_plan([planned("a.yaml", "a", "b", "c"), planned("b.yaml", "a", "b")]))
    return ledger


def test_a_run_that_did_everything_is_a_success(ledger):
    ledger.settle_skipped(key("a"))
    for name in "bc":
        ledger.settle_done(Done(key(name), 100, "d", attempts=2))
    ledger.retries["api"], ledger.retries["downloads"] = 1, 2
    ledger.calls.update({("meta", 3): 2, ("images", 1): 1})
    ledger.pacing = Pacing(0.988, (LimitReport("Tier 1", "20/min", "plan and seat"),))

    report = build_report(ledger, RUN)

    assert report.success
    assert report.exit_code == 0
    assert (report.renders, report.downloaded, report.skipped, report.failed) == (3, 2, 1, 0)
    assert (report.files, report.bytes, report.retries) == (5, 200, 3)
    assert (report.seconds, report.pacing.seconds) == (1.235, 0.988)
    assert [(call.endpoint, call.tier, call.count) for call in report.calls] == [("images", 1, 1), ("meta", 3, 2)]
    assert [(one.config, one.files, one.failed) for one in report.configs] == [("a.yaml", 3, 0), ("b.yaml", 2, 0)]
    assert report.error_category == ""


def test_a_failed_render_is_reported_for_everyone_who_wanted_it(ledger):
    ledger.settle_done(Done(key("a"), 100, "d"))
    ledger.settle_done(Done(key("c"), 100, "d"))
    ledger.settle_failed(key("b"), Failure("null_render", "nothing", "publish again", 2))

    report = build_report(ledger, RUN)

    assert not report.success
    assert report.failures == tuple(
        ItemFailure(
            config, "null_render", "nothing", advice="publish again", entry="web.icons", asset="Raw/b", node_id="1:b",
            render=key("b"), attempts=2,
        )
        for config in ("a.yaml", "b.yaml")
    )  # fmt: skip
    assert report.files == 3
    assert [(one.config, one.files, one.failed) for one in report.configs] == [("a.yaml", 2, 1), ("b.yaml", 1, 1)]
    assert report.error_category == "NULL_RENDER"


def test_a_failed_entry_or_config_is_reported_without_a_plan():
    ledger = Ledger()
    ledger.entry_failures.append(EntryFailure("a.yaml", "", Failure("auth", "no")))

    report = build_report(ledger, RUN)

    assert (report.renders, report.files, report.exit_code) == (0, 0, 3)
    assert report.configs == (ConfigReport("a.yaml", 0, 0, nothing_usable=True),)


def test_entries_and_files_are_counted_apart():
    """However many names of an entry are refused: it is one entry, and there are no files that could be counted."""
    ledger = Ledger()
    refused = [Failure("config", f"name {number}") for number in range(9)]
    ledger.entry_failures += [EntryFailure("a.yaml", "ios.icons", failure) for failure in refused]
    ledger.entry_failures.append(EntryFailure("a.yaml", "ios.images", Failure("not_found", "no frame")))

    report = build_report(ledger, RUN)

    assert report.configs == (ConfigReport("a.yaml", 0, 0, failed_entries=2),)


@pytest.mark.parametrize(
    ("causes", "code"),
    [
        (["server"], 4),
        (["disk", "auth"], 4),
        (["auth"], 3),
        (["forbidden"], 3),
        (["rate_limit"], 75),
    ],
)
def test_a_run_that_was_stopped_ends_with_code_4_unless_the_cause_has_a_code_of_its_own(causes, code):
    ledger = Ledger(stopped="failFast")
    ledger.entry_failures = [EntryFailure("a.yaml", "", Failure(cause, "x")) for cause in causes]

    report = build_report(ledger, RUN)

    assert report.exit_code == code
    assert report.stopped is not None
    assert report.stopped.failure == report.failures[0]


def test_what_a_stop_left_undone_is_neither_in_place_nor_failed(ledger):
    ledger.settle_done(Done(key("c"), 100, "d"))
    ledger.settle_failed(key("a"), Failure("server", "it said 503"))
    ledger.stopped = "failFast"

    report = build_report(ledger, RUN)

    assert (report.renders, report.downloaded, report.failed, report.not_done, report.files) == (3, 1, 1, 1, 1)
    assert [(one.config, one.files, one.failed, one.not_done) for one in report.configs] == [
        ("a.yaml", 1, 1, 1),
        ("b.yaml", 0, 1, 1),
    ]
    assert [failure.asset for failure in report.failures] == ["Raw/a", "Raw/a"]
    body = json.loads(to_json(report))
    assert body["stopped"] == {"by": "failFast", "failure": body["failures"][0]}


def test_failures_are_grouped_by_cause_with_times_hosts_and_configs_the_largest_group_first(ledger):
    ledger.settle_failed(key("a"), Failure("server", "HTTP 503", "wait", host="s3.example"), 60.0)
    ledger.entry_failures = [
        EntryFailure("b.yaml", "", Failure("disk", "full", "make room"), 10.0),
        EntryFailure("c.yaml", "", Failure("server", "HTTP 503", "wait"), 120.0),
    ]

    report = build_report(ledger, RUN)

    early, first, last = (f"1970-01-01T00:0{at}+00:00" for at in ("0:10", "1:00", "2:00"))
    configs = (Share("a.yaml", 1), Share("b.yaml", 1), Share("c.yaml", 1))
    assert report.causes == (
        Group("server", 2, first, last, "HTTP 503", "wait", (Share("s3.example", 1),), configs),
        Group("disk", 1, early, early, "full", "make room", (), (configs[1],)),
    )


def test_a_run_that_a_policy_gave_up_says_why_and_since_when(ledger):
    ledger.settle_failed(key("a"), Failure("network", "reset"), 60.0)
    ledger.stopped, ledger.verdict = "abort", Verdict("failures", "25 of 25 failed", 60.0, 80.0, 25, 25)

    report = build_report(ledger, RUN)

    assert report.exit_code == 4
    assert not report.success
    assert report.stopped is not None
    assert (report.stopped.reason, report.stopped.since) == ("25 of 25 failed", "1970-01-01T00:01:00+00:00")
    assert "--abort-failure-rate" in report.stopped.advice


@pytest.mark.parametrize(("reason", "code"), [("diskFull", 1), ("signal", 1), ("abort", 4)])
def test_a_run_that_was_stopped_is_no_success_even_without_a_failure(ledger, reason, code):
    ledger.stopped = reason

    report = build_report(ledger, RUN)

    assert (report.success, report.exit_code, report.not_done) == (False, code, 3)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"))))
def test_no_failure_is_lost_or_counted_twice_by_grouping(kinds):
    failures = [ItemFailure(str(number), cause, "m", advice=advice) for number, (cause, advice) in enumerate(kinds)]

    groups = by_cause(failures)

    assert sorted((one for group in groups for one in group), key=lambda one: int(one.config)) == failures
    assert len({(group[0].cause, group[0].advice) for group in groups}) == len(groups)
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)


@pytest.mark.parametrize(
    ("causes", "code"),
    [
        ([], 0),
        (["auth"], 3),
        (["auth", "forbidden"], 3),
        (["auth", "server"], 1),
        (["rate_limit"], 75),
        (["rate_limit", "auth", "server"], 75),
        (["null_render"], 1),
        (["disk", "aborted"], 1),
    ],
)
def test_the_exit_code_follows_from_the_causes(causes, code):
    ledger = Ledger()
    ledger.entry_failures = [EntryFailure("a.yaml", "", Failure(cause, "x")) for cause in causes]

    assert build_report(ledger, RUN).exit_code == code


def test_the_json_of_a_report_is_what_tools_were_promised(ledger):
    ledger.settle_failed(key("b"), Failure("server", "it said 503"), 60.0)
    ledger.warnings.append("careful")

    body = json.loads(to_json(build_report(ledger, RUN)))

    assert body["schemaVersion"] == SCHEMA_VERSION == 1
    assert {"version", "startedAt", "seconds", "success", "renders", "errorCategory", "pacing"} <= set(body)
    assert body["warnings"] == ["careful"]
    assert body["causes"] == [
        {
            "cause": "server", "count": 1, "message": "it said 503",
            "firstAt": "1970-01-01T00:01:00+00:00", "lastAt": "1970-01-01T00:01:00+00:00",
            "advice": "wait until the host is well again; Figma's status page is status.figma.com",
            "hosts": [], "configs": [{"name": "a.yaml", "count": 1}, {"name": "b.yaml", "count": 1}],
        }
    ]  # fmt: skip
    assert body["stopped"] is None
    assert body["failures"][0] == {
        "config": "a.yaml", "cause": "server", "message": "it said 503", "entry": "web.icons", "asset": "Raw/b",
        "nodeId": "1:b", "render": key("b"),
    }  # fmt: skip


@pytest.mark.parametrize("others", [[], ["rate_limit"], ["auth"], ["server"]])
def test_what_this_machine_refuses_is_why_the_run_ended_whatever_failed_before(ledger, others):
    ledger.entry_failures = [EntryFailure("a.yaml", "", Failure(cause, "x")) for cause in others]
    ledger.stopped, ledger.trouble = "diskFull", Failure("disk_full", "cannot write /s/x", "free some space")

    report = build_report(ledger, RUN)

    assert report.exit_code == 1
    assert not report.success
    assert report.error_category == "DISK_FULL"
    assert report.stopped == Stop("diskFull", "cannot write /s/x", advice="free some space")


def test_a_disk_that_was_full_for_an_item_is_named_with_that_item(ledger):
    ledger.settle_failed(key("a"), Failure("server", "it said 503"))
    ledger.settle_failed(key("c"), Failure("disk_full", "no space left"))
    ledger.stopped = "diskFull"

    stopped = build_report(ledger, RUN).stopped

    assert stopped is not None
    assert stopped.failure is not None
    assert (stopped.failure.asset, stopped.failure.cause) == ("Raw/c", "disk_full")


def test_a_signal_is_named_and_blames_no_item(ledger):
    ledger.settle_failed(key("a"), Failure("server", "it said 503"))
    ledger.stopped, ledger.signal = "signal", "SIGTERM"

    assert build_report(ledger, RUN).stopped == Stop("signal", "SIGTERM")
