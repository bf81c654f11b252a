"""One worker process as the coordinator sees it, and how one is started and ends."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from contextlib import suppress
from multiprocessing import forkserver
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from exfig_mp.engines import nursery, worker
from exfig_mp.engines.pipe import Pipe
from exfig_mp.engines.protocol import UNKNOWN_EXIT
from exfig_mp.engines.worker import WorkerOptions
from exfig_mp.errors import ExfigError
from exfig_mp.model import FromWorker

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

    from exfig_mp.engines.protocol import EngineOptions, Reason
    from exfig_mp.model import Job

_QUEUED = 3  # times its pace: what a worker may owe, so that it never idles
_FASTEST = 16  # jobs: its pace, where few connections get so much done between two messages; more would end unevenly
_UNLIMITED = 1 << 62
_LAST_STEPS = 1.0  # seconds that a process has to end once its pipe is closed
_STARTS = 3  # attempts: the forkserver may die in the middle of one, and the next one begins another forkserver
_BETWEEN_STARTS = 0.1  # seconds: a process closes its sockets a moment before the system says that it has ended


class Member(Struct, eq=False):
    """A worker, its process and pipe, and the jobs that it owes a result.

    Args:
        number: its place among the workers, which a successor takes over.
        connections: jobs that it has under way at most.
        origin: the process that it was forked from, 0 if unknown.
        elder: whose place it takes while that one still works.
        born: on the monotonic clock.
        given: jobs so far.
        silent: turns of the supervision since it was heard of.
        recent: results in its last message.
        resident: its memory in bytes as last heard, and as `fresh` when it had done nothing; 0 if unknown.
        leaving: why it is being replaced.
        draining: its successor is there, so it gets nothing more.
        stopped: it was told to end.
        hung: it was killed for its silence.
        gone: its pipe is closed.
    """

    number: int
    connections: int
    pid: int
    process: ForkServerProcess
    pipe: Pipe[FromWorker]
    origin: int = 0
    elder: Member | None = None
    born: float = field(default_factory=time.monotonic)
    owes: dict[str, Job] = field(default_factory=dict)
    given: int = 0
    silent: int = 0
    resident: int = 0
    fresh: int = 0
    recent: int = 0
    ready: bool = False
    has_suspect: bool = False
    leaving: Reason | None = None
    draining: bool = False
    stopped: bool = False
    hung: bool = False
    gone: bool = False
    ending: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """What the log calls it."""
        return f"worker-{self.number}"

    @property
    def is_open(self) -> bool:
        """Is it there for work?"""
        return self.ready and not self.draining and not self.gone

    def is_hungry(self) -> bool:
        """Has its queue room for a shard?"""
        pace = max(self.connections, min(self.recent, _FASTEST))
        return not self.has_suspect and len(self.owes) < _QUEUED * pace

    def most(self, max_tasks: int | None) -> int:
        """Return how many further jobs it may be given at all, whatever its queue has room for.

        A successor and those before it in its place together have no more under way than the place's connections.
        """
        left = _UNLIMITED if max_tasks is None else max_tasks - self.given
        while self.elder and not self.elder.owes:  # it is draining: that will not change
            self.elder = self.elder.elder
        taken, elder = 0, self.elder
        while elder:
            taken, elder = taken + len(elder.owes), elder.elder
        return min(left, self.connections - taken - len(self.owes)) if taken else left


class Starter:
    """Starts workers from a forkserver, which has loaded all that they need.

    Args:
        options: the engine's; the connections are shared out over `count` workers.
    """

    def __init__(self, options: EngineOptions) -> None:
        self.count = min(options.workers, options.session.connections)
        self.context = nursery.context()
        self._options = options
        self._one_at_a_time = asyncio.Lock()  # the forkserver does no more, and each start needs descriptors

    async def start(self, number: int, elder: Member | None = None) -> Member:
        """Start the worker in place `number`.

        Raises:
            ExfigError: the system refuses.
        """
        name, options = f"worker-{number}", self._options
        share, rest = divmod(options.session.connections, self.count)
        connections = share + (number <= rest)
        given = WorkerOptions(
            replace(options.session, connections=connections),
            options.transfer,
            options.limiter,
            options.journal_path(name),
            options.supervision.beat,
            options.log,
            name,
        )
        async with self._one_at_a_time:
            process, sock = await asyncio.to_thread(self._start, given)
            origin = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_pid", None) or 0
        pipe = await Pipe.open(sock, msgspec.msgpack.Decoder(FromWorker))
        return Member(number, connections, process.pid or 0, process, pipe, origin, elder)

    def _start(self, given: WorkerOptions) -> tuple[ForkServerProcess, socket.socket]:
        for _ in range(_STARTS - 1):
            with suppress(OSError, EOFError):
                return self._start_once(given)
            given = replace(given, journal=self._options.journal_path(given.name))  # half a start may hold the other
            time.sleep(_BETWEEN_STARTS)
        try:
            return self._start_once(given)
        except (OSError, EOFError) as error:
            advice = "use fewer --workers, or raise the limits of processes and open files"
            raise ExfigError(f"cannot start a worker process: {error!r}", advice) from error

    def _start_once(self, given: WorkerOptions) -> tuple[ForkServerProcess, socket.socket]:
        ours, theirs = self.context.Pipe(duplex=True)
        with ours, theirs:  # theirs: otherwise the end of the worker would not be the end of the pipe
            process = self.context.Process(
                target=worker.main, args=(theirs, given), name=f"exfig-mp-{given.name}", daemon=True
            )
            with nursery.deaf():
                process.start()
            return process, socket.socket(fileno=os.dup(ours.fileno()))


def has_ended(origin: int) -> bool:
    """Has a forkserver of ours ended? It is not waited for, which multiprocessing does when it needs the next one."""
    if not origin or not hasattr(os, "waitid"):  # macOS, where workers go on without it
        return False
    try:
        return os.waitid(os.P_PID, origin, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:  # multiprocessing has waited for it
        return True


def reap(process: ForkServerProcess) -> int:
    """Wait for a process whose pipe is closed, and return its exit code; what is left of it must not write any more.

    Afterwards `process` is of no use.
    """
    process.join(_LAST_STEPS)
    if process.exitcode is None:
        process.kill()
        process.join()
    exit_code = process.exitcode
    process.close()  # its descriptors
    return UNKNOWN_EXIT if exit_code is None else exit_code
