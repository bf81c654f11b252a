"""Which faults befall a request. Pure dice: hash of seed, fault, request identity and attempt, never arrival order.

Only `from_request` and `requests` look at the order of arrival, because the scenario asks for it.
"""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from exfig_mp.hashing import identity
from exfig_mp.simulator.scenario import Fault

PER_NODE = frozenset({"null_render", "missing_key", "poison", "foreign_url"})
_ADDED = frozenset({"delay"})


class Request(Struct, frozen=True):
    """What the dice need to know of a request. `identity` names it across runs, `attempt` counts from 1."""

    kind: str
    identity: str
    attempt: int
    file: str = ""
    node: str = ""
    name: str = ""
    format: str = ""
    token: str = ""


class Decision(Struct, frozen=True):
    """What happens: a delay in seconds, then `fault`, or a good answer if that is None."""

    delay: float = 0.0
    fault: Fault | None = None


GOOD = Decision()


def die(seed: int, *parts: str) -> float:
    """Return a number in [0, 1) that depends on nothing but the arguments."""
    return int(identity(str(seed), *parts)[:13], 16) / 16**13


def selects(fault: Fault, request: Request) -> bool:
    """Tell whether the fault's filters select this request."""
    on = (fault.on,) if isinstance(fault.on, str) else fault.on
    return (
        (request.kind in on or (request.kind != "cdn" and "api" in on))
        and (not fault.first or request.attempt <= fault.first)
        and (not fault.files or request.file in fault.files)
        and (not fault.nodes or request.node in fault.nodes)
        and (not fault.names or request.name in fault.names)
        and (not fault.formats or request.format in fault.formats)
        and (not fault.tokens or request.token in fault.tokens)
    )


def falls(fault: Fault, index: int, request: Request, seed: int) -> bool:
    """Tell whether the die of fault number `index` falls on this request."""
    if fault.rate >= 1:
        return True
    attempt = "" if fault.first or fault.sticky else str(request.attempt)
    return die(seed, str(index), request.identity, attempt) < fault.rate


class Book:
    """The faults of a scenario and how often each request has been tried.

    Args:
        faults: the scenario's list; the first that applies wins, delays add up.
        seed: of all dice.
    """

    def __init__(self, faults: tuple[Fault, ...], seed: int) -> None:
        self._seed = seed
        self._faults = tuple(enumerate(faults))
        self._attempts: Counter[str] = Counter()
        self._met: Counter[int] = Counter()
        self._began: dict[int, float] = {}
        self.touches_cdn = any("cdn" in ((one.on,) if isinstance(one.on, str) else one.on) for one in faults)

    def attempt(self, request_identity: str) -> int:
        """Count and return the number of this attempt."""
        self._attempts[request_identity] += 1
        return self._attempts[request_identity]

    def decide(self, request: Request, now: float, connections: int = 0) -> Decision:
        """Return what happens to a request at `now` seconds; faults of single nodes are left to `decide_node`."""
        delay, chosen = 0.0, None
        for index, fault in self._faults:
            if fault.do in PER_NODE or not self._applies(fault, index, request, (now, connections)):
                continue
            if fault.do in _ADDED:
                delay += fault.seconds
            else:
                chosen = chosen or fault
        return Decision(delay, chosen) if delay or chosen else GOOD

    def decide_node(self, request: Request, now: float) -> Fault | None:
        """Return what happens to one node of a batch: a fault of `PER_NODE`, or None for a good drawing."""
        for index, fault in self._faults:
            if fault.do in PER_NODE and self._applies(fault, index, request, (now, 0)):
                return fault
        return None

    def _applies(self, fault: Fault, index: int, request: Request, moment: tuple[float, int]) -> bool:
        now, connections = moment
        if not selects(fault, request) or not self._in_time(fault, index, now):
            return False
        if fault.above and connections <= fault.above:
            return False
        if fault.from_request > 1 or fault.requests is not None:
            self._met[index] += 1
            number = self._met[index] - fault.from_request
            if number < 0 or (fault.requests is not None and number >= fault.requests):
                return False
        return falls(fault, index, request, self._seed)

    def _in_time(self, fault: Fault, index: int, now: float) -> bool:
        if now < fault.after or (fault.until is not None and now >= fault.until):
            return False
        return fault.lasts is None or now < self._began.setdefault(index, now) + fault.lasts
