"""The bytes that S3 answers with. Pure but for the clock in the Date header."""

from __future__ import annotations

import hashlib
import re
from email.utils import format_datetime
from itertools import count
from typing import TYPE_CHECKING

from exfig_mp.simulator.drawing import encoded_png
from exfig_mp.simulator.objects import Blob

if TYPE_CHECKING:
    from exfig_mp.simulator.world import Clock

_REASONS = {
    200: "OK",
    206: "Partial Content",
    302: "Moved Temporarily",
    304: "Not Modified",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    416: "Requested Range Not Satisfiable",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Slow Down",
    504: "Gateway Timeout",
}
_CODES = {
    403: ("AccessDenied", "Access Denied"),
    500: ("InternalError", "We encountered an internal error. Please try again."),
    503: ("SlowDown", "Please reduce your request rate."),
}
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_MODIFIED = "Last-Modified: Mon, 05 Jan 2026 21:22:13 GMT\r\n"


class Replies:
    """Makes whole HTTP replies.

    Args:
        clock: of the Date header.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._second = -1
        self._date = ""

    def head(self, status: int, fields: str, length: int | None) -> bytes:
        """Return the head of a reply; without a length the body ends with the connection or is chunked."""
        second = int(self._clock.now())
        if second != self._second:
            self._second, self._date = second, format_datetime(self._clock.wall(), usegmt=True)
        number = next(self._numbers)
        size = "" if length is None else f"Content-Length: {length}\r\n"
        return (
            f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}\r\n"
            f"x-amz-id-2: {number:064x}=\r\nx-amz-request-id: {number:016X}\r\nDate: {self._date}\r\n"
            f"{fields}Server: AmazonS3\r\n{size}\r\n"
        ).encode("latin-1")

    def fields(self, blob: Blob, content_type: str = "") -> str:
        """Return the header fields that describe an object."""
        kind = content_type or blob.content_type
        return f'{_MODIFIED}ETag: "{blob.etag}"\r\nAccept-Ranges: bytes\r\nContent-Type: {kind}\r\n'

    def whole(self, blob: Blob) -> bytes:
        """Return 200 with the object."""
        return self.head(200, self.fields(blob), len(blob.body)) + blob.body

    def part(self, blob: Blob, start: int, stop: int) -> bytes:
        """Return 206 with some bytes of the object."""
        fields = f"{self.fields(blob)}Content-Range: bytes {start}-{stop - 1}/{len(blob.body)}\r\n"
        return self.head(206, fields, stop - start) + blob.body[start:stop]

    def unchanged(self, blob: Blob) -> bytes:
        """Return 304."""
        return self.head(304, f'{_MODIFIED}ETag: "{blob.etag}"\r\n', None)

    def unsatisfiable(self, size: int) -> bytes:
        """Return 416."""
        body = self.document("InvalidRange", "The requested range is not satisfiable")
        fields = f"Content-Range: bytes */{size}\r\nContent-Type: application/xml\r\n"
        return self.head(416, fields, len(body)) + body

    def denied(self) -> bytes:
        """Return 403: S3 says so of objects that are no longer there, too."""
        return self.error(403, *_CODES[403])

    def error(self, status: int, code: str = "", message: str = "", more: str = "") -> bytes:
        """Return an S3 error, chunked as S3 sends it, with `more` header fields."""
        known = _CODES.get(status, ("InternalError", "Internal error"))
        body = self.document(code or known[0], message or known[1])
        fields = f"{more}Content-Type: application/xml\r\nTransfer-Encoding: chunked\r\n"
        return self.head(status, fields, None) + chunked(body)

    def document(self, code: str, message: str) -> bytes:
        """Return S3's error document."""
        number = next(self._numbers)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{code}</Code><Message>{message}</Message>"
            f"<RequestId>{number:016X}</RequestId><HostId>{number:064x}=</HostId></Error>"
        ).encode()


def chunked(body: bytes) -> bytes:
    """Return a body in one chunk."""
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)


def one_range(text: str, size: int) -> tuple[int, int] | None:
    """Return (start, stop) of a Range header; None if it asks for nothing that S3 knows, start >= stop if too far."""
    match = _RANGE.match(text.strip())
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size
    start = int(match[1])
    stop = min(size, int(match[2]) + 1) if match[2] else size
    return start, stop


def fill_picture() -> Blob:
    """Return the picture behind every image fill: a small grey gradient as PNG."""
    body = encoded_png((64, 64), b"".join(b"\x00" + bytes((row * 4,) * 64) for row in range(64)))
    return Blob(body, hashlib.md5(body, usedforsecurity=False).hexdigest(), "image/png")
