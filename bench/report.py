"""The page of all results: `python -m bench.report` writes `bench/README.md` and the plots beside it.

Plots are SVG of our own, in colours that are legible on white and on black.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bench import targets
from bench.result import RESULTS, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.result import Bars, Made

_PAGE = Path(__file__).parent / "README.md"
_ORDER = (
    "throughput",
    "profile",
    "scaling",
    "whole",
    "startup",
    "items",
    "conversions",
    "pipelining",
    "calls",
    "resume",
    "warm",
)
_COLOURS = ("#e8590c", "#4c8dd6", "#2f9e63", "#a06cd5", "#b8860b", "#7d8590")
_INK = "#808890"
_WIDTH, _LABELS, _BAR, _GAP = 760, 210, 16, 14
_HEAD = """# Speed

Made by `make bench`, which measures all of this anew in about ten minutes on two cores, then runs `python -m
bench.report`. Each bench is a module that opens with its question (`python -m bench.throughput --help`).

Ours is always the whole product: each body verified, hashed, journalled and renamed into place. Peers only download.
All run against one server on the same machine, interleaved, in files in memory; figures are medians of rounds, ratios
medians of each round's ratio ("ours against it": 2.00x is twice as fast). Rounds in which other programs used more than
a tenth of the machine are thrown away. Absolute figures are of the machine that is named; compare ratios. What brought
them, what was tried in vain, and why targets are missed: [NOTES.md](NOTES.md).
"""


def main() -> None:
    """Write the page and its plots."""
    results = sorted(_load(), key=lambda one: (_rank(one.name), one.name))
    parts = [_HEAD, "## Targets\n", targets.table().markdown(), ""]
    for result in results:
        parts += [f"## {result.question}\n", *_section(result)]
    _PAGE.write_text("\n".join(parts).rstrip() + "\n", "utf-8")
    print(f"written: bench/{_PAGE.name}")


def _load() -> list[Result]:
    return [msgspec.json.decode(path.read_bytes(), type=Result) for path in sorted(RESULTS.glob("*.json"))]


def _rank(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _section(result: Result) -> Iterator[str]:
    for number, bars in enumerate(result.bars, 1):
        path = RESULTS / f"{result.name}-{number}.svg"
        path.write_text(plot(bars), "utf-8")
        yield f"![{bars.title}: {bars.unit}](results/{path.name})\n"
    for table in result.tables:
        yield f"{table.title}:\n" if table.title else ""
        yield table.markdown() + "\n"
        if table.note:
            yield f"{table.note}.\n"
    if result.made:
        yield f"`python -m bench.{result.name}`: {_origin(result.made)}.\n"


def _origin(made: Made) -> str:
    peers = "".join(f"; {name}: {version}" for name, version in sorted(made.peers.items()))
    return f"{made.date} UTC, commit {made.commit}, {made.machine}, {made.python}, {made.seconds:.0f} s{peers}"


def plot(bars: Bars) -> str:
    """Return a bar chart as SVG."""
    largest = max((value for _, values in bars.groups for value in values if value is not None), default=1.0)
    scale = (_WIDTH - _LABELS - 90) / largest
    lines, y = [f'<text x="0" y="16" font-weight="bold">{escape(bars.title)}, {escape(bars.unit)}</text>'], 40
    for group, values in bars.groups:
        lines.append(f'<text x="0" y="{y + 4}">{escape(group)}</text>')
        y += 12
        for number, (name, value) in enumerate(zip(bars.series, values, strict=True)):
            if value is not None:
                lines += _bar(name, value, y, (scale, _COLOURS[number % len(_COLOURS)]))
                y += _BAR + 3
        y += _GAP
    style = 'font-family="system-ui, sans-serif" font-size="12"'
    size = f'width="{_WIDTH}" height="{y}" viewBox="0 0 {_WIDTH} {y}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style} fill="{_INK}" role="img">'
    return "\n".join((head, f"<title>{escape(bars.title)}</title>", *lines, "</svg>", ""))


def _bar(name: str, value: float, y: int, look: tuple[float, str]) -> tuple[str, str, str]:
    scale, colour = look
    length = max(1.0, value * scale)
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return (
        f'<text x="{_LABELS - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{_LABELS}" y="{y}" width="{length:.1f}" height="{_BAR}" rx="2" fill="{colour}"/>',
        f'<text x="{_LABELS + length + 6:.1f}" y="{y + 12}">{shown}</text>',
    )


if __name__ == "__main__":
    main()
