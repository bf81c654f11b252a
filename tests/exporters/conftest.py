"""Gives `test_conforms_to_<area>(case)` the cases of `<area>.json`: facts that other projects' tests pin down."""

import json
import os
from pathlib import Path

import pytest

PREFIX = "test_conforms_to_"
FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or Path(__file__).parents[2].parent / "shared" / "fixtures")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    name = metafunc.function.__name__
    if not name.startswith(PREFIX):
        return
    path = FIXTURES / "conformance" / f"{name.removeprefix(PREFIX)}.json"
    if path.is_file():
        cases = [pytest.param(case, id=case["id"]) for case in json.loads(path.read_text("utf-8"))["cases"]]
    else:
        missing = pytest.mark.skip(reason=f"no {path.name} below the folder that EXFIG_MP_FIXTURES names")
        cases = [pytest.param(None, id="absent", marks=missing)]
    metafunc.parametrize("case", cases)
