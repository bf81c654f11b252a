"""A run in Markdown, for a comment on a pull request or the summary of a job: short, whatever it has to tell. Pure.

Whatever comes from outside (names, paths, words of servers) stands in code spans: there GitHub sees neither markup nor
HTML, links, mentions, references or emoji. https://github.github.com/gfm/#code-spans
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from exfig_mp.exchange import printable
from exfig_mp.report import by_cause
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exfig_mp.changes import Change, ChangeKind
    from exfig_mp.report import Report

LISTED = 30
"""Changes of each kind that are listed."""

LONGEST = 60_000
"""Characters of a report, at most: GitHub takes 65,536 in a comment, and 1 MiB in the summary of a step."""

_CONFIGS, _CAUSES, _FAILURES, _WARNINGS = 30, 6, 8, 10  # most that are listed; failures for each cause
_NAME, _SENTENCE, _COMMAND = 160, 240, 2000  # most characters of a name, of somebody's words, of a command
_TITLES: dict[ChangeKind, str] = {"changed": "Changed", "new": "New", "removed": "Removed"}
_PIPE = re.compile(r"(\\*)\|")


def to_markdown(report: Report, resume: str) -> str:
    """Return the report of a run that `resume`, a command, would go on with; not longer than `LONGEST`."""
    sections = (_headline, _stop, _configs, _changes, _failures, _warnings, _figma)
    parts = ["\n".join(lines) for section in sections if (lines := list(section(report)))]
    if report.way_on:
        command = way_on_command(report, resume)
        parts.append("\n".join(way_on_words(report)) + (f" {code(command, _COMMAND)}" if command else ""))
    return "\n\n".join(parts) + "\n"


def code(text: str, most: int = _NAME) -> str:
    """Return any text as a code span on one line, cut to so many characters; for a table see `_cell`.

    A backtick, which could end the span, becomes an accent that looks like it.
    """
    shown = printable(text[: most + 1]).replace("`", "\u02cb")
    return f"` {shown if len(shown) <= most else f'{shown[: most - 1]}…'} `"


def _cell(text: str) -> str:
    """Return a text as a code span for a table, where an escaped pipe is one even in code.

    Before it, backslashes are doubled: whoever reads escapes in pairs sees no bare pipe either.
    """
    return _PIPE.sub(r"\1\1\\|", code(text))


def _headline(report: Report) -> Iterator[str]:
    yield f"## exfig-mp: {state_of(report)}"
    yield ""
    made = f" ({_changed(report)})" if report.changes else ""
    yield (
        f"{report.files:,} files and {report.index_files:,} index files in place{made}, in {report.seconds:,.1f} s. "
        f"Of {report.renders:,} renders {report.downloaded:,} were downloaded ({report.bytes / 1e6:,.1f} MB), "
        f"{report.restored:,} taken from the cache, {report.skipped:,} in place already, {report.failed:,} failed."
    )


def _changed(report: Report) -> str:
    if report.changes is None:
        return ""
    counts = ((report.changes.new, "new"), (report.changes.changed, "changed"), (report.changes.removed, "removed"))
    return ", ".join(f"{count:,} {word}" for count, word in counts if count) or "nothing changed"


def _stop(report: Report) -> Iterator[str]:
    if report.stopped:
        said, *advice = stop_lines(report, report.stopped)
        yield f"**It did not finish:** {code(said, 2 * _SENTENCE)}"
        yield from (code(one.strip(), _SENTENCE) for one in advice)


def _configs(report: Report) -> Iterator[str]:
    if not report.configs:
        return
    titles, rows = config_table(report)
    yield f"| {' | '.join(('config', *titles))} |"
    yield f"|---|{'--:|' * len(titles)}"
    for config, counts in rows[:_CONFIGS]:
        yield f"| {_cell(config)} | {' | '.join(counts)} |"
    yield from _more(len(rows) - _CONFIGS, "configs", before="\n")
    if {"new", "changed"} & set(titles):
        yield "\nNew and changed are counted with index files and code."


def _changes(report: Report) -> Iterator[str]:
    if report.changes is None or not report.changes.files:
        return
    totals = {"new": report.changes.new, "changed": report.changes.changed, "removed": report.changes.removed}
    found: dict[ChangeKind, list[Change]] = defaultdict(list)
    for change in report.changes.files:
        if len(found[change.kind]) < LISTED:
            found[change.kind].append(change)
    yield "### Files"
    for kind, title in _TITLES.items():
        if found[kind]:
            yield from ("", f"{title}: {totals[kind]:,}", "")
            yield from (f"- {code(change.path)}" for change in found[kind])
            yield from _more(totals[kind] - len(found[kind]), "files", before="- ")


def _failures(report: Report) -> Iterator[str]:
    groups = by_cause(report.failures)
    if groups:
        yield "### Failures"
    for failures in groups[:_CAUSES]:
        things = distinct(failures)
        yield from ("", f"**{counted(things)} failed: {code(failures[0].cause)}**", "")
        for thing in things[:_FAILURES]:
            yield f"- {code(where(thing[0]))}{more_places(thing)}: {code(thing[0].message, _SENTENCE)}"
        yield from _more(len(things) - _FAILURES, "failures", before="- ")
        if failures[0].advice:
            yield from ("", f"What helps: {code(failures[0].advice, _SENTENCE)}")
    yield from _more(len(groups) - _CAUSES, "causes", before="\n")


def _warnings(report: Report) -> Iterator[str]:
    if report.warnings:
        yield from ("### Warnings", "")
        yield from (f"- {code(one, _SENTENCE)}" for one in report.warnings[:_WARNINGS])
        yield from _more(len(report.warnings) - _WARNINGS, "warnings", before="- ")


def _figma(report: Report) -> Iterator[str]:
    tiers = {call.tier: [one for one in report.calls if one.tier == call.tier] for call in report.calls}
    said = [_tier(tier, [f"{one.count:,} {one.endpoint}" for one in tiers[tier]]) for tier in sorted(tiers)]
    yield (
        f"Calls to Figma: {'; '.join(said) or 'none'}. Waited for its limits {report.pacing.seconds:,.1f} s"
        f"{limits_waited_for(report)}, {report.retries:,} retries."
    )


def _tier(tier: int, calls: Sequence[str]) -> str:
    return f"Tier {tier}: {', '.join(calls)}"


def _more(count: int, things: str, *, before: str) -> Iterable[str]:
    """Say how many were left out, if any were."""
    return (f"{before}and {count:,} more {things} (a JSON report has all)",) if count > 0 else ()
