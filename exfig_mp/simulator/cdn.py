"""The CDN: an HTTP/1.1 server with the manners of S3, written on the bare transport for speed and for exact faults.

One request of a connection is answered at a time, in order; pipelined ones wait in the buffer.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from exfig_mp.simulator.faults import GOOD, Request
from exfig_mp.simulator.misbehaviour import misbehave, reset
from exfig_mp.simulator.objects import PREFIX
from exfig_mp.simulator.record import Entry
from exfig_mp.simulator.s3 import Replies, fill_picture, one_range

if TYPE_CHECKING:
    from exfig_mp.simulator.faults import Decision
    from exfig_mp.simulator.objects import Blob, Stored
    from exfig_mp.simulator.world import World

# Where redirected objects are: the same ones, under another host name, without faults.
_MOVED = "/figma-alpha-api/moved/"
_SWEEP_SECONDS = 0.25
_LONGEST_HEAD = 65_536
_TLS_GREETING = b"\x16\x03"
_AGENT = re.compile(rb"\r\nuser-agent:[ \t]*([^\r]*)")
_CORRELATION = re.compile(rb"\r\nx-correlation-id:[ \t]*([^\r]*)")
_RANGE = re.compile(rb"\r\nrange:[ \t]*([^\r]*)")
_IF_NONE_MATCH = re.compile(rb"\r\nif-none-match:[ \t]*([^\r]*)")
_IF_RANGE = re.compile(rb"\r\nif-range:[ \t]*([^\r]*)")
_SECRETS = (b"\r\nauthorization:", b"\r\nx-figma-token:")


class Cdn:
    """What all connections share.

    Args:
        world: the simulated Figma.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.replies = Replies(world.clock)
        self.fill = fill_picture()
        self.connections: set[Connection] = set()

    def connection(self) -> Connection:
        """Return the protocol of a new connection."""
        return Connection(self)

    async def close_idle(self) -> None:
        """Close connections that have been silent for too long, for as long as this runs."""
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            limit = self.world.scenario.cdn.idle_seconds
            now = asyncio.get_running_loop().time()
            for connection in list(self.connections) if limit > 0 else ():
                connection.close_if_idle(now - limit)

    def close(self) -> None:
        """Drop every connection."""
        for connection in list(self.connections):
            connection.drop()


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, cdn: Cdn) -> None:
        self._cdn = cdn
        self._world = cdn.world
        self._transport: asyncio.Transport
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._paused = False
        self._closing = False
        self._served = 0
        self._active = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection; refuse it if the scenario allows no more."""
        # uvloop's transports have the methods of asyncio's without being their children.
        self._transport = cast("asyncio.Transport", transport)
        self._cdn.connections.add(self)
        self._world.record.connected(1)
        self._active = asyncio.get_running_loop().time()
        most = self._world.scenario.cdn.largest_concurrency
        if most and self._world.record.connections > most:
            reset(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio calls it so
        """Forget the connection and what it waited for."""
        self._cdn.connections.discard(self)
        self._world.record.connected(-1)
        self._closing = True
        if self._task:
            self._task.cancel()

    def pause_writing(self) -> None:
        """Answer no further request until the client has read."""
        self._paused = True

    def resume_writing(self) -> None:
        """Go on with what has arrived meanwhile."""
        self._paused = False
        self._serve()

    def data_received(self, data: bytes) -> None:
        """Take what arrived and answer every whole request in it."""
        self._buffer += data
        self._serve()

    def close_if_idle(self, since: float) -> None:
        """Close the connection if nothing has happened since then."""
        if self._task is None and self._active < since:
            self._transport.close()

    def drop(self) -> None:
        """Close without ceremony."""
        self._transport.abort()

    def _serve(self) -> None:
        self._active = asyncio.get_running_loop().time()
        while self._task is None and not self._paused and not self._closing:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > _LONGEST_HEAD or self._buffer.startswith(_TLS_GREETING):
                    self._end_with(
                        self._cdn.replies.error(400, "BadRequest", "An error occurred when parsing the HTTP request.")
                    )
                return
            head = bytes(self._buffer[: end + 2])
            del self._buffer[: end + 4]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        line, _, _ = head.partition(b"\r\n")
        parts = line.split(b" ")
        if len(parts) != 3 or parts[0] not in {b"GET", b"HEAD"}:
            self._end_with(self._cdn.replies.error(405, "MethodNotAllowed", "The specified method is not allowed."))
            return
        method, path = parts[0].decode(), parts[1].decode("latin-1")
        lower = head.lower()
        self._served += 1
        most = self._world.scenario.cdn.requests_per_connection
        last = b"\r\nconnection: close" in lower or parts[2] == b"HTTP/1.0" or (most and self._served >= most)
        if any(secret in lower for secret in _SECRETS):
            self._world.record.broken("auth header at CDN", path)
        if _SECRETS[0] in lower:
            reply = self._cdn.replies.error(400, "InvalidArgument", "Unsupported Authorization Type")
            self._write(reply, Entry(self._now(), method, path, "cdn", 0, 400))
        else:
            self._find(method, path, lower)
        if last and self._task is None:
            self._finish()
        elif last:
            self._closing = True

    def _find(self, method: str, path: str, lower: bytes) -> None:
        if path.startswith("/img/"):
            self._good(method, path, lower, self._cdn.fill)
            return
        moved = path.startswith(_MOVED)
        name = path.removeprefix(_MOVED if moved else PREFIX)
        stored = self._world.objects.find(name)
        now = self._world.clock.now()
        if stored is None or now > stored.created + self._world.scenario.cdn.life_seconds:
            self._write(self._cdn.replies.denied(), Entry(self._now(), method, path, "cdn", 0, 403))
            return
        decision = GOOD if moved else self._decide(stored)
        latency = self._world.scenario.cdn.latency
        blob = self._world.objects.ready(stored.picture)
        if blob is not None and decision is GOOD and not latency:
            self._good(method, path, lower, blob)
            return
        work = self._later(method, path, lower, (stored, decision))
        self._task = asyncio.get_running_loop().create_task(work)
        self._task.add_done_callback(self._done)

    def _decide(self, stored: Stored) -> Decision:
        book = self._world.book
        if not book.touches_cdn:
            return GOOD
        picture = stored.picture
        request = Request(
            kind="cdn",
            identity=picture.identity,
            attempt=book.attempt(f"cdn {picture.identity}"),
            file=picture.file,
            node=picture.component.id,
            name=picture.component.name,
            format=picture.format,
        )
        return book.decide(request, self._world.clock.now(), self._world.record.connections)

    async def _later(self, method: str, path: str, lower: bytes, what: tuple[Stored, Decision]) -> None:
        stored, decision = what
        wait = decision.delay + self._world.scenario.cdn.latency
        if wait:
            await asyncio.sleep(wait)
        blob = await self._world.objects.blob(stored.picture)
        if decision.fault is None:
            self._good(method, path, lower, blob)
            return
        fault = decision.fault
        if fault.do == "redirect" and not fault.location:
            port = self._transport.get_extra_info("sockname")[1]
            fault = replace(fault, location=f"http://localhost:{port}{_MOVED}{path.removeprefix(PREFIX)}")
        status = await misbehave(self._transport, self._cdn.replies, fault, blob)
        said = (_said(_AGENT, lower), _said(_CORRELATION, lower))
        entry = Entry(self._now(), method, path, "cdn", 0, status, *said)
        self._world.record.cdn(entry, 0)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled() or self._transport.is_closing():
            return
        if task.exception() is not None:
            self._end_with(self._cdn.replies.error(500, "InternalError", "We encountered an internal error."))
        elif self._closing:
            self._finish()
        else:
            self._serve()

    def _good(self, method: str, path: str, lower: bytes, blob: Blob) -> None:
        status, reply, size = self._chosen(lower, blob)
        if method == "HEAD":
            reply, size = reply[: reply.index(b"\r\n\r\n") + 4], 0
        said = (_said(_AGENT, lower), _said(_CORRELATION, lower))
        entry = Entry(self._now(), method, path, "cdn", 0, status, *said)
        self._write(reply, entry, size)

    def _chosen(self, lower: bytes, blob: Blob) -> tuple[int, bytes, int]:
        replies, size = self._cdn.replies, len(blob.body)
        known = _IF_NONE_MATCH.search(lower)
        if known and (blob.etag.encode() in known[1] or known[1].strip() == b"*"):
            return 304, replies.unchanged(blob), 0
        wanted, if_range = _RANGE.search(lower), _IF_RANGE.search(lower)
        if wanted and not (if_range and blob.etag.encode() not in if_range[1]):
            match one_range(wanted[1].decode("latin-1"), size):
                case None:
                    return 200, replies.whole(blob), size
                case (start, stop) if start < stop:
                    return 206, replies.part(blob, start, stop), stop - start
                case _:
                    return 416, replies.unsatisfiable(size), 0
        return 200, replies.whole(blob), size

    def _write(self, reply: bytes, entry: Entry, size: int = 0) -> None:
        self._transport.write(reply)
        self._world.record.cdn(entry, size)

    def _end_with(self, reply: bytes) -> None:
        self._transport.write(reply)
        self._finish()

    def _finish(self) -> None:
        self._closing = True
        self._transport.close()

    def _now(self) -> float:
        return self._active


def _said(header: re.Pattern[bytes], lower: bytes) -> str:
    found = header.search(lower)
    return found[1].decode("latin-1") if found else ""
