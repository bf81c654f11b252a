"""Downloads: GET over kept connections, by a small protocol of our own (`http1`); what that cannot read is asked anew.

Most of what a small download costs are aiohttp's objects for request, answer and URL. So the plain case, which is all
that Figma's store does, has a short way: an allowed host, no proxy, an answer of a known length. All else goes through
a `client.Session`, for which alone aiohttp is imported. Both ways promise the same, and answer with the same values.
"""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Self

import aiohappyeyeballs
from msgspec import Struct, field
from msgspec.structs import replace

from exfig_mp.budget import Budget
from exfig_mp.exchange import NoReply, Place, Reply, Routes, plain
from exfig_mp.hosts import in_bucket
from exfig_mp.http1 import Broken, Connection, Limits, Odd, out_of_time
from exfig_mp.tls import tls_context

if TYPE_CHECKING:
    from exfig_mp.client import Session
    from exfig_mp.exchange import Get, SessionOptions
    from exfig_mp.http1 import Outcome

# As in RFC 3986, in ASCII, with a path; without a user, a fragment, or capitals in the host. No line can begin in it.
_URL = re.compile(
    r"((https?)://([a-z0-9.-]+)(?::([0-9]{1,5}))?)"
    r"((/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)"
)
_HEADER = re.compile(r"[A-Za-z0-9-]+: [!-~]+(?: [!-~]+)*")
_PORTS = {"http": 80, "https": 443}
_STAGGER = 0.25  # seconds until the next address is tried beside one that does not answer (RFC 8305)
_ADDRESSES_LAST = 300.0  # seconds
_LONGEST_REST = 15.0  # seconds that a connection may lie unused: servers close theirs after some time, too
_ODDITIES = 8  # odd answers, after which all of a host's are left to the session
_UNDER_WAY = 64 * 1024 * 1024  # bytes of bodies that a process has half of, beyond the small ones
_SMALL = 256 * 1024


class _Origin(Struct):
    """A scheme, host and port that may be asked directly, and the connections there that nobody uses.

    `tail` is what follows the target in each request's head.
    """

    host: str
    port: int
    is_tls: bool
    only_bucket: bool
    tail: str
    resting: list[Connection] = field(default_factory=list)
    oddities: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    addresses: list[aiohappyeyeballs.AddrInfoType] = field(default_factory=list)
    resolved: float = 0.0


class Downloads:
    """One pool of connections on one event loop; an async context manager. `get` promises what `Session.get` does.

    But of an error whose body has no known length, the body is left out.
    """

    def __init__(self, options: SessionOptions) -> None:
        self._options = options
        self._routes = Routes(options.allowed_hosts)
        self._limits = Limits(options.idle_timeout, options.max_body)
        self._budget = Budget(_UNDER_WAY, _SMALL)
        self._origins: dict[str, _Origin | None] = {}
        self._connections: set[Connection] = set()
        self._opening = 0
        self._session: Session | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(self._options.connections)
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.close()
        await self._stack.aclose()
        await asyncio.sleep(0)  # the loop takes note of what is closed when it turns

    async def get(self, request: Get) -> Reply | NoReply:
        """Send one GET and read its whole answer, following redirects between allowed hosts.

        Never raises for what a network or a server does.
        """
        origin, wire = self._direct(request)
        if origin is None:
            return await self._ask_session(request)
        deadline = self._loop.time() + request.timeout
        if self._room.locked():
            try:
                async with asyncio.timeout_at(deadline):
                    await self._room.acquire()
            except TimeoutError:
                return out_of_time(request.timeout)
        else:
            await self._room.acquire()
        try:
            outcome = await self._ask(origin, wire, request.timeout, deadline)
            if isinstance(outcome, Reply | NoReply):
                return outcome
            left = deadline - self._loop.time()
            return await self._ask_session(replace(request, timeout=left)) if left > 0 else out_of_time(request.timeout)
        finally:
            self._room.release()

    def _direct(self, request: Get) -> tuple[_Origin | None, bytes]:
        """Return whom to ask for it directly, and by which bytes; nobody if the session has to."""
        found = _URL.fullmatch(request.url)
        if found is None or request.once or request.patient:
            return None, b""
        key, target, path = found[1], found[5], found[6]
        if key not in self._origins:
            self._origins[key] = self._find_origin(found[2], found[3], found[4], path)
        origin = self._origins[key]
        if origin is None or origin.oddities >= _ODDITIES or (origin.only_bucket and not in_bucket(path)):
            return None, b""
        lines = [f"{name}: {value}" for name, value in request.headers.items()]
        if not all(map(_HEADER.fullmatch, lines)):
            return None, b""
        return origin, "\r\n".join((f"GET {target}{origin.tail}", *lines, "", "")).encode("ascii")

    def _find_origin(self, scheme: str, host: str, written: str | None, path: str) -> _Origin | None:
        port = int(written or _PORTS[scheme])
        route = self._routes.to(Place(scheme, f"{host}:{port}", host, path))
        if route.proxy is not None or not 0 < port < 65536 or (route.refusal and not route.only_bucket):
            return None
        named = host if port == _PORTS[scheme] else f"{host}:{port}"
        tail = f" HTTP/1.1\r\nHost: {named}\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nUser-Agent: exfig-mp"
        return _Origin(host, port, scheme == "https", route.only_bucket, tail)

    async def _ask_session(self, request: Get) -> Reply | NoReply:
        if self._session is None:
            from exfig_mp.client import Session

            self._session = await self._stack.enter_async_context(Session(self._options))
        return await self._session.get(request)

    async def _ask(self, origin: _Origin, wire: bytes, seconds: float, deadline: float) -> Outcome:
        """Ask on a kept connection or a new one; if that breaks before an answer, once more at once on a new one."""
        outcome: Outcome | None = None
        connection = self._rested(origin)
        while True:
            if connection is None:
                opened = await self._open(origin, seconds, deadline)
                if isinstance(opened, NoReply):
                    return opened
                connection = opened
            try:
                answer = await connection.ask(wire, seconds, deadline)
            finally:
                if connection.is_open:
                    origin.resting.append(connection)
                else:
                    self._connections.discard(connection)
            if not isinstance(answer, Broken):
                break
            if outcome is not None:
                return NoReply("network", answer.detail)
            outcome, connection = answer, None
        if isinstance(answer, Odd):
            self._note_oddity(origin)
        return answer

    def _note_oddity(self, origin: _Origin) -> None:
        """Leave a host to the session that does not answer as is read here: it would be asked twice for everything."""
        origin.oddities += 1
        if origin.oddities >= _ODDITIES:
            while origin.resting:
                self._drop(origin.resting.pop())

    def _rested(self, origin: _Origin) -> Connection | None:
        """Return a connection that can be used again; the last one that was used is the least likely to be closed."""
        while origin.resting:
            connection = origin.resting.pop()
            if connection.is_open and self._loop.time() - connection.rested < _LONGEST_REST:
                return connection
            self._drop(connection)
        return None

    def _drop(self, connection: Connection) -> None:
        connection.close()
        self._connections.discard(connection)

    async def _open(self, origin: _Origin, seconds: float, deadline: float) -> Connection | NoReply:
        self._make_room()
        self._opening += 1
        patience = asyncio.timeout_at(min(deadline, self._loop.time() + self._options.connect_timeout))
        try:
            async with patience:
                connection = await self._connect(origin)
        except (OSError, ValueError) as error:  # TimeoutError is an OSError, of the system's or of ours
            if patience.expired():
                is_over = self._loop.time() >= deadline
                return out_of_time(seconds) if is_over else NoReply("timeout", "the answer stalled")
            origin.resolved = 0.0
            return NoReply("network", f"cannot connect to {origin.host}: {plain(str(error)) or type(error).__name__}")
        finally:
            self._opening -= 1
        self._connections.add(connection)
        return connection

    async def _connect(self, origin: _Origin) -> Connection:
        sock = await aiohappyeyeballs.start_connection(
            await self._resolve(origin), happy_eyeballs_delay=_STAGGER, interleave=1, loop=self._loop
        )
        with ExitStack() as stack:
            stack.callback(sock.close)
            _, connection = await self._loop.create_connection(
                lambda: Connection(self._limits, self._budget),
                sock=sock,
                ssl=tls_context() if origin.is_tls else None,
                server_hostname=origin.host if origin.is_tls else None,
            )
            stack.pop_all()
        return connection

    async def _resolve(self, origin: _Origin) -> list[aiohappyeyeballs.AddrInfoType]:
        async with origin.lock:
            if not origin.resolved or self._loop.time() - origin.resolved > _ADDRESSES_LAST:
                flags = socket.AI_ADDRCONFIG
                found = await self._loop.getaddrinfo(
                    origin.host, origin.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=flags
                )
                origin.addresses, origin.resolved = list(found), self._loop.time()
            return origin.addresses

    def _make_room(self) -> None:
        """Close the connection that has rested longest if there are as many as there may be, wherever it leads."""
        most = self._options.connections - self._opening
        if len(self._connections) < most:
            return
        self._connections = {connection for connection in self._connections if connection.is_open}
        origins = [origin for origin in self._origins.values() if origin and origin.resting]
        if len(self._connections) >= most and origins:
            self._drop(min(origins, key=lambda origin: origin.resting[0].rested).resting.pop(0))
