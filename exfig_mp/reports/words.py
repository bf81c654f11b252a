"""What summary and reports say in the same words: failures in groups, and why a run ended early. Pure."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.report import ItemFailure, Report, Stop

_NONE = "-"


def state_of(report: Report) -> str:
    """Say in a word or three how the run ended."""
    return "done" if report.success else "ended early" if report.stopped else "some of it failed"


def stop_lines(report: Report, stop: Stop) -> tuple[str, ...]:
    """Say why the run ended early and what is left, then what to do about it."""
    rest, advice = _rest(report), (f"  {stop.advice}",) if stop.advice else ()
    at = f" at {where(stop.failure)} ({stop.failure.cause})" if stop.failure else ""
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


def where(failure: ItemFailure) -> str:
    """Name what failed: config, entry and asset, as far as they apply."""
    return " ".join(part for part in (failure.config, failure.entry, failure.asset) if part)


def way_on_words(report: Report) -> tuple[str, ...]:
    """Say how to go on, in lines; the command (see `way_on_command`) follows where there is one."""
    mend = "Mend what failed and run again: to resume as it is would change nothing."
    match report.way_on:
        case "resume":
            return ("Go on with",)
        case "change":
            return (mend,)
        case "force":
            return mend, "If that changes the config alone, no render is asked for again with"
        case _:
            return ()


def way_on_command(report: Report, resume: str) -> str:
    """Return the command that goes on from the checkpoint, of which `resume` is the plain form; none if none helps."""
    return {"resume": resume, "force": f"{resume}=force"}.get(report.way_on, "")


def limits_waited_for(report: Report) -> str:
    """Say what a run that waited for Figma was held to."""
    if report.pacing.seconds < 1:
        return ""
    lanes = {wait.lane for wait in report.pacing.waits if wait.seconds >= 1}
    limits = [f"{one.lane} {one.rate}, {one.source}" for one in report.pacing.limits if one.lane in lanes]
    return f" ({'; '.join(limits)})" if limits else ""


def distinct(failures: Iterable[ItemFailure]) -> list[list[ItemFailure]]:
    """Return the failures in groups, one for each render; what is about no render is a group of its own."""
    groups: dict[object, list[ItemFailure]] = {}
    for number, failure in enumerate(failures):
        groups.setdefault(failure.render or number, []).append(failure)
    return list(groups.values())


def more_places(things: list[ItemFailure]) -> str:
    """Say how many others lack what the first of them lacks."""
    more = len({where(one) for one in things} - {where(things[0])})
    return f" (and {more} more place{'s' if more > 1 else ''})" if more else ""


def counted(things: Iterable[list[ItemFailure]]) -> str:
    """Say how many renders these groups of `distinct` are, and how many entries and configs."""
    firsts = [first for first, *_ in things]
    counts = (
        (sum(bool(one.render) for one in firsts), "render", "renders"),
        (len({(one.config, one.entry) for one in firsts if one.entry and not one.render}), "entry", "entries"),
        (len({one.config for one in firsts if not one.entry}), "config", "configs"),
    )
    return " and ".join(f"{count:,} {word if count == 1 else words}" for count, word, words in counts if count)


def config_table(report: Report) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the titles of the columns that have something to say, and the configs with what stands in these."""
    titles = ("files in place", "files failed", "entries failed", "files not done", "new", "changed")
    rows = []
    for one in report.configs:
        entries = "all" if one.nothing_usable else _count(one.failed_entries)
        counts = (_count(one.failed), entries, _count(one.not_done), _count(one.new), _count(one.changed))
        rows.append((one.config, (f"{one.files:,}", *counts)))
    is_wanted = [any(counts[place] != _NONE for _, counts in rows) for place in range(len(titles))]
    return list(compress(titles, is_wanted)), [(config, list(compress(counts, is_wanted))) for config, counts in rows]


def _count(number: int) -> str:
    return f"{number:,}" if number else _NONE
