"""The one door to aiohttp: requests over a pooled session, with every way it can go wrong turned into a value of ours.

What an answer means, and whether to ask again, is decided elsewhere (`retry`, `sources.figma_api`, `transfer`).
"""

from __future__ import annotations

import asyncio
import ssl
import urllib.request
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from exfig_mp.hosts import access, in_bucket, refusal
from exfig_mp.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_REDIRECTS = 5
_CHUNK = 256 * 1024
_LONGEST_TEXT = 300  # characters of somebody else's words
_REDACTED = Redactor((), 100 * _LONGEST_TEXT).text  # a cut could take away what tells that a password is one

Trouble = Literal["timeout", "network", "proxy", "too_large", "forbidden_url"]
"""`proxy`: the proxy refuses to pass the request on, and will again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer. Header names are in lower case; `body` is decompressed, and as long as was promised."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NoReply:
    """No whole answer came: `trouble` says of which kind, `detail` says it in words."""

    trouble: Trouble
    detail: str


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How to talk. Crosses process borders, so it holds no secret and nothing live.

    Args:
        connections: most connections open at once.
        connect_timeout: seconds to reach the host.
        idle_timeout: seconds without a single byte after which an answer has stalled; for a `patient` request that
            counts within the body only.
        allowed_hosts: further hosts that may be asked, beside Figma's, in lower case; `*.` and a domain allows its
            sub-domains. A loopback host may be asked without TLS.
        max_body: most bytes of one body, after decompression.
    """

    connections: int = 20
    connect_timeout: float = 10.0
    idle_timeout: float = 20.0
    allowed_hosts: tuple[str, ...] = ()
    max_body: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Get:
    """One request: `headers` go to the first host only, never along with a redirect to another one.

    What is to be sent `once` is not sent again by the library when a connection breaks: somebody counts it. A `patient`
    request lets the server work in silence, until its headers come, for as long as `timeout` seconds allow. With a
    `body` it is a POST, which no redirect leads elsewhere.
    """

    url: str
    timeout: float
    headers: Mapping[str, str] = field(default_factory=dict)
    once: bool = False
    patient: bool = False
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Route:
    """Whether and how a host may be asked; with `only_bucket` the path of each request decides."""

    refusal: str | None
    proxy: str | None
    only_bucket: bool = False


class Session:
    """One connection pool on one event loop; an async context manager."""

    def __init__(self, options: SessionOptions) -> None:
        self._options = options
        self._routes: dict[tuple[str, str], _Route] = {}
        self._timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=options.connect_timeout, sock_read=options.idle_timeout
        )
        self._patient_timeout = aiohttp.ClientTimeout(total=None, sock_connect=options.connect_timeout)

    async def __aenter__(self) -> Self:
        options = self._options
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=options.connections, ttl_dns_cache=300),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "exfig-mp", "Accept-Encoding": "gzip"},
            auto_decompress=False,  # the library takes a gzip stream that is cut for a whole one
            timeout=self._timeout,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, request: Get) -> Reply | NoReply:
        """Send one request and read its whole answer, following redirects between allowed hosts.

        Never raises for what a network or a server does.
        """
        try:
            async with asyncio.timeout(request.timeout):
                return await self._follow(request)
        except (_StalledError, aiohttp.ServerTimeoutError):
            return NoReply("timeout", "the answer stalled")
        except TimeoutError:
            return NoReply("timeout", f"no answer within {request.timeout:g} s")
        except aiohttp.ClientHttpProxyError as error:
            is_final = error.status in range(400, 500) and error.status not in {408, 429}
            return NoReply("proxy" if is_final else "network", describe(error))
        except aiohttp.InvalidURL as error:
            return NoReply("proxy", describe(error))
        except (aiohttp.ClientError, OSError, ssl.SSLError, ValueError) as error:
            return NoReply("network", describe(error))

    async def _follow(self, request: Get) -> Reply | NoReply:
        url, headers = URL(request.url, encoded=True), request.headers
        for _ in range(MAX_REDIRECTS + 1):
            route = self._route(url)
            if route.refusal:
                return NoReply("forbidden_url", route.refusal)
            async with self._session.request(
                "GET" if request.body is None else "POST",
                url,
                data=request.body,
                headers=headers,
                allow_redirects=False,
                proxy=route.proxy,
                middlewares=(_not_again,) if request.once else (),
                timeout=self._patient_timeout if request.patient else self._timeout,
            ) as response:
                target = response.headers.get("Location")
                if response.status not in {301, 302, 303, 307, 308} or target is None or request.body is not None:
                    return await self._read(response, patient=request.patient)
            following = URL(urljoin(str(url), target), encoded=True)
            if (following.scheme, following.authority) != (url.scheme, url.authority):
                headers = {}
            url = following
        return NoReply("forbidden_url", f"more than {MAX_REDIRECTS} redirects")

    async def _read(self, response: aiohttp.ClientResponse, *, patient: bool) -> Reply | NoReply:
        limit = self._options.max_body
        if int(response.headers.get("Content-Length") or 0) > limit:
            return NoReply("too_large", f"the body is longer than {limit:,} bytes")
        chunks, size = [], 0
        while chunk := await (self._next(response.content) if patient else response.content.read(_CHUNK)):
            size += len(chunk)
            if size > limit:
                return NoReply("too_large", f"the body is longer than {limit:,} bytes")
            chunks.append(chunk)
        headers = {name.lower(): value for name, value in response.headers.items()}
        body = b"".join(chunks)
        coding = headers.get("content-encoding", "identity").strip().lower()
        if body and coding != "identity":
            body = _unpacked(body, coding, limit)
            if len(body) > limit:
                return NoReply("too_large", f"the body is longer than {limit:,} bytes")
        return Reply(response.status, headers, body)

    async def _next(self, content: aiohttp.StreamReader) -> bytes:
        """Return the next bytes of a body, none at its end."""
        idle = asyncio.timeout(self._options.idle_timeout)
        try:
            async with idle:
                return await content.read(_CHUNK)
        except TimeoutError as error:
            if idle.expired():
                raise _StalledError from error
            raise

    def _route(self, url: URL) -> _Route:
        """Return whether and how `url` may be asked for; found out once for each host, wherever the path plays no part.

        HTTPS_PROXY and NO_PROXY count, since company networks need them. The library's own `trust_env` would read
        ~/.netrc on a thread for every request, which makes a small download ten times as expensive.
        """
        key = (url.scheme, url.authority)
        route = self._routes.get(key)
        if route is None:
            route = self._routes[key] = self._find_route(url)
        if route.only_bucket and not in_bucket(url.raw_path):
            return _Route(refusal(_host(url)), None)
        return route

    def _find_route(self, url: URL) -> _Route:
        """Look at all of `url` but its path: only https, only Figma's hosts and those that the user allows."""
        host, scheme = _host(url), url.scheme
        if scheme != "https" and not (scheme == "http" and host in self._options.allowed_hosts and is_loopback(host)):
            return _Route(f"{scheme or 'no'} scheme is not allowed for {host or 'no host'}", None)
        if url.raw_user is not None or url.raw_password is not None:
            return _Route(f"a URL with a user name or a password is not asked for (host {host})", None)
        allowed = access(host, self._options.allowed_hosts)
        if allowed == "none":
            return _Route(refusal(host), None)
        direct = is_loopback(host) or urllib.request.proxy_bypass(host)
        proxy = None if direct else urllib.request.getproxies().get(scheme)
        return _Route(None, proxy, only_bucket=allowed == "bucket")


class _StalledError(Exception):
    """No byte came for too long."""


def _host(url: URL) -> str:
    """Return the host that will be connected to, as the allow-list knows it."""
    return (url.raw_host or "").lower()


async def _not_again(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Give broken connections a name for which the library does not send the request a second time."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(describe(error)) from error


def _unpacked(body: bytes, coding: str, limit: int) -> bytes:
    """Return the decompressed body; if that is longer than `limit`, at least `limit + 1` bytes of it.

    Raises:
        ValueError: if it is not whole, or compressed in a way that was not asked for.
    """
    if coding not in {"gzip", "x-gzip"}:
        raise ValueError(f"the answer has the content coding {coding!r}, which was not asked for")
    parts, size = [], 0
    while body and size <= limit:
        member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            parts.append(member.decompress(body, limit + 1 - size))
        except zlib.error as error:
            raise ValueError(f"the compressed answer is damaged: {error}") from error
        size += len(parts[-1])
        if size <= limit and not member.eof:
            raise ValueError("the compressed answer breaks off")
        body = member.unused_data
    return b"".join(parts)


def is_loopback(host: str) -> bool:
    """Does `host` name this machine by its loopback address?"""
    return host in {"localhost", "::1"} or (host.startswith("127.") and host.replace(".", "").isdigit())


def describe(error: Exception) -> str:
    """Return one line about a library's or the system's error: many of them have an empty text."""
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer broke off"
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return f"the proxy answered HTTP {error.status}"
    if isinstance(error, aiohttp.InvalidURL):  # its text is the URL of the proxy: those of requests are valid
        return "the address of the proxy is not like http://host:port"
    if isinstance(error, aiohttp.ClientResponseError):  # its text has the URL, which may hold a password
        return plain(error.message) or "the answer is no HTTP"
    return plain(str(error)) or type(error).__name__


def plain(text: str) -> str:
    """Return somebody else's words, fit for a message: without what looks like a credential, on one line, not long."""
    clean = printable(_REDACTED(text))
    return clean if len(clean) <= _LONGEST_TEXT else clean[:_LONGEST_TEXT] + "…"


def printable(text: str) -> str:
    """Return `text` with escapes in place of what would end a line, steer a terminal or turn the text around."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
