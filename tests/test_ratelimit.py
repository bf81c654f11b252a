"""The arithmetic of the window, on a simulated clock: processes that queue, oversleep and die."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exfig_mp.ratelimit import LOG_SIZE, Rate, Window, parse_rate
from tests.queueing import DELAYS, ROUNDING, TIMES, World

RATES = [Rate(1, 1.0), Rate(2, 1.0), Rate(3, 1.0), Rate(10, 1.0), Rate(15, 60.0), Rate(1, 6.0)]


def window(rate: Rate) -> Window:
    return Window([0.0] * Window.SIZE, 0, rate)


def narrowest(times: list[float], requests: int) -> float:
    """Return the shortest time in which one request more was sent than the rate allows."""
    spans = zip(times, times[requests:], strict=False)
    return min((late - early for early, late in spans), default=float("inf"))


@settings(max_examples=200, deadline=None)
@given(
    rate=st.sampled_from(RATES),
    random=st.randoms(use_true_random=False),
    arrivals=st.lists(TIMES, min_size=1, max_size=12),
    hardships=st.tuples(DELAYS, st.sampled_from([0.0, 0.05, 0.3]), st.integers(1, 6)),
)
def test_no_window_ever_sees_more_than_the_rate(rate, random, arrivals, hardships):
    delays, deaths, requests = hardships
    world = World(window(rate), random, delays, deaths)

    world.run(arrivals, requests)

    assert narrowest(world.times, rate.requests) > rate.seconds


@settings(deadline=None)
@given(
    rate=st.sampled_from(RATES),
    random=st.randoms(use_true_random=False),
    arrivals=st.lists(TIMES, min_size=1, max_size=12),
    delays=DELAYS,
)
def test_every_request_goes_in_the_end(rate, random, arrivals, delays):
    world = World(window(rate), random, delays)

    world.run(arrivals, 3)

    assert len(world.sent) == 3 * len(arrivals)


@settings(deadline=None)
@given(rate=st.sampled_from(RATES), processes=st.integers(1, 20), requests=st.integers(1, 5))
@example(rate=Rate(10, 1.0), processes=100, requests=1)
@example(rate=Rate(10, 1.0), processes=1, requests=60)
def test_a_queue_is_served_evenly_at_the_full_rate_and_in_order(rate, processes, requests):
    world = World(window(rate), Random(0))

    world.run([5.0] * processes, requests)

    assert len(world.sent) == processes * requests
    assert [who.number for who in world.sent] == sorted(who.number for who in world.sent)
    even = rate.seconds * 1.02 / rate.requests
    for place, sent in enumerate(world.sent):
        # The first window's requests may go ten times as fast as the others: they are a burst after a rest.
        latest = place * even if place >= rate.requests else place * even / 10
        assert 5.0 + place // rate.requests * rate.seconds <= sent.when <= 5.0 + latest + ROUNDING * (place + 1)


@settings(deadline=None, max_examples=30)
@given(rate=st.sampled_from([Rate(10, 1.0), Rate(50, 1.0), Rate(15, 60.0)]), processes=st.integers(2, 12))
def test_processes_get_equal_shares_from_the_first_burst_on(rate, processes):
    world = World(window(rate), Random(0))

    world.run([5.0] * processes, 10)

    first = [sent.who for sent in world.sent[: 5 * processes]]
    assert all(4 <= first.count(who) <= 6 for who in range(processes))


@given(st.integers(1, 40))
def test_after_a_rest_a_burst_goes_almost_at_once(rest):
    one = window(Rate(10, 1.0))
    for start in (100.0, 102.0 + rest):
        tickets = [one.reserve(start) for _ in range(10)]

        assert [one.confirm(ticket, ticket.slot) for ticket in tickets] == [0.0] * 10
        assert tickets[-1].slot - start < 0.1


def test_who_oversleeps_so_long_that_others_counted_on_it_takes_another_ticket():
    one = window(Rate(1, 1.0))
    one.reserve(10.0)
    late, punctual = one.reserve(10.0), one.reserve(10.0)
    assert one.confirm(punctual, punctual.slot + 0.1) == 0.0

    assert one.has_lapsed(late)
    assert not one.has_lapsed(one.reserve(13.0))


def test_a_ticket_that_the_log_has_forgotten_has_lapsed():
    one = window(Rate(LOG_SIZE // 2, 1.0))
    first = one.reserve(10.0)
    for _ in range(LOG_SIZE):
        one.reserve(10.0)

    assert one.has_lapsed(first)


def test_a_dead_holder_costs_one_slot_and_no_more():
    one = window(Rate(1, 1.0))
    one.reserve(10.0)
    one.reserve(10.0)  # its holder is killed
    third = one.reserve(10.0)

    assert third.slot == pytest.approx(10 + 2 * 1.02)
    assert one.confirm(third, third.slot) == 0.0


def test_two_windows_of_one_block_do_not_touch_each_other():
    block = [0.0] * (2 * Window.SIZE)
    first = Window(block, 0, Rate(LOG_SIZE // 2, 1.0))
    for _ in range(LOG_SIZE + 10):
        first.reserve(5.0)

    assert block[Window.SIZE :] == [0.0] * Window.SIZE


def test_after_a_reboot_nothing_is_left_of_the_log():
    block = [0.0] * Window.SIZE
    one = Window(block, 0, Rate(1, 1.0))
    one.reserve(7e6)

    one.restart()

    assert block == [0.0] * Window.SIZE
    assert one.reserve(3.0).slot == 3.0


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10", Rate(10, 1)),
        ("10/s", Rate(10, 1)),
        (" 15 / min ", Rate(15, 60)),
        ("15/M", Rate(15, 60)),
        ("0.5/s", Rate(1, 2)),
        ("0.5", Rate(1, 2)),
        ("2.5/minute", Rate(2, 60)),
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
def test_a_rate_is_never_more_than_its_text_says_in_any_window_of_its_unit(amount, unit):
    seconds = {"": 1, "/s": 1, "/min": 60, "/h": 3600}[unit]
    if not amount:
        return

    rate = parse_rate(f"{amount:f}{unit}")

    assert 1 <= rate.requests <= LOG_SIZE // 2
    # The most that a window of the unit can hold: whole windows of the rate, and one that has begun.
    most = rate.requests * math.ceil(seconds / rate.seconds * (1 - 1e-9))
    assert most <= max(1, amount)
    assert rate.requests / rate.seconds > 0.49 * float(amount) / seconds


def test_a_slower_runs_place_in_the_queue_does_not_hold_up_a_faster_one():
    block = [0.0] * Window.SIZE
    slow, fast = Window(block, 0, Rate(1, 60.0)), Window(block, 0, Rate(10, 1.0))
    assert slow.confirm(slow.reserve(100.0), 100.0) == 0.0
    waiting = slow.reserve(100.0)
    assert waiting.slot == pytest.approx(161.2)

    now = 100.0
    for _ in range(40):
        ticket = fast.reserve(now)
        now = max(now, ticket.slot)
        now += fast.confirm(ticket, now)

    assert now < 109  # a moment for the place that it may have kept, and then its own rate
    assert slow.has_lapsed(waiting)


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
