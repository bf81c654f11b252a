"""The API listener: who asks for what, whether they may, and what goes wrong on the way to the answer."""

from __future__ import annotations

import asyncio
import re
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.simulator import endpoints
from exfig_mp.simulator.faults import Decision, Request
from exfig_mp.simulator.record import Entry
from exfig_mp.simulator.renders import BadRequestError
from exfig_mp.simulator.replies import Reply, error, page, send, spoiled
from exfig_mp.simulator.scenario import (
    Kind,
    Token,  # msgspec reads the annotation
)

if TYPE_CHECKING:
    from aiohttp import web

    from exfig_mp.simulator.limits import Refusal
    from exfig_mp.simulator.world import World

_HOST = "https://api.figma.com"
_FILE_PATH = re.compile(
    r"/v1/(?:files/(?P<file>[A-Za-z0-9]+)(?P<tail>(?:/[a-z_]+){0,2})|images/(?P<images>[A-Za-z0-9]+))/?"
)
_TAILS: dict[str, Kind] = {
    "": "file",
    "/nodes": "nodes",
    "/images": "fills",
    "/meta": "meta",
    "/components": "components",
    "/component_sets": "component_sets",
    "/styles": "styles",
    "/variables/local": "variables",
    "/variables": "variables_write",
}
TIERS: dict[Kind, int] = {"file": 1, "nodes": 1, "images": 1, "fills": 2, "variables": 2}
_SCOPES: dict[Kind, str] = {
    "meta": "file_metadata:read",
    "variables": "file_variables:read",
    "variables_write": "file_variables:write",
    "components": "library_content:read",
    "component_sets": "library_content:read",
    "styles": "library_content:read",
    "me": "",
}
# These answer errors with `message`, the others with `err`.
_META_FAMILY = frozenset({"variables", "variables_write"})
_META_FAMILY_404 = _META_FAMILY | {"components", "component_sets", "styles"}


class Call(Struct, frozen=True):
    """A request that was understood and whose sender is known."""

    kind: Kind
    file: str
    token: Token
    request: Request


class Api:
    """Answers everything but the control endpoints.

    Args:
        world: the simulated Figma.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._numbers = count(1)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        record = self._world.record
        record.began()
        kind, key = classify(request.path)
        token = self._sender(request)
        try:
            reply, decision = await self._decide(request, kind, key, token)
            # Before the delay: who gives up meanwhile has asked all the same.
            self._note(request, kind, reply.status, token)
            if decision.delay:
                await asyncio.sleep(decision.delay)
            return await send(request, reply, next(self._numbers), decision.fault)
        finally:
            record.ended()

    async def _decide(self, request: web.Request, kind: Kind, key: str, token: Token | None) -> tuple[Reply, Decision]:
        good = Decision()
        if len(_HOST) + len(request.raw_path) > self._world.scenario.url_limit:
            self._world.record.broken("URL too long", f"{kind}: {len(_HOST) + len(request.raw_path)} bytes")
            return page(self._world.scenario.url_refusal, close=True), good
        if kind == "other" or request.method != ("POST" if kind == "variables_write" else "GET"):
            return error(404 if kind == "other" else 405, "Not found"), good
        refused = self._refused(token, kind)
        if refused or token is None:
            return refused or error(403, "Invalid token"), good
        self._world.arrived(kind)
        newest = self._world.file(key)
        plan = newest.plan if newest else self._world.scenario.plan
        refusal = self._world.admit(token, plan, TIERS.get(kind, 3))
        if refusal:
            return too_many(refusal, kind), good
        call = Call(kind, key, token, self._dice(request, kind, key, token))
        decision = self._world.book.decide(call.request, self._world.clock.now())
        return await self._with_fault(request, call, decision, plan), decision

    async def _with_fault(self, request: web.Request, call: Call, decision: Decision, plan: str) -> Reply:
        fault = decision.fault
        match fault and fault.do:
            case None:
                return await self._answer(request, call, "")
            case "rate_limit":
                assert fault is not None  # noqa: S101  # the match has looked into it
                refusal = rate_limit_reply(fault.retry_after, fault.plan or plan, fault.limit_type)
                if isinstance(fault.retry_after, int):
                    self._world.close_gate(call.token, plan, TIERS.get(call.kind, 3), fault.retry_after)
                return in_family(refusal, call.kind)
            case "redirect":
                assert fault is not None  # noqa: S101  # the match has looked into it
                return Reply(307, b"", headers={"Location": fault.location or str(request.rel_url)})
            case "timeout" | "missing_key" | "extra_key" | "reorder" as name:
                return await self._answer(request, call, name)
            case "status" | "waf" | "html" | "empty" | "hang" | "reset":
                assert fault is not None  # noqa: S101  # the match has looked into it
                return spoiled(Reply(200, b""), fault)
            case _:
                assert fault is not None  # noqa: S101  # the match has looked into it
                return spoiled(await self._answer(request, call, ""), fault)

    async def _answer(self, request: web.Request, call: Call, twist: str) -> Reply:
        version = request.query.get("version")
        file = self._world.file(call.file, version)
        if call.kind != "me" and file is None:
            return error(404, "Not found", meta_family=call.kind in _META_FAMILY_404)
        question = endpoints.Question(call.kind, file, request.query, call.token, twist, await request.read())
        try:
            return await endpoints.answer(self._world, question)
        except BadRequestError as problem:
            return error(400, str(problem))

    def _sender(self, request: web.Request) -> Token | None:
        secret = request.headers.get("X-Figma-Token", "")
        bearer = request.headers.get("Authorization", "")
        if not secret and bearer.lower().startswith("bearer "):
            secret = bearer[7:].strip()
            token = self._world.tokens.get(secret)
            return replace(token, app=token.app or "app") if token else None
        return self._world.tokens.get(secret)

    def _refused(self, token: Token | None, kind: Kind) -> Reply | None:
        if token is None:
            status, family = (401, True) if kind in _META_FAMILY else (403, False)
            return error(status, "Invalid token", meta_family=family)
        if self._world.token_expired(token):
            return error(403, "Token expired")
        needed = _SCOPES.get(kind, "file_content:read")
        if not needed or needed in token.scopes or ("files:read" in token.scopes and kind not in _META_FAMILY):
            return None
        text = f"Invalid scope(s): {', '.join(token.scopes)}. This endpoint requires the {needed} scope"
        return error(403, text, meta_family=kind in _META_FAMILY)

    def _dice(self, request: web.Request, kind: Kind, key: str, token: Token) -> Request:
        query = urlencode(sorted(request.query.items()))
        identity = f"{kind} {key} {query}"
        return Request(
            kind=kind,
            identity=identity,
            attempt=self._world.book.attempt(identity),
            file=key,
            format=request.query.get("format", ""),
            token=token.token,
        )

    def _note(self, request: web.Request, kind: Kind, status: int, token: Token | None) -> None:
        headers = request.headers
        caller = headers.get("X-Correlation-Id") or headers.get("X-Request-Id") or ""
        entry = Entry(
            asyncio.get_running_loop().time(),
            request.method,
            request.raw_path,
            kind,
            0 if kind == "other" else TIERS.get(kind, 3),
            status,
            headers.get("User-Agent", ""),
            caller,
        )
        self._world.record.api(entry, f"{token.user}:{token.token[:4]}" if token else "unknown")


def classify(path: str) -> tuple[Kind, str]:
    """Return which endpoint a path is, and the file key in it."""
    if path in {"/v1/me", "/v1/me/"}:
        return "me", ""
    match = _FILE_PATH.fullmatch(path)
    if match is None:
        return "other", ""
    if match["images"]:
        return "images", match["images"]
    return _TAILS.get(match["tail"], "other"), match["file"]


def too_many(refusal: Refusal, kind: Kind) -> Reply:
    """Return 429 as a full bucket causes it."""
    reply = rate_limit_reply(refusal.retry_after, refusal.plan, refusal.kind)
    return in_family(reply, kind)


def in_family(reply: Reply, kind: Kind) -> Reply:
    """Return a 429 with the body that the endpoint's family has."""
    return replace(reply, body=error(429, "Rate limit exceeded", meta_family=kind in _META_FAMILY).body)


def rate_limit_reply(retry_after: int | str | None, plan: str, limit_type: str | None) -> Reply:
    """Return 429 with Figma's headers; what is None is left out."""
    headers = {"X-Figma-Plan-Tier": plan, "X-Figma-Upgrade-Link": "https://www.figma.com/pricing"}
    headers |= {} if retry_after is None else {"Retry-After": str(retry_after)}
    headers |= {} if limit_type is None else {"X-Figma-Rate-Limit-Type": limit_type}
    return replace(error(429, "Rate limit exceeded"), headers=headers)
