"""What a worker process runs: one event loop, one session, one journal, jobs from the pipe until it closes.

Imports only what a download needs; the forkserver loads this module once, for all workers.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import sys
from contextlib import AsyncExitStack
from multiprocessing import forkserver
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from exfig_mp.download import Downloads
from exfig_mp.engines import memory
from exfig_mp.engines.job_log import JobLog
from exfig_mp.engines.job_loop import JobLoop
from exfig_mp.engines.pipe import Pipe
from exfig_mp.errors import ExfigError
from exfig_mp.journal import Journal
from exfig_mp.limiter import Limiter
from exfig_mp.model import Beat, Ready, Results, Shard, Stop, ToWorker
from exfig_mp.transfer import Transfer

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from exfig_mp.exchange import SessionOptions
    from exfig_mp.limiter import LimiterOptions
    from exfig_mp.log import LogOptions
    from exfig_mp.model import Job, JobResult, Retried
    from exfig_mp.transfer import TransferOptions

if sys.platform == "win32":  # uvloop does not exist there
    from asyncio import run
else:
    from uvloop import run

GRACE = 5.0
"""Seconds that jobs in flight get when the run ends early."""

_PR_SET_PDEATHSIG = 1


class WorkerOptions(Struct, frozen=True):
    """All that a worker is told at its start."""

    session: SessionOptions
    transfer: TransferOptions
    limiter: LimiterOptions
    journal: str
    beat: float  # seconds between two signs of life
    log: LogOptions
    name: str


def main(connection: Connection, options: WorkerOptions) -> None:
    """Run jobs until the coordinator says stop, or is gone. The exit code is 1 if the worker could not start."""
    # Both may reach the whole group (Ctrl-C, a service manager); the coordinator alone decides what becomes of a run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _die_with_coordinator()
    # `connection` itself stays open: its end tells the coordinator that all is over, also what is said below.
    sock = socket.socket(fileno=os.dup(connection.fileno()))
    try:
        run(_serve(sock, options))
    except (ExfigError, OSError) as error:
        sys.stderr.write(f"exfig-mp worker: {error}\n")
        sys.exit(1)


async def _serve(sock: socket.socket, options: WorkerOptions) -> None:
    async with AsyncExitStack() as stack:
        pipe = await Pipe.open(sock, msgspec.msgpack.Decoder(ToWorker))
        stack.push_async_callback(pipe.close)
        journal = Journal(options.journal)
        stack.callback(journal.close)
        limiter = stack.enter_context(Limiter(options.limiter))
        downloads = await stack.enter_async_context(Downloads(options.session))

        log = JobLog(options.log, options.transfer.run, options.name)

        def on_retry(job: Job, event: Retried) -> None:
            pipe.send(event)
            log.retried(job, event)

        def hand_on(results: tuple[JobResult, ...]) -> None:
            pipe.send(Results(results))

        transfer = Transfer(downloads, limiter, options.transfer, on_retry)
        jobs = JobLoop(transfer, journal, options.session.connections, hand_on, log.ended)
        pipe.send(Ready(os.getpid()))
        stack.callback(asyncio.create_task(_beat(pipe, options.beat)).cancel)
        while True:
            match await pipe.receive():
                case Shard(jobs=given):
                    jobs.add(given)
                case Stop():
                    return await jobs.stop(GRACE)
                case None:  # the coordinator is gone: nobody waits for these jobs any more
                    return await jobs.stop(0.0)


async def _beat(pipe: Pipe[ToWorker], seconds: float) -> None:
    while True:
        pipe.send(Beat(memory.resident()))
        await asyncio.sleep(seconds)


def _die_with_coordinator() -> None:
    """On Linux, ask for SIGKILL when the parent dies: also a hung or stopped worker must not outlive its coordinator.

    The parent is the forkserver, which lives as long as anybody holds its pipe: so only the coordinator may.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        server = getattr(forkserver, "_forkserver", None)
        alive = getattr(server, "_forkserver_alive_fd", None)
        if server is not None and alive is not None:
            os.close(alive)
            server._forkserver_alive_fd = None  # noqa: SLF001  # there is no public way to let go of it
