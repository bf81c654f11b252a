"""The report of a run: what was done, what failed and why, what it cost. Pure; `--report` writes it as JSON."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from exfig_mp.analysis import Incident, analyse
from exfig_mp.way_on import way_on

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from exfig_mp.analysis import Group
    from exfig_mp.changes import Change, ChangeKind
    from exfig_mp.ledger import Ledger
    from exfig_mp.model import Failure, StopReason
    from exfig_mp.waits import Pacing
    from exfig_mp.way_on import WayOn

SCHEMA_VERSION = 1


class Calls(Struct, frozen=True, rename="camel"):
    """Requests to one endpoint of the API, failed attempts included."""

    endpoint: str
    tier: int
    count: int


class ItemFailure(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One thing that did not work; without `asset` it is a whole entry, without `entry` a whole config.

    `render` is the id of the render that failed: several configs, and several entries of one, may lack the same one.
    """

    config: str
    cause: str
    message: str
    advice: str = ""
    entry: str = ""
    asset: str = ""
    node_id: str = ""
    render: str = ""
    attempts: int = 1


class Stop(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Why a run ended early: `by` whom or what, and the first item that failed, if that did it.

    `reason` and `advice` are the policy's words, or what went wrong with the run itself, or the signal's name. `since`
    is ISO 8601, UTC.
    """

    by: StopReason
    reason: str = ""
    since: str = ""
    advice: str = ""
    failure: ItemFailure | None = None


class ConfigReport(Struct, frozen=True, rename="camel", omit_defaults=True):
    """Files of one config: those in place after this run, those that failed, and those that a stop left undone.

    What could not be planned or written in `failed_entries` entries has no files that could be counted; where
    `nothing_usable` that is the config as a whole.
    `new` and `changed` are files that the run has made what they are, index files and code among them.
    """

    config: str
    files: int
    failed: int
    not_done: int = 0
    failed_entries: int = 0
    nothing_usable: bool = False
    new: int = 0
    changed: int = 0


class Changes(Struct, frozen=True, rename="camel"):
    """Files that the run has made what they are, told by content, and stale ones that it `removed`.

    A resumed run tells what it changed itself. `files` are all of them in a JSON report.
    """

    new: int
    changed: int
    removed: int
    files: tuple[Change, ...]


class Report(Struct, frozen=True, rename="camel"):
    """A whole run. `renders` counts distinct renders, `files` the places that they went to, and files of tokens.

    Renders were `downloaded`, `restored` from the cache, or `skipped` as they were in place already. `removed` are
    stale files of earlier runs.

    `transfer_seconds` is the part of `seconds` in which renders were asked for and downloaded. `not_done` renders are
    those that no result is known of when a run is stopped. `causes` are the failures in groups, the largest first: how
    many renders (or whole entries), since when, at which hosts, in which configs. `way_on` says what to do about them.
    `changes` are known if a report was wanted before the run.
    """

    version: str
    started_at: str
    seconds: float
    transfer_seconds: float
    success: bool
    renders: int
    downloaded: int
    restored: int
    skipped: int
    failed: int
    not_done: int
    files: int
    index_files: int
    removed: int
    bytes: int
    retries: int
    pacing: Pacing
    error_category: str
    calls: tuple[Calls, ...]
    configs: tuple[ConfigReport, ...]
    causes: tuple[Group, ...]
    failures: tuple[ItemFailure, ...]
    stopped: Stop | None = None
    way_on: WayOn = ""
    warnings: tuple[str, ...] = ()
    changes: Changes | None = None
    schema_version: int = SCHEMA_VERSION

    @property
    def exit_code(self) -> int:
        """See `exit_code_for`."""
        return exit_code_for({failure.cause for failure in self.failures}, self.stopped.by if self.stopped else "")


def exit_code_for(causes: Collection[str], stopped: StopReason = "") -> int:
    """Return the exit code for the causes of all failures, and for what ended the run.

    0 all done; 3 the token was refused; 75 blocked by a rate limit; 4 ended by a policy; 1 something failed. 1 also if
    this machine ended the run, whatever else failed before: waiting or another token would not help.
    """
    if stopped in {"diskFull", "disk", "error"}:
        return 1
    if not causes:
        return 0 if not stopped else 4 if stopped == "abort" else 1
    if "rate_limit" in causes:
        return 75
    if set(causes) <= {"auth", "forbidden"}:
        return 3
    return 4 if stopped in {"failFast", "abort"} else 1


class Run(Struct, frozen=True):
    """What a report needs beside the ledger: when, and how long."""

    version: str
    started_at: str
    seconds: float


def build_report(ledger: Ledger, run: Run) -> Report:
    """Return the report of a finished run."""
    failures = _failures(ledger)
    return Report(
        version=run.version,
        started_at=run.started_at,
        seconds=round(run.seconds, 3),
        transfer_seconds=round(ledger.transfer_seconds, 3),
        success=not failures and not ledger.stopped,
        renders=ledger.total,
        downloaded=len(ledger.done) - ledger.restored,
        restored=ledger.restored,
        skipped=len(ledger.skipped),
        failed=len(ledger.failed),
        not_done=ledger.total - ledger.settled,
        files=_placed(ledger) + ledger.token_files,
        index_files=ledger.index_files,
        removed=len(ledger.removed),
        bytes=ledger.size,
        retries=sum(ledger.retries.values()),
        pacing=ledger.pacing,
        error_category=_category(ledger, failures),
        calls=tuple(Calls(endpoint, tier, count) for (endpoint, tier), count in sorted(ledger.calls.items())),
        configs=_configs(ledger),
        causes=analyse(_incidents(ledger)).groups,
        failures=failures,
        stopped=_stop(ledger, failures) if ledger.stopped else None,
        way_on=way_on(failures, ledger.stopped),
        warnings=tuple(ledger.warnings),
        changes=_changes(ledger),
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


def _stop(ledger: Ledger, failures: tuple[ItemFailure, ...]) -> Stop:
    if ledger.stopped == "abort":
        said = analyse(_incidents(ledger), ledger.verdict)
        return Stop("abort", said.reason, said.since, said.advice)
    if ledger.trouble:
        return Stop(ledger.stopped, ledger.trouble.message, advice=ledger.trouble.advice)
    guilty = {"failFast": lambda _: True, "diskFull": lambda one: one.cause == "disk_full"}.get(ledger.stopped)
    return Stop(ledger.stopped, ledger.signal, failure=next(filter(guilty, failures), None) if guilty else None)


def _category(ledger: Ledger, failures: tuple[ItemFailure, ...]) -> str:
    first = ledger.trouble or next(iter(failures), None)
    return first.cause.upper() if first else ""


def _incidents(ledger: Ledger) -> list[Incident]:
    """Return every failure with what is known of it; one that several configs suffer from is one."""
    found = [Incident(one.failure, one.at, one.failure.host, (one.config,)) for one in ledger.entry_failures]
    for render_id, failure in ledger.failed.items():
        assert ledger.plan is not None  # noqa: S101  # what failed comes from it
        configs = tuple(sorted({ledger.plan.entries[one.entry].config for one in ledger.sufferers_of(render_id)}))
        found.append(Incident(failure, ledger.failed_at[render_id], failure.host, configs))
    return found


def _placed(ledger: Ledger) -> int:
    if ledger.plan is None:
        return 0
    whole = sum(len(paths) for key, paths in ledger.plan.destinations.items() if ledger.is_in_place(key))
    return whole + sum(len(paths) for paths in ledger.placed.values())


def _failures(ledger: Ledger) -> tuple[ItemFailure, ...]:
    failures = [_item_failure(found.failure, found.config, found.entry) for found in ledger.entry_failures]
    for render_id, failure in ledger.failed.items():
        for owner in ledger.sufferers_of(render_id):
            assert ledger.plan is not None  # noqa: S101  # owners come from it
            entry = ledger.plan.entries[owner.entry]
            found = _item_failure(failure, entry.config, entry.entry.label)
            failures.append(msgspec.structs.replace(found, asset=owner.asset, node_id=owner.node_id, render=render_id))
    return tuple(failures)


def _item_failure(failure: Failure, config: str, entry: str) -> ItemFailure:
    return ItemFailure(
        config, failure.cause, failure.message, advice=failure.advice, entry=entry, attempts=failure.attempts
    )


def _configs(ledger: Ledger) -> tuple[ConfigReport, ...]:
    files: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    troubled = {(found.config, found.entry) for found in ledger.entry_failures}
    entries = Counter(config for config, entry in troubled if entry)
    not_done: Counter[str] = Counter()
    labels = [entry.config for entry in ledger.plan.entries] if ledger.plan else []
    for key, wants in ledger.plan.wants.items() if ledger.plan else ():
        for want in wants:
            counts = files if ledger.is_placed(key, want.file.path) else failed if key in ledger.failed else not_done
            counts[labels[want.entry]] += 1
    for (config, _), tokens in ledger.tokens.items():
        files[config] += tokens.files
    changes: Counter[tuple[str, ChangeKind]] = ledger.changes.counts if ledger.changes else Counter()
    return tuple(
        ConfigReport(
            config=one,
            files=files[one],
            failed=failed[one],
            not_done=not_done[one],
            failed_entries=entries[one],
            nothing_usable=(one, "") in troubled,
            new=changes[one, "new"],
            changed=changes[one, "changed"],
        )
        for one in sorted({*files, *failed, *not_done, *(config for config, _ in troubled)})
    )


def _changes(ledger: Ledger) -> Changes | None:
    if ledger.changes is None:
        return None
    total = ledger.changes.total
    return Changes(total("new"), total("changed"), total("removed"), tuple(ledger.changes.listed))
