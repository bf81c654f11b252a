"""How often does auto-abort end a healthy run, and how soon an outage? The default policy, with dice that have seeds.

Usage: python bench/abort_simulation.py [seeds] [operations]
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from typing import TYPE_CHECKING

from exfig_mp.abort import AbortPolicy, FailureWatch
from exfig_mp.model import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILURE = Failure("network", "the connection broke")
BY_CHANCE = 0.1
OUTAGES = (1.0, 0.8, 0.7, 0.6, 0.5)
HEALTHY_BEFORE = 500  # at most: an outage begins at any operation
PATIENCE = 5000  # operations after which an outage counts as not found


def main() -> None:
    """Print false aborts of healthy runs, then operations until an outage is found."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    started = time.monotonic()
    print(f"{AbortPolicy()}\n\nhealthy runs of {count:,} operations       runs  aborted")
    _show_healthy("10 % fail, each by itself", [_chance(seed, BY_CHANCE, count) for seed in range(seeds)])
    fewer = max(seeds // 10, 1)
    for rate in (0.2, 0.25, 0.3, 0.35):
        _show_healthy(f"{rate * 100:.0f} % fail, each by itself", [_chance(seed, rate, count) for seed in range(fewer)])
    for size in (2, 4, 6, 8):
        runs = [_bursts(seed, size, count) for seed in range(fewer)]
        _show_healthy(f"10 % fail, {size} in a row at a time", runs)
    print(f"\noutage after up to {HEALTHY_BEFORE} operations    found  median    95 %  latest")
    for rate in OUTAGES:
        _show_outage(rate, seeds)
    print(f"\n{time.monotonic() - started:.1f} s")


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


def _show_healthy(name: str, runs: list[Iterator[bool]]) -> None:
    aborted = sum(_ends_at(FailureWatch(AbortPolicy()), run) is not None for run in runs)
    print(f"{name:37} {len(runs):8,} {aborted:8,}")


def _show_outage(rate: float, seeds: int) -> None:
    found = []
    for seed in range(seeds):
        watch = FailureWatch(AbortPolicy())
        _ends_at(watch, _chance(-1 - seed, BY_CHANCE, random.Random(seed).randrange(HEALTHY_BEFORE)))
        if operations := _ends_at(watch, _chance(seed, rate, PATIENCE)):
            found.append(operations)
    found.sort()
    median, most = statistics.median(found), found[int(len(found) * 0.95)]
    print(f"{rate * 100:3.0f} % fail {len(found):31,} {median:7,.0f} {most:7,} {found[-1]:7,}")


if __name__ == "__main__":
    main()
