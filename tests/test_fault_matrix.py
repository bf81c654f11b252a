"""Every fault of Figma and its store against whole runs of 200 icons with 4 workers.

Each row says what goes wrong, which icons must fail and as what, the exit code, and how many render calls may be made.
Whatever happens: healthy icons are in place byte for byte, the sick ones are named with the right cause, nothing is
left behind, and the store never sees a credential.

With EXFIG_MP_FAULT_TABLE=<file> what each row came to is written to that file, as a Markdown table.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Figma, Project, Ran

KEY, OTHER = "MatrixLibrary000000001", "MatrixLibrary000000002"
LIBRARY: dict[str, Any] = {"limits": "off", "design": {"files": [{"key": KEY, "icons": 202}]}}
CONFIG = f"""\
figma: {{lightFileId: {KEY}}}
flutter:
  output: code/lib
  icons: {{output: out/icons}}
"""
OTHER_CONFIG = CONFIG.replace(KEY, OTHER).replace("out/", "out/other/").replace("code/", "code/other/")
BOTH = ("batch", "exfig.yaml", "other.yaml")
"""The command of a run with both configs."""

UNDISTURBED = 2
"""Render calls for 200 icons when nothing is wrong: 100, then the rest."""

SCOPES = {"file_content:read", "library_content:read", "file_metadata:read"}
SICK = ("align-horizontal-space-around-00007", "file-minus-corner-00199")
HEALTHY = 200 - len(SICK)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault and what must come of it. `most_calls` are render calls; all other metadata is asked for once.

    In scenario, faults and options `{api}`, `{cdn}` and `{closed}` stand for host:port; nobody listens at the last.

    Args:
        earlier: all icons are in place from an earlier run, and stay so whatever fails.
        other: how many icons of the other file are in place.
        spent: render calls that the token's user has made just before.
        status: of the API's answers, one that the run must have met.
        most_megabytes: of memory in the coordinator.
    """

    name: str
    faults: tuple[dict[str, Any], ...] = ()
    scenario: dict[str, Any] = field(default_factory=dict)
    command: tuple[str, ...] = ("icons",)
    options: tuple[str, ...] = ()
    token: str = "figd_simulator"  # what the simulator knows
    environment: dict[str, str] = field(default_factory=dict)
    earlier: bool = False
    spent: int = 0
    done: int = 200
    other: int = 0
    causes: frozenset[str] = frozenset()
    code: int = 0
    status: int = 0
    most_calls: int = UNDISTURBED
    most_seconds: float = 30.0
    most_megabytes: int = 500
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


def two_files(**other: Any) -> dict[str, Any]:
    """Return a scenario with a healthy file of 200 icons and another one of 20."""
    return {"design": {"files": [{"key": KEY, "icons": 202, "plan": "pro"}, {"key": OTHER, "icons": 20, **other}]}}


def nothing(cause: str, **more: Any) -> dict[str, Any]:
    """Return what a row says when every icon fails."""
    return {"done": 0, "causes": frozenset({cause}), "code": 1, **more}


def edits(request: int, on: str, *steps: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario in which somebody changes the file just before a request."""
    return {"changes": [{"on": on, "request": request, "file": KEY, "edits": list(steps)}]}


PATIENT = ("--retry-base", "0.1", "--retry-cap", "0.5")
"""Four retries of an API call then take more than a second."""

ROWS = (
    Row(
        name="F1 429 with seconds",
        faults=({"on": "images", "do": "rate_limit", "retry_after": 1, "requests": 1},),
        most_calls=3,
    ),
    Row(
        name="F1 a bucket of 30 a minute that others have filled",
        scenario={"limits": {"tiers": {"1": 30}}},
        spent=30,
        status=429,
        most_calls=5,
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
    Row(
        name="F2 429 of days, with an earlier run's files",
        earlier=True,
        faults=({"on": "images", "do": "rate_limit", "retry_after": 396749, "limit_type": "low"},),
        causes=frozenset({"rate_limit"}),
        code=75,
        most_calls=1,
        most_seconds=8,
    ),
    Row(
        name="F2 429 of days for metadata",
        faults=({"on": "meta", "do": "rate_limit", "retry_after": 396749},),
        **nothing("rate_limit", code=75, most_calls=0, most_seconds=8),
    ),
    Row(
        name="F3 429 of days for a full seat that is taken for a low one",
        faults=({"on": "images", "do": "rate_limit", "retry_after": 396749, "limit_type": "low", "plan": "pro"},),
        **nothing("rate_limit", code=75, most_calls=1, most_seconds=8),
    ),
    Row(
        name="F3 429 without a limit type",
        faults=({"on": "images", "do": "rate_limit", "retry_after": 1, "limit_type": None, "requests": 1},),
        most_calls=3,
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
    *(
        Row(
            name=f"F5 a Starter file is blocked for days, {words}",
            command=command,
            scenario=two_files(plan="starter"),
            faults=(
                {"on": "images", "files": [OTHER], "do": "rate_limit", "retry_after": 396749, "limit_type": "low"},
            ),
            causes=frozenset({"rate_limit"}),
            code=75,
            most_calls=3,
        )
        for words, command in (("a Pro file is not", BOTH), ("and comes first", (BOTH[0], BOTH[2], BOTH[1])))
    ),
    Row(
        name="F6 400 for every render",
        faults=({"on": "images", "do": "status", "status": 400, "body": "json"},),
        **nothing("error", most_calls=9),
    ),
    Row(name="F6 two poisoned nodes", faults=(sick("images", "poison"),), most_calls=22, **failing("error")),
    Row(
        name="F6 render timeouts of whole batches",
        faults=({"on": "images", "do": "timeout", "requests": 2},),
        most_calls=6,
    ),
    Row(
        name="F7 nothing but null renders",
        faults=({"on": "images", "do": "null_render"},),
        **nothing("null_render", most_calls=3),
    ),
    Row(name="F7 two null renders", faults=(sick("images", "null_render"),), most_calls=3, **failing("null_render")),
    Row(
        name="F7 null the first time",
        faults=({"on": "images", "do": "null_render", "first": 1, "rate": 0.1},),
        most_calls=3,
    ),
    Row(
        name="F8 ids missing in the map",
        faults=(sick("images", "missing_key"),),
        most_calls=3,
        **failing("null_render"),
    ),
    Row(
        name="F8 ids missing in the map the first time",
        faults=({"on": "images", "do": "missing_key", "first": 1, "rate": 0.1},),
        most_calls=3,
    ),
    Row(name="F8 a foreign id in the map", faults=({"on": "images", "do": "extra_key"},)),
    Row(name="F8 the map in another order", faults=({"on": "images", "do": "reorder"},)),
    *(
        Row(name=f"F9 {status} once", faults=(once("api", "status", status=status, body="html"),), most_calls=4)
        for status in (500, 502, 503, 504)
    ),
    *(
        Row(
            name=f"F9 500 once, {words}", faults=(once("api", "status", status=500, body=body, rate=0.8),), most_calls=4
        )
        for words, body in (("with `err`", "json"), ("with `message`", "message"), ("without a body", "empty"))
    ),
    *(
        Row(
            name=f"F9 {words} outage with {status} that ends",
            faults=({"on": on, "do": "status", "status": status, "body": "html", "lasts": 0.4},),
            options=PATIENT,
            status=status,
            most_calls=8,
        )
        for words, on, status in (("an API", "api", 502), ("a render", "images", 503), ("a render", "images", 500))
    ),
    Row(
        name="F9 outage of the API",
        faults=({"on": "images", "do": "status", "status": 503},),
        done=0,
        causes=frozenset({"server"}),
        code=1,
        most_calls=24,
    ),
    Row(name="F10 202 of the firewall", faults=(once("api", "waf"),), most_calls=4),
    Row(
        name="F10 405 with a captcha of the firewall",
        faults=(once("api", "status", status=405, body="empty", headers={"x-amzn-waf-action": "captcha"}),),
        most_calls=4,
    ),
    Row(
        name="F10 202 of the firewall for a while",
        faults=({"on": "api", "do": "waf", "lasts": 0.4},),
        options=PATIENT,
        status=202,
        most_calls=4,
    ),
    Row(
        name="F10 202 of the firewall for ever", faults=({"on": "api", "do": "waf"},), **nothing("server", most_calls=0)
    ),
    *(
        Row(
            name=f"F11 414 of a proxy at {limit:,} bytes",
            scenario={"url_limit": limit, "url_refusal": 414},
            most_calls=calls,
            violates="URL too long",
        )
        for limit, calls in ((400, 16), (1_000, 6), (2_048, 2), (4_096, 2))
    ),
    Row(name="F11 413 for long URLs", scenario={"url_limit": 1000}, most_calls=6, violates="URL too long"),
    Row(name="F12 truncated gzip", faults=(once("api", "bad_gzip"),), most_calls=4),
    Row(name="F12 answer shorter than promised", faults=(once("api", "short"),), most_calls=4),
    Row(
        name="F12 the page of a captive portal for ever",
        faults=({"on": "api", "do": "html"},),
        **nothing("network", most_calls=0),
    ),
    Row(
        name="F12 a proxy's page with 403",
        faults=({"on": "api", "do": "status", "status": 403, "body": "html"},),
        **nothing("network", most_calls=0),
    ),
    Row(name="F12 200 without a body once", faults=(once("api", "empty"),), most_calls=4),
    Row(
        name="F12 a gzip of 4 GB from the API",
        faults=({"on": "images", "do": "bomb", "megabytes": 4_000, "requests": 1},),
        done=100,
        causes=frozenset({"server"}),
        code=1,
        most_megabytes=900,
    ),
    Row(
        name="F12 a gzip of 4 GB from the store",
        faults=(sick("cdn", "bomb", megabytes=4_000),),
        options=("--workers", "0"),
        **failing("invalid_body", most_megabytes=1_200),
    ),
    Row(
        name="F12 no JSON for ever",
        faults=({"on": "images", "do": "malformed"},),
        **nothing("server", most_calls=2),
    ),
    Row(
        name="F13 silence",
        faults=({"on": "images", "do": "hang", "seconds": 20, "requests": 1},),
        options=("--timeout", "1"),
        most_calls=3,
    ),
    Row(name="F13 slow but in time", faults=({"on": "images", "do": "delay", "seconds": 1.5, "requests": 1},)),
    Row(
        name="F13 54 of 75 seconds",
        faults=({"on": "images", "do": "delay", "seconds": 1.08, "requests": 1},),
        options=("--timeout", "1.5"),
    ),
    Row(
        name="F13 silence for longer than a body may stall, but in time",
        faults=({"on": "images", "do": "delay", "seconds": 22, "requests": 1},),
        slow=True,
        most_seconds=60,
    ),
    Row(
        name="F13 too slow once",
        faults=({"on": "images", "do": "delay", "seconds": 1.5, "requests": 1},),
        options=("--timeout", "1"),
        most_calls=3,
    ),
    Row(
        name="F13 answers that drip",
        faults=(once("api", "drip", seconds=0.3), once("cdn", "drip", seconds=0.3, names=list(SICK))),
    ),
    Row(name="F14 reset", faults=(once("api", "reset"),), most_calls=4),
    Row(name="F14 reset within the body", faults=(once("api", "cut"),), most_calls=4),
    Row(name="F14 reset behind the headers", faults=(once("api", "cut", part=0.0),), most_calls=4),
    Row(name="F14 reset at nine tenths of the body", faults=(once("api", "cut", part=0.9),), most_calls=4),
    Row(name="F14 the store closes after 5 requests", scenario={"cdn": {"requests_per_connection": 5}}),
    Row(
        name="F14 the store resets what is above 225 connections",
        scenario={"cdn": {"largest_concurrency": 225}},
        options=("--concurrent-downloads", "200"),
    ),
    Row(
        name="F14 the store resets what is above 12 connections",
        scenario={"cdn": {"largest_concurrency": 12}},
        options=("--workers", "1", *PATIENT),
    ),
    *(
        Row(
            name=f"F14 {words}",
            options=("--api-url", url, "--max-retries", "1"),
            **nothing("network", most_calls=0),
        )
        for words, url in (
            ("the API speaks no TLS", "https://{api}"),
            ("nobody listens at the API's port", "http://{closed}"),
            ("the API's host has no address", "https://figma.invalid"),
        )
    ),
    *(
        Row(name=f"F14 {words}", faults=(sick("images", "foreign_url", location=url),), **failing("network"))
        for words, url in (
            ("the store speaks no TLS", "https://{cdn}/asset"),
            ("nobody listens at the store's port", "http://{closed}/asset"),
        )
    ),
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
    *(
        Row(
            name=f"F15 only {scope} is missing",
            token="figd_less",
            scenario={"tokens": [{"token": "figd_less", "scopes": sorted(SCOPES - {scope})}]},
            **nothing("forbidden", code=3, most_calls=calls),
        )
        for scope, calls in (("file_metadata:read", 0), ("library_content:read", 0), ("file_content:read", 1))
    ),
    Row(name="F15 a plan's token", token="figp_simulator"),
    Row(
        name="F15 one of two files may not be exported",
        command=BOTH,
        scenario=two_files(exportable=False),
        causes=frozenset({"forbidden"}),
        code=3,
        most_calls=3,
    ),
    *(
        Row(
            name=f"F16 {words}, with an earlier run's files",
            earlier=True,
            scenario={"design": {"files": [{"key": KEY, **file}]}} if file else {"design": {"files": []}},
            causes=frozenset({cause}),
            code=1,
            most_calls=0,
        )
        for words, file, cause in (
            ("the file is gone", {}, "not_found"),
            ("the key is a branch's", {"icons": 202, "branch_of": "MainFile"}, "config"),
            ("nothing is published", {"icons": 202, "published": False}, "config"),
            ("the file is empty", {"icons": 0}, "config"),
        )
    ),
    Row(
        name="F16 one of two files is gone",
        command=BOTH,
        scenario=LIBRARY,
        causes=frozenset({"not_found"}),
        code=1,
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
        name="F17 components are deleted in mid-run",  # and drawn all the same: a run draws one version
        scenario={
            "changes": [
                {"on": "images", "request": 1, "file": KEY, "edits": [{"do": "delete", "name": name} for name in SICK]}
            ]
        },
    ),
    *(
        Row(name=f"F17 {words}", scenario=edits(request, on, *steps), most_calls=calls)
        for words, request, on, steps, calls in (
            ("a new version before the components", 1, "components", ({"do": "touch"},), 2),
            ("a new version before the renders", 1, "images", ({"do": "touch"},), 2),
            ("a new version between two renders", 2, "images", ({"do": "touch"},), 2),
            (
                "components are renamed in mid-run",
                1,
                "images",
                tuple({"do": "rename", "name": name, "to": f"new-{name}"} for name in SICK),
                2,
            ),
        )
    ),
    Row(
        name="F17 a component is deleted in an earlier run's place",
        earlier=True,
        scenario=edits(1, "images", {"do": "delete", "name": SICK[0]}),
    ),
    Row(name="F18 every URL expires once", faults=(once("cdn", "expired"),), most_calls=3),
    Row(name="F18 expired URLs", faults=(once("cdn", "expired", names=list(SICK)),), most_calls=3),
    Row(name="F18 URLs that always expire", faults=(sick("cdn", "expired"),), most_calls=3, **failing("expired_url")),
    Row(name="F19 503 SlowDown once", faults=(once("cdn", "status", status=503),)),
    Row(
        name="F19 503 with Retry-After",
        faults=(once("cdn", "status", status=503, headers={"Retry-After": "1"}, names=[SICK[0]]),),
    ),
    Row(
        name="F19 503 above 8 connections for a while",
        faults=({"on": "cdn", "do": "status", "status": 503, "above": 8, "lasts": 0.4},),
        options=PATIENT,
    ),
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
    Row(
        name="F21 the store never sees a bearer token",
        token="",
        environment={"FIGMA_OAUTH_TOKEN": "figd_simulator"},
    ),
    *(
        Row(
            name=f"F23 {words} with 100 MB that nobody knows",
            faults=({"on": on, "do": "pad", "megabytes": 100, "requests": 1},),
            most_megabytes=700,
        )
        for words, on in (("components", "components"), ("a render's answer", "images"))
    ),
    Row(
        name="F23 20,000 components of which 200 are wanted",
        scenario={"design": {"files": [{"key": KEY, "icons": 202, "illustrations": 20_000}]}},
        most_megabytes=400,
    ),
    Row(name="F14 resets of the store", faults=(once("cdn", "reset"),)),
    Row(
        name="F13 silence of the store",
        faults=(sick("cdn", "hang", seconds=60),),
        slow=True,
        options=("--max-retries", "0"),
        **failing("timeout"),
    ),
    Row(name="F26 the API redirects", faults=(once("api", "redirect"),), most_calls=4),
    Row(
        name="F26 the API redirects in a circle",
        faults=({"on": "images", "do": "redirect"},),
        **nothing("config", most_calls=6),  # one call: it and five redirects
    ),
    Row(
        name="F26 the API redirects to the store",
        faults=({"on": "images", "do": "redirect", "location": "http://{cdn}/figma-alpha-api/images/1"},),
        **nothing("network"),
    ),
    Row(name="F26 the store redirects", faults=(once("cdn", "redirect"),)),
    Row(
        name="F26 the store redirects abroad",
        **failing("config"),
        faults=(sick("cdn", "redirect", location="http://192.0.2.1/asset"),),
    ),
    Row(
        name="F27 an editor that is new",
        scenario={"design": {"files": [{"key": KEY, "icons": 202, "editor": "buzz"}]}},
        **nothing("config", most_calls=1),
    ),
    Row(
        name="all at once",
        faults=(
            {"on": "api", "do": "status", "status": 502, "rate": 0.3, "first": 1},
            {"on": "images", "do": "null_render", "rate": 0.05, "first": 1},
            *(
                {"on": "cdn", "do": do, "rate": 0.1, "first": 1}
                for do in ("status", "reset", "cut", "short", "xml", "html", "empty", "flip", "close", "redirect")
            ),
        ),
        most_calls=4,
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
    tree = drawings(project)
    assert len(tree) == 200
    return tree


def drawings(project: Project) -> dict[str, bytes]:
    """Return the tree without code."""
    return {name: body for name, body in project.tree().items() if not name.endswith(".dart")}


@pytest.fixture(scope="module")
def table() -> Iterator[list[tuple[object, ...]]]:
    """Take what each row came to; a file is made of it if one is asked for."""
    rows: list[tuple[object, ...]] = []
    yield rows
    path = os.environ.get("EXFIG_MP_FAULT_TABLE")
    if path:
        head = ("Fault", "Files of 200", "Causes", "Render calls", "All calls", "Exit code", "Seconds", "MB")
        lines = (head, ("---",) * len(head), *rows)
        Path(path).write_text("".join(f"| {' | '.join(map(str, line))} |\n" for line in lines))


@dataclass(frozen=True)
class Measured:
    """A run, its JSON report, and what it took: seconds with the start of Python, megabytes of the coordinator."""

    ran: Ran
    report: Any
    seconds: float
    megabytes: int


def measure(project: Project, *arguments: str, **environment: str) -> Measured:
    """Run the program to its end."""
    started = time.monotonic()
    process = project.start(*arguments, "--report", "report.json", **environment)
    megabytes, ended = 0, 0
    while not ended:
        megabytes = max(megabytes, peak_memory(process.pid))
        time.sleep(0.01)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    ran = project.end(process)
    report = json.loads((project.folder / "report.json").read_bytes())
    return Measured(ran, report, seconds, megabytes or usage.ru_maxrss >> 20)


def peak_memory(pid: int) -> int:
    """Return the most megabytes that a program has had, as far as Linux tells; else 0.

    What `wait4` says there is never less than what its parent had when it started it, and the tests have a lot.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) >> 10 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


@pytest.fixture
def addressed(simulator: Figma) -> Callable[[str], str]:
    """Put hosts and ports into what a row says."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        closed = listener.getsockname()[1]
    places = {
        "{api}": simulator.api_url.removeprefix("http://"),
        "{cdn}": simulator.cdn_url.removeprefix("http://"),
        "{closed}": f"127.0.0.1:{closed}",
    }

    def replaced(text: str) -> str:
        for name, place in places.items():
            text = text.replace(name, place)
        return text

    return replaced


VARIANTS = frozenset(
    {
        *("F3 429 with Retry-After 0", "F3 429 with Retry-After abc", "F3 429 without a limit type"),
        *("F5 a Starter file is blocked for days, and comes first", "F7 nothing but null renders"),
        *("F8 ids missing in the map the first time", "F9 500 once", "F9 502 once", "F9 504 once"),
        *("F9 500 once, with `err`", "F9 500 once, with `message`", "F9 500 once, without a body"),
        *("F9 an API outage with 502 that ends", "F9 a render outage with 500 that ends"),
        *(
            "F10 202 of the firewall for a while",
            "F11 414 of a proxy at 400 bytes",
            "F11 414 of a proxy at 1,000 bytes",
        ),
        *("F11 414 of a proxy at 4,096 bytes", "F12 a gzip of 4 GB from the API", "F12 a proxy's page with 403"),
        *("F13 too slow once", "F13 answers that drip", "F14 reset behind the headers"),
        *("F14 reset at nine tenths of the body", "F14 the store closes after 5 requests", "F15 unknown token"),
        *("F14 the store resets what is above 225 connections", "F14 the store speaks no TLS"),
        *("F15 only file_metadata:read is missing", "F15 only library_content:read is missing", "F15 a plan's token"),
        *("F16 the file is gone", "F16 nothing is published", "F16 the key is a branch's, with an earlier run's files"),
        *("F16 the file is empty, with an earlier run's files", "F17 a new version before the components"),
        *("F17 a new version before the renders", "F17 a new version between two renders"),
        *("F20 html once", "F20 empty once", "F20 cut once", "F20 xml once", "F20 html for ever", "F20 empty for ever"),
        *("F20 no Content-Length", "F20 wrong Content-Type", "F23 a render's answer with 100 MB that nobody knows"),
        *(
            "F1 429 with seconds",
            "F3 429 without Retry-After",
            "F2 429 of days, in mid-run",
            "F2 429 of days for metadata",
        ),
        *("F3 429 with a date that is past", "F9 503 once", "F12 200 without a body once"),
        *("F13 slow but in time", "F14 reset within the body", "F14 the store resets what is above 12 connections"),
        *(
            "F14 the API's host has no address",
            "F14 connections close unsaid",
            "F15 expired token",
            "F16 one of two files is gone",
        ),
        *(
            "F8 a foreign id in the map",
            "F8 the map in another order",
            "F18 every URL expires once",
            "F19 503 SlowDown once",
        ),
        *(
            "F20 flip once",
            "F20 short once",
            "F20 xml for ever",
            "F20 short for ever",
            "F21 the store never sees a bearer token",
        ),
        *("F17 components are renamed in mid-run", "F14 nobody listens at the API's port", "F26 the store redirects"),
        *("F26 the API redirects in a circle", "F26 the API redirects", "F14 resets of the store"),
    }
)
"""Rows that differ from a neighbour in one detail, which is tested closer to its code, too: in the slow set."""


def test_every_variant_is_a_row() -> None:
    assert {row.name for row in ROWS} >= VARIANTS


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            row,
            id=row.name.replace(" ", "-"),
            marks=[pytest.mark.slow] if row.slow or row.name in VARIANTS else [],
        )
        for row in ROWS
    ],
)
def test_fault(
    row: Row,
    simulator: Figma,
    project: Project,
    *,
    healthy: dict[str, bytes],
    addressed: Callable[[str], str],
    table: list[tuple[object, ...]],
) -> None:
    simulator.simulate(json.loads(addressed(json.dumps(LIBRARY | {"faults": list(row.faults)} | row.scenario))))
    project.write("exfig.yaml", CONFIG)
    project.write("other.yaml", OTHER_CONFIG)
    for name, body in healthy.items() if row.earlier else ():
        project.write(f"out/{name}", body.decode())
    for _ in range(row.spent):
        assert simulator.get(f"/v1/images/{KEY}?ids=551:93900").status == 200

    options = (*row.command, "--workers", "4", "--retry-base", "0.02", "--retry-cap", "0.2", *row.options)
    run = measure(project, *map(addressed, options), FIGMA_PERSONAL_TOKEN=row.token, **row.environment)
    ran, report = run.ran, run.report
    seen = simulator.seen()
    everything = drawings(project)
    tree = {name: body for name, body in everything.items() if name.startswith("icons/")}
    causes = {failure["cause"] for failure in report["failures"]}
    calls, all_calls = seen["endpoints"].get("images", 0) - row.spent, seen["api_requests"] - row.spent
    named = " ".join(sorted(causes))
    table.append((row.name, len(tree), named, calls, all_calls, ran.code, f"{run.seconds:.1f}", run.megabytes))

    assert ran.code == row.code, ran.text
    assert causes == row.causes
    assert len(tree) == row.done
    assert len(everything) == row.done + row.other
    assert all(healthy[name] == body for name, body in tree.items())
    if row.done == HEALTHY:
        assert {failure["asset"] for failure in report["failures"]} == set(SICK)
        assert set(healthy) - set(tree) == {f"icons/{name.replace('-', '_')}.svg" for name in SICK}
    assert project.temporary_files() == []
    assert [one for one in seen["violations"] if one["rule"] != row.violates] == []
    assert not row.status or str(row.status) in seen["statuses"]
    assert calls <= row.most_calls
    assert run.seconds < row.most_seconds
    assert run.megabytes < row.most_megabytes
    assert (project.folder / ".exfig-checkpoint.json").exists() == (row.code != 0 and not _lasts(report))


def _lasts(report):
    """Would a resume fail in the same way? So it is if no entry could be planned, for what the config names."""
    found = report["failures"]
    return (
        found
        and not report["renders"]
        and all(one["cause"] in {"config", "not_found"} and "render" not in one for one in found)
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux listens on all of 127/8 unasked")
def test_a_host_outside_the_allow_list_is_never_asked(
    simulator: Figma, project: Project, healthy: dict[str, bytes]
) -> None:
    with socket.create_server(("127.0.0.2", 0)) as stranger:
        stranger.setblocking(False)
        url = f"http://127.0.0.2:{stranger.getsockname()[1]}/asset"
        simulator.simulate(LIBRARY | {"faults": [sick("images", "foreign_url", location=url)]})
        project.write("exfig.yaml", CONFIG)

        run = measure(project, "icons", "--workers", "4")

        with pytest.raises(BlockingIOError):
            stranger.accept()
    assert run.ran.code == 1
    assert {(failure["asset"], failure["cause"]) for failure in run.report["failures"]} == {
        (name, "config") for name in SICK
    }
    assert len(drawings(project)) == HEALTHY < len(healthy)


def test_calls_side_by_side_have_a_connection_each_however_few_files_are_asked_about(
    simulator: Figma, project: Project
) -> None:
    slow = {"on": "images", "do": "delay", "seconds": 1.2}
    file = {"key": KEY, "icons": 0, "illustrations": 2}
    simulator.simulate({"limits": "off", "design": {"files": [file]}, "faults": [slow]})
    project.write(
        "exfig.yaml", CONFIG.replace("icons: {output: out/icons}", "images: {output: out, scales: [1, 2, 3]}")
    )

    run = measure(project, "images", "--parallel", "1", "--timeout", "2", "--max-retries", "0")

    assert run.ran.code == 0, run.ran.text
    assert run.report["downloaded"] == 6
    assert simulator.seen()["endpoints"]["images"] == 3


@pytest.mark.parametrize("form", ["png", "jpg"])
def test_a_render_that_figma_scaled_down_is_kept_and_named(form: str, simulator: Figma, project: Project) -> None:
    file = {"key": KEY, "icons": 0, "banners": 1, "banner_size": [4000, 3000]}
    simulator.simulate({"limits": "off", "design": {"files": [file]}})
    fetch = ("fetch", "-f", KEY, "-r", "Banners", "-o", "out", "--format", form, "--workers", "2")

    large = measure(project, *fetch, "--scale", "2")
    small = measure(project, *fetch, "--scale", "1")

    assert (large.ran.code, small.ran.code) == (0, 0)
    assert large.report["downloaded"] == 1
    (warning,) = large.report["warnings"]
    assert "banner-00000 is 6531x4898 pixels: Figma scales down" in warning
    assert small.report["warnings"] == []
