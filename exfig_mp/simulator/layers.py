"""The layers of a component: its artwork as Figma describes it. They change whenever, and only if, the drawing does.

Paths stay on the grid of the artwork, whatever the size of the component.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from exfig_mp.simulator import artwork
from exfig_mp.simulator.design import rgba

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.simulator.artwork import Element
    from exfig_mp.simulator.design import Component

_MOST = 9  # node ids leave room for so many
_INSET = 2
_SCALE = {"vertical": "SCALE", "horizontal": "SCALE"}
_SHAPE = re.compile(r"<(path|rect|circle|ellipse)\b([^>]*)")
_ATTRIBUTE = re.compile(r'([a-z0-9]+)="([^"]*)"')
_HANDLES = [{"x": 0.5, "y": 0.0}, {"x": 0.5, "y": 1.0}, {"x": 0.0, "y": 0.0}]


def layers(component: Component, corner: tuple[int, int], *, paths: bool) -> list[dict[str, Any]]:
    """Return the vectors of a component whose top left is at `corner`; with `paths` their geometry, too."""
    if artwork.is_illustration(component.artwork):
        drawn = _of_illustration(component)
    else:
        drawn = [_stroke(element, component) for element in artwork.icons()[component.artwork]]
    session, _, number = component.id.partition(":")
    ids = (f"{session}:{int(number) + index}" for index in range(1, _MOST + 1))
    return [
        _vector(node_id, _bounds(component, corner), look if paths else _without_paths(look))
        | (_placed(component) if paths else {})
        for node_id, look in zip(ids, drawn, strict=False)
    ]


def solid(digits: str) -> dict[str, Any]:
    """Return a paint of one colour."""
    return {"blendMode": "NORMAL", "type": "SOLID", "color": _colour(digits)}


def rectangle(left: int, top: int, width: int, height: int) -> dict[str, int]:
    """Return a box on the page."""
    return {"x": left, "y": top, "width": width, "height": height}


def outline(element: Element) -> str:
    """Return the path of an SVG shape."""
    tag, attributes = element
    if tag == "path":
        return attributes["d"]
    if "points" in attributes:
        close = "Z" if tag == "polygon" else ""
        return f"M{attributes['points']}{close}"
    named = {name: float(value) for name, value in attributes.items() if re.fullmatch(r"-?[\d.]+", value)}
    if tag == "line":
        return f"M{named['x1']:g} {named['y1']:g}L{named['x2']:g} {named['y2']:g}"
    if tag == "rect":
        return _rounded_box(named)
    across, down = (named.get(name, named.get("r", 0.0)) for name in ("rx", "ry"))
    left, right, middle = named["cx"] - across, named["cx"] + across, named["cy"]
    arc = f"A{across:g} {down:g} 0 1 1"
    return f"M{left:g} {middle:g}{arc} {right:g} {middle:g}{arc} {left:g} {middle:g}Z"


def _rounded_box(named: dict[str, float]) -> str:
    left, top, width, height = named.get("x", 0.0), named.get("y", 0.0), named["width"], named["height"]
    across = named.get("rx", named.get("ry", 0.0))
    down = named.get("ry", across)
    arc = f"a{across:g} {down:g} 0 0 1 "
    wide, high = width - 2 * across, height - 2 * down
    return (
        f"M{left + across:g} {top:g}h{wide:g}{arc}{across:g} {down:g}v{high:g}{arc}{-across:g} {down:g}"
        f"h{-wide:g}{arc}{-across:g} {-down:g}v{-high:g}{arc}{across:g} {-down:g}Z"
    )


def _stroke(element: Element, component: Component) -> dict[str, Any]:
    paint = solid(component.colour)
    path = _geometry([outline(element)])
    filled = element[1].get("fill") == "currentColor"
    return {
        "fills": [paint] if filled else [],
        "strokes": [paint],
        "strokeWeight": component.weight,
        "strokeAlign": "CENTER",
        "strokeJoin": "ROUND",
        "strokeCap": "ROUND",
        "fillGeometry": path if filled else [],
        "strokeGeometry": path,
    }


def _of_illustration(component: Component) -> list[dict[str, Any]]:
    """Return its shapes; each has its part of all colours, and the last one the paths of all that find no room."""
    body = artwork.coloured(component.artwork, component.pen)
    shapes = [outline((tag, dict(_ATTRIBUTE.findall(rest)))) for tag, rest in _SHAPE.findall(body)]
    colours = artwork.colours(body)
    count = min(_MOST, len(shapes))
    paths = [[shape] for shape in shapes[: count - 1]] + [shapes[count - 1 :]]
    return [
        {
            "fills": [_fill(colours[index::count] or ["#000000"])],
            "strokes": [],
            "strokeWeight": 1,
            "strokeAlign": "INSIDE",
            "fillGeometry": _geometry(paths[index]),
            "strokeGeometry": [],
        }
        for index in range(count)
    ]


def _fill(colours: list[str]) -> dict[str, Any]:
    if len(colours) == 1:
        return solid(colours[0])
    stops = [{"color": _colour(digits), "position": index / (len(colours) - 1)} for index, digits in enumerate(colours)]
    return {
        "blendMode": "NORMAL",
        "type": "GRADIENT_LINEAR",
        "gradientHandlePositions": _HANDLES,
        "gradientStops": stops,
    }


def _vector(node_id: str, bounds: dict[str, int], look: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": node_id,
        "name": "Vector",
        "type": "VECTOR",
        "scrollBehavior": "SCROLLS",
        "blendMode": "PASS_THROUGH",
        **look,
        "absoluteBoundingBox": bounds,
        "absoluteRenderBounds": bounds,
        "constraints": _SCALE,
        "effects": [],
        "interactions": [],
    }


def _bounds(component: Component, corner: tuple[int, int]) -> dict[str, int]:
    width, height = component.size
    return rectangle(corner[0] + _INSET, corner[1] + _INSET, width - 2 * _INSET, height - 2 * _INSET)


def _placed(component: Component) -> dict[str, Any]:
    width, height = component.size
    return {
        "size": {"x": width - 2 * _INSET, "y": height - 2 * _INSET},
        "relativeTransform": [[1, 0, _INSET], [0, 1, _INSET]],
    }


def _without_paths(look: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in look.items() if not key.endswith("Geometry")}


def _geometry(paths: Iterable[str]) -> list[dict[str, str]]:
    return [{"path": path, "windingRule": "NONZERO"} for path in paths]


def _colour(digits: str) -> dict[str, float]:
    red, green, blue, alpha = rgba(digits)
    return {"r": red, "g": green, "b": blue, "a": alpha}
