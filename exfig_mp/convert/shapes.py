"""Lengths, view boxes and basic shapes: https://www.w3.org/TR/SVG11/shapes.html."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from exfig_mp.convert.matrix import Matrix
from exfig_mp.convert.path_data import Path, parse_path
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.convert.path_data import Segment
    from exfig_mp.convert.svg_tree import Element

_LENGTH = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|em|ex|%)?\s*")
_UNITS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "em": 16.0,
    "ex": 8.0,
}
_NUMBERS = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_LARGEST = 1e6
SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})


class View(NamedTuple):
    """The size of a viewport, and how what is in it is mapped to it."""

    width: float
    height: float
    matrix: Matrix


def length(text: str | None, whole: float, default: float = 0.0) -> float:
    """Return a length in pixels; percentages are of `whole`, and what cannot be read is `default`."""
    match = _LENGTH.fullmatch(text or "")
    if not match:
        return default
    value = float(match[1])
    return value * whole / 100 if match[2] == "%" else value * _UNITS[match[2] or ""]


def numbers(text: str) -> list[float]:
    """Return all numbers in a text."""
    return [float(number) for number in _NUMBERS.findall(text)]


def root_view(root: Element) -> View:
    """Return the size of a whole SVG in pixels, and the transform from its coordinates.

    Raises:
        ConversionError: if it has no size, or an impossible one.
    """
    box = view_box(root)
    across, down = (box[2], box[3]) if box else (100.0, 100.0)
    width, height = root.attributes.get("width"), root.attributes.get("height")
    size = [length(width, across, -1.0), length(height, down, -1.0)]
    if box and (size[0] < 0 <= size[1] or size[1] < 0 <= size[0]):  # one is given: the other keeps the proportions
        size = [
            size[0] if size[0] >= 0 else size[1] * across / down,
            size[1] if size[1] >= 0 else size[0] * down / across,
        ]
    elif box and size[0] < 0:
        size = [across, down]
    if not all(0 < side <= _LARGEST for side in size):
        raise ConversionError(f"the SVG has no size that can be drawn: width {width!r}, height {height!r}")
    return View(size[0], size[1], fitted(root, size[0], size[1]))


def view_box(element: Element) -> tuple[float, float, float, float] | None:
    """Return the viewBox of an element if it has one with an area."""
    found = numbers(element.attributes.get("viewBox", ""))
    if len(found) != 4 or not all(0 < side <= _LARGEST for side in found[2:]):
        return None
    return found[0], found[1], found[2], found[3]


def fitted(element: Element, width: float, height: float) -> Matrix:
    """Return how the content of an element with a viewBox is mapped to a viewport of this size."""
    box = view_box(element)
    if box is None:
        return Matrix()
    x, y, across, down = box
    words = element.attributes.get("preserveAspectRatio", "xMidYMid").split()
    scale_x, scale_y = width / across, height / down
    align = words[0] if words else "xMidYMid"
    if align == "none":
        return Matrix(a=scale_x, d=scale_y, e=-x * scale_x, f=-y * scale_y)
    scale = max(scale_x, scale_y) if "slice" in words else min(scale_x, scale_y)
    share_x = 0.0 if "xMin" in align else 1.0 if "xMax" in align else 0.5
    share_y = 0.0 if "YMin" in align else 1.0 if "YMax" in align else 0.5
    left, top = (width - across * scale) * share_x, (height - down * scale) * share_y
    return Matrix(a=scale, d=scale, e=left - x * scale, f=top - y * scale)


def outline(element: Element, size: tuple[float, float]) -> Path:
    """Return the path of a basic shape, empty if it draws nothing; percentages are of `size`."""
    given = element.attributes
    if element.name == "path":
        return parse_path(given.get("d", ""))
    if element.name in {"polyline", "polygon"}:
        return _polygon(numbers(given.get("points", "")), closed=element.name == "polygon")
    width, height = size
    if element.name == "line":
        start = length(given.get("x1"), width), length(given.get("y1"), height)
        return Path([("M", start), ("L", (length(given.get("x2"), width), length(given.get("y2"), height)))])
    if element.name == "rect":
        return _rect(given, size)
    x, y = length(given.get("cx"), width), length(given.get("cy"), height)
    if element.name == "circle":
        rx = ry = length(given.get("r"), math.hypot(width, height) / math.sqrt(2))
    else:
        rx, ry = _radii(given, size)
    return _ellipse(x, y, rx, ry)


def _polygon(values: list[float], *, closed: bool) -> Path:
    points = list(zip(values[::2], values[1::2], strict=False))
    if not points:
        return Path()
    segments: list[Segment] = [("M" if index == 0 else "L", point) for index, point in enumerate(points)]
    return Path([*segments, ("Z", ())] if closed else segments)


def _radii(given: dict[str, str], size: tuple[float, float]) -> tuple[float, float]:
    """Return rx and ry; where one is missing or `auto`, it is the other."""
    rx, ry = length(given.get("rx"), size[0], -1.0), length(given.get("ry"), size[1], -1.0)
    rx, ry = (rx if rx >= 0 else ry), (ry if ry >= 0 else rx)
    return max(rx, 0.0), max(ry, 0.0)


def _rect(given: dict[str, str], size: tuple[float, float]) -> Path:
    x, y = length(given.get("x"), size[0]), length(given.get("y"), size[1])
    width, height = length(given.get("width"), size[0]), length(given.get("height"), size[1])
    if width <= 0 or height <= 0:
        return Path()
    rx, ry = _radii(given, size)
    rx, ry = min(rx, width / 2), min(ry, height / 2)
    right, bottom = x + width, y + height
    if not rx or not ry:
        sides = ("L", (right, y)), ("L", (right, bottom)), ("L", (x, bottom))
        return Path([("M", (x, y)), *sides, ("Z", ())])

    def corner(to_x: float, to_y: float) -> Segment:
        return "A", (rx, ry, 0.0, 0.0, 1.0, to_x, to_y)

    segments: list[Segment] = [
        ("M", (x + rx, y)),
        ("L", (right - rx, y)),
        corner(right, y + ry),
        ("L", (right, bottom - ry)),
        corner(right - rx, bottom),
        ("L", (x + rx, bottom)),
        corner(x, bottom - ry),
        ("L", (x, y + ry)),
        corner(x + rx, y),
        ("Z", ()),
    ]
    return Path(segments)


def _ellipse(x: float, y: float, rx: float, ry: float) -> Path:
    if rx <= 0 or ry <= 0:
        return Path()
    quarters = (x, y + ry), (x - rx, y), (x, y - ry), (x + rx, y)
    arcs: list[Segment] = [("A", (rx, ry, 0.0, 0.0, 1.0, *end)) for end in quarters]
    return Path([("M", (x + rx, y)), *arcs, ("Z", ())])
