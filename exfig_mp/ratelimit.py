"""The arithmetic of the token bucket: pure, over a block of doubles that its caller keeps (shared memory, or a list).

A bucket is a log of send times. The request with ticket `n` may go one window after the request with ticket
`n - R` went, so that no sliding window ever holds more than R, and a queue is served at R all the same. A ticket is
taken once and honoured in order (first come, first served); whoever holds one sleeps until its slot, so nobody polls.
Until it went, the log has its slot as a negative number; who oversleeps so long that `n + R` went first has to take
another ticket. Times are seconds of one monotonic clock, given as arguments.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import MutableSequence

    Block = MutableSequence[float] | memoryview[float]

LOG_SIZE = 2048
"""Send times that a bucket remembers: at most half of it is the largest R."""

_COUNT, _PAUSED_UNTIL, _PAUSED_UNTIL_WALL, _SPACING, _LEARNT_AT, _LOG = range(6)
BUCKET_SIZE = _LOG + LOG_SIZE
"""Doubles that one bucket needs."""

_LONGEST_PAUSE = 1e9  # seconds; what claims to be longer is a clock that was wrong, or damage
_MARGIN = 0.02
"""A window is kept 2 % longer than promised: between taking a slot and Figma's clock lies a network."""

_LONGEST_SPACING = 60.0
"""Seconds: a longer Retry-After is a block, and says nothing about a rate."""

_RECOVERY = 0.95
"""What is left of a learnt spacing after each clean minute."""

_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*(s|sec|second|min|m|minute|h|hour))?\s*", re.IGNORECASE)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float

    def __str__(self) -> str:
        unit = {1.0: "s", 60.0: "min", 3600.0: "h"}.get(self.seconds)
        return f"{self.requests}/{unit}" if unit else f"{self.requests} in {self.seconds:g} s"


CEILING = Rate(10, 1.0)
"""What all requests of one token may do together unless the user says otherwise."""


def parse_rate(text: str) -> Rate:
    """Read "10" (per second), "10/s", "15/min" or "0.5/s".

    Raises:
        ValueError: if it is no such text, or not positive.
    """
    match = _RATE.fullmatch(text)
    amount = float(match[1]) if match else 0.0
    if match is None or not 0 < amount < math.inf:
        raise ValueError(f'a rate is a number per second or per minute, such as "10/s" or "15/min", not "{text}"')
    seconds = _SECONDS[(match[2] or "s")[0].lower()]
    while amount < 1 or (amount != int(amount) and amount * 10 <= LOG_SIZE // 2):
        amount, seconds = amount * 10, seconds * 10
    while amount > LOG_SIZE // 2:
        amount, seconds = amount / 10, seconds / 10
    return Rate(int(amount), seconds)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in a bucket's queue: the `number`-th request ever, not to be sent before `slot`."""

    number: int
    slot: float


class Bucket:
    """One bucket over `BUCKET_SIZE` doubles of `block` from `offset` on. The caller holds the lock around each call."""

    def __init__(self, block: Block, offset: int = 0) -> None:
        self._block = block
        self._at = offset

    def reserve(self, now: float, rate: Rate) -> Ticket:
        """Take the next place in the queue."""
        number = int(self._block[self._at + _COUNT]) + 1
        slot = max(now, self.paused_until, self._earliest(number, rate))
        self._block[self._at + _COUNT] = number
        self._log(number, slot if slot <= now else -slot)
        return Ticket(number, slot)

    def has_lapsed(self, ticket: Ticket, rate: Rate) -> bool:
        """Did a request go that counted on this one having gone before? Then the holder must `reserve` again."""
        count = int(self._block[self._at + _COUNT])
        later = range(ticket.number + rate.requests, count + 1, rate.requests)
        return count - ticket.number >= LOG_SIZE or any(self._logged(number) >= 0 for number in later)

    def confirm(self, ticket: Ticket, now: float, rate: Rate) -> float:
        """Return 0 and note the sending if `ticket` may go now, else the seconds still to wait."""
        wait = max(self.paused_until, self._earliest(ticket.number, rate)) - now
        if wait > 0:
            return wait
        self._log(ticket.number, now)
        return 0.0

    def pause(self, until: float, until_wall: float) -> None:
        """Let nothing go before `until` (`until_wall` says the same in Unix time). Never shortens a pause."""
        if until > self.paused_until:
            self._block[self._at + _PAUSED_UNTIL] = until
            self._block[self._at + _PAUSED_UNTIL_WALL] = until_wall

    def learn(self, spacing: float, now: float) -> None:
        """Note that Figma had its next slot after `spacing` seconds: its bucket leaks one request in that time.

        A shorter spacing than the one that holds changes nothing: the slot may have been near by chance.
        """
        if self.spacing(now) <= spacing <= _LONGEST_SPACING:
            self._block[self._at + _SPACING] = spacing
            self._block[self._at + _LEARNT_AT] = now

    def spacing(self, now: float) -> float:
        """Return the seconds between two requests that were learnt; they shrink with the time that nothing was."""
        minutes = max(0.0, now - self._block[self._at + _LEARNT_AT]) / 60
        left: float = _RECOVERY**minutes
        return self._block[self._at + _SPACING] * left

    def restart(self, now: float, now_wall: float) -> None:
        """Forget the log after a reboot, when its clock means nothing any more; a pause is kept by its Unix time."""
        until_wall = self._block[self._at + _PAUSED_UNTIL_WALL]
        for index in range(BUCKET_SIZE):
            self._block[self._at + index] = 0.0
        if now_wall < until_wall < now_wall + _LONGEST_PAUSE:
            self.pause(now + until_wall - now_wall, until_wall)

    @property
    def paused_until(self) -> float:
        """The monotonic time before which nothing may go; 0 if there was never a pause."""
        return self._block[self._at + _PAUSED_UNTIL]

    def _earliest(self, number: int, rate: Rate) -> float:
        """When the window of the request `R` places before `number` has passed.

        If that one is still waiting (or its holder is dead), it is counted at the earliest time that it may go.
        """
        window = gap = rate.seconds * (1 + _MARGIN)
        earliest = 0.0
        for before in range(number - rate.requests, max(0, number - LOG_SIZE), -rate.requests):
            when = self._logged(before)
            if when >= 0:
                return max(earliest, when + gap)
            earliest = max(earliest, gap - when, gap + self.paused_until)
            gap += window
        return earliest

    def _logged(self, number: int) -> float:
        return self._block[self._at + _LOG + number % LOG_SIZE]

    def _log(self, number: int, when: float) -> None:
        self._block[self._at + _LOG + number % LOG_SIZE] = when
