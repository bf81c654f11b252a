"""The Markdown report says what happened, and nothing from outside is more in it than text, nor makes it long."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.changes import Change
from exfig_mp.report import Calls, Changes, ConfigReport, ItemFailure, Report, Stop
from exfig_mp.reports.markdown import LISTED, LONGEST, code, to_markdown
from exfig_mp.waits import LimitReport, Pacing, WaitReport
from tests.hostile_names import HOSTILE_NAMES

SPAN = re.compile("`[^`\n]*`")


def report(**given: Any) -> Report:
    counts: dict[str, Any] = dict.fromkeys(
        ("renders", "downloaded", "restored", "skipped", "failed", "not_done", "files", "index_files", "removed"), 0
    )
    counts |= dict.fromkeys(("bytes", "retries"), 0)
    empty: dict[str, Any] = dict.fromkeys(("calls", "configs", "causes", "failures"), ())
    fixed: dict[str, Any] = {"version": "1", "started_at": "", "error_category": "", "success": False}
    fixed |= {"seconds": 1.0, "transfer_seconds": 0.5, "pacing": Pacing()}
    return Report(**(counts | empty | fixed | given))


def full_of(text: str, number: int = 1) -> Report:
    """Return a report that says `text` wherever it may say something from outside, each time `number` times."""
    changes = [Change(text, kind) for kind in ("new", "changed", "removed") for _ in range(number)]
    return report(
        configs=(ConfigReport(text, 1, 1),) * number,
        failures=tuple(
            ItemFailure(text, f"cause {cause}", text, advice=text, entry=text, asset=text, render=str(one))
            for cause in range(min(number, 12))
            for one in range(number)
        ),
        warnings=(text,) * number,
        stopped=Stop("abort", reason=text, advice=text),
        way_on="resume",
        changes=Changes(number, number, number, tuple(changes)),
    )


def test_it_says_what_was_done_what_changed_what_failed_and_how_to_go_on():
    failure = ItemFailure("a.yaml", "null_render", "nothing", advice="publish again", entry="web.icons", asset="star")
    text = to_markdown(
        report(
            configs=(
                ConfigReport("a.yaml", 3, 1, new=1, changed=2),
                ConfigReport("b.yaml", 0, 0, nothing_usable=True),
            ),
            failures=(failure,),
            calls=(Calls("images", 1, 2), Calls("components", 3, 1), Calls("meta", 3, 1)),
            changes=Changes(1, 2, 1, (Change("n.svg", "new"), Change("c.svg", "changed"), Change("r.svg", "removed"))),
            pacing=Pacing(12.0, (LimitReport("Tier 1", "20/min", "learnt"),), (WaitReport("Tier 1", "rate", 2, 12.0),)),
            retries=4,
            way_on="resume",
        ),
        "exfig-mp batch a.yaml --resume",
    )

    lines = text.splitlines()
    assert lines[0] == "## exfig-mp: some of it failed"
    assert "(1 new, 2 changed, 1 removed)" in text
    assert "| config | files in place | files failed | entries failed | new | changed |" in lines
    assert "| ` a.yaml ` | 3 | 1 | - | 1 | 2 |" in lines
    assert "| ` b.yaml ` | 0 | - | all | - | - |" in lines
    assert lines[lines.index("Changed: 2") + 2] == "- ` c.svg `"
    assert "- ` a.yaml web.icons star `: ` nothing `" in lines
    assert "What helps: ` publish again `" in lines
    assert "Calls to Figma: Tier 1: 2 images; Tier 3: 1 components, 1 meta." in text
    assert "Waited for its limits 12.0 s (Tier 1 20/min, learnt), 4 retries." in text
    assert lines[-1] == "Go on with ` exfig-mp batch a.yaml --resume `"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_what_comes_from_outside_stands_in_code_and_changes_nothing_around_it(name):
    plain, hostile = (to_markdown(full_of(text), "exfig-mp") for text in ("name", name))

    assert SPAN.sub("", hostile) == SPAN.sub("", plain)
    rows = [line for line in hostile.splitlines() if line.startswith("|")]
    assert [len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows] == [4, 4, 4]


@given(st.text(max_size=300))
def test_any_text_is_one_span_on_one_line(text):
    span = code(text)

    assert SPAN.fullmatch(span)
    assert span.isprintable()


@pytest.mark.parametrize("text", ["x", "`" * 300, "|" * 300, "\u202e" * 300, "\U0001f600" * 300, "\\|" * 300])
def test_it_is_short_enough_for_a_comment_however_much_there_is_to_tell(text):
    said = to_markdown(full_of(text, 200), "exfig-mp " + "x" * 1900)

    assert len(said) < LONGEST
    assert f"and {200 - LISTED} more files (a JSON report has all)" in said
    assert "more configs" in said
    assert "more failures" in said
    assert "more causes" in said
    assert "more warnings" in said


def test_a_run_that_changed_nothing_says_so():
    text = to_markdown(report(success=True, changes=Changes(0, 0, 0, ())), "exfig-mp")

    assert text.startswith("## exfig-mp: done\n")
    assert "(nothing changed)" in text
    assert "### " not in text
    assert "Go on with" not in text
