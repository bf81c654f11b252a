"""One run as a person meets it: signals, progress, summary, report files, exit code."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from msgspec import Struct

from exfig_mp import __version__
from exfig_mp.cli.report_files import annotate, check, evidence_of, new_chronicle, tell_actions, write_reports
from exfig_mp.cli.resolve import log_options, resume_command
from exfig_mp.errors import ConfigError, ExfigError

if TYPE_CHECKING:
    from exfig_mp.chronicle import Chronicle
    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.config import Loaded
    from exfig_mp.ledger import Ledger
    from exfig_mp.log import Log
    from exfig_mp.report import Report
    from exfig_mp.run_options import RunOptions, Work


class Task(Struct, frozen=True, kw_only=True):
    """What a command wants done; `options` is None if there is nothing to do."""

    work: tuple[Work, ...]
    options: RunOptions | None
    loaded: Loaded | None = None


def begin_workers(options: CommandOptions) -> None:
    """Let the process that workers come from load beside this one, if it will surely be needed, and at once."""
    if options.workers == 0 or options.dry_run or options.cache or options.experimental_granular_cache:
        return
    from exfig_mp.engines import nursery
    from exfig_mp.engines.descriptors import raise_limit

    raise_limit()  # workers inherit it from that process
    with suppress(OSError):  # whoever starts workers will meet it again, and can say so
        nursery.begin()


def preview(task: Task, options: CommandOptions) -> None:
    """Show what a run would do, and exit: 0 if all of it could be planned, else as the run would."""
    import asyncio

    from exfig_mp.brake import Brake
    from exfig_mp.cli.forecast_view import show_forecast
    from exfig_mp.forecast import forecast, to_json
    from exfig_mp.log import open_log
    from exfig_mp.report import Run, build_report, exit_code_for
    from exfig_mp.run_log import RunLog
    from exfig_mp.transfer import place
    from exfig_mp.wiring import Given

    ledger = _ledger_of(task)
    usable = _usable(task, ledger)
    log = open_log(log_options(options), secrets=(usable.api.token.value,), run=usable.transfer.run)
    given = Given(task.work, usable, ledger, log, RunLog(log, ledger), Brake(usable.abort, fail_fast=usable.fail_fast))
    try:
        found = asyncio.run(forecast(given))
    except KeyboardInterrupt:
        sys.exit(130)
    given.said.entries()
    show_forecast(found, ledger, options)
    annotate(build_report(ledger, Run(__version__, "", 0.0)), os.environ)
    for path in options.report:
        place(str(Path(path).absolute()), to_json(found), fsync=False)
    sys.exit(exit_code_for({one.failure.cause for one in ledger.entry_failures}))


def execute(task: Task, options: CommandOptions) -> None:
    """Run the task, show what happens, and exit with the code that the report asks for."""
    from exfig_mp.cli.main import show_error
    from exfig_mp.log import open_log
    from exfig_mp.run_log import began, ended, refused

    check(options)
    if options.dry_run:
        preview(task, options)
    secrets = (task.options.api.token.value,) if task.options else ()
    log = open_log(log_options(options), secrets=secrets, run=task.options.transfer.run if task.options else "")
    if log.problems:
        raise ConfigError(log.problems[0], "choose another --log-file")
    ledger = _ledger_of(task)
    try:
        usable, chronicle = _usable(task, ledger), new_chronicle(options, os.environ)
        began(log, task.work, usable)
        report, caught = _run(task, options, ledger, log, chronicle)
    except ExfigError as error:
        refused(log, error)
        if not options.has_json_on_stderr:
            raise
        show_error(error, to_stderr=False)
        sys.exit(error.exit_code)
    resume = resume_command(sys.argv[1:], ledger.blocked_for, usable.checkpoint_max_age)
    is_shown = (options.quiet and report.success) or _summarise(report, options, resume)
    are_written = write_reports(report, options, resume, partial(evidence_of, ledger, chronicle))
    if problem := tell_actions(report, os.environ, resume):
        log.warning(problem)
    exit_code = 128 + caught[0] if caught else report.exit_code or int(not (are_written and is_shown))
    ended(log, report, exit_code)
    _leave(exit_code)


def _summarise(report: Report, options: CommandOptions, resume: str) -> bool:
    """Show the summary; could it be shown? What is done, and the other reports, do not depend on that."""
    from exfig_mp.cli.main import drop_output, refused_by_system, show_error

    try:
        from exfig_mp.cli.summary import show_summary  # brings rich

        show_summary(report, options, resume)
    except (OSError, ImportError) as error:
        if (reason := refused_by_system(error)) is None:
            raise
        drop_output()
        show_error(reason, to_stderr=not options.has_json_on_stderr)
        return False
    return True


def _leave(exit_code: int) -> NoReturn:
    """Exit without taking everything in memory apart, which after a run takes long: whatever counts is on disk."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # nobody can read it
                stream.flush()
    except OSError:
        sys.exit(exit_code)  # Python tries again, and says what is wrong
    atexit._run_exitfuncs()  # noqa: SLF001  # there is no public way to do what an exit does first
    os._exit(exit_code)


def _ledger_of(task: Task) -> Ledger:
    """Return a ledger that knows what is wrong with the configs."""
    from exfig_mp.ledger import EntryFailure, Ledger
    from exfig_mp.model import Failure

    ledger = Ledger()
    for failed in task.loaded.failed if task.loaded else ():
        for problem in failed.problems:
            ledger.entry_failures.append(EntryFailure(failed.label, "", Failure("config", str(problem)), time.time()))
    for config in task.loaded.configs if task.loaded else ():
        ledger.warnings += [str(warning) for warning in config.warnings]
    return ledger


def _usable(task: Task, ledger: Ledger) -> RunOptions:
    if task.options is None:
        raise ConfigError("no config can be used", problems=tuple(one.failure.message for one in ledger.entry_failures))
    return task.options


def _run(
    task: Task, options: CommandOptions, ledger: Ledger, log: Log, chronicle: Chronicle
) -> tuple[Report, list[int]]:
    """Return the report, and the signal that ended the run, if one did."""
    import asyncio

    from exfig_mp.engines.descriptors import check_limit, raise_limit

    raise_limit()
    check_limit()
    if sys.platform == "win32":
        runner = asyncio.Runner()
    else:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    with runner:
        return runner.run(_run_until_signal(task, options, ledger, log, chronicle))


async def _run_until_signal(
    task: Task, options: CommandOptions, ledger: Ledger, log: Log, chronicle: Chronicle
) -> tuple[Report, list[int]]:
    import asyncio

    from exfig_mp.batch import run
    from exfig_mp.cli.progress import progress
    from exfig_mp.report import Run, build_report

    assert task.options is not None  # noqa: S101  # execute has checked
    running = asyncio.ensure_future(run(task.work, task.options, ledger, log, chronicle))
    caught: list[int] = []

    def stop(number: int) -> None:
        if caught:
            os._exit(128 + number)  # the second signal: workers die with this process
        caught.append(number)
        ledger.signal = signal.Signals(number).name
        running.cancel()

    loop = asyncio.get_running_loop()
    # What a connection says after nobody listens any more (uvloop's TLS does) is for the log, not a traceback.
    loop.set_exception_handler(lambda _, context: log.info("left behind", **{k: str(v) for k, v in context.items()}))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    async with progress(ledger, quiet=options.quiet or options.has_json_on_stderr, color=not options.no_color):
        try:
            return await running, caught
        except asyncio.CancelledError:  # so early that the run had not begun
            if not caught:
                raise
            ledger.stopped = "signal"
            return build_report(ledger, Run(__version__, datetime.now(UTC).isoformat(timespec="seconds"), 0.0)), caught
