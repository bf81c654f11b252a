"""Elliptical arcs as cubic curves: https://www.w3.org/TR/SVG11/implnote.html#ArcImplementationNotes."""

from __future__ import annotations

import math

from exfig_mp.convert.matrix import Matrix

Cubic = tuple[float, float, float, float, float, float]


def arc_to_cubics(start: tuple[float, float], arc: tuple[float, ...]) -> list[Cubic]:
    """Return the cubics of an arc that begins at `start`; `arc` is radii, angle in degrees, two flags and the end.

    Each covers at most a quarter, and is off by less than 0.03 % of the radius.
    """
    rx, ry, x, y = *arc[:2], *arc[5:]
    if start == (x, y):
        return []
    if rx == 0 or ry == 0:
        return [(*start, x, y, x, y)]
    matrix, first, turn = _parametrised(start, arc)
    placed = matrix.apply
    pieces = max(1, math.ceil(abs(turn) / (math.pi / 2) - 1e-9))
    step = turn / pieces
    handle = 4 / 3 * math.tan(step / 4)
    cubics: list[Cubic] = []
    for piece in range(pieces):
        here, there = first + piece * step, first + (piece + 1) * step
        one = placed(math.cos(here) - handle * math.sin(here), math.sin(here) + handle * math.cos(here))
        two = placed(math.cos(there) + handle * math.sin(there), math.sin(there) - handle * math.cos(there))
        end = (x, y) if piece == pieces - 1 else placed(math.cos(there), math.sin(there))
        cubics.append((*one, *two, *end))
    return cubics


def _parametrised(start: tuple[float, float], arc: tuple[float, ...]) -> tuple[Matrix, float, float]:
    """Return what maps the unit circle to the ellipse, and on that circle where the arc begins and how far it goes."""
    rx, ry, degrees, large, sweep, x, y = arc
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    half_x, half_y = (start[0] - x) / 2, (start[1] - y) / 2
    along, across = cosine * half_x + sine * half_y, cosine * half_y - sine * half_x
    stretch = max(1.0, math.hypot(along / rx, across / ry))
    rx, ry = rx * stretch, ry * stretch  # radii too small to reach are grown until they do
    reach = (along / rx) ** 2 + (across / ry) ** 2
    shift = math.sqrt(max(0.0, 1 / reach - 1)) * (-1 if bool(large) == bool(sweep) else 1)
    centre_along, centre_across = shift * rx * across / ry, -shift * ry * along / rx
    first = math.atan2((across - centre_across) / ry, (along - centre_along) / rx)
    last = math.atan2((-across - centre_across) / ry, (-along - centre_along) / rx)
    turn = (last - first) % (2 * math.pi) if sweep else -((first - last) % (2 * math.pi))
    centre_x = cosine * centre_along - sine * centre_across + (start[0] + x) / 2
    centre_y = sine * centre_along + cosine * centre_across + (start[1] + y) / 2
    return Matrix(cosine * rx, sine * rx, -sine * ry, cosine * ry, centre_x, centre_y), first, turn
