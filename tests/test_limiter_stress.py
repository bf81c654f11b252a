"""Eight real processes on one limiter: never more than the rate, hardly less, in equal shares, whoever is killed."""

from __future__ import annotations

import asyncio
import bisect
import itertools
import os
import random
import signal
import struct
import time
from typing import TYPE_CHECKING

import pytest

from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.ratelimit import Lane, Rate

if TYPE_CHECKING:
    from pathlib import Path

    from exfig_mp.waits import Wait

RATE = Rate(50, 1.0)
PROCESSES = 8


def start(folder: Path, number: int, begin: float, end: float) -> int:
    """Fork a process that takes turns from `begin` to `end` and writes each one's time down; return its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        time.sleep(max(0.0, begin - time.monotonic()))
        asyncio.run(take_turns(folder, number, end))
    finally:
        os._exit(0)


async def take_turns(folder: Path, number: int, end: float) -> None:
    waits: list[Wait] = []
    with (
        Limiter(LimiterOptions(str(folder / "x.block"), ceiling=RATE), waits.append) as limiter,
        (folder / f"{number}.turns").open("ab", buffering=0) as turns,
    ):
        while time.monotonic() < end:
            await limiter.acquire(Lane.TIER_3)
            turns.write(struct.pack("d", time.monotonic()))
    (folder / f"{number}.wakes").write_text(str(len(waits)), "ascii")


def turns_of(folder: Path) -> list[list[float]]:
    """Return each process's times; a process that is killed while it writes writes all of a time or nothing."""
    bodies = [path.read_bytes() for path in sorted(folder.glob("*.turns"))]
    return [[when for (when,) in struct.iter_unpack("d", body)] for body in bodies]


def worst_window(times: list[float]) -> int:
    """Return the most turns in any sliding second."""
    return max(bisect.bisect_left(times, when + 1.0) - first for first, when in enumerate(times))


@pytest.mark.parametrize("seconds", [6, pytest.param(30, marks=pytest.mark.slow)])
def test_processes_use_the_rate_in_equal_shares_without_polling(tmp_path, seconds):
    begin = time.monotonic() + 0.5
    children = [start(tmp_path, number, begin, begin + seconds) for number in range(PROCESSES)]
    for child in children:
        os.waitpid(child, 0)

    turns = turns_of(tmp_path)
    times = sorted(itertools.chain(*turns))
    assert worst_window(times) <= 50
    assert len(times) >= 45 * seconds
    # The first burst is shared by those that a busy machine lets come up in time.
    shares = [sum(when > begin + 1 for when in one) for one in turns]
    mean = sum(shares) / PROCESSES
    assert [share for share in shares if abs(share - mean) > 0.2 * mean] == []
    wakes = sum(int(path.read_text("ascii")) for path in tmp_path.glob("*.wakes"))
    assert wakes <= 1.3 * len(times)  # who waits is woken when it is his turn, and now and then a moment early


@pytest.mark.parametrize("kills", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_no_process_that_is_killed_holds_up_the_others(tmp_path, kills):
    dice = random.Random(kills)
    end = time.monotonic() + 600
    children = {start(tmp_path, number, 0.0, end): number for number in range(PROCESSES)}
    try:
        for number in range(PROCESSES, PROCESSES + kills):
            time.sleep(dice.uniform(0, 0.1))
            victim = dice.choice(sorted(children))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            del children[victim]
            children[start(tmp_path, number, 0.0, end)] = number
        time.sleep(1)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    times = sorted(itertools.chain(*turns_of(tmp_path)))
    assert worst_window(times) <= 50
    # A dead holder's slot is lost, at most one for each; nobody waits for anything else.
    assert len(times) >= 0.9 * (times[-1] - times[0]) * 50 - kills
    later = [when for when in times if when > times[0] + 1.1]  # a window of turns goes at once in the beginning
    assert max(late - early for early, late in itertools.pairwise(later)) < 0.5
