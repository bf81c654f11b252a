"""No case of another project's tests is forgotten, judged twice, or let off for a reason that is none."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance import ABSENT, areas, cases, read
from tests.conformance_differences import DIFFERENCES, NOT_APPLICABLE

ROOT = Path(__file__).parents[1]
IDS = [case["id"] for area in areas() for case in read(area)]

needs_fixtures = pytest.mark.skipif(not IDS, reason=ABSENT)


BROKEN = """
import pytest

@pytest.mark.conformance("retry_after/007")
@pytest.mark.parametrize("whose", ["theirs", "ours"])
def test_a_difference_that_is_none_of_ours_either(whose):
    if whose == "theirs":
        pytest.xfail("it differs")
    raise AssertionError("from ours, too")
"""


def pytest_says(*arguments: str | Path) -> str:
    """Run pytest as `make conformance` does, and return what it says."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "conformance",
        *map(str, arguments),
    ]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout


@needs_fixtures
def test_each_case_is_judged_by_exactly_one_test_or_not_applicable():
    modules = [path for path in ROOT.glob("tests/**/test_*.py") if "tests.conformance import" in path.read_text()]

    text = pytest_says("--collect-only", *modules)

    judged = re.findall(r"\[(\w+/\d+)\]$", text, re.MULTILINE)
    assert Counter([*judged, *NOT_APPLICABLE]) == Counter(IDS)


@needs_fixtures
def test_what_is_listed_is_there_once():
    assert {*DIFFERENCES, *NOT_APPLICABLE} <= {*IDS}
    assert not DIFFERENCES.keys() & NOT_APPLICABLE.keys()


@needs_fixtures
def test_a_case_that_is_listed_is_asserted_as_theirs_which_must_fail_and_as_ours():
    case_id = "retry_after/007"

    theirs, ours = cases("retry_after", where=lambda case: case["id"] == case_id)

    (expected,) = (case["expected"] for case in read("retry_after") if case["id"] == case_id)
    assert [theirs.values[0]["expected"], ours.values[0]["expected"]] == [expected, 1.0] != [1.0, 1.0]
    (fails,) = (mark for mark in theirs.marks if mark.name == "xfail")
    assert (fails.kwargs["strict"], fails.kwargs["raises"]) == (True, AssertionError)
    assert DIFFERENCES[case_id].why in fails.kwargs["reason"]
    assert "xfail" not in {mark.name for mark in ours.marks}


@needs_fixtures
def test_the_summary_counts_cases_by_file_whichever_process_ran_them(tmp_path):
    broken = tmp_path / "test_broken.py"
    broken.write_text(BROKEN)

    text = pytest_says("-n", "2", "-k", "delay or broken", ROOT / "tests" / "test_retry.py", broken)

    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if re.search(r"\d +\d+$", line)}
    # Cases, passed, deliberate, not applicable, failed, not run.
    assert rows["retry_policy"] == ["19", "2", "6", "0", "0", "11"]
    assert rows["retry_after"] == ["5", "0", "0", "0", "1", "4"]
    assert rows["third_party_style_parse"] == ["7", "0", "0", "2", "0", "5"]
    assert rows["sum"] == [str(len(IDS)), "2", "6", "2", "1", str(len(IDS) - 11)]
    assert rows.keys() == {*areas(), "sum"}


@pytest.mark.parametrize("case", sorted(DIFFERENCES))
def test_each_difference_says_what_they_do_what_we_do_and_why(case):
    one = DIFFERENCES[case]

    assert min(len(text) for text in (one.theirs, one.ours, one.why)) > 10
