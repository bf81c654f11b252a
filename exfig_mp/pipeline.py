"""Between Figma's answers and the engine: renders become jobs as soon as their URL is known, results come back here.

A URL is journalled before its first download, so that no later run has to ask for it again.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from exfig_mp.journal import Rendered
from exfig_mp.model import Done, Failed
from exfig_mp.plan import split
from exfig_mp.sources.render_queue import Drawn, NotDrawn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from exfig_mp.journal import Journal, Memory
    from exfig_mp.ledger import Ledger
    from exfig_mp.model import Cause, JobResult, Shard
    from exfig_mp.plan import Plan
    from exfig_mp.sources.render_queue import RenderQueue

_NO_HOST: frozenset[Cause] = frozenset({"network", "timeout"})
"""What a remembered URL may fail with when its store has moved."""


class Pipeline:
    """Feeds one engine with the shards of one plan. `memory` is what the run that is resumed has left."""

    def __init__(self, plan: Plan, queue: RenderQueue, journal: Journal, ledger: Ledger) -> None:
        self._plan = plan
        self._queue = queue
        self._journal = journal
        self._ledger = ledger
        self._rendered_again: set[str] = set()
        self._known: dict[str, Rendered] = {}

    def remember(self, memory: Memory) -> None:
        """Take over what is in place or rendered already; to be called before `shards`."""
        for render_id, destinations in self._plan.destinations.items():
            if memory.in_place(render_id, destinations):
                self._ledger.settle_skipped(render_id)
            elif render_id in memory.rendered:
                self._known[render_id] = memory.rendered[render_id]

    async def shards(self) -> AsyncIterator[Shard]:
        """Give shards until every render of the plan is settled: downloads first whose URL is known.

        Figma is asked meanwhile, however busy the engine is: calls are what there is least of.
        """
        missing = [key for key in self._plan.renders if not self._ledger.is_settled(key)]
        self._queue.add(self._plan.renders[key] for key in missing if key not in self._known)
        self._close_if_settled()
        drawn: asyncio.Queue[list[Drawn] | None] = asyncio.Queue()
        asking = asyncio.create_task(self._ask(drawn))
        try:
            for shard in split(self._plan.job(key, record.url) for key, record in self._known.items()):
                yield shard
            while (group := await drawn.get()) is not None:
                for shard in split(self._plan.job(answer.render.id, answer.url) for answer in group):
                    yield shard
            await asking
        finally:
            asking.cancel()

    async def _ask(self, ready: asyncio.Queue[list[Drawn] | None]) -> None:
        """Journal each answer of Figma's, settle what it will not draw, and put what it drew into `ready`."""
        try:
            async for answers in self._queue.answers():
                drawn = [answer for answer in answers if isinstance(answer, Drawn)]
                now = time.time()
                self._journal.append(Rendered(answer.render.id, answer.url, now) for answer in drawn)
                for answer in answers:
                    if isinstance(answer, NotDrawn):
                        self._ledger.settle_failed(answer.render.id, answer.failure)
                self._close_if_settled()
                ready.put_nowait(drawn)
        finally:
            ready.put_nowait(None)

    def settle(self, result: JobResult) -> None:
        """Take a job's result. A render that the store no longer has is asked for again, once.

        So is one whose remembered store cannot be reached.
        """
        match result:
            case Done():
                self._ledger.settle_done(result)
            case Failed(job_id=render_id, failure=failure):
                gone = failure.cause == "expired_url" or (failure.cause in _NO_HOST and render_id in self._known)
                if gone and render_id not in self._rendered_again:
                    self._rendered_again.add(render_id)
                    self._queue.add([self._plan.renders[render_id]])
                    return
                self._ledger.settle_failed(render_id, failure)
        self._close_if_settled()

    def _close_if_settled(self) -> None:
        if self._ledger.settled == self._ledger.total:
            self._queue.close()
