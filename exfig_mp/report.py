"""The report of a run: what was done, what failed and why, what it cost. Pure; `--report` writes it as JSON."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from exfig_mp.ledger import Ledger
    from exfig_mp.model import Failure

SCHEMA_VERSION = 1


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


class ConfigReport(Struct, frozen=True, rename="camel"):
    """Files of one config: those in place after this run, and those that are not."""

    config: str
    files: int
    failed: int


class Report(Struct, frozen=True, rename="camel"):
    """A whole run. `renders` counts distinct renders, `files` the places that they went to.

    `transfer_seconds` is the part of `seconds` in which renders were asked for and downloaded.
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
    files: int
    index_files: int
    bytes: int
    retries: int
    seconds_waited: float
    error_category: str
    calls: tuple[Calls, ...]
    configs: tuple[ConfigReport, ...]
    failures: tuple[ItemFailure, ...]
    warnings: tuple[str, ...] = ()
    schema_version: int = SCHEMA_VERSION

    @property
    def exit_code(self) -> int:
        """0 all done; 3 the token was refused; 75 blocked by a rate limit; 1 something else failed."""
        causes = {failure.cause for failure in self.failures}
        if not causes:
            return 0
        if "rate_limit" in causes:
            return 75
        return 3 if causes <= {"auth", "forbidden"} else 1


class Run(Struct, frozen=True):
    """What a report needs beside the ledger: when, how long, and how long requests waited."""

    version: str
    started_at: str
    seconds: float
    seconds_waited: float


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
        files=_placed(ledger),
        index_files=ledger.index_files,
        bytes=ledger.size,
        retries=sum(ledger.retries.values()),
        seconds_waited=round(run.seconds_waited, 3),
        error_category=failures[0].cause.upper() if failures else "",
        calls=tuple(Calls(endpoint, tier, count) for (endpoint, tier), count in sorted(ledger.calls.items())),
        configs=_configs(ledger),
        failures=failures,
        warnings=tuple(ledger.warnings),
    )


def to_json(report: Report) -> bytes:
    """Return the report as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def _placed(ledger: Ledger) -> int:
    if ledger.plan is None:
        return 0
    return sum(len(paths) for key, paths in ledger.plan.destinations.items() if key not in ledger.failed)


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
    files: dict[str, int] = defaultdict(int)
    failed: dict[str, int] = defaultdict(int)
    for entry in ledger.plan.entries if ledger.plan else ():
        for file in entry.files:
            counts = failed if file.render.id in ledger.failed else files
            counts[entry.config] += 1
    for found in ledger.entry_failures:
        failed[found.config] += 1
    return tuple(ConfigReport(config, files[config], failed[config]) for config in sorted({*files, *failed}))
