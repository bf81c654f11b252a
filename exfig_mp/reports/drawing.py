"""The timeline as shapes with places, for a template that makes SVG of them. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.timeline import Span, Spans, Timeline

Look = Literal["request", "wait", "worker", "failed"]

_LEFT, _WIDTH, _RIGHT, _ROW, _GAP = 90.0, 900.0, 24.0, 12.0, 4.0
_CURVE = 60.0  # height
_ROWS = 8  # of one lane; what overlaps more than so often lies in the last
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400)


class Bar(Struct, frozen=True):
    """A span; `title` is shown when somebody points at it. What did not go well looks `failed`, whatever it is."""

    x: float
    y: float
    width: float
    look: Look
    title: str


class Label(Struct, frozen=True):
    """A text at the left of a lane, or below a tick."""

    x: float
    y: float
    text: str


class Drawing(Struct):
    """All shapes, and how large they are together. `curve` are the points of the renders settled so far."""

    bars: list[Bar] = field(default_factory=list)
    lanes: list[Label] = field(default_factory=list)
    ticks: list[Label] = field(default_factory=list)
    curve: str = ""
    width: float = _LEFT + _WIDTH + _RIGHT
    height: float = 0.0
    left_out: int = 0


def draw(timeline: Timeline) -> Drawing:
    """Return the timeline: requests by tier, waits, workers, then the curve, with seconds from left to right."""
    found, y = Drawing(), 20.0
    seconds = max(timeline.seconds, 0.001)
    groups: tuple[tuple[Look, Spans], ...] = (
        ("request", timeline.requests),
        ("wait", timeline.waits),
        ("worker", timeline.workers),
    )
    found.left_out = sum(group.left_out for _, group in groups)
    for look, group in groups:
        lanes: dict[str, list[Span]] = defaultdict(list)
        for span in group.listed:
            lanes[span.lane].append(span)
        for lane in sorted(lanes, key=lambda name: (len(name), name)):
            found.lanes.append(Label(0, y + _ROW - 2, lane))
            y = _lay(found, lanes[lane], look, (seconds, y)) + _GAP
    if timeline.settled.points:
        most = max(timeline.settled.points[-1][1], 1)
        found.lanes.append(Label(0, y + _ROW - 2, f"{most:,} render{'s' if most > 1 else ''}"))
        points = [(0.0, 0), *timeline.settled.points, (seconds, most)]
        found.curve = " ".join(f"{_x(at, seconds):.1f},{y + _CURVE * (1 - value / most):.1f}" for at, value in points)
        y += _CURVE + _GAP
    step = next((one for one in _TICKS if seconds / one <= 10), seconds)
    times = [number * step for number in range(int(seconds / step) + 1)]
    found.ticks = [Label(_x(at, seconds), 12, _time(at, step)) for at in times]
    found.height = y
    return found


def _time(at: float, step: float) -> str:
    """Return a time in the unit that its steps are whole numbers of."""
    unit, seconds = next((one for one in (("h", 3600.0), ("min", 60.0)) if step >= one[1]), ("s", 1.0))
    return f"{round(at / seconds, 1):g} {unit}"


def _lay(found: Drawing, spans: Iterable[Span], look: Look, place: tuple[float, float]) -> float:
    """Put the spans of a lane into rows where none hides another; return where the lane ends.

    `place` is how many seconds there are from left to right, and where the lane begins.
    """
    seconds, y = place
    ends: list[float] = []
    for span in sorted(spans, key=lambda one: one.start):
        row = next((number for number, end in enumerate(ends) if end <= span.start), min(len(ends), _ROWS - 1))
        ends[row : row + 1] = [max(span.end, *ends[row : row + 1])] if row < len(ends) else [span.end]
        x, end = _x(span.start, seconds), _x(min(span.end, seconds), seconds)
        title = f"{span.note} ({span.start:.2f} s, for {span.end - span.start:.2f} s)"
        shown: Look = look if span.is_good else "failed"
        found.bars.append(Bar(round(x, 1), y + row * _ROW, round(max(end - x, 1.5), 1), shown, title))
    return y + len(ends) * _ROW


def _x(at: float, seconds: float) -> float:
    return _LEFT + _WIDTH * min(max(at, 0.0) / seconds, 1.0)
