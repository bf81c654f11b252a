"""Where benches write: in memory where that can be, and gone afterwards.

On a disk whose file system scans what was lately deleted, each round would be slower than the one before.
"""

from __future__ import annotations

import tempfile
from pathlib import Path


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for one scenario."""
    shared_memory = Path("/dev/shm")  # noqa: S108  # as the docstring says
    return tempfile.TemporaryDirectory(prefix="exfig-bench-", dir=shared_memory if shared_memory.is_dir() else None)
