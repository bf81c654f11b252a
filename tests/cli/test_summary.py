"""What a person reads at the end: names from Figma and words of proxies are shown, and do nothing else."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from exfig_mp.cli.options import CommandOptions
from exfig_mp.cli.summary import show_summary
from exfig_mp.report import ConfigReport, ItemFailure, Report, Stop
from exfig_mp.waits import Pacing

NASTY = "arrow\x1b]0;owned\x07\r\n\u202e[red]left"
SHOWN = r"arrow\x1b]0;owned\x07\r\n\u202e[red]left"


def options(**given: Any) -> CommandOptions:
    """Return options of which nothing is given but these."""
    nothing: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(CommandOptions))
    return CommandOptions(**(nothing | {"quiet": False, "no_color": True} | given))


def report(**given: Any) -> Report:
    counts = dict.fromkeys(
        ("renders", "downloaded", "skipped", "failed", "not_done", "files", "index_files", "bytes", "retries"), 0
    )
    empty: dict[str, Any] = dict.fromkeys(("calls", "configs", "causes", "failures"), ())
    texts = {"version": "1", "started_at": "", "error_category": ""}
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
