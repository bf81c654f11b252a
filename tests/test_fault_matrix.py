"""Every fault of Figma and its store against whole runs of 200 icons with 4 workers.

Each row says what goes wrong, which icons must fail and as what, the exit code, and how many render calls may be made.
Whatever happens: healthy icons are in place byte for byte, the sick ones are named with the right cause, nothing is
left behind, and the store never sees a credential.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Figma, Project

KEY = "MatrixLibrary000000001"
LIBRARY: dict[str, Any] = {"limits": "off", "design": {"files": [{"key": KEY, "icons": 202}]}}
CONFIG = f"""\
figma: {{lightFileId: {KEY}}}
flutter:
  output: out/lib
  icons: {{output: out/icons}}
"""
UNDISTURBED = 2
"""Render calls for 200 icons when nothing is wrong: 100, then the rest."""

SICK = ("align-horizontal-space-around-00007", "file-minus-corner-00199")
HEALTHY = 200 - len(SICK)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault and what must come of it. `most_calls` are render calls; all other metadata is asked for once."""

    name: str
    faults: tuple[dict[str, Any], ...] = ()
    scenario: dict[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    token: str = "figd_simulator"  # what the simulator knows
    done: int = 200
    causes: frozenset[str] = frozenset()
    code: int = 0
    most_calls: int = UNDISTURBED
    most_seconds: float = 30.0
    violates: str = ""
    slow: bool = False


def once(on: str, do: str, **more: Any) -> dict[str, Any]:
    """Return a fault that every request meets the first time."""
    return {"on": on, "do": do, "first": 1, **more}


def sick(on: str, do: str, **more: Any) -> dict[str, Any]:
    """Return a fault that two icons have for ever."""
    return {"on": on, "do": do, "names": list(SICK), "sticky": True, **more}


def failing(cause: str, **more: Any) -> dict[str, Any]:
    """Return what a row says when the two sick icons fail."""
    return {"done": HEALTHY, "causes": frozenset({cause}), "code": 1, **more}


BISECTED = 2 + 2 * 2 * 8
"""Calls to find two poisoned nodes among 200: two halves for each halving, about log2(100) of them."""

ROWS = (
    Row(
        name="F1 429 with seconds",
        faults=({"on": "images", "do": "rate_limit", "retry_after": 1, "requests": 1},),
        most_calls=3,
    ),
    Row(
        name="F2 429 of days",
        faults=({"on": "images", "do": "rate_limit", "retry_after": 396749, "limit_type": "low"},),
        done=0,
        causes=frozenset({"rate_limit"}),
        code=75,
        most_calls=1,
        most_seconds=8,
    ),
    Row(
        name="F2 429 of days, in mid-run",
        faults=({"on": "images", "do": "rate_limit", "retry_after": 396749, "from_request": 2},),
        done=100,
        causes=frozenset({"rate_limit"}),
        code=75,
    ),
    Row(name="F3 429 without Retry-After", faults=(once("images", "rate_limit", retry_after=None),), most_calls=4),
    Row(name="F3 429 with Retry-After 0", faults=(once("images", "rate_limit", retry_after="0"),), most_calls=4),
    Row(name="F3 429 with Retry-After abc", faults=(once("images", "rate_limit", retry_after="abc"),), most_calls=4),
    Row(
        name="F3 429 with a date that is past",
        most_calls=4,
        faults=(once("images", "rate_limit", retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),),
    ),
    Row(
        name="F4 429 three times in a row",
        most_calls=5,
        faults=({"on": "images", "do": "rate_limit", "retry_after": 1, "requests": 3},),
    ),
    Row(name="F6 two poisoned nodes", faults=(sick("images", "poison"),), most_calls=BISECTED, **failing("error")),
    Row(name="F7 two null renders", faults=(sick("images", "null_render"),), most_calls=4, **failing("null_render")),
    Row(
        name="F7 null the first time",
        faults=({"on": "images", "do": "null_render", "first": 1, "rate": 0.1},),
        most_calls=4,
    ),
    Row(
        name="F8 ids missing in the map",
        faults=(sick("images", "missing_key"),),
        most_calls=4,
        **failing("null_render"),
    ),
    Row(name="F8 a foreign id in the map", faults=({"on": "images", "do": "extra_key"},)),
    Row(name="F8 the map in another order", faults=({"on": "images", "do": "reorder"},)),
    *(
        Row(name=f"F9 {status} once", faults=(once("api", "status", status=status, body="html"),), most_calls=6)
        for status in (500, 502, 503, 504)
    ),
    Row(
        name="F9 outage of the API",
        faults=({"on": "images", "do": "status", "status": 503},),
        done=0,
        causes=frozenset({"server"}),
        code=1,
        most_calls=26,
    ),
    Row(name="F10 202 of the firewall", faults=(once("api", "waf"),), most_calls=4),
    Row(name="F11 413 for long URLs", scenario={"url_limit": 1000}, most_calls=8, violates="URL too long"),
    Row(name="F12 truncated gzip", faults=(once("api", "bad_gzip"),), most_calls=4),
    Row(name="F12 answer shorter than promised", faults=(once("api", "short"),), most_calls=4),
    Row(
        name="F12 no JSON is final",
        faults=({"on": "images", "do": "malformed"},),
        done=0,
        causes=frozenset({"server"}),
        code=1,
    ),
    Row(name="F13 silence", faults=(once("images", "hang", seconds=20),), options=("--timeout", "1"), most_calls=4),
    Row(name="F13 slow but in time", faults=(once("images", "delay", seconds=1.5),)),
    Row(name="F14 reset", faults=(once("api", "reset"),), most_calls=4),
    Row(name="F14 reset within the body", faults=(once("api", "cut"),), most_calls=4),
    Row(name="F14 connections close unsaid", faults=({"on": "api", "do": "close"}, {"on": "cdn", "do": "close"})),
    Row(name="F15 unknown token", token="figd_nobody", done=0, causes=frozenset({"auth"}), code=3, most_calls=0),
    Row(
        name="F15 expired token",
        token="figd_simulator_expired",
        done=0,
        causes=frozenset({"auth"}),
        code=3,
        most_calls=0,
    ),
    Row(
        name="F15 token expires in mid-run",
        token="figd_short",
        scenario={"tokens": [{"token": "figd_short", "user": "ann", "expires_after": 3}]},
        done=100,
        causes=frozenset({"auth"}),
        code=3,
    ),
    Row(
        name="F15 scope is missing",
        token="figd_less",
        scenario={"tokens": [{"token": "figd_less", "user": "ann", "scopes": ["file_content:read"]}]},
        done=0,
        causes=frozenset({"forbidden"}),
        code=3,
        most_calls=0,
    ),
    Row(
        name="F16 the file is gone",
        scenario={"design": {"files": []}},
        done=0,
        causes=frozenset({"not_found"}),
        code=1,
        most_calls=0,
    ),
    Row(
        name="F16 nothing is published",
        scenario={"design": {"files": [{"key": KEY, "icons": 0}]}},
        done=0,
        causes=frozenset({"config"}),
        code=1,
        most_calls=0,
    ),
    Row(
        name="F17 components are deleted in mid-run",
        most_calls=4,
        **failing("null_render"),
        scenario={
            "changes": [
                {"on": "images", "request": 1, "file": KEY, "edits": [{"do": "delete", "name": name} for name in SICK]}
            ]
        },
    ),
    Row(name="F18 expired URLs", faults=(once("cdn", "expired", names=list(SICK)),), most_calls=4),
    Row(name="F18 URLs that always expire", faults=(sick("cdn", "expired"),), most_calls=4, **failing("expired_url")),
    Row(name="F19 503 SlowDown once", faults=(once("cdn", "status", status=503),)),
    Row(name="F19 two icons answer 500 for ever", faults=(sick("cdn", "status", status=500),), **failing("server")),
    *(Row(name=f"F20 {do} once", faults=(once("cdn", do),)) for do in ("xml", "html", "empty", "flip", "short", "cut")),
    *(
        Row(name=f"F20 {do} for ever", faults=(sick("cdn", do),), **failing("invalid_body"))
        for do in ("xml", "html", "empty", "flip")
    ),
    Row(name="F20 short for ever", faults=(sick("cdn", "short"),), **failing("network")),
    Row(name="F20 stored as gzip", faults=({"on": "cdn", "do": "gzip"},)),
    Row(name="F20 no Content-Length", faults=({"on": "cdn", "do": "chunked"},)),
    Row(name="F20 wrong Content-Type", faults=({"on": "cdn", "do": "content_type", "content_type": "text/plain"},)),
    Row(name="F14 resets of the store", faults=(once("cdn", "reset"),)),
    Row(
        name="F13 silence of the store",
        faults=(sick("cdn", "hang", seconds=60),),
        slow=True,
        options=("--max-retries", "0"),
        **failing("timeout"),
    ),
    Row(name="F26 the API redirects", faults=(once("api", "redirect"),), most_calls=4),
    Row(name="F26 the store redirects", faults=(once("cdn", "redirect"),)),
    Row(
        name="F26 the store redirects abroad",
        **failing("config"),
        faults=(sick("cdn", "redirect", location="http://192.0.2.1/asset"),),
    ),
    Row(name="F27 answers of older years", scenario={"legacy": True, "meta": "flat"}),
)


@pytest.fixture(scope="module")
def healthy(
    simulator: Figma, new_project: Callable[[Path], Project], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What the 200 icons are when nothing goes wrong."""
    simulator.simulate(LIBRARY)
    project = new_project(tmp_path_factory.mktemp("healthy"))
    project.write("exfig.yaml", CONFIG)
    assert project.run("icons").code == 0
    tree = project.tree()
    assert len(tree) == 200
    return tree


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, id=row.name.replace(" ", "-"), marks=[pytest.mark.slow] if row.slow else []) for row in ROWS],
)
def test_fault(row: Row, simulator: Figma, project: Project, healthy: dict[str, bytes]) -> None:
    simulator.simulate(LIBRARY | {"faults": list(row.faults)} | row.scenario)
    project.write("exfig.yaml", CONFIG)

    started = time.monotonic()
    options = ("--workers", "4", "--retry-base", "0.02", "--retry-cap", "0.2", *row.options)
    ran, report = project.report("icons", *options, FIGMA_PERSONAL_TOKEN=row.token)
    seconds = time.monotonic() - started
    seen = simulator.seen()
    tree = project.tree()

    assert ran.code == row.code, ran.text
    assert {failure["cause"] for failure in report["failures"]} == row.causes
    assert len(tree) == row.done
    assert all(healthy[name] == body for name, body in tree.items())
    if row.done == HEALTHY:
        assert {failure["asset"] for failure in report["failures"]} == set(SICK)
        assert set(healthy) - set(tree) == {f"icons/{name.replace('-', '_')}.svg" for name in SICK}
    assert project.temporary_files() == []
    assert [one for one in seen["violations"] if one["rule"] != row.violates] == []
    assert seen["endpoints"].get("images", 0) <= row.most_calls
    assert seconds < row.most_seconds
    assert (project.folder / ".exfig-checkpoint.json").exists() == (row.code != 0)
