"""What a person reads at the end: names from Figma and words of proxies are shown, and do nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from exfig_mp.analysis import Group, Share
from exfig_mp.cli.console import open_console
from exfig_mp.cli.options import CommandOptions
from exfig_mp.cli.summary import show_summary
from exfig_mp.report import ConfigReport, ItemFailure, Report, Stop
from exfig_mp.waits import Pacing
from exfig_mp.way_on import way_on

NASTY = "arrow\x1b]0;owned\x07\r\n\u202e[red]left"
WEB = """\
figma: {lightFileId: LightLibrary}
web:
  output: out
  icons: {outputDirectory: src, svgDirectory: icons, generateReactComponents: false}
"""
SHOWN = r"arrow\x1b]0;owned\x07\r\n\u202e[red]left"


def options(**given: Any) -> CommandOptions:
    """Return options of which nothing is given but these."""
    nothing: dict[str, Any] = dict.fromkeys(CommandOptions.__struct_fields__)
    return CommandOptions(**(nothing | {"quiet": False, "no_color": True, "log_format": "text"} | given))


def report(**given: Any) -> Report:
    counts = dict.fromkeys(
        (
            *("renders", "downloaded", "restored", "skipped", "failed", "not_done", "files", "index_files", "removed"),
            *("bytes", "retries"),
        ),
        0,
    )
    empty: dict[str, Any] = dict.fromkeys(("calls", "configs", "causes", "failures"), ())
    texts = {"version": "1", "started_at": "", "error_category": ""}
    stopped = given.get("stopped")
    texts |= {"way_on": way_on(given.get("failures", ()), stopped.by if stopped else "")}
    return Report(**(counts | empty | texts | given), seconds=0.0, transfer_seconds=0.0, success=False, pacing=Pacing())


@pytest.mark.parametrize("quiet", [False, True])
def test_names_and_words_from_outside_are_shown_without_steering_the_terminal(quiet, capsys):
    failure = ItemFailure("exfig.yaml", "error", f"Figma said {NASTY}", advice=f"look at {NASTY}", asset=NASTY)
    given = report(
        failures=(failure,),
        configs=(ConfigReport(NASTY, 1, 1),),
        warnings=(f"{NASTY} is small",),
        stopped=Stop("abort", reason=f"too many at {NASTY}", advice=f"ask {NASTY}"),
    )

    show_summary(given, options(quiet=quiet), f"exfig-mp -i {NASTY}")

    out, err = capsys.readouterr()
    assert all(line.isprintable() for line in (out + err).splitlines())
    assert f"{SHOWN}: Figma said {SHOWN}" in err
    assert f"look at {SHOWN}" in err
    assert f"too many at {SHOWN}" in err
    assert f"\n  ask {SHOWN}\n" in err
    assert f"Go on with: exfig-mp -i {SHOWN}" in err
    assert (f"warning: {SHOWN} is small" in err) is not quiet
    assert (SHOWN in out) is not quiet


def lacking(config: str, render: str, asset: str = "") -> ItemFailure:
    return ItemFailure(config, "network", "reset", entry="web.icons", asset=asset or render, render=render)


def test_failures_are_counted_in_renders_each_listed_once(capsys):
    hosts = (Share("s3.example", 25),)
    configs = (Share("a.yaml", 25), Share("b.yaml", 24))
    group = Group("network", 25, "2026-01-01T12:00:00+00:00", "2026-01-01T12:00:09+00:00", "reset", "", hosts, configs)
    wanted = [lacking("a.yaml", f"r{number}") for number in range(25)]
    wanted += [lacking("b.yaml", f"r{number}") for number in range(24)]

    show_summary(report(failures=tuple(wanted), causes=(group,)), options(), "exfig-mp")

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "25 renders failed (network):"
    assert lines[1] == "  a.yaml web.icons r0 (and 1 more place): reset"
    assert lines[21] == "  and 5 renders more (see --report)"
    assert lines[22] == "network: 2026-01-01T12:00:00+00:00 to 2026-01-01T12:00:09+00:00, at s3.example (25 renders)"


def test_what_is_no_render_is_counted_as_what_it_is(capsys):
    entry = ItemFailure("a.yaml", "network", "reset", entry="web.icons")
    config = ItemFailure("b.yaml", "network", "reset")

    show_summary(report(failures=(lacking("a.yaml", "r1"), entry, entry, config)), options(), "exfig-mp")

    assert capsys.readouterr().err.startswith("1 render and 1 entry and 1 config failed (network):\n")


@pytest.mark.parametrize(
    ("stop", "counts", "said"),
    [
        (
            Stop("signal", "SIGINT"),
            {"renders": 9, "not_done": 4},
            "Interrupted by SIGINT: 4 of 9 renders are not done.",
        ),
        (Stop("signal", "SIGTERM"), {}, "Interrupted by SIGTERM: nothing was started."),
        (Stop("disk", "cannot write /s"), {"renders": 9, "not_done": 4}, "Stopped: cannot write /s: 4 of 9 renders"),
        (Stop("diskFull", "no room"), {"renders": 9}, "Stopped by a full disk: no room: index files may be missing."),
    ],
)
def test_every_early_end_says_why_what_is_not_done_and_the_way_on(stop, counts, said, capsys):
    show_summary(report(stopped=stop, configs=(ConfigReport("a.yaml", 5, 0, 4),), **counts), options(), "exfig-mp")

    out, err = capsys.readouterr()
    assert said in err
    assert "Go on with: exfig-mp" in err
    assert out.splitlines()[:2] == [
        "config  files in place  files failed  files not done",
        f"a.yaml{5:>16}{'-':>14}{4:>16}",
    ]


@pytest.mark.parametrize("colours", ["", "1"])
def test_nothing_is_wrapped_where_nobody_looks(colours, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("FORCE_COLOR", colours)
    long = "a config with quite a long name/" * 10
    given = report(failures=(lacking(long, "r"),), configs=(ConfigReport(long, 1, 1),), warnings=(f"{long} is odd",))

    show_summary(given, options(), f"exfig-mp -i {long}")

    out, err = capsys.readouterr()
    assert [long in line for line in err.splitlines()] == [True, False, True, True], "only the heading has no name"
    assert [long in line for line in out.splitlines()] == [False, True, False, False, False]
    assert open_console(stderr=True, no_color=False).width > 1000


def test_with_a_json_log_standard_error_is_for_the_log_alone(capsys):
    given = report(failures=(lacking("a.yaml", "r"),), warnings=("odd",), stopped=Stop("signal", "SIGINT"))

    show_summary(given, options(log_format="json"), "exfig-mp")
    to_stdout = capsys.readouterr()
    show_summary(given, options(log_format="json", log_file="run.log"), "exfig-mp")
    apart = capsys.readouterr()

    assert to_stdout.err == ""
    assert all(text in to_stdout.out for text in ("a.yaml web.icons r: reset", "warning: odd", "Go on with: exfig-mp"))
    assert "a.yaml web.icons r: reset" in apart.err


def test_whatever_happens_a_json_log_on_standard_error_is_nothing_but_json(faulty, project):
    fault = {"on": "cdn", "do": "status", "status": 500, "names": ["accessibility-00001"]}
    faulty(fault, {"on": "cdn", "do": "delay", "seconds": 0.5})
    project.write("exfig.yaml", WEB)

    failed = project.run("icons", "-v", "--log-format", "json", "--max-retries", "1", "--retry-base", "0.1")
    refused = project.run("icons", "--log-format", "json", FIGMA_PERSONAL_TOKEN="")

    assert (failed.code, refused.code) == (1, 3)
    events = [json.loads(line) for ran in (failed, refused) for line in ran.err.splitlines()]
    assert {event["level"] for event in events} >= {"info", "error"}
    assert "1 render failed (server):" in failed.out
    assert "Go on with: exfig-mp icons" in failed.out
    assert "there is no Figma token" in refused.out


def test_entries_that_failed_have_a_column_of_their_own(capsys):
    configs = (ConfigReport("a.yaml", 5, 2, failed_entries=1), ConfigReport("b.yaml", 0, 0, nothing_usable=True))

    show_summary(report(configs=configs), options(), "exfig-mp")

    assert capsys.readouterr().out.splitlines()[:3] == [
        "config  files in place  files failed  entries failed",
        f"a.yaml{5:>16}{2:>14}{1:>16}",
        f"b.yaml{0:>16}{'-':>14}{'all':>16}",
    ]
