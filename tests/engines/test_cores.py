"""How many cores there are, read from folders as the kernel lays them out."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from exfig_mp.engines.cores import cores

MANY = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.fixture
def system(tmp_path, monkeypatch, lay_down):
    """A machine with 16 cores; write its files and count."""
    if hasattr(os, "sched_getaffinity"):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    monkeypatch.setattr(os, "cpu_count", lambda: 16)

    def count(files: dict[str, str]) -> int:
        lay_down(files)
        return cores(tmp_path / "proc", tmp_path / "cgroup")

    return count


def test_without_a_control_group_all_cores_are_ours(system):
    assert system({}) == 16


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("max 100000", 16),
        ("400000 100000", 4),
        ("250000 100000", 2),  # half a core does not carry a process
        ("50000 100000", 1),
        ("9900000 100000", 16),
        ("junk", 16),
        ("", 16),
        ("200000 0", 16),
    ],
)
def test_a_quota_of_version_2_counts(system, written, count):
    assert system({"proc/self/cgroup": "0::/app\n", "cgroup/app/cpu.max": f"{written}\n"}) == count


@pytest.mark.parametrize(("quota", "count"), [("-1", 16), ("300000", 3), ("50000", 1)])
def test_a_quota_of_version_1_counts_alike(system, quota, count):
    files = {
        "proc/self/cgroup": "7:pids:/app\n4:cpu,cpuacct:/app\n0::/\n",
        "cgroup/cpu/app/cpu.cfs_quota_us": f"{quota}\n",
        "cgroup/cpu/app/cpu.cfs_period_us": "100000\n",
    }

    assert system(files) == count


def test_the_tightest_quota_on_the_way_to_the_root_counts(system):
    files = {
        "proc/self/cgroup": "0::/a/b\n",
        "cgroup/a/b/cpu.max": "800000 100000\n",
        "cgroup/a/cpu.max": "300000 100000\n",
    }

    assert system(files) == 3


def test_in_a_container_the_root_is_our_own_group(system):
    assert system({"proc/self/cgroup": "0::/outside/of/here\n", "cgroup/cpu.max": "200000 100000\n"}) == 2


def test_a_group_outside_of_our_namespace_says_nothing(system):
    assert system({"proc/self/cgroup": "0::/../other\n", "cgroup/cpu.max": "100000 100000\n"}) == 16


@pytest.mark.skipif(sys.platform != "linux", reason="affinity is Linux's")
def test_a_process_that_is_bound_to_one_core_has_one():
    first = min(os.sched_getaffinity(0))
    code = f"import os; os.sched_setaffinity(0, {{{first}}}); from exfig_mp.engines.cores import cores; print(cores())"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "1\n"


def test_here_there_is_at_least_one():
    assert 1 <= cores() <= MANY
