"""A run as one page of HTML that needs nothing else: no script, no request, and no style but its own.

A policy in the page itself forbids all others, so that a name or a picture that got through would still do nothing.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exchange import printable
from exfig_mp.report import by_cause
from exfig_mp.reports.drawing import draw
from exfig_mp.reports.pictures import Pictures
from exfig_mp.reports.sheet import Sheet, contact_sheet
from exfig_mp.reports.words import (
    config_table,
    counted,
    distinct,
    limits_waited_for,
    more_places,
    state_of,
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
    from exfig_mp.reports.drawing import Look
    from exfig_mp.timeline import Timeline

LISTED = 300
"""Changes of each kind that are listed."""

_TILES, _FAILURES, _CONFIGS, _WARNINGS = 1500, 200, 200, 100  # most that are listed; failures for each cause
_SHEET, _CHANGES = 8 << 20, 4 << 20  # bytes of pictures, most of which are on the page twice
_LOOKS: tuple[tuple[Look, str], ...] = (
    ("request", "request to Figma"),
    ("wait", "wait for its limits"),
    ("worker", "worker"),
    ("failed", "request that failed, or worker that died"),
)
_POLICY = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"


class Evidence(Struct, frozen=True):
    """What a page shows beside the report; paths of changes start from `folder`."""

    plan: Plan | None
    before: Before
    timeline: Timeline
    folder: str


class Comparison(Struct, frozen=True):
    """Files that have changed from one picture to another: how they looked before and look now, URIs, or nothing."""

    paths: tuple[str, ...]
    before: str
    after: str


class Fact(Struct, frozen=True):
    """A number that somebody looks for first, and what it is of."""

    value: str
    label: str
    is_bad: bool = False


class FailureGroup(Struct, frozen=True):
    """Failures with one cause, line by line: what failed, how often elsewhere too, and why.

    `message` is why if that is the same of all.
    """

    title: str
    cause: str
    message: str
    advice: str
    lines: tuple[tuple[str, str, str], ...]
    left_out: int


def to_html(report: Report, resume: str, evidence: Evidence) -> bytes:
    """Return the page of a run that `resume`, a command, would go on with."""
    style = built_in("report/page.css")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    pictures, compared = Pictures(_SHEET), Pictures(_CHANGES)
    comparisons = _comparisons(report, evidence, compared)
    pictured = {path for one in comparisons for path in one.paths}
    sheet = contact_sheet(evidence.plan, _TILES, pictures) if evidence.plan else Sheet()
    drawing = draw(evidence.timeline)
    columns, rows = config_table(report)
    context = {
        "report": report,
        "style": style,
        "policy": f"{_POLICY}; style-src 'sha256-{digest}'",
        "shown": printable,
        "stop": stop_lines(report, report.stopped) if report.stopped else (),
        "state": state_of(report),
        "started": report.started_at.replace("T", " ").replace("+00:00", " UTC"),
        "facts": _facts(report),
        "sections": (
            ("failures", "Failures", report.failures),
            ("warnings", "Warnings", report.warnings),
            ("changes", "Changes", report.changes),
            ("assets", "Assets", sheet.assets),
            ("timeline", "Timeline", True),
        ),
        "columns": columns,
        "configs": rows[:_CONFIGS],
        "warnings": report.warnings[:_WARNINGS],
        "waited": limits_waited_for(report),
        "way_on": " ".join(way_on_words(report)),
        "resume": way_on_command(report, resume),
        "groups": [_group(failures) for failures in by_cause(report.failures)],
        "comparisons": comparisons,
        "pictured": len(pictured),
        "others": {
            kind: [one for one in _listed(report, kind) if one.path not in pictured]
            for kind in ("changed", "new", "removed")
        },
        "compared": compared,
        "sheet": sheet,
        "pictures": pictures,
        "drawing": drawing,
        "drawn": {bar.look for bar in drawing.bars},
        "looks": _LOOKS,
    }
    return render_page("page.html", context)


def _listed(report: Report, kind: str) -> list[Change]:
    changes = report.changes.files if report.changes else ()
    return [one for one in changes if one.kind == kind][:LISTED]


def _comparisons(report: Report, evidence: Evidence, pictures: Pictures) -> list[Comparison]:
    """Return the changes that can be seen, each once, however many files it was made to."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for change in _listed(report, "changed"):
        alike.setdefault((change.before, change.after, PurePosixPath(change.path).suffix), []).append(change.path)
    found = []
    for paths in alike.values():
        path = paths[0] if paths[0].startswith("/") else f"{evidence.folder.rstrip('/')}/{paths[0]}"
        body = evidence.before.body(path)
        before, after = pictures.of(path, body) if body else "", pictures.of(path)
        if before or after:
            found.append(Comparison(tuple(paths), before, after))
    return found


def _facts(report: Report) -> list[Fact]:
    """Return what is always said, and what there is to say of this run."""
    calls = sum(one.count for one in report.calls)
    entries = sum(one.failed_entries for one in report.configs)
    configs = sum(one.nothing_usable for one in report.configs)
    found = (
        (True, Fact(f"{report.files:,}", "files in place")),
        (report.index_files, Fact(f"{report.index_files:,}", "index files and code")),
        (True, Fact(f"{report.downloaded:,} of {report.renders:,}", "renders downloaded")),
        (report.restored, Fact(f"{report.restored:,}", "renders from the cache")),
        (report.skipped, Fact(f"{report.skipped:,}", "renders in place already")),
        (report.failed, Fact(f"{report.failed:,}", "renders failed", is_bad=True)),
        (entries, Fact(f"{entries:,}", "entries failed", is_bad=True)),
        (configs, Fact(f"{configs:,}", "configs failed", is_bad=True)),
        (report.not_done, Fact(f"{report.not_done:,}", "renders not done", is_bad=True)),
        (report.bytes, Fact(f"{report.bytes / 1e6:,.1f} MB", "downloaded")),
        (True, Fact(f"{calls:,}", "calls to Figma")),
        (True, Fact(f"{report.seconds:,.1f} s", "run time")),
    )
    return [fact for is_said, fact in found if is_said]


def _group(failures: Sequence[ItemFailure]) -> FailureGroup:
    things = distinct(failures)
    lines = tuple((where(one[0]), more_places(one), one[0].message) for one in things[:_FAILURES])
    left_out = max(len(things) - _FAILURES, 0)
    messages = {one[0].message for one in things}
    message = messages.pop() if len(messages) == 1 and len(things) > 1 else ""
    return FailureGroup(counted(things), failures[0].cause, message, failures[0].advice, lines, left_out)
