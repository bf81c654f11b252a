"""How many files a second are put in place, beside programs that only download?

Ours is the full engine: each body verified, hashed, renamed into place and journalled, each result heard. All download
the same files from one nginx on loopback, over as many connections; rounds are interleaved, figures are medians, ratios
medians of each round's ratio. aria2c varies so much with latency that its best round counts.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from bench import bodies, nginx
from bench.peers.downloaders import AIOHTTP, ARIA2, CURL, PEERS, WGET2, Task, ours, versions
from bench.result import Bars, Result, Table, conclude, question
from bench.scratch import scratch
from bench.timing import interleave

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.bodies import Size
    from bench.nginx import Server, Way
    from bench.peers.downloaders import Downloader, Sample
    from bench.timing import Rounds

WORKERS = 2
FEW, MANY = 20, 300
"""Connections without latency, where curl has its best with 20, and with it."""


@dataclass(frozen=True)
class Case:
    """Files to download in one way; `peers` are named where not all take part."""

    name: str
    size: Size
    count: int
    ways: tuple[Way, ...]
    peers: tuple[Downloader, ...] = PEERS
    connections: int = 0

    def over(self, way: Way) -> int:
        """Return how many connections everybody has."""
        return self.connections or (MANY if "latency" in way else FEW)


CASES = (
    Case("small", bodies.SMALL, 5000, ("plain", "tls", "tls+latency")),
    Case("many", bodies.SMALL, 20_000, ("plain",), (CURL, ARIA2)),
    Case("medium", bodies.MEDIUM, 2000, ("plain", "tls", "tls+latency"), (CURL, ARIA2, WGET2)),
    Case("large", bodies.LARGE, 40, ("plain", "tls"), (CURL, ARIA2, WGET2, AIOHTTP), connections=10),
)


@dataclass(frozen=True)
class Stage:
    """Where everything happens."""

    root: Path
    server: Server
    files: bodies.Bodies


def main(words: Sequence[str] | None = None) -> Result:
    """Measure, print and store."""
    parser = argparse.ArgumentParser("bench.throughput", description=__doc__)
    parser.add_argument("--cases", nargs="*", default=[case.name for case in CASES])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", type=float, default=1.0, help="of the usual number of files")
    asked, began = parser.parse_args(words), time.monotonic()
    if problem := nginx.missing():
        raise SystemExit(problem)
    found = [_case(case, asked.rounds, asked.part) for case in CASES if case.name in asked.cases]
    tables = tuple(table for part in found for table in part.tables)
    figures = {name: figure for part in found for name, figure in part.figures.items()}
    bars = tuple(bars for part in found for bars in part.bars)
    unrest = max((part.others for part in found), default=0.0)
    result = Result("throughput", question(__doc__), tables, figures, bars, unrest)
    return conclude(result, began=began, peers=versions())


def _case(case: Case, rounds: int, part: float) -> Result:
    """Measure one kind of file in all its ways; what was found says so at once."""
    tables: list[Table] = []
    figures: dict[str, float] = {}
    speeds: dict[Way, dict[str, float]] = {}
    unrest = 0.0
    with _stage(case, part) as stage:
        for way in case.ways:
            if way not in stage.server.origins:
                tables.append(Table(f"{case.size.name} files, {way}", ("left out",), (("nginx has no echo module",),)))
                continue
            measured = _measure(stage, case, way, rounds)
            tables.append(_table(stage, case, way, measured))
            unrest = max(unrest, measured.others)
            figures |= _figures(case, len(stage.files.names), way, measured)
            speeds[way] = _speeds(stage, case, measured)
            print(f"done: {tables[-1].title}; {tables[-1].note}", flush=True)
    clients = tuple(dict.fromkeys(name for speed in speeds.values() for name in speed))
    groups = tuple((way, tuple(speed.get(name) for name in clients)) for way, speed in speeds.items())
    unit = "MB/s" if case.size is bodies.LARGE else "files/s"
    bars = Bars(f"{len(stage.files.names):,} {case.size.name} files", unit, clients, groups)
    return Result(case.name, "", tuple(tables), figures, (bars,) if groups else (), unrest)


@contextlib.contextmanager
def _stage(case: Case, part: float) -> Iterator[Stage]:
    with scratch() as folder:
        root = Path(folder)
        objects, state = root / "objects", root / "nginx"
        objects.mkdir()
        state.mkdir()
        files = bodies.make(objects, case.size, max(1, round(case.count * part)))
        with nginx.serving(state, objects) as server:
            yield Stage(root, server, files)


def _clients(case: Case) -> list[Downloader]:
    return [ours(WORKERS), *(peer for peer in case.peers if not peer.problem)]


def _measure(stage: Stage, case: Case, way: Way, rounds: int) -> Rounds[Sample]:
    task = Task(stage.files, stage.server.origins[way], stage.server.certificate, case.over(way), stage.root)
    clients = {client.name: partial(client.run, task) for client in _clients(case)}
    for client in clients.values():
        client()  # files are read, programs loaded
    return interleave(clients, rounds, [stage.server.pid])


def _table(stage: Stage, case: Case, way: Way, rounds: Rounds[Sample]) -> Table:
    count, megabytes = len(stage.files.names), stage.files.megabytes
    rows = [_row(name, rounds, count, megabytes) for name in rounds.samples]
    rows += [(peer.name, peer.problem, "", "", "", "", "") for peer in case.peers if peer.problem]
    title = f"{count:,} {case.size.name} files ({megabytes:,.1f} MB), {way}, {case.over(way)} connections"
    columns = ("client", "files/s", "MB/s", "seconds", "of whole program", "CPU seconds", "ours against it")
    return Table(title, columns, tuple(rows), rounds.note())


def _row(name: str, rounds: Rounds[Sample], count: int, megabytes: float) -> tuple[str, ...]:
    whole, transfer, cpu = (rounds.median(name, value) for value in (itemgetter(0), itemgetter(1), itemgetter(2)))
    own = ours(WORKERS).name
    ratio = "" if name == own else f"{rounds.ratio(name, own, lambda one: one.transfer):.2f}x"
    speed = (f"{count / transfer:,.0f}", f"{megabytes / transfer:,.1f}")
    return (name, *speed, f"{transfer:.2f}", f"{whole:.2f}", f"{cpu:.2f}", ratio)


def _speeds(stage: Stage, case: Case, rounds: Rounds[Sample]) -> dict[str, float]:
    work = stage.files.megabytes if case.size is bodies.LARGE else len(stage.files.names)
    return {name: round(work / rounds.median(name, lambda one: one.transfer), 1) for name in rounds.samples}


def _figures(case: Case, count: int, way: Way, rounds: Rounds[Sample]) -> dict[str, float]:
    """Return how many times as fast ours is as each peer, by its program's name."""
    own, found = ours(WORKERS).name, {}
    for name in rounds.samples.keys() - {own}:
        ratio = rounds.ratio(name, own, lambda one: one.transfer)
        if name == ARIA2.name:
            best = min(one.transfer for one in rounds.samples[name])
            ratio = best / rounds.median(own, lambda one: one.transfer)
        found[f"{count:,} {case.size.name} {way} {name.split()[0]}"] = round(ratio, 3)
    return found


if __name__ == "__main__":
    main()
