"""How does downloading scale with workers: time, and memory of all processes together?

The engine of exfig-mp downloads the same small files from one nginx with 1, 2, 4 and 8 workers and as many connections
in all. Memory is PSS, where shared pages count once, measured in a run of its own.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench import bodies, nginx
from bench.peers.downloaders import Task, ours
from bench.result import Bars, Result, Table, conclude, question
from bench.scratch import scratch
from bench.timing import interleave, peak_memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.nginx import Way
    from bench.peers.downloaders import Sample
    from bench.timing import Rounds

WORKERS = (1, 2, 4, 8)
CONNECTIONS: dict[Way, int] = {"plain": 40, "tls+latency": 300}


def main(words: Sequence[str] | None = None) -> Result:
    """Measure, print and store."""
    parser = argparse.ArgumentParser("bench.scaling", description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    asked, began = parser.parse_args(words), time.monotonic()
    if problem := nginx.missing():
        raise SystemExit(problem)
    tables, figures, groups, unrest = [], {}, [], 0.0
    with scratch() as name:
        root = Path(name)
        objects, state = root / "objects", root / "nginx"
        objects.mkdir()
        state.mkdir()
        files = bodies.make(objects, bodies.SMALL, asked.files)
        with nginx.serving(state, objects) as server:
            for way in [way for way in CONNECTIONS if way in server.origins]:
                task = Task(files, server.origins[way], server.certificate, CONNECTIONS[way], root)
                clients = {ours(count).name: partial(ours(count).run, task) for count in WORKERS}
                rounds = interleave(clients, asked.rounds, [server.pid])
                unrest = max(unrest, rounds.others)
                memory = {count: _memory(task, count) for count in WORKERS}
                tables.append(_table(way, task, rounds, memory))
                eight, two = ours(8).name, ours(2).name
                figures[f"{asked.files:,} {way}, 8 against 2 workers"] = round(rounds.ratio(eight, two, _transfer), 3)
                figures[f"{asked.files:,} {way}, PSS of 8 workers"] = round(memory[8], 1)
                speeds = (round(asked.files / rounds.median(ours(count).name, _transfer)) for count in WORKERS)
                groups.append((way, tuple(speeds)))
    series = tuple(ours(count).name for count in WORKERS)
    bars = Bars(f"{asked.files:,} small files by workers", "files/s", series, tuple(groups))
    return conclude(Result("scaling", question(__doc__), tuple(tables), figures, (bars,), unrest), began=began)


def _transfer(sample: Sample) -> float:
    return sample.transfer


def _memory(task: Task, workers: int) -> float:
    with tempfile.TemporaryDirectory(dir=task.scratch) as name:
        return peak_memory(ours(workers).program(task, Path(name)))


def _table(way: Way, task: Task, rounds: Rounds[Sample], memory: dict[int, float]) -> Table:
    rows, two = [], ours(2).name
    for count in WORKERS:
        name = ours(count).name
        seconds = rounds.median(name, _transfer)
        speed, cpu = f"{len(task.bodies.names) / seconds:,.0f}", rounds.median(name, lambda one: one.cpu)
        ratio = f"{rounds.ratio(name, two, _transfer):.2f}x"
        rows.append((str(count), speed, f"{seconds:.2f}", ratio, f"{cpu:.2f}", f"{memory[count]:.0f}"))
    columns = ("workers", "files/s", "seconds", "time against 2", "CPU seconds", "PSS MB with coordinator")
    title = f"{len(task.bodies.names):,} small files, {way}, {task.connections} connections in all"
    return Table(title, columns, tuple(rows), rounds.note())


if __name__ == "__main__":
    main()
