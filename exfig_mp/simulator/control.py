"""The control endpoints under `/_simulator/`: what tests ask the simulator itself. Loopback only.

GET requests (with `?log=1` the ordered log too), POST reset, POST clock {"advance": seconds}, POST design
{"file": key, "edits": [...]}, POST scenario {...}: the last replaces the scenario and begins anew.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web
from msgspec import Struct

from exfig_mp.simulator.reading import ScenarioError, parse
from exfig_mp.simulator.scenario import Edit

if TYPE_CHECKING:
    from exfig_mp.simulator.world import World


class _Advance(Struct, frozen=True, forbid_unknown_fields=True):
    advance: float


class _Edits(Struct, frozen=True, forbid_unknown_fields=True):
    file: str
    edits: tuple[Edit, ...]


class Control:
    """Answers `/_simulator/`.

    Args:
        world: the simulated Figma.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        if not _is_loopback(request.remote or ""):
            return _json({"error": "only from this machine"}, 403)
        body = await request.read()
        try:
            return self._answer(request, body)
        except (msgspec.DecodeError, ScenarioError) as problem:
            return _json({"error": str(problem)}, 400)
        except KeyError as problem:
            return _json({"error": f"there is no {problem.args[0]}"}, 404)

    def _answer(self, request: web.Request, body: bytes) -> web.StreamResponse:
        world = self._world
        match request.method, request.path.removeprefix("/_simulator/"):
            case "GET", "requests":
                return _json(world.record.summary(log=request.query.get("log") == "1"))
            case "POST", "reset":
                world.reset()
                return _json({})
            case "POST", "scenario":
                world.begin(parse(msgspec.json.decode(body)))
                return _json({})
            case "POST", "clock":
                world.clock.ahead += max(0.0, msgspec.json.decode(body, type=_Advance, strict=False).advance)
                return _json({"now": world.clock.now()})
            case "POST", "design":
                change = msgspec.json.decode(body, type=_Edits)
                file = world.edit(change.file, change.edits)
                return _json({"version": file.version, "components": len(file.components)})
            case _:
                return _json({"error": "no such control endpoint"}, 404)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")
