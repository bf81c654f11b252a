"""Cases that other projects' tests pin down, as JSON files in a folder beside the checkout, or in EXFIG_MP_FIXTURES.

A test takes the cases of a file (an area) by `cases`, and asserts what the other project expects. Where
`conformance_differences` has a case, the assertion must fail, and a second test of the same case must hold with what is
expected of us instead. `conformance_summary` counts what came of it; `test_conformance_list` sees that no case is
forgotten.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance_differences import DIFFERENCES, NOT_APPLICABLE

if TYPE_CHECKING:
    from collections.abc import Callable

_BESIDE = Path(__file__).parents[1].parent / "shared" / "fixtures"
FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or _BESIDE)
FOLDER = FIXTURES / "conformance"
ABSENT = f"no fixtures in {FOLDER}: set EXFIG_MP_FIXTURES to the folder that holds `conformance`"


def areas() -> list[str]:
    """Return the names of all files of cases, without `.json`; none if the fixtures are not there."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def read(area: str) -> tuple[Any, ...]:
    """Return the cases of an area as they are in its file."""
    return tuple(json.loads((FOLDER / f"{area}.json").read_bytes())["cases"])


def cases(area: str, where: Callable[[Any], bool] = lambda _: True, *, judges: bool = True) -> list[Any]:
    """Return the cases of an area as parameters of the one test that judges them.

    Args:
        area: the file, without `.json`.
        where: which cases, if another test judges the others.
        judges: or else it asks the same of something beside, and what comes of it is not counted.
    """
    if not (FOLDER / f"{area}.json").is_file():
        return [pytest.param(None, id=area, marks=[pytest.mark.conformance(), pytest.mark.skip(reason=ABSENT)])]
    chosen = [case for case in read(area) if case["id"] not in NOT_APPLICABLE and where(case)]
    if not judges:
        return [pytest.param(case, id=case["id"]) for case in chosen]
    return [param for case in chosen for param in _judged(case)]


def _judged(case: Any) -> list[Any]:
    """Return a case as one parameter; as two where we differ: theirs, which must fail, and ours, which must hold."""
    mark = pytest.mark.conformance(case["id"])
    difference = DIFFERENCES.get(case["id"])
    if difference is None:
        return [pytest.param(case, id=case["id"], marks=mark)]
    reason = f"{difference.theirs}; {difference.ours}, for {difference.why}"
    fails = pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True)
    ours = case | {"expected": difference.expected(case["id"], case["expected"])}
    return [
        pytest.param(case, id=case["id"], marks=[mark, fails]),
        pytest.param(ours, id=f"{case['id']} (ours)", marks=mark),
    ]
