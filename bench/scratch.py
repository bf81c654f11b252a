"""Where benches write: in memory where that can be, and gone afterwards, also if the bench is told to end.

On a disk whose file system scans what was lately deleted, each round would be slower than the one before.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # as the docstring says
MEMORY = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None
"""A folder in memory, if the system has one."""


@contextlib.contextmanager
def scratch(where: Path | None = MEMORY) -> Iterator[str]:
    """Return a folder for one scenario. SIGTERM ends the program in order: servers stop, and the folder goes."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    try:
        with tempfile.TemporaryDirectory(prefix="exfig-bench-", dir=where) as folder:
            yield folder
    finally:
        signal.signal(signal.SIGTERM, before)
