"""Messages over a socket: four bytes of length, then msgpack. One reader and one writer at each end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, Self, TypeVar

import msgspec

if TYPE_CHECKING:
    import socket

_LIMIT = 64 * 1024 * 1024
Incoming = TypeVar("Incoming")


class Pipe(Generic[Incoming]):
    """One end of a duplex connection that receives messages of one union of types."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, decoder: msgspec.msgpack.Decoder[Incoming]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder = decoder
        self._encoder = msgspec.msgpack.Encoder()

    @classmethod
    async def open(cls, sock: socket.socket, decoder: msgspec.msgpack.Decoder[Incoming]) -> Self:
        """Take over `sock`, which is then closed with the pipe."""
        sock.setblocking(False)  # the standard library's signature
        reader, writer = await asyncio.open_connection(sock=sock, limit=_LIMIT)
        return cls(reader, writer, decoder)

    async def receive(self) -> Incoming | None:
        """Return the next message, or None when the other end is gone (also in the middle of a message)."""
        try:
            length = int.from_bytes(await self._reader.readexactly(4))
            return self._decoder.decode(await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    def send(self, message: msgspec.Struct) -> None:
        """Queue `message`; it is lost without a word if the other end is gone, which `receive` tells."""
        if self._writer.is_closing():
            return
        frame = self._encoder.encode(message)
        self._writer.write(len(frame).to_bytes(4) + frame)

    async def flush(self) -> None:
        """Wait until little of what was sent is still queued here."""
        try:
            await self._writer.drain()
        except ConnectionError:
            return

    async def close(self) -> None:
        """Send what is queued, then close."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return
