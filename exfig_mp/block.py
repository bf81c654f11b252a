"""A block of doubles that all processes of all runs share: a memory-mapped file, and the kernel's lock on it.

`flock` on a descriptor of one's own is released by the kernel when its holder dies, also by SIGKILL, so a dead process
never blocks the others. Inside the lock a few numbers are read and written; whoever sleeps does so outside.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import mmap
import os
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from exfig_mp.errors import DiskError, StateError
from exfig_mp.hashing import identity

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
LOCK_PATIENCE = 3.0  # seconds at the start; whoever holds the lock needs microseconds, unless it is suspended
HEADER = 4
"""Doubles before the user's own: layout, boot, two spare."""


class SharedBlock:
    """This process's handle on the block. Open it in the process that uses it; it is not inherited.

    Args:
        path: of the file; the temporary folder serves where it cannot be.
        size: doubles behind the header, all zero at first.
        layout: a number that changes when the meaning of the doubles does.

    Raises:
        DiskError: if neither folder can hold the file.
        StateError: if another process holds its lock and does not let go.
    """

    def __init__(self, path: str, size: int, layout: float) -> None:
        length = (HEADER + size) * 8
        self._layout = layout
        self._descriptor = _open(Path(path), length)
        self._task_lock = asyncio.Lock()  # flock excludes processes, not the tasks of one process
        try:
            self._map = mmap.mmap(self._descriptor, length)
        except OSError as error:  # it takes a descriptor of its own
            os.close(self._descriptor)
            advice = "raise the limit of open files (ulimit -n)" if error.errno == errno.EMFILE else ""
            raise DiskError(f"cannot keep the rate limit's state in {path}: {error.strerror}", advice) from error
        self.doubles = memoryview(self._map).cast("d")

    def begin(self, restart: Callable[[], None]) -> None:
        """Let `restart` put the doubles in order if they are those of another boot; zero them if of another layout."""
        with _locked(self._descriptor):
            boot = _boot_number()
            if self.doubles[0] != self._layout:
                for index in range(HEADER, len(self.doubles)):
                    self.doubles[index] = 0.0
            if (self.doubles[0], self.doubles[1]) != (self._layout, boot):
                restart()
                self.doubles[0], self.doubles[1] = self._layout, boot

    def close(self) -> None:
        """Let go of the file."""
        self.doubles.release()
        self._map.close()
        os.close(self._descriptor)
        self._descriptor = -1

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
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


def clock() -> float:
    """Return the seconds since boot, also those of a computer's sleep where the system can tell; never set back."""
    return time.clock_gettime(_CLOCK)


def _open(path: Path, length: int) -> int:
    """Open the block for this user alone; the temporary folder serves where the home cannot be written to."""
    last: OSError | None = None
    for candidate in (path, Path(tempfile.gettempdir()) / f"exfig-mp-{os.getuid()}" / path.name):
        try:
            candidate.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if candidate.parent.stat().st_uid != os.getuid():
                continue  # somebody else's folder under a name that we could guess
            descriptor = os.open(candidate, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                _fill(descriptor, length)
            except (OSError, StateError):
                os.close(descriptor)
                raise
        except OSError as error:
            last = error
        else:
            return descriptor
    raise DiskError(f"cannot keep the rate limit's state in {path.parent}: {last}", "set XDG_STATE_HOME to a folder")


def _fill(descriptor: int, length: int) -> None:
    """Give the file its size in written bytes: to touch a hole of it in the map would kill us on a full disk."""
    with _locked(descriptor):
        size = before = os.fstat(descriptor).st_size
        try:
            while size < length:
                size += os.pwrite(descriptor, bytes(length - size), size)
        except OSError:
            os.ftruncate(descriptor, before)
            raise


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    """Lock before there is an event loop; not for ever, since nobody could interrupt that."""
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StateError(
                    "another process holds the lock of the rate limiter and does not let go",
                    "is a run of exfig-mp suspended? Continue or end it (jobs, kill)",
                ) from None
            time.sleep(0.005)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _boot_number() -> float:
    """Return a number that changes with each boot, since the monotonic clock starts again then."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
    except OSError:  # not Linux: the boot time to the next ten minutes
        text = str(round((time.time() - time.monotonic()) / 600))
    return float(int(identity(text)[:12], 16))
