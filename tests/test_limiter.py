"""The shared bucket between real processes: one block, whatever happens to those that use it."""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exfig_mp.errors import DiskError, FigmaError, StateError
from exfig_mp.leaky_bucket import LeakyBucket
from exfig_mp.limiter import Gate, Limit, Limiter, LimiterOptions, block_path, blocked
from exfig_mp.ratelimit import LOG_SIZE, Lane, Rate, Window
from tests.conformance import cases

if TYPE_CHECKING:
    from exfig_mp.waits import Wait

FAST = Rate(1000, 1.0)

SENDER = """
import asyncio, json, sys, time
from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.ratelimit import Lane, Rate
path, count, requests, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])

async def main():
    with Limiter(LimiterOptions(path, ceiling=Rate(requests, seconds))) as limiter:
        sys.stdin.readline()
        for _ in range(count):
            await limiter.acquire(Lane.TIER_1)
            print(time.monotonic(), flush=True)

asyncio.run(main())
"""

HOLDER = """
import fcntl, os, sys, time
descriptor = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "state" / "limiter.block")


@pytest.fixture
def start():
    """Start a Python process that is gone after the test, even if it was suspended."""
    processes = []

    def begin(program, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def limiter(path):
    with Limiter(LimiterOptions(path, ceiling=FAST, max_wait=30)) as one:
        yield one


@pytest.fixture
def hold(path, start):
    """Start a process that takes the block's lock and keeps it."""

    def begin():
        process = start(HOLDER, path)
        assert process.stdout.readline() == "held\n"
        return process

    return begin


def log_of(path: str) -> list[float]:
    """Return the send times that the block has for all lanes together, in order of the tickets."""
    numbers = struct.unpack(f"{Window.SIZE}d", Path(path).read_bytes()[4 * 8 :][: Window.SIZE * 8])
    count = int(numbers[0])
    log = numbers[-LOG_SIZE:]
    return [log[number % LOG_SIZE] for number in range(1, count + 1)]


def test_two_processes_together_never_exceed_the_rate_and_use_it(path, start):
    senders = [start(SENDER, path, 15, 10, 0.5) for _ in range(2)]
    for sender in senders:
        sender.stdin.write("go\n")
        sender.stdin.flush()
    printed = sorted(float(line) for sender in senders for line in sender.communicate(timeout=20)[0].split())

    log = sorted(log_of(path))
    assert len(log) == len(printed) == 30
    assert min(late - early for early, late in zip(log, log[10:], strict=False)) > 0.5
    # Three windows of ten: the last begins one second after the first. Half of the rate would take two and a half.
    assert 1.0 < log[-1] - log[0] < 2.0


def test_a_process_killed_in_the_queue_delays_the_others_by_one_slot_only(path, start):
    with Limiter(LimiterOptions(path, ceiling=Rate(1, 0.3))) as limiter:
        asyncio.run(limiter.acquire(Lane.TIER_1))
    victim = start(SENDER, path, 5, 1, 0.3)
    victim.stdin.write("go\n")
    victim.stdin.flush()
    while len(log_of(path)) < 2:  # it has its ticket, and sleeps
        time.sleep(0.01)
    victim.kill()
    victim.wait()

    begin = time.monotonic()
    with Limiter(LimiterOptions(path, ceiling=Rate(1, 0.3))) as limiter:
        asyncio.run(limiter.acquire(Lane.TIER_1))

    assert time.monotonic() - begin < 1.0


async def count_turns(seconds: float) -> int:
    """Return how often the event loop came around."""
    turns, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(0.005)
        turns += 1
    return turns


@pytest.mark.parametrize("deed", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
async def test_a_process_that_dies_with_the_lock_in_its_hands_frees_the_others(limiter, hold, deed):
    holder = hold()
    waiter = asyncio.create_task(limiter.acquire(Lane.TIER_1))
    await asyncio.wait([waiter], timeout=0.1)
    assert not waiter.done()

    holder.send_signal(deed)

    await asyncio.wait_for(waiter, 5)


@pytest.mark.parametrize("deed", ["acquire", "pause", "close_gate"])
async def test_a_suspended_lock_holder_stops_the_waiter_but_not_its_event_loop(limiter, hold, deed):
    holder = hold()
    holder.send_signal(signal.SIGSTOP)
    waiting = {
        "acquire": lambda: limiter.acquire(Lane.TIER_1),
        "pause": lambda: limiter.pause(Lane.TIER_1, 0.01),
        "close_gate": lambda: limiter.close_gate(Lane.TIER_1, Gate(0.01)),
    }[deed]()
    waiter = asyncio.create_task(waiting)

    assert await count_turns(0.2) > 5
    assert not waiter.done()
    assert limiter.pause_left(Lane.TIER_1) == 0

    holder.kill()
    await asyncio.wait_for(waiter, 5)


async def test_a_waiter_that_was_cancelled_leaves_no_lock_behind(path, limiter, hold):
    holder = hold()
    waiter = asyncio.create_task(limiter.acquire(Lane.TIER_1))
    await asyncio.sleep(0.05)

    waiter.cancel()
    await asyncio.wait([waiter])
    holder.kill()

    descriptor = os.open(path, os.O_RDWR)
    try:
        async with asyncio.timeout(5):
            while True:
                # Time enough for the thread that was left waiting to get the lock first.
                await asyncio.sleep(0.05)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                break
    finally:
        os.close(descriptor)


async def test_tasks_of_one_process_never_change_the_block_at_the_same_time(path, limiter, hold):
    holder = hold()
    waiters = [asyncio.create_task(limiter.acquire(Lane.TIER_1)) for _ in range(5)]
    waiters += [asyncio.create_task(limiter.pause(Lane.CDN, seconds)) for seconds in (0.1, 0.3, 0.2)]
    await asyncio.sleep(0.05)
    waiters[0].cancel()
    holder.kill()

    results = await asyncio.gather(*waiters, return_exceptions=True)

    assert [type(result) for result in results] == [asyncio.CancelledError] + [type(None)] * 7
    assert len(log_of(path)) == 4
    assert limiter.pause_left(Lane.CDN) > 0.2


async def test_a_pause_in_one_process_stops_the_same_tier_in_another_and_no_other_tier(path, limiter, start):
    sender = start(SENDER, path, 1, 1000, 1)
    await limiter.pause(Lane.TIER_1, 0.5)
    await limiter.pause(Lane.TIER_1, 0.1)  # a shorter one changes nothing
    paused_until = time.monotonic() + limiter.pause_left(Lane.TIER_1)
    assert limiter.pause_left(Lane.TIER_1) > 0.4

    await limiter.acquire(Lane.TIER_2)
    assert time.monotonic() < paused_until - 0.2
    sent, _ = await asyncio.to_thread(sender.communicate, "go\n", 10)

    assert float(sent) >= paused_until - 0.01
    assert limiter.pause_left(Lane.TIER_1) == 0


async def test_a_pause_that_comes_while_others_queue_stops_them_too(path):
    with Limiter(LimiterOptions(path, ceiling=Rate(1, 0.1))) as limiter:
        waiters = [asyncio.create_task(limiter.acquire(Lane.TIER_3)) for _ in range(3)]
        await asyncio.sleep(0.05)
        await limiter.pause(Lane.TIER_3, 0.5)
        until = time.monotonic() + limiter.pause_left(Lane.TIER_3)

        done, _ = await asyncio.wait(waiters, timeout=0.3)
        assert len(done) == 1
        await asyncio.gather(*waiters)

        assert time.monotonic() >= until


async def send_times(limiter: Limiter, lane: Lane, count: int) -> list[float]:
    times = []
    for _ in range(count):
        await limiter.acquire(lane)
        times.append(time.monotonic())
    return times


async def test_a_429_slows_its_tier_to_the_rate_that_it_taught(limiter):
    assert await limiter.close_gate(Lane.TIER_1, Gate(0.3)) == pytest.approx(0.5)
    until = time.monotonic() + limiter.pause_left(Lane.TIER_1)

    slow = await send_times(limiter, Lane.TIER_1, 3)
    free = await send_times(limiter, Lane.TIER_2, 3)

    assert slow[0] >= until - 0.01
    assert min(late - early for early, late in itertools.pairwise(slow)) > 0.29
    assert free[-1] - free[0] < slow[-1] - slow[0]


async def test_a_given_rate_replaces_what_429s_taught(path, limiter):
    await limiter.close_gate(Lane.TIER_1, Gate(0.3))
    with Limiter(LimiterOptions(path, ceiling=FAST, adaptive=False)) as given:
        times = await asyncio.wait_for(send_times(given, Lane.TIER_1, 6), 5)

        assert given.limits() == (Limit("all", "1000/s", "given"),)
    assert times[-1] - times[0] < 0.25


async def test_the_limits_that_hold_are_shown_with_where_they_come_from(path):
    with Limiter(LimiterOptions(path, spacings=(3.0, 0.6, 0.4))) as limiter:
        await limiter.close_gate(Lane.TIER_1, Gate(12, 6.0))

        assert limiter.limits() == (
            Limit("all", "10/s", "default"),
            Limit("Tier 1", "5.45/min", "learnt from 429s"),
            Limit("Tier 2", "100/min", "plan and seat"),
            Limit("Tier 3", "150/min", "plan and seat"),
        )


async def test_what_one_run_learnt_is_known_to_the_next(path):
    with Limiter(LimiterOptions(path)) as first:
        await first.close_gate(Lane.TIER_1, Gate(6, 6.0))

    with Limiter(LimiterOptions(path)) as second:
        assert second.limits()[1:] == (Limit("Tier 1", "10/min", "learnt from 429s"),)


async def test_a_block_of_days_stops_the_file_that_it_is_about_and_no_other(path, limiter):
    await limiter.close_gate(Lane.TIER_1, Gate(396_749, 432_000.0), "StarterFile")

    with pytest.raises(FigmaError, match="file StarterFile") as caught:
        await asyncio.wait_for(limiter.acquire(Lane.TIER_1, "StarterFile"), 1)
    assert caught.value.cause == "rate_limit"
    await asyncio.wait_for(limiter.acquire(Lane.TIER_1, "ProFile"), 1)
    await asyncio.wait_for(limiter.acquire(Lane.TIER_3, "StarterFile"), 1)
    assert len(limiter.limits()) == 1

    with Limiter(LimiterOptions(path)) as next_run, pytest.raises(FigmaError, match="396,7"):
        await asyncio.wait_for(next_run.acquire(Lane.TIER_1, "StarterFile"), 1)


async def test_a_pause_of_the_store_is_waited_for_whatever_the_user_wants_to_wait_for_figma(path):
    with Limiter(LimiterOptions(path, max_wait=0.05)) as limiter:
        await limiter.pause(Lane.CDN, 0.3)

        await asyncio.wait_for(limiter.wait_for_pause(Lane.CDN), 2)


async def test_a_retry_after_as_long_as_the_user_waits_is_waited_for(path):
    with Limiter(LimiterOptions(path, max_wait=0.3)) as limiter:
        await limiter.close_gate(Lane.TIER_1, Gate(0.3))

        await asyncio.wait_for(limiter.acquire(Lane.TIER_1), 2)


def test_a_process_that_keeps_the_lock_is_told_of_instead_of_waited_for_for_ever(path, hold, monkeypatch):
    with Limiter(LimiterOptions(path)):
        pass
    hold()
    monkeypatch.setattr("exfig_mp.block.LOCK_PATIENCE", 0.1)

    with pytest.raises(StateError, match="does not let go"):
        Limiter(LimiterOptions(path))


async def test_who_is_refused_leaves_no_ticket_behind(limiter):
    await limiter.close_gate(Lane.TIER_1, Gate(50, 50.0))
    for _ in range(20):
        with pytest.raises(FigmaError):
            await asyncio.wait_for(limiter.acquire(Lane.TIER_1), 1)

    bucket = limiter._buckets[Lane.TIER_1]
    assert bucket.reserve(time.monotonic()).slot == pytest.approx(bucket.paused_until)


async def test_a_clock_that_jumps_during_a_pause_changes_nothing(path):
    wall = [1.8e9]
    with Limiter(LimiterOptions(path), wall=lambda: wall[0]) as limiter:
        await limiter.close_gate(Lane.TIER_1, Gate(0.2, 0.0))
        for jump in (-3600, 7200):
            wall[0] += jump
            assert 0.2 < limiter.pause_left(Lane.TIER_1) < 0.45
        begin = time.monotonic()
        await limiter.acquire(Lane.TIER_1)

        assert 0.2 < time.monotonic() - begin < 10


async def test_waits_are_told_with_their_reason(path):
    told: list[Wait] = []
    with Limiter(LimiterOptions(path, ceiling=Rate(1, 0.1)), told.append) as limiter:
        await limiter.acquire(Lane.TIER_3)
        await limiter.acquire(Lane.TIER_3)
        await limiter.pause(Lane.TIER_1, 0.15)
        await limiter.acquire(Lane.TIER_1)

        assert [(wait.lane, wait.reason) for wait in told][:2] == [("all", "rate"), ("Tier 1", "pause")]
        assert limiter.waits.seconds == pytest.approx(0.25, abs=0.1)


@pytest.mark.parametrize("deed", ["acquire", "wait_for_pause"])
async def test_a_pause_longer_than_the_user_waits_ends_the_request_at_once(limiter, deed):
    await limiter.pause(Lane.TIER_1, 396_749)

    with pytest.raises(FigmaError, match="Tier 1") as caught:
        await asyncio.wait_for(getattr(limiter, deed)(Lane.TIER_1), 1)

    assert (caught.value.cause, caught.value.status, caught.value.exit_code) == ("rate_limit", 429, 75)
    assert "--resume" in caught.value.advice


async def test_a_blocked_tier_blocks_no_other(limiter):
    await limiter.pause(Lane.TIER_1, 396_749)

    await asyncio.wait_for(limiter.acquire(Lane.TIER_3), 1)
    await asyncio.wait_for(limiter.wait_for_pause(Lane.CDN), 1)


async def test_a_pause_is_still_there_for_the_next_run(path):
    with Limiter(LimiterOptions(path)) as first:
        await first.pause(Lane.TIER_1, 1000)

    with Limiter(LimiterOptions(path)) as second:
        assert 990 < second.pause_left(Lane.TIER_1) <= 1000


def test_a_reboot_forgets_send_times_and_keeps_pauses(path):
    with Limiter(LimiterOptions(path, ceiling=Rate(1, 100.0))) as limiter:
        asyncio.run(limiter.acquire(Lane.TIER_1))
        asyncio.run(limiter.pause(Lane.TIER_2, 1000))
    with Path(path).open("r+b") as block:  # as another boot left it: its monotonic clock said something else
        block.seek(8)
        block.write(struct.pack("d", 1.0))
        block.seek(-(len(Lane) - Lane.TIER_2) * LeakyBucket.SIZE * 8 + LeakyBucket._PAUSED_UNTIL * 8, os.SEEK_END)
        block.write(struct.pack("d", 10**8))

    with Limiter(LimiterOptions(path, ceiling=Rate(1, 100.0))) as limiter:
        asyncio.run(asyncio.wait_for(limiter.acquire(Lane.TIER_1), 1))
        assert 990 < limiter.pause_left(Lane.TIER_2) <= 1000


@pytest.mark.parametrize("damage", [b"", b"\xff" * 100, b"\xff" * 100_000], ids=["empty", "short", "garbage"])
def test_a_damaged_block_is_begun_anew(path, damage):
    Path(path).parent.mkdir(parents=True)
    Path(path).write_bytes(damage)

    with Limiter(LimiterOptions(path)) as limiter:
        asyncio.run(asyncio.wait_for(limiter.acquire(Lane.TIER_1), 1))
        assert [limiter.pause_left(lane) for lane in Lane] == [0] * len(Lane)


def test_the_block_is_for_its_owner_alone(path):
    with Limiter(LimiterOptions(path)):
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
        assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700


def test_the_block_is_named_by_token_and_origin_and_shows_neither():
    names = {
        block_path(token, origin, {"HOME": "/home/ann"})
        for token in ("figd_secret", "figd_other")
        for origin in ("https://api.figma.com", "http://127.0.0.1:1")
    }

    assert len(names) == 4
    assert not [name for name in names if "figd" in name or "secret" in name or "figma.com" in name]
    assert all(name.startswith("/home/ann/.local/state/exfig-mp/") for name in names)
    assert block_path("x", "y", {"HOME": "/h", "XDG_STATE_HOME": "/state"}).startswith("/state/exfig-mp/")


def test_where_the_home_cannot_be_written_to_the_temporary_folder_serves(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    with Limiter(LimiterOptions(str(tmp_path / "file" / "x.block"))):
        assert (tmp_path / f"exfig-mp-{os.getuid()}" / "x.block").is_file()


def test_where_nothing_can_be_written_the_error_says_what_to_set(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))

    with pytest.raises(DiskError, match="rate limit") as caught:
        Limiter(LimiterOptions(str(tmp_path / "file" / "x.block")))

    assert "XDG_STATE_HOME" in caught.value.advice


def test_a_symbolic_link_in_the_place_of_the_block_is_not_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "x.block").symlink_to(victim)

    with Limiter(LimiterOptions(str(tmp_path / "state" / "x.block"))):
        pass

    assert victim.read_bytes() == b"precious"


def test_a_full_disk_is_an_error_and_does_not_kill_the_process(full_disk):
    (full_disk / "fill").write_bytes(bytes(56_000))
    program = """
import asyncio, sys, tempfile
from exfig_mp.errors import DiskError
from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.ratelimit import Lane
tempfile.tempdir = sys.argv[1]
try:
    with Limiter(LimiterOptions(sys.argv[1] + "/state/x.block")) as limiter:
        asyncio.run(limiter.acquire(Lane.TIER_1))
        asyncio.run(limiter.pause(Lane.CDN, 1))
except DiskError as error:
    print(error)
"""

    ran = subprocess.run([sys.executable, "-c", program, full_disk], check=False, capture_output=True, text=True)

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "No space left" in ran.stdout
    assert sum(path.stat().st_size for path in full_disk.rglob("*.block")) == 0


def test_the_message_of_a_block_names_tier_and_end():
    error = blocked(Lane.TIER_1, 396_749)

    year = time.strftime("%Y", time.localtime(time.time() + 396_749))
    assert "Tier 1" in str(error)
    assert "396,749 s" in str(error)
    assert f"until {year}-" in str(error)


@pytest.mark.parametrize("case", cases("rate_limiter"))
async def test_conforms_to_the_shared_rate_limiter(path, case):
    given, expected = case["input"], dict(case["expected"])
    burst, rpm = given.get("burst", 10), given.get("rpm", 600)
    options = LimiterOptions(path, ceiling=Rate(burst, burst * 60 / rpm))
    counts: Counter[str] = Counter()

    async def acquire(config: str) -> None:
        await current.acquire(Lane.TIER_1)
        counts[config] += 1

    with ExitStack() as opened:
        current = opened.enter_context(Limiter(options))
        for deed, *arguments in given["steps"]:
            match deed:
                case "report_429":
                    await current.close_gate(Lane.TIER_1, Gate(*arguments))
                case "acquire":
                    await acquire(*arguments)
                case "round_robin":
                    configs, rounds = arguments
                    await asyncio.gather(*(acquire(config) for _ in range(rounds) for config in configs))
                case "clear_pause":  # what comes closest: a pause that is over at once
                    await current.pause(Lane.TIER_1, 0.0)
                case "reset" | "reset_all":  # what comes closest: a new run
                    opened.close()
                    current = opened.enter_context(Limiter(options))

        assert expected.pop("paused", False) is (current.pause_left(Lane.TIER_1) > 0)
        assert current.pause_left(Lane.TIER_1) == pytest.approx(expected.pop("retry_after", None) or 0, abs=0.5)
        assert dict(counts) == expected.pop("counts", {})
        assert sum(counts.values()) == expected.pop("total", sum(counts.values())) == len(log_of(path))
        if "max_tokens" in expected:
            assert options.ceiling.requests * 60 / options.ceiling.seconds == expected.pop("rpm")
            at_once = await passes_at_once(current)
            assert expected.pop("tokens_at_least") <= at_once <= expected.pop("max_tokens")
    assert expected.pop("pending", 0) == 0  # who waits for nothing is in no queue
    assert not expected


async def passes_at_once(limiter: Limiter) -> int:
    """Return how many requests need not wait at all."""
    passed = 0
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout(1):  # the next one has to wait for three seconds
                await limiter.acquire(Lane.TIER_1)
            passed += 1
    return passed
