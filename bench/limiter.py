"""How well do processes share the limiter?

Real processes ask for turns as fast as they can. Found are the worst sliding second, the average, how fairly turns were
shared out, and how often a process woke up for each turn.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.result import Result, Table, conclude, question
from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.ratelimit import Lane, Rate

if TYPE_CHECKING:
    from collections.abc import Sequence


async def _take_turns(path: str, rate: Rate, begin: float, end: float) -> str:
    wakes = 0

    def count(_wait: object) -> None:
        nonlocal wakes
        wakes += 1

    with Limiter(LimiterOptions(path, ceiling=rate), count) as limiter:
        await asyncio.sleep(begin - time.monotonic())
        times = []
        while time.monotonic() < end:
            await limiter.acquire(Lane.TIER_3)
            times.append(time.monotonic())
    return f"{wakes} {' '.join(map(str, times))}"


def worst_window(times: list[float], seconds: float) -> int:
    """Return the most of the sorted `times` that fall into any sliding `seconds`."""
    worst, first = 0, 0
    for last, when in enumerate(times):
        while when - times[first] >= seconds:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


def main(words: Sequence[str] | None = None) -> Result:
    """Measure, print and store."""
    parser = argparse.ArgumentParser("bench.limiter", description=__doc__)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--rate", type=int, default=50, help="turns a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    asked, began = parser.parse_args(words), time.monotonic()
    said = _ask(asked.processes, asked.rate, asked.seconds)
    return conclude(_result(asked.rate, asked.seconds, said), began=began)


def _ask(processes: int, rate: int, seconds: float) -> list[list[str]]:
    """Let processes ask, and return what each of them says: its wake-ups, then the times of its turns."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic() + 0.5
        children = []
        for number in range(processes):
            if child := os.fork():
                children.append(child)
                continue
            text = asyncio.run(_take_turns(f"{folder}/x.block", Rate(rate, 1.0), begin, begin + seconds))
            Path(folder, f"{number}.txt").write_text(text, "ascii")
            os._exit(0)
        for child in children:
            os.waitpid(child, 0)
        return [Path(folder, f"{number}.txt").read_text("ascii").split() for number in range(processes)]


def _result(rate: int, seconds: float, said: list[list[str]]) -> Result:
    shares = [len(words) - 1 for words in said]
    times = sorted(float(word) for words in said for word in words[1:])
    mean = sum(shares) / len(said)
    unfair = max(abs(one - mean) for one in shares) / mean
    wakes = sum(int(words[0]) for words in said) / len(times)
    worst = worst_window(times, 1.0)
    rows = (
        ("turns a second", f"{len(times) / seconds:.1f}"),
        ("turns in the worst sliding second", str(worst)),
        ("fewest and most turns of a process", f"{min(shares)} and {max(shares)}"),
        ("farthest from the mean", f"{unfair:.1%}"),
        ("wake-ups for each turn", f"{wakes:.2f}"),
    )
    figures = {"worst second against the limit": worst / rate, "used of the limit": len(times) / seconds / rate}
    title = f"{len(said)} processes, {rate} turns a second allowed, {seconds:g} s"
    return Result("limiter", question(__doc__), (Table(title, ("", "found"), rows),), figures)


if __name__ == "__main__":
    main()
