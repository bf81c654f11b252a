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

from exfig_mp.client import Get, NoReply
from exfig_mp.errors import FigmaError
from exfig_mp.limiter import Lane
from exfig_mp.model import Failure
from exfig_mp.retry import TRANSIENT_STATUSES, RetryPolicy, parse_retry_after
from exfig_mp.sources.figma_errors import STATUS_ADVICE, refusal
from exfig_mp.sources.figma_wire import ComponentsAnswer, ImagesAnswer, MetaAnswer, error_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.client import Reply, Session
    from exfig_mp.limiter import Limiter
    from exfig_mp.model import Cause
    from exfig_mp.sources.figma_wire import Component, FileMeta

_Answer = TypeVar("_Answer")
_OUTAGE_BEGINS = 3  # calls given up in a row; from then on each is repeated only once, after longer waits
_AFTER_GATE = 0.2  # seconds beyond Retry-After: Figma's clock and ours are not the same


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
    """Where and how to ask. Timeouts in seconds for one attempt; Figma itself renders for up to 55 s."""

    origin: str
    token: Token
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeout: float = 30.0
    render_timeout: float = 75.0


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


@dataclass(frozen=True, slots=True)
class _Call:
    path: str
    subject: str
    endpoint: str
    lane: Lane
    timeout: float
    can_be_split: bool = False


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
        self._given_up_in_a_row = 0
        self.calls: Counter[tuple[str, int]] = Counter()
        """Requests sent so far, by endpoint and tier, failed attempts included: Figma counts them too."""

    async def meta(self, file_key: str) -> FileMeta:
        """Return the file's name, version and last change.

        Raises:
            FigmaError: if Figma refuses, or does not answer after all attempts; so for all methods.
        """
        call = _Call(f"/v1/files/{_key(file_key)}/meta", f"metadata of file {file_key}", "meta", Lane.TIER_3, 0)
        return (await self._remembered(call, MetaAnswer)).unwrapped()

    async def components(self, file_key: str) -> tuple[Component, ...]:
        """Return the file's published components."""
        path = f"/v1/files/{_key(file_key)}/components"
        call = _Call(path, f"components of file {file_key}", "components", Lane.TIER_3, 0)
        return (await self._remembered(call, ComponentsAnswer)).meta.components

    async def images(
        self, file_key: str, query: str, subject: str, *, can_be_split: bool = False
    ) -> dict[str, str | None]:
        """Have nodes rendered: `query` is the encoded query of `GET /v1/images/:key`.

        With `can_be_split` the caller will rather ask for less than ask for the same all over: a server error or a
        timeout, which most often mean too much work, is repeated only once.
        """
        path = f"/v1/images/{_key(file_key)}?{query}"
        call = _Call(path, subject, "images", Lane.TIER_1, self._options.render_timeout, can_be_split)
        answer = _decode(await self._ask(call), ImagesAnswer, call)
        if answer.err:
            raise FigmaError(refusal(400, answer.err, subject), status=400)
        return answer.images

    async def _remembered(self, call: _Call, form: type[_Answer]) -> _Answer:
        body = self._answers.recall(call.path)
        if body is not None:
            return _decode(body, form, call)
        body = await self._ask(call)
        answer = _decode(body, form, call)
        self._answers.keep(call.path, body)
        return answer

    async def _ask(self, call: _Call) -> bytes:
        policy, failed = self._options.retry, 0
        while True:
            await self._limiter.acquire(call.lane)
            self.calls[call.endpoint, call.lane.value] += 1
            request = Get(
                self._options.origin + call.path,
                call.timeout or self._options.timeout,
                self._options.token.headers(),
                once=True,  # each costs a call
            )
            reply = await self._session.get(request)
            if not isinstance(reply, NoReply) and reply.status == 200 and reply.body:
                self._given_up_in_a_row = 0
                return reply.body
            gate = await self._close_gate(reply, call.lane)
            if gate is not None:
                self._on_retry(Attempt(call.subject, failed + 1, gate, "HTTP 429"))
                continue
            failed += 1
            failure = self._failure(reply, call)
            if failure is not None:
                raise FigmaError(failure, getattr(reply, "status", 0))
            reason = reply.detail if isinstance(reply, NoReply) else f"HTTP {reply.status}"
            in_outage = self._given_up_in_a_row >= _OUTAGE_BEGINS
            patience = _patience(reply) if call.can_be_split or in_outage else math.inf
            if not policy.allows(failed - 1) or failed > patience:
                self._given_up_in_a_row += 1
                raise _exhausted(reply, call, failed, reason)
            # While calls are given up one after the other, the next ones wait longer: an outage must have time to end.
            delay = policy.delay(failed - 1 + 2 * self._given_up_in_a_row, random.random())
            if not isinstance(reply, NoReply) and reply.status == 429:
                await self._limiter.pause(call.lane, delay)  # no word of how long: all processes hold back together
            self._on_retry(Attempt(call.subject, failed, delay, reason))
            await asyncio.sleep(delay)

    async def _close_gate(self, reply: Reply | NoReply, lane: Lane) -> float | None:
        """On a 429 that says for how long, pause the lane for everybody; return the seconds.

        It does not use up a retry.
        """
        if isinstance(reply, NoReply) or reply.status != 429:
            return None
        seconds = parse_retry_after(reply.headers.get("retry-after"), time.time())
        if seconds is None:
            return None
        await self._limiter.close_gate(lane, seconds + _AFTER_GATE)
        return seconds + _AFTER_GATE

    def _failure(self, reply: Reply | NoReply, call: _Call) -> Failure | None:
        """Return what is wrong for good, or None if asking again may help."""
        if isinstance(reply, NoReply):
            if reply.trouble in {"timeout", "network"}:
                return None
            return Failure("config", f"the {call.subject} cannot be asked for: {reply.detail}", "check --api-url")
        if reply.status in TRANSIENT_STATUSES or reply.status in {200, 202, 429}:
            return None  # 202: a firewall's challenge with an empty body; 200 without a body is no better
        return refusal(reply.status, error_text(reply.body), call.subject)


def _patience(reply: Reply | NoReply) -> float:
    """Return how many failures of this kind are borne where more of the same helps little."""
    if isinstance(reply, NoReply):
        return 1 if reply.trouble == "timeout" else math.inf
    return 1 if reply.status >= 500 else math.inf


def _exhausted(reply: Reply | NoReply, call: _Call, attempts: int, reason: str) -> FigmaError:
    cause: Cause
    if isinstance(reply, NoReply):
        cause, status = ("timeout" if reply.trouble == "timeout" else "network"), 0
    else:
        cause, status = ("rate_limit" if reply.status == 429 else "server"), reply.status
    message = f"Figma did not give the {call.subject} in {attempts} attempts (last: {reason})"
    return FigmaError(Failure(cause, message, STATUS_ADVICE, attempts), status)


def _decode(body: bytes, form: type[_Answer], call: _Call) -> _Answer:
    try:
        return msgspec.json.decode(body, type=form)
    except (ValueError, RecursionError) as error:  # bytes that are no UTF-8 are a ValueError that is no MsgspecError
        message = f"Figma's answer to the request for the {call.subject} is not what was expected: {error}"
        raise FigmaError(Failure("server", message, STATUS_ADVICE), 200) from error


def _key(file_key: str) -> str:
    return quote(file_key, safe="")
