"""SVG to VectorDrawable, laid out as ExFig v1 does.

The format: https://developer.android.com/reference/android/graphics/drawable/VectorDrawable, gradients with `aapt:attr`
(https://developer.android.com/guide/topics/resources/complex-xml-resources). Needs Android 7 (API 24).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from exfig_mp.convert.colors import Color
from exfig_mp.convert.layering import drawable
from exfig_mp.convert.matrix import IDENTITY
from exfig_mp.convert.path_data import number
from exfig_mp.convert.path_limits import split
from exfig_mp.convert.scene import Fill, Linear, Shape
from exfig_mp.convert.svg_scene import read_picture

if TYPE_CHECKING:
    from exfig_mp.conversions import VectorDrawable
    from exfig_mp.convert.matrix import Matrix
    from exfig_mp.convert.scene import Group, Node, Picture, Radial, Stroke

_INDENT = "    "
_FINE = 6  # digits of factors and angles: they are multiplied with coordinates
_TILES = {"reflect": "mirror", "repeat": "repeat"}
_Attributes = list[tuple[str, str]]


def to_vector_drawable(body: bytes, options: VectorDrawable) -> bytes:
    """Return the XML of a vector drawable that draws what an SVG does.

    Raises:
        ConversionError: if it cannot be read, or holds what vector drawables cannot draw.
    """
    picture = drawable(read_picture(body))
    return _Writer(options).document(picture).encode()


class _Writer:
    def __init__(self, options: VectorDrawable) -> None:
        self._options = options
        self._lines: list[str] = []
        self._has_gradients = False

    def document(self, picture: Picture) -> str:
        for child in picture.children:
            self._node(child, 1, self._options.precision)
        head = ['<?xml version="1.0" encoding="utf-8"?>', "<vector"]
        attributes = [f"{_INDENT}{name}={_quoted(value)}" for name, value in self._root(picture)]
        return "\n".join([*head, *attributes[:-1], attributes[-1] + ">", *self._lines, "</vector>"])

    def _root(self, picture: Picture) -> _Attributes:
        digits = self._options.precision
        spaces = [("xmlns:android", "http://schemas.android.com/apk/res/android")]
        if self._has_gradients:
            spaces.append(("xmlns:aapt", "http://schemas.android.com/aapt"))
        attributes = [
            ("width", number(picture.width, digits) + "dp"),
            ("height", number(picture.height, digits) + "dp"),
            ("viewportWidth", number(picture.viewport[0], digits)),
            ("viewportHeight", number(picture.viewport[1], digits)),
        ]
        if picture.alpha < 1:
            attributes.append(("alpha", number(picture.alpha, digits)))
        if self._options.right_to_left:
            attributes.append(("autoMirrored", "true"))
        return spaces + [(f"android:{name}", value) for name, value in attributes]

    def _node(self, node: Node, depth: int, digits: int) -> None:
        if isinstance(node, Shape):
            for path in split(node, digits, strict=self._options.strict):
                self._path(path, node, depth, digits)
            return
        inner = digits + max(0, math.ceil(math.log10(max(node.matrix.largest_scale, 1e-9)) - 1e-9))
        self._open("group", group_attributes(node, digits), depth)
        for clip in node.clips:
            for text in split(Shape(clip, None, None), inner):
                self._open("clip-path", [("pathData", text)], depth + 1, end="/>")
        for child in node.children:
            self._node(child, depth + 1, inner)
        self._lines.append(f"{_INDENT * depth}</group>")

    def _path(self, path: str, shape: Shape, depth: int, digits: int) -> None:
        attributes = [("pathData", path)]
        gradients: list[tuple[str, Linear | Radial]] = []
        for name, part in (("fill", shape.fill), ("stroke", shape.stroke)):
            if part is None:
                continue
            if isinstance(part.paint, Color):
                attributes.append((f"{name}Color", _color(part.paint)))
            else:
                gradients.append((f"{name}Color", part.paint))
            attributes += self._fill(part) if isinstance(part, Fill) else self._stroke(part, digits)
        if not gradients:
            self._open("path", attributes, depth, end="/>")
            return
        self._has_gradients = True
        self._open("path", attributes, depth)
        for name, gradient in gradients:
            self._gradient(name, gradient, depth + 1, digits)
        self._lines.append(f"{_INDENT * depth}</path>")

    def _fill(self, fill: Fill) -> _Attributes:
        attributes = [("fillAlpha", number(fill.alpha, 4))] if fill.alpha < 1 else []
        return attributes + ([("fillType", "evenOdd")] if fill.even_odd else [])

    def _stroke(self, stroke: Stroke, digits: int) -> _Attributes:
        attributes = [("strokeWidth", number(stroke.width, digits))]
        if stroke.alpha < 1:
            attributes.append(("strokeAlpha", number(stroke.alpha, 4)))
        if stroke.cap in {"round", "square"}:
            attributes.append(("strokeLineCap", stroke.cap))
        if stroke.join != "miter":
            attributes.append(("strokeLineJoin", stroke.join))
        elif stroke.miter_limit != 4:
            attributes.append(("strokeMiterLimit", number(stroke.miter_limit, digits)))
        return attributes

    def _gradient(self, name: str, gradient: Linear | Radial, depth: int, digits: int) -> None:
        pad = _INDENT * depth
        self._lines.append(f'{pad}<aapt:attr name="android:{name}">')
        self._open("gradient", gradient_attributes(gradient, digits), depth + 1)
        for offset, color in gradient.stops:
            shown = f"#{color.alpha_hex}{color.hex}"
            self._lines.append(
                f'{pad}{_INDENT * 2}<item android:offset="{number(offset, 4)}" android:color="{shown}"/>'
            )
        self._lines += [f"{pad}{_INDENT}</gradient>", f"{pad}</aapt:attr>"]

    def _open(self, name: str, attributes: _Attributes, depth: int, end: str = ">") -> None:
        pad = _INDENT * depth
        if not attributes:
            self._lines.append(f"{pad}<{name}{end}")
            return
        lines = [f"{pad}{_INDENT}android:{key}={_quoted(value)}" for key, value in attributes]
        self._lines += [f"{pad}<{name}", *lines[:-1], lines[-1] + end]


def group_attributes(group: Group, digits: int) -> _Attributes:
    """Return what a group does to its content, without what leaves it as it is.

    A point is first moved by minus the pivot, scaled, rotated, and moved by pivot and translation.
    """
    matrix = group.matrix
    if matrix == IDENTITY:
        return []
    pivot = group.pivot or (0.0, 0.0)
    x, y = matrix.apply(*pivot)
    scale_x, scale_y, rotation = _factors(matrix)
    values = [
        ("translateX", x - pivot[0], digits, 0.0),
        ("translateY", y - pivot[1], digits, 0.0),
        ("scaleX", scale_x, _FINE, 1.0),
        ("scaleY", scale_y, _FINE, 1.0),
        ("rotation", rotation, _FINE, 0.0),
        ("pivotX", pivot[0], digits, 0.0),
        ("pivotY", pivot[1], digits, 0.0),
    ]
    return [
        (name, number(value, fine)) for name, value, fine, usual in values if number(value, fine) != number(usual, 0)
    ]


def _factors(matrix: Matrix) -> tuple[float, float, float]:
    scale_x = math.hypot(matrix.a, matrix.b)
    if matrix.b == 0 and matrix.a < 0:  # a mirror rather than a half turn with another mirror
        return matrix.a, matrix.d, 0.0
    return scale_x, matrix.determinant / scale_x, math.degrees(math.atan2(matrix.b, matrix.a))


def gradient_attributes(gradient: Linear | Radial, digits: int) -> _Attributes:
    """Return the shape of a gradient; a radial one is a circle by now."""
    values: list[tuple[str, float]]
    if isinstance(gradient, Linear):
        (x, y), (to_x, to_y) = gradient.start, gradient.end
        kind, values = "linear", [("startX", x), ("startY", y), ("endX", to_x), ("endY", to_y)]
    else:
        matrix = gradient.matrix
        radius = math.sqrt(abs(matrix.determinant))
        kind, values = "radial", [("centerX", matrix.e), ("centerY", matrix.f), ("gradientRadius", radius)]
    tile = [("tileMode", _TILES[gradient.spread])] if gradient.spread in _TILES else []
    return [("type", kind), *((name, number(value, digits)) for name, value in values), *tile]


def _color(color: Color) -> str:
    return f"#{color.hex}" if color.alpha >= 1 else f"#{color.alpha_hex}{color.hex}"


def _quoted(value: str) -> str:
    return f'"{value}"'  # all values are numbers, words of ours and path data: nothing to escape
