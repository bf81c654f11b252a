"""Files that Figma blocks for days, each on one lane: pure, over doubles that the caller keeps.

A limit belongs to the plan of the team that holds the file (a Starter plan grants six renders a month), so that one
file may be blocked for days while others of the same token are served. Nothing but Figma's answer tells which; and
nothing else tells that the file was moved, or the plan upgraded: so after an hour Figma is asked once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.hashing import identity

if TYPE_CHECKING:
    from exfig_mp.ratelimit import Block

_LONGEST = 400 * 86_400.0  # seconds; a block that claims to be longer comes from a clock that was wrong
_PLACES = 64  # when they are used up, the block that ends first gives way: its file costs a call to find out again


_ASK_AGAIN = 3600.0
"""Seconds for which Figma's word is taken."""


class BlockedFiles:
    """A table over `SIZE` doubles of `block` from `offset` on: who, until when, that in Unix time, said when."""

    _ROW = 4
    SIZE = _ROW * _PLACES

    def __init__(self, block: Block, offset: int) -> None:
        self._block = block
        self._rows = range(offset, offset + self.SIZE, self._ROW)

    def add(self, who: tuple[str, ...], seconds: float, now: float, now_wall: float) -> None:
        """Note that Figma says now (`now_wall` in Unix time) that `who` (lane and file) is blocked for `seconds`."""
        name = _number(who)
        row = next((row for row in self._rows if self._block[row] == name), None)
        if row is None:
            row = min(self._rows, key=lambda place: self._block[place + 1])
        self._block[row] = 0.0  # for a moment nobody's: who dies here leaves no mixture
        self._block[row + 1], self._block[row + 2], self._block[row + 3] = now + seconds, now_wall + seconds, now_wall
        self._block[row] = name

    def until(self, who: tuple[str, ...], now_wall: float) -> float:
        """Return the monotonic time until which `who` is blocked; 0 if it is not, or if it is time to ask again."""
        name = _number(who)
        row = next((row for row in self._rows if self._block[row] == name), None)
        if row is None or abs(now_wall - self._block[row + 3]) > _ASK_AGAIN:
            return 0.0
        return self._block[row + 1]

    def restart(self, now: float, now_wall: float) -> None:
        """After a reboot, when the clock starts anew, find the ends of blocks by their Unix time; forget the others."""
        for row in self._rows:
            left = self._block[row + 2] - now_wall
            if 0 < left < _LONGEST:
                self._block[row + 1] = now + left
            else:
                self._block[row] = self._block[row + 1] = self._block[row + 2] = 0.0


def _number(who: tuple[str, ...]) -> float:
    """Return a number other than 0 that a double can hold."""
    return float(int(identity(*who)[:13], 16) + 1)
