"""THE FLOW of a run, from entries to files and a report. What happens in each step is in the modules that it calls.

1. configs are read (by the caller)  2. the state folder is held, a checkpoint resumed  3. workers start
4. Figma's metadata and  5. the plan  6. what is in place already is taken off
7. render, download, verify, place: a pipeline  8. index files  9. the report
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from exfig_mp import __version__, files
from exfig_mp.brake import Brake
from exfig_mp.checkpoint import Checkpoint
from exfig_mp.client import Session
from exfig_mp.collect import collect
from exfig_mp.engines.inline import Inline
from exfig_mp.engines.processes import Processes
from exfig_mp.engines.protocol import EngineOptions
from exfig_mp.errors import ConfigError, FigmaError
from exfig_mp.indexes import write_indexes
from exfig_mp.journal import Journal
from exfig_mp.ledger import EntryFailure
from exfig_mp.limiter import Limiter
from exfig_mp.pipeline import Pipeline
from exfig_mp.plan import build_plan
from exfig_mp.report import Run, build_report
from exfig_mp.resume import damage, decide
from exfig_mp.room import check_room
from exfig_mp.sources.figma_api import FigmaApi
from exfig_mp.sources.render_queue import SIDE_BY_SIDE, RenderQueue
from exfig_mp.waits import LimitReport, Pacing, WaitReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exfig_mp.engines.protocol import Death, Engine, Recycling
    from exfig_mp.journal import Memory
    from exfig_mp.ledger import Ledger
    from exfig_mp.log import Log
    from exfig_mp.model import Retried
    from exfig_mp.plan import Plan
    from exfig_mp.report import Report
    from exfig_mp.run_options import RunOptions, Work
    from exfig_mp.sources.figma_api import Attempt
    from exfig_mp.waits import Wait

_WORTH_TELLING = 1.0  # seconds of a wait


@dataclass(frozen=True, slots=True)
class _Run:
    work: Sequence[Work]
    options: RunOptions
    ledger: Ledger
    log: Log
    brake: Brake


async def run(work: Sequence[Work], options: RunOptions, ledger: Ledger, log: Log) -> Report:
    """Export everything. Failures of single items are in the report; `ledger` shows them while the run goes on.

    A cancelled run ends in good order, and its report says so.

    Raises:
        LockedError: another run holds the state folder.
        ConfigError: two entries would write one path; nothing was downloaded.
        DiskError: the state cannot be kept.
    """
    started, started_at = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    given = _Run(work, options, ledger, log, Brake(options.abort, fail_fast=options.fail_fast))
    if _must_stop(given):  # a config could not be read: nothing is started, an earlier checkpoint stays
        return build_report(ledger, Run(__version__, started_at, time.monotonic() - started))
    with Checkpoint(options.state_dir, options.config_hash, options.entries) as checkpoint:
        memory = _resume(checkpoint, options, log)
        try:
            await _export(given, checkpoint, memory)
        except asyncio.CancelledError:
            given.brake.pull("signal")
        except ConfigError:
            if not memory.placed and not memory.rendered:
                checkpoint.discard()  # nothing was started, so there is nothing to go on from
            raise
        finally:
            checkpoint.report(ledger.items, at_once=True)
        ledger.warnings += log.problems
        ledger.stopped, ledger.verdict = given.brake.reason, given.brake.verdict
        report = build_report(ledger, Run(__version__, started_at, time.monotonic() - started))
        if report.success:
            checkpoint.discard()
        return report


async def _export(given: _Run, checkpoint: Checkpoint, memory: Memory) -> None:
    """Do steps 3 to 8."""
    work, options, ledger, log = given.work, given.options, given.ledger, given.log
    async with AsyncExitStack() as stack:
        journal = Journal(checkpoint.journal_path("coordinator"))
        stack.callback(journal.close)
        limiter = stack.enter_context(Limiter(options.limiter, _on_wait(ledger, log)))
        stack.callback(_note_pacing, limiter, ledger)
        for limit in limiter.limits():
            log.info("rate limit", **limit._asdict())
        stack.callback(_sweep_after_deaths, given)  # when the engine is gone
        engine = await stack.enter_async_context(_engine(given, checkpoint))
        session = await stack.enter_async_context(Session(options.session(SIDE_BY_SIDE + 2 * options.parallel)))
        api = FigmaApi(session, limiter, options.api, _Answers(checkpoint, journal), _on_retry(ledger, log))
        ledger.calls = api.calls
        try:
            plan = build_plan(await collect(work, api, options.parallel, ledger))
            ledger.begin(plan)
            _sweep(plan, log)
            queue = RenderQueue(api, few_calls=options.few_renders)
            pipeline = Pipeline(plan, queue, journal, ledger, given.brake)
            verified = await asyncio.to_thread(memory.verify, plan.destinations, content=options.verify)
            if verified.lost:
                log.warning("what was in place is gone or changed, and fetched again", count=len(verified.lost))
            pipeline.remember(memory, verified.in_place)
            check_room(ledger.destinations_left())
            if not _must_stop(given):
                started = time.monotonic()
                await pipeline.run(engine.run, lambda: checkpoint.report(ledger.items))
                ledger.transfer_seconds = time.monotonic() - started
            # Index files that name half of what they should would be worse than the old ones; a resume writes them.
            if not _must_stop(given):
                write_indexes(plan, ledger, fsync=options.transfer.fsync)
        except FigmaError as error:
            configs = sorted({one.config for one in work})
            ledger.entry_failures += [EntryFailure(config, "", error.failure, time.time()) for config in configs]


def _note_pacing(limiter: Limiter, ledger: Ledger) -> None:
    ledger.pacing = Pacing(
        round(limiter.waits.seconds, 3),
        tuple(LimitReport(*limit) for limit in limiter.limits()),
        tuple(
            WaitReport(lane, reason, total.count, round(total.seconds, 3))
            for (lane, reason), total in sorted(limiter.waits.totals.items())
        ),
    )


def _must_stop(given: _Run) -> bool:
    """Is the run to end? With --fail-fast an entry that cannot be planned is enough."""
    if given.options.fail_fast and given.ledger.entry_failures:
        given.brake.pull("failFast")
    given.ledger.stopped = given.brake.reason
    return bool(given.brake.reason)


def _sweep(plan: Plan, log: Log) -> None:
    folders = plan.folders()
    # An index file may lie one folder above the files that it names.
    swept = files.sweep({*folders, *(folder.rpartition("/")[0] for folder in folders)})
    if swept:
        log.info("temporary files of dead runs are deleted", count=swept)


def _sweep_after_deaths(given: _Run) -> None:
    """A worker that was killed before it could rename its file has left that behind."""
    if given.brake.deaths and given.ledger.plan:
        _sweep(given.ledger.plan, given.log)


def _resume(checkpoint: Checkpoint, options: RunOptions, log: Log) -> Memory:
    found = None if options.wish == "restart" else checkpoint.find()  # what a newer version wrote goes unread
    if problem := damage(found, damaged=checkpoint.damaged):
        log.warning(problem)
    decision = decide(found, options.wish, options.checkpoint_max_age)
    goes_on = decision.choice == "go_on" or (decision.choice == "ask" and options.confirm(decision.reason))
    if found is None or not goes_on:
        hint = " (--resume=force goes on)" if decision.choice == "ask" else ""
        if decision.reason:
            log.warning(decision.reason + hint)
        return checkpoint.start_over()
    memory = checkpoint.go_on(found)
    tell = log.warning if decision.reason else log.info  # that a changed configuration is gone on with
    tell(decision.reason or "resuming", rendered=len(memory.rendered), placed=len(memory.placed))
    if memory.damaged:
        log.warning("damaged journal lines were passed over", lines=memory.damaged)
    return memory


def _engine(given: _Run, checkpoint: Checkpoint) -> Engine:
    options, ledger, log, brake = given.options, given.ledger, given.log, given.brake

    def on_retry(_: Retried) -> None:
        ledger.retries["downloads"] += 1  # whoever runs the job has logged it

    def on_death(death: Death) -> None:
        log.warning("a worker died", worker=death.worker, pid=death.pid, how=death.how, jobs=len(death.jobs))
        brake.death()

    def on_recycle(one: Recycling) -> None:
        facts = {"worker": one.worker, "pid": one.pid, "reason": one.reason, "jobs": one.jobs, "resident": one.resident}
        log.info("a worker is replaced", **facts)

    engine = Processes if options.workers else Inline
    return engine(
        EngineOptions(
            workers=options.workers,
            journal_path=checkpoint.journal_path,
            limiter=options.limiter,
            on_retry=on_retry,
            on_death=on_death,
            on_recycle=on_recycle,
            on_warning=log.warning,
            supervision=options.supervision,
            log=options.log,
            session=options.session(options.connections),
            transfer=options.transfer,
        )
    )


def _on_wait(ledger: Ledger, log: Log) -> Callable[[Wait], None]:
    def on_wait(wait: Wait) -> None:
        if wait.seconds >= _WORTH_TELLING:
            ledger.wait, ledger.waits_until = wait, time.monotonic() + wait.seconds
            log.info("waiting", lane=wait.lane, reason=wait.reason, seconds=round(wait.seconds, 1))

    return on_wait


def _on_retry(ledger: Ledger, log: Log) -> Callable[[Attempt], None]:
    def on_retry(attempt: Attempt) -> None:
        ledger.retries["api"] += 1
        facts = {"item": attempt.subject, "attempt": attempt.number, "correlation": attempt.correlation}
        log.info("request repeated", **facts, seconds=round(attempt.seconds, 2), reason=attempt.reason)

    return on_retry


class _Answers:
    """The checkpoint as the API's memory."""

    def __init__(self, checkpoint: Checkpoint, journal: Journal) -> None:
        self._checkpoint = checkpoint
        self._journal = journal

    def recall(self, name: str) -> bytes | None:
        return self._checkpoint.answer(name)

    def keep(self, name: str, body: bytes) -> None:
        self._checkpoint.remember_answer(self._journal, name, body)
