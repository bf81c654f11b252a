"""How much memory there is for us, and how much of it is used: from Linux's /proc and control groups.

Elsewhere everything is unknown, and nobody is replaced for memory. Sources: proc_pid_statm(5), proc_meminfo(5), and
the kernel's admin guides "cgroup-v2" and "cgroup-v1/memory". The page cache that the kernel would give back at once
(inactive_file) counts as free: downloads fill it without end.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.engines.cgroups import CGROUP, PROC, groups, number_in, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class _Version(Struct, frozen=True):
    """The names of one version of control groups."""

    limit: str
    usage: str
    cache: str


_V2 = _Version("memory.max", "memory.current", "inactive_file")
_V1 = _Version("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


class _Group(Struct, frozen=True):
    """A control group with a limit in bytes."""

    folder: Path
    version: _Version
    limit: int

    def used(self) -> int | None:
        """Return the bytes that cannot be had back at once."""
        usage = number_in(self.folder / self.version.usage)
        return usage and usage - _fields(self.folder / "memory.stat").get(self.version.cache, 0)


class Gauge:
    """Looks up once what there is, and then as often as asked what is used."""

    def __init__(self, proc: Path = PROC, cgroup: Path = CGROUP) -> None:
        self._total = _fields(proc / "meminfo").get("MemTotal", 0) * 1024
        groups = [group for group in _groups(proc, cgroup) if group.limit < (self._total or group.limit + 1)]
        self._group = min(groups, key=lambda group: group.limit, default=None)

    def percent(self, resident: int) -> float | None:
        """Return how much of our memory is used; None if unknown.

        Args:
            resident: the bytes of all our processes together; they count where no control group counts for us.
        """
        if self._group:
            used = self._group.used()
            return None if used is None else 100 * used / self._group.limit
        return 100 * resident / self._total if self._total else None


def resident(proc: Path = PROC) -> int:
    """Return this process's memory in bytes, 0 if unknown."""
    try:
        return int((proc / "self" / "statm").read_bytes().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def _groups(proc: Path, cgroup: Path) -> Iterator[_Group]:
    for number, folder in groups("memory", proc, cgroup):
        version = _V1 if number == 1 else _V2
        limit = number_in(folder / version.limit)
        if limit:
            yield _Group(folder, version, limit)


def _fields(path: Path) -> dict[str, int]:
    """Return the numbers of a file with lines like "name 17" or "name: 17 kB"."""
    pairs = (line.replace(":", " ").split() for line in text_of(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) > 1 and pair[1].isdigit()}
