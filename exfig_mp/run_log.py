"""What the coordinator writes into the log of a run: events and their facts, under the same names everywhere.

What the summary says at the end, too, is logged aside: people at a terminal read it there (see `Log.aside`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from exfig_mp import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.analysis import Group
    from exfig_mp.engines.protocol import Death, Recycling, Start
    from exfig_mp.errors import ExfigError
    from exfig_mp.journal import Memory
    from exfig_mp.ledger import Ledger
    from exfig_mp.limiter import Limit
    from exfig_mp.log import Log
    from exfig_mp.model import Failed
    from exfig_mp.report import Report
    from exfig_mp.run_options import RunOptions, Work
    from exfig_mp.sources.api_events import Attempt, Request
    from exfig_mp.waits import Wait


class RunLog:
    """The log of one run that goes on.

    Args:
        log: where to write.
        ledger: knows whose an item is; its failures of entries and its warnings are logged by `entries`.
    """

    def __init__(self, log: Log, ledger: Ledger) -> None:
        self._log = log
        self._ledger = ledger
        self._failures = self._warnings = 0

    def resumed(self, memory: Memory, seconds: float) -> None:
        """The journals of the run before are read, or there are none to go on from."""
        rendered, placed = len(memory.rendered), len(memory.placed)
        facts = {"resumed": bool(rendered or placed or memory.answers), "rendered": rendered, "placed": placed}
        self._log.info("checkpoint read", **facts, damaged=memory.damaged, seconds=round(seconds, 3))

    def verified(self, in_place: int, lost: int, seconds: float) -> None:
        """What the journals say to be in place was looked at."""
        if lost:
            self._log.warning("what was in place is gone or changed, and fetched again", count=lost)
        self._log.info("files in place checked", count=in_place, lost=lost, seconds=round(seconds, 3))

    def entries(self) -> None:
        """Log what the ledger has learnt of whole entries and configs since the last time."""
        for one in self._ledger.entry_failures[self._failures :]:
            facts = {"config": one.config, "entry": one.entry, "cause": one.failure.cause}
            self._log.aside.warning("entry failed", **facts, reason=one.failure.message)
        for text in self._ledger.warnings[self._warnings :]:
            self._log.aside.warning(text)
        self._failures, self._warnings = len(self._ledger.entry_failures), len(self._ledger.warnings)

    def item(self, failed: Failed, again: bool) -> None:  # as `Pipeline.on_failed` says it
        """An item failed for good, or is asked for `again`."""
        failure, sufferers = failed.failure, self._ledger.sufferers_of(failed.job_id)
        facts: dict[str, object] = {"attempt": failure.attempts}
        facts |= {name: value for name in ("worker", "shard", "correlation") if (value := getattr(failed, name))}
        if sufferers and self._ledger.plan:
            first = sufferers[0]
            config = self._ledger.plan.entries[first.entry].config
            facts |= {"config": config, "item": first.asset, "node": first.node_id, "wanted": len(sufferers)}
        tell = self._log.info if again else self._log.aside.warning
        said = "item rendered again" if again else "item failed"
        tell(said, **facts, cause=failure.cause, reason=failure.message)

    def limits(self, limits: Iterable[Limit]) -> None:
        """What Figma allows, as far as that is known."""
        for limit in limits:
            self._log.info("rate limit", **limit._asdict())

    def started(self, start: Start) -> None:
        """A worker is there."""
        self._log.info("a worker started", worker=start.worker, pid=start.pid)

    def died(self, death: Death) -> None:
        """A worker died."""
        facts = {"worker": death.worker, "pid": death.pid, "how": death.how}
        self._log.warning("a worker died", **facts, jobs=len(death.jobs))

    def orphaned(self, pid: int) -> None:
        """The forkserver died."""
        self._log.warning("the process that starts workers died: all workers are replaced", pid=pid)

    def recycled(self, one: Recycling) -> None:
        """A worker gets no more work."""
        facts = {"worker": one.worker, "pid": one.pid, "reason": one.reason, "jobs": one.jobs, "resident": one.resident}
        self._log.info("a worker is replaced", **facts)

    def told(self, count: int) -> None:
        """Figma knows what so many variables are called in code, and did not before."""
        if count:
            self._log.info("names in code written to variables", count=count)

    def waits(self, wait: Wait) -> None:
        """A request waits for Figma's limits."""
        self._log.info("waiting", lane=wait.lane, reason=wait.reason, seconds=round(wait.seconds, 1))

    def repeated(self, attempt: Attempt) -> None:
        """A request is sent again."""
        facts = {"item": attempt.subject, "attempt": attempt.number, "correlation": attempt.correlation}
        self._log.info("request repeated", **facts, seconds=round(attempt.seconds, 2), reason=attempt.reason)

    def requested(self, one: Request) -> None:
        """A request has ended."""
        facts = {"item": one.subject, "attempt": one.attempt, "correlation": one.correlation}
        facts |= {"method": one.method, "endpoint": one.endpoint, "tier": one.tier}
        self._log.debug("request ended", **facts, seconds=round(one.seconds, 3), **one.outcome)


def began(log: Log, work: tuple[Work, ...], options: RunOptions) -> None:
    """Log the begin of a run: what is exported, and the options that decide how."""
    abort = options.abort
    log.info(
        "run began",
        version=__version__,
        pid=os.getpid(),
        configs=sorted({one.config for one in work}),
        entries=len(work),
        resume=options.wish,
        workers=options.workers,
        connections=options.connections,
        state_dir=str(Path(options.state_dir).absolute()),
        api=options.api.origin,
        rate=str(options.limiter.ceiling),
        max_wait=options.limiter.max_wait,
        retries=options.api.retry.retries,
        fail_fast=options.fail_fast,
        abort={"failureRate": abort.failure_rate, "crashes": abort.crashes},
        verify=options.verify,
        fsync=options.transfer.fsync,
    )


def ended(log: Log, report: Report, exit_code: int) -> None:
    """Log the end of a run, and why it came early if it did."""
    stop = report.stopped
    if stop:
        facts = {"by": stop.by, "reason": stop.reason, "since": stop.since, "advice": stop.advice}
        said = "given up" if stop.by == "abort" else "stopped"
        log.aside.error(said, **facts, groups=[_facts(group) for group in report.causes])
    log.info(
        "run ended",
        exit_code=exit_code,
        done=report.downloaded,
        skipped=report.skipped,
        failed=report.failed,
        not_done=report.not_done,
        files=report.files,
        bytes=report.bytes,
        seconds=report.seconds,
        calls={call.endpoint: call.count for call in report.calls},
        retries=report.retries,
        waited=report.pacing.seconds,
    )


def refused(log: Log, error: ExfigError) -> None:
    """Log the end of a run that could not go on, or did not even begin."""
    facts = {"exit_code": error.exit_code, "reason": error.message, "advice": error.advice}
    log.aside.error("run ended", **facts, problems=list(getattr(error, "problems", ())))


def _facts(group: Group) -> dict[str, object]:
    return {
        "cause": group.cause,
        "count": group.count,
        "first": group.first_at,
        "last": group.last_at,
        "reason": group.message,
        "hosts": {host.name: host.count for host in group.hosts},
        "configs": {config.name: config.count for config in group.configs},
    }
