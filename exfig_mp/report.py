"""The report of a run: what was done, what failed and why, what it cost. Pure; `--report` writes it as JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.ledger import Ledger
    from exfig_mp.model import Failure

SCHEMA_VERSION = 1
_EXAMPLES = 3  # messages of one cause; `failures` has all


class Calls(Struct, frozen=True, rename="camel"):
    """Requests to one endpoint of the API, failed attempts included."""

    endpoint: str
    tier: int
    count: int


class ItemFailure(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One thing that did not work; without `asset` it is a whole entry, without `entry` a whole config."""

    config: str
    cause: str
    message: str
    advice: str = ""
    entry: str = ""
    asset: str = ""
    node_id: str = ""
    attempts: int = 1


class CauseReport(Struct, frozen=True, rename="camel"):
    """What failed for one cause and needs one remedy: `count` of the failures, with a few of their messages."""

    cause: str
    count: int
    advice: str
    configs: tuple[str, ...]
    examples: tuple[str, ...]


class Stop(Struct, frozen=True, rename="camel"):
    """Why a run ended early: `by` is the option that asks for it, `failure` the first item that failed."""

    by: Literal["failFast"]
    failure: ItemFailure


class ConfigReport(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Files of one config: those in place after this run, those that failed, and those that a stop left undone."""

    config: str
    files: int
    failed: int
    not_done: int = 0


class LimitReport(Struct, frozen=True, rename="camel"):
    """What may be asked in which time, as it was at the end of the run, and how that is known."""

    lane: str
    rate: str
    source: str


class WaitReport(Struct, frozen=True, rename="camel"):
    """How often requests of a lane waited, for its `rate` or for a `pause`, and for how many seconds in sum."""

    lane: str
    reason: str
    count: int
    seconds: float


class Pacing(Struct, frozen=True, rename="camel"):
    """What the limiter did: `seconds` is the time in which at least one request waited."""

    seconds: float = 0.0
    limits: tuple[LimitReport, ...] = ()
    waits: tuple[WaitReport, ...] = ()


class Report(Struct, frozen=True, rename="camel"):
    """A whole run. `renders` counts distinct renders, `files` the places that they went to.

    `transfer_seconds` is the part of `seconds` in which renders were asked for and downloaded. `not_done` renders are
    those that no result is known of when a run is stopped; some that were on their way may be in place all the same.
    `causes` are the failures in groups, the largest first.
    """

    version: str
    started_at: str
    seconds: float
    transfer_seconds: float
    success: bool
    renders: int
    downloaded: int
    skipped: int
    failed: int
    not_done: int
    files: int
    index_files: int
    bytes: int
    retries: int
    pacing: Pacing
    error_category: str
    calls: tuple[Calls, ...]
    configs: tuple[ConfigReport, ...]
    causes: tuple[CauseReport, ...]
    failures: tuple[ItemFailure, ...]
    stopped: Stop | None = None
    warnings: tuple[str, ...] = ()
    schema_version: int = SCHEMA_VERSION

    @property
    def exit_code(self) -> int:
        """0 all done; 3 the token was refused; 75 blocked by a rate limit; else 4 if that stopped the run, and 1."""
        causes = {failure.cause for failure in self.failures}
        if not causes:
            return 0
        if "rate_limit" in causes:
            return 75
        if causes <= {"auth", "forbidden"}:
            return 3
        return 4 if self.stopped else 1


class Run(Struct, frozen=True):
    """What a report needs beside the ledger: when, how long, and what the limiter did."""

    version: str
    started_at: str
    seconds: float
    pacing: Pacing = Pacing()


def build_report(ledger: Ledger, run: Run) -> Report:
    """Return the report of a finished run."""
    failures = _failures(ledger)
    return Report(
        version=run.version,
        started_at=run.started_at,
        seconds=round(run.seconds, 3),
        transfer_seconds=round(ledger.transfer_seconds, 3),
        success=not failures,
        renders=ledger.total,
        downloaded=len(ledger.done),
        skipped=len(ledger.skipped),
        failed=len(ledger.failed),
        not_done=ledger.total - ledger.settled,
        files=_placed(ledger),
        index_files=ledger.index_files,
        bytes=ledger.size,
        retries=sum(ledger.retries.values()),
        pacing=run.pacing,
        error_category=failures[0].cause.upper() if failures else "",
        calls=tuple(Calls(endpoint, tier, count) for (endpoint, tier), count in sorted(ledger.calls.items())),
        configs=_configs(ledger),
        causes=tuple(_cause(group) for group in by_cause(failures)),
        failures=failures,
        stopped=Stop("failFast", failures[0]) if ledger.stopped else None,
        warnings=tuple(ledger.warnings),
    )


def by_cause(failures: Iterable[ItemFailure]) -> list[tuple[ItemFailure, ...]]:
    """Return groups of failures that have cause and advice in common, the largest first, else in their order."""
    groups: dict[tuple[str, str], list[ItemFailure]] = defaultdict(list)
    for failure in failures:
        groups[failure.cause, failure.advice].append(failure)
    return sorted(map(tuple, groups.values()), key=len, reverse=True)


def to_json(report: Report) -> bytes:
    """Return the report as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def _cause(group: tuple[ItemFailure, ...]) -> CauseReport:
    return CauseReport(
        cause=group[0].cause,
        count=len(group),
        advice=group[0].advice,
        configs=tuple(sorted({failure.config for failure in group})),
        examples=tuple(dict.fromkeys(failure.message for failure in group))[:_EXAMPLES],
    )


def _placed(ledger: Ledger) -> int:
    if ledger.plan is None:
        return 0
    return sum(len(paths) for key, paths in ledger.plan.destinations.items() if ledger.is_in_place(key))


def _failures(ledger: Ledger) -> tuple[ItemFailure, ...]:
    failures = [_item_failure(found.failure, found.config, found.entry) for found in ledger.entry_failures]
    for render_id, failure in ledger.failed.items():
        for owner in ledger.owners_of(render_id):
            assert ledger.plan is not None  # noqa: S101  # owners come from it
            entry = ledger.plan.entries[owner.entry]
            found = _item_failure(failure, entry.config, entry.entry.label)
            failures.append(msgspec.structs.replace(found, asset=owner.asset, node_id=owner.node_id))
    return tuple(failures)


def _item_failure(failure: Failure, config: str, entry: str) -> ItemFailure:
    return ItemFailure(
        config, failure.cause, failure.message, advice=failure.advice, entry=entry, attempts=failure.attempts
    )


def _configs(ledger: Ledger) -> tuple[ConfigReport, ...]:
    files: Counter[str] = Counter()
    failed: Counter[str] = Counter(found.config for found in ledger.entry_failures)
    not_done: Counter[str] = Counter()
    for entry in ledger.plan.entries if ledger.plan else ():
        for file in entry.files:
            key = file.render.id
            counts = files if ledger.is_in_place(key) else failed if key in ledger.failed else not_done
            counts[entry.config] += 1
    configs = sorted({*files, *failed, *not_done})
    return tuple(ConfigReport(config, files[config], failed[config], not_done[config]) for config in configs)
