"""How many bytes of bodies a process may have under way: who is over it waits until others are done. Pure."""

from __future__ import annotations

from typing import Protocol


class Reader(Protocol):
    """Whoever reads a body."""

    def go_on(self) -> None:
        """Read: there is room now."""
        ...


class Budget:
    """Shares out `size` bytes, first come, first served; a body that is larger than all of it is alone.

    Args:
        size: bytes of all bodies together.
        small: a body of no more bytes needs no room: to count it would cost more than it does.
    """

    def __init__(self, size: int, small: int) -> None:
        self._size = size
        self._small = small
        self._taken: dict[Reader, int] = {}
        self._waiting: dict[Reader, int] = {}
        self._sum = 0

    def take(self, reader: Reader, length: int) -> bool:
        """Is there room for a body of `length` bytes? If not, the reader is told later to go on."""
        if length <= self._small:
            return True
        if self._waiting or not self._fits(length):
            self._waiting[reader] = length
            return False
        self._taken[reader] = length
        self._sum += length
        return True

    def give_back(self, reader: Reader) -> None:
        """Take the reader's bytes back, or its place in the queue, if it has any."""
        if not self._taken and not self._waiting:
            return
        self._sum -= self._taken.pop(reader, 0)
        self._waiting.pop(reader, None)
        while self._waiting:
            following, length = next(iter(self._waiting.items()))
            if not self._fits(length):
                return
            del self._waiting[following]
            self._taken[following] = length
            self._sum += length
            following.go_on()

    def _fits(self, length: int) -> bool:
        return not self._taken or self._sum + length <= self._size
