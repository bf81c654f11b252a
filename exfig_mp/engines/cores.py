"""How many cores there are for us: those that we may run on, as far as control groups let us use them.

Sources: the kernel's admin guide "cgroup-v2" (cpu.max), and its documentation "sched-bwc" (cpu.cfs_quota_us).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exfig_mp.engines.cgroups import CGROUP, PROC, groups, number_in, text_of

if TYPE_CHECKING:
    from pathlib import Path


def cores(proc: Path = PROC, cgroup: Path = CGROUP) -> int:
    """Return how many processes can work at once, at least one. A part of a core counts as none."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [_quota(version, folder) for version, folder in groups("cpu", proc, cgroup)]
    return max(1, min([allowed, *(int(quota) for quota in quotas if quota)]))


def _quota(version: int, folder: Path) -> float:
    """Return the cores whose time a group may use; 0 if it has no limit."""
    if version == 1:
        quota, period = number_in(folder / "cpu.cfs_quota_us"), number_in(folder / "cpu.cfs_period_us")
    else:
        words = [int(word) if word.isdigit() else None for word in text_of(folder / "cpu.max").split()]
        quota, period = (*words, None, None)[:2]
    return quota / period if quota and period else 0.0
