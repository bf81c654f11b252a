"""What the tests of engines share: jobs for the simulated store, options, and a look at the worker processes."""

from __future__ import annotations

import os
import resource
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from msgspec.structs import replace

from exfig_mp.engines.protocol import EngineOptions
from exfig_mp.exchange import SessionOptions
from exfig_mp.journal import merge
from exfig_mp.limiter import LimiterOptions
from exfig_mp.model import Done, Failed, Job
from exfig_mp.plan import split
from exfig_mp.retry import RetryPolicy
from exfig_mp.run_options import LOOPBACK
from exfig_mp.transfer import TransferOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from exfig_mp.engines.protocol import Engine
    from exfig_mp.journal import Memory
    from exfig_mp.model import JobResult, Retried, Shard


@dataclass
class Bench:
    """A folder to download into, and what an engine needs for it."""

    folder: Path
    figma: Any
    urls: tuple[str, ...]
    options: EngineOptions
    retried: list[Retried]

    def jobs(self, count: int, start: int = 0) -> list[Job]:
        return [self.job(number) for number in range(start, start + count)]

    def job(self, number: int, name: str = "") -> Job:
        path = self.folder / "out" / f"{name or number}.svg"
        return Job(name or f"job-{number}", self.urls[number % len(self.urls)], "svg", (str(path),))

    def memory(self) -> Memory:
        """Return what all journals say now."""
        return merge(path.read_bytes() for path in sorted((self.folder / "journals").glob("*.jsonl")))

    def is_durable(self, job: Job) -> bool:
        return self.memory().in_place(job.id, job.destinations) is not None

    def with_options(self, **changes: Any) -> EngineOptions:
        return replace(self.options, **changes)


async def shards_of(jobs: Iterable[Job], size: int = 4) -> AsyncIterator[Shard]:
    for shard in split(jobs, size):
        yield shard


async def run_all(engine: Engine, jobs: Iterable[Job]) -> list[JobResult]:
    async with engine:
        return [result async for result in engine.run(shards_of(jobs))]


def assert_all_done(results: list[JobResult], jobs: list[Job]) -> None:
    assert [result for result in results if isinstance(result, Failed)] == []
    assert sorted(result.job_id for result in results) == sorted(job.id for job in jobs)
    assert all(isinstance(result, Done) for result in results)
    assert all(Path(path).read_bytes().endswith(b"</svg>\n") for job in jobs for path in job.destinations)


@contextmanager
def open_files(further: int) -> Iterator[None]:
    """Let this process and its children open only so many files beside those that are open now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = sum(1 for _ in Path("/dev/fd").iterdir())
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + further, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def workers() -> set[int]:
    """Return the ids of the processes that the forkserver of this process has started and that are still there."""
    found = set()
    for child in psutil.Process(os.getpid()).children():
        if any("forkserver" in part for part in child.cmdline()):
            found |= {worker.pid for worker in child.children() if worker.status() != psutil.STATUS_ZOMBIE}
    return found


@pytest.fixture
def bench(tmp_path, library) -> Bench:
    """Jobs for the 24 icons of a store without faults."""
    return make_bench(tmp_path, library)


def make_bench(tmp_path: Path, figma: Any) -> Bench:
    nodes = [node for node in figma.ids().values() if node.startswith("551:")]
    images = figma.get(f"/v1/images/LightLibrary?ids={','.join(nodes)}&format=svg").json["images"]
    (tmp_path / "journals").mkdir()
    retried: list[Retried] = []

    def journal_path(name: str) -> str:
        number = len(list((tmp_path / "journals").iterdir()))
        return str(tmp_path / "journals" / f"{name}-{number}.jsonl")

    options = EngineOptions(
        workers=2,
        journal_path=journal_path,
        limiter=LimiterOptions(str(tmp_path / "limiter.block")),
        on_retry=retried.append,
        session=SessionOptions(connections=8, allowed_hosts=LOOPBACK),
        transfer=TransferOptions(retry=RetryPolicy(base=0.02)),
    )
    return Bench(tmp_path, figma, tuple(images[node] for node in nodes), options, retried)


@pytest.fixture
def faulty_bench(tmp_path, faulty) -> Callable[..., Bench]:
    """Jobs for a store with faults."""

    def begin(*faults: dict[str, Any], **scenario: Any) -> Bench:
        return make_bench(tmp_path, faulty(*faults, **scenario))

    return begin


@pytest.fixture(scope="session", name="run_all")
def _run_all():
    return run_all


@pytest.fixture(scope="session", name="shards_of")
def _shards_of():
    return shards_of


@pytest.fixture(scope="session", name="assert_all_done")
def _assert_all_done():
    return assert_all_done


@pytest.fixture(scope="session", name="workers")
def _workers():
    return workers


@pytest.fixture(scope="session", name="open_files")
def _open_files():
    return open_files


@pytest.fixture
def lay_down(tmp_path):
    """Write files as the kernel has them, given by their paths below a folder of this test."""

    def write(files: dict[str, str]) -> None:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return write
