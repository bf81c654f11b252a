"""Waits are told before they begin, and counted by lane and reason; those at the same time count once in the sum."""

from __future__ import annotations

import pytest

from exfig_mp.waits import Wait, Waits

TIER_1 = Wait("Tier 1", "rate", 6.0)
PAUSE = Wait("Tier 1", "pause", 30.0)


def test_waits_at_the_same_time_are_one_in_seconds_and_two_in_the_totals():
    now = [100.0]
    told: list[Wait] = []
    waits = Waits(lambda: now[0], told.append)

    with waits.waiting(TIER_1):
        now[0] += 2
        with waits.waiting(PAUSE):
            assert told == [TIER_1, PAUSE]
            now[0] += 3
    now[0] += 50
    with waits.waiting(TIER_1):
        now[0] += 1

    assert waits.seconds == 6.0
    totals = {key: (total.count, total.seconds) for key, total in waits.totals.items()}
    assert totals == {("Tier 1", "rate"): (2, 6.0), ("Tier 1", "pause"): (1, 3.0)}


def test_a_wait_that_is_cut_short_counts_as_long_as_it_was():
    now = [0.0]
    waits = Waits(lambda: now[0], lambda _: None)

    def end_early() -> None:
        with waits.waiting(PAUSE):
            now[0] = 4.0
            raise TimeoutError

    with pytest.raises(TimeoutError):
        end_early()

    assert waits.seconds == 4.0
    assert waits.totals["Tier 1", "pause"].seconds == 4.0
