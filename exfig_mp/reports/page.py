"""A run as one page of HTML that needs nothing else: no script, no request, and no style but its own.

A policy in the page itself forbids all others, so that a name or a picture that got through would still do nothing.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exchange import printable
from exfig_mp.report import by_cause
from exfig_mp.reports.drawing import draw
from exfig_mp.reports.pictures import Pictures
from exfig_mp.reports.sheet import Sheet, contact_sheet
from exfig_mp.reports.words import (
    counted,
    distinct,
    limits_waited_for,
    more_places,
    stop_lines,
    way_on_command,
    way_on_words,
    where,
)
from exfig_mp.templating import built_in, render_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.before import Before
    from exfig_mp.changes import Change
    from exfig_mp.plan import Plan
    from exfig_mp.report import ItemFailure, Report
    from exfig_mp.timeline import Timeline

LISTED = 300
"""Changes of each kind that are listed."""

_TILES, _FAILURES, _CONFIGS, _WARNINGS = 1500, 200, 200, 100  # most that are listed; failures for each cause
_SHEET, _CHANGES = 8 << 20, 4 << 20  # bytes of pictures, most of which are on the page twice
_POLICY = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"


class Evidence(Struct, frozen=True):
    """What a page shows beside the report; paths of changes start from `folder`."""

    plan: Plan | None
    before: Before
    timeline: Timeline
    folder: str


class Comparison(Struct, frozen=True):
    """A file that has changed, and how it looked before and looks now: URIs, or nothing."""

    change: Change
    before: str
    after: str


class FailureGroup(Struct, frozen=True):
    """Failures with one cause: what failed and why, line by line."""

    title: str
    cause: str
    advice: str
    lines: tuple[tuple[str, str], ...]
    left_out: int


def to_html(report: Report, resume: str, evidence: Evidence) -> bytes:
    """Return the page of a run that `resume`, a command, would go on with."""
    style = built_in("report/page.css")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    pictures, compared = Pictures(_SHEET), Pictures(_CHANGES)
    context = {
        "report": report,
        "style": style,
        "policy": f"{_POLICY}; style-src 'sha256-{digest}'",
        "shown": printable,
        "stop": stop_lines(report, report.stopped) if report.stopped else (),
        "configs": report.configs[:_CONFIGS],
        "warnings": report.warnings[:_WARNINGS],
        "waited": limits_waited_for(report),
        "way_on": " ".join(way_on_words(report)),
        "resume": way_on_command(report, resume),
        "groups": [_group(failures) for failures in by_cause(report.failures)],
        "changed": _comparisons(report, evidence, compared),
        "others": {kind: _listed(report, kind) for kind in ("new", "removed")},
        "compared": compared,
        "sheet": contact_sheet(evidence.plan, _TILES, pictures) if evidence.plan else Sheet(),
        "pictures": pictures,
        "drawing": draw(evidence.timeline),
    }
    return render_page("page.html", context)


def _listed(report: Report, kind: str) -> list[Change]:
    changes = report.changes.files if report.changes else ()
    return [one for one in changes if one.kind == kind][:LISTED]


def _comparisons(report: Report, evidence: Evidence, pictures: Pictures) -> list[Comparison]:
    found = []
    for change in _listed(report, "changed"):
        path = change.path if change.path.startswith("/") else f"{evidence.folder.rstrip('/')}/{change.path}"
        body = evidence.before.body(path)
        before = pictures.of(path, body) if body else ""
        found.append(Comparison(change, before, pictures.of(path)))
    return found


def _group(failures: Sequence[ItemFailure]) -> FailureGroup:
    things = distinct(failures)
    lines = tuple((f"{where(one[0])}{more_places(one)}", one[0].message) for one in things[:_FAILURES])
    left_out = max(len(things) - _FAILURES, 0)
    return FailureGroup(counted(things), failures[0].cause, failures[0].advice, lines, left_out)
