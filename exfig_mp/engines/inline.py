"""The engine without processes: jobs run on the coordinator's own loop. For debugging, and for tiny runs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from exfig_mp.client import Session
from exfig_mp.engines.descriptors import fitted
from exfig_mp.engines.job_log import JobLog
from exfig_mp.engines.job_loop import JobLoop
from exfig_mp.engines.worker import GRACE
from exfig_mp.journal import Journal
from exfig_mp.limiter import Limiter
from exfig_mp.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from exfig_mp.engines.protocol import EngineOptions
    from exfig_mp.model import Job, JobResult, Retried, Shard


class Inline:
    """Runs jobs in this process."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        options = self._options = fitted(replace(self._options, workers=0))
        journal = Journal(options.journal_path("inline"))
        self._stack.callback(journal.close)
        limiter = self._stack.enter_context(Limiter(options.limiter))
        session = await self._stack.enter_async_context(Session(options.session))
        self._log = log = JobLog(options.log, options.transfer.run, "inline")

        def on_retry(job: Job, event: Retried) -> None:
            options.on_retry(event)
            log.retried(job, event)

        transfer = Transfer(session, limiter, options.transfer, on_retry)
        self._results: asyncio.Queue[JobResult] = asyncio.Queue()
        self._loop = JobLoop(transfer, journal, options.session.connections, self._take, log.ended)
        self._stack.push_async_callback(self._loop.stop, GRACE)
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
                self._log.took(shard)
                for job in shard.jobs:
                    await room.acquire()
                    expected += 1
                    self._loop.add([job])

        feeder = asyncio.create_task(feed())
        try:
            while not (feeder.done() and given == expected):
                result = asyncio.ensure_future(self._results.get())
                await asyncio.wait([result, feeder] if not feeder.done() else [result], return_when="FIRST_COMPLETED")
                if not result.done():
                    result.cancel()
                    continue
                given += 1
                room.release()
                yield result.result()
            await feeder
        finally:
            feeder.cancel()

    def _take(self, results: tuple[JobResult, ...]) -> None:
        for result in results:
            self._results.put_nowait(result)
