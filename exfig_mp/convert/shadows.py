"""Shadows as stacks of translucent areas: Android's vectors know no blur.

What casts the shadow is drawn on a coarse grid, for a blurred picture has nothing finer, blurred there, and cut along
lines of equal alpha. Each area adds as much as lifts what is below it to the next step.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from exfig_mp.convert.colors import Color
from exfig_mp.convert.contours import contour
from exfig_mp.convert.gaussian import blurred
from exfig_mp.convert.geometry import Box
from exfig_mp.convert.matrix import IDENTITY, Matrix
from exfig_mp.convert.path_data import Path, write_path, write_short_path
from exfig_mp.convert.scene import Fill, Group, Shape, extent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exfig_mp.convert.filters import Shadow
    from exfig_mp.convert.scene import Node, Paint

_FINE = 2.5  # squares of the grid for a standard deviation
_MOST_SQUARES = 40_000
_STEP = 8 / 255  # of alpha: the eye sees no edge, and half of it is the error
_SPACING = 1.6  # standard deviations between the points of a curve


def shadow_of(node: Node, shadow: Shadow, region: Box) -> list[Node] | None:
    """Return what draws the shadow of `node`, as far as it is within `region`; None if that would take too much."""
    if shadow.color.alpha == 0:
        return []
    box = extent(node, IDENTITY, strokes=True)
    if box is None:
        return []
    x, y = shadow.offset
    reach = 3 * shadow.blur
    box = Box(box.left + x, box.top + y, box.right + x, box.bottom + y).grown(reach)
    left, top = max(box.left, region.left), max(box.top, region.top)
    box = Box(left, top, min(box.right, region.right), min(box.bottom, region.bottom))
    if box.width <= 0 or box.height <= 0:
        return []
    square = shadow.blur / _FINE
    if not square or (box.width / square + 2) * (box.height / square + 2) > _MOST_SQUARES:
        return None
    return _stack(_alphas(node, shadow, box, square), shadow.color, Matrix(square, 0, 0, square, left, top))


def is_opaque(node: Node) -> bool:
    """Tell whether nothing of what is drawn lets through what is below it, edges apart."""
    if isinstance(node, Group):
        return node.alpha == 1 and not node.clips and all(map(is_opaque, node.children))
    parts = [part for part in (node.fill, node.stroke) if part]
    return all(part.alpha == 1 and all(color.alpha == 1 for color in _colors(part.paint)) for part in parts)


def _colors(paint: Paint) -> list[Color]:
    return [paint] if isinstance(paint, Color) else [stop.color for stop in paint.stops]


def _alphas(node: Node, shadow: Shadow, box: Box, square: float) -> list[list[float]]:
    """Return the shadow's alphas from 0 to 1, with a rim of nothing all around."""
    from exfig_mp.convert.raster import alphas  # noqa: PLC0415  # loads a renderer, which few drawings need

    width, height = math.ceil(box.width / square), math.ceil(box.height / square)
    x, y = shadow.offset
    place = f"scale({1 / square:.9g}) translate({x - box.left:.9g} {y - box.top:.9g})"
    definitions: list[str] = []
    drawn = "".join(_svg(node, definitions, hard=shadow.hard))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"><defs>{"".join(definitions)}</defs>'
        f'<g transform="{place}">{drawn}</g></svg>'
    )
    pixels = alphas(svg, (width, height))
    strength = shadow.color.alpha / 255
    rows = [[value * strength for value in pixels[at : at + width]] for at in range(0, width * height, width)]
    empty = [0.0] * (width + 2)
    return [empty, *([0.0, *row, 0.0] for row in blurred(rows, _FINE)), empty]


def _svg(node: Node, definitions: list[str], *, hard: bool) -> Iterator[str]:
    """Yield the SVG of what is drawn, for its alpha alone; a hard one has full strength wherever there is any."""
    if isinstance(node, Group):
        clips = []
        for clip in node.clips:
            definitions.append(f'<clipPath id="c{len(definitions)}"><path d="{write_path(clip, 6)}"/></clipPath>')
            clips.append(f'<g clip-path="url(#c{len(definitions) - 1})">')
        matrix = " ".join(f"{value:.9g}" for value in node.matrix)
        yield f'<g transform="matrix({matrix})" opacity="{1 if hard else node.alpha}">{"".join(clips)}'
        for child in node.children:
            yield from _svg(child, definitions, hard=hard)
        yield "</g>" * (len(clips) + 1)
        return
    style = 'fill="none"'
    if node.fill:
        rule = ' fill-rule="evenodd"' if node.fill.even_odd else ""
        style = f'fill-opacity="{1 if hard else _strength(node.fill.paint) * node.fill.alpha}"{rule}'
    if stroke := node.stroke:
        opacity = 1 if hard else _strength(stroke.paint) * stroke.alpha
        style += (
            f' stroke="#000" stroke-opacity="{opacity}" stroke-width="{stroke.width:.9g}" stroke-linecap="{stroke.cap}"'
            f' stroke-linejoin="{stroke.join}" stroke-miterlimit="{stroke.miter_limit:.9g}"'
        )
    yield f'<path d="{write_path(node.path, 6)}" {style}/>'


def _strength(paint: Paint) -> float:
    """Return the alpha of a paint; of a gradient, the mean of its stops."""
    alphas = [color.alpha for color in _colors(paint)]
    return sum(alphas) / len(alphas)


def _stack(rows: list[list[float]], color: Color, place: Matrix) -> list[Node]:
    """Return the areas from the largest to the smallest; `place` maps squares of the grid to the drawing."""
    strongest = max(map(max, rows))
    steps = math.ceil(strongest / _STEP)
    digits = max(0, math.ceil(-math.log10(place.a / 20)))
    place = place.then(Matrix(e=-1, f=-1))  # the rim
    stack: list[Node] = []
    below = 0.0
    for step in range(1, steps + 1):
        alpha = strongest * (step - 0.25) / steps
        area = contour(rows, (below + alpha) / 2, _SPACING * _FINE).transformed(place)
        if area.segments:
            outline = Path([(letter, tuple(round(x, digits) for x in values)) for letter, values in area.segments])
            outline.source = write_short_path(outline, digits)
            share = (alpha - below) / (1 - below)
            stack.append(Shape(outline, Fill(color._replace(alpha=1.0), share, even_odd=True), None))
        below = alpha
    return stack
