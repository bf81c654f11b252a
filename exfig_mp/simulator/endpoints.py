"""What each endpoint answers to a sender who may ask: the design's answers, with Figma's times and refusals."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from statistics import NormalDist
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.simulator import answers, renders
from exfig_mp.simulator.design import File  # msgspec reads the annotation
from exfig_mp.simulator.drawing import MISSING_EXTRA, can_draw
from exfig_mp.simulator.faults import die
from exfig_mp.simulator.nodes import Trees
from exfig_mp.simulator.noise import noisy
from exfig_mp.simulator.objects import Picture
from exfig_mp.simulator.replies import Reply, error, ok
from exfig_mp.simulator.scenario import Token  # msgspec reads the annotation
from exfig_mp.simulator.writing import BadChangeError, changed_variables

if TYPE_CHECKING:
    from exfig_mp.simulator.world import World

_MANY = 2_000
Builder = Callable[[], Reply]


class Question(Struct, frozen=True):
    """A request for one file (None for `/me`). `twist` is a fault that changes the content of `/images`.

    `body` is what is posted.
    """

    kind: str
    file: File | None
    query: Mapping[str, str]
    token: Token
    twist: str = ""
    body: bytes = b""


async def answer(world: World, question: Question) -> Reply:
    """Answer after as long as Figma would take, on the scenario's scale of time."""
    file = question.file
    if file is None:
        return ok(answers.me(question.token.user))
    match question.kind:
        case "images":
            return await _images(world, file, question)
        case "nodes":
            return await _nodes(world, file, question)
        case "file":
            return await _file(world, file, question)
        case _:
            await _wait(world, _short_time(world, file, question.kind))
            return await _library(world, file, question)


async def _library(world: World, file: File, question: Question) -> Reply:
    if question.kind == "components":
        legacy = world.scenario.legacy
        return await _built(len(file.listed), lambda: ok(answers.components(file, legacy=legacy)))
    if question.kind in {"variables", "variables_write"} and file.plan != "enterprise":
        return error(403, "Limited by Figma plan", meta_family=True)
    match question.kind:
        case "variables_write":
            return _written(world, file, question.body)
        case "meta":
            body = answers.meta(file, flat=world.scenario.meta == "flat")
        case "component_sets":
            body = answers.component_sets(file)
        case "styles":
            body = answers.styles(file)
        case "fills":
            body = answers.fills(file, world.cdn_url)
        case _:
            body = answers.variables(file)
    return ok(body)


def _written(world: World, file: File, body: bytes) -> Reply:
    try:
        world.update_variables(file.key, changed_variables(file, body))
    except BadChangeError as problem:
        return error(400, str(problem), meta_family=True)
    return ok({"status": 200, "error": False, "meta": {"tempIdToRealId": {}}})


async def _file(world: World, file: File, question: Question) -> Reply:
    unsupported = _unsupported(file)
    if unsupported:
        return unsupported
    depth = renders.depth(question.query)
    ids = renders.node_ids(question.query) if question.query.get("ids") else ()
    if depth is None and not ids and len(file.components) > world.scenario.largest_file:
        return error(400, "Request too large. If applicable, filter by query params.")
    await _wait(world, 1.0 if depth == 1 else 0.5 + 0.004 * len(file.components))
    trees = Trees(file, paths=question.query.get("geometry") == "paths")
    body = await _built(len(file.components), lambda: ok(trees.whole_file(depth, ids)))
    return _without_recent_fields(body) if world.scenario.legacy else body


async def _nodes(world: World, file: File, question: Question) -> Reply:
    unsupported = _unsupported(file)
    if unsupported:
        return unsupported
    ids = renders.node_ids(question.query)
    depth = renders.depth(question.query)
    await _wait(world, 0.5 + 0.004 * len(ids))
    trees = Trees(file, paths=question.query.get("geometry") == "paths")
    pages = any(frame.id in ids or frame.page_id in ids for frame in file.frames)
    weight = len(file.components) if pages and depth != 1 else len(ids)
    noise = world.arrivals["nodes"] if world.scenario.node_noise else 0
    body = await _built(weight, lambda: ok(noisy(trees.nodes(ids, depth), noise)))
    return _without_recent_fields(body) if world.scenario.legacy else body


async def _images(world: World, file: File, question: Question) -> Reply:
    unsupported = _unsupported(file)
    if unsupported:
        return unsupported
    if question.token.token.startswith("figp_") and "version" in question.query:
        return error(400, "Missing required parameter: must provide either user_id or plan_key")
    wanted = renders.options(question.query)
    if not can_draw(wanted.format):
        return error(500, MISSING_EXTRA)
    rendering = renders.render(world, file, wanted, question.token.token)
    if question.twist == "timeout" or rendering.cost > renders.LONGEST_RENDERING:
        await _wait(world, renders.LONGEST_RENDERING)
        return error(400, "Render timeout, try requesting fewer or smaller images")
    await _wait(world, 0.8 + rendering.cost / 8)
    now = world.clock.now()
    images = {
        node_id: await _url(world, picture, now) if isinstance(picture, Picture) else picture
        for node_id, picture in rendering.pictures.items()
    }
    match question.twist:
        case "extra_key":
            images["999999:1"] = None
        case "reorder":
            images = dict(reversed(images.items()))
        case "missing_key" if images:
            images.popitem()
        case _:
            pass
    return ok({"err": None, "images": images})


async def _url(world: World, picture: Picture, now: float) -> str:
    """Store a rendering of a picture, and return where it can be had."""
    path = world.objects.add(picture, now)
    if world.elsewhere is None:
        return world.cdn_url + path
    await world.elsewhere.keep(path, picture, world.objects)
    return world.elsewhere.origin + path


def _unsupported(file: File) -> Reply | None:
    if file.editor not in {"figma", "figjam"}:
        return error(400, "File type not supported by this endpoint")
    return None if file.exportable else error(403, "File not exportable")


async def _built(weight: int, build: Builder) -> Reply:
    return await asyncio.to_thread(build) if weight > _MANY else build()


def _short_time(world: World, file: File, kind: str) -> float:
    # Lognormal with median 0.4 s and 95th percentile 1.5 s.
    chance = min(0.999, max(0.001, die(world.seed, "time", file.key, kind, str(world.arrivals[kind]))))
    base = 0.4 * math.exp(math.log(1.5 / 0.4) / 1.645 * NormalDist().inv_cdf(chance))
    return base + (0.0003 * len(file.listed) if kind == "components" else 0.0)


async def _wait(world: World, seconds: float) -> None:
    if world.scenario.time_scale > 0:
        await asyncio.sleep(seconds * world.scenario.time_scale)


def _without_recent_fields(reply: Reply) -> Reply:
    return Reply(
        reply.status, reply.body.replace(b'"linkAccess":"org_view",', b"").replace(b'"editorType":"figma",', b"")
    )
