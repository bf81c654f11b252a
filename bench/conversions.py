"""How many files does a worker convert in a second? `python -m bench.conversions [rounds] [seconds] [kind ...]`.

Each kind of conversion runs in one process, and then in two at once, for so many seconds each, as a worker runs it: one
`convert` after the other. Kinds take turns within a round, so that what else the machine does meets them all; medians
over the rounds are told, with the lowest and the highest. The icons are the simulator's, and so are the illustrations,
which are drawn at 64 x 64, and larger for the scales.
"""

from __future__ import annotations

import importlib.util
import itertools
import math
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from exfig_mp.conversions import MARKUP, VIEW_BOX, Heic, ImageVector, Raster, Tsx, VectorDrawable, Webp
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError
from exfig_mp.simulator import artwork

if TYPE_CHECKING:
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


def main(rounds: int, seconds: float, wanted: list[str]) -> None:
    """Measure in turn, and print a line for each kind."""
    every = [kind for kind in kinds() if not wanted or any(word in kind.name for word in wanted)]
    one: dict[str, list[float]] = {kind.name: [] for kind in every}
    two: dict[str, list[float]] = {kind.name: [] for kind in every}
    for number, kind in itertools.product(range(rounds), every):
        print(f"\r{number + 1}/{rounds} {kind.name:30}", end="", file=sys.stderr, flush=True)
        one[kind.name].append(rate(kind, 1, seconds))
        two[kind.name].append(rate(kind, 2, seconds))
    print(file=sys.stderr)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=False, capture_output=True, text=True).stdout
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, {commit.strip()}")
    print(
        f"{rounds} rounds of {seconds:g} s\n{'conversions in a second':28} one process                two       ratio"
    )
    for name, alone in one.items():
        ratios = [both / single for both, single in zip(two[name], alone, strict=True)]
        spread = f"({min(alone):,.0f} to {max(alone):,.0f})"
        together = statistics.median(two[name])
        print(
            f"{name:28} {statistics.median(alone):8,.0f} {spread:20} {together:8,.0f} {statistics.median(ratios):6.2f}"
        )


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 5, float(given[1]) if given[1:] else 1.0, given[2:])
