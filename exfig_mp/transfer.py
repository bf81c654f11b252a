"""One job from URL to file: get, verify, place. The result is a value; nothing that a server or a disk does raises."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from exfig_mp import files
from exfig_mp.client import Get, NoReply, Reply
from exfig_mp.errors import DiskError
from exfig_mp.formats import problem_with, shrinkage
from exfig_mp.hashing import digest
from exfig_mp.log import correlation_id
from exfig_mp.model import Done, Failed, Failure, Retried
from exfig_mp.ratelimit import Lane
from exfig_mp.retry import TRANSIENT_STATUSES, RetryPolicy, parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.client import Session
    from exfig_mp.limiter import Limiter
    from exfig_mp.model import Cause, Job, JobResult

_MD5_ETAG = re.compile(r'"[0-9a-f]{32}"')
_NETWORK_ADVICE = "check the network connection, or Figma's status page (status.figma.com)"


@dataclass(frozen=True, slots=True)
class TransferOptions:
    """How to download and place; crosses process borders. `timeout` is in seconds for one attempt, `run` is its id."""

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeout: float = 120.0
    fsync: bool = False
    run: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What one attempt came to, if not to a whole asset. `pause` is for how long all downloads should hold back."""

    cause: Cause
    message: str
    transient: bool
    pause: float = 0.0


class Transfer:
    """Runs jobs on one session. `on_retry` hears of every attempt that is going to be repeated."""

    def __init__(
        self, session: Session, limiter: Limiter, options: TransferOptions, on_retry: Callable[[Job, Retried], None]
    ) -> None:
        self._session = session
        self._limiter = limiter
        self._options = options
        self._on_retry = on_retry

    async def run(self, job: Job) -> JobResult:
        """Download `job` and put its file at every destination.

        `Done` means in place. A destination that the disk refuses takes the file from no other one.
        """
        body = await self._fetch(job)
        if isinstance(body, Failed):
            return body
        placed, refused = [], None
        for destination in job.destinations:
            try:
                place(destination, body.body, fsync=self._options.fsync)
                placed.append(destination)
            except DiskError as error:
                refused = refused or error
                if error.is_full:
                    break
        if refused:
            return Failed(job.id, Failure(refused.cause, refused.message, refused.advice), tuple(placed))
        warning = shrinkage(body.body, job.format) or ""
        return Done(job.id, len(body.body), digest(body.body), body.attempts, warning)

    async def _fetch(self, job: Job) -> _Fetched | Failed:
        policy, attempt = self._options.retry, 0
        while True:
            await self._limiter.wait_for_pause(Lane.CDN)
            attempt += 1
            named = {"X-Correlation-Id": correlation_id(self._options.run, job.id, attempt)}
            reply = await self._session.get(Get(job.url, self._options.timeout, named))
            outcome = judge(reply, job)
            if isinstance(outcome, bytes):
                return _Fetched(outcome, attempt)
            if not outcome.transient or not policy.allows(attempt - 1):
                advice = _NETWORK_ADVICE if outcome.transient else ""
                host = urlsplit(job.url).hostname or ""
                return Failed(job.id, Failure(outcome.cause, outcome.message, advice, attempt, host))
            if outcome.pause:
                await self._limiter.pause(Lane.CDN, outcome.pause)
            delay = policy.delay(attempt - 1, random.random())
            self._on_retry(job, Retried(job.id, attempt, delay, outcome.message))
            await asyncio.sleep(delay)


@dataclass(frozen=True, slots=True)
class _Fetched:
    body: bytes
    attempts: int


def judge(reply: Reply | NoReply, job: Job) -> bytes | Fault:
    """Return the asset if `reply` is one, whole; else what is wrong with it."""
    match reply:
        case NoReply(trouble="forbidden_url"):
            return Fault("config", f"the download was refused: {reply.detail}", transient=False)
        case NoReply(trouble="too_large"):
            return Fault("invalid_body", reply.detail, transient=False)
        case NoReply(trouble="proxy"):
            return Fault("network", f"{reply.detail}: check HTTPS_PROXY and NO_PROXY", transient=False)
        case NoReply(trouble="timeout"):
            return Fault("timeout", reply.detail, transient=True)
        case NoReply():
            return Fault("network", reply.detail, transient=True)
        case Reply():
            return _judge_answer(reply, job)


def _judge_answer(reply: Reply, job: Job) -> bytes | Fault:
    status = reply.status
    if status in {403, 404, 410}:
        return Fault("expired_url", f"the store no longer has the rendered object (HTTP {status})", transient=False)
    if status == 429 or status in TRANSIENT_STATUSES:
        # Only seconds are taken from a store: it has no business to stop everybody for days.
        pause = parse_retry_after(reply.headers.get("retry-after"), time.time()) or 0.0
        return Fault("server", f"the store answered HTTP {status}", transient=True, pause=min(pause, 30.0))
    if status != 200:
        return Fault("server", f"the store answered HTTP {status}", transient=False)
    problem = problem_with(reply.body, job.format) or _corruption(reply)
    return Fault("invalid_body", problem, transient=True) if problem else reply.body


def _corruption(reply: Reply) -> str | None:
    """Compare the body with a strong ETag that looks like an MD5: S3 gives one for objects stored in one part.

    What S3 encrypts with a key of its user's has an ETag of the same look that is no MD5.
    """
    etag = reply.headers.get("etag", "")
    if "content-encoding" in reply.headers or not _MD5_ETAG.fullmatch(etag):
        return None
    encryption = reply.headers.get("x-amz-server-side-encryption", "")
    if "kms" in encryption or "x-amz-server-side-encryption-customer-algorithm" in reply.headers:
        return None
    if hashlib.md5(reply.body, usedforsecurity=False).hexdigest() == etag[1:-1]:
        return None
    return "the body was damaged on its way (its MD5 is not the ETag)"


def place(destination: str, body: bytes, *, fsync: bool) -> None:
    """Write `body` to `destination`, making its folder if need be.

    Raises:
        DiskError: if the disk refuses.
    """
    try:
        files.write_atomically(destination, body, fsync=fsync)
    except files.MissingFolderError:
        files.make_folder(destination.rpartition("/")[0])
        files.write_atomically(destination, body, fsync=fsync)
