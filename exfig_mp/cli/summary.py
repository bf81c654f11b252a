"""The end of a run for a person: what was done, every failure with its reason, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from exfig_mp.cli.console import open_console, shown
from exfig_mp.report import by_cause

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.report import ItemFailure, Report, Stop

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
        _put(errors, *_stop(report, report.stopped), style="red")
    if not options.quiet:
        console = open_console(stderr=False, no_color=options.no_color)
        console.print(_table(report))
        _put(console, *_totals(report))
    # What the config asks for stays as it is, but for hosts that it may allow: then single assets fail.
    if report.stopped or any(failure.cause != "config" or failure.asset for failure in report.failures):
        _put(errors, f"Go on with: {resume}")


def _put(console: Console, *lines: str, style: str = "") -> None:
    """Print lines as they are: names in them, and words of Figma's, neither steer the terminal nor are markup."""
    text = "\n".join(map(shown, lines))
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def _table(report: Report) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("config")
    columns = ["files in place", "files failed", *(["files not done"] if report.stopped else [])]
    for column in columns:
        table.add_column(column, justify="right")
    for config in report.configs:
        undone = [f"{count:,}" if count else "-" for count in (config.failed, config.not_done)]
        table.add_row(Text(shown(config.config)), *(f"{config.files:,}", *undone)[: len(columns)])
    return table


def _stop(report: Report, stop: Stop) -> tuple[str, ...]:
    rest, advice = _rest(report), (f"  {stop.advice}",) if stop.advice else ()
    at = f" at {_where(stop.failure)} ({stop.failure.cause})" if stop.failure else ""
    match stop.by:
        case "abort":
            since = f", since {stop.since}" if stop.since else ""
            return f"Given up: {stop.reason}{since}: {rest}.", *advice
        case "diskFull":
            reason = f": {stop.reason}" if stop.reason else ""
            return f"Stopped by a full disk{at}{reason}: {rest}.", *advice
        case "failFast":
            return (f"Stopped by --fail-fast{at}: {rest}.",)
        case "signal":
            return f"Interrupted{f' by {stop.reason}' if stop.reason else ''}: {rest}.", "  Everything done is kept."
        case _:
            return f"Stopped: {stop.reason}: {rest}.", *advice


def _rest(report: Report) -> str:
    """Say what a run that ended early has not done."""
    if report.not_done:
        return f"{report.not_done:,} of {report.renders:,} renders are not done"
    if report.renders:
        return "index files may be missing"
    return "nothing was downloaded" if report.calls else "nothing was started"


def _where(failure: ItemFailure) -> str:
    return " ".join(part for part in (failure.config, failure.entry, failure.asset) if part)


def _totals(report: Report) -> list[str]:
    calls = ", ".join(f"{call.count} {call.endpoint}" for call in report.calls) or "none"
    return [
        f"{report.files:,} files and {report.index_files:,} index files in place in {report.seconds:.1f} s",
        f"{report.downloaded:,} of {report.renders:,} renders downloaded ({report.bytes / 1e6:,.1f} MB)"
        + (f", {report.restored:,} taken from the cache" if report.restored else "")
        + (f", {report.skipped:,} were in place already" if report.skipped else "")
        + (f"; {report.removed:,} stale files taken away" if report.removed else ""),
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
    """List what failed: a render once, whoever lacks it, and entries that could not even be planned."""
    for failures in by_cause(report.failures):
        things = _distinct(failures)
        _put(errors, f"{_counted(things)} failed ({failures[0].cause}):", style="red")
        for first, *others in things[:_SHOWN]:
            more = len({_where(one) for one in others} - {_where(first)})
            places = f" (and {more} more place{'s' if more > 1 else ''})" if more else ""
            _put(errors, f"  {_where(first)}{places}: {first.message}")
        if len(things) > _SHOWN:
            _put(errors, f"  and {_counted(things[_SHOWN:])} more (see --report)")
        if failures[0].advice:
            _put(errors, f"  {failures[0].advice}")
    for group in report.causes:
        hosts = ", ".join(f"{host.name} ({_renders(host.count)})" for host in group.hosts[:_HOSTS])
        if hosts and group.count > 1:
            _put(errors, f"{group.cause}: {group.first_at} to {group.last_at}, at {hosts}")


def _distinct(failures: Iterable[ItemFailure]) -> list[list[ItemFailure]]:
    """Return the failures in groups, one for each render; what is about no render is a group of its own."""
    groups: dict[object, list[ItemFailure]] = {}
    for number, failure in enumerate(failures):
        groups.setdefault(failure.render or number, []).append(failure)
    return list(groups.values())


def _counted(things: Iterable[list[ItemFailure]]) -> str:
    """Say how many renders these are, and how many entries and configs."""
    firsts = [first for first, *_ in things]
    counts = (
        (sum(bool(one.render) for one in firsts), "render", "renders"),
        (len({(one.config, one.entry) for one in firsts if one.entry and not one.render}), "entry", "entries"),
        (len({one.config for one in firsts if not one.entry}), "config", "configs"),
    )
    return " and ".join(f"{count:,} {word if count == 1 else words}" for count, word, words in counts if count)


def _renders(count: int) -> str:
    return f"{count:,} {'render' if count == 1 else 'renders'}"
