"""Figma's published rate limits (developers.figma.com/docs/rest-api/rate-limits, in force since 2025-11-17). Pure.

What counts is the plan of the team that holds the file, and the user's seat in that plan. The published table has three
columns of paid seats for four plans because the cell of the Starter plan spans both kinds of seat: a file in a Starter
team grants six renders a month, whatever the user has elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.ratelimit import Lane

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTHLY = 432_000.0
"""Seconds between two of the six Tier 1 requests that a View or Collab seat, or a Starter file, has each month."""

_TIERS = (Lane.TIER_1, Lane.TIER_2, Lane.TIER_3)
_PAID = {
    "professional": (10, 25, 50),
    "student": (10, 25, 50),
    "organization": (15, 50, 100),
    "enterprise": (20, 100, 150),
}
_FREE = (MONTHLY, 60 / 5, 60 / 10)
_HEADER_PLANS = {"pro": "professional", "org": "organization"}


def spacings(plan: str | None, seat: str | None) -> tuple[float, float, float]:
    """Return the seconds in which Figma's buckets of Tier 1, 2 and 3 leak one request; zeros if that is not known.

    Without a seat, a plan counts as its paid seats; without a plan, only View and Collab seats are known.
    """
    if plan == "starter" or seat in {"view", "collab"}:
        return _FREE
    first, second, third = _PAID.get(plan or "", (0, 0, 0))
    return (60 / first, 60 / second, 60 / third) if first else (0.0, 0.0, 0.0)


def hinted_spacing(lane: Lane, headers: Mapping[str, str]) -> float:
    """Return the spacing that the headers of a 429 speak of, 0 if they do not. Observed to be wrong at times."""
    plan, kind = headers.get("x-figma-plan-tier", ""), headers.get("x-figma-rate-limit-type", "")
    if kind not in {"low", "high"}:
        return 0.0
    known = spacings(_HEADER_PLANS.get(plan, plan), "view" if kind == "low" else "full")
    return known[_TIERS.index(lane)]
