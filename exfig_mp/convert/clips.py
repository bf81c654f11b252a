"""Clip paths, and the masks that are just that: plain shapes beyond which nothing shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.convert.colors import parse_color
from exfig_mp.convert.geometry import Box, rectangle, united
from exfig_mp.convert.matrix import IDENTITY, Matrix, parse_transform
from exfig_mp.convert.path_data import Path
from exfig_mp.convert.shapes import SHAPES, length, outline
from exfig_mp.convert.svg_tree import Element, local_reference
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADVICE = "flatten the mask in Figma, or export the component as PNG or WebP"
_MASK_ONLY = "the SVG holds a mask that is more than a plain shape, which vector drawables cannot draw"
_TANGLED = "the SVG holds a {} of outlines that cross each other, which vector drawables cannot draw"


def clip_path(clip: Element, ids: dict[str, Element], box: Box | None, size: tuple[float, float]) -> Path:
    """Return what a `clipPath` lets through, empty if nothing; `box` is the extent of what it is applied to.

    Raises:
        ConversionError: if no single outline says it.
    """
    matrix = _own(clip)
    if clip.attributes.get("clipPathUnits") == "objectBoundingBox":
        matrix = _of_box(box).then(matrix)
    paths = []
    for element, place in _shapes(clip, ids, matrix, {}):
        if "clip-path" in element.attributes:
            raise ConversionError("the SVG holds a clip path that is clipped itself, which is not understood", _ADVICE)
        rule = element.attributes.get("clip-rule", clip.attributes.get("clip-rule", ""))
        paths.append((outline(element, size).transformed(place), rule == "evenodd"))
    return _united(paths, "clip path")


def mask_paths(mask: Element, ids: dict[str, Element], box: Box | None, size: tuple[float, float]) -> tuple[Path, ...]:
    """Return the clips that do what a `mask` of opaque shapes does: white ones, or of any colour for an alpha mask.

    Raises:
        ConversionError: if the mask does more than that.
    """
    matrix = _of_box(box) if mask.attributes.get("maskContentUnits") == "objectBoundingBox" else IDENTITY
    by_alpha = mask.attributes.get("mask-type") == "alpha"
    paths = []
    for element, place in _shapes(mask, ids, matrix, mask.attributes):
        if not _is_opaque(element.attributes, by_alpha=by_alpha):
            raise ConversionError(_MASK_ONLY, _ADVICE)
        rule = element.attributes.get("fill-rule", "")
        paths.append((outline(element, size).transformed(place), rule == "evenodd"))
    shape, region = _united(paths, "mask"), _region(mask, box, size)
    return (shape,) if region is None else (shape, region)


def _shapes(
    holder: Element, ids: dict[str, Element], matrix: Matrix, style: dict[str, str], depth: int = 0
) -> Iterator[tuple[Element, Matrix]]:
    """Yield the shapes in a clip path or a mask with the styles that they inherit, and where they are."""
    for child in holder.children:
        given = {**_passed_on(style), **child.attributes}
        if given.get("display") == "none" or given.get("visibility") in {"hidden", "collapse"}:
            continue
        place = matrix.then(_own(child))
        if child.name == "use" and depth < 10:
            target = ids.get(local_reference(given.get("href", "")) or "")
            moved = place.then(Matrix(e=length(given.get("x"), 1.0), f=length(given.get("y"), 1.0)))
            yield from _shapes(Element("g", {}, [target] if target else []), ids, moved, given, depth + 1)
        elif child.name in {"g", "a"}:
            yield from _shapes(child, ids, place, given, depth)
        elif child.name in SHAPES:
            yield Element(child.name, given), place
        elif child.name in {"text", "image", "foreignObject"}:
            raise ConversionError(
                f"the SVG holds a mask made of <{child.name}>, which vector drawables cannot draw", _ADVICE
            )


def _passed_on(style: dict[str, str]) -> dict[str, str]:
    kept = ("fill", "fill-rule", "clip-rule", "fill-opacity", "stroke", "visibility", "opacity", "mask", "filter")
    return {name: style[name] for name in kept if name in style}


def _is_opaque(given: dict[str, str], *, by_alpha: bool) -> bool:
    color = parse_color(given.get("fill", "black"))
    plain = all(length(given.get(name), 1.0, 1.0) >= 1 for name in ("opacity", "fill-opacity"))
    effects = any(given.get(name, "none") != "none" for name in ("stroke", "mask", "filter", "clip-path"))
    if color is None or color.alpha < 1 or not plain or effects:
        return False
    return by_alpha or color[:3] == (255, 255, 255)


def _united(paths: list[tuple[Path, bool]], what: str) -> Path:
    drawn = [(path, even_odd) for path, even_odd in paths if path.segments]
    if not drawn:
        return Path()
    rules = {even_odd for _, even_odd in drawn}
    whole = united([path for path, _ in drawn], even_odd=rules == {True}) if len(rules) == 1 else None
    if whole is None:
        raise ConversionError(_TANGLED.format(what), _ADVICE)
    return whole


def _region(mask: Element, box: Box | None, size: tuple[float, float]) -> Path | None:
    """Return the outline of the region that a mask is for; None if it is left at its default, around everything."""
    given = mask.attributes
    if not any(name in given for name in ("x", "y", "width", "height")):
        return None
    in_box = given.get("maskUnits") != "userSpaceOnUse"
    whole = (1.0, 1.0) if in_box else size
    left, top = length(given.get("x"), whole[0], -0.1 * whole[0]), length(given.get("y"), whole[1], -0.1 * whole[1])
    width = length(given.get("width"), whole[0], 1.2 * whole[0])
    height = length(given.get("height"), whole[1], 1.2 * whole[1])
    region = rectangle(Box(left, top, left + width, top + height))
    return region.transformed(_of_box(box)) if in_box else region


def _of_box(box: Box | None) -> Matrix:
    return Matrix(box.width, 0, 0, box.height, box.left, box.top) if box else Matrix(0, 0, 0, 0)


def _own(element: Element) -> Matrix:
    own = parse_transform(element.attributes.get("transform", ""))
    return own[0] if own else IDENTITY
