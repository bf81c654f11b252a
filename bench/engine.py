"""Our downloading alone, as a program: `python -m bench.engine` with an `Order` as JSON in its argument.

It drives the real engine of worker processes: each body is verified, hashed, renamed into place and journalled, and
each result heard. What is left out is Figma's API, the plan and its report. Time is counted from when all workers are
ready, since in a run they come up while Figma is being asked, and from the start of the program too.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import uvloop

from bench.answer import Answer
from exfig_mp.engines.descriptors import raise_limit
from exfig_mp.engines.processes import Processes
from exfig_mp.engines.protocol import EngineOptions
from exfig_mp.exchange import SessionOptions
from exfig_mp.hashing import identity
from exfig_mp.limiter import LimiterOptions
from exfig_mp.model import Done, Format, Job  # msgspec reads the annotation
from exfig_mp.plan import split
from exfig_mp.run_options import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from exfig_mp.engines.protocol import Start
    from exfig_mp.model import Shard


class Order(msgspec.Struct, frozen=True):
    """What to download: lines of a URL and a path, into files of a format; what we keep goes to `state`."""

    urls: str
    format: Format
    workers: int
    connections: int
    state: str


def main() -> None:
    """Carry out the order, and print the answer."""
    started = time.monotonic()
    raise_limit()
    order = msgspec.json.decode(sys.argv[1], type=Order)
    answer = uvloop.run(_download(order, started))
    sys.stdout.write(msgspec.json.encode(answer).decode())


async def _download(order: Order, started: float) -> Answer:
    jobs = _jobs(order)
    all_ready, done, failed, ready = asyncio.Event(), 0, [], 0.0
    waited_for = order.workers

    def on_start(_: Start) -> None:
        nonlocal waited_for
        waited_for -= 1
        if not waited_for:
            all_ready.set()

    async def shards() -> AsyncIterator[Shard]:
        nonlocal ready
        await all_ready.wait()
        ready = time.monotonic()
        for shard in split(jobs):
            yield shard

    async with Processes(_options(order, on_start)) as engine:
        async for result in engine.run(shards()):
            if isinstance(result, Done):
                done += 1
            else:
                failed.append(result.failure.message)
        ended = time.monotonic()
    return Answer(ready - started, ended - ready, done, tuple(failed[:3]))


def _jobs(order: Order) -> list[Job]:
    lines = Path(order.urls).read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines)
    return [Job(identity("bench", url), url, order.format, (path,)) for url, path in pairs]


def _options(order: Order, on_start: Callable[[Start], None]) -> EngineOptions:
    return EngineOptions(
        workers=order.workers,
        journal_path=lambda name: f"{order.state}/{name}.jsonl",
        limiter=LimiterOptions(f"{order.state}/limiter.block"),
        on_retry=lambda _: None,
        on_start=on_start,
        session=SessionOptions(connections=order.connections, allowed_hosts=LOOPBACK),
    )


if __name__ == "__main__":
    main()
