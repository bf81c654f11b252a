"""Asking Figma: one method for each endpoint, each call paced by the shared limiter, repeated as the policy says.

Metadata is asked for once a run: an answer that the checkpoint remembers is used instead of a call.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar
from urllib.parse import quote

import msgspec

from exfig_mp.client import Get, NoReply, plain
from exfig_mp.errors import FigmaError
from exfig_mp.limiter import Gate
from exfig_mp.log import correlation_id
from exfig_mp.model import Failure
from exfig_mp.ratelimit import Lane
from exfig_mp.retry import TRANSIENT_STATUSES, RetryPolicy, parse_retry_after
from exfig_mp.sources.figma_errors import RATE_ADVICE, STATUS_ADVICE, intercepted, refusal, unasked
from exfig_mp.sources.figma_limits import hinted_spacing
from exfig_mp.sources.figma_wire import ComponentsAnswer, ImagesAnswer, MetaAnswer, error_text, is_page
from exfig_mp.sources.outage import Outage, is_proxys, patience_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.client import Reply, Session
    from exfig_mp.limiter import Limiter
    from exfig_mp.model import Cause
    from exfig_mp.sources.figma_wire import Component, FileMeta

_Form = TypeVar("_Form")
_WAF = "x-amzn-waf-action"  # the firewall before Figma wants to see a browser; it changes its mind
_NOT_FIGMAS = frozenset({401, 403, 404, 405, 407, 451})


@dataclass(frozen=True, slots=True)
class Token:
    """Figma's credential. It is sent to the API's host and shown nowhere."""

    value: str = field(repr=False)
    oauth: bool = False

    def headers(self) -> dict[str, str]:
        """Return the header that carries it."""
        return {"Authorization": f"Bearer {self.value}"} if self.oauth else {"X-Figma-Token": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOptions:
    """Where and how to ask, in which run. Timeouts in seconds for one attempt; Figma itself renders for up to 55 s."""

    origin: str
    token: Token
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeout: float = 30.0
    render_timeout: float = 75.0
    run: str = ""


class Answers(Protocol):
    """What remembers metadata answers for a resume."""

    def recall(self, name: str) -> bytes | None:
        """Return the answer that is remembered under `name`."""
        ...

    def keep(self, name: str, body: bytes) -> None:
        """Remember an answer."""
        ...


class Attempt(NamedTuple):
    """For the log: attempt number `number` (from 1) for `subject` failed and is repeated in `seconds`."""

    subject: str
    number: int
    seconds: float
    reason: str
    correlation: str = ""


class Images(NamedTuple):
    """Figma's answer about renders: URLs by node id, null where nothing was drawn; `seconds` is what it took to draw.

    The time is that of the attempt that was answered, without what was waited before.
    """

    urls: dict[str, str | None]
    seconds: float


class _Answer(NamedTuple):
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class _Call:
    path: str
    subject: str
    file: str
    endpoint: str
    lane: Lane
    timeout: float
    can_be_split: bool = False

    @property
    def is_metadata(self) -> bool:
        return self.lane is Lane.TIER_3


class FigmaApi:
    """The API as one token sees it.

    Args:
        session: the connection pool; it must allow the origin's host.
        limiter: paces every attempt.
        options: origin, token, policy.
        answers: the memory of metadata answers.
        on_retry: hears of every attempt that is repeated.
    """

    def __init__(
        self,
        session: Session,
        limiter: Limiter,
        options: ApiOptions,
        answers: Answers,
        on_retry: Callable[[Attempt], None],
    ) -> None:
        self._session = session
        self._limiter = limiter
        self._options = options
        self._answers = answers
        self._on_retry = on_retry
        self._outage = Outage()
        self.calls: Counter[tuple[str, int]] = Counter()
        """Requests sent so far, by endpoint and tier, failed attempts included: Figma counts them too."""

    async def meta(self, file_key: str) -> FileMeta:
        """Return the file's name, version and last change.

        Raises:
            FigmaError: if Figma refuses, or does not answer after all attempts; so for all methods.
        """
        path = f"/v1/files/{_key(file_key)}/meta"
        call = _Call(path, f"metadata of file {file_key}", file_key, "meta", Lane.TIER_3, 0)
        return (await self._remembered(call, MetaAnswer)).unwrapped()

    async def components(self, file_key: str) -> tuple[Component, ...]:
        """Return the file's published components."""
        path = f"/v1/files/{_key(file_key)}/components"
        call = _Call(path, f"components of file {file_key}", file_key, "components", Lane.TIER_3, 0)
        return (await self._remembered(call, ComponentsAnswer)).meta.components

    async def images(self, file_key: str, query: str, subject: str, *, can_be_split: bool = False) -> Images:
        """Have nodes rendered: `query` is the encoded query of `GET /v1/images/:key`.

        With `can_be_split` the caller will rather ask for less than ask for the same all over: a server error or a
        timeout, which most often mean too much work, is repeated only once.
        """
        path = f"/v1/images/{_key(file_key)}?{query}"
        call = _Call(path, subject, file_key, "images", Lane.TIER_1, self._options.render_timeout, can_be_split)
        body, seconds = await self._ask(call)
        answer = _decode(body, ImagesAnswer, call)
        if answer.err:
            raise FigmaError(refusal(400, plain(answer.err), subject), status=400)
        return Images(answer.images, seconds)

    def blocked_for(self, file_key: str) -> float:
        """Return the seconds for which Figma will have nothing of this file rendered, 0 if it will."""
        return self._limiter.block_left(Lane.TIER_1, file_key)

    async def _remembered(self, call: _Call, form: type[_Form]) -> _Form:
        body = self._answers.recall(call.path)
        if body is not None:
            return _decode(body, form, call)
        body, _ = await self._ask(call)
        answer = _decode(body, form, call)
        self._answers.keep(call.path, body)
        return answer

    async def _ask(self, call: _Call) -> _Answer:
        policy, outage, failed, sent = self._options.retry, self._outage, 0, 0
        while True:
            outage.check(metadata=call.is_metadata)
            await self._limiter.acquire(call.lane, call.file)
            begun = time.monotonic()
            sent += 1
            reply = await self._send(call, sent)
            if not isinstance(reply, NoReply) and reply.status == 200 and reply.body:
                outage.ends()
                return _Answer(reply.body, time.monotonic() - begun)
            if await self._is_gate(reply, call, sent):
                continue
            failed += 1
            outage.unanswered += call.is_metadata
            failure = self._failure(reply, call)
            if failure is not None:
                raise outage.refuses(failure, getattr(reply, "status", 0), for_all=is_proxys(reply))
            reason = reply.detail if isinstance(reply, NoReply) else f"HTTP {reply.status}"
            patience = patience_with(reply) if call.can_be_split or outage.has_begun else math.inf
            if not policy.allows(failed - 1) or failed > patience:
                raise outage.gives_up(_exhausted(reply, call, failed, reason))
            # While calls are given up one after the other, the next ones wait longer: an outage must have time to end.
            delay = policy.delay(failed - 1 + 2 * outage.given_up, random.random())
            if not isinstance(reply, NoReply) and reply.status == 429:
                await self._limiter.pause(call.lane, delay)  # no word of how long: all processes hold back together
            self._on_retry(Attempt(call.subject, sent, delay, reason, self._correlation(call, sent)))
            await asyncio.sleep(delay)

    def _correlation(self, call: _Call, attempt: int) -> str:
        return correlation_id(self._options.run, call.path, attempt)

    async def _send(self, call: _Call, attempt: int) -> Reply | NoReply:
        self.calls[call.endpoint, call.lane.value] += 1
        request = Get(
            self._options.origin + call.path,
            call.timeout or self._options.timeout,
            self._options.token.headers() | {"X-Correlation-Id": self._correlation(call, attempt)},
            once=True,  # each costs a call
            patient=True,  # Figma is silent while it draws
        )
        return await self._session.get(request)

    async def _is_gate(self, reply: Reply | NoReply, call: _Call, attempt: int) -> bool:
        """On a 429 that says for how long, close the gate for everybody. It does not use up a retry."""
        if isinstance(reply, NoReply) or reply.status != 429:
            return False
        seconds = parse_retry_after(reply.headers.get("retry-after"), time.time())
        if seconds is None:
            return False
        gate = Gate(seconds, hinted_spacing(call.lane, reply.headers))
        closed = await self._limiter.close_gate(call.lane, gate, call.file)
        said = (reply.headers.get(name, "") for name in ("x-figma-plan-tier", "x-figma-rate-limit-type"))
        self._on_retry(
            Attempt(
                call.subject, attempt, closed, " ".join(["HTTP 429", *said]).rstrip(), self._correlation(call, attempt)
            )
        )
        return True

    def _failure(self, reply: Reply | NoReply, call: _Call) -> Failure | None:
        """Return what is wrong for good, or None if asking again may help."""
        if isinstance(reply, NoReply):
            if reply.trouble in {"timeout", "network"}:
                return None
            if reply.trouble == "too_large":
                return Failure("server", f"Figma's answer about the {call.subject} is too large: {reply.detail}")
            return unasked(call.subject, reply.detail, by_proxy=is_proxys(reply))
        if reply.status in TRANSIENT_STATUSES or reply.status in {200, 202, 429} or _WAF in reply.headers:
            return None  # 202: a firewall's challenge with an empty body; 200 without a body is no better
        if reply.status in _NOT_FIGMAS and is_page(reply.body):
            return intercepted(reply.status, call.subject)
        return refusal(reply.status, error_text(reply.body), call.subject)


def _exhausted(reply: Reply | NoReply, call: _Call, attempts: int, reason: str) -> FigmaError:
    cause: Cause
    if isinstance(reply, NoReply):
        cause, status = ("timeout" if reply.trouble == "timeout" else "network"), 0
    else:
        cause, status = ("rate_limit" if reply.status == 429 else "server"), reply.status
    message = f"Figma did not give the {call.subject} in {attempts} attempts (last: {reason})"
    advice = RATE_ADVICE if cause == "rate_limit" else STATUS_ADVICE
    return FigmaError(Failure(cause, message, advice, attempts), status)


def _decode(body: bytes, form: type[_Form], call: _Call) -> _Form:
    try:
        return msgspec.json.decode(body, type=form)
    except (ValueError, RecursionError) as error:  # bytes that are no UTF-8 are a ValueError that is no MsgspecError
        if is_page(body):
            raise FigmaError(intercepted(200, call.subject), 200) from error
        message = f"Figma's answer to the request for the {call.subject} is not what was expected: {error}"
        raise FigmaError(Failure("server", message, STATUS_ADVICE), 200) from error


def _key(file_key: str) -> str:
    return quote(file_key, safe="")
