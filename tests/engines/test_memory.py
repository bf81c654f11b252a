"""How much memory there is, read from folders as the kernel lays them out."""

from __future__ import annotations

import os
import sys

import pytest

from exfig_mp.engines.memory import Gauge, resident

GIB = 1024**3
UNLIMITED = 9223372036854771712  # what version 1 of control groups says for "no limit"


@pytest.fixture
def system(tmp_path, lay_down):
    """A machine with 8 GiB; write its other files and make a gauge."""

    def gauge(files: dict[str, str]) -> Gauge:
        lay_down({"proc/meminfo": "MemTotal:  8388608 kB\nMemFree:  17 kB\n"} | files)
        return Gauge(tmp_path / "proc", tmp_path / "cgroup")

    return gauge


def test_without_a_control_group_our_processes_count_against_the_whole_machine(system):
    assert system({}).percent(2 * GIB) == 25


def test_a_limit_of_version_2_counts_the_group_without_the_cache_that_can_be_had_back(system):
    gauge = system(
        {
            "proc/self/cgroup": "0::/app/run\n",
            "cgroup/app/run/memory.max": f"{GIB}\n",
            "cgroup/app/run/memory.current": f"{GIB}\n",
            "cgroup/app/run/memory.stat": f"anon 5\ninactive_file {GIB // 4}\nactive_file 7\n",
        }
    )

    assert gauge.percent(7 * GIB) == 75


def test_a_limit_of_version_1_counts_alike(system):
    gauge = system(
        {
            "proc/self/cgroup": "7:pids:/app\n4:cpu,memory:/app\n0::/\n",
            "cgroup/memory/app/memory.limit_in_bytes": f"{GIB}\n",
            "cgroup/memory/app/memory.usage_in_bytes": f"{GIB // 2}\n",
            "cgroup/memory/app/memory.stat": f"inactive_file 1\ntotal_inactive_file {GIB // 4}\n",
        }
    )

    assert gauge.percent(7 * GIB) == 25


def test_the_tightest_limit_on_the_way_to_the_root_counts(system):
    gauge = system(
        {
            "proc/self/cgroup": "0::/slice/app/run\n",
            "cgroup/slice/memory.max": f"{4 * GIB}",
            "cgroup/slice/memory.current": f"{4 * GIB}",
            "cgroup/slice/app/memory.max": f"{2 * GIB}",
            "cgroup/slice/app/memory.current": f"{GIB}",
            "cgroup/slice/app/run/memory.max": "max",
            "cgroup/slice/app/run/memory.current": f"{GIB}",
        }
    )

    assert gauge.percent(0) == 50


def test_a_container_that_sees_its_path_from_outside_has_the_root_as_its_own(system):
    gauge = system(
        {
            "proc/self/cgroup": "4:memory:/docker/0123abc\n",
            "cgroup/memory/memory.limit_in_bytes": f"{GIB}",
            "cgroup/memory/memory.usage_in_bytes": f"{GIB // 2}",
        }
    )

    assert gauge.percent(0) == 50


@pytest.mark.parametrize(
    "files",
    [
        {"proc/self/cgroup": "0::/app\n", "cgroup/app/memory.max": "max\n"},
        {"proc/self/cgroup": "4:memory:/app\n", "cgroup/memory/app/memory.limit_in_bytes": f"{UNLIMITED}\n"},
        {"proc/self/cgroup": "0::/app\n", "cgroup/app/memory.max": f"{9 * GIB}\n"},
        {"proc/self/cgroup": "0::/../other\n", "cgroup/memory.max": f"{GIB}\n"},
        {"proc/self/cgroup": "nonsense\n\n4:memory\n"},
    ],
    ids=["max", "v1 unlimited", "more than there is", "outside of our namespace", "nonsense"],
)
def test_a_group_that_limits_nothing_does_not_count(system, files):
    assert system(files).percent(4 * GIB) == 50


def test_where_nothing_can_be_read_nothing_is_known(tmp_path):
    assert Gauge(tmp_path / "proc", tmp_path / "cgroup").percent(GIB) is None
    assert resident(tmp_path) == 0


def test_a_usage_that_vanishes_is_unknown_not_nothing(system):
    gauge = system({"proc/self/cgroup": "0::/app\n", "cgroup/app/memory.max": f"{GIB}\n"})

    assert gauge.percent(GIB) is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_this_process_and_this_machine_can_be_read():
    before = resident()
    ballast = os.urandom(64 * 1024 * 1024)
    after = resident()

    assert after - before > len(ballast) // 2
    percent = Gauge().percent(after)
    assert percent is not None
    assert 0 < percent < 100
