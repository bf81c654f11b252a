"""How many files does a worker convert in a second, and what do two workers bring?

Each kind of conversion runs in one process, and then in two at once, for so many seconds each, as a worker runs it: one
`convert` after the other. Kinds take turns within a round, so that what else the machine does meets them all; medians
over the rounds are told, with the lowest and the highest. The icons are the simulator's, and so are the illustrations,
which are drawn at 64 x 64, and larger for the scales.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import math
import multiprocessing
import statistics
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.result import Result, Table, conclude, question
from exfig_mp.conversions import MARKUP, VIEW_BOX, Heic, ImageVector, Raster, Tsx, VectorDrawable, Webp
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError
from exfig_mp.simulator import artwork

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.synchronize import Barrier

    from exfig_mp.conversions import Conversion

_ICONS = 200
_FRAME = f'<svg viewBox="{VIEW_BOX}">\n  {MARKUP}\n</svg>\n'
_SHADOW = (
    '<filter id="f" x="-4" y="-4" width="32" height="32" filterUnits="userSpaceOnUse" '
    'color-interpolation-filters="sRGB"><feDropShadow in="SourceGraphic" dx="0" dy="1" stdDeviation="1" '
    'flood-opacity=".3"/></filter><g filter="url(#f)">'
)


class Kind(NamedTuple):
    """A kind of conversion: what it is made of, and by which steps."""

    name: str
    bodies: list[bytes]
    steps: tuple[Conversion, ...]


def kinds() -> list[Kind]:
    """Return all kinds that can be measured here."""
    icons, pictures = _icons(), _illustrations()
    shadowed = [_shadowed(icon) for icon in icons[:50]]
    large = [convert(body, (Raster(4),)) for body in pictures]
    found = [
        Kind("vector drawable, icons", icons, (VectorDrawable(),)),
        Kind("vector drawable, shadows", shadowed, (VectorDrawable(),)),
        Kind("image vector, icons", icons, (ImageVector("Star", "com.example"),)),
        Kind("tsx, icons", icons, (Tsx("Star", _FRAME),)),
        Kind("png @1x, icons", icons, (Raster(1.0),)),
        Kind("png @3x, icons", icons, (Raster(3.0),)),
        Kind("png @1x, illustrations", pictures, (Raster(1.0),)),
        Kind("png @3x, illustrations", pictures, (Raster(3.0),)),
        Kind("webp lossy, 256 x 256", large, (Webp(80),)),
        Kind("webp lossless, 256 x 256", large, (Webp(lossless=True),)),
    ]
    if importlib.util.find_spec("pillow_heif"):
        found.append(Kind("heic lossy, 256 x 256", large, (Heic(90),)))
        found.append(Kind("heic lossless, 256 x 256", large, (Heic(lossless=True),)))
    return found


def _icons() -> list[bytes]:
    pen = artwork.Pen("#1A1A1A")
    return [artwork.svg(name, (24, 24), pen).encode() for name in sorted(artwork.icons())[:_ICONS]]


def _illustrations() -> list[bytes]:
    """Return those that resvg draws."""
    pen = artwork.Pen("#000000")
    drawn = (artwork.svg(name, (64, 64), pen).encode() for name in sorted(artwork.illustrations()))
    return [body for body in drawn if _can_be_drawn(body)]


def _can_be_drawn(body: bytes) -> bool:
    try:
        convert(body, (Raster(1.0),))
    except ConversionError:
        return False
    return True


def _shadowed(icon: bytes) -> bytes:
    head, _, rest = icon.partition(b">")
    return head + b">" + _SHADOW.encode() + rest.replace(b"</svg>", b"</g></svg>")


def _work(kind: Kind, seconds: float, begin: Barrier, counts: multiprocessing.SimpleQueue[tuple[int, float]]) -> None:
    """Convert for so many seconds from `begin` on, and tell how many and how long it really was."""
    for body in kind.bodies[:3]:
        convert(body, kind.steps)  # loads what a worker has loaded after its first job
    begin.wait()
    started = time.perf_counter()
    for done, body in enumerate(itertools.cycle(kind.bodies), 1):
        convert(body, kind.steps)
        spent = time.perf_counter() - started
        if spent >= seconds:
            counts.put((done, spent))
            return


def rate(kind: Kind, processes: int, seconds: float) -> float:
    """Return the conversions in a second of all processes together."""
    context = multiprocessing.get_context("fork")
    begin, counts = context.Barrier(processes), context.SimpleQueue()
    started = [context.Process(target=_work, args=(kind, seconds, begin, counts)) for _ in range(processes)]
    for process in started:
        process.start()
    told: list[tuple[int, float]] = [counts.get() for _ in started]
    for process in started:
        process.join()
    return math.fsum(done / spent for done, spent in told)


def main(words: Sequence[str] | None = None) -> Result:
    """Measure in turn, and return the answer."""
    parser = argparse.ArgumentParser("bench.conversions", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.6, help="that each kind runs for in a round")
    parser.add_argument("--kinds", default="", help="comma list of words, of which a kind's name has one; default: all")
    parser.add_argument("--quick", action="store_true", help="a single short round: does everything run?")
    asked, began = parser.parse_args(words), time.monotonic()
    rounds, seconds = (1, 0.05) if asked.quick else (asked.rounds, asked.seconds)
    wanted = [word for word in asked.kinds.split(",") if word]
    every = [kind for kind in kinds() if not wanted or any(word in kind.name for word in wanted)]
    rates = {kind.name: _Rates([], []) for kind in every}
    for number, kind in itertools.product(range(rounds), every):
        print(f"\r{number + 1}/{rounds} {kind.name:30}", end="", file=sys.stderr, flush=True)
        rates[kind.name].one.append(rate(kind, 1, seconds))
        rates[kind.name].two.append(rate(kind, 2, seconds))
    print(file=sys.stderr)
    return conclude(_result(rates, f"{rounds} rounds of {seconds:g} s"), began=began)


class _Rates(NamedTuple):
    """Conversions in a second, round by round, of one process and of two together."""

    one: list[float]
    two: list[float]

    @property
    def ratio(self) -> float:
        """The median of what two bring against one in the same round."""
        return statistics.median(both / single for both, single in zip(self.two, self.one, strict=True))


_FIGURES = {
    "webp 2 against 1 worker": "webp lossy, 256 x 256",
    "vectordrawable 2 against 1 worker": "vector drawable, icons",
    "raster 2 against 1 worker": "png @3x, illustrations",
}
"""What the targets are about."""


def _result(rates: dict[str, _Rates], title: str) -> Result:
    rows = tuple(
        (
            name,
            f"{statistics.median(found.one):,.0f}",
            f"{min(found.one):,.0f} to {max(found.one):,.0f}",
            f"{statistics.median(found.two):,.0f}",
            f"{found.ratio:.2f}x",
        )
        for name, found in rates.items()
    )
    columns = ("conversions in a second", "one process", "from to", "two", "two against one")
    figures = {figure: rates[name].ratio for figure, name in _FIGURES.items() if name in rates}
    return Result("conversions", question(__doc__), (Table(title, columns, rows),), figures)


if __name__ == "__main__":
    main()
