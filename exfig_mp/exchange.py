"""One HTTP exchange as values: what is asked, what comes of it, and whether and how a host may be asked at all.

What both ways to ask have in common: `client`, over aiohttp, and `download`, over a small protocol of our own.
"""

from __future__ import annotations

import urllib.request
import zlib
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from exfig_mp.hosts import access, in_bucket, refusal
from exfig_mp.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST_TEXT = 300  # characters of somebody else's words
_REDACTED = Redactor((), 100 * _LONGEST_TEXT).text  # a cut could take away what tells that a password is one

Trouble = Literal["timeout", "network", "proxy", "too_large", "forbidden_url"]
"""`proxy`: the proxy refuses to pass the request on, and will again."""


class Reply(Struct, frozen=True):
    """A whole HTTP answer. Header names are in lower case; `body` is decompressed, and as long as was promised."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoReply(Struct, frozen=True):
    """No whole answer came: `trouble` says of which kind, `detail` says it in words."""

    trouble: Trouble
    detail: str


class SessionOptions(Struct, frozen=True):
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


class Get(Struct, frozen=True):
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


class Place(Struct, frozen=True):
    """Where a URL leads, as it will be connected to: `host` and `scheme` in lower case, `path` just as it is sent."""

    scheme: str
    authority: str
    host: str
    path: str
    has_user: bool = False


class Route(Struct, frozen=True):
    """Whether and how a host may be asked; with `only_bucket` the path of each request decides."""

    refusal: str | None
    proxy: str | None
    only_bucket: bool = False

    @property
    def is_proxy_tls(self) -> bool:
        """Is the way to the proxy encrypted?"""
        return self.proxy is not None and self.proxy.lower().startswith("https:")


class Routes:
    """Finds out, once for each host, whether and how it may be asked: only https, only who is allowed.

    HTTPS_PROXY and NO_PROXY count, since company networks need them. aiohttp's own `trust_env` would read ~/.netrc on a
    thread for every request, which makes a small download ten times as expensive.
    """

    def __init__(self, allowed_hosts: tuple[str, ...]) -> None:
        self._allowed_hosts = allowed_hosts
        self._known: dict[tuple[str, str], Route] = {}

    def to(self, place: Place) -> Route:
        """Return the route to `place`."""
        key = (place.scheme, place.authority)
        route = self._known.get(key)
        if route is None:
            route = self._known[key] = self._find(place)
        if route.only_bucket and not in_bucket(place.path):
            return replace(route, refusal=refusal(place.host))
        return route

    def _find(self, place: Place) -> Route:
        """Look at all of `place` but its path."""
        host, scheme = place.host, place.scheme
        if scheme != "https" and not (scheme == "http" and host in self._allowed_hosts and is_loopback(host)):
            return Route(f"{scheme or 'no'} scheme is not allowed for {host or 'no host'}", None)
        if place.has_user:
            return Route(f"a URL with a user name or a password is not asked for (host {host})", None)
        allowed = access(host, self._allowed_hosts)
        if allowed == "none":
            return Route(refusal(host), None)
        direct = is_loopback(host) or urllib.request.proxy_bypass(host)
        proxy = None if direct else urllib.request.getproxies().get(scheme)
        return Route(None, proxy, only_bucket=allowed == "bucket")


def answer(status: int, headers: Mapping[str, str], body: bytes, limit: int) -> Reply | NoReply:
    """Return a whole answer, its body decompressed, or what is wrong with that. Header names are in lower case.

    `limit` is the most bytes of a body.
    """
    coding = headers.get("content-encoding", "identity").strip().lower()
    if body and coding != "identity":
        try:
            body = _unpacked(body, coding, limit)
        except ValueError as error:
            return NoReply("network", plain(str(error)))
    return too_large(limit) if len(body) > limit else Reply(status, headers, body)


def too_large(limit: int) -> NoReply:
    """Return what comes of a body that is longer than `limit`."""
    return NoReply("too_large", f"the body is longer than {limit:,} bytes")


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


def plain(text: str) -> str:
    """Return somebody else's words, fit for a message: without what looks like a credential, on one line, not long."""
    clean = printable(_REDACTED(text))
    return clean if len(clean) <= _LONGEST_TEXT else clean[:_LONGEST_TEXT] + "…"


def printable(text: str) -> str:
    """Return `text` with escapes in place of what would end a line, steer a terminal or turn the text around."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
