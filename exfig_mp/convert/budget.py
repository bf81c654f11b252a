"""What drawing an SVG would cost, told before it is drawn: a few `use` elements can stand for billions of shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exfig_mp.convert.shapes import length, numbers
from exfig_mp.convert.svg_tree import local_reference, references
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.convert.svg_tree import Element

_MOST_DRAWN = 20_000  # elements, counted as often as they are referred to
_DEEPEST = 100  # within each other, references followed; renderers recurse
_LAYERS = ("filter", "mask", "clip-path", "opacity", "mix-blend-mode")
_MARKERS = ("marker-start", "marker-mid", "marker-end", "marker")
_ADVICE = "flatten the drawing in Figma"


class Weight(NamedTuple):
    """How many elements are drawn, how many of them on a layer of their own, and how deep they are nested.

    `filtering` is how often all pixels of the drawing would have to be painted to take as long as the filters do.
    """

    elements: int
    layers: int
    depth: int
    filtering: float = 0.0


def weigh(root: Element) -> Weight:
    """Return what drawing `root` would cost.

    Raises:
        ConversionError: if that is too much, or endless.
    """
    return _Scale(root).weigh(root, 0)


class _Scale:
    def __init__(self, root: Element) -> None:
        self._ids = by_id(root)
        self._area = max(1.0, _area(root.attributes, ("width", "height")))
        self._known: dict[int, Weight] = {}
        self._open: set[int] = set()

    def weigh(self, element: Element, depth: int) -> Weight:
        key = id(element)
        known = self._known.get(key)
        if key in self._open:
            raise ConversionError(f"a <{element.name}> of the SVG refers to itself", _ADVICE)
        if depth + (known.depth if known else 0) > _DEEPEST:
            raise ConversionError(f"the SVG nests more than {_DEEPEST} elements within each other", _ADVICE)
        if known:
            return known
        self._open.add(key)
        parts = [self.weigh(child, depth + 1) for child in element.children]
        for target, times in self._targets(element):
            weight = self.weigh(target, depth + 1)
            elements, layers, below, filtering = weight
            parts.append(Weight(elements * times, layers * times, below, filtering * times))
        self._open.discard(key)
        whole = Weight(
            1 + sum(part.elements for part in parts),
            any(name in element.attributes for name in _LAYERS) + sum(part.layers for part in parts),
            1 + max((part.depth for part in parts), default=0),
            sum(part.filtering for part in parts)
            + (_filtering(element, self._area) if element.name == "filter" else 0),
        )
        if whole.elements > _MOST_DRAWN:
            raise ConversionError(f"the SVG draws more than {_MOST_DRAWN:,} elements, references counted", _ADVICE)
        self._known[key] = whole
        return whole

    def _targets(self, element: Element) -> list[tuple[Element, int]]:
        found = []
        for name, value in element.attributes.items():
            if name == "href":
                ids = [local_reference(value)] if element.name != "a" else []
            else:
                ids = [target[1:] for target in references(value)] if "url" in value.lower() else []
            times = 1 + len(element.attributes.get("d", "")) // 2 if name in _MARKERS else 1
            found += [(self._ids[key], times) for key in ids if key in self._ids]
        return found


def _filtering(holder: Element, area: float) -> float:
    """Return the work of a filter, in paintings of the whole drawing: of its region where that is given in units."""
    if holder.name != "filter":
        return 0.0
    given = holder.attributes
    region = _area(given, ("width", "height")) if given.get("filterUnits") == "userSpaceOnUse" else area
    share = min(1.0, region / area) if region > 0 else 1.0
    return share * sum(_effort(step.name, step.attributes) for step in holder.children)


def _effort(name: str, given: dict[str, str]) -> float:
    """Return what one step of a filter costs for a pixel, roughly in what painting it costs."""
    match name:
        case "feGaussianBlur" | "feDropShadow":
            return 50.0  # measured; it does not depend on the radius
        case "feTurbulence":
            return 20.0 * max(numbers(given.get("numOctaves", "1")) or [1.0])
        case "feMorphology":
            return 5.0 * (1 + 2 * max(numbers(given.get("radius", "0")) or [0.0])) ** 2
        case "feConvolveMatrix":
            return 5.0 * max(numbers(given.get("order", "3")) or [3.0]) ** 2
    return 5.0


def _area(given: dict[str, str], sides: tuple[str, str]) -> float:
    width, height = (length(given.get(side), 0.0) for side in sides)
    return width * height


def by_id(root: Element) -> dict[str, Element]:
    """Return the elements by their ids; the first of equal ones counts."""
    found: dict[str, Element] = {}
    for element in root.walk():
        if "id" in element.attributes:
            found.setdefault(element.attributes["id"], element)
    return found
