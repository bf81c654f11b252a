"""When to ask again, and how long to wait first: pure decisions, no clock, no dice of its own."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from msgspec import Struct

TRANSIENT_STATUSES = frozenset({408, 500, 502, 503, 504})
"""Answers that the same request may well not get again."""


class RetryPolicy(Struct, frozen=True):
    """Exponential backoff: `base` seconds doubled each time, capped, spread by `jitter` (a share) both ways."""

    retries: int = 4
    base: float = 1.0
    cap: float = 30.0
    jitter: float = 0.2

    def delay(self, retry: int, dice: float) -> float:
        """Return the seconds before retry number `retry` (from 0); `dice` is a random number in [0, 1)."""
        backoff = self.cap if retry > 60 else min(self.base * 2.0**retry, self.cap)
        return backoff * (1 + self.jitter * (2 * dice - 1))

    def allows(self, retry: int) -> bool:
        """Is there a retry number `retry` (from 0)?"""
        return retry < self.retries


def parse_retry_after(text: str | None, now_wall: float) -> float | None:
    """Return the seconds that a Retry-After header asks for: a number or an HTTP date.

    Returns None if it is absent, nonsense, zero or in the past: then it says nothing, and the answer is a failure
    like others.
    """
    if text is None:
        return None
    text = text.strip()
    try:
        seconds = float(text) if text.isascii() else 0.0
    except ValueError:
        try:
            when = parsedate_to_datetime(text)  # without a zone it is in UTC, as HTTP dates are
            seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now_wall
        except (ValueError, TypeError, OverflowError):
            return None
    return seconds if 0 < seconds < 10**9 else None
