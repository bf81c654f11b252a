"""Processes that use one queue of the limiter just as it does, in simulated time."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hypothesis import strategies as st

if TYPE_CHECKING:
    from random import Random

    from exfig_mp.ratelimit import Ticket

ROUNDING = 1e-6
TIMES = st.floats(1.0, 30.0)
DELAYS = st.sampled_from([(0.0,), (0.0, 0.0, 0.01), (0.0, 0.3), (0.0, 0.0, 1.5), (0.0, 5.0), (0.0, 70.0)])
"""How late a sleeper wakes up."""


class Queue(Protocol):
    def reserve(self, now: float) -> Ticket: ...

    def has_lapsed(self, ticket: Ticket, /) -> bool: ...

    def confirm(self, ticket: Ticket, now: float) -> float: ...


class Sent(NamedTuple):
    when: float
    number: int
    who: int


@dataclass
class World:
    """A wake-up comes late by one of `delays`, and a process that sleeps with a ticket dies with the chance `deaths`.

    What happens between the processes' turns is done by `on_send`, which hears of every request.
    """

    queue: Queue
    random: Random
    delays: tuple[float, ...] = (0.0,)
    deaths: float = 0.0
    sent: list[Sent] = field(default_factory=list)
    tickets: dict[int, Ticket] = field(default_factory=dict)

    def on_send(self, now: float) -> bool:
        """A request goes at `now`; was it taken? Else its process asks for another turn."""
        return bool(now)

    def run(self, arrivals: list[float], requests: int) -> None:
        """Let process number i come at `arrivals[i]` to send its `requests` one after the other."""
        left = dict.fromkeys(range(len(arrivals)), requests)
        agenda = [(at, who) for who, at in enumerate(arrivals)]
        heapq.heapify(agenda)
        while agenda:
            now, who = heapq.heappop(agenda)
            wait = self._turn(who, now)
            if wait > 0:
                if self.random.random() >= self.deaths:
                    late = self.random.choice(self.delays)
                    heapq.heappush(agenda, (now + max(wait, ROUNDING) + late, who))
                continue
            self.sent.append(Sent(now, self.tickets.pop(who).number, who))
            left[who] -= self.on_send(now)
            if left[who]:
                heapq.heappush(agenda, (now, who))

    def _turn(self, who: int, now: float) -> float:
        ticket = self.tickets.get(who)
        if ticket is None or self.queue.has_lapsed(ticket):
            ticket = self.tickets[who] = self.queue.reserve(now)
        return self.queue.confirm(ticket, now)

    @property
    def times(self) -> list[float]:
        return [sent.when for sent in self.sent]
