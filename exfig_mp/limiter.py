"""The token bucket that all processes share: a memory-mapped file, and the kernel's lock on it.

One file for each token and API origin, named by a digest of both, never by the token. `flock` on a descriptor of its
own is released by the kernel when its holder dies, also by SIGKILL, so a dead process never blocks the others. Inside
the lock a few numbers are read and written; sleeping happens outside.
"""

from __future__ import annotations

import asyncio
import fcntl
import mmap
import os
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self

from exfig_mp.errors import DiskError, FigmaError
from exfig_mp.hashing import identity
from exfig_mp.model import Failure
from exfig_mp.ratelimit import BUCKET_SIZE, CEILING, Bucket, Rate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from exfig_mp.ratelimit import Ticket

_HEADER = 4  # doubles: layout version, digest of the boot id, two spare
_LAYOUT = 2.0


class Lane(IntEnum):
    """A bucket of the block: one for all API requests together, one for each of Figma's tiers, one for the CDN."""

    ALL = 0
    TIER_1 = 1
    TIER_2 = 2
    TIER_3 = 3
    CDN = 4


_SIZE = (_HEADER + len(Lane) * BUCKET_SIZE) * 8


@dataclass(frozen=True, slots=True)
class LimiterOptions:
    """What a process needs to open the limiter; crosses process borders.

    `path` is the block's file; `max_wait` is the longest pause in seconds that is waited for. `adaptive` lets a tier
    run at the rate that its 429s taught, below the ceiling; a rate that the user gives replaces what was learnt.
    """

    path: str
    ceiling: Rate = CEILING
    adaptive: bool = True
    max_wait: float = 300.0


def block_path(token: str, origin: str, environ: dict[str, str]) -> str:
    """Return where the block of `token` at the API `origin` lives: the same file for every run of this user."""
    home = environ.get("XDG_STATE_HOME") or f"{environ.get('HOME') or '/nonexistent'}/.local/state"
    name = f"limiter-{identity(token, origin)}.block"
    return str(Path(home) / "exfig-mp" / name)


class Limiter:
    """This process's handle on the shared block. Open it in the process that uses it; it is not inherited.

    Raises:
        DiskError: if neither the block's folder nor the temporary folder can hold the file.
    """

    def __init__(self, options: LimiterOptions) -> None:
        self._options = options
        self._descriptor = _open(Path(options.path))
        self._queues = tuple(asyncio.Lock() for _ in Lane)
        self._task_lock = asyncio.Lock()  # flock excludes processes, not the tasks of one process
        with self._locked():
            self._map = mmap.mmap(self._descriptor, _SIZE)
            self._block = memoryview(self._map).cast("d")
            self._buckets = tuple(Bucket(self._block, _HEADER + lane * BUCKET_SIZE) for lane in Lane)
            self._start_over_after_reboot()
        self.seconds_waited = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._buckets = ()
        self._block.release()
        self._map.close()
        os.close(self._descriptor)
        self._descriptor = -1

    async def acquire(self, lane: Lane) -> None:
        """Wait until a request of `lane` may be sent: for the end of its pause, and for a place in the common queue.

        Raises:
            FigmaError: with cause `rate_limit`, if a pause is longer than `max_wait`.
        """
        while True:
            await self.wait_for_pause(lane)
            # One ticket a process and queue: a killed process wastes one slot, and processes take turns.
            async with self._queues[lane]:
                await self._take_turn(lane)
            async with self._queues[Lane.ALL]:
                await self._take_turn(Lane.ALL)
            if self.pause_left(lane) <= 0:
                return

    async def wait_for_pause(self, lane: Lane) -> None:
        """Wait until `lane` is not paused; takes no place in any queue (downloads are not counted by Figma)."""
        while (wait := self.pause_left(lane)) > 0:
            await self._sleep(wait, lane)

    async def _take_turn(self, lane: Lane) -> None:
        bucket, rate = self._buckets[lane], self._rate(lane)
        ticket: Ticket | None = None
        while True:
            async with self._locked_for_task():
                now = time.monotonic()
                if ticket is None or bucket.has_lapsed(ticket, rate):
                    ticket = bucket.reserve(now, rate)
                    wait = ticket.slot - now
                else:
                    wait = bucket.confirm(ticket, now, rate)
            if wait <= 0:
                return
            await self._sleep(wait, lane)

    async def close_gate(self, lane: Lane, seconds: float) -> None:
        """On a 429: let no process send a request of `lane` for `seconds`, and learn its rate from them."""
        now, now_wall = time.monotonic(), time.time()
        async with self._locked_for_task():
            self._buckets[lane].learn(seconds, now)
            self._buckets[lane].pause(now + seconds, now_wall + seconds)

    async def pause(self, lane: Lane, seconds: float) -> None:
        """Let no process send a request of `lane` for `seconds` from now; a longer pause stays."""
        until, until_wall = time.monotonic() + seconds, time.time() + seconds
        async with self._locked_for_task():
            self._buckets[lane].pause(until, until_wall)

    def pause_left(self, lane: Lane) -> float:
        """Return the seconds for which `lane` is still paused, 0 if it is not (one aligned read, no lock)."""
        return max(0.0, self._buckets[lane].paused_until - time.monotonic())

    def _rate(self, lane: Lane) -> Rate:
        if lane is Lane.ALL:
            return self._options.ceiling
        spacing = self._buckets[lane].spacing(time.monotonic()) if self._options.adaptive else 0.0
        return Rate(1, spacing)

    async def _sleep(self, wait: float, lane: Lane) -> None:
        pause = self.pause_left(lane)
        if pause > self._options.max_wait:
            raise blocked(lane, pause)
        self.seconds_waited += wait
        await asyncio.sleep(wait)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    @asynccontextmanager
    async def _locked_for_task(self) -> AsyncIterator[None]:
        """Lock without ever stopping the event loop: a holder that is suspended keeps only a thread waiting."""
        await self._task_lock.acquire()
        waiting: asyncio.Future[None] | None = None
        try:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                loop = asyncio.get_running_loop()
                waiting = loop.run_in_executor(None, fcntl.flock, self._descriptor, fcntl.LOCK_EX)
                await asyncio.shield(waiting)
            yield
        finally:
            if waiting is None or waiting.done():
                self._unlock()
            else:  # cancelled, but the thread will get the lock all the same
                waiting.add_done_callback(lambda _: self._unlock())

    def _unlock(self) -> None:
        with suppress(OSError, ValueError):  # closed meanwhile: then the kernel has freed it
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._task_lock.release()

    def _start_over_after_reboot(self) -> None:
        boot = _boot_number()
        if (self._block[0], self._block[1]) != (_LAYOUT, boot):
            for bucket in self._buckets:
                bucket.restart(time.monotonic(), time.time())
            self._block[0], self._block[1] = _LAYOUT, boot


def blocked(lane: Lane, seconds: float) -> FigmaError:
    """Return the error for a pause that is longer than the user wants to wait."""
    ends = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() + seconds))
    where = lane.name.lower().replace("_", " ")
    return FigmaError(
        Failure(
            cause="rate_limit",
            message=f"Figma blocks requests ({where}) for another {seconds:,.0f} s, until {ends}",
            advice="go on later with --resume, wait longer with --max-wait, or use the token of a Dev or Full seat",
        ),
        status=429,
    )


def _open(path: Path) -> int:
    """Open the block for this user alone; the temporary folder serves where the home cannot be written to."""
    last: OSError | None = None
    for candidate in (path, Path(tempfile.gettempdir()) / f"exfig-mp-{os.getuid()}" / path.name):
        try:
            candidate.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if candidate.parent.stat().st_uid != os.getuid():
                continue  # somebody else's folder under a name that we could guess
            descriptor = os.open(candidate, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                _fill(descriptor)
            except OSError:
                os.close(descriptor)
                raise
        except OSError as error:
            last = error
        else:
            return descriptor
    raise DiskError(f"cannot keep the rate limit's state in {path.parent}: {last}", "set XDG_STATE_HOME to a folder")


def _fill(descriptor: int) -> None:
    """Give the file its size in written bytes: to touch a hole of it in the map would kill us on a full disk."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        size = before = os.fstat(descriptor).st_size
        try:
            while size < _SIZE:
                size += os.pwrite(descriptor, bytes(_SIZE - size), size)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _boot_number() -> float:
    """Return a number that changes with each boot, since the monotonic clock starts again then."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
    except OSError:  # not Linux: the boot time to the next ten minutes
        text = str(round((time.time() - time.monotonic()) / 600))
    return float(int(identity(text)[:12], 16))
