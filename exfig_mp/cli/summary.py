"""The end of a run for a person: what was done, every failure with its reason, what to do next."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from exfig_mp.cli.console import open_console, shown
from exfig_mp.report import by_cause
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

if TYPE_CHECKING:
    from rich.console import Console

    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.report import Report

_HOSTS = 3  # of one cause
_SHOWN = 20
"""Lines of one cause, one for each render or entry; the JSON report has all."""


def show_summary(report: Report, options: CommandOptions, resume: str) -> None:
    """Print the summary on standard output, and failures on standard error unless that is for a JSON log."""
    errors = open_console(stderr=not options.has_json_on_stderr, no_color=options.no_color)
    for warning in () if options.quiet else report.warnings:
        _put(errors, f"warning: {warning}", style="yellow")
    _show_failures(report, errors)
    if report.stopped:
        _put(errors, *stop_lines(report, report.stopped), style="red")
    if not options.quiet:
        console = open_console(stderr=False, no_color=options.no_color)
        console.print(_table(report))
        _put(console, *_totals(report))
    if report.way_on:
        command = way_on_command(report, resume)
        *first, last = way_on_words(report)
        _put(errors, *first, f"{last}: {command}" if command else last)


def _put(console: Console, *lines: str, style: str = "") -> None:
    """Print lines as they are: names in them, and words of Figma's, neither steer the terminal nor are markup."""
    text = "\n".join(map(shown, lines))
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("config")
    entries_failed = any(config.failed_entries or config.nothing_usable for config in report.configs)
    wanted = [True, True, entries_failed, bool(report.stopped)]
    for column in compress(("files in place", "files failed", "entries failed", "files not done"), wanted):
        table.add_column(column, justify="right")
    for config in report.configs:
        lost = [f"{count:,}" if count else "-" for count in (config.failed, config.failed_entries, config.not_done)]
        lost[1] = "all" if config.nothing_usable else lost[1]
        table.add_row(Text(shown(config.config)), *compress((f"{config.files:,}", *lost), wanted))
    return table


def _totals(report: Report) -> list[str]:
    calls = ", ".join(f"{call.count} {call.endpoint}" for call in report.calls) or "none"
    waited = f"{report.pacing.seconds:.1f} s{limits_waited_for(report)}"
    return [
        f"{report.files:,} files and {report.index_files:,} index files in place in {report.seconds:.1f} s",
        f"{report.downloaded:,} of {report.renders:,} renders downloaded ({report.bytes / 1e6:,.1f} MB)"
        + (f", {report.restored:,} taken from the cache" if report.restored else "")
        + (f", {report.skipped:,} were in place already" if report.skipped else "")
        + (f"; {report.removed:,} stale files taken away" if report.removed else ""),
        f"API calls: {calls}; waited {waited}; {report.retries} retries",
    ]


def _show_failures(report: Report, errors: Console) -> None:
    """List what failed: a render once, whoever lacks it, and entries that could not even be planned."""
    for failures in by_cause(report.failures):
        things = distinct(failures)
        _put(errors, f"{counted(things)} failed ({failures[0].cause}):", style="red")
        for thing in things[:_SHOWN]:
            _put(errors, f"  {where(thing[0])}{more_places(thing)}: {thing[0].message}")
        if len(things) > _SHOWN:
            _put(errors, f"  and {counted(things[_SHOWN:])} more (see --report)")
        if failures[0].advice:
            _put(errors, f"  {failures[0].advice}")
    for group in report.causes:
        hosts = ", ".join(f"{host.name} ({_renders(host.count)})" for host in group.hosts[:_HOSTS])
        if hosts and group.count > 1:
            _put(errors, f"{group.cause}: {group.first_at} to {group.last_at}, at {hosts}")


def _renders(count: int) -> str:
    return f"{count:,} {'render' if count == 1 else 'renders'}"
