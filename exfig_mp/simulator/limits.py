"""Figma's rate limits as leaky buckets, one per user, plan and tier. Pure: the clock is an argument.

The published table has three Dev/Full numbers for four plans because the cell of the Starter plan spans both seats.
"""

from __future__ import annotations

import math
from typing import Literal

from msgspec import Struct, field

Seat = Literal["view", "collab", "dev", "full"]
Tier = Literal[1, 2, 3]

_MONTHLY_LEAK = 1 / 432_000
_PAID = {
    "pro": {1: 10, 2: 25, 3: 50},
    "org": {1: 15, 2: 50, 3: 100},
    "enterprise": {1: 20, 2: 100, 3: 150},
    "student": {1: 10, 2: 25, 3: 50},
}
_FREE = {2: 5, 3: 10}
_MONTHLY_CAPACITY = 6


class Allowance(Struct, frozen=True):
    """A bucket's size, and how many requests leak out of it per second."""

    capacity: float
    leak: float


class Refusal(Struct, frozen=True):
    """Why a request is answered 429: seconds to the next slot, and what the headers say."""

    retry_after: int
    plan: str
    kind: Literal["low", "high"]


def allowance(plan: str, seat: str, tier: int) -> Allowance:
    """Return what Figma grants to `seat` on files of `plan`."""
    paid = seat in {"dev", "full"} and plan in _PAID
    if paid:
        return per_minute(_PAID[plan][tier])
    return Allowance(_MONTHLY_CAPACITY, _MONTHLY_LEAK) if tier == 1 else per_minute(_FREE[tier])


def per_minute(count: float) -> Allowance:
    """Return a bucket of `count` that is empty again after a minute."""
    return Allowance(count, count / 60)


class _Bucket(Struct):
    level: float = 0.0
    filled_at: float = 0.0


class Buckets(Struct):
    """All buckets of a simulator.

    Args:
        overrides: requests per minute by tier that replace Figma's table.
        count_rejected: whether a request that is answered 429 fills the bucket too (nobody outside Figma knows).
    """

    overrides: dict[int, float] = field(default_factory=dict)
    count_rejected: bool = False
    _buckets: dict[tuple[str, str, int], _Bucket] = field(default_factory=dict)

    def take(self, who: tuple[str, str], plan: str, tier: int, now: float) -> Refusal | None:
        """Count one request of `who` (bucket owner, seat); return None if it may pass."""
        owner, seat = who
        grant = per_minute(self.overrides[tier]) if tier in self.overrides else allowance(plan, seat, tier)
        bucket = self._buckets.setdefault((owner, plan, tier), _Bucket(filled_at=now))
        bucket.level = max(0.0, bucket.level - (now - bucket.filled_at) * grant.leak)
        bucket.filled_at = now
        # A millionth of a request is what the float loses in an hour of leaking.
        if bucket.level + 1 <= grant.capacity + 1e-6:
            bucket.level += 1
            return None
        wait = (bucket.level + 1 - grant.capacity) / grant.leak
        if self.count_rejected:
            bucket.level = min(bucket.level + 1, grant.capacity * 2)
        return Refusal(max(1, math.ceil(wait)), plan, "high" if seat in {"dev", "full"} else "low")
