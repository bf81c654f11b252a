"""A run gives up on an outage within 30 operations, and on bad luck never: simulated with dice that have seeds."""

from __future__ import annotations

import random
from itertools import repeat
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from exfig_mp.abort import COUNTED, AbortPolicy, FailureWatch, Verdict
from exfig_mp.model import Cause, Failure

FAILURE = Failure("network", "the connection broke")
MOST_IN_A_ROW = 25
"""Failures in a row that end a run with the default policy, whatever came before."""


def watch(**policy) -> FailureWatch:
    return FailureWatch(AbortPolicy(**policy))


def feed(watching: FailureWatch, outcomes, start: int = 0) -> Verdict | None:
    """Note one operation a second until there is a verdict; True is a failure."""
    for at, failed in enumerate(outcomes, start):
        watching.note(FAILURE if failed else None, float(at))
        if watching.verdict:
            break
    return watching.verdict


def chance(seed: int, rate: float, count: int):
    dice = random.Random(seed).random
    return (dice() < rate for _ in range(count))


def bursts(seed: int, rate: float, size: int, count: int):
    """Operations of which `size` in a row share one fate."""
    return (failed for fate in chance(seed, rate, count // size) for failed in repeat(fate, size))


# What must not end a run


def test_one_failure_in_ten_by_chance_ends_none_of_100_runs_of_10_000_operations():
    assert [seed for seed in range(100) if feed(watch(), chance(seed, 0.1, 10_000))] == []


def test_a_quarter_of_failures_by_chance_ends_no_run():
    assert [seed for seed in range(20) if feed(watch(), chance(seed, 0.25, 10_000))] == []


@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_tenth_that_fails_in_small_bursts_ends_no_run(size):
    assert [seed for seed in range(10) if feed(watch(), bursts(seed, 0.1, size, 10_000))] == []


@given(st.lists(st.integers(1, MOST_IN_A_ROW - 1), max_size=20))
def test_bursts_between_healthy_stretches_are_borne(sizes):
    healthy = [False] * 40
    outcomes = [failed for size in sizes for failed in [*repeat(True, size), *healthy]]

    assert feed(watch(), [*healthy, *outcomes]) is None


def test_an_alarm_is_false_after_five_successes_and_its_failures_are_forgotten():
    false_alarm = [*repeat(True, 6), *repeat(False, 5)]

    assert feed(watch(), [*false_alarm, *repeat(True, MOST_IN_A_ROW - 1)]) is None
    assert feed(watch(), [*false_alarm[:-1], *repeat(True, MOST_IN_A_ROW - 2)]) is not None


@pytest.mark.parametrize("cause", sorted(set(get_args(Cause)) - COUNTED))
def test_what_is_no_sign_of_an_outage_is_passed_over(cause):
    watching = watch()
    for at in range(1000):
        watching.note(Failure(cause, "x"), float(at))

    assert watching.verdict is None


def test_a_library_of_which_most_is_invisible_is_no_outage():
    dice, watching = random.Random(1).random, watch()
    for at in range(10_000):
        watching.note(Failure("null_render", "nothing") if dice() < 0.6 else None, float(at))

    assert watching.verdict is None


# What must end it


@given(st.lists(st.booleans(), max_size=200))
def test_a_full_outage_ends_the_run_within_25_operations_whatever_came_before(before):
    watching = watch()
    assume(feed(watching, before) is None)

    verdict = feed(watching, repeat(True, MOST_IN_A_ROW), len(before))

    assert verdict is not None
    assert verdict.kind == "failures"


@pytest.mark.parametrize("seed", range(20))
def test_a_full_outage_in_a_run_with_failures_by_chance_is_found_at_once(seed):
    before = random.Random(-seed).randrange(3000)
    watching = watch()
    feed(watching, chance(seed, 0.1, before))

    verdict = feed(watching, repeat(True, MOST_IN_A_ROW), before)

    assert verdict is not None
    assert abs(verdict.since - before) <= 5


def test_a_full_outage_after_a_healthy_stretch_is_found_at_the_25th_failure_and_dated_to_the_first():
    watching = watch()
    feed(watching, repeat(False, 100))

    assert feed(watching, repeat(True, MOST_IN_A_ROW - 1), 100) is None
    assert feed(watching, [True], 124) == Verdict(
        kind="failures",
        reason="25 of the last 25 operations failed (more than 50 % are not borne)",
        since=100.0,
        at=124.0,
        operations=25,
        failures=25,
    )


@pytest.mark.parametrize(("rate", "operations"), [(0.8, 120), (0.7, 200), (0.6, 800)])
def test_a_partial_outage_is_found_soon(rate, operations):
    assert [seed for seed in range(50) if not feed(watch(), chance(seed, rate, operations))] == []


@pytest.mark.parametrize("cause", sorted(COUNTED))
def test_every_sign_of_an_outage_counts(cause):
    watching = watch()
    for at in range(MOST_IN_A_ROW):
        watching.note(Failure(cause, "x"), float(at))

    assert watching.verdict is not None


def test_what_is_passed_over_does_not_hide_an_outage():
    watching = watch()
    for at in range(2 * MOST_IN_A_ROW):
        watching.note(Failure("null_render" if at % 2 else "server", "x"), float(at))

    assert watching.verdict is not None


def test_a_failure_before_an_outage_is_not_its_beginning_if_as_many_operations_succeeded_since():
    outcomes = [True, False, *repeat(True, 30)]

    verdict = feed(watch(), outcomes)

    assert verdict is not None
    assert (verdict.since, verdict.operations, verdict.failures) == (2.0, 24, 24)


# The policy


@given(st.integers(1, 94), st.integers(1, 50))
def test_at_any_rate_and_window_a_full_outage_is_found_once_the_window_is_over_it(rate, window):
    arming = int(rate * window / 100) + 1

    verdict = feed(watch(failure_rate=rate, window=window), repeat(True, 200))

    assert verdict is not None
    assert arming < verdict.operations <= arming + 28


@given(st.sampled_from([20, 30, 60, 80]), st.integers(0, 1000))
def test_at_any_rate_half_of_it_is_borne(rate, seed):
    assert feed(watch(failure_rate=rate), chance(seed, rate / 200, 1000)) is None


@pytest.mark.parametrize("policy", [{"failure_rate": 0}, {"failure_rate": 100}, {"failure_rate": 250}, {"window": 0}])
def test_the_check_of_failures_can_be_switched_off(policy):
    assert feed(watch(**policy), repeat(True, 1000)) is None


def test_three_crashes_within_five_minutes_end_the_run():
    watching = watch()
    for at in (1000.0, 1150.0):
        watching.crashed(at)
        assert watching.verdict is None

    watching.crashed(1300.0)

    assert watching.verdict == Verdict("crashes", "3 worker processes died within 300 s", 1000.0, 1300.0, 3, 3)


@given(st.lists(st.floats(0, 400), max_size=20), st.integers(1, 5))
def test_crashes_end_a_run_only_if_so_many_are_close_together(gaps, crashes):
    times = [sum(gaps[:count]) for count in range(1, len(gaps) + 1)]
    close = any(last - first <= 300 for first, last in zip(times, times[crashes - 1 :], strict=False))
    watching = watch(crashes=crashes)
    for at in times:
        watching.crashed(at)

    assert (watching.verdict is not None) is close


def test_a_single_crash_that_is_not_borne_is_named_as_one():
    watching = watch(crashes=1)
    watching.crashed(5.0)

    assert watching.verdict is not None
    assert watching.verdict.reason == "a worker process died within 300 s"


@pytest.mark.parametrize("policy", [{"crashes": 0}, {"crash_window": 0}])
def test_the_check_of_crashes_can_be_switched_off(policy):
    watching = watch(**policy)
    for _ in range(10):
        watching.crashed(0.0)

    assert watching.verdict is None
    assert feed(watching, repeat(True, MOST_IN_A_ROW)) is not None


def test_a_verdict_stays():
    watching = watch()
    first = feed(watching, repeat(True, MOST_IN_A_ROW))

    for at in range(100, 200):
        watching.note(None, float(at))
        watching.crashed(float(at))

    assert first is not None
    assert watching.verdict is first
