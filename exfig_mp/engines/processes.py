"""The engine of worker processes: starts, feeds and supervises them; the only door to multiprocessing.

A dead worker is the end of its pipe. Its jobs without a result are known by subtraction and go out again, each one
alone on an otherwise idle worker: so a job that kills its worker is found, and its neighbours are not blamed.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Self

import msgspec

from exfig_mp.engines import worker
from exfig_mp.engines.pipe import Pipe
from exfig_mp.engines.worker import GRACE, WorkerOptions
from exfig_mp.errors import ExfigError
from exfig_mp.model import Failed, Failure, FromWorker, Ready, Results, Retried, Shard, Stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
    from multiprocessing.context import ForkServerProcess

    from exfig_mp.engines.protocol import EngineOptions
    from exfig_mp.model import Job, JobResult

_DEATHS = 2  # a job that was on the way when this many workers died is not tried again
_DEATHS_AT_START = 3  # in a row: then workers cannot run here at all


@dataclass(slots=True, eq=False)
class _Worker:
    """The coordinator's view of one worker: its process, its pipe, and the jobs that it owes a result.

    `capacity` is how many jobs it may owe: those under way, and enough in its queue to never idle.
    """

    number: int
    capacity: int
    process: ForkServerProcess
    pipe: Pipe[FromWorker]
    owes: dict[str, Job] = field(default_factory=dict)
    ready: bool = False
    has_suspect: bool = False


class _ShardsEnded:
    """All shards have been taken in."""


_Event = tuple[_Worker, FromWorker | None] | Shard | type[_ShardsEnded] | BaseException


class Processes:
    """Runs jobs on worker processes."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._count = min(options.workers, options.session.connections)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([worker.__name__])
        self._workers: set[_Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._launching: set[asyncio.Task[None]] = set()
        self._events: asyncio.Queue[_Event] = asyncio.Queue()
        self._waiting: deque[Shard] = deque()
        self._suspects: deque[Job] = deque()
        self._deaths: Counter[str] = Counter()
        self._deaths_at_start = 0
        self._hungry = asyncio.Event()
        self._hungry.set()

    async def __aenter__(self) -> Self:
        for number in range(1, self._count + 1):
            self._launch(number)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await asyncio.gather(*self._launching, return_exceptions=True)  # a start cannot be taken back half-way
        for member in self._workers:
            member.pipe.send(Stop())
        await asyncio.gather(*(asyncio.to_thread(member.process.join, GRACE + 1) for member in self._workers))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for member in self._workers:
            member.process.kill()
            await asyncio.to_thread(member.process.join)
            await member.pipe.close()

    async def run(self, shards: AsyncIterator[Shard]) -> AsyncIterator[JobResult]:
        """See `Engine.run`."""
        self._watch(self._take_in(shards))
        ended = False
        while not (ended and not self._waiting and not self._suspects and not any(m.owes for m in self._workers)):
            match await self._events.get():
                case Shard() as shard:
                    self._waiting.append(shard)
                case BaseException() as error:
                    raise error
                case (member, message):
                    for result in self._hear(member, message):
                        yield result
                case _:
                    ended = True
            self._dispatch()

    def _hear(self, member: _Worker, message: FromWorker | None) -> list[JobResult]:
        """Take note of a worker's message, or of its end, and return the results that follow from it."""
        match message:
            case Ready():
                member.ready = True
                self._deaths_at_start = 0
            case Results(results=results):
                fresh = [result for result in results if member.owes.pop(result.job_id, None)]
                if not member.owes:
                    member.has_suspect = False
                return fresh
            case Retried():
                self._options.on_retry(message)
            case None:
                return self._bury(member)
        return []

    def _bury(self, member: _Worker) -> list[JobResult]:
        """Replace a dead worker; send its jobs out again, or fail those that have now killed too many."""
        self._workers.discard(member)
        self._watch(self._reap(member))
        if not member.ready:
            self._deaths_at_start += 1
            if self._deaths_at_start >= _DEATHS_AT_START:
                raise ExfigError("worker processes end as soon as they start", "try --workers 0 to see why")
        self._launch(member.number)
        results: list[JobResult] = []
        for job in member.owes.values():
            self._deaths[job.id] += 1
            if self._deaths[job.id] >= _DEATHS:
                failure = Failure("crashed", f"{_DEATHS} workers died while they had this job", attempts=_DEATHS)
                results.append(Failed(job.id, failure))
            else:
                self._suspects.append(job)
        return results

    def _dispatch(self) -> None:
        """Send waiting work to workers with room: suspects one by one to idle workers, shards to the least busy."""
        for member in sorted((m for m in self._workers if m.ready), key=lambda m: len(m.owes)):
            if self._suspects and not member.owes:
                member.has_suspect = True
                self._send(member, Shard((self._suspects.popleft(),)))
            while self._waiting and not member.has_suspect and len(member.owes) < member.capacity:
                self._send(member, self._waiting.popleft())
        if len(self._waiting) < len(self._workers):
            self._hungry.set()

    def _send(self, member: _Worker, shard: Shard) -> None:
        member.owes.update((job.id, job) for job in shard.jobs)
        member.pipe.send(shard)

    async def _take_in(self, shards: AsyncIterator[Shard]) -> None:
        async for shard in shards:
            self._events.put_nowait(shard)
            self._hungry.clear()
            await self._hungry.wait()
        self._events.put_nowait(_ShardsEnded)

    def _launch(self, number: int) -> None:
        task = self._watch(self._start(number))
        self._launching.add(task)
        task.add_done_callback(self._launching.discard)

    async def _start(self, number: int) -> None:
        name = f"worker-{number}"
        share, rest = divmod(self._options.session.connections, self._count)
        connections = share + (number <= rest)
        ours, theirs = self._context.Pipe(duplex=True)
        options = WorkerOptions(
            replace(self._options.session, connections=connections),
            self._options.transfer,
            self._options.limiter,
            self._options.journal_path(name),
        )
        process = self._context.Process(
            target=worker.main, args=(theirs, options), name=f"exfig-mp-{name}", daemon=True
        )
        try:
            await asyncio.to_thread(_start_deaf, process)
        except (OSError, EOFError) as error:
            advice = "use fewer --workers, or raise the limits of processes and open files"
            raise ExfigError(f"cannot start a worker process: {error!r}", advice) from error
        theirs.close()  # otherwise the end of the worker would not be the end of the pipe
        sock = socket.socket(fileno=os.dup(ours.fileno()))
        ours.close()
        member = _Worker(number, 3 * connections, process, await Pipe.open(sock, msgspec.msgpack.Decoder(FromWorker)))
        self._workers.add(member)
        self._watch(self._listen(member))

    async def _listen(self, member: _Worker) -> None:
        while (message := await member.pipe.receive()) is not None:
            self._events.put_nowait((member, message))
        self._events.put_nowait((member, None))

    async def _reap(self, member: _Worker) -> None:
        member.process.kill()  # its pipe is closed; what may be left of it must not write any more
        await asyncio.to_thread(member.process.join)
        await member.pipe.close()

    def _watch(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run `work` beside the engine; its failure becomes the run's."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._pass_on_failure)
        return task

    def _pass_on_failure(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._events.put_nowait(error)


def _start_deaf(process: ForkServerProcess) -> None:
    """Start a process that no Ctrl-C reaches, not even before it can say so itself: a blocked signal is inherited.

    The thread's mask is what counts. The resource tracker would unblock the signal behind its own start, so it goes
    first.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
