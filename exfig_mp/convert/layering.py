"""Makes a picture one that vector drawables can draw: opacity of groups passed down, skews and stretches baked in.

A group of theirs can move, scale and rotate about an axis, but not skew, has no opacity, and its strokes are as wide in
every direction. Their radial gradients are circles: an ellipse is a circle within a stretched group.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NoReturn

from msgspec.structs import replace

from exfig_mp.convert.matrix import IDENTITY, Matrix
from exfig_mp.convert.scene import Group, Picture, Radial, Shape, extent
from exfig_mp.convert.svg_scene import moved
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.convert.geometry import Box
    from exfig_mp.convert.scene import Node

_CIRCULAR = 1 + 1e-4  # half axes whose ratio is below are those of a circle
_MOST_FADED = 500  # shapes of a group with opacity: each is held against each
_ADVICE = "flatten it in Figma, or export this component as PNG or WebP"


def drawable(picture: Picture, *, may_fade: bool = True) -> Picture:
    """Return an equal picture whose groups have no opacity and no skew, and whose radial gradients are circles.

    Only a picture that `may_fade` has an opacity of its own, as a whole.

    Raises:
        ConversionError: if there is none.
    """
    alpha, children = picture.alpha, picture.children
    while len(children) == 1 and isinstance(only := children[0], Group) and only.alpha < 1:
        alpha *= only.alpha
        children = [replace(only, alpha=1.0)]
    if alpha < 1 and not may_fade:
        alpha, children = 1.0, [Group(children, alpha=alpha)]
    children = [_opaque(child, 1.0) for child in children]
    prepared = [part for child in children for part in _prepared(child, IDENTITY, IDENTITY)]
    return Picture(picture.width, picture.height, picture.viewport, alpha, prepared)


def _opaque(node: Node, alpha: float) -> Node:
    """Return the node with `alpha` and the opacity of its groups passed on to the shapes."""
    if isinstance(node, Shape):
        if alpha == 1:
            return node
        fill = replace(node.fill, alpha=node.fill.alpha * alpha) if node.fill else None
        stroke = replace(node.stroke, alpha=node.stroke.alpha * alpha) if node.stroke else None
        return replace(node, fill=fill, stroke=stroke)
    if node.alpha < 1:
        _check_apart(node)
    children = [_opaque(child, alpha * node.alpha) for child in node.children]
    return replace(node, children=children, alpha=1.0)


def _check_apart(group: Group) -> None:
    """Refuse a group whose parts lie on each other: faded one by one, they would show through."""
    boxes: list[Box] = []
    for shape, matrix in _shapes(group, IDENTITY):
        if shape.fill and shape.stroke:
            _refuse("the opacity of a shape with area and outline")
        box = extent(shape, matrix, strokes=True)
        if box is not None:
            if len(boxes) > _MOST_FADED or any(box.meets(other) for other in boxes):
                _refuse("the opacity of a group whose shapes overlap")
            boxes.append(box)


def _shapes(node: Node, matrix: Matrix) -> list[tuple[Shape, Matrix]]:
    if isinstance(node, Shape):
        return [(node, matrix)]
    return [found for child in node.children for found in _shapes(child, matrix.then(node.matrix))]


def _prepared(node: Node, pending: Matrix, above: Matrix) -> list[Node]:
    """Return the node with `pending` applied to it, which no group could carry; `above` is what all groups carry."""
    if isinstance(node, Shape):
        return _prepared_shape(node, pending, above)
    matrix = pending.then(node.matrix)
    if matrix.is_orthogonal:
        carried, rest = matrix, IDENTITY
    else:
        carried, rest = IDENTITY, matrix
    children = [part for child in node.children for part in _prepared(child, rest, above.then(carried))]
    clips = tuple(clip.transformed(rest) for clip in node.clips)
    return [Group(children, carried, clips, 1.0, node.pivot if carried == node.matrix else None)] if children else []


def _prepared_shape(shape: Shape, pending: Matrix, above: Matrix) -> list[Node]:
    if shape.stroke and above.then(pending).uniform_scale is None:
        _refuse("a stroke that is stretched or skewed by a transform")
    whole = moved(shape, pending)
    if whole is None:  # a stroke under a skew that the groups above undo
        _refuse("a stroke that is stretched or skewed by a transform")
    both = whole.fill and whole.stroke
    apart = [replace(whole, stroke=None), replace(whole, fill=None)] if both else [whole]
    if both and not whole.stroke_first and not any(_is_oval(part) for part in apart):
        return [whole]
    ordered = reversed(apart) if whole.stroke_first else apart
    return [_circular(part) for part in ordered]


def _is_oval(shape: Shape) -> bool:
    paint = shape.fill.paint if shape.fill else shape.stroke.paint if shape.stroke else None
    if not isinstance(paint, Radial):
        return False
    longer, shorter, _ = paint.matrix.ellipse()
    return longer > shorter * _CIRCULAR


def _circular(shape: Shape) -> Node:
    """Return the shape within a group that stretches the circle of its gradient to the ellipse that it is."""
    if not _is_oval(shape):
        return shape
    if not shape.fill or not isinstance(paint := shape.fill.paint, Radial):
        _refuse("an outline with an oval gradient")
    longer, shorter, angle = paint.matrix.ellipse()
    x, y = paint.matrix.e, paint.matrix.f
    cosine, sine = math.cos(angle), math.sin(angle)
    stretch = longer / shorter
    centre = Matrix(e=x, f=y)
    group = centre.then(Matrix(cosine * stretch, sine * stretch, -sine, cosine)).then(Matrix(e=-x, f=-y))
    circle = Radial(Matrix(shorter, 0, 0, shorter, x, y), paint.stops, paint.spread)
    path = shape.path.transformed(group.inverse())
    return Group([Shape(path, replace(shape.fill, paint=circle), None)], group, pivot=(x, y))


def _refuse(what: str) -> NoReturn:
    raise ConversionError(f"the SVG holds {what}, which vector drawables cannot draw", _ADVICE)
