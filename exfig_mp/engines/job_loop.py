"""A loop of long-lived tasks that take jobs from one queue, journal what is done, and hand on results in groups.

The journal is written before a result is handed on: whoever hears `Done` may rely on it after any crash.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from exfig_mp.errors import DiskError
from exfig_mp.journal import Placed
from exfig_mp.model import Done, Failed, Failure, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exfig_mp.journal import Journal
    from exfig_mp.model import Job, JobResult
    from exfig_mp.transfer import Transfer

_GROUP = 64
_GROUP_SECONDS = 0.02


class JobLoop:
    """Runs at most `connections` jobs at once; `hand_on` gets groups of results, each job's once.

    `on_end` hears of each job as it ends, before it is journalled.
    """

    def __init__(
        self,
        transfer: Transfer,
        journal: Journal,
        connections: int,
        hand_on: Callable[[tuple[JobResult, ...]], None],
        on_end: Callable[[Job, JobResult], None] = lambda _job, _result: None,
    ) -> None:
        self._transfer = transfer
        self._journal = journal
        self._hand_on = hand_on
        self._on_end = on_end
        self._queue: deque[Job] = deque()
        self._hungry: deque[asyncio.Future[None]] = deque()  # tasks that found the queue empty
        self._finished: list[tuple[Job, JobResult]] = []
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks = [asyncio.create_task(self._take_jobs()) for _ in range(connections)]

    def add(self, jobs: Iterable[Job]) -> None:
        """Queue `jobs`."""
        self._queue.extend(jobs)
        for _ in range(min(len(self._queue), len(self._hungry))):
            call = self._hungry.popleft()
            if not call.done():  # cancelled: we are stopping
                call.set_result(None)

    async def stop(self, grace: float) -> None:
        """Take no further job; give those in flight `grace` seconds; hand on what is finished."""
        self._queue.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._idle.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._flush()

    async def _take_jobs(self) -> None:
        while True:
            while not self._queue:
                call = asyncio.get_running_loop().create_future()
                self._hungry.append(call)
                await call
            job = self._queue.popleft()
            if not self._in_flight:
                self._idle.clear()
            self._in_flight += 1
            try:
                result = await self._transfer.run(job)
            except Exception as error:  # noqa: BLE001  # a bug must cost one job, not a lost result and a hung run
                result = Failed(job.id, Failure("error", f"{type(error).__name__}: {error}", "please report this bug"))
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()
            self._finished.append((job, result))
            self._on_end(job, result)
            if len(self._finished) >= _GROUP or not self._in_flight:
                self._flush()
            elif self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(_GROUP_SECONDS, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        finished, self._finished = self._finished, []
        if finished:
            self._hand_on(self._journalled(finished))

    def _journalled(self, finished: list[tuple[Job, JobResult]]) -> tuple[JobResult, ...]:
        try:
            self._journal.append(claim for job, result in finished for claim in _claims(job, result))
        except DiskError as error:
            failure = Failure(error.cause, f"the file is in place, but not remembered: {error.message}", error.advice)
            return tuple(Failed(job.id, failure) if isinstance(result, Done) else result for job, result in finished)
        return tuple(result for _, result in finished)


def _claims(job: Job, result: JobResult) -> Iterator[Placed]:
    """Give what the journal may say of a job: of the render itself, and of each thing that was derived from it.

    Of a job that failed, it is what got to all of its own places all the same.
    """
    if isinstance(result, Done):
        written = (Written(job.id, result.size, result.digest), *result.derived)
    else:
        written = result.written
    places = {job.id: job.destinations} | {one.id: one.destinations for one in job.derived}
    for one in written:
        if places[one.id]:
            yield Placed(one.id, one.size, one.digest, places[one.id])
