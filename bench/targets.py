"""Are the targets of speed met? `python -m bench.targets` holds what is stored against them.

A target is about a figure of one bench. Ratios are against programs that ran beside ours in the same rounds; what is
not there could not be measured, and is said so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bench.result import Table, load
from bench.timing import CALM

Verdict = Literal["moonshot", "met", "missed", "not measured"]


@dataclass(frozen=True)
class Target:
    """What a figure should be: at least or at most.

    Args:
        question: in words.
        bench: where the figure is from.
        figure: its name there.
        wanted: what is promised.
        moonshot: what would be astonishing.
        unit: after the number.
        is_most: whether less is better.
    """

    question: str
    bench: str
    figure: str
    wanted: float
    moonshot: float
    unit: str = "x"
    is_most: bool = False

    def found(self) -> float | None:
        """Return the figure, if it was measured."""
        result = load(self.bench)
        return result.figures.get(self.figure) if result else None

    def verdict(self, found: float | None) -> Verdict:
        """Say how good a figure is."""
        if found is None:
            return "not measured"
        if self._reaches(found, self.moonshot):
            return "moonshot"
        return "met" if self._reaches(found, self.wanted) else "missed"

    def _reaches(self, found: float, goal: float) -> bool:
        return found <= goal if self.is_most else found >= goal

    def row(self) -> tuple[str, str, str, str, str]:
        """Return the line of the table."""
        found, sign = self.found(), "≤" if self.is_most else "≥"
        shown = "" if found is None else f"{found:,.3g}{self.unit}" if abs(found) < 1000 else f"{found:,.0f}{self.unit}"
        wanted, moonshot = (f"{sign} {goal:g}{self.unit}" for goal in (self.wanted, self.moonshot))
        result = load(self.bench)
        unrest = ", but not calm" if found is not None and result and result.others > CALM else ""
        return (self.question, shown, wanted, moonshot, self.verdict(found) + unrest)


def _most(question: str, source: tuple[str, str], wanted: float, moonshot: float, unit: str = "x") -> Target:
    return Target(question, *source, wanted, moonshot, unit, is_most=True)


TARGETS = (
    Target("TLS + 40 ms, 5,000 small files, against curl", "throughput", "5,000 small tls+latency curl", 0.85, 1.0),
    Target("the same against aria2c's best", "throughput", "5,000 small tls+latency aria2c", 2.2, 3.0),
    Target("no latency, plain, against curl", "throughput", "5,000 small plain curl", 0.45, 0.85),
    Target("no latency, TLS, against curl", "throughput", "5,000 small tls curl", 0.45, 0.85),
    Target(
        "no latency, 20,000 small files, against aria2c's best", "throughput", "20,000 small plain aria2c", 3.5, 7.0
    ),
    Target("no latency, against aiohttp + uvloop in one process", "throughput", "5,000 small plain aiohttp", 1.3, 2.5),
    Target("large files (5 MB), against curl -Z 10", "throughput", "40 large plain curl", 0.5, 0.9),
    _most("8 workers' time against 2, no latency", ("scaling", "5,000 plain, 8 against 2 workers"), 1.25, 1.1),
    _most("PSS of 8 workers and coordinator", ("scaling", "5,000 plain, PSS of 8 workers"), 130, 100, " MB"),
    Target(
        "whole command against @figma-export/cli, 1,000 icons, 40 ms",
        "whole",
        "1,000 tls+latency against @figma-export/cli",
        1.5,
        2.5,
    ),
    Target("WebP, 2 workers against 1", "conversions", "webp 2 against 1 worker", 1.8, 1.95),
    Target("VectorDrawable, 2 workers against 1", "conversions", "vectordrawable 2 against 1 worker", 1.8, 1.95),
    Target("raster, 2 workers against 1", "conversions", "raster 2 against 1 worker", 1.8, 1.95),
    _most("time of a late item against an early one", ("items", "time of a late item against an early one"), 1.2, 1.05),
    _most("coordinator at 100,000 items", ("items", "coordinator MB at 100,000 items"), 300, 150, " MB"),
    _most("merge and verify a checkpoint of 100,000", ("resume", "merge and verify 100,000, disk"), 10, 2, " s"),
    Target("less time by one batch of eight configs", "pipelining", "less time, eight files", 0.45, 0.65, ""),
    _most("calls: eight configs, three platforms, 500 icons", ("calls", "calls, scenario c"), 8, 4, ""),
    _most("command to first download, 8 workers", ("startup", "first download"), 1000, 500, " ms"),
    _most("--version, --help, completion: the slowest", ("startup", "any word"), 120, 80, " ms"),
)


def table() -> Table:
    """Return each target with what was found last."""
    return Table("Targets", ("question", "found", "target", "moonshot", "verdict"), tuple(one.row() for one in TARGETS))


def main() -> None:
    """Print them."""
    print(table().plain())


if __name__ == "__main__":
    main()
