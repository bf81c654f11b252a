"""How well processes share the limiter: `python bench/limiter.py [processes] [rate] [seconds]`.

Starts real processes that ask for turns as fast as they can, and prints the worst sliding second, the average, how
fairly turns were shared out, and how often a process woke up for each turn.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.ratelimit import Lane, Rate


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


def main(processes: int, rate: int, seconds: float) -> None:
    """Run, and print what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic() + 0.5
        for number in range(processes):
            if os.fork() == 0:
                text = asyncio.run(_take_turns(f"{folder}/x.block", Rate(rate, 1.0), begin, begin + seconds))
                Path(folder, f"{number}.txt").write_text(text, "ascii")
                os._exit(0)
        for _ in range(processes):
            os.wait()
        said = [Path(folder, f"{number}.txt").read_text("ascii").split() for number in range(processes)]
    shares = [len(words) - 1 for words in said]
    times = sorted(float(word) for words in said for word in words[1:])
    mean = sum(shares) / processes
    print(f"{processes} processes at {rate}/s for {seconds:g} s: {len(times)} turns, {len(times) / seconds:.1f}/s")
    print(f"worst sliding second: {worst_window(times, 1.0)}")
    print(f"shares: {shares}; farthest from the mean: {max(abs(one - mean) for one in shares) / mean:.1%}")
    print(f"wake-ups for each turn: {sum(int(words[0]) for words in said) / len(times):.2f}")


if __name__ == "__main__":
    defaults = (8, 50, 30.0)
    given = [kind(word) for kind, word in zip((int, int, float), sys.argv[1:], strict=False)]
    main(*given, *defaults[len(given) :])
