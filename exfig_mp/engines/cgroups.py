"""The control groups that a process is in, as Linux lays them out: each up to the root may limit it.

Sources: cgroups(7), and the kernel's admin guides "cgroup-v2" and "cgroup-v1".
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC = Path("/proc")
CGROUP = Path("/sys/fs/cgroup")

Version = Literal[1, 2]


def groups(controller: str, proc: Path = PROC, cgroup: Path = CGROUP) -> Iterator[tuple[Version, Path]]:
    """Yield the folder of each group that `controller` may limit us by, the innermost first; nothing elsewhere.

    Without a namespace of its own, a container sees a path from outside, of which only the root is there, and is its.
    """
    for line in text_of(proc / "self" / "cgroup").splitlines():
        number, controllers, path = (*line.split(":", 2), "", "")[:3]
        if ".." in path or not (number == "0" or controller in controllers.split(",")):  # a group outside of ours
            continue
        root = cgroup if number == "0" else cgroup / controller
        folder = root / path.strip("/")
        while True:
            yield (2 if number == "0" else 1), folder
            if folder == root:
                break
            folder = folder.parent


def text_of(path: Path) -> str:
    """Return what is in a file of the kernel's; nothing if it cannot be read."""
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""


def number_in(path: Path) -> int | None:
    """Return the number in a file; None if there is none, or "max"."""
    text = text_of(path).strip()
    return int(text) if text.isdigit() else None
