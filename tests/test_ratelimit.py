"""The arithmetic of the bucket, on a simulated clock: processes that queue, oversleep, die and are paused."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exfig_mp.ratelimit import BUCKET_SIZE, LOG_SIZE, Bucket, Rate, parse_rate

if TYPE_CHECKING:
    from exfig_mp.ratelimit import Ticket

RATES = [Rate(1, 1.0), Rate(2, 1.0), Rate(3, 1.0), Rate(10, 1.0), Rate(15, 60.0), Rate(1, 6.0)]
ROUNDING = 1e-6


@dataclass
class World:
    """Processes that use one bucket just as the limiter does, in simulated time.

    A wake-up comes late by one of `delays`, and a process that sleeps with a ticket dies with the chance `deaths`.
    """

    rate: Rate
    random: Random
    delays: tuple[float, ...] = (0.0,)
    deaths: float = 0.0
    sent: list[tuple[float, int]] = field(default_factory=list)
    tickets: dict[int, Ticket] = field(default_factory=dict)

    def run(self, arrivals: list[float], requests: int, pauses: list[tuple[float, float]]) -> None:
        """Let process number i come at `arrivals[i]` to send its `requests` one after the other."""
        bucket = Bucket([0.0] * BUCKET_SIZE)
        left = dict.fromkeys(range(len(arrivals)), requests)
        agenda: list[tuple[float, int, int]] = [(at, 1, who) for who, at in enumerate(arrivals)]
        agenda += [(at, 0, number) for number, (at, _) in enumerate(pauses)]
        heapq.heapify(agenda)
        while agenda:
            now, is_process, who = heapq.heappop(agenda)
            if not is_process:
                bucket.pause(now + pauses[who][1], 0.0)
                continue
            wait = self._turn(bucket, who, now)
            if wait > 0:
                if self.random.random() >= self.deaths:
                    late = self.random.choice(self.delays)
                    heapq.heappush(agenda, (now + max(wait, ROUNDING) + late, 1, who))
                continue
            self.sent.append((now, self.tickets.pop(who).number))
            left[who] -= 1
            if left[who]:
                heapq.heappush(agenda, (now, 1, who))

    def _turn(self, bucket: Bucket, who: int, now: float) -> float:
        ticket = self.tickets.get(who)
        if ticket is None or bucket.has_lapsed(ticket, self.rate):
            ticket = self.tickets[who] = bucket.reserve(now, self.rate)
            return ticket.slot - now
        return bucket.confirm(ticket, now, self.rate)

    @property
    def times(self) -> list[float]:
        return [when for when, _ in self.sent]

    @property
    def narrowest(self) -> float:
        """The shortest time in which one request more was sent than the rate allows."""
        spans = zip(self.times, self.times[self.rate.requests :], strict=False)
        return min((late - early for early, late in spans), default=float("inf"))


TIMES = st.floats(1.0, 30.0)
PAUSES = st.lists(st.tuples(TIMES, st.floats(0.1, 20.0)), max_size=3)
DELAYS = st.sampled_from([(0.0,), (0.0, 0.0, 0.01), (0.0, 0.3), (0.0, 0.0, 1.5), (0.0, 5.0), (0.0, 70.0)])


@settings(max_examples=200, deadline=None)
@given(
    rate=st.sampled_from(RATES),
    random=st.randoms(use_true_random=False),
    arrivals=st.lists(TIMES, min_size=1, max_size=12),
    pauses=PAUSES,
    hardships=st.tuples(DELAYS, st.sampled_from([0.0, 0.05, 0.3]), st.integers(1, 6)),
)
def test_no_window_ever_sees_more_than_the_rate(rate, random, arrivals, pauses, hardships):
    delays, deaths, requests = hardships
    world = World(rate, random, delays, deaths)

    world.run(arrivals, requests, pauses)

    assert world.narrowest > rate.seconds


@settings(deadline=None)
@given(
    rate=st.sampled_from(RATES),
    random=st.randoms(use_true_random=False),
    arrivals=st.lists(TIMES, min_size=1, max_size=12),
    pauses=PAUSES,
    delays=DELAYS,
)
def test_nothing_is_sent_while_paused_and_everything_after_it(rate, random, arrivals, pauses, delays):
    world = World(rate, random, delays)

    world.run(arrivals, 3, pauses)

    assert len(world.sent) == 3 * len(arrivals)
    for begin, length in pauses:
        # What goes at the very moment of the pause went before it.
        assert not [when for when in world.times if begin < when < begin + length]


@settings(deadline=None)
@given(rate=st.sampled_from(RATES), processes=st.integers(1, 20), requests=st.integers(1, 5))
@example(rate=Rate(10, 1.0), processes=100, requests=1)
@example(rate=Rate(10, 1.0), processes=1, requests=60)
def test_a_queue_is_served_at_the_full_rate_in_order(rate, processes, requests):
    world = World(rate, Random(0))

    world.run([5.0] * processes, requests, [])

    assert len(world.sent) == processes * requests
    by_ticket = sorted(world.sent, key=lambda sent: sent[1])
    for place, (when, _) in enumerate(by_ticket):
        window = place // rate.requests
        assert 5.0 + window * rate.seconds <= when <= 5.0 + window * rate.seconds * 1.021 + ROUNDING * (window + 1)


def bucket() -> Bucket:
    return Bucket([0.0] * BUCKET_SIZE)


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), min_size=1))
def test_a_pause_is_never_shortened(pauses):
    one = bucket()

    for begin, length in pauses:
        one.pause(begin + length, 0.0)

    assert one.paused_until == max(begin + length for begin, length in pauses)


@given(st.floats(1.0, 1e6), st.floats(1e9, 2e9), st.floats(0.0, 1e6))
def test_a_pause_outlives_a_reboot_by_its_unix_time(left, wall, down):
    one = bucket()
    one.reserve(7e6, Rate(1, 1.0))
    one.pause(7e6 + left, wall + left)

    one.restart(3.0, wall + down)

    assert one.paused_until == pytest.approx(3.0 + left - down if down < left else 0.0, abs=1e-3)
    assert one.reserve(3.0, Rate(1, 1.0)).number == 1


@pytest.mark.parametrize("until_wall", [float("nan"), float("inf"), 1e18])
def test_a_damaged_pause_blocks_nobody_after_a_reboot(until_wall):
    one = bucket()
    one.pause(5.0, until_wall)

    one.restart(3.0, 1.7e9)

    assert one.paused_until == 0.0


def test_a_clock_that_started_in_1970_does_not_block_for_decades():
    one = bucket()
    one.pause(500.0, 1.8e9 + 60)

    one.restart(3.0, 12.0)

    assert one.paused_until == 0.0


def test_who_oversleeps_so_long_that_others_counted_on_it_takes_another_ticket():
    one, rate = bucket(), Rate(1, 1.0)
    one.reserve(10.0, rate)
    late, punctual = one.reserve(10.0, rate), one.reserve(10.0, rate)
    assert one.confirm(punctual, punctual.slot + 0.1, rate) == 0.0

    assert one.has_lapsed(late, rate)
    assert not one.has_lapsed(one.reserve(13.0, rate), rate)


def test_a_ticket_that_the_log_has_forgotten_has_lapsed():
    one, rate = bucket(), Rate(LOG_SIZE // 2, 1.0)
    first = one.reserve(10.0, rate)
    for _ in range(LOG_SIZE):
        one.reserve(10.0, rate)

    assert one.has_lapsed(first, rate)


def test_after_a_pause_those_who_wait_go_in_the_order_in_which_they_came():
    one, rate = bucket(), Rate(1, 1.0)
    one.reserve(10.0, rate)
    first, second, third = (one.reserve(10.0, rate) for _ in range(3))
    one.pause(100.0, 0.0)

    # All of them wake up at the end of the pause, the last one first.
    assert one.confirm(third, 100.0, rate) == pytest.approx(2 * 1.02)
    assert one.confirm(second, 100.0, rate) == pytest.approx(1.02)
    assert one.confirm(first, 100.0, rate) == 0.0
    assert not one.has_lapsed(second, rate)


def test_a_dead_holder_costs_one_slot_and_no_more():
    one, rate = bucket(), Rate(1, 1.0)
    one.reserve(10.0, rate)
    one.reserve(10.0, rate)  # its holder is killed
    third = one.reserve(10.0, rate)

    assert third.slot == pytest.approx(10 + 2 * 1.02)
    assert one.confirm(third, third.slot, rate) == 0.0


def test_buckets_of_one_block_do_not_touch_each_other():
    block = [0.0] * (2 * BUCKET_SIZE)
    first, second = Bucket(block), Bucket(block, BUCKET_SIZE)
    for _ in range(LOG_SIZE + 10):
        first.reserve(5.0, Rate(LOG_SIZE // 2, 1.0))
    first.pause(99.0, 99.0)
    first.learn(6.0, 5.0)

    assert block[BUCKET_SIZE:] == [0.0] * BUCKET_SIZE
    assert second.paused_until == 0.0


@given(st.lists(st.floats(0.1, 60.0), min_size=1, max_size=6))
def test_the_longest_of_several_429s_within_a_moment_teaches_the_spacing(spacings):
    one = bucket()

    for spacing in spacings:
        one.learn(spacing, 100.0)

    assert one.spacing(100.0) == max(spacings)


@given(st.floats(60.001, 1e9))
def test_a_block_for_hours_teaches_no_rate(seconds):
    one = bucket()

    one.learn(seconds, 100.0)

    assert one.spacing(100.0) == 0.0


@given(st.floats(0.1, 60.0), st.floats(0, 1e5), st.floats(1, 1e5))
def test_a_learnt_spacing_only_shrinks_while_nothing_new_is_learnt(spacing, after, more):
    one = bucket()
    one.learn(spacing, 100.0)

    assert 0 <= one.spacing(100.0 + after + more) < one.spacing(100.0 + after) <= spacing


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10", Rate(10, 1)),
        ("10/s", Rate(10, 1)),
        (" 15 / min ", Rate(15, 60)),
        ("15/M", Rate(15, 60)),
        ("0.5/s", Rate(5, 10)),
        ("0.5", Rate(5, 10)),
        ("1.5/minute", Rate(15, 600)),
        ("100/hour", Rate(100, 3600)),
        ("2000/s", Rate(200, 0.1)),
    ],
)
def test_rates_are_read_with_and_without_a_unit(text, rate):
    found = parse_rate(text)

    assert found.requests == rate.requests
    assert found.seconds == pytest.approx(rate.seconds)


@pytest.mark.parametrize(
    "text", ["", "0", "0.0/s", "-1", "x", "10/day", "1e3", "nan", "inf", "10//s", "10 per s", "9" * 400, "1/s/s"]
)
def test_what_is_no_rate_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="15/min"):
        parse_rate(text)


@given(st.decimals(0, 10**7, places=4), st.sampled_from(["", "/s", "/min", "/h"]))
def test_a_rate_is_never_more_than_its_text_says_and_hardly_less(amount, unit):
    promised = float(amount) / {"": 1, "/s": 1, "/min": 60, "/h": 3600}[unit]
    if not amount:
        return

    rate = parse_rate(f"{amount:f}{unit}")

    assert 1 <= rate.requests <= LOG_SIZE // 2
    assert 0.98 * promised <= rate.requests / rate.seconds <= promised * (1 + 1e-9)


@given(st.text())
def test_any_text_is_a_rate_or_a_value_error(text):
    try:
        rate = parse_rate(text)
    except ValueError:
        return

    assert rate.requests >= 1
    assert rate.seconds > 0


@pytest.mark.parametrize(
    ("rate", "text"), [(Rate(10, 1), "10/s"), (Rate(15, 60), "15/min"), (Rate(5, 10), "5 in 10 s")]
)
def test_rates_are_shown_as_they_are_written(rate, text):
    assert str(rate) == text
