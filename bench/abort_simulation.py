"""How often does auto-abort end a healthy run, and how soon an outage?

The default policy is given failures by dice that have seeds; no time passes.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from typing import TYPE_CHECKING

from bench.result import Result, Table, conclude, question
from exfig_mp.abort import AbortPolicy, FailureWatch
from exfig_mp.model import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FAILURE = Failure("network", "the connection broke")
BY_CHANCE = 0.1
OUTAGES = (1.0, 0.8, 0.7, 0.6, 0.5)
HEALTHY_BEFORE = 500  # at most: an outage begins at any operation
PATIENCE = 5000  # operations after which an outage counts as not found


def main(words: Sequence[str] | None = None) -> Result:
    """Count false aborts of healthy runs, then operations until an outage is found; print and store."""
    parser = argparse.ArgumentParser("bench.abort_simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--operations", type=int, default=10_000)
    asked, began = parser.parse_args(words), time.monotonic()
    seeds, count = asked.seeds, asked.operations
    fewer = max(seeds // 10, 1)
    runs = [("10 % fail, each by itself", [_chance(seed, BY_CHANCE, count) for seed in range(seeds)])]
    for rate in (0.2, 0.25, 0.3, 0.35):
        dice = [_chance(seed, rate, count) for seed in range(fewer)]
        runs.append((f"{rate * 100:.0f} % fail, each by itself", dice))
    runs += [
        (f"10 % fail, {size} in a row at a time", [_bursts(seed, size, count) for seed in range(fewer)])
        for size in (2, 4, 6, 8)
    ]
    rows = [(name, f"{len(some):,}", f"{_aborted(some):,}") for name, some in runs]
    healthy = Table(f"Healthy runs of {count:,} operations", ("failures", "runs", "aborted"), tuple(rows))
    outages = tuple(_outage(rate, seeds) for rate in OUTAGES)
    columns = ("failures", "found", "median operations", "95 %", "latest")
    outage = Table(f"Outage after up to {HEALTHY_BEFORE} operations", columns, outages, f"{AbortPolicy()}")
    figures = {"healthy runs aborted": float(rows[0][2])}
    return conclude(Result("abort_simulation", question(__doc__), (healthy, outage), figures), began=began)


def _chance(seed: int, rate: float, count: int) -> Iterator[bool]:
    """Give for each operation whether it fails."""
    dice = random.Random(seed).random
    return (dice() < rate for _ in range(count))


def _bursts(seed: int, size: int, count: int) -> Iterator[bool]:
    """Let `size` operations in a row share one fate."""
    return (failed for fate in _chance(seed, BY_CHANCE, count // size) for failed in (fate,) * size)


def _ends_at(watch: FailureWatch, outcomes: Iterator[bool]) -> int | None:
    """Return the operation, from 1, at which the run is ended."""
    for number, failed in enumerate(outcomes, 1):
        watch.note(FAILURE if failed else None, float(number))
        if watch.verdict:
            return number
    return None


def _aborted(runs: list[Iterator[bool]]) -> int:
    return sum(_ends_at(FailureWatch(AbortPolicy()), run) is not None for run in runs)


def _outage(rate: float, seeds: int) -> tuple[str, ...]:
    found = []
    for seed in range(seeds):
        watch = FailureWatch(AbortPolicy())
        _ends_at(watch, _chance(-1 - seed, BY_CHANCE, random.Random(seed).randrange(HEALTHY_BEFORE)))
        if operations := _ends_at(watch, _chance(seed, rate, PATIENCE)):
            found.append(operations)
    found.sort()
    numbers = (len(found), statistics.median(found), found[int(len(found) * 0.95)], found[-1])
    return (f"{rate * 100:.0f} % fail", *(f"{number:,.0f}" for number in numbers))


if __name__ == "__main__":
    main()
