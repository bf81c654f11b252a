"""One run as a person meets it: signals, progress, summary, report files, exit code."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exfig_mp import __version__
from exfig_mp.cli.resolve import log_options, resume_command
from exfig_mp.errors import ConfigError

if TYPE_CHECKING:
    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.config import Loaded
    from exfig_mp.ledger import Ledger
    from exfig_mp.log import Log
    from exfig_mp.report import Report
    from exfig_mp.run_options import RunOptions, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a command wants done; `options` is None if there is nothing to do."""

    work: tuple[Work, ...]
    options: RunOptions | None
    loaded: Loaded | None = None


def execute(task: Task, options: CommandOptions) -> None:
    """Run the task, show what happens, and exit with the code that the report asks for."""
    from exfig_mp.cli.summary import show_summary
    from exfig_mp.ledger import EntryFailure, Ledger
    from exfig_mp.log import open_log
    from exfig_mp.model import Failure

    for path in options.report:
        if not path.endswith(".json"):
            raise ConfigError(f"{path}: reports are written as .json only")
    secrets = (task.options.api.token.value,) if task.options else ()
    log = open_log(log_options(options), secrets=secrets, run=task.options.transfer.run if task.options else "")
    if log.problems:
        raise ConfigError(log.problems[0], "choose another --log-file")
    ledger = Ledger()
    for failed in task.loaded.failed if task.loaded else ():
        for problem in failed.problems:
            ledger.entry_failures.append(EntryFailure(failed.label, "", Failure("config", str(problem)), time.time()))
    for config in task.loaded.configs if task.loaded else ():
        ledger.warnings += [str(warning) for warning in config.warnings]
    if task.options is None:
        raise ConfigError("no config can be used", problems=tuple(one.failure.message for one in ledger.entry_failures))
    report, caught = _run(task, options, ledger, log)
    resume = resume_command(sys.argv[1:])
    if caught:
        name = signal.Signals(caught[0]).name
        click.echo(f"Interrupted by {name} with {ledger.settled:,} of {ledger.total:,} renders done.", err=True)
        click.echo(f"  Everything done is kept. Go on with: {resume}", err=True)
    else:
        show_summary(report, options, resume)
    _write_reports(report, options)
    sys.exit(128 + caught[0] if caught else report.exit_code)


def _run(task: Task, options: CommandOptions, ledger: Ledger, log: Log) -> tuple[Report, list[int]]:
    """Return the report, and the signal that ended the run, if one did."""
    from exfig_mp.engines.descriptors import raise_limit

    raise_limit()
    if sys.platform == "win32":
        runner = asyncio.Runner()
    else:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    with runner:
        return runner.run(_run_until_signal(task, options, ledger, log))


async def _run_until_signal(task: Task, options: CommandOptions, ledger: Ledger, log: Log) -> tuple[Report, list[int]]:
    from exfig_mp.batch import run
    from exfig_mp.cli.progress import progress
    from exfig_mp.report import Run, build_report

    assert task.options is not None  # noqa: S101  # execute has checked
    running = asyncio.ensure_future(run(task.work, task.options, ledger, log))
    caught: list[int] = []

    def stop(number: int) -> None:
        if caught:
            os._exit(128 + number)  # the second signal: workers die with this process
        caught.append(number)
        running.cancel()

    loop = asyncio.get_running_loop()
    # What a connection says after nobody listens any more (uvloop's TLS does) is for the log, not a traceback.
    loop.set_exception_handler(lambda _, context: log.info("left behind", **{k: str(v) for k, v in context.items()}))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    async with progress(ledger, quiet=options.quiet, color=not options.no_color):
        try:
            return await running, caught
        except asyncio.CancelledError:  # so early that the run had not begun
            if not caught:
                raise
            ledger.stopped = "signal"
            return build_report(ledger, Run(__version__, datetime.now(UTC).isoformat(timespec="seconds"), 0.0)), caught


def _write_reports(report: Report, options: CommandOptions) -> None:
    from exfig_mp.report import to_json
    from exfig_mp.transfer import place

    for path in options.report:
        place(str(Path(path).absolute()), to_json(report), fsync=False)
