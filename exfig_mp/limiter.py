"""The token bucket that all processes share: who may send a request, and when.

One block for each token and API origin, named by a digest of both, never by the token. Every API request takes a place
in the queue of its tier and then in the common one; a 429 anywhere closes the tier's gate for all.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from msgspec import Struct

from exfig_mp.block import HEADER, SharedBlock, clock
from exfig_mp.blocked_files import BlockedFiles
from exfig_mp.errors import FigmaError
from exfig_mp.hashing import identity
from exfig_mp.leaky_bucket import LONGEST_SPACING, LeakyBucket
from exfig_mp.model import Failure
from exfig_mp.ratelimit import CEILING, Lane, Window
from exfig_mp.waits import Wait, Waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.ratelimit import Rate, Ticket

_LAYOUT = 4.0
_FILES_AT = HEADER + Window.SIZE
_LANES_AT = _FILES_AT + BlockedFiles.SIZE
_SIZE = Window.SIZE + BlockedFiles.SIZE + len(Lane) * LeakyBucket.SIZE

_LONGEST_GATE = 2 * LONGEST_SPACING
"""Seconds: no bucket by the minute asks for more, so a longer Retry-After is about one file's plan."""

_AFTER_GATE = 0.2  # seconds beyond Retry-After: Figma's clock and ours are not the same


class LimiterOptions(Struct, frozen=True):
    """What a process needs to open the limiter; crosses process borders.

    Args:
        path: of the block's file.
        ceiling: what all requests together may do.
        adaptive: whether a tier runs at the rate that its plan has or its 429s taught; a rate that the user gives
            replaces what was learnt.
        spacings: seconds between two requests of Tier 1, 2 and 3, where plan and seat are known; else 0.
        max_wait: the longest pause in seconds that is waited for.
    """

    path: str
    ceiling: Rate = CEILING
    adaptive: bool = True
    spacings: tuple[float, float, float] = (0.0, 0.0, 0.0)
    max_wait: float = 300.0


class Limit(NamedTuple):
    """For the log and the report: what a lane may do, and how we know."""

    lane: str
    rate: str
    source: str


class Gate(NamedTuple):
    """What a 429 says: seconds to the next free place, and the spacing that its headers hint at (0: none)."""

    seconds: float
    hint: float = 0.0


def block_path(token: str, origin: str, environ: dict[str, str]) -> str:
    """Return where the block of `token` at the API `origin` lives: the same file for every run of this user."""
    home = environ.get("XDG_STATE_HOME") or f"{environ.get('HOME') or '/nonexistent'}/.local/state"
    name = f"limiter-{identity(token, origin)}.block"
    return str(Path(home) / "exfig-mp" / name)


class Limiter:
    """This process's handle on the shared limiter. Open it in the process that uses it; it is not inherited.

    Args:
        options: where it is, and what is allowed.
        on_wait: hears of every wait before it begins.
        wall: Unix time, for what has to outlive a reboot.

    Raises:
        DiskError: if neither the block's folder nor the temporary folder can hold the file.
    """

    def __init__(
        self,
        options: LimiterOptions,
        on_wait: Callable[[Wait], None] = lambda _: None,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._options = options
        self._wall = wall
        self._queues = tuple(asyncio.Lock() for _ in Lane)
        self._block = SharedBlock(options.path, _SIZE, _LAYOUT)
        doubles = self._block.doubles
        self._window = Window(doubles, HEADER, options.ceiling)
        self._files = BlockedFiles(doubles, _FILES_AT)
        self._buckets = tuple(
            LeakyBucket(
                doubles,
                _LANES_AT + lane * LeakyBucket.SIZE,
                known=options.spacings[lane - 1] if lane.is_tier else 0.0,
                adaptive=options.adaptive and lane.is_tier,
            )
            for lane in Lane
        )
        self._block.begin(self._restart)
        self.waits = Waits(clock, on_wait)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._block.close()

    async def acquire(self, lane: Lane, file: str = "") -> None:
        """Wait until a request of `lane` about `file` may be sent: for its gate, and for its place in both queues.

        Raises:
            FigmaError: with cause `rate_limit`, if a pause or a block is longer than `max_wait`.
        """
        while True:
            while (left := self.block_left(lane, file)) > 0:
                await self._sleep(left, lane, file)
            self._refuse_if_blocked(lane)
            # One ticket a process and queue: a killed process wastes one slot, and processes take turns.
            async with self._queues[lane]:
                await self._take_turn(lane, self._buckets[lane])
            async with self._queues[Lane.ALL]:
                await self._take_turn(Lane.ALL, self._window)
            if self.pause_left(lane) <= 0 and self.block_left(lane, file) <= 0:
                return

    async def wait_for_pause(self, lane: Lane) -> None:
        """Wait until `lane` is not paused; takes no place in any queue (downloads are not counted by Figma)."""
        while (wait := self.pause_left(lane)) > 0:
            await self._sleep(wait, lane)

    async def close_gate(self, lane: Lane, gate: Gate, file: str = "") -> float:
        """On a 429, let no process send a request of `lane` until the next free place, and learn the tier's rate.

        What is longer than any limit by the minute is about the plan of `file`, and blocks that file alone.

        Returns:
            The seconds for which the gate is closed.
        """
        seconds = gate.seconds + _AFTER_GATE
        async with self._block.locked():
            now, now_wall = clock(), self._wall()
            if file and seconds > _LONGEST_GATE:
                self._files.add((lane.name, file), seconds, now, now_wall)
            else:
                self._buckets[lane].learn(gate.seconds, gate.hint, now, now_wall)
                self._buckets[lane].pause(now + seconds, now_wall + seconds, now)
        return seconds

    async def pause(self, lane: Lane, seconds: float) -> None:
        """Let no process send a request of `lane` for `seconds` from now; a longer pause stays."""
        async with self._block.locked():
            now = clock()
            self._buckets[lane].pause(now + seconds, self._wall() + seconds, now)

    def pause_left(self, lane: Lane) -> float:
        """Return the seconds for which `lane` is still paused, 0 if it is not (one aligned read, no lock)."""
        return max(0.0, self._buckets[lane].paused_until - clock())

    def block_left(self, lane: Lane, file: str) -> float:
        """Return the seconds for which Figma blocks `file` on `lane`; 0 if it does not, or may not any more."""
        return max(0.0, self._files.until((lane.name, file), self._wall()) - clock()) if file else 0.0

    def spacing(self, lane: Lane) -> float:
        """Return the seconds in which Figma grants one more request of `lane`, as far as that is known; else 0."""
        return self._buckets[lane].spacing(clock())

    def limits(self) -> tuple[Limit, ...]:
        """Return what is allowed at this moment: all together, and each tier of which something is known."""
        now, options = clock(), self._options
        given = "given" if not options.adaptive else "default"
        limits = [Limit(Lane.ALL.label, str(options.ceiling), given)]
        for lane in Lane:
            spacing = self._buckets[lane].spacing(now)
            if spacing:
                source = "learnt from 429s" if self._buckets[lane].is_learnt(now) else "plan and seat"
                limits.append(Limit(lane.label, f"{60 / spacing:.3g}/min", source))
        return tuple(limits)

    async def _take_turn(self, lane: Lane, queue: Window | LeakyBucket) -> None:
        ticket: Ticket | None = None
        while True:
            async with self._block.locked():
                now = clock()
                if ticket is None or queue.has_lapsed(ticket):
                    ticket = queue.reserve(now)
                wait = queue.confirm(ticket, now)
            if wait <= 0:
                return
            await self._sleep(wait, lane)

    async def _sleep(self, seconds: float, lane: Lane, file: str = "") -> None:
        pause = self._refuse_if_blocked(lane, file)
        with self.waits.waiting(Wait(lane.label, "pause" if pause else "rate", seconds)):
            await asyncio.sleep(seconds)

    def _refuse_if_blocked(self, lane: Lane, file: str = "") -> float:
        """Return the seconds of the pause. Nobody takes a ticket for a pause that he will not sit out.

        The store's pauses are short, and not what the user's limit is about.
        """
        pause = self.block_left(lane, file) or self.pause_left(lane)
        if lane.is_tier and pause > self._options.max_wait + _AFTER_GATE:
            raise blocked(lane, pause, file)
        return pause

    def _restart(self) -> None:
        now, now_wall = clock(), self._wall()
        self._window.restart()
        self._files.restart(now, now_wall)
        for bucket in self._buckets:
            bucket.restart(now, now_wall)


def blocked(lane: Lane, seconds: float, file: str = "") -> FigmaError:
    """Return the error for a pause that is longer than the user wants to wait."""
    ends = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() + seconds))
    what = f"{lane.label} requests for file {file}" if file else f"{lane.label} requests"
    return FigmaError(
        Failure(
            cause="rate_limit",
            message=f"Figma blocks {what} for another {seconds:,.0f} s, until {ends}",
            advice="go on later with --resume (Figma is asked again after an hour), wait longer with --max-wait, "
            "use the token of a Dev or Full seat, or move the file out of a Starter team",
            retry_after=seconds,
        ),
        status=429,
    )
