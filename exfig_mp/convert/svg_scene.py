"""From SVG elements to a picture of groups and shapes: styles inherited, references followed, units resolved.

What a vector drawable cannot hold is refused by name, never left out: a drawing without its shadow is another drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from msgspec.structs import replace

from exfig_mp.convert import gradients
from exfig_mp.convert.budget import by_id, weigh
from exfig_mp.convert.clips import clip_path, mask_paths
from exfig_mp.convert.colors import BLACK, parse_color
from exfig_mp.convert.geometry import Box, rectangle
from exfig_mp.convert.matrix import IDENTITY, Matrix, parse_transform
from exfig_mp.convert.scene import Fill, Group, Picture, Shape, Stroke, extent
from exfig_mp.convert.shaded import shaded
from exfig_mp.convert.shapes import SHAPES, fitted, length, outline, root_view, view_box
from exfig_mp.convert.styles import flatten
from exfig_mp.convert.svg_tree import local_reference, read
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.convert.path_data import Path
    from exfig_mp.convert.scene import Node, Paint
    from exfig_mp.convert.svg_tree import Element

_INHERITED = frozenset({
    *("color", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-opacity", "stroke-width", "stroke-linecap"),
    *("stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "visibility", "paint-order", "marker"),
    *("marker-start", "marker-mid", "marker-end"),
})  # fmt: skip
_REFUSED = {
    "text": "text",
    "image": "a picture of pixels",
    "foreignObject": "a foreign object, which is how Figma writes angular gradients and background blur",
    "switch": "a switch",
}
_MOST_BLURS = 20  # each may take half a second
_BLURS = ("feGaussianBlur", "feDropShadow")
_SIDES = ("width", "height")
_HOLDERS = frozenset({"g", "a"})
_ADVICE = "change it in Figma, or export this component as PNG or WebP"

_Style = dict[str, str]


def read_picture(body: bytes) -> Picture:
    """Return what an SVG draws.

    Raises:
        ConversionError: if it cannot be read, costs too much, or holds what vector drawables cannot draw.
    """
    root = read(body)
    flatten(root)
    weigh(root)
    view = root_view(root)
    box = view_box(root)
    builder = _Builder(by_id(root), (box[2], box[3]) if box else (view.width, view.height))
    return builder.picture(root, view.width, view.height, view.matrix)


class _Builder:
    def __init__(self, ids: dict[str, Element], size: tuple[float, float]) -> None:
        self._ids = ids
        self._size = size
        self._blurs = 0

    def picture(self, root: Element, width: float, height: float, matrix: Matrix) -> Picture:
        content = self._within(Group(self._children(root, _inherit({}, root))), root)
        children = (
            content.children if isinstance(content, Group) and not content.clips else [content] if content else []
        )
        alpha = content.alpha if isinstance(content, Group) and not content.clips else 1.0
        if matrix.a != matrix.d:
            return Picture(width, height, (width, height), alpha, [Group(children, matrix)])
        viewport = width / matrix.a, height / matrix.a
        if matrix.e or matrix.f:
            children = [Group(children, Matrix(e=matrix.e / matrix.a, f=matrix.f / matrix.a))]
        return Picture(width, height, viewport, alpha, children)

    def _children(self, element: Element, style: _Style) -> list[Node]:
        drawn = (self._node(child, style) for child in element.children)
        return [node for node in drawn if node is not None]

    def _node(self, element: Element, style: _Style) -> Node | None:
        name, given = element.name, element.attributes
        if given.get("display") == "none":
            return None
        if name in _REFUSED:
            _refuse(_REFUSED[name])
        style = _inherit(style, element)
        drawn: Node | None
        if name in SHAPES:
            drawn = self._shape(element, style)
        elif name in _HOLDERS:
            children = self._children(element, style)
            drawn = Group(children) if children else None
        elif name == "use":
            drawn = self._use(element, style)
        elif name == "svg":
            drawn = self._viewport(element, style, element)
        else:
            return None  # definitions, descriptions, animations: nothing that is seen by itself
        return self._within(drawn, element) if drawn is not None else None

    def _use(self, element: Element, style: _Style) -> Node | None:
        target = self._ids.get(local_reference(element.attributes.get("href", "")) or "")
        if target is None:
            return None
        if target.name in {"symbol", "svg"}:
            drawn = self._viewport(target, _inherit(style, target), element)
        else:
            drawn = self._node(target, style)
        x, y = (length(element.attributes.get(name), whole) for name, whole in zip("xy", self._size, strict=True))
        if drawn is not None and ("x" in element.attributes or "y" in element.attributes):
            drawn = Group([drawn], Matrix(e=x, f=y))
        return drawn

    def _viewport(self, element: Element, style: _Style, sized: Element) -> Node | None:
        """Return the content of a symbol or a nested svg; `sized` says how large, and is a `use` or the svg itself."""
        given = element.attributes | {key: sized.attributes[key] for key in _SIDES if key in sized.attributes}
        width, height = (length(given.get(name, "100%"), whole) for name, whole in zip(_SIDES, self._size, strict=True))
        children = self._children(element, style)
        if not children or width <= 0 or height <= 0:
            return None
        matrix = fitted(element, width, height)
        clips: tuple[Path, ...] = ()
        if given.get("overflow", "hidden") not in {"visible", "auto"} and (view_box(element) or element.name == "svg"):
            clips = (rectangle(Box(0, 0, width, height)).transformed(matrix.inverse()),)
        place = IDENTITY
        if element is sized:
            place = Matrix(e=length(given.get("x"), self._size[0]), f=length(given.get("y"), self._size[1]))
        return Group(children, place.then(matrix), clips)

    def _shape(self, element: Element, style: _Style) -> Shape | None:
        path = outline(element, self._size)
        if not path.segments or style.get("visibility") in {"hidden", "collapse"}:
            return None
        if any(style.get(name, "none") != "none" for name in ("marker", "marker-start", "marker-mid", "marker-end")):
            _refuse("markers")
        fill = self._fill(path, style) if element.name != "line" else None
        stroke = self._stroke(path, style)
        if stroke and element.attributes.get("vector-effect") == "non-scaling-stroke":
            _refuse("a stroke that does not scale")
        if fill is None and stroke is None:
            return None
        order = style.get("paint-order", "").split()
        return Shape(
            path, fill, stroke, stroke_first="stroke" in order and "fill" not in order[: order.index("stroke")]
        )

    def _fill(self, path: Path, style: _Style) -> Fill | None:
        paint = self._paint(style.get("fill", "black"), path, style)
        if paint is None:
            return None
        return Fill(paint, _share(style.get("fill-opacity")), style.get("fill-rule") == "evenodd")

    def _stroke(self, path: Path, style: _Style) -> Stroke | None:
        width = length(style.get("stroke-width"), self._size[0], 1.0)
        paint = self._paint(style.get("stroke", "none"), path, style)
        if paint is None or width <= 0:
            return None
        if any(
            length(dash, self._size[0]) > 0 for dash in style.get("stroke-dasharray", "none").replace(",", " ").split()
        ):
            _refuse("a dashed stroke")
        join = style.get("stroke-linejoin", "miter")
        return Stroke(
            paint,
            _share(style.get("stroke-opacity")),
            width,
            style.get("stroke-linecap", "butt"),
            join if join in {"round", "bevel"} else "miter",
            length(style.get("stroke-miterlimit"), 1.0, 4.0),
        )

    def _paint(self, value: str, path: Path, style: _Style) -> Paint | None:
        value = value.strip()
        current = parse_color(style.get("color", "")) or BLACK
        if value.lower().startswith("url("):
            target = self._ids.get(local_reference(value) or "")
            if target is None:
                rest = value.partition(")")[2].strip()
                return self._paint(rest, path, style) if rest else None
            if target.name == "pattern":
                _refuse("a pattern, which is how Figma fills with pictures")
            if target.name not in {"linearGradient", "radialGradient"}:
                return None
            return gradients.resolve(target, self._ids, path, self._size, current)
        match value.lower():
            case "none" | "":
                return None
            case "currentcolor":
                return current
            case "context-fill" | "context-stroke":
                _refuse(f"the paint {value}")
        return parse_color(value)

    def _within(self, drawn: Node, element: Element) -> Node | None:
        """Return what is drawn with the transform, clips, mask and opacity of its element; None if none of it shows."""
        given = element.attributes
        drawn = self._shaded(drawn, given)
        own = parse_transform(given.get("transform", "")) if element.name != "svg" else None
        matrix, pivot = own or (IDENTITY, None)
        clips = self._clips(given, drawn)
        alpha = _share(given.get("opacity"))
        if matrix.determinant == 0 or alpha == 0 or any(not clip.segments for clip in clips):
            return None
        if isinstance(drawn, Shape) and not clips:
            shape = _faded(drawn, alpha)
            moved_shape = shape and moved(shape, matrix)
            if moved_shape:
                return moved_shape
        if drawn is _plain(drawn) and isinstance(drawn, Group):
            return Group(drawn.children, matrix, clips, alpha, pivot)
        if matrix == IDENTITY and not clips and alpha == 1:
            return drawn
        return Group([drawn], matrix, clips, alpha, pivot)

    def _shaded(self, drawn: Node, given: dict[str, str]) -> Node:
        """Return what is drawn above the shadows of its filter; refuse what else effects do."""
        mode = given.get("mix-blend-mode", "normal")
        if mode != "normal":
            _refuse(f"the blend mode {mode}")
        if given.get("filter", "none") == "none":
            return drawn
        target = self._ids.get(local_reference(given["filter"]) or "")
        self._blurs += sum(step.name in _BLURS for step in target.children) if target else 0
        if self._blurs > _MOST_BLURS:
            _refuse(f"more than {_MOST_BLURS} blurs")
        below = shaded(drawn, target, self._size) if target and target.name == "filter" else None
        if below is None:
            names = sorted({child.name for child in target.children}) if target else []
            _refuse("an effect" + (f" (filter of {', '.join(names)})" if names else ""))
        return Group([*below, drawn]) if below else drawn

    def _clips(self, given: dict[str, str], drawn: Node) -> tuple[Path, ...]:
        clips: tuple[Path, ...] = ()
        for name in ("clip-path", "mask"):
            target = self._ids.get(local_reference(given.get(name, "")) or "")
            box = extent(drawn, IDENTITY, strokes=False) if target is not None else None
            while target is not None and target.name == "clipPath" and name == "clip-path":
                clips += (clip_path(target, self._ids, box, self._size),)
                target = self._ids.get(local_reference(target.attributes.get("clip-path", "")) or "")
            if target is not None and target.name == "mask" and name == "mask":
                clips += mask_paths(target, self._ids, box, self._size)
                if "mask" in target.attributes:
                    _refuse("a mask that is masked itself")
        return clips


def moved(shape: Shape, matrix: Matrix) -> Shape | None:
    """Return the shape as `matrix` maps it; None if its stroke would not be one of equal width any more."""
    if matrix == IDENTITY:
        return shape
    fill, stroke, scale = shape.fill, shape.stroke, matrix.uniform_scale
    if stroke and scale is None:
        return None
    if fill:
        fill = replace(fill, paint=gradients.moved(fill.paint, matrix))
    if stroke and scale:
        stroke = replace(stroke, paint=gradients.moved(stroke.paint, matrix), width=stroke.width * scale)
    return Shape(shape.path.transformed(matrix), fill, stroke, shape.stroke_first)


def _plain(node: Node) -> Node | None:
    """Return the node if it is a group that does nothing but hold."""
    if isinstance(node, Group) and node.matrix == IDENTITY and not node.clips and node.alpha == 1:
        return node
    return None


def _faded(shape: Shape, alpha: float) -> Shape | None:
    """Return the shape with its one paint faded; None if it has two, which fade as a whole."""
    if alpha == 1:
        return shape
    if shape.fill and shape.stroke:
        return None
    if shape.fill:
        return replace(shape, fill=replace(shape.fill, alpha=shape.fill.alpha * alpha))
    return replace(shape, stroke=replace(shape.stroke, alpha=shape.stroke.alpha * alpha)) if shape.stroke else shape


def _inherit(style: _Style, element: Element) -> _Style:
    own = {key: value for key, value in element.attributes.items() if key in _INHERITED and value != "inherit"}
    return {**style, **own} if own else style


def _share(text: str | None) -> float:
    return min(max(length(text, 1.0, 1.0), 0.0), 1.0)


def _refuse(what: str) -> NoReturn:
    raise ConversionError(f"the SVG holds {what}, which vector drawables cannot draw", _ADVICE)
