"""One call to Figma: paced by the shared limiter, repeated as the policy says, remembered for a resume."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec import Struct

from exfig_mp.errors import FigmaError
from exfig_mp.exchange import Get, NoReply
from exfig_mp.limiter import Gate
from exfig_mp.log import correlation_id
from exfig_mp.model import Failure
from exfig_mp.ratelimit import Lane
from exfig_mp.retry import TRANSIENT_STATUSES, RetryPolicy, parse_retry_after
from exfig_mp.sources.api_events import Attempt, Request
from exfig_mp.sources.figma_errors import RATE_ADVICE, STATUS_ADVICE, intercepted, refusal, unasked
from exfig_mp.sources.figma_limits import hinted_spacing
from exfig_mp.sources.figma_wire import error_text, is_page
from exfig_mp.sources.outage import Outage, is_proxys, patience_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.client import Session
    from exfig_mp.exchange import Reply
    from exfig_mp.limiter import Limiter
    from exfig_mp.model import Cause

_Form = TypeVar("_Form")
_WAF = "x-amzn-waf-action"  # the firewall before Figma wants to see a browser; it changes its mind
_NOT_FIGMAS = frozenset({401, 403, 404, 405, 407, 451})


@dataclass(frozen=True, slots=True)
class Token:
    """Figma's credential. It is sent to the API's host and shown nowhere."""

    value: str = field(repr=False)
    oauth: bool = False

    @property
    def can_name_versions(self) -> bool:
        """May it ask for renders of a version? Of a plan's tokens Figma wants a user then (forum.figma.com/t/54761)."""
        return not self.value.startswith("figp_")

    def headers(self) -> dict[str, str]:
        """Return the header that carries it."""
        return {"Authorization": f"Bearer {self.value}"} if self.oauth else {"X-Figma-Token": self.value}


class ApiOptions(Struct, frozen=True, kw_only=True):
    """Where and how to ask, in which run. Timeouts in seconds for one attempt; Figma itself renders for up to 55 s.

    `on_request` hears of every request when it has ended, however it did.
    """

    origin: str
    token: Token
    retry: RetryPolicy = RetryPolicy()
    timeout: float = 30.0
    render_timeout: float = 75.0
    run: str = ""
    on_request: Callable[[Request], None] = lambda _: None


class Answers(Protocol):
    """What remembers metadata answers for a resume."""

    def recall(self, name: str) -> bytes | None:
        """Return the answer that is remembered under `name`."""
        ...

    def keep(self, name: str, body: bytes) -> None:
        """Remember an answer."""
        ...


class Answer(NamedTuple):
    """A good answer; `seconds` is what it took, without what was waited before."""

    body: bytes
    seconds: float
    correlation: str


class Call(Struct, frozen=True):
    """What is asked for: the path with its query, a name for messages, the file, and what it is counted and paced by.

    A `timeout` of 0 is that of the options. With `can_be_split` the caller will rather ask for less than for the same.
    A `body` of JSON is posted. It is repeated like all calls, so only what changes nothing more the second time may be.
    """

    path: str
    subject: str
    file: str
    endpoint: str
    lane: Lane
    timeout: float = 0.0
    can_be_split: bool = False
    body: bytes | None = None

    @property
    def is_metadata(self) -> bool:
        """Is it one of the cheap calls about a whole file?"""
        return self.lane is Lane.TIER_3


class Caller:
    """Asks Figma with one token.

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
        self.options = options
        self._session = session
        self._limiter = limiter
        self._answers = answers
        self._on_retry = on_retry
        self._outage = Outage()
        self.counts: Counter[tuple[str, int]] = Counter()
        """Requests sent so far, by endpoint and tier, failed attempts included: Figma counts them too."""

    def block_left(self, file_key: str) -> float:
        """Return the seconds for which Figma will have nothing of this file rendered, 0 if it will."""
        return self._limiter.block_left(Lane.TIER_1, file_key)

    async def remembered(self, call: Call, form: type[_Form]) -> _Form:
        """Return the answer to a call that is made once a run: the one that is remembered, if there is one.

        Raises:
            FigmaError: if Figma refuses, or does not answer after all attempts, or in another form.
        """
        body = self._answers.recall(call.path)
        if body is not None:
            return decode(body, form, call)
        body = (await self.ask(call)).body
        answer = decode(body, form, call)
        self._answers.keep(call.path, body)
        return answer

    async def ask(self, call: Call) -> Answer:
        """Return Figma's answer.

        Raises:
            FigmaError: if Figma refuses, or does not answer after all attempts.
        """
        policy, outage, failed, sent, since = self.options.retry, self._outage, 0, 0, 0.0
        while True:
            outage.check(metadata=call.is_metadata)
            await self._limiter.acquire(call.lane, call.file)
            sent += 1
            correlation = correlation_id(self.options.run, call.path, sent)
            reply, seconds = await self._send(call, sent, correlation)
            if not isinstance(reply, NoReply) and reply.status == 200 and reply.body:
                outage.ends()
                return Answer(reply.body, seconds, correlation)
            if await self._is_gate(reply, call, sent, correlation):
                continue
            failed, since = failed + 1, since or time.time()
            outage.unanswered += call.is_metadata
            failure = self._failure(reply, call)
            if failure is not None:
                failure = msgspec.structs.replace(failure, since=since)
                raise outage.refuses(failure, getattr(reply, "status", 0), for_all=is_proxys(reply)).of(correlation)
            reason = reply.detail if isinstance(reply, NoReply) else f"HTTP {reply.status}"
            patience = patience_with(reply) if call.can_be_split or outage.has_begun else math.inf
            if not policy.allows(failed - 1) or failed > patience:
                raise outage.gives_up(_exhausted(reply, call, failed, reason, since)).of(correlation)
            # While calls are given up one after the other, the next ones wait longer: an outage must have time to end.
            delay = policy.delay(failed - 1 + 2 * outage.given_up, random.random())
            if not isinstance(reply, NoReply) and reply.status == 429:
                await self._limiter.pause(call.lane, delay)  # no word of how long: all processes hold back together
            self._on_retry(Attempt(call.subject, sent, delay, reason, correlation))
            await asyncio.sleep(delay)

    async def _send(self, call: Call, attempt: int, correlation: str) -> tuple[Reply | NoReply, float]:
        """Send one request; return what came of it and after how many seconds."""
        self.counts[call.endpoint, call.lane.value] += 1
        form = {} if call.body is None else {"Content-Type": "application/json"}
        request = Get(
            self.options.origin + call.path,
            call.timeout or self.options.timeout,
            self.options.token.headers() | form | {"X-Correlation-Id": correlation},
            once=True,  # each costs a call
            patient=True,  # Figma is silent while it draws
            body=call.body,
        )
        begun = time.monotonic()
        reply = await self._session.get(request)
        seconds = time.monotonic() - begun
        about = (call.subject, call.endpoint, call.lane.value, attempt, correlation)
        self.options.on_request(Request(*about, seconds, reply, "GET" if call.body is None else "POST"))
        return reply, seconds

    async def _is_gate(self, reply: Reply | NoReply, call: Call, attempt: int, correlation: str) -> bool:
        """On a 429 that says for how long, close the gate for everybody. It does not use up a retry."""
        if isinstance(reply, NoReply) or reply.status != 429:
            return False
        seconds = parse_retry_after(reply.headers.get("retry-after"), time.time())
        if seconds is None:
            return False
        gate = Gate(seconds, hinted_spacing(call.lane, reply.headers))
        closed = await self._limiter.close_gate(call.lane, gate, call.file)
        said = (reply.headers.get(name, "") for name in ("x-figma-plan-tier", "x-figma-rate-limit-type"))
        reason = " ".join(["HTTP 429", *said]).rstrip()
        self._on_retry(Attempt(call.subject, attempt, closed, reason, correlation))
        return True

    def _failure(self, reply: Reply | NoReply, call: Call) -> Failure | None:
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


def _exhausted(reply: Reply | NoReply, call: Call, attempts: int, reason: str, since: float) -> FigmaError:
    cause: Cause
    if isinstance(reply, NoReply):
        cause, status = ("timeout" if reply.trouble == "timeout" else "network"), 0
    else:
        cause, status = ("rate_limit" if reply.status == 429 else "server"), reply.status
    words = "" if isinstance(reply, NoReply) else error_text(reply.body)
    last = f"{reason}: {words}" if words else reason
    message = f"Figma did not give the {call.subject} in {attempts} attempts (last: {last})"
    advice = RATE_ADVICE if cause == "rate_limit" else STATUS_ADVICE
    return FigmaError(Failure(cause, message, advice, attempts, since=since), status)


def decode(body: bytes, form: type[_Form], call: Call) -> _Form:
    """Return an answer as a value.

    Raises:
        FigmaError: if it is not what was expected.
    """
    try:
        return msgspec.json.decode(body, type=form)
    except (ValueError, RecursionError) as error:  # bytes that are no UTF-8 are a ValueError that is no MsgspecError
        if is_page(body):
            raise FigmaError(intercepted(200, call.subject), 200) from error
        message = f"Figma's answer to the request for the {call.subject} is not what was expected: {error}"
        raise FigmaError(Failure("server", message, STATUS_ADVICE), 200) from error
