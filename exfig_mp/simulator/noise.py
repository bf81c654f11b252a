"""What differs between two answers of `/nodes` about the same version, though nothing looks otherwise. Pure."""

from __future__ import annotations

from typing import Any

_BOXES = frozenset({"absoluteBoundingBox", "absoluteRenderBounds"})
_DRIFTING = _BOXES | {"relativeTransform", "size"}
_DRIFT = 3.1e-15
_DEFAULTS = {"visible": True, "opacity": 1.0, "rotation": 0.0, "exportSettings": [], "isMask": False}


def noisy(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the body of the answer with this number; number 0 is without noise.

    Places on the page move, numbers drift by some 1e-15, colours are written with nine digits or with all of them,
    defaults are there or not, and maps come in either order.
    """
    if not number:
        return body
    signed = f"{body['thumbnailUrl']}&X-Amz-Signature={number:08x}"
    nodes = {node_id: _varied(element, number) for node_id, element in body["nodes"].items()}
    return body | {"thumbnailUrl": signed, "nodes": nodes}


def _varied(value: Any, number: int) -> Any:
    if isinstance(value, list):
        return [_varied(one, number) for one in value]
    if not isinstance(value, dict):
        return value
    pairs = [(key, _of_key(key, member, number)) for key, member in value.items()]
    varied = dict(reversed(pairs) if number % 2 else pairs)
    is_node = "scrollBehavior" in value
    return _DEFAULTS | varied if is_node and number % 2 else varied


def _of_key(key: str, value: Any, number: int) -> Any:
    if key in _BOXES and value is not None:
        value = value | {"x": value["x"] + 8 * number, "y": value["y"] - number / 4}
    if key == "color" and number % 2:
        value = {channel: float(f"{part:.9g}") for channel, part in value.items()}
    return _drifted(value, number) if key in _DRIFTING else _varied(value, number)


def _drifted(value: Any, number: int) -> Any:
    match value:
        case dict():
            return {key: _drifted(part, number) for key, part in value.items()}
        case list():
            return [_drifted(part, number) for part in value]
        case int() | float():
            return value + _DRIFT * (number % 7 - 3)
        case _:
            return value
