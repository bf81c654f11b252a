"""`GET /v1/images`: which parameters pass, what rendering costs, and which nodes render nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.model import Format  # msgspec reads the annotation
from exfig_mp.simulator import artwork
from exfig_mp.simulator.drawing import pixel_size
from exfig_mp.simulator.faults import Request
from exfig_mp.simulator.objects import Picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exfig_mp.simulator.design import Component, File
    from exfig_mp.simulator.world import World

LONGEST_RENDERING = 55.0
_POISON_COST = 60.0
_NODE_ID = re.compile(r"I?\d+[:-]\d+(;\d+[:-]\d+)*")
_FORMATS = ("jpg", "png", "svg", "pdf")
_SWITCHES = {
    "svg_outline_text": True,
    "svg_include_id": False,
    "svg_include_node_id": False,
    "svg_simplify_stroke": True,
    "contents_only": True,
    "use_absolute_bounds": False,
}


class BadRequestError(Exception):
    """The request is answered 400 with this text."""


class Options(Struct, frozen=True):
    """The parameters of one `/images` request."""

    ids: tuple[str, ...]
    format: Format
    scale: float
    include_id: bool


class Rendering(Struct, frozen=True):
    """What a batch gives: per node a picture, a URL of somewhere else or None; and the seconds that Figma needs."""

    pictures: dict[str, Picture | str | None]
    cost: float


def node_ids(query: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of a request with colons, or raise `BadRequestError`."""
    text = query.get("ids", "")
    if not text:
        raise BadRequestError('{"params":["file_key"],"query":["ids"]} are required.')
    ids = text.split(",")
    for node_id in ids:
        if not _NODE_ID.fullmatch(node_id):
            raise BadRequestError(f"ID {node_id} is not a valid node_id")
    return tuple(node_id.replace("-", ":") for node_id in ids)


def options(query: Mapping[str, str]) -> Options:
    """Return the parameters of an `/images` request, or raise `BadRequestError`."""
    ids = node_ids(query)
    image_format = query.get("format", "png")
    if image_format not in _FORMATS:
        raise BadRequestError(f"Invalid format: {image_format}. Must be one of {', '.join(_FORMATS)}")
    try:
        scale = float(query.get("scale", "1"))
    except ValueError:
        scale = 0.0
    if not 0.01 <= scale <= 4:
        raise BadRequestError("Scale must be a number between 0.01 and 4")
    switches = {name: _switch(query, name, standard=standard) for name, standard in _SWITCHES.items()}
    vector = image_format in {"svg", "pdf"}
    return Options(
        ids,
        image_format,  # type: ignore[arg-type]  # one of _FORMATS, as checked
        1.0 if vector else scale,
        switches["svg_include_id"] and image_format == "svg",
    )


def depth(query: Mapping[str, str]) -> int | None:
    """Return the `depth` parameter, or raise `BadRequestError`."""
    text = query.get("depth")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or not int(text[:9]) >= 1:
        raise BadRequestError("depth must be a positive integer")
    return int(text[:9])


def render(world: World, file: File, wanted: Options, token: str) -> Rendering:
    """Decide what each node of a batch gives, and the cost of all of it."""
    pictures: dict[str, Picture | str | None] = {}
    cost = 0.0
    for node_id in wanted.ids:
        component = file.by_id.get(node_id)
        request = _node_request(world, file, wanted, (node_id, component.name if component else "", token))
        fault = world.book.decide_node(request, world.clock.now())
        fate = fault.do if fault else ""
        if component is None or fate == "missing_key":
            if fate != "missing_key":
                pictures[node_id] = None
            continue
        poisoned = fate == "poison" or component.drawing == "poison"
        cost += _POISON_COST if poisoned else node_cost(component, wanted.format, wanted.scale)
        draws = fate != "null_render" and component.drawing in {"good", "poison"} and component.opacity > 0
        layer = component.name if wanted.include_id else ""
        picture = Picture(file.key, component, wanted.format, wanted.scale, layer)
        foreign = fault.location if fault and fate == "foreign_url" else None
        pictures[node_id] = (foreign or picture) if draws else None
    return Rendering(pictures, cost)


def node_cost(component: Component, image_format: Format, scale: float) -> float:
    """Return the seconds that Figma needs for one node; a batch waits for an eighth of the sum."""
    if image_format in {"svg", "pdf"}:
        if not artwork.is_illustration(component.artwork):
            return 0.06
        return min(3.0, 0.4 + artwork.element_count(component.artwork) * 0.02)
    width, height = pixel_size(component.size, scale)
    return 0.08 + 0.4 * width * height / 1_000_000


def _node_request(world: World, file: File, wanted: Options, node: tuple[str, str, str]) -> Request:
    node_id, name, token = node
    identity = f"node {file.key} {node_id} {wanted.format} {wanted.scale:g}"
    attempt = world.book.attempt(identity)
    return Request("images", identity, attempt, file.key, node_id, name, wanted.format, token)


def _switch(query: Mapping[str, str], name: str, *, standard: bool) -> bool:
    text = query.get(name)
    if text is None:
        return standard
    if text not in {"true", "false"}:
        raise BadRequestError(f"{name} must be true or false")
    return text == "true"
