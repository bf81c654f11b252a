"""Figma's table of rate limits: by plan and seat as the user knows them, and as the headers of a 429 name them."""

from __future__ import annotations

import pytest

from exfig_mp.ratelimit import Lane
from exfig_mp.sources.figma_limits import MONTHLY, hinted_spacing, spacings


@pytest.mark.parametrize(
    ("plan", "seat", "per_minute"),
    [
        ("professional", "full", (10, 25, 50)),
        ("student", "dev", (10, 25, 50)),
        ("organization", None, (15, 50, 100)),
        ("enterprise", "full", (20, 100, 150)),
        ("enterprise", "view", (60 / MONTHLY, 5, 10)),
        ("starter", "full", (60 / MONTHLY, 5, 10)),
        (None, "collab", (60 / MONTHLY, 5, 10)),
    ],
)
def test_plan_and_seat_say_what_is_allowed(plan, seat, per_minute):
    assert [60 / seconds for seconds in spacings(plan, seat)] == pytest.approx(per_minute)


@pytest.mark.parametrize(("plan", "seat"), [(None, None), (None, "full"), ("future", "dev")])
def test_what_is_not_known_holds_nothing_back(plan, seat):
    assert spacings(plan, seat) == (0, 0, 0)


@pytest.mark.parametrize(
    ("plan", "kind", "lane", "seconds"),
    [
        ("pro", "high", Lane.TIER_1, 6.0),
        ("org", "high", Lane.TIER_2, 1.2),
        ("enterprise", "high", Lane.TIER_3, 0.4),
        ("pro", "low", Lane.TIER_1, MONTHLY),
        ("starter", "low", Lane.TIER_3, 6.0),
        ("pro", "", Lane.TIER_1, 0.0),
        ("", "high", Lane.TIER_1, 0.0),
        ("", "low", Lane.TIER_2, 12.0),
    ],
)
def test_the_headers_of_a_429_are_a_hint(plan, kind, lane, seconds):
    headers = {"x-figma-plan-tier": plan, "x-figma-rate-limit-type": kind}

    assert hinted_spacing(lane, {name: value for name, value in headers.items() if value}) == seconds
