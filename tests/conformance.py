"""Cases that ExFig v1's own tests pin down, as JSON files in a folder beside the checkout, or in EXFIG_MP_FIXTURES."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

_BESIDE = Path(__file__).parents[1].parent / "shared" / "fixtures"
FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or _BESIDE) / "conformance"


def cases(name: str) -> list[Any]:
    """Return the cases of an area as parameters; a single one that is skipped, if they are not there."""
    path = FIXTURES / f"{name}.json"
    if not path.is_file():
        missing = pytest.mark.skip(reason=f"no {path.name}: set EXFIG_MP_FIXTURES to the folder of the fixtures")
        return [pytest.param(None, marks=missing, id=name)]
    return [pytest.param(case, id=case["id"]) for case in json.loads(path.read_text())["cases"]]
