"""Lines of equal height on a grid: marching squares, then a smooth closed curve through every few of the points."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from exfig_mp.convert.path_data import Path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exfig_mp.convert.path_data import Segment

_Point = tuple[float, float]
_Edge = tuple[int, int, bool]
_FEWEST = 6  # points on a curve


def contour(rows: Sequence[Sequence[float]], level: float, spacing: float) -> Path:
    """Return where `rows`, which are 0 all around, pass `level`; one unit between values, the first at 0.5, 0.5.

    `spacing` is about the distance between the points that a curve is led through.
    """
    segments: list[Segment] = []
    for points in _loops(rows, level):
        segments += _smooth(_spaced(points, spacing))
    return Path(segments)


def _loops(rows: Sequence[Sequence[float]], level: float) -> Iterator[list[_Point]]:
    follows: dict[_Edge, _Edge] = {}
    above = [value > level for value in rows[0]]
    for y, (upper, lower) in enumerate(pairwise(rows)):
        below = [value > level for value in lower]
        for x in range(len(upper) - 1):
            inside = above[x], above[x + 1], below[x + 1], below[x]
            if any(inside) and not all(inside):
                middle = upper[x] + upper[x + 1] + lower[x] + lower[x + 1] > 4 * level
                follows |= _crossings(x, y, inside, is_joined=middle)
        above = below
    while follows:
        start, at = next(iter(follows.items()))
        points = [_place(rows, start, level)]
        del follows[start]
        while at != start:
            points.append(_place(rows, at, level))
            at = follows.pop(at)
        yield points


def _crossings(x: int, y: int, inside: tuple[bool, bool, bool, bool], *, is_joined: bool) -> dict[_Edge, _Edge]:
    """Return the lines through a square of four values, from edge to edge, with the inside on one side of them all."""
    edges: list[_Edge] = [(x, y, False), (x + 1, y, True), (x, y + 1, False), (x, y, True)]  # clockwise from the top
    enters = [edges[n] for n in range(4) if inside[(n + 1) % 4] and not inside[n]]
    exits = [edges[n] for n in range(4) if inside[n] and not inside[(n + 1) % 4]]
    if edges.index(exits[0]) < edges.index(enters[0]):
        exits = exits[1:] + exits[:1]
    if len(enters) == 2 and is_joined:
        exits.reverse()
    return dict(zip(enters, exits, strict=True))


def _place(rows: Sequence[Sequence[float]], edge: _Edge, level: float) -> _Point:
    x, y, is_upright = edge
    one, other = rows[y][x], rows[y + 1][x] if is_upright else rows[y][x + 1]
    share = (level - one) / (other - one)
    return (x + 0.5, y + 0.5 + share) if is_upright else (x + 0.5 + share, y + 0.5)


def _spaced(points: list[_Point], spacing: float) -> list[_Point]:
    """Return points at equal distances along the ring of `points`."""
    ring = [*points, points[0]]
    steps = [math.dist(one, other) for one, other in pairwise(ring)]
    count = max(_FEWEST, round(sum(steps) / spacing))
    apart = sum(steps) / count
    found: list[_Point] = []
    walked = 0.0
    for (x, y), (to_x, to_y), step in zip(ring, ring[1:], steps, strict=False):
        while step and len(found) < count and len(found) * apart <= walked + step:
            share = (len(found) * apart - walked) / step
            found.append((x + share * (to_x - x), y + share * (to_y - y)))
        walked += step
    return found


def _smooth(points: list[_Point]) -> list[Segment]:
    """Return the closed Catmull-Rom spline through `points`, as cubics."""
    count = len(points)
    segments: list[Segment] = [("M", points[0])]
    for at in range(count):
        before, here, there, after = (points[(at + step) % count] for step in (-1, 0, 1, 2))
        one = here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6
        two = there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6
        segments.append(("C", (*one, *two, *there)))
    return [*segments, ("Z", ())]
