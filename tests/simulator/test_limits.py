"""Leaky buckets grant what Figma's table says, no more and no less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.simulator.limits import Buckets, allowance

ANN = ("ann", "full")
PLANS = st.sampled_from(["starter", "pro", "org", "enterprise", "student"])
SEATS = st.sampled_from(["view", "collab", "dev", "full"])
TIERS = st.sampled_from([1, 2, 3])
GAPS = st.lists(st.floats(0, 30), min_size=1, max_size=120)


@pytest.mark.parametrize(
    ("plan", "seat", "tier", "capacity"),
    [
        ("pro", "full", 1, 10),
        ("org", "dev", 1, 15),
        ("enterprise", "full", 1, 20),
        ("pro", "full", 2, 25),
        ("org", "full", 2, 50),
        ("enterprise", "dev", 2, 100),
        ("pro", "full", 3, 50),
        ("enterprise", "full", 3, 150),
        ("starter", "full", 1, 6),
        ("enterprise", "view", 1, 6),
        ("enterprise", "collab", 2, 5),
        ("starter", "full", 3, 10),
    ],
)
def test_the_table(plan, seat, tier, capacity):
    assert allowance(plan, seat, tier).capacity == capacity


@given(PLANS, SEATS, TIERS, GAPS)
def test_no_window_grants_more_than_bucket_and_leak(plan, seat, tier, gaps):
    grant, buckets, now = allowance(plan, seat, tier), Buckets(), 0.0
    granted = []

    for gap in gaps:
        now += gap
        if buckets.take(("ann", seat), plan, tier, now) is None:
            granted.append(now)

    for first, start in enumerate(granted):
        for last, end in enumerate(granted[first:], 1):
            assert last <= grant.capacity + grant.leak * (end - start) + 1e-3


@given(PLANS, SEATS, TIERS, GAPS)
def test_whoever_waits_as_told_is_let_in(plan, seat, tier, gaps):
    buckets, now = Buckets(), 0.0

    for gap in gaps:
        now += gap / 30
        refusal = buckets.take(("ann", seat), plan, tier, now)
        if refusal:
            now += refusal.retry_after
            assert buckets.take(("ann", seat), plan, tier, now) is None


@given(TIERS)
def test_users_plans_and_tiers_have_buckets_of_their_own(tier):
    buckets = Buckets()
    while buckets.take(ANN, "pro", tier, 0) is None:
        pass

    assert buckets.take(("bob", "full"), "pro", tier, 0) is None
    assert buckets.take(ANN, "enterprise", tier, 0) is None
    assert buckets.take(ANN, "pro", tier % 3 + 1, 0) is None


def test_rejected_requests_can_count():
    lenient, strict = Buckets({1: 1}), Buckets({1: 1}, count_rejected=True)
    for buckets in (lenient, strict):
        buckets.take(ANN, "pro", 1, 0)
        buckets.take(ANN, "pro", 1, 0)

    assert lenient.take(ANN, "pro", 1, 60) is None
    assert strict.take(ANN, "pro", 1, 60) is not None


def test_a_monthly_refusal_tells_days():
    buckets = Buckets()
    for _ in range(6):
        buckets.take(("vic", "view"), "pro", 1, 0)

    refusal = buckets.take(("vic", "view"), "pro", 1, 35_251.5)

    assert refusal
    assert (refusal.retry_after, refusal.kind) == (396_749, "low")
