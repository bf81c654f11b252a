"""Where does a worker's CPU time go for each file, and what does asking by a protocol of our own save?

The code of one worker downloads small files from nginx on the same machine, all in this process: through `http1`, and
through aiohttp, which was its way once and still is for what is odd. CPU time is taken without counting; calls, and the
shares of layers, are counted in runs of their own, in which every call costs more: so these shares are rough.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

import uvloop

from bench import bodies, nginx
from bench.guard import counting
from bench.result import Result, Table, conclude, question
from bench.scratch import scratch
from bench.timing import interleave
from exfig_mp.client import Session
from exfig_mp.download import Downloads
from exfig_mp.engines.job_loop import JobLoop
from exfig_mp.exchange import SessionOptions
from exfig_mp.hashing import identity
from exfig_mp.journal import Journal
from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.model import Done, Job
from exfig_mp.run_options import LOOPBACK
from exfig_mp.transfer import Transfer, TransferOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from bench.bodies import Bodies
    from bench.timing import Rounds
    from exfig_mp.model import JobResult

Way = Callable[[SessionOptions], Downloads | Session]
WAYS: dict[str, Way] = {"http1": Downloads, "aiohttp": Session}

_CONNECTIONS = 20
_WARM = 200  # files before those that count: then connections are open
_ELSE = "all else"
_LAYERS = {
    "XML check": ("pyexpat", "/formats.py"),
    "disk: write, rename": ("posix.", "/files.py"),
    "hash, MD5": ("xxhash", "hashlib", "/hashing.py"),
    "aiohttp and its URLs": ("/aiohttp/", "aiohttp.", "/yarl/", "yarl.", "multidict", "propcache", "/client.py"),
    "our HTTP": ("/http1.py", "/download.py", "/budget.py", "/exchange.py", "/hosts.py"),
    "jobs, journal, limiter": ("/job_loop.py", "/transfer.py", "/journal.py", "/limiter.py", "/block.py", "/log.py"),
    "event loop and its sockets": ("uvloop", "/asyncio/", "asyncio.", "_asyncio", "run_until_complete"),
}
"""Parts of what the profiler calls functions, which say where they belong; the first that fits counts."""


class Cost(NamedTuple):
    """Microseconds of CPU time that a file costs, in the mode of the user and of the kernel."""

    user: float
    system: float


@dataclass(frozen=True)
class Stage:
    """Where everything happens: our folder, and the files that a server has at `origin`."""

    root: Path
    files: Bodies
    origin: str

    @property
    def counted(self) -> int:
        """How many files count."""
        return len(self.files.names) - _WARM


def main(words: Sequence[str] | None = None) -> Result:
    """Measure, print and store."""
    parser = argparse.ArgumentParser("bench.profile", description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    asked, began = parser.parse_args(words), time.monotonic()
    if problem := nginx.missing():
        raise SystemExit(problem)
    with scratch() as name:
        root = Path(name)
        objects, state = root / "objects", root / "nginx"
        objects.mkdir()
        state.mkdir()
        files = bodies.make(objects, bodies.SMALL, asked.files + _WARM)
        with nginx.serving(state, objects) as server:
            stage = Stage(root, files, server.origins["plain"])
            rounds = interleave(
                {name: partial(_cost, stage, way) for name, way in WAYS.items()}, asked.rounds, [server.pid]
            )
            calls = {name: _calls(stage, way) for name, way in WAYS.items()}
            layers = {name: _layers(stage, way) for name, way in WAYS.items()}
    figures = {f"{name}: CPU µs a file": round(rounds.median(name, sum), 1) for name in WAYS}
    figures["aiohttp against http1"] = round(rounds.ratio("aiohttp", "http1", sum), 2)
    tables = (_costs(rounds, calls, asked.files), _shares(layers))
    return conclude(Result("profile", question(__doc__), tables, figures, others=rounds.others), began=began)


def _cost(stage: Stage, way: Way) -> Cost:
    before = after = resource.getrusage(resource.RUSAGE_SELF)

    @contextmanager
    def measured() -> Iterator[None]:
        nonlocal before, after
        before = resource.getrusage(resource.RUSAGE_SELF)
        yield
        after = resource.getrusage(resource.RUSAGE_SELF)

    _take(stage, way, measured)
    scale = 1e6 / stage.counted
    return Cost((after.ru_utime - before.ru_utime) * scale, (after.ru_stime - before.ru_stime) * scale)


def _calls(stage: Stage, way: Way) -> float:
    """Return the function calls, Python's and C's, that a file costs."""
    found: list[Counter[str]] = []
    _take(stage, way, lambda: _noting(found))
    return found[0].total() / stage.counted


@contextmanager
def _noting(found: list[Counter[str]]) -> Iterator[None]:
    with counting() as calls:
        yield
    found.append(calls)


def _layers(stage: Stage, way: Way) -> dict[str, float]:
    """Return each layer's share of the CPU time, as far as a profiler sees it."""
    profile = cProfile.Profile(time.process_time)
    _take(stage, way, lambda: profile)
    seconds: Counter[str] = Counter()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # which the standard library's types leave out
    for (path, _, function), (_, _, own, _, _) in stats.items():
        seconds[_layer(f"{path} {function}")] += own
    return {layer: seconds[layer] / seconds.total() for layer in (*_LAYERS, _ELSE)}


def _layer(function: str) -> str:
    return next((layer for layer, parts in _LAYERS.items() if any(part in function for part in parts)), _ELSE)


def _take(stage: Stage, way: Way, around: Callable[[], AbstractContextManager[object]]) -> None:
    """Download everything into a new folder, all but the first few within what `around` returns."""
    with tempfile.TemporaryDirectory(dir=stage.root) as name:
        out, size = Path(name), stage.files.size
        (out / size.name).mkdir()
        jobs = [
            Job(identity("bench", name), f"{stage.origin}/{name}", size.format, (str(out / name),))
            for name in stage.files.names
        ]
        uvloop.run(_run(out, jobs, way, around))


async def _run(out: Path, jobs: list[Job], way: Way, around: Callable[[], AbstractContextManager[object]]) -> None:
    done: asyncio.Queue[int] = asyncio.Queue()

    def hand_on(results: tuple[JobResult, ...]) -> None:
        if failed := [result for result in results if not isinstance(result, Done)]:
            raise SystemExit(f"a download failed: {failed[0]}")
        done.put_nowait(len(results))

    async with AsyncExitStack() as stack:
        journal = Journal(str(out / "journal.jsonl"))
        stack.callback(journal.close)
        limiter = stack.enter_context(Limiter(LimiterOptions(str(out / "limiter.block"))))
        options = SessionOptions(connections=_CONNECTIONS, allowed_hosts=LOOPBACK)
        # A session promises what `Downloads` does, and is taken for it.
        downloads = cast("Downloads", await stack.enter_async_context(way(options)))
        transfer = Transfer(downloads, limiter, TransferOptions(), lambda _job, _event: None)
        loop = JobLoop(transfer, journal, _CONNECTIONS, hand_on)
        stack.push_async_callback(loop.stop, 1.0)
        for part, context in ((jobs[:_WARM], nullcontext), (jobs[_WARM:], around)):
            with context():
                loop.add(part)
                left = len(part)
                while left:
                    left -= await done.get()


def _costs(rounds: Rounds[Cost], calls: dict[str, float], files: int) -> Table:
    rows = [
        (
            name,
            f"{rounds.median(name, sum):.0f}",
            *(f"{rounds.median(name, itemgetter(at)):.0f}" for at in range(2)),
            f"{calls[name]:.0f}",
            f"{rounds.ratio(name, 'http1', sum):.2f}x",
        )
        for name in WAYS
    ]
    columns = ("asked through", "CPU µs a file", "user", "kernel", "function calls a file", "CPU against http1")
    return Table(f"{files:,} small files, one worker's code, plain", columns, tuple(rows), rounds.note())


def _shares(layers: dict[str, dict[str, float]]) -> Table:
    rows = [(layer, *(f"{layers[name][layer]:.0%}" for name in WAYS)) for layer in (*_LAYERS, _ELSE)]
    note = "of the time with a profiler, which makes every call of a function dearer"
    return Table("Shares of CPU time", ("layer", *WAYS), tuple(rows), note)


if __name__ == "__main__":
    main()
