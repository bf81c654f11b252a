"""Extents of paths, and outlines that mean the same under the non-zero rule, the only one that clips know."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from exfig_mp.convert.path_data import Path

if TYPE_CHECKING:
    from exfig_mp.convert.path_data import Segment

_STEPS = 8  # points on a curve where only its course matters
_MOST_EDGES = 800  # outlines with more are not untangled: each edge is held against each


class Box(NamedTuple):
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def meets(self, other: Box) -> bool:
        """Tell whether the two have a common area."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grown(self, margin: float) -> Box:
        """Return the box with `margin` more on each side."""
        return Box(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)


def bounds(path: Path) -> Box | None:
    """Return the extent of a path, exactly; None of an empty one."""
    xs: list[float] = []
    ys: list[float] = []
    x = y = 0.0
    for letter, numbers in path.without_arcs().segments:
        if not numbers:
            continue
        xs += _extremes([x, *numbers[::2]]) if letter in "CQ" else [numbers[0]]
        ys += _extremes([y, *numbers[1::2]]) if letter in "CQ" else [numbers[1]]
        x, y = numbers[-2:]
    return Box(min(xs), min(ys), max(xs), max(ys)) if xs else None


def _extremes(values: list[float]) -> list[float]:
    """Return the ends of a curve in one dimension, and the values where it turns."""
    ends = [values[0], values[-1]]
    if min(ends) <= min(values) and max(values) <= max(ends):
        return ends
    if len(values) == 3:
        p, q, r = values
        times = [(p - q) / (p - 2 * q + r)] if p - 2 * q + r else []
        return ends + [_quadratic(values, time) for time in times if 0 < time < 1]
    p, q, r, s = values
    a, b, c = s - 3 * r + 3 * q - p, 2 * (p - 2 * q + r), q - p
    return ends + [_cubic(values, time) for time in _roots(a, b, c) if 0 < time < 1]


def _roots(a: float, b: float, c: float) -> list[float]:
    if abs(a) < 1e-12:
        return [-c / b] if b else []
    inner = b * b - 4 * a * c
    return [] if inner < 0 else [(-b + sign * math.sqrt(inner)) / (2 * a) for sign in (1, -1)]


def _quadratic(v: list[float], t: float) -> float:
    return (1 - t) ** 2 * v[0] + 2 * t * (1 - t) * v[1] + t * t * v[2]


def _cubic(v: list[float], t: float) -> float:
    return (1 - t) ** 3 * v[0] + 3 * t * (1 - t) ** 2 * v[1] + 3 * t * t * (1 - t) * v[2] + t**3 * v[3]


def rectangle(box: Box) -> Path:
    """Return the outline of a box."""
    left, top, right, bottom = box
    corners = ("M", (left, top)), ("L", (right, top)), ("L", (right, bottom)), ("L", (left, bottom))
    return Path([*corners, ("Z", ())])


class _Outline(Struct):
    path: Path
    points: list[tuple[float, float]]
    box: Box

    @property
    def area(self) -> float:
        """Positive in one direction of going round, negative in the other."""
        ring = [*self.points, self.points[0]]
        return sum(x * v - u * y for (x, y), (u, v) in pairwise(ring)) / 2

    def contains(self, point: tuple[float, float]) -> bool:
        x, y = point
        inside = False
        for (a, b), (c, d) in pairwise([*self.points, self.points[0]]):
            if (b > y) != (d > y) and x < (c - a) * (y - b) / (d - b) + a:
                inside = not inside
        return inside


def united(paths: list[Path], *, even_odd: bool) -> Path | None:
    """Return one path that covers, under the non-zero rule, what any of `paths` covers under theirs.

    None if that cannot be had by choosing directions: outlines that cross themselves or each other.
    """
    if len(paths) == 1 and (not even_odd or sum(letter == "M" for letter, _ in paths[0].segments) == 1):
        return paths[0] if not even_odd or _is_simple(_outlines(paths[0])) else None
    pieces: list[Segment] = []
    boxes: list[Box] = []
    single = True
    for path in paths:
        directed = _directed(_outlines(path), even_odd=even_odd)
        box = bounds(path)
        if directed is None or box is None:
            return None
        single = single and sum(letter == "M" for letter, _ in path.segments) == 1
        if not single and any(box.meets(other) for other in boxes):
            return None
        boxes.append(box)
        pieces += directed.segments
    return Path(pieces)


def _outlines(path: Path) -> list[_Outline]:
    found = []
    for piece in path.without_arcs().subpaths():
        points = _course(piece)
        box = bounds(piece)
        if box is not None and len(points) > 2:
            found.append(_Outline(piece, points, box))
    return found


def _course(path: Path) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for letter, numbers in path.segments:
        if letter in "CQ":
            xs, ys = [points[-1][0], *numbers[::2]], [points[-1][1], *numbers[1::2]]
            at = _cubic if letter == "C" else _quadratic
            points += [(at(xs, step / _STEPS), at(ys, step / _STEPS)) for step in range(1, _STEPS + 1)]
        elif numbers:
            points.append((numbers[0], numbers[1]))
    return [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]


def _directed(outlines: list[_Outline], *, even_odd: bool) -> Path | None:
    """Return the outlines with their directions chosen so that the winding number is 1 inside and 0 outside."""
    if not _is_simple(outlines):
        return None
    segments: list[Segment] = []
    for outline in outlines:
        around = [other for other in outlines if other is not outline and other.contains(outline.points[0])]
        if even_odd:
            wanted = 1 if len(around) % 2 == 0 else -1
        else:
            outermost = max(around, key=lambda other: abs(other.area), default=outline)
            wanted = 1 if (outline.area > 0) == (outermost.area > 0) else -1
        right_way = (outline.area > 0) == (wanted > 0)
        segments += outline.path.segments if right_way else _reversed(outline.path)
    return Path(segments)


def _reversed(path: Path) -> list[Segment]:
    closed = path.segments[-1][0] == "Z"
    body = path.segments[:-1] if closed else path.segments
    segments: list[Segment] = [("M", body[-1][1][-2:])]
    for (_, before), (letter, numbers) in reversed(list(pairwise(body))):
        points = list(zip(numbers[:-2:2], numbers[1:-2:2], strict=True))
        turned = [value for point in reversed(points) for value in point]
        segments.append((letter, (*turned, *before[-2:])))
    return [*segments, ("Z", ())] if closed else segments


def _is_simple(outlines: list[_Outline]) -> bool:
    """Tell whether no outline crosses itself or another one."""
    edges = [
        (a, b, index, at)
        for index, outline in enumerate(outlines)
        for at, (a, b) in enumerate(pairwise([*outline.points, outline.points[0]]))
        if a != b
    ]
    if len(edges) > _MOST_EDGES:
        return False
    edges.sort(key=lambda edge: min(edge[0][0], edge[1][0]))
    for index, (a, b, mine, _) in enumerate(edges):
        right = max(a[0], b[0])
        for c, d, other, _ in edges[index + 1 :]:
            if min(c[0], d[0]) > right:
                break
            if (mine == other or outlines[mine].box.meets(outlines[other].box)) and _crosses(a, b, c, d):
                return False
    return True


def _crosses(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    def side(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
