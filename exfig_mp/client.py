"""The one door to aiohttp: requests over a pooled session, with every way it can go wrong turned into a value of ours.

What an answer means, and whether to ask again, is decided elsewhere (`retry`, `sources.figma_api`, `transfer`).
"""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

from yarl import URL

from exfig_mp.exchange import NoReply, Place, Routes, answer, plain, too_large
from exfig_mp.tls import tls_context, without_authorities

with without_authorities():  # it makes two contexts, for which it reads all of them twice; we give it ours
    import aiohttp

if TYPE_CHECKING:
    from exfig_mp.exchange import Get, Reply, Route, SessionOptions

MAX_REDIRECTS = 5
_CHUNK = 256 * 1024
_CONTEXT = re.compile(r" ssl:(<[^>]*>|\w+)")  # aiohttp shows what it was given, with its address in memory


class Session:
    """One connection pool on one event loop; an async context manager."""

    def __init__(self, options: SessionOptions) -> None:
        self._options = options
        self._routes = Routes(options.allowed_hosts)
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
                ssl=tls_context() if url.scheme == "https" or route.is_proxy_tls else True,
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
            return too_large(limit)
        chunks, size = [], 0
        while chunk := await (self._next(response.content) if patient else response.content.read(_CHUNK)):
            size += len(chunk)
            if size > limit:
                return too_large(limit)
            chunks.append(chunk)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return answer(response.status, headers, b"".join(chunks), limit)

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

    def _route(self, url: URL) -> Route:
        """Return whether and how `url` may be asked for."""
        has_user = url.raw_user is not None or url.raw_password is not None
        return self._routes.to(Place(url.scheme, url.authority, (url.raw_host or "").lower(), url.raw_path, has_user))


class _StalledError(Exception):
    """No byte came for too long."""


async def _not_again(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Give broken connections a name for which the library does not send the request a second time."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(describe(error)) from error


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
    return plain(_CONTEXT.sub("", str(error))) or type(error).__name__
