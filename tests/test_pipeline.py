from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from exfig_mp.abort import AbortPolicy
from exfig_mp.brake import Brake
from exfig_mp.errors import ExfigError
from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.journal import Journal, Memory, Rendered
from exfig_mp.ledger import Ledger
from exfig_mp.model import Asset, Done, Failed, Failure, Node
from exfig_mp.pipeline import Pipeline
from exfig_mp.plan import build_plan
from exfig_mp.planned import plan_entry
from exfig_mp.sources.render_queue import Drawn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.model import Render


class Queue:
    """Stands in for the render queue: notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Render] = []
        self.closed = False

    def add(self, renders: Iterable[Render]) -> None:
        self.asked += renders

    def close(self) -> None:
        self.closed = True


@pytest.fixture(params=[False])
def parts(tmp_path, request):
    entry = Entry(
        platform="web",
        kind="icons",
        label="web.icons",
        selection=Selection(light_file="File", frame="Icons"),
        naming=Naming(style=""),
        exporter=Folder(folder="out", format="svg"),
    )
    assets = tuple(Asset(name, name, Node("File", "1", f"1:{number}")) for number, name in enumerate("ab"))
    plan = build_plan([plan_entry("app.yaml", str(tmp_path), entry, assets)])
    ledger = Ledger()
    ledger.begin(plan)
    queue: Any = Queue()
    journal = Journal(str(tmp_path / "coordinator.jsonl"))
    yield (
        Pipeline(plan, queue, journal, ledger, Brake(AbortPolicy(), fail_fast=request.param)),
        queue,
        ledger,
        tuple(plan.renders),
    )
    journal.close()


def failed(render_id: str, cause: Any) -> Failed:
    return Failed(render_id, Failure(cause, "no"))


def test_an_expired_url_is_asked_for_again_once(parts):
    pipeline, queue, ledger, (first, second) = parts

    pipeline.settle(failed(first, "expired_url"))
    pipeline.settle(Done(second, 1, "x"))
    assert [render.id for render in queue.asked] == [first]
    assert not ledger.failed
    assert not queue.closed

    pipeline.settle(failed(first, "expired_url"))
    assert set(ledger.failed) == {first}
    assert queue.closed


def test_expired_urls_are_asked_for_again_together_when_all_others_are_settled(parts):
    pipeline, queue, ledger, (first, second) = parts

    pipeline.settle(failed(first, "expired_url"))
    assert queue.asked == []

    pipeline.settle(failed(second, "expired_url"))
    assert [render.id for render in queue.asked] == [first, second]
    assert ledger.settled == 0


@pytest.mark.parametrize("cause", ["network", "timeout"])
def test_a_store_that_cannot_be_reached_costs_figma_nothing(parts, cause):
    pipeline, queue, ledger, (first, second) = parts
    pipeline.remember(Memory(rendered={first: Rendered(first, "https://away/1", time.time())}))

    pipeline.settle(failed(first, cause))
    pipeline.settle(Done(second, 1, "x"))

    assert queue.asked == []
    assert set(ledger.failed) == {first}


def test_the_queue_is_closed_when_everything_is_settled(parts):
    pipeline, queue, ledger, (first, second) = parts

    pipeline.settle(Done(first, 3, "x"))
    assert not queue.closed

    pipeline.settle(failed(second, "invalid_body"))
    assert queue.closed
    assert (ledger.settled, ledger.size) == (2, 3)


@pytest.mark.parametrize("parts", [True], indirect=True)
def test_a_run_that_fails_fast_has_one_failure_and_still_counts_what_is_done(parts):
    pipeline, _, ledger, (first, second) = parts

    pipeline.settle(failed(first, "invalid_body"))
    pipeline.settle(failed(second, "network"))
    assert set(ledger.failed) == {first}

    pipeline.settle(Done(second, 3, "x"))
    assert set(ledger.done) == {second}


class Answering(Queue):
    """A queue that has drawn everything at once, and then never comes to an end."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = False

    async def answers(self):
        try:
            yield [Drawn(render, f"https://store/{render.id}") for render in self.asked]
            await asyncio.Event().wait()
        finally:
            self.ended = True


@pytest.mark.parametrize("parts", [True], indirect=True)
async def test_a_stop_takes_no_further_result_and_gives_up_asking(parts):
    pipeline, _, ledger, (first, second) = parts
    queue: Any = Answering()
    pipeline._queue = queue
    heard = []

    async def engine(shards):
        async for shard in shards:
            for job in shard.jobs:
                yield failed(job.id, "server") if job.id == first else Done(job.id, 1, "x")

    await asyncio.wait_for(pipeline.run(engine, lambda: heard.append(ledger.settled)), 10)

    assert heard == [1]
    assert (set(ledger.failed), set(ledger.done)) == ({first}, set())
    assert queue.ended
    assert not ledger.is_settled(second)


async def test_a_failure_of_the_engine_is_the_runs_and_ends_the_asking(parts):
    pipeline, *_ = parts
    queue: Any = Answering()
    pipeline._queue = queue

    async def engine(shards):
        async for shard in shards:
            yield Done(shard.jobs[0].id, 1, "x")
            raise ExfigError("workers cannot run here")

    with pytest.raises(ExfigError, match="cannot run here"):
        await asyncio.wait_for(pipeline.run(engine, lambda: None), 10)
    assert queue.ended
