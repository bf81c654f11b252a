"""THE FLOW of a run, from entries to files and a report. What happens in each step is in the modules that it calls.

1. configs are read (by the caller)  2. the state folder is held, a checkpoint resumed  3. workers start
4. Figma's metadata and  5. the plan  6. what is in place already is taken off
7. render, download, verify, place: a pipeline  8. index files  9. the report
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from exfig_mp import __version__, files
from exfig_mp.brake import Brake
from exfig_mp.checkpoint import Checkpoint
from exfig_mp.chronicle import Chronicle
from exfig_mp.client import Session
from exfig_mp.collect import Collecting, collect
from exfig_mp.errors import ConfigError, DiskError, ExfigError, FigmaError, StateError
from exfig_mp.exporters.protocol import Entry
from exfig_mp.incremental import Incremental
from exfig_mp.indexes import write_indexes
from exfig_mp.journal import Journal
from exfig_mp.ledger import EntryFailure
from exfig_mp.limiter import Limiter
from exfig_mp.model import Failure
from exfig_mp.pipeline import Pipeline
from exfig_mp.plan import build_plan
from exfig_mp.report import Run, build_report
from exfig_mp.resume import choose, damage
from exfig_mp.room import check_room
from exfig_mp.run_log import RunLog
from exfig_mp.sources.render_queue import SIDE_BY_SIDE, RenderQueue
from exfig_mp.wiring import Given, RememberedAnswers, api_of, engine_of, note_pacing, on_wait_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exfig_mp.journal import Memory
    from exfig_mp.ledger import Ledger
    from exfig_mp.log import Log
    from exfig_mp.model import StopReason
    from exfig_mp.plan import Plan
    from exfig_mp.report import Report
    from exfig_mp.run_options import RunOptions, Work


async def run(
    work: Sequence[Work], options: RunOptions, ledger: Ledger, log: Log, chronicle: Chronicle | None = None
) -> Report:
    """Export everything. Failures of single items are in the report; `ledger` shows them while the run goes on.

    What `chronicle` is to gather for reports is there at the end, in it and in the ledger.

    A run that holds its state folder ends in good order, whatever it is cut short by, and its report says so.

    Raises:
        StateError: another run holds the state folder, or a newer version wrote what is in it.
        ConfigError: two entries would write one path; nothing was downloaded.
        DiskError: there can be no state folder.
    """
    started, started_at = time.monotonic(), datetime.now(UTC).isoformat(timespec="seconds")
    brake = Brake(options.abort, fail_fast=options.fail_fast)
    given = Given(work, options, ledger, log, RunLog(log, ledger), brake, chronicle or Chronicle())
    given.said.entries()
    if _must_stop(given):  # a config could not be read: nothing is started, an earlier checkpoint stays
        return build_report(ledger, Run(__version__, started_at, time.monotonic() - started))
    with Checkpoint(options.state_dir, options.config_hash, options.entries) as checkpoint:
        try:
            await _go(given, checkpoint)
        except asyncio.CancelledError:
            given.brake.pull("signal")
        except (ConfigError, StateError):
            raise
        except ExfigError as error:
            _stop_for(error, given)
        finally:
            with _never_mind(log):  # its journals are what a resume goes on from
                checkpoint.report(ledger.items, at_once=True)
        await given.chronicle.compare(ledger)
        ledger.warnings += log.problems
        given.said.entries()
        ledger.stopped, ledger.trouble, ledger.verdict = given.brake.reason, given.brake.trouble, given.brake.verdict
        report = build_report(ledger, Run(__version__, started_at, time.monotonic() - started))
        if report.way_on == "change" and checkpoint.has_renders and not _are_renders_cached(given):
            return msgspec.structs.replace(report, way_on="force")
        with _never_mind(log):
            _remove_if_useless(checkpoint, report)
        return report


def _remove_if_useless(checkpoint: Checkpoint, report: Report) -> None:
    """Remove a checkpoint that saves nobody anything any more."""
    if report.success:
        checkpoint.discard()
    elif report.way_on == "change":
        checkpoint.withdraw()


def _are_renders_cached(given: Given) -> bool:
    """Does the cache save the calls that the checkpoint would save?"""
    past = Incremental(given.options.cache, given.options.api.origin, given.ledger.warnings.append)
    plan = given.ledger.plan
    return plan is not None and bool(plan.renders) and past.keeps(plan.renders)


async def _go(given: Given, checkpoint: Checkpoint) -> None:
    """Do steps 2 to 8."""
    begun = time.monotonic()
    memory = _resume(checkpoint, given.options, given.log)
    given.said.resumed(memory, time.monotonic() - begun)
    if removed := checkpoint.remove_old(given.options.checkpoint_max_age):
        given.log.info("checkpoints that nobody went on from are removed", count=removed)
    is_new = not memory.placed and not memory.rendered
    exporting = _export(given, checkpoint, memory)
    del memory  # of 100,000 items it is as large as the plan: nobody else holds it when it is not needed any more
    try:
        await exporting
    except ConfigError:
        if is_new:
            checkpoint.withdraw()  # nothing was started, so there is nothing to go on from
        raise


def _stop_for(error: ExfigError, given: Given) -> None:
    """End the run for what this machine refuses; if it is ending already, that is only worth a warning."""
    if given.brake.reason:
        given.ledger.warnings.append(error.message)
    elif isinstance(error, DiskError):
        reason: StopReason = "diskFull" if error.is_full else "disk"
        given.brake.pull(reason, Failure(error.cause, error.message, error.advice))
    else:
        given.brake.pull("error", Failure("error", error.message, error.advice))


@contextmanager
def _never_mind(log: Log) -> Iterator[None]:
    """Let a refusal of the disk's be no more than a warning: what counts is done."""
    try:
        yield
    except DiskError as error:
        log.warning(error.message)


async def _export(given: Given, checkpoint: Checkpoint, memory: Memory) -> None:
    """Do steps 3 to 8."""
    work, options, ledger = given.work, given.options, given.ledger
    past = Incremental(options.cache, options.api.origin, ledger.warnings.append)
    async with AsyncExitStack() as stack:
        journal = Journal(checkpoint.journal_path("coordinator"))
        stack.callback(journal.close)
        limiter = stack.enter_context(Limiter(options.limiter, on_wait_of(given)))
        stack.callback(note_pacing, limiter, ledger)
        given.said.limits(limiter.limits())
        stack.callback(_sweep_after_kills, given)  # when the engine is gone
        engine = engine_of(given, checkpoint.journal_path, past.store)
        stack.callback(lambda: ledger.settle_late(engine.late()))  # what ended in its grace
        starts_late = past.may_save_all or not any(isinstance(one.entry, Entry) for one in work)
        if not starts_late:
            await stack.enter_async_context(engine)  # workers start while Figma is asked
        session = await stack.enter_async_context(Session(options.session(SIDE_BY_SIDE + 2 * options.parallel)))
        api = api_of(given, session, limiter, RememberedAnswers(checkpoint, journal, past.doubt))
        try:
            how = Collecting(
                parallel=options.parallel, records=past.records, tokens=past.tokens, granular=options.cache.granular
            )
            collected = await collect(work, api, ledger, how)
            await asyncio.sleep(0)  # the loop lets go of all components only when it turns
            plan = build_plan(collected.entries)
            ledger.begin(plan)
            past.begin(plan)
            _sweep(plan, given.log)
            given.said.entries()
            queue = RenderQueue(api, few_calls=options.few_renders, versions=collected.versions)
            pipeline = Pipeline(plan, queue, journal, ledger, given.brake)
            pipeline.on_failed = given.said.item
            earlier = await _take_off(given, pipeline, memory, past)
            del memory
            check_room(chain(ledger.destinations_left(), plan.indexes))
            await given.chronicle.look(plan, ledger)
            if not _must_stop(given) and ledger.settled < ledger.total:
                if starts_late:
                    await stack.enter_async_context(engine)
                await pipeline.run(engine.run, lambda: _settled(given, checkpoint))
            # Index files that name half of what they should would be worse than the old ones; a resume writes them.
            if not _must_stop(given):
                indexes = write_indexes(plan, ledger, given.brake, fsync=options.transfer.fsync)
                given.chronicle.generated(plan, indexes)
                if not _must_stop(given):
                    past.finish(plan, ledger, past.placed(plan, earlier, checkpoint.look_up), indexes)
                    if not ledger.failed and not ledger.entry_failures:
                        told = await collected.code_syntax.tell(api, past.tokens, ledger.warnings.append)
                        given.said.told(told)
        except FigmaError as error:
            configs = sorted({one.config for one in work})
            ledger.entry_failures += [EntryFailure(config, "", error.failure, time.time()) for config in configs]


def _settled(given: Given, checkpoint: Checkpoint) -> None:
    checkpoint.report(given.ledger.items)
    given.chronicle.settled(given.ledger)


async def _take_off(given: Given, pipeline: Pipeline, memory: Memory, past: Incremental) -> Memory:
    """Do step 6; return the claims of earlier runs that hold."""
    plan, begun = pipeline.plan, time.monotonic()
    paths, known = plan.paths(), past.in_place(plan)
    mine = await asyncio.to_thread(memory.verify, paths, content=given.options.verify)
    theirs = await asyncio.to_thread(known.verify, paths, content=True)
    in_place = mine.in_place | theirs.in_place
    given.said.verified(len(in_place), len(mine.lost - in_place), time.monotonic() - begun)
    pipeline.remember(memory, in_place, past.is_stored)
    return known.only(theirs.in_place)


def _must_stop(given: Given) -> bool:
    """Is the run to end? With --fail-fast an entry that cannot be planned is enough."""
    if given.options.fail_fast and given.ledger.entry_failures:
        given.brake.pull("failFast")
    given.ledger.stopped = given.brake.reason
    return bool(given.brake.reason)


def _sweep(plan: Plan, log: Log) -> None:
    folders = plan.folders()
    # An index file may lie one folder above the files that it names.
    indexes = (path.rpartition("/")[0] for path in plan.indexes)
    swept = files.sweep({*folders, *(folder.rpartition("/")[0] for folder in folders), *indexes})
    if swept:
        log.info("temporary files of dead runs are deleted", count=swept)


def _sweep_after_kills(given: Given) -> None:
    """A worker that was killed before it could rename its file has left that behind.

    Of an early end nobody tells whether some had to be killed.
    """
    ended_early = given.brake.reason or given.ledger.signal
    if given.ledger.plan and (given.brake.deaths or ended_early):
        _sweep(given.ledger.plan, given.log)


def _resume(checkpoint: Checkpoint, options: RunOptions, log: Log) -> Memory:
    if checkpoint.earlier_version:
        log.warning(checkpoint.earlier_version)
    everything = () if options.wish == "restart" else checkpoint.find()  # what a newer version wrote goes unread
    found, decision = choose(everything, options.wish, options.checkpoint_max_age)
    if problem := damage(found if found and found.own else None, damaged=checkpoint.damaged):
        log.warning(problem)
    goes_on = decision.choice == "go_on" or (decision.choice == "ask" and options.confirm(decision.reason))
    if found is None or not goes_on:
        hint = " (--resume=force goes on)" if decision.choice == "ask" else ""
        if decision.reason:
            log.warning(decision.reason + hint)
        return checkpoint.start_over()
    memory = checkpoint.go_on(found)
    if checkpoint.is_overtaken:
        log.warning("another run has exported some of this since: Figma is asked for what its files are now")
    if decision.reason:  # that a changed configuration is gone on with
        log.warning(decision.reason)
    if found.own and found.previous:
        log.warning("the run before the last is gone on from, and what the last one left is thrown away")
    if memory.damaged:
        log.warning("damaged journal lines were passed over", lines=memory.damaged)
    return memory
