"""The engine without processes: jobs run on the coordinator's own loop. For debugging, and for tiny runs."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from exfig_mp.download import Downloads
from exfig_mp.engines.descriptors import fitted
from exfig_mp.engines.job_log import JobLog, traced
from exfig_mp.engines.job_loop import JobLoop
from exfig_mp.engines.protocol import Start
from exfig_mp.engines.worker import GRACE
from exfig_mp.journal import Journal
from exfig_mp.limiter import Limiter
from exfig_mp.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from exfig_mp.engines.protocol import EngineOptions
    from exfig_mp.model import Job, JobResult, Retried, Shard


_NAME = "inline"


class Inline:
    """Runs jobs in this process."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._stack = AsyncExitStack()
        self._results: asyncio.Queue[JobResult | None] = asyncio.Queue()  # None: all jobs are under way

    async def __aenter__(self) -> Self:
        options = self._options = fitted(replace(self._options, workers=0))
        journal = Journal(options.journal_path(_NAME))
        self._stack.callback(journal.close)
        limiter = self._stack.enter_context(Limiter(options.limiter))
        downloads = await self._stack.enter_async_context(Downloads(options.session))
        log = JobLog(options.log, options.transfer.run, _NAME)
        self._jobs: dict[str, Job] = {}

        def on_retry(job: Job, event: Retried) -> None:
            options.on_retry(event)
            log.retried(job, event)

        transfer = Transfer(downloads, limiter, options.transfer, on_retry)
        self._loop = JobLoop(transfer, journal, options.session.connections, self._take, log.ended)
        self._stack.push_async_callback(self._loop.stop, GRACE)
        options.on_start(Start(_NAME, os.getpid()))
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._stack.aclose()

    async def run(self, shards: AsyncIterator[Shard]) -> AsyncIterator[JobResult]:
        """See `Engine.run`."""
        room = asyncio.Semaphore(4 * self._options.session.connections)
        expected, given = 0, 0

        async def feed() -> None:
            nonlocal expected
            async for shard in shards:
                for job in shard.jobs:
                    await room.acquire()
                    expected += 1
                    self._jobs[job.id] = job
                    self._loop.add([job])

        feeder = asyncio.create_task(feed())
        feeder.add_done_callback(lambda _: self._results.put_nowait(None))
        try:
            while not (feeder.done() and given == expected):
                if (result := await self._results.get()) is not None:
                    given += 1
                    room.release()
                    yield result
            await feeder
        finally:
            feeder.cancel()

    def late(self) -> tuple[JobResult, ...]:
        """See `Engine.late`."""
        found = [self._results.get_nowait() for _ in range(self._results.qsize())]
        return tuple(result for result in found if result is not None)

    def _take(self, results: tuple[JobResult, ...]) -> None:
        for result in results:
            job = self._jobs.pop(result.job_id)
            self._results.put_nowait(traced(result, job, _NAME, self._options.transfer.run))
