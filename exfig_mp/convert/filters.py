"""Filters that draw shadows below what they are applied to, as Figma writes them; all others are refused.

https://www.w3.org/TR/filter-effects-1/. A shadow is told by the graph of primitives: some alpha, moved and blurred, in
one colour, below the graphic. Blending has no effect where the image below is empty, as the background's always is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.convert.colors import BLACK, Color, parse_color
from exfig_mp.convert.shapes import length, numbers

if TYPE_CHECKING:
    from exfig_mp.convert.svg_tree import Element

_HARD = [0.0] * 18 + [127.0, 0.0]


class Shadow(Struct, frozen=True):
    """A shadow of all that is drawn: where it is, the standard deviation of its blur, and its colour with alpha.

    It is of the shape alone if it is `hard`, and else as strong as what is drawn. `is_cut` has none below the shape.
    """

    offset: tuple[float, float] = (0.0, 0.0)
    blur: float = 0.0
    color: Color = BLACK
    hard: bool = False
    is_cut: bool = False


class _Image(Struct, frozen=True):
    """What a primitive gives: shadows from the lowest, and above them the graphic itself, or nothing."""

    shadows: tuple[Shadow, ...] = ()
    has_graphic: bool = False

    def over(self, other: _Image) -> _Image | None:
        if other.has_graphic:
            return None if self.shadows or self.has_graphic else other
        return _Image(other.shadows + self.shadows, self.has_graphic)


_NOTHING, _GRAPHIC, _ALPHA = _Image(), _Image(has_graphic=True), _Image((Shadow(),))


def shadows(filter_: Element) -> tuple[Shadow, ...] | None:
    """Return the shadows that a filter draws, from the lowest; None if it does anything else."""
    given = filter_.attributes
    if given.get("primitiveUnits", "userSpaceOnUse") != "userSpaceOnUse":
        return None
    if any(one.attributes.get("color-interpolation-filters", "linearRGB") != "sRGB" for one in _said(filter_)):
        return None  # edges are blended otherwise in linear light
    known = {"SourceGraphic": _GRAPHIC, "SourceAlpha": _ALPHA}
    last: _Image | None = _GRAPHIC
    for step in filter_.children:
        inputs = [known.get(step.attributes.get(name, ""), last) for name in ("in", "in2")]
        if any(name in step.attributes and step.attributes[name] not in known for name in ("in", "in2")):
            return None
        if any(side in step.attributes for side in ("x", "y", "width", "height")) or inputs[0] is None:
            return None
        last = _merged(step, known, last) if step.name == "feMerge" else _applied(step, inputs)
        if last is None:
            return None
        if "result" in step.attributes:
            known[step.attributes["result"]] = last
    return last.shadows if last and last.has_graphic else None


def _said(filter_: Element) -> list[Element]:
    """Return what says in which light colours are mixed: each primitive that does, or else the filter."""
    own = [step for step in filter_.children if "color-interpolation-filters" in step.attributes]
    return own if filter_.children and len(own) == len(filter_.children) else [filter_, *own]


def _merged(step: Element, known: dict[str, _Image], last: _Image | None) -> _Image | None:
    whole: _Image | None = _NOTHING
    for node in step.children:
        layer = known.get(node.attributes.get("in", ""), last)
        if whole is None or layer is None:
            return None
        whole = layer.over(whole)
    return whole


def _applied(step: Element, inputs: list[_Image | None]) -> _Image | None:
    image, other = inputs
    given = step.attributes
    if image is None or other is None:
        return None
    match step.name:
        case "feFlood":
            return _NOTHING if length(given.get("flood-opacity"), 1.0, 1.0) == 0 else None
        case "feBlend":
            return image.over(other) if other == _NOTHING or given.get("mode", "normal") == "normal" else None
        case "feDropShadow":
            return _dropped(given, image)
    if image.has_graphic or len(image.shadows) != 1:
        return None
    shadow = _changed(step, image.shadows[0], other)
    return _Image((shadow,)) if shadow else None


def _dropped(given: dict[str, str], image: _Image) -> _Image | None:
    blur = _deviation(given.get("stdDeviation", "2"))
    color = parse_color(given.get("flood-color", "black"))
    if image != _GRAPHIC or blur is None or color is None:
        return None
    offset = length(given.get("dx"), 1.0, 2.0), length(given.get("dy"), 1.0, 2.0)
    return _Image((Shadow(offset, blur, color.faded(length(given.get("flood-opacity"), 1.0, 1.0))),), has_graphic=True)


def _changed(step: Element, shadow: Shadow, other: _Image) -> Shadow | None:
    given = step.attributes
    match step.name:
        case "feOffset":
            x, y = shadow.offset
            return replace(shadow, offset=(x + length(given.get("dx"), 1.0), y + length(given.get("dy"), 1.0)))
        case "feGaussianBlur":
            blur = _deviation(given.get("stdDeviation", "0"))
            return None if blur is None or shadow.blur else replace(shadow, blur=blur)
        case "feColorMatrix":
            return _colored(shadow, numbers(given.get("values", "")))
        case "feComposite" if given.get("operator") == "out" and other.shadows == (Shadow(hard=True),):
            return replace(shadow, is_cut=True)
    return None


def _colored(shadow: Shadow, values: list[float]) -> Shadow | None:
    if values == _HARD and shadow == Shadow():
        return replace(shadow, hard=True)
    if len(values) != 20 or any(value for at, value in enumerate(values) if at not in {4, 9, 14, 18}):
        return None
    red, green, blue = (_channel(values[at]) for at in (4, 9, 14))
    return replace(shadow, color=Color(red, green, blue, min(max(values[18], 0.0), 1.0)))


def _channel(value: float) -> int:
    return int(min(max(value, 0.0), 1.0) * 255 + 0.5)


def _deviation(text: str) -> float | None:
    found = numbers(text)
    if not found or len(set(found)) > 1 or found[0] < 0:
        return None
    return found[0]
