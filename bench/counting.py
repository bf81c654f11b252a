"""API calls, as benches count them: those that the simulator saw, and those that ExFig v1 is known to make. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_V1_BATCH = 100  # ids in a call


@dataclass(frozen=True)
class Calls:
    """API requests that the simulator has seen, by tier ("1") and by endpoint ("images")."""

    tiers: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def __sub__(self, earlier: Calls) -> Calls:
        return Calls(self.tiers - earlier.tiers, self.kinds - earlier.kinds)

    @property
    def total(self) -> int:
        """All requests."""
        return self.tiers.total()

    def __str__(self) -> str:
        tiers = " + ".join(f"{self.tiers[tier]} T{tier}" for tier in sorted(self.tiers) if self.tiers[tier])
        return f"**{self.total}** ({tiers})" if tiers else "**0**"


def v1_calls(entries: int, icons: int, *, scales: int = 1) -> Calls:
    """Return ExFig v1's calls for so many entries times files."""
    return Calls(Counter({"1": entries * scales * v1_batches(icons), "3": entries}))


def v1_batches(icons: int) -> int:
    """Return in how many calls ExFig v1 asks for so many renders or nodes."""
    return -(-icons // _V1_BATCH)


def asked_again(first: Sequence[dict[str, Any]], killed_at: float, second: Sequence[dict[str, Any]]) -> int:
    """Return how many answers two programs asked for, though the first one had them: renders, and metadata of a file.

    Args:
        first: the simulator's log of the first program, which was killed.
        killed_at: when that was, monotonic; an answer that was under way then was lost with it.
        second: the log of the second program.
    """
    return len(_asked(entry for entry in first if entry["at"] < killed_at) & _asked(second))


def _asked(entries: Iterable[dict[str, Any]]) -> set[tuple[str, ...]]:
    asked: set[tuple[str, ...]] = set()
    for entry in entries:
        if entry["kind"] == "cdn":
            continue
        url = urlsplit(entry["path"])
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        ids = query.pop("ids", "").split(",")
        asked |= {(url.path, *map("=".join, sorted(query.items())), node_id) for node_id in ids}
    return asked
