"""One job from URL to file: get, verify, place. The result is a value; nothing that a server or a disk does raises."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct, field

from exfig_mp import files
from exfig_mp.cache import Store
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError, DiskError
from exfig_mp.exchange import Get, NoReply, Reply
from exfig_mp.formats import problem_with, shrinkage
from exfig_mp.hashing import digest
from exfig_mp.log import correlation_id
from exfig_mp.model import Done, Failed, Failure, Retried, Written
from exfig_mp.ratelimit import Lane
from exfig_mp.retry import TRANSIENT_STATUSES, RetryPolicy, parse_retry_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.download import Downloads
    from exfig_mp.limiter import Limiter
    from exfig_mp.model import Cause, Job, JobResult

_MD5_ETAG = re.compile(r'"[0-9a-f]{32}"')
_NETWORK_ADVICE = "check the network connection, or Figma's status page (status.figma.com)"


class TransferOptions(Struct, frozen=True):
    """How to download and place; crosses process borders.

    `timeout` is in seconds for one attempt, `run` is its id, `store` the folder of the cache's store, if there is one.
    """

    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeout: float = 120.0
    fsync: bool = False
    run: str = ""
    store: str = ""


class Fault(Struct, frozen=True):
    """What one attempt came to, if not to a whole asset. `pause` is for how long all downloads should hold back."""

    cause: Cause
    message: str
    transient: bool
    pause: float = 0.0


class Transfer:
    """Runs jobs on one pool of connections. `on_retry` hears of every attempt that is going to be repeated."""

    def __init__(
        self, downloads: Downloads, limiter: Limiter, options: TransferOptions, on_retry: Callable[[Job, Retried], None]
    ) -> None:
        self._downloads = downloads
        self._limiter = limiter
        self._options = options
        self._on_retry = on_retry
        self._store = Store(options.store) if options.store else None

    async def run(self, job: Job) -> JobResult:
        """Download `job`, put its file at every destination, and what is derived from it at its own.

        `Done` means in place. What the disk refuses, or what cannot be converted, takes the file from nothing else.
        """
        fetched = await (self._fetch(job) if job.url else self._read(job))
        if isinstance(fetched, Failed):
            return fetched
        body = fetched.body
        delivery = _Delivery(self._options.fsync, digest(body))
        delivery.place(job.id, job.destinations, body, delivery.digest)
        for one in job.derived:
            try:
                # A thread of its own: a heavy picture must not keep the others' downloads waiting.
                converted = await asyncio.to_thread(convert, body, one.steps)
            except ConversionError as error:
                delivery.refuse(Failure("conversion", error.message, error.advice))
            else:
                delivery.place(one.id, one.destinations, converted, digest(converted))
        if self._store and job.url:
            with suppress(DiskError):  # what cannot be kept is asked for again, some day
                self._store.keep(job.id, body)
        if delivery.refusal:
            return Failed(job.id, delivery.refusal, tuple(delivery.placed), tuple(delivery.written))
        warning = shrinkage(body, job.format) or ""
        derived = tuple(one for one in delivery.written if one.id != job.id)
        return Done(job.id, len(body), delivery.digest, fetched.attempts, warning, derived)

    async def _read(self, job: Job) -> _Fetched | Failed:
        """Take the bytes from the cache's store. They are gone or damaged: then Figma has to be asked, as for a URL."""
        body = await asyncio.to_thread(self._store.read, job.id) if self._store else None
        if body is not None and problem_with(body, job.format) is None:
            return _Fetched(body, 0)
        return Failed(job.id, Failure("expired_url", "the cache no longer has the rendered object"))

    async def _fetch(self, job: Job) -> _Fetched | Failed:
        policy, attempt, since = self._options.retry, 0, 0.0
        while True:
            await self._limiter.wait_for_pause(Lane.CDN)
            attempt += 1
            named = {"X-Correlation-Id": correlation_id(self._options.run, job.id, attempt)}
            reply = await self._downloads.get(Get(job.url, self._options.timeout, named))
            outcome = judge(reply, job)
            if isinstance(outcome, bytes):
                return _Fetched(outcome, attempt)
            since = since or time.time()
            if not outcome.transient or not policy.allows(attempt - 1):
                advice = _NETWORK_ADVICE if outcome.transient else ""
                host = urlsplit(job.url).hostname or ""
                return Failed(job.id, Failure(outcome.cause, outcome.message, advice, attempt, host, since))
            if outcome.pause:
                await self._limiter.pause(Lane.CDN, outcome.pause)
            delay = policy.delay(attempt - 1, random.random())
            self._on_retry(job, Retried(job.id, attempt, delay, outcome.message))
            await asyncio.sleep(delay)


class _Fetched(Struct, frozen=True):
    body: bytes
    attempts: int


class _Delivery(Struct):
    """What is in place so far, and the first thing that was refused. `digest` is that of what was downloaded."""

    fsync: bool
    digest: str
    placed: list[str] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    refusal: Failure | None = None
    is_full: bool = False

    def place(self, output_id: str, destinations: tuple[str, ...], body: bytes, sum_: str) -> None:
        before = len(self.placed)
        for destination in destinations:
            if self.is_full:
                return
            try:
                place(destination, body, fsync=self.fsync)
                self.placed.append(destination)
            except DiskError as error:
                self.refuse(Failure(error.cause, error.message, error.advice))
                self.is_full = error.is_full
        if destinations and len(self.placed) - before == len(destinations):
            self.written.append(Written(output_id, len(body), sum_))

    def refuse(self, failure: Failure) -> None:
        # No room for anything is worse than anything else that may be wrong with one.
        if self.refusal is None or failure.cause == "disk_full":
            self.refusal = failure


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
        DiskError: if the disk refuses, or a component's name leads through a symlink.
    """
    files.refuse_link(destination)
    try:
        files.write_atomically(destination, body, fsync=fsync)
    except files.MissingFolderError:
        files.make_folder(destination.rpartition("/")[0])
        files.write_atomically(destination, body, fsync=fsync)
