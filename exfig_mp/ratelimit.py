"""A limit that nothing may ever exceed, such as 10/s: pure, over doubles that the caller keeps (shared memory, a list).

It is a log of send times: the request with ticket `n` may go one window after the request with ticket `n - R` went, so
that no sliding window ever holds more than R. A ticket is taken once and honoured in order (first come, first served);
whoever holds one sleeps until its slot, so nobody polls, and a holder that dies costs one slot. A queue is served
evenly at R; who comes after a rest may send R requests almost at once. Times are seconds of one monotonic clock, given
as arguments; the caller holds the lock around each call.
"""

from __future__ import annotations

import math
import re
from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import MutableSequence

    Block = MutableSequence[float] | memoryview[float]

LOG_SIZE = 2048
"""Send times that a window remembers: at most half of it is the largest R."""

_MARGIN = 0.02
"""A window is kept 2 % longer than promised: between taking a slot and Figma's clock lies a network."""

_BURST = 10
"""How much faster than R those requests may follow each other that need not wait: so a burst is shared out fairly."""

_QUEUE = 64  # tickets that may be waiting: one for each process
_EARLY = 0.002  # seconds by which a timer may wake somebody too soon

_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*(s|sec|second|min|m|minute|h|hour))?\s*", re.IGNORECASE)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


class Lane(IntEnum):
    """What requests are counted by: all of one token together, each of Figma's tiers, and downloads from the CDN."""

    ALL = 0
    TIER_1 = 1
    TIER_2 = 2
    TIER_3 = 3
    CDN = 4

    @property
    def is_tier(self) -> bool:
        """Is it one of Figma's own limits?"""
        return self not in {Lane.ALL, Lane.CDN}

    @property
    def label(self) -> str:
        """The lane's name for people."""
        return {Lane.ALL: "all", Lane.CDN: "CDN"}.get(self, f"Tier {self.value}")


class Rate(Struct, frozen=True):
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float

    def __str__(self) -> str:
        unit = {1.0: "s", 60.0: "min", 3600.0: "h"}.get(self.seconds)
        return f"{self.requests}/{unit}" if unit else f"{self.requests} in {self.seconds:g} s"


CEILING = Rate(10, 1.0)
"""What all requests of one token may do together unless the user says otherwise."""


def parse_rate(text: str) -> Rate:
    """Read "10" (per second), "10/s", "15/min" or "0.5/s" (one in two seconds).

    A fraction above one is rounded down: 2.5/s would mean three in some seconds.

    Raises:
        ValueError: if it is no such text, or not positive.
    """
    match = _RATE.fullmatch(text)
    amount = float(match[1]) if match else 0.0
    if match is None or not 0 < amount < math.inf:
        raise ValueError(f'a rate is a number per second or per minute, such as "10/s" or "15/min", not "{text}"')
    seconds = _SECONDS[(match[2] or "s")[0].lower()]
    if amount < 1:
        return Rate(1, seconds / amount)
    while amount > LOG_SIZE // 2:
        amount, seconds = amount / 10, seconds / 10
    return Rate(int(amount), seconds)


class Ticket(Struct, frozen=True):
    """A place in a queue: the `number`-th request ever, not to be sent before `slot`."""

    number: int
    slot: float


class Window:
    """At most `rate.requests` in any sliding `rate.seconds`, over `SIZE` doubles of `block` from `offset` on.

    Until a ticket's request went, the log has its slot as a negative number; who oversleeps so long that `n + R` went
    first has to take another ticket.
    """

    SIZE = 2 + LOG_SIZE
    _COUNT, _LAST, _LOG = range(3)

    def __init__(self, block: Block, offset: int, rate: Rate) -> None:
        self._block = block
        self._at = offset
        self._rate = rate

    def reserve(self, now: float) -> Ticket:
        """Take the next place in the queue."""
        block, at = self._block, self._at
        number = int(block[at + self._COUNT]) + 1
        last = min(block[at + self._LAST], self._horizon(number, now))
        slot = max(now, self._earliest(number, _MARGIN, now), last + self._pace(number, now))
        self._log(number, slot if slot <= now else -slot)
        block[at + self._LAST] = slot
        block[at + self._COUNT] = number
        return Ticket(number, slot)

    def has_lapsed(self, ticket: Ticket) -> bool:
        """Did a request go that counted on this one having gone before? Then the holder must `reserve` again."""
        count, step = int(self._block[self._at + self._COUNT]), self._rate.requests
        later = range(ticket.number + step, count + 1, step)
        return count - ticket.number >= LOG_SIZE or any(self._logged(number) >= 0 for number in later)

    def confirm(self, ticket: Ticket, now: float) -> float:
        """Return 0 and note the sending if `ticket` may go now, else the seconds still to wait."""
        wait = max(ticket.slot - _EARLY, self._earliest(ticket.number, _MARGIN / 2, now)) - now
        if wait > 0:
            return wait
        self._log(ticket.number, now)
        return 0.0

    def restart(self) -> None:
        """Forget everything: after a reboot the clock starts anew."""
        for index in range(self.SIZE):
            self._block[self._at + index] = 0.0

    def _pace(self, number: int, now: float) -> float:
        """Return the least seconds after the slot before: an R-th of a window while the window is being used up."""
        before = number - self._rate.requests
        even = self._rate.seconds * (1 + _MARGIN) / self._rate.requests
        in_use = before > 0 and not 0 <= self._logged(before) < now - 2 * self._rate.seconds
        return even if in_use else even / _BURST

    def _earliest(self, number: int, margin: float, now: float) -> float:
        """When the window of the request `R` places before `number` has passed.

        If that one is still waiting (or its holder is dead), it is counted at the earliest time that it may go; unless
        it waits for a slower run's limit: then it will find that it has lapsed.
        """
        window = gap = self._rate.seconds * (1 + margin)
        earliest, horizon = 0.0, 0.0
        for before in range(number - self._rate.requests, max(0, number - LOG_SIZE), -self._rate.requests):
            when = self._logged(before)
            if when >= 0:
                return max(earliest, when + gap)
            horizon = horizon or self._horizon(number, now)
            if -when > horizon:
                continue
            earliest = max(earliest, gap - when)
            gap += window
        return earliest

    def _horizon(self, number: int, now: float) -> float:
        """When the last of those who wait would go at this run's rate; later slots are those of slower runs."""
        waiting = sum(-self._logged(before) > now for before in range(max(1, number - _QUEUE), number))
        return now + self._rate.seconds * (1 + _MARGIN) * (2 + waiting / self._rate.requests)

    def _logged(self, number: int) -> float:
        return self._block[self._at + self._LOG + number % LOG_SIZE]

    def _log(self, number: int, when: float) -> None:
        self._block[self._at + self._LOG + number % LOG_SIZE] = when
