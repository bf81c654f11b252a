"""What a process waited for, and what held it back: for the log and the report. The clock is an argument."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Reason = Literal["rate", "pause"]
"""The limit's own pace, or a pause that Figma asked for with a 429 (or that a failure made us take)."""


class Wait(NamedTuple):
    """A request of `lane` is about to wait for so many seconds."""

    lane: str
    reason: Reason
    seconds: float


class WaitTotal(Struct):
    """Of one lane and reason: how often, and for how long in sum."""

    count: int = 0
    seconds: float = 0.0


class LimitReport(Struct, frozen=True, rename="camel"):
    """What may be asked in which time, as it was at the end of the run, and how that is known."""

    lane: str
    rate: str
    source: str


class WaitReport(Struct, frozen=True, rename="camel"):
    """How often requests of a lane waited, for its `rate` or for a `pause`, and for how many seconds in sum."""

    lane: str
    reason: str
    count: int
    seconds: float


class Pacing(Struct, frozen=True, rename="camel"):
    """What the limiter did: `seconds` is the time in which at least one request waited."""

    seconds: float = 0.0
    limits: tuple[LimitReport, ...] = ()
    waits: tuple[WaitReport, ...] = ()


class Waits:
    """Counts waits. `seconds` is the time in which at least one request waited; the totals add up each request's."""

    def __init__(self, clock: Callable[[], float], on_wait: Callable[[Wait], None]) -> None:
        self._clock = clock
        self._on_wait = on_wait
        self._waiting = 0
        self._since = 0.0
        self.seconds = 0.0
        self.totals: defaultdict[tuple[str, Reason], WaitTotal] = defaultdict(WaitTotal)

    @contextmanager
    def waiting(self, wait: Wait) -> Iterator[None]:
        """Count the time that the body takes."""
        begun = self._clock()
        if not self._waiting:
            self._since = begun
        self._waiting += 1
        self._on_wait(wait)
        try:
            yield
        finally:
            ended = self._clock()
            total = self.totals[wait.lane, wait.reason]
            total.count += 1
            total.seconds += ended - begun
            self._waiting -= 1
            if not self._waiting:
                self.seconds += ended - self._since
