"""The end of a run for a person: what was done, every failure with its reason, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from exfig_mp.client import printable
from exfig_mp.report import by_cause

if TYPE_CHECKING:
    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.report import ItemFailure, Report, Stop

_HOSTS = 3  # of one cause
_SHOWN = 20
"""Failures of one cause that are listed; the JSON report has all."""


def show_summary(report: Report, options: CommandOptions, resume: str) -> None:
    """Print the summary on standard output, and failures on standard error."""
    no_color = True if options.no_color else None
    errors = Console(stderr=True, no_color=no_color, soft_wrap=True)
    for warning in () if options.quiet else report.warnings:
        _put(errors, f"warning: {warning}", style="yellow")
    _show_failures(report, errors)
    if report.stopped:
        _put(errors, *_stop(report, report.stopped), style="red")
    if not options.quiet:
        console = Console(no_color=no_color)
        console.print(_table(report))
        _put(console, *_totals(report))
    # What the config asks for stays as it is, but for hosts that it may allow: then single assets fail.
    if report.stopped or any(failure.cause != "config" or failure.asset for failure in report.failures):
        _put(errors, f"Go on with: {resume}")


def _put(console: Console, *lines: str, style: str = "") -> None:
    """Print lines as they are: names in them, and words of Figma's, neither steer the terminal nor are markup."""
    console.print("\n".join(map(printable, lines)), style=style, markup=False, highlight=False)


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("config")
    table.add_column("files", justify="right")
    table.add_column("failed", justify="right")
    for config in report.configs:
        table.add_row(
            Text(printable(config.config)), f"{config.files:,}", f"{config.failed:,}" if config.failed else "-"
        )
    return table


def _stop(report: Report, stop: Stop) -> tuple[str, ...]:
    undone = f"{report.not_done:,} of {report.renders:,} renders are not done"
    rest = undone if report.renders else "nothing was started"
    at = f" at {_where(stop.failure)} ({stop.failure.cause})" if stop.failure else ""
    match stop.by:
        case "abort":
            since = f", since {stop.since}" if stop.since else ""
            return f"Given up: {stop.reason}{since}: {rest}.", f"  {stop.advice}"
        case "diskFull":
            return (f"Stopped by a full disk{at}: {rest}.",)
        case _:
            return (f"Stopped by --fail-fast{at}: {rest}.",)


def _where(failure: ItemFailure) -> str:
    return " ".join(part for part in (failure.config, failure.entry, failure.asset) if part)


def _totals(report: Report) -> list[str]:
    calls = ", ".join(f"{call.count} {call.endpoint}" for call in report.calls) or "none"
    return [
        f"{report.files:,} files and {report.index_files:,} index files in place in {report.seconds:.1f} s",
        f"{report.downloaded:,} of {report.renders:,} renders downloaded ({report.bytes / 1e6:,.1f} MB)"
        + (f", {report.skipped:,} were in place already" if report.skipped else ""),
        f"API calls: {calls}; waited {report.pacing.seconds:.1f} s{_why(report)}; {report.retries} retries",
    ]


def _why(report: Report) -> str:
    """Say what a run that waited for Figma was held to."""
    if report.pacing.seconds < 1:
        return ""
    lanes = {wait.lane for wait in report.pacing.waits if wait.seconds >= 1}
    limits = [f"{one.lane} {one.rate}, {one.source}" for one in report.pacing.limits if one.lane in lanes]
    return f" ({'; '.join(limits)})" if limits else ""


def _show_failures(report: Report, errors: Console) -> None:
    for failures in by_cause(report.failures):
        cause, advice = failures[0].cause, failures[0].advice
        _put(errors, f"{len(failures)} failed ({cause}):", style="red")
        for failure in failures[:_SHOWN]:
            _put(errors, f"  {_where(failure)}: {failure.message}")
        if len(failures) > _SHOWN:
            _put(errors, f"  and {len(failures) - _SHOWN:,} more (see --report)")
        if advice:
            _put(errors, f"  {advice}")
    for group in report.causes:
        hosts = ", ".join(f"{host.name} ({host.count:,})" for host in group.hosts[:_HOSTS])
        if hosts and group.count > 1:
            _put(errors, f"{group.cause}: {group.first_at} to {group.last_at}, at {hosts}")
