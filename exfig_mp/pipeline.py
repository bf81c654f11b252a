"""Between Figma's answers and the engine: renders become jobs as soon as their URL is known, results come back here.

A URL is journalled before its first download, so that no later run has to ask for it again.
"""

from __future__ import annotations

import asyncio
import time
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from exfig_mp.journal import Rendered
from exfig_mp.model import Done, Failed, Shard
from exfig_mp.plan import split
from exfig_mp.sources.render_queue import Drawn, NotDrawn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Container

    from exfig_mp.brake import Brake
    from exfig_mp.journal import Journal, Memory
    from exfig_mp.ledger import Ledger
    from exfig_mp.model import Job, JobResult
    from exfig_mp.plan import Plan
    from exfig_mp.sources.render_queue import RenderQueue

    _Rendered = list[tuple[str, str]]  # ids of renders, and URLs
    Run = Callable[[AsyncIterator[Shard]], AsyncIterator[JobResult]]


class Pipeline:
    """Feeds one engine with the shards of one plan, until all is settled or the brake is pulled."""

    def __init__(self, plan: Plan, queue: RenderQueue, journal: Journal, ledger: Ledger, brake: Brake) -> None:
        self.plan = plan
        self._queue = queue
        self._journal = journal
        self._ledger = ledger
        self._brake = brake
        self._asking: asyncio.Task[None] | None = None
        self._shards = 0
        self._gone: list[str] = []
        self._rendered_again: set[str] = set()
        self._known: dict[str, str] = {}  # render ids and URLs; no URL: the bytes are in the store
        self._partly: dict[str, dict[str, tuple[str, ...]]] = {}  # see `Plan.partly`
        self.on_failed: Callable[[Failed, bool], None] = lambda _failed, _again: None
        """Hears of each item that failed, for the log: is it asked for again?"""

    def remember(
        self,
        memory: Memory,
        in_place: Container[str] = (),
        is_stored: Callable[[str], bool] = lambda _render_id: False,
    ) -> None:
        """Take over what is `in_place` (ids of outputs), stored or rendered already; to be called before `shards`."""
        whole = self.plan.whole(in_place)
        self._partly = self.plan.partly(in_place)
        for render_id in self.plan.renders:
            if render_id in whole:
                self._ledger.settle_skipped(render_id)
            elif is_stored(render_id):
                self._known[render_id] = ""
            elif render_id in memory.rendered:
                self._known[render_id] = memory.rendered[render_id].url

    async def run(self, engine: Run, after_each: Callable[[], None]) -> None:
        """Settle what `engine` makes of the shards, until every render is settled or the brake is pulled.

        `after_each` is called after each result. Whatever ends this, Figma is asked nothing more; to give jobs in
        flight their grace is up to the engine, when it is left.
        """
        started = time.monotonic()
        settling = asyncio.create_task(self._settle_results(engine, after_each))
        stopping = asyncio.create_task(self._brake.pulled())
        try:
            await asyncio.wait([settling, stopping], return_when=asyncio.FIRST_COMPLETED)
            if settling.done():
                settling.result()
        finally:
            tasks = [task for task in (settling, stopping, self._asking) if task]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._ledger.transfer_seconds = time.monotonic() - started

    async def _settle_results(self, engine: Run, after_each: Callable[[], None]) -> None:
        async for result in engine(self.shards()):
            self.settle(result)
            after_each()
            if self._brake.reason:
                return  # at once: as long as results are taken, the engine hands out the shards that it has

    async def shards(self) -> AsyncIterator[Shard]:
        """Give shards until every render of the plan is settled: downloads first whose URL is known.

        Figma is asked meanwhile, however busy the engine is: calls are what there is least of.
        """
        missing = [key for key in self.plan.renders if not self._ledger.is_settled(key)]
        self._queue.add(self.plan.renders[key] for key in missing if key not in self._known)
        self._close_if_settled()
        drawn: asyncio.Queue[_Rendered | None] = asyncio.Queue()
        self._asking = asking = asyncio.create_task(self._ask(drawn))
        try:
            for shard in split(self._job(key, url) for key, url in self._known.items()):
                yield self._numbered(shard)
            while (group := await drawn.get()) is not None:
                for shard in split(self._job(key, url) for key, url in group):
                    yield self._numbered(shard)
            await asking
        finally:
            asking.cancel()

    def _job(self, render_id: str, url: str) -> Job:
        return self.plan.job(render_id, url, in_place=self._partly.get(render_id, ()))

    def _numbered(self, shard: Shard) -> Shard:
        self._shards += 1
        return Shard(tuple(msgspec.structs.replace(job, shard=self._shards) for job in shard.jobs))

    async def _ask(self, ready: asyncio.Queue[_Rendered | None]) -> None:
        """Journal each answer of Figma's, settle what it will not draw, and put what it drew into `ready`."""
        try:
            async for answers in self._queue.answers():
                drawn = [(answer.render.id, answer.url) for answer in answers if isinstance(answer, Drawn)]
                now = time.time()
                self._journal.append(Rendered(key, url, now) for key, url in drawn)
                for answer in answers:
                    if isinstance(answer, NotDrawn):
                        self._settle_failed(Failed(answer.render.id, answer.failure, correlation=answer.correlation))
                self._close_if_settled()
                ready.put_nowait(drawn)
        finally:
            ready.put_nowait(None)

    def settle(self, result: JobResult) -> None:
        """Take a job's result. A render that the store no longer has is asked for again, once."""
        match result:
            case Done():
                self._ledger.settle_done(result)
                self._brake.operation(None)
            case Failed(job_id=render_id, failure=failure):
                if failure.cause == "expired_url" and render_id not in self._rendered_again:
                    self._rendered_again.add(render_id)
                    self._gone.append(render_id)
                    self.on_failed(result, True)
                else:
                    self._settle_failed(result)
                    # What comes but cannot be converted says nothing about Figma or the network.
                    self._brake.operation(None if failure.cause == "conversion" else failure)
        self._close_if_settled()

    def _settle_failed(self, failed: Failed) -> None:
        if self._brake.reason:
            return  # what the stop itself brings down is not done, rather than failed
        earlier = chain.from_iterable(self._partly.get(failed.job_id, {}).values())
        self._ledger.settle_failed(failed.job_id, failed.failure, time.time(), (*failed.placed, *earlier))
        self.on_failed(failed, False)
        self._brake.failed(failed.failure)

    def _close_if_settled(self) -> None:
        left = self._ledger.total - self._ledger.settled
        if left == len(self._gone):  # all together and last: in as few calls as possible
            self._queue.add(self.plan.renders[key] for key in self._gone)
            self._gone.clear()
        if not left:
            self._queue.close()
