"""What we know of Figma's bucket, against a Figma that has one: on a simulated clock."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exfig_mp.leaky_bucket import LONGEST_SPACING, LeakyBucket
from tests.queueing import DELAYS, TIMES, World

MINUTES = st.sampled_from([5, 10, 15, 20, 25, 50, 100, 150])


def leaky(known: float = 0.0, *, adaptive: bool = True) -> LeakyBucket:
    return LeakyBucket([0.0] * LeakyBucket.SIZE, known=known, adaptive=adaptive)


@dataclass
class Figma(World):
    """A World whose requests go to a leaky bucket of `capacity` a minute. It counts what it refuses."""

    queue: LeakyBucket = field(default_factory=leaky)
    random: Random = field(default_factory=lambda: Random(0))
    capacity: int = 10
    hints: bool = True
    refused: list[float] = field(default_factory=list)
    level: float = 0.0
    at: float = 0.0

    def on_send(self, now: float) -> bool:
        self.level = max(0.0, self.level - (now - self.at) * self.capacity / 60)
        self.at = now
        if self.level + 1 <= self.capacity + 1e-6:
            self.level += 1
            return True
        self.refused.append(now)
        seconds = max(1, math.ceil((self.level + 1 - self.capacity) * 60 / self.capacity))
        self.queue.learn(seconds, 60 / self.capacity if self.hints else 0.0, now, now)
        self.queue.pause(now + seconds + 0.2, now + seconds + 0.2, now)
        return False


def served_per_minute(figma: Figma) -> float:
    """Return the requests that were taken in each minute after the first burst."""
    return (len(figma.sent) - len(figma.refused) - figma.capacity) / (figma.times[-1] - figma.times[0]) * 60


@settings(deadline=None, max_examples=40)
@given(MINUTES, st.integers(1, 4))
def test_a_big_run_meets_one_429_when_its_headers_name_the_plan(capacity, processes):
    figma = Figma(capacity=capacity)

    figma.run([5.0] * processes, 4 * capacity)

    assert len(figma.refused) == 1
    assert served_per_minute(figma) > 0.93 * capacity


@settings(deadline=None, max_examples=40)
@given(st.sampled_from([5, 10, 15, 20, 25, 50]), st.integers(1, 4))
def test_without_a_hint_a_few_429s_teach_the_rate_that_is_then_used(capacity, processes):
    figma = Figma(capacity=capacity, hints=False)

    figma.run([5.0] * processes, 6 * capacity)

    # After each minute without one it tries a little more, so that a 429 comes up now and then.
    assert len(figma.refused) <= 2 + len(figma.sent) / 15
    # The first wait comes in whole seconds, which is coarse for a bucket that leaks one in 1.2.
    assert served_per_minute(figma) > 0.6 * capacity


@settings(deadline=None, max_examples=40)
@given(MINUTES, st.integers(1, 4), st.integers(0, 200))
def test_a_known_plan_meets_no_429_and_wastes_no_burst(capacity, processes, rest):
    figma = Figma(queue=leaky(60 / capacity), capacity=capacity)
    begin = 5.0
    figma.run([begin] * processes, capacity)

    assert figma.times[capacity - 2] == begin  # all but one of the bucket's places go at once

    figma.run([figma.times[-1] + rest] * processes, 2 * capacity)
    assert figma.refused == []


@settings(deadline=None, max_examples=40)
@given(MINUTES, st.integers(1, 3))
def test_a_bucket_that_somebody_else_drinks_from_too_is_slowed_further(capacity, processes):
    figma = Figma(queue=leaky(60 / (2 * capacity)), capacity=capacity)

    figma.run([5.0] * processes, 5 * capacity)

    assert 1 <= len(figma.refused) <= 4
    assert figma.queue.spacing(figma.at) > 0.9 * 60 / capacity


@settings(deadline=None)
@given(
    known=st.sampled_from([0.0, 0.4, 6.0]),
    random=st.randoms(use_true_random=False),
    arrivals=st.lists(TIMES, min_size=1, max_size=12),
    pauses=st.lists(st.tuples(TIMES, st.floats(0.1, 20.0)), max_size=3),
    delays=DELAYS,
)
def test_nothing_is_sent_while_paused_and_everything_after_it(known, random, arrivals, pauses, delays):
    class Paused(World):
        def on_send(self, now: float) -> bool:
            while ahead and now >= ahead[0][0]:
                _, length = ahead.pop(0)
                bucket.pause(now + length, 0.0, now)
                spans.append((now, now + length))
            return True

    ahead, bucket = sorted(pauses), leaky(known)
    spans: list[tuple[float, float]] = []
    world = Paused(bucket, random, delays)

    world.run(arrivals, 3)

    assert len(world.sent) == 3 * len(arrivals)
    for begin, end in spans:
        # What goes at the very moment of the pause went before it; timers may be early by two milliseconds.
        assert not [when for when in world.times if begin < when < end]


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0.001, 1000)), min_size=1))
def test_a_pause_is_never_shortened(pauses):
    one = leaky()

    for begin, length in pauses:
        one.pause(begin + length, 0.0, begin)

    assert one.paused_until == max(begin + length for begin, length in pauses)


def test_after_a_pause_those_who_wait_go_one_by_one_in_the_order_in_which_they_came():
    one = leaky(6.0)
    for _ in range(9):
        assert one.confirm(one.reserve(10.0), 10.0) == 0.0
    first, second, third = (one.reserve(10.0) for _ in range(3))
    one.pause(100.0, 0.0, 10.0)
    fourth = one.reserve(11.0)

    assert fourth.slot == pytest.approx(100 + 3 * 6.12)
    # All of them wake up at the end of the pause, the last one first.
    assert one.confirm(third, 100.0) == pytest.approx(2 * 6.12)
    assert one.confirm(second, 100.0) == pytest.approx(6.12)
    assert one.confirm(first, 100.0) == 0.0


def test_a_dead_holder_costs_one_slot_and_no_more():
    one = leaky(60.0)
    assert one.confirm(one.reserve(10.0), 10.0) == 0.0
    one.reserve(10.0)  # its holder is killed
    third = one.reserve(10.0)

    assert third.slot == pytest.approx(10 + 2 * 61.2)
    assert one.confirm(third, third.slot) == 0.0


def test_many_dead_holders_do_not_push_the_end_of_a_later_pause_away():
    one = leaky()
    for _ in range(50):
        one.reserve(10.0)
    alive = one.reserve(10.0)
    assert one.confirm(alive, 10.0) == 0.0

    one.learn(6.0, 6.0, 20.0, 20.0)
    one.pause(26.0, 26.0, 20.0)

    assert one.reserve(20.0).slot == pytest.approx(26.0)


@given(st.floats(1.0, 1e6), st.floats(1e9, 2e9), st.floats(0.0, 1e6))
def test_a_pause_outlives_a_reboot_by_its_unix_time(left, wall, down):
    one = leaky()
    one.reserve(7e6)
    one.pause(7e6 + left, wall + left, 7e6)

    one.restart(3.0, wall + down)

    assert one.paused_until == pytest.approx(3.0 + left - down if down < left else 0.0, abs=1e-3)
    assert one.reserve(3.0).number == 1


@pytest.mark.parametrize("until_wall", [float("nan"), float("inf"), 1e18])
def test_a_damaged_pause_blocks_nobody_after_a_reboot(until_wall):
    one = leaky()
    one.pause(5.0, until_wall, 1.0)

    one.restart(3.0, 1.7e9)

    assert one.paused_until == 0.0


@given(st.integers(0, 30))
def test_whoever_is_killed_in_a_restart_loses_no_pause_and_no_knowledge(writes):
    class Killed(Exception):  # noqa: N818
        pass

    class Fragile(list[float]):
        left = 10**6

        def __setitem__(self, index: Any, value: Any) -> None:
            if self.left <= 0:
                raise Killed
            self.left -= 1
            super().__setitem__(index, value)

    block = Fragile([0.0] * LeakyBucket.SIZE)
    one = LeakyBucket(block)
    for _ in range(3):
        one.confirm(one.reserve(7e6), 7e6)
    one.learn(6.0, 6.0, 7e6, 1.8e9)
    one.pause(7e6 + 100, 1.8e9 + 100, 7e6)

    block.left = writes
    with suppress(Killed):
        one.restart(3.0, 1.8e9 + 40)
    block.left = 10**6
    one.restart(5.0, 1.8e9 + 42)

    assert one.paused_until == pytest.approx(5.0 + 58)
    assert one.spacing(5.0) == 6.0
    assert one.reserve(5.0).slot == pytest.approx(63.0)


def test_a_pause_long_ago_holds_nobody_up():
    block = [0.0] * LeakyBucket.SIZE
    plain, known = LeakyBucket(block), LeakyBucket(block, known=6.0)
    plain.learn(3.0, 0.0, 100.0, 100.0)
    plain.pause(103.0, 103.0, 100.0)
    now = 103.0
    for _ in range(300):
        ticket = plain.reserve(now)
        now = max(now, ticket.slot)
        plain.confirm(ticket, now)

    # A run that knows a slower plan queues at its own rate, from a bucket that is full at worst.
    assert known.reserve(now).slot - now < 2 * 6.12


def test_what_was_learnt_outlives_a_reboot_for_a_day():
    one = leaky()
    one.learn(6.0, 0.0, 7e6, 1.8e9)

    one.restart(3.0, 1.8e9 + 86_300)
    assert one.spacing(3.0) == 6.0
    assert one.is_learnt(3.0)
    assert one.spacing(104.0) == 0.0

    one.restart(5.0, 1.8e9 + 90_000)
    assert one.spacing(5.0) == 0.0


@pytest.mark.parametrize("spacing", [float("nan"), float("inf"), -5.0, 1e9])
def test_a_damaged_spacing_is_forgotten_after_a_reboot(spacing):
    block = [0.0] * LeakyBucket.SIZE
    one = LeakyBucket(block)
    one.learn(6.0, 6.0, 10.0, 1.8e9)
    block[block.index(6.0)] = spacing

    one.restart(3.0, 1.8e9 + 10)

    assert one.spacing(3.0) == 0.0


def test_idle_time_teaches_nothing_and_takes_nothing_away():
    one = leaky()
    one.learn(6.0, 0.0, 100.0, 100.0)

    assert one.spacing(100.0 + 80_000) == 6.0
    assert one.spacing(100.0 + 86_400) == 0.0


@given(st.lists(st.floats(0.1, 60.0), min_size=1, max_size=6))
def test_the_longest_of_several_429s_within_a_moment_teaches_the_spacing(spacings):
    one = leaky()

    for spacing in spacings:
        one.learn(spacing, 0.0, 100.0, 100.0)
        one.pause(100.0 + spacing, 0.0, 100.0)

    assert one.spacing(100.0) == max(spacings)


@given(st.floats(60.001, 1e9))
def test_a_block_for_hours_teaches_no_rate(seconds):
    one = leaky()

    one.learn(seconds, 6.0, 100.0, 100.0)

    assert one.spacing(100.0) == 0.0


@pytest.mark.parametrize(
    ("seconds", "hint", "spacing"),
    [
        (3, 6.0, 6.0),  # the next place was near by chance
        (1, 0.4, 0.4),  # whole seconds, rounded up
        (20, 6.0, 19.0),  # more than the plan would ask for
        (3, 432_000.0, 3),  # a seat taken for another: no bucket by the month asks for three seconds
    ],
)
def test_the_headers_are_believed_unless_the_wait_says_more(seconds, hint, spacing):
    one = leaky()

    one.learn(seconds, hint, 100.0, 100.0)

    assert one.spacing(100.0) == spacing


def test_minutes_without_a_429_speed_a_tier_up_but_never_beyond_its_plan():
    guessed, hinted = leaky(), leaky()
    guessed.learn(6.0, 0.0, 0.0, 0.0)
    hinted.learn(9.0, 6.0, 0.0, 0.0)
    now = 0.0
    for _ in range(300):
        for one in (guessed, hinted):
            ticket = one.reserve(now)
            assert one.confirm(ticket, max(now, ticket.slot)) == 0.0
        now += 10

    assert guessed.spacing(now) < 4
    assert hinted.spacing(now) == 6.0


def test_a_limit_by_the_month_holds_nothing_back_until_figma_says_so():
    one = leaky(432_000.0)

    assert [one.reserve(10.0).slot for _ in range(7)] == [10.0] * 7
    assert one.spacing(10.0) == 0.0


def test_a_given_rate_lets_429s_pause_but_not_teach():
    one = leaky(6.0, adaptive=False)

    one.learn(6.0, 6.0, 100.0, 100.0)
    one.pause(106.0, 106.0, 100.0)

    assert one.spacing(100.0) == 0.0
    assert [one.reserve(101.0).slot for _ in range(3)] == [106.0] * 3


def test_two_buckets_of_one_block_do_not_touch_each_other():
    block = [0.0] * (2 * LeakyBucket.SIZE)
    first, second = LeakyBucket(block), LeakyBucket(block, LeakyBucket.SIZE)
    for _ in range(9):
        first.confirm(first.reserve(5.0), 5.0)
    first.learn(6.0, 6.0, 5.0, 5.0)
    first.pause(99.0, 99.0, 5.0)

    assert block[LeakyBucket.SIZE :] == [0.0] * LeakyBucket.SIZE
    assert second.paused_until == 0.0
    assert LONGEST_SPACING > first.spacing(5.0) > second.spacing(5.0) == 0.0
