"""The CDN at its worst: each fault, byte for byte, on the bare transport."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from functools import cache
from typing import TYPE_CHECKING

from exfig_mp.simulator.s3 import chunked

if TYPE_CHECKING:
    from exfig_mp.simulator.objects import Blob
    from exfig_mp.simulator.s3 import Replies
    from exfig_mp.simulator.scenario import Fault

PORTAL = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in to this network.</body></html>"
_PIECES = 20
_MEMBER_MEGABYTES = 4


@cache
def _zeros() -> bytes:
    return gzip.compress(bytes(_MEMBER_MEGABYTES << 20), 9, mtime=0)


def bomb(megabytes: int) -> bytes:
    """Return a gzip of a thousandth of the `megabytes` of zeros that it unpacks to, in members of 4 MB each."""
    return _zeros() * -(-megabytes // _MEMBER_MEGABYTES)


def reset(transport: asyncio.Transport) -> None:
    """Break a connection so that the other side sees RST."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def misbehave(transport: asyncio.Transport, replies: Replies, fault: Fault, blob: Blob) -> int:
    """Answer with a fault and return the status that was sent, 0 if none was."""
    match fault.do:
        case "status":
            transport.write(_status(replies, fault))
            return fault.status
        case "expired":
            transport.write(replies.denied())
            return 403
        case "redirect":
            transport.write(replies.head(302, f"Location: {fault.location}\r\n", 0))
            return 302
        case "hang" | "reset":
            return await _without_answer(transport, fault)
        case "cut" | "short" | "drip" | "close":
            return await _in_pieces(transport, replies, fault, blob)
        case _:
            transport.write(_corrupted(replies, fault, blob))
            return 200


def _status(replies: Replies, fault: Fault) -> bytes:
    fields = "".join(f"{name}: {value}\r\n" for name, value in fault.headers.items())
    match fault.body:
        case "" | "xml":
            return replies.error(fault.status, more=fields)
        case "empty":
            return replies.head(fault.status, fields, 0)
        case "html":
            return replies.head(fault.status, f"{fields}Content-Type: text/html\r\n", len(PORTAL)) + PORTAL
        case text:
            body = text.encode()
            return replies.head(fault.status, f"{fields}Content-Type: text/plain\r\n", len(body)) + body


async def _without_answer(transport: asyncio.Transport, fault: Fault) -> int:
    if fault.do == "reset":
        reset(transport)
    else:
        await asyncio.sleep(fault.seconds)
        transport.close()
    return 0


async def _in_pieces(transport: asyncio.Transport, replies: Replies, fault: Fault, blob: Blob) -> int:
    transport.write(replies.head(200, replies.fields(blob), len(blob.body)))
    if fault.do == "drip":
        step = max(1, -(-len(blob.body) // _PIECES))
        for start in range(0, len(blob.body), step):
            await asyncio.sleep(fault.seconds / _PIECES)
            transport.write(blob.body[start : start + step])
        return 200
    whole = fault.do == "close"
    # The last byte never comes, however large the part: a whole body would be no fault.
    transport.write(blob.body if whole else blob.body[: min(len(blob.body) - 1, int(len(blob.body) * fault.part))])
    if fault.do == "cut":
        # RST discards what the socket has not sent yet.
        await asyncio.sleep(0.01)
        reset(transport)
    else:
        transport.close()
    return 200


def _corrupted(replies: Replies, fault: Fault, blob: Blob) -> bytes:
    fields, body = replies.fields(blob), blob.body
    match fault.do:
        case "xml":
            body = replies.document("InternalError", "We encountered an internal error. Please try again.")
            fields = "Content-Type: application/xml\r\n"
        case "html":
            body, fields = PORTAL, "Content-Type: text/html\r\n"
        case "empty":
            body = b""
        case "flip":
            at = min(len(body) - 1, int(len(body) * fault.part))
            body = body[:at] + bytes((body[at] ^ 0x01,)) + body[at + 1 :]
        case "content_type":
            fields = replies.fields(blob, fault.content_type)
        case "bomb":
            body, fields = bomb(fault.megabytes), f"{fields}Content-Encoding: gzip\r\n"
        case "gzip":
            body, fields = gzip.compress(body, mtime=0), f"{fields}Content-Encoding: gzip\r\n"
        case "chunked":
            return replies.head(200, f"{fields}Transfer-Encoding: chunked\r\n", None) + chunked(body)
        case _:
            return replies.whole(blob)
    return replies.head(200, fields, len(body)) + body
