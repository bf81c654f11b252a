"""Gradients, resolved to the coordinates of what they paint: https://www.w3.org/TR/SVG11/pservers.html."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from exfig_mp.convert.colors import BLACK, parse_color
from exfig_mp.convert.geometry import bounds
from exfig_mp.convert.matrix import IDENTITY, Matrix, parse_transform
from exfig_mp.convert.scene import Linear, Radial, Stop
from exfig_mp.convert.shapes import length
from exfig_mp.convert.svg_tree import local_reference
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.convert.colors import Color
    from exfig_mp.convert.path_data import Path
    from exfig_mp.convert.scene import Paint, Spread
    from exfig_mp.convert.svg_tree import Element

_LONGEST_CHAIN = 20
_SPREADS: dict[str, Spread] = {"reflect": "reflect", "repeat": "repeat"}


def resolve(
    gradient: Element, ids: dict[str, Element], path: Path, size: tuple[float, float], current: Color = BLACK
) -> Paint | None:
    """Return what a gradient element paints on `path`, or None if nothing.

    Args:
        gradient: the `linearGradient` or `radialGradient`.
        ids: all elements by their ids, for what it inherits.
        path: the shape, whose extent without its stroke the gradient may be told in.
        size: the viewport that percentages are of.
        current: what `currentColor` is.

    Raises:
        ConversionError: if it has a focal point of its own.
    """
    given, stop_elements = _inherited(gradient, ids)
    stops = _stops(stop_elements, current)
    if len(stops) < 2:
        return stops[0].color if stops else None
    in_box = given.get("gradientUnits") != "userSpaceOnUse"
    box = bounds(path) if in_box else None
    if in_box and (box is None or not box.width or not box.height):
        return None
    whole = (1.0, 1.0) if in_box else size
    matrix = Matrix(box.width, 0, 0, box.height, box.left, box.top) if box else IDENTITY
    own = parse_transform(given.get("gradientTransform", ""))
    matrix = matrix.then(own[0]) if own else matrix
    spread = _SPREADS.get(given.get("spreadMethod", ""), "pad")
    if matrix.determinant == 0:
        return stops[-1].color
    if gradient.name == "linearGradient":
        return _linear(given, whole, matrix, stops, spread)
    return _radial(given, whole, matrix, stops, spread)


def moved(paint: Paint, matrix: Matrix) -> Paint:
    """Return the paint of a shape that `matrix` has been applied to."""
    match paint:
        case Radial():
            return Radial(matrix.then(paint.matrix), paint.stops, paint.spread)
        case Linear():
            start, end = _mapped_line(paint.start, paint.end, matrix)
            return Linear(start, end, paint.stops, paint.spread)
    return paint


def _inherited(gradient: Element, ids: dict[str, Element]) -> tuple[dict[str, str], list[Element]]:
    """Return the attributes and stops of a gradient, with those of the ones that it refers to where it has none."""
    given: dict[str, str] = {}
    stops: list[Element] = []
    at: Element | None = gradient
    for _ in range(_LONGEST_CHAIN):
        if at is None:
            break
        stops = stops or [child for child in at.children if child.name == "stop"]
        given = {**at.attributes, **given}
        at = ids.get(local_reference(at.attributes.get("href", "")) or "")
    return given, stops


def _stops(elements: list[Element], current: Color) -> tuple[Stop, ...]:
    stops: list[Stop] = []
    for element in elements:
        given = element.attributes
        color = given.get("stop-color", "black")
        plain = current if color.lower() == "currentcolor" else parse_color(color) or BLACK
        offset = min(max(length(given.get("offset"), 1.0), stops[-1].offset if stops else 0.0), 1.0)
        stops.append(Stop(offset, plain.faded(min(max(length(given.get("stop-opacity"), 1.0, 1.0), 0.0), 1.0))))
    return tuple(stops)


def _linear(
    given: dict[str, str], whole: tuple[float, float], matrix: Matrix, stops: tuple[Stop, ...], spread: Spread
) -> Paint:
    start = length(given.get("x1"), whole[0]), length(given.get("y1"), whole[1])
    end = length(given.get("x2"), whole[0], whole[0]), length(given.get("y2"), whole[1])
    if start == end:
        return stops[-1].color
    start, end = _mapped_line(start, end, matrix)
    return Linear(start, end, stops, spread)


def _mapped_line(
    start: tuple[float, float], end: tuple[float, float], matrix: Matrix
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ends of the gradient that looks like the given one mapped by `matrix`, skew included.

    Where a colour is depends on a linear function of the place; it stays one, with another slope.
    """
    across, down = end[0] - start[0], end[1] - start[1]
    back = matrix.inverse()
    slope_x, slope_y = back.a * across + back.b * down, back.c * across + back.d * down
    steepness = (slope_x**2 + slope_y**2) / (across**2 + down**2)
    x, y = matrix.apply(*start)
    return (x, y), (x + slope_x / steepness, y + slope_y / steepness)


def _radial(
    given: dict[str, str], whole: tuple[float, float], matrix: Matrix, stops: tuple[Stop, ...], spread: Spread
) -> Paint:
    x, y = (length(given.get(name), side, side / 2) for name, side in zip(("cx", "cy"), whole, strict=True))
    diagonal = math.hypot(*whole) / math.sqrt(2)
    radius = length(given.get("r"), diagonal, diagonal / 2)
    focus = length(given.get("fx"), whole[0], x), length(given.get("fy"), whole[1], y)
    if radius <= 0:
        return stops[-1].color
    if math.dist(focus, (x, y)) > radius * 1e-3 or length(given.get("fr"), diagonal) > 0:
        raise ConversionError(
            "the SVG holds a radial gradient with a focal point of its own, which vector drawables cannot draw",
            "use a gradient around its centre",
        )
    return Radial(matrix.then(Matrix(radius, 0, 0, radius, x, y)), stops, spread)
