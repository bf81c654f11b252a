"""The engine of worker processes: feeds and supervises them.

A dead worker is the end of its pipe. Its jobs without a result are known by subtraction and go out again, each one
alone on an otherwise idle worker: so a job that kills its worker is found, and its neighbours are not blamed. Workers
that end with the forkserver (on Linux the kernel sees to that, see `worker`) have not died of anything that they did:
that is one event, and their jobs go out again as they were.

A worker that must go (age, memory, jobs done) works on until its successor is there, then finishes what it owes and is
told to stop. One that is silent hangs, and is killed. Silence is counted in our own turns, not in seconds: a
coordinator that was suspended has not listened either, and reads what waits in the pipes before its next turn.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from typing import TYPE_CHECKING, Self

from exfig_mp.engines import memory
from exfig_mp.engines.descriptors import fitted
from exfig_mp.engines.job_log import traced
from exfig_mp.engines.member import Starter, has_ended, reap
from exfig_mp.engines.protocol import UNKNOWN_EXIT, Death, Recycling, Start
from exfig_mp.engines.recycling import overdue, spent
from exfig_mp.engines.worker import GRACE
from exfig_mp.errors import ExfigError
from exfig_mp.model import Beat, Failed, Failure, FromWorker, Ready, Results, Retried, Shard, Stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from exfig_mp.engines.member import Member
    from exfig_mp.engines.protocol import EngineOptions, Reason
    from exfig_mp.model import Job, JobResult

_DEATHS = 2  # a job that was on the way when this many workers died is not tried again
_DEATHS_AT_START = 3  # in a row: then workers cannot run here at all
_START_PATIENCE = 4  # times the silence that a worker may keep before it is ready


class _ShardsEnded:
    """All shards have been taken in."""


_Event = tuple["Member", FromWorker | int] | Shard | type[_ShardsEnded] | BaseException
"""What a worker says, or the exit code that was its last word; work; or why there is no going on."""


class Processes:
    """Runs jobs on worker processes."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._rules = options.supervision
        self._workers: set[Member] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._launching: set[asyncio.Task[None]] = set()
        self._events: asyncio.Queue[_Event] = asyncio.Queue()
        self._waiting: deque[Shard] = deque()
        self._suspects: deque[Job] = deque()
        self._unread: deque[JobResult] = deque()
        self._ended = False
        self._deaths: dict[str, list[str]] = {}
        self._deaths_at_start = 0
        self._lost_origins: set[int] = set()
        self._hungry = asyncio.Event()
        self._hungry.set()

    async def __aenter__(self) -> Self:
        self._starter = Starter(fitted(self._options))
        for number in range(1, self._starter.count + 1):
            self._launch(number)
        self._watch(self._supervise())
        return self

    async def __aexit__(self, *exception: object) -> None:
        await asyncio.gather(*self._launching, return_exceptions=True)  # a start cannot be taken back half-way
        endings = [member.ending for member in self._workers if member.ending]
        for task in self._tasks - set(endings):
            task.cancel()
        for member in self._workers:
            member.pipe.send(Stop())
        if endings:
            await asyncio.wait(endings, timeout=GRACE + 1)
        for member in self._workers:
            if not member.gone:
                member.process.kill()
        await asyncio.gather(*self._tasks, *endings, return_exceptions=True)

    async def run(self, shards: AsyncIterator[Shard]) -> AsyncIterator[JobResult]:
        """See `Engine.run`."""
        self._watch(self._take_in(shards))
        while self._has_work_to_give() or any(member.owes for member in self._workers):
            match await self._events.get():
                case Shard() as shard:
                    self._waiting.append(shard)
                case BaseException() as error:
                    raise error
                case (member, int() as exit_code):
                    self._unread += self._bury(member, exit_code)
                case (member, message):
                    self._unread += self._hear(member, message)
                case _:
                    self._ended = True
            while self._unread:
                yield self._unread.popleft()
            self._dispatch()

    def late(self) -> tuple[JobResult, ...]:
        """See `Engine.late`."""
        while not self._events.empty():
            match self._events.get_nowait():
                case (member, Results() as message):
                    self._unread += self._hear(member, message)
        found, self._unread = tuple(self._unread), deque()
        return found

    def _has_work_to_give(self) -> bool:
        return bool(not self._ended or self._waiting or self._suspects)

    def _hear(self, member: Member, message: FromWorker) -> list[JobResult]:
        """Take note of a worker's message, and return the results in it."""
        match message:
            case Ready():
                member.ready = True
                self._options.on_start(Start(member.name, member.pid))
                self._deaths_at_start = 0
                if member.elder:
                    member.elder.draining = True
            case Results(results=results):
                run, owed = self._options.transfer.run, member.owes
                member.recent = len(results)
                fresh = [traced(one, job, member.name, run) for one in results if (job := owed.pop(one.job_id, None))]
                if not owed:
                    member.has_suspect = False
                return fresh
            case Retried():
                self._options.on_retry(message)
        return []

    def _bury(self, member: Member, exit_code: int) -> list[JobResult]:
        """Replace a dead worker; send its jobs out again, or fail those that have now killed too many."""
        self._workers.discard(member)
        owed, member.owes = list(member.owes.values()), {}
        if member.stopped:
            self._options.on_leave(member.pid)
            return []
        is_orphan = exit_code == UNKNOWN_EXIT and not member.hung and has_ended(member.origin)
        death = Death(member.name, member.pid, exit_code, tuple(job.id for job in owed), member.hung)
        if not is_orphan or member.origin not in self._lost_origins:
            self._tell_of(member, death, is_orphan=is_orphan)
        if not member.leaving:  # else its successor is on the way
            self._launch(member.number, member.elder)
        if is_orphan:
            self._options.on_leave(member.pid)
            self._take_back(owed)
            return []
        return [result for job in owed if (result := self._suspect(job, death))]

    def _tell_of(self, member: Member, death: Death, *, is_orphan: bool) -> None:
        if is_orphan:
            self._lost_origins.add(member.origin)
            self._options.on_orphans(member.origin)
        else:
            self._options.on_death(death)
        if not member.ready:
            self._deaths_at_start += 1
            if self._deaths_at_start >= _DEATHS_AT_START:
                message = f"worker processes end as soon as they start ({death.how})"
                raise ExfigError(message, "try --workers 0 to see why")

    def _take_back(self, owed: list[Job]) -> None:
        """Let jobs that are not to blame go out again: suspects as such, the others as they were."""
        self._suspects.extend(job for job in owed if job.id in self._deaths)
        healthy = tuple(job for job in owed if job.id not in self._deaths)
        if healthy:
            self._waiting.appendleft(Shard(healthy))

    def _suspect(self, job: Job, death: Death) -> Failed | None:
        deaths = self._deaths.setdefault(job.id, [])
        deaths.append(death.how)
        if len(deaths) < _DEATHS:
            self._suspects.append(job)
            return None
        message = f"{len(deaths)} workers died ({', '.join(deaths)}) while they had this job"
        failure = Failure("crashed", message, attempts=len(deaths))
        return Failed(job.id, failure, worker=death.worker, shard=job.shard)

    def _dispatch(self) -> None:
        """Send waiting work to workers with room: suspects one by one to idle workers, shards to the least busy."""
        limit = self._rules.max_tasks
        for member in sorted((m for m in self._workers if m.is_open), key=lambda m: len(m.owes)):
            if self._suspects and not member.owes and member.most(limit) > 0:
                member.has_suspect = True
                self._send(member, Shard((self._suspects.popleft(),)))
            while self._waiting and member.is_hungry() and (most := member.most(limit)) > 0:
                self._send(member, self._next(most))
        for member in spent(self._workers, self._rules):
            self._replace(member, "tasks")
        for member in self._workers:
            if member.draining and not member.owes and not member.stopped:
                member.stopped = True
                member.pipe.send(Stop())
        if len(self._waiting) < len(self._workers):
            self._hungry.set()

    def _next(self, most: int) -> Shard:
        """Take the next shard off the queue, or as much of it as may be given."""
        shard = self._waiting.popleft()
        if len(shard.jobs) <= most:
            return shard
        self._waiting.appendleft(Shard(shard.jobs[most:]))
        return Shard(shard.jobs[:most])

    def _send(self, member: Member, shard: Shard) -> None:
        member.owes.update((job.id, job) for job in shard.jobs)
        member.given += len(shard.jobs)
        member.pipe.send(shard)

    async def _take_in(self, shards: AsyncIterator[Shard]) -> None:
        async for shard in shards:
            self._events.put_nowait(shard)
            self._hungry.clear()
            await self._hungry.wait()
        self._events.put_nowait(_ShardsEnded)

    def _launch(self, number: int, elder: Member | None = None) -> None:
        task = self._watch(self._start(number, elder))
        self._launching.add(task)
        task.add_done_callback(self._launching.discard)

    async def _start(self, number: int, elder: Member | None) -> None:
        member = await self._starter.start(number, elder)
        self._workers.add(member)
        member.ending = self._watch(self._listen(member))

    async def _listen(self, member: Member) -> None:
        """Hear a worker out, to its end."""
        try:
            while (message := await member.pipe.receive()) is not None:
                member.silent = 0
                if isinstance(message, Beat):
                    member.resident = message.resident
                    member.fresh = member.fresh or message.resident
                else:
                    self._events.put_nowait((member, message))
        finally:
            member.gone = True
            exit_code = await asyncio.to_thread(reap, member.process)
            await member.pipe.close()
        self._events.put_nowait((member, exit_code))

    async def _supervise(self) -> None:
        """Once a beat: kill who hangs, replace who must go."""
        gauge = memory.Gauge()
        patience = math.ceil(self._rules.silence / self._rules.beat)
        while True:
            await asyncio.sleep(self._rules.beat)
            for member in self._workers:
                member.silent += 1
                if member.silent > patience * (1 if member.ready else _START_PATIENCE) and not member.gone:
                    member.hung = True
                    member.process.kill()
            used = memory.resident() + sum(member.resident for member in self._workers)
            found = overdue(self._workers, self._rules, time.monotonic(), gauge.percent(used))
            if found:
                self._replace(*found)

    def _replace(self, member: Member, reason: Reason) -> None:
        """Start a worker's successor, unless there is nothing left to do for it."""
        if not self._has_work_to_give():
            return
        member.leaving = reason
        jobs = member.given - len(member.owes)
        self._options.on_recycle(Recycling(member.name, member.pid, reason, jobs, member.resident))
        self._launch(member.number, member)

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
