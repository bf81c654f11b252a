"""The end of a run for a person: what was done, every failure with its reason, what to do next."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.report import ItemFailure, Report

_SHOWN = 20
"""Failures of one cause that are listed; the JSON report has all."""


def show_summary(report: Report, options: CommandOptions, resume: str) -> None:
    """Print the summary on standard output, and failures on standard error."""
    no_color = True if options.no_color else None
    errors = Console(stderr=True, no_color=no_color, soft_wrap=True)
    for warning in () if options.quiet else report.warnings:
        errors.print(f"warning: {warning}", style="yellow", markup=False, highlight=False)
    _show_failures(report, errors)
    if not options.quiet:
        console = Console(no_color=no_color)
        console.print(_table(report))
        console.print(_totals(report), highlight=False, markup=False)
    if any(failure.cause != "config" for failure in report.failures):  # what the config asks for stays as it is
        errors.print(f"Go on with: {resume}", markup=False, highlight=False)


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("config")
    table.add_column("files", justify="right")
    table.add_column("failed", justify="right")
    for config in report.configs:
        table.add_row(config.config, f"{config.files:,}", f"{config.failed:,}" if config.failed else "-")
    return table


def _totals(report: Report) -> str:
    calls = ", ".join(f"{call.count} {call.endpoint}" for call in report.calls) or "none"
    parts = [
        f"{report.files:,} files and {report.index_files:,} index files in place in {report.seconds:.1f} s",
        f"{report.downloaded:,} of {report.renders:,} renders downloaded ({report.bytes / 1e6:,.1f} MB)"
        + (f", {report.skipped:,} were in place already" if report.skipped else ""),
        f"API calls: {calls}; waited {report.seconds_waited:.1f} s; {report.retries} retries",
    ]
    return "\n".join(parts)


def _show_failures(report: Report, errors: Console) -> None:
    groups: dict[tuple[str, str], list[ItemFailure]] = defaultdict(list)
    for failure in report.failures:
        groups[failure.cause, failure.advice].append(failure)
    for (cause, advice), failures in groups.items():
        errors.print(f"{len(failures)} failed ({cause}):", style="red", markup=False, highlight=False)
        for failure in failures[:_SHOWN]:
            where = " ".join(part for part in (failure.config, failure.entry, failure.asset) if part)
            errors.print(f"  {where}: {failure.message}", markup=False, highlight=False)
        if len(failures) > _SHOWN:
            errors.print(f"  and {len(failures) - _SHOWN:,} more (see --report)", markup=False, highlight=False)
        if advice:
            errors.print(f"  {advice}", markup=False, highlight=False)
