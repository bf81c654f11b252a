"""SVG to PNG by resvg: the one door to it. What it is given was written by us, from a tree that was looked at.

resvg computes on the calling thread and keeps the interpreter lock: tenths of a millisecond for an icon, a second for
an illustration full of effects. Budgets keep it from more, since it cannot be interrupted.
"""

from __future__ import annotations

import base64
import binascii
import math

import resvg_py

from exfig_mp.convert.budget import weigh
from exfig_mp.convert.matrix import parse_transform
from exfig_mp.convert.pictures import LARGEST_AREA, alpha_of, area
from exfig_mp.convert.shapes import length, root_view
from exfig_mp.convert.styles import flatten
from exfig_mp.convert.svg_tree import Element, read, write
from exfig_mp.errors import ConversionError

_MOST_WORK = 500_000_000  # pixels, counted for each layer and as often as filters make up for: about ten seconds
_LARGEST_TILE = 16.0  # of a pattern, in areas of the drawing, or of what it fills
_SMALLER = "export it at a smaller scale"


def rasterise(body: bytes, scale: float) -> bytes:
    """Return an SVG as PNG with `scale` pixels for each unit of its size, rounded to whole pixels as Figma does.

    Raises:
        ConversionError: if it cannot be read, is too large or too costly, or has text, for which there are no fonts.
    """
    root = read(body)
    flatten(root)
    size = _sized(root, scale)
    weight = weigh(root)
    work = size[0] * size[1] * (1 + weight.layers + weight.filtering)
    if work > _MOST_WORK:
        raise ConversionError(f"the SVG has more effects than can be drawn at {size[0]}x{size[1]} pixels", _SMALLER)
    for element in root.walk():
        if element.name == "pattern":
            _check_tile(element, (size[0] / scale) * (size[1] / scale))
    embedded = sum(_check(element) for element in root.walk())
    if embedded > LARGEST_AREA:
        raise ConversionError(
            f"the SVG holds pictures of {embedded / 1e6:.0f} megapixels", "make them smaller in Figma"
        )
    return _drawn(write(root), size)


def alphas(svg: str, size: tuple[int, int]) -> bytes:
    """Return how opaque the pixels of an SVG of ours are, from 0 to 255, row by row."""
    return alpha_of(_drawn(svg, size))


def _sized(root: Element, scale: float) -> tuple[int, int]:
    """Make the root as many pixels large as it should be, and what it was a drawing of its exact size within it."""
    view = root_view(root)
    width, height = (max(1, math.floor(side * scale + 0.5)) for side in view[:2])
    if width * height > LARGEST_AREA:
        raise ConversionError(f"the SVG would be {width}x{height} pixels, and 32 megapixels are the limit", _SMALLER)
    kept = {name: value for name, value in root.attributes.items() if name not in {"x", "y"}}
    kept.setdefault("viewBox", f"0 0 {view.width:.9g} {view.height:.9g}")
    kept |= {"width": f"{view.width * scale:.9g}", "height": f"{view.height * scale:.9g}", "overflow": "visible"}
    root.children = [Element("svg", kept, root.children)]
    root.attributes = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    return width, height


def _drawn(svg: str, size: tuple[int, int]) -> bytes:
    try:
        png = bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True))
    except ValueError as error:
        raise ConversionError(f"the SVG cannot be drawn: {error}") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # pyo3's, which has no name that could be imported
            raise
        raise ConversionError("the SVG cannot be drawn: the renderer gave up on it") from None
    if (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) != size:  # of its header
        raise ConversionError("the SVG cannot be drawn: the renderer returned another picture")
    return png


def _check_tile(element: Element, area: float) -> None:
    """Refuse a pattern whose tile is far larger than the drawing: resvg paints all of it, and dies if memory ends."""
    given = element.attributes
    in_box = given.get("patternUnits") != "userSpaceOnUse"
    sides = [length(given.get(side), 1.0 if in_box else math.sqrt(area)) for side in ("width", "height")]
    stretch = parse_transform(given.get("patternTransform", ""))
    growth = stretch[0].largest_scale ** 2 if stretch else 1.0
    if sides[0] * sides[1] * growth > (_LARGEST_TILE if in_box else _LARGEST_TILE * area):
        raise ConversionError("the SVG holds a pattern that is far larger than the drawing", "flatten it in Figma")


def _check(element: Element) -> int:
    """Return the area of an embedded picture in pixels, 0 of other elements; refuse text and what is no picture."""
    if element.name == "text" and any(part.text.strip() for part in element.walk()):
        raise ConversionError(
            "the SVG holds text, and there are no fonts to draw it with", "export it with outlined text, or as PNG"
        )
    href = element.attributes.get("href", "")
    if not href.startswith("data:"):
        return 0
    head, _, encoded = href.partition(",")
    try:
        return area(base64.b64decode("".join(encoded.split()), validate=True))
    except binascii.Error:
        raise ConversionError(f"the SVG holds a picture that cannot be read: {head}") from None
