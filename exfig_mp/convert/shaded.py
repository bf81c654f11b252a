"""What lies below a drawing on account of its filter: shadows, and nothing else that a filter can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from exfig_mp.convert.filters import shadows
from exfig_mp.convert.geometry import Box
from exfig_mp.convert.matrix import IDENTITY, Matrix
from exfig_mp.convert.scene import Group, Shape, extent
from exfig_mp.convert.shadows import is_opaque, shadow_of
from exfig_mp.convert.shapes import length

if TYPE_CHECKING:
    from exfig_mp.convert.colors import Color
    from exfig_mp.convert.filters import Shadow
    from exfig_mp.convert.scene import Node
    from exfig_mp.convert.svg_tree import Element


def shaded(drawn: Node, filter_: Element, size: tuple[float, float]) -> list[Node] | None:
    """Return what a filter puts below `drawn`, as shapes; None if it does more than that. `size` is for percentages."""
    found = shadows(filter_)
    box = extent(drawn, IDENTITY, strokes=False)
    if found is None or box is None:
        return None
    if any(shadow.is_cut for shadow in found) and not is_opaque(drawn):
        return None
    region = _region(filter_, box, size)
    below: list[Node] = []
    for shadow in found:
        stack = shadow_of(drawn, shadow, region) if shadow.blur else _sharp(drawn, shadow, region)
        if stack is None:
            return None
        below += stack
    return below


def _region(filter_: Element, box: Box, size: tuple[float, float]) -> Box:
    given = filter_.attributes
    if given.get("filterUnits") == "userSpaceOnUse":
        left, top = (length(given.get(name), whole, -0.1 * whole) for name, whole in zip("xy", size, strict=True))
        width, height = (
            length(given.get(name), whole, 1.2 * whole) for name, whole in zip(("width", "height"), size, strict=True)
        )
        return Box(left, top, left + width, top + height)
    left = box.left + length(given.get("x"), 1.0, -0.1) * box.width
    top = box.top + length(given.get("y"), 1.0, -0.1) * box.height
    width, height = (length(given.get(name), 1.0, 1.2) for name in ("width", "height"))
    return Box(left, top, left + width * box.width, top + height * box.height)


def _sharp(drawn: Node, shadow: Shadow, region: Box) -> list[Node] | None:
    """Return a shadow without blur: what is drawn, in one colour; None if its parts would show through each other."""
    box = extent(drawn, Matrix(e=shadow.offset[0], f=shadow.offset[1]), strokes=True)
    if box is None or box.union(region) != region or not is_opaque(drawn):
        return None
    x, y = shadow.offset
    return [Group([_in_color(drawn, shadow.color._replace(alpha=1.0))], Matrix(e=x, f=y), alpha=shadow.color.alpha)]


def _in_color(node: Node, color: Color) -> Node:
    if isinstance(node, Group):
        return replace(node, children=[_in_color(child, color) for child in node.children])
    fill = replace(node.fill, paint=color) if node.fill else None
    stroke = replace(node.stroke, paint=color) if node.stroke else None
    return Shape(node.path, fill, stroke, node.stroke_first)
