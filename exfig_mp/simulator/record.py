"""What the simulator has seen: counts, an ordered log, and rules that clients broke."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from msgspec import Struct, to_builtins

_LONGEST_LOG = 200_000
_MOST_VIOLATIONS = 1_000


class Entry(Struct, frozen=True, gc=False):
    """One request, written down when its answer was decided. `at` is monotonic, `caller` is who says it called."""

    at: float
    method: str
    path: str
    kind: str
    tier: int
    status: int
    user_agent: str = ""
    correlation: str = ""


class Record:
    """Everything that tests ask about afterwards."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all but the connections that are open now."""
        self.kinds: Counter[str] = Counter()
        self.tiers: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        self.cdn_statuses: Counter[str] = Counter()
        self.violations: deque[dict[str, str]] = deque(maxlen=_MOST_VIOLATIONS)
        self._log: deque[Entry] = deque(maxlen=_LONGEST_LOG)
        self.connections = getattr(self, "connections", 0)
        self.most_connections = self.connections
        self.in_flight = getattr(self, "in_flight", 0)
        self.most_in_flight = self.in_flight
        self.cdn_bytes = 0
        self.cdn_requests = 0

    def api(self, entry: Entry, token: str) -> None:
        """Write down a request to the API; `token` is a label, never the secret."""
        self.kinds[entry.kind] += 1
        self.tiers[str(entry.tier)] += 1
        self.statuses[str(entry.status)] += 1
        self.tokens[token] += 1
        self._log.append(entry)

    def cdn(self, entry: Entry, size: int) -> None:
        """Write down a request to the CDN."""
        self.cdn_requests += 1
        self.cdn_bytes += size
        self.cdn_statuses[str(entry.status)] += 1
        self._log.append(entry)

    def broken(self, rule: str, what: str) -> None:
        """Write down that a client broke a rule."""
        self.violations.append({"rule": rule, "what": what})

    def connected(self, change: int) -> None:
        """Count a CDN connection that was opened (1) or closed (-1)."""
        self.connections += change
        self.most_connections = max(self.most_connections, self.connections)

    def began(self) -> None:
        """Count an API request that is being answered."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def ended(self) -> None:
        """Count an API request that is over."""
        self.in_flight -= 1

    def summary(self, *, log: bool = False) -> dict[str, Any]:
        """Return everything as plain values; the log only if asked for."""
        body: dict[str, Any] = {
            "endpoints": dict(self.kinds),
            "tiers": dict(self.tiers),
            "statuses": dict(self.statuses),
            "tokens": dict(self.tokens),
            "api_requests": sum(self.kinds.values()),
            "most_api_in_flight": self.most_in_flight,
            "cdn_requests": self.cdn_requests,
            "cdn_statuses": dict(self.cdn_statuses),
            "cdn_bytes": self.cdn_bytes,
            "cdn_connections": self.connections,
            "most_cdn_connections": self.most_connections,
            "violations": list(self.violations),
        }
        return body | ({"log": to_builtins(list(self._log))} if log else {})
