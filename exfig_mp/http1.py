"""One HTTP/1.1 connection that asks GET after GET and reads answers of a known length; all else is left to `client`.

Strict where aiohttp is lenient: what is not plainly an answer of today's HTTP, with one Content-Length, is not taken
apart here but given up as odd, with its connection. So there is no byte whose meaning two readers could see otherwise.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, cast

from msgspec import Struct

from exfig_mp.exchange import NoReply, Reply, answer, plain, too_large

if TYPE_CHECKING:
    from exfig_mp.budget import Budget

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_LONGEST_HEAD = 16 * 1024
_START, _END = b"HTTP/1.1 ", b"\r\n\r\n"
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5][0-9]{2})(?: [\t -~]*)?(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*)*"  # RFC 9112, 4 and 5
)
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_LENGTH = re.compile(r"[0-9]{1,15}")
_FRAMING = frozenset({"content-length", "transfer-encoding", "content-encoding", "connection"})
"""Headers that say where a body ends and what is in it: twice, they could say two things."""

_WITHOUT_BODY = frozenset({204, 205, 304})


class Odd(Struct, frozen=True):
    """The answer is not one of those that are read here, so it has to be asked for anew; `why` says so in words."""

    why: str


class Broken(Struct, frozen=True):
    """The connection ended before an answer had come; `detail` says how."""

    detail: str


Outcome = Reply | NoReply | Odd | Broken


class Limits(Struct, frozen=True):
    """What a connection bears: `idle` seconds without a byte, bodies of `body` bytes before and after decompression."""

    idle: float
    body: int


class Head(Struct, frozen=True):
    """Status and headers of an answer that is read here, names in lower case. `length` is that of its body.

    Nothing after it belongs to the connection's next answer unless it `lasts`.
    """

    status: int
    headers: dict[str, str]
    length: int
    lasts: bool


class Connection(asyncio.Protocol):
    """One exchange at a time; `is_open` tells whether another one may follow.

    Args:
        limits: what it bears.
        budget: bytes that all bodies under way may have; whose body has no room in it is not read meanwhile.
    """

    def __init__(self, limits: Limits, budget: Budget) -> None:
        self.rested = 0.0
        """When its last exchange ended, on the loop's clock."""
        self._limits = limits
        self._budget = budget
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Outcome] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = self._heard = 0.0
        self._seconds = 0.0
        self._received = b""
        self._head: Head | None = None
        self._parts: list[bytes] = []
        self._missing = 0
        self._held_since = 0.0  # 0: it is read from

    @property
    def is_open(self) -> bool:
        """Can it be asked?"""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, seconds: float, deadline: float) -> Outcome:
        """Send `request` and return what comes of it; to be called again only after that.

        Args:
            request: a whole GET.
            seconds: the time that all of it may take, for the message.
            deadline: when that is over, on the loop's clock.
        """
        now = self._loop.time()
        self._seconds, self._deadline, self._heard = seconds, deadline, now
        self._received, self._head = b"", None
        waiting: asyncio.Future[Outcome] = self._loop.create_future()
        self._answer = waiting
        self._timer = self._loop.call_at(min(deadline, now + self._limits.idle), self._look_at_clock)
        if self._transport is not None:
            self._transport.write(request)
        try:
            return await waiting
        finally:
            if self._answer is waiting:  # cancelled
                self._end(Broken("cancelled"))

    def close(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by name

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._transport = None
        if self._answer is not None:
            how = "the server closed the connection" if exc is None else plain(str(exc)) or type(exc).__name__
            self._end(Broken(how) if self._head is None else NoReply("network", "the answer broke off"))

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._answer is None:  # nobody has asked: whoever is asked next would get this for an answer
            self.close()
            return
        self._heard = self._loop.time()
        if self._head is not None:
            self._take(self._head, data)
            return
        received = self._received + data if self._received else data
        end = received.find(_END)
        if 0 <= end <= _LONGEST_HEAD:
            self._begin(received[:end], received[end + len(_END) :])
        elif _may_go_on(received):
            self._received = received
        else:
            self._end(Odd("no head of HTTP/1.1"))

    def _begin(self, raw: bytes, rest: bytes) -> None:
        found = read_head(raw)
        if not isinstance(found, Head):
            self._end(found)
        elif found.length > self._limits.body:
            self._end(too_large(self._limits.body))
        else:
            self._head, self._parts, self._missing = found, [], found.length
            if found.length > len(rest) and not self._budget.take(self, found.length):
                self._hold()
            self._take(found, rest)

    def _hold(self) -> None:
        """Read nothing more until `go_on`. What was asked of the loop before may still come, which is little."""
        if self._transport is not None:
            self._held_since = self._loop.time()
            self._transport.pause_reading()

    def go_on(self) -> None:
        """Read the body, for which the budget has room now; the time in which it had none does not count."""
        if self._transport is not None:
            self._heard = self._loop.time()
            self._deadline += self._heard - self._held_since
            self._held_since = 0.0
            self._transport.resume_reading()

    def _take(self, head: Head, data: bytes) -> None:
        missing = self._missing = self._missing - len(data)
        if missing > 0:
            self._parts.append(data)
            return
        if missing < 0:  # then the length may be what is wrong, and the body more than it says
            self._end(NoReply("network", "more bytes came than the answer's length says"))
            return
        body = b"".join((*self._parts, data)) if self._parts else data
        self._end(answer(head.status, head.headers, body, self._limits.body), is_kept=head.lasts)

    def _end(self, outcome: Outcome, *, is_kept: bool = False) -> None:
        """Give the outcome to whoever waits for it; the connection stays only if it `is_kept`."""
        waiting, self._answer = self._answer, None
        self._held_since = 0.0
        self._budget.give_back(self)
        self._parts, self._received = [], b""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if is_kept:
            self.rested = self._loop.time()
        else:
            self.close()
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)

    def _look_at_clock(self) -> None:
        now = self._loop.time()
        due = now + self._limits.idle if self._held_since else min(self._deadline, self._heard + self._limits.idle)
        if now < due:
            self._timer = self._loop.call_at(due, self._look_at_clock)
        elif now >= self._deadline:
            self._end(out_of_time(self._seconds))
        else:
            self._end(NoReply("timeout", "the answer stalled"))


def out_of_time(seconds: float) -> NoReply:
    """Return what comes of a request that took more than the `seconds` that it was given."""
    return NoReply("timeout", f"no answer within {seconds:g} s")


def _may_go_on(received: bytes) -> bool:
    """Can this be the beginning of a head that is read here?"""
    return (
        len(received) <= _LONGEST_HEAD
        and received.startswith(_START[: len(received)])
        and _BARE_LINE_FEED.search(received) is None
    )


def read_head(raw: bytes) -> Head | Odd | Reply:
    """Return what a head says, up to its empty line; of an error without a plain body, all that is needed of it.

    A store that answers with errors is not asked for them a second time just because of what explains them.
    """
    found = _HEAD.fullmatch(raw)
    if found is None:
        return Odd("no head of HTTP/1.1")
    status, headers = int(found[1]), {}
    for line in raw.decode("ascii").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        name = name.lower()
        if name in headers and name in _FRAMING:
            return Odd(f"two headers {name}")
        headers[name] = value.strip(" \t")
    if status in REDIRECTS and "location" in headers:
        return Odd("a redirect")
    length = headers.get("content-length", "")
    if "transfer-encoding" not in headers and status not in _WITHOUT_BODY and _LENGTH.fullmatch(length):
        return Head(status, headers, int(length), headers.get("connection", "keep-alive").lower() == "keep-alive")
    return Reply(status, headers, b"") if status >= 400 and not length else Odd("a body of unknown length")
