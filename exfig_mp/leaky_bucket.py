"""One of Figma's own limits, as far as it is known: pure, over doubles that the caller keeps (shared memory, a list).

Figma's bucket leaks (developers.figma.com/docs/rest-api/rate-limits): it holds a minute's worth of requests, and one
leaks out in each `spacing`. So a minute's worth may go at once, and one per spacing from then on. As long as nothing is
known of the spacing, nothing is held back; each 429 closes the gate for everybody and teaches something. Tickets are
served in order, and after a pause one by one. Times are seconds of one monotonic clock, given as arguments; the caller
holds the lock around each call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.ratelimit import Ticket

if TYPE_CHECKING:
    from exfig_mp.ratelimit import Block

LONGEST_SPACING = 60.0
"""Seconds: buckets by the minute leak at least once in it. Who has to wait longer is blocked, and learns no rate."""

_MARGIN = 1.02  # a slot is taken so much later than the spacing says: between us and Figma's clock lies a network
_ROUNDING = 1.0  # Retry-After comes in whole seconds, rounded up
_QUEUE = 64  # tickets that may be waiting: one for each process
_EARLY = 0.002  # seconds by which a timer may wake somebody too soon
_LONGEST_PAUSE = 1e9  # seconds; what claims to be longer is a clock that was wrong, or damage
_KNOWLEDGE = 86_400.0  # seconds for which a learnt rate is believed
_SLOWER = 1.1  # so much slower after a 429 that has nothing new to teach: somebody else takes from the same bucket
_FASTER = 0.95  # so much of a learnt spacing is left after each minute's worth of requests without a 429


class LeakyBucket:
    """A queue, a gate and what 429s taught, over `SIZE` doubles of `block` from `offset` on.

    Args:
        block: the doubles; all zero at first.
        offset: of the first one.
        known: the spacing in seconds that the user's plan and seat are known to have, 0 if they are not known. What is
            longer than a minute is counted by the month: only Figma knows what is left of that.
        adaptive: whether 429s may teach a spacing; else only their pauses count.
    """

    SIZE = 16
    _COUNT, _SERVED, _EMPTY_AT, _PAUSED_UNTIL, _PAUSED_UNTIL_WALL, _FIRST, _LAST = range(7)
    _SPACING, _LEARNT_AT, _LEARNT_AT_WALL, _FASTEST, _CLEAN = range(7, 12)

    def __init__(self, block: Block, offset: int = 0, *, known: float = 0.0, adaptive: bool = True) -> None:
        self._block = block
        self._at = offset
        self._known = known if known <= LONGEST_SPACING else 0.0
        self._adaptive = adaptive

    def reserve(self, now: float) -> Ticket:
        """Take the next place in the queue."""
        number = int(self._get(self._COUNT)) + 1
        step = self._step(now)
        slot = max(now, self._gate(number, step))
        if step:
            # The bucket is empty again at this time, which may be a whole bucket ahead, and no more: what a run with
            # another rate has left there does not count.
            waiting = min(number - self._get(self._SERVED), _QUEUE)
            empty_at = min(self._get(self._EMPTY_AT), max(now, self.paused_until) + (_burst(step) + waiting) * step)
            slot = max(slot, empty_at - (_burst(step) - 1) * step)
            self._set(self._EMPTY_AT, max(empty_at, slot) + step)
        self._set(self._COUNT, number)
        return Ticket(number, slot)

    def has_lapsed(self, _ticket: Ticket) -> bool:
        """No: who comes late to a bucket finds it emptier."""
        return False

    def confirm(self, ticket: Ticket, now: float) -> float:
        """Return 0 and note the sending if `ticket` may go now, else the seconds still to wait."""
        step = self._step(now)
        wait = max(ticket.slot - _EARLY, self._gate(ticket.number, step)) - now
        if wait > 0:
            return wait
        self._set(self._SERVED, max(ticket.number, self._get(self._SERVED)))
        self._speed_up(step)
        return 0.0

    def pause(self, until: float, until_wall: float, now: float) -> None:
        """Let nothing go before `until` (`until_wall` says the same in Unix time). Never shortens a pause.

        A full bucket has one free place then, so those who wait go one by one, in their order.
        """
        if until <= self.paused_until:
            return
        step, served = self._step(now), self._get(self._SERVED)
        waiting = min(self._get(self._COUNT) - served, _QUEUE)
        self._set(self._EMPTY_AT, until + (waiting + _burst(step) - 1) * step)
        self._set(self._FIRST, served + 1)
        self._set(self._LAST, served + waiting)
        self._set(self._PAUSED_UNTIL, until)
        self._set(self._PAUSED_UNTIL_WALL, until_wall)

    def learn(self, seconds: float, hint: float, now: float, now_wall: float) -> None:
        """Take note of a 429: the next free place in Figma's bucket comes `seconds` from now. Before `pause`.

        That bounds the spacing from below, and so does what went since the 429 before: the bucket was full then and is
        full now. `hint` is the spacing that the plan and seat in the answer's headers ought to have, 0 if they say
        nothing; it is believed unless the evidence says more.
        """
        if seconds > LONGEST_SPACING:
            return
        evidence = max(self._since_last(seconds, now), seconds)
        if 0 < hint <= LONGEST_SPACING:
            self._set(self._FASTEST, hint)
            evidence = max(hint, evidence - _ROUNDING)
        spacing = self._learnt(now)
        if spacing and now >= self.paused_until:  # we kept to what we knew, and it was too much
            evidence = max(evidence, spacing * _SLOWER)
        self._set(self._SPACING, min(max(evidence, spacing), LONGEST_SPACING))
        self._set(self._LEARNT_AT, now)
        self._set(self._LEARNT_AT_WALL, now_wall)
        self._set(self._CLEAN, 0.0)

    def spacing(self, now: float) -> float:
        """Return the seconds between two requests of a queue; 0 if nothing holds them back."""
        return max(self._known, self._learnt(now)) if self._adaptive else 0.0

    def is_learnt(self, now: float) -> bool:
        """Is the spacing what 429s taught?"""
        return self._adaptive and self._learnt(now) > self._known

    def restart(self, now: float, now_wall: float) -> None:
        """Forget the queue after a reboot, when its clock means nothing; pauses and knowledge have their Unix time.

        Whoever is killed half-way through leaves the Unix times, so that the next one can do it all again.
        """
        left = self._get(self._PAUSED_UNTIL_WALL) - now_wall
        is_paused = 0 < left < _LONGEST_PAUSE
        self._set(self._PAUSED_UNTIL, now + left if is_paused else 0.0)
        age, spacing, fastest = (
            now_wall - self._get(self._LEARNT_AT_WALL),
            self._get(self._SPACING),
            self._get(self._FASTEST),
        )
        is_known = 0 <= age < _KNOWLEDGE and 0 < spacing <= LONGEST_SPACING
        self._set(self._LEARNT_AT, now - age if is_known else 0.0)
        if not is_known:
            self._set(self._SPACING, 0.0)
        if not 0 < fastest <= LONGEST_SPACING:
            self._set(self._FASTEST, 0.0)
        for index in (self._COUNT, self._SERVED, self._FIRST, self._LAST, self._CLEAN):
            self._set(index, 0.0)
        step = self._step(now)
        self._set(self._EMPTY_AT, now + left + (_burst(step) - 1) * step if is_paused else 0.0)

    @property
    def paused_until(self) -> float:
        """The monotonic time before which nothing may go; 0 if there was never a pause."""
        return self._get(self._PAUSED_UNTIL)

    def _learnt(self, now: float) -> float:
        spacing = self._get(self._SPACING)
        return spacing if spacing and now - self._get(self._LEARNT_AT) < _KNOWLEDGE else 0.0

    def _step(self, now: float) -> float:
        return self.spacing(now) * _MARGIN

    def _gate(self, number: int, step: float) -> float:
        """When the ticket may pass the gate: those who were waiting when it closed go one by one when it opens."""
        was_waiting = self._get(self._FIRST) < number <= self._get(self._LAST)
        return self.paused_until + (number - self._get(self._FIRST)) * step * was_waiting

    def _since_last(self, seconds: float, now: float) -> float:
        """Return the spacing that the time between two free places of a full bucket amounts to; 0 if it says nothing.

        It does while the bucket cannot have run empty, for that takes it a minute.
        """
        between = now + seconds - self.paused_until
        # This request is among those that were served, but not among those that Figma took.
        taken = self._get(self._SERVED) - self._get(self._FIRST)
        known = self.paused_until and now >= self.paused_until and between <= 60 and taken >= 1
        return between / taken if known else 0.0

    def _speed_up(self, step: float) -> None:
        """Count a request without a 429; after a minute's worth of them, try a little more than was learnt."""
        spacing = self._get(self._SPACING)
        if not spacing:
            return
        clean = self._get(self._CLEAN) + 1
        if clean >= 60 / spacing and step <= spacing * _MARGIN:
            self._set(self._SPACING, max(spacing * _FASTER, min(spacing, self._get(self._FASTEST))))
            clean = 0.0
        self._set(self._CLEAN, clean)

    def _get(self, index: int) -> float:
        return self._block[self._at + index]

    def _set(self, index: int, value: float) -> None:
        self._block[self._at + index] = value


def _burst(step: float) -> float:
    """Return how many requests may go at once: a minute's worth, less one place for what is not ours or comes late."""
    return max(1.0, round(60 / step * _MARGIN) - 1) if step else 1.0
