"""Worker processes that are killed, stopped, or cannot start; and what a worker is made of."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from msgspec.structs import replace

from exfig_mp.engines.member import has_ended
from exfig_mp.engines.processes import Processes
from exfig_mp.model import Done, Failed
from tests.conftest import wait_until

if TYPE_CHECKING:
    from exfig_mp.engines.protocol import Death

SLOW = {"on": "cdn", "do": "delay", "seconds": 0.03}
HANG = {"on": "cdn", "do": "hang", "seconds": 60, "names": ["accessibility-00001"]}
POISON = 1  # the number of that icon


async def _wait_for(is_true, seconds=15):
    async with asyncio.timeout(seconds):
        while not is_true():  # noqa: ASYNC110  # another process has no events
            await asyncio.sleep(0.005)


def _kill(pid):
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 20))])
async def test_no_job_is_lost_when_a_worker_is_killed(seed, faulty_bench, shards_of, workers, assert_all_done):
    bench = faulty_bench(SLOW)
    jobs, dice, results = bench.jobs(200), random.Random(seed), []
    kill_at = dice.randrange(1, 180)

    async with Processes(bench.options) as engine:
        async for result in engine.run(shards_of(jobs)):
            results.append(result)
            if len(results) == kill_at:
                _kill(dice.choice(sorted(workers())))

    assert_all_done(results, jobs)
    assert all(bench.is_durable(job) for job in jobs[::20])
    assert workers() == set()


async def test_no_job_is_lost_when_a_worker_is_killed_before_its_first_job(bench, shards_of, workers, assert_all_done):
    jobs = bench.jobs(50)

    async with Processes(bench.options) as engine:
        await _wait_for(workers)
        _kill(min(workers()))
        results = [result async for result in engine.run(shards_of(jobs))]

    assert_all_done(results, jobs)


async def test_no_job_is_lost_when_all_workers_are_killed(faulty_bench, shards_of, workers, assert_all_done):
    bench = faulty_bench(SLOW)
    jobs, results = bench.jobs(200), []

    async with Processes(bench.options) as engine:
        async for result in engine.run(shards_of(jobs)):
            results.append(result)
            if len(results) == 60:
                for pid in workers():
                    _kill(pid)

    assert_all_done(results, jobs)


def _kill_forkserver():
    """Kill the process that starts the workers of this one, and return its id."""
    (server,) = (one for one in psutil.Process().children() if any("forkserver" in part for part in one.cmdline()))
    server.kill()
    return server.pid


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers live on without their forkserver")
async def test_a_killed_forkserver_is_one_event_that_no_job_is_blamed_for(faulty_bench, shards_of, assert_all_done):
    bench = faulty_bench(SLOW)
    jobs, results = bench.jobs(160), []
    deaths: list[Death] = []
    orphaned: list[int] = []
    killed: list[int] = []
    started: list[int] = []
    left: list[int] = []
    options = bench.with_options(
        workers=4,
        on_death=deaths.append,
        on_orphans=orphaned.append,
        on_start=lambda start: started.append(start.pid),
        on_leave=left.append,
    )

    async with Processes(options) as engine, asyncio.timeout(30):
        async for result in engine.run(shards_of(jobs)):
            results.append(result)
            if len(results) in {30, 80}:
                await _wait_for(lambda: len(set(started)) >= 4 * (1 + len(killed)))
                killed.append(_kill_forkserver())
        assert engine._deaths == {}

    assert_all_done(results, jobs)
    assert orphaned == killed
    assert deaths == []
    assert len(set(started)) == 12
    assert sorted(left) == sorted(started[:8])


async def test_a_forkserver_that_is_killed_before_any_worker_is_ready_is_replaced(
    bench, shards_of, assert_all_done, workers
):
    jobs = bench.jobs(40)

    async with Processes(bench.options) as engine, asyncio.timeout(30):
        await _wait_for(workers)
        _kill_forkserver()
        results = [result async for result in engine.run(shards_of(jobs))]

    assert_all_done(results, jobs)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere workers live on without their forkserver")
def test_only_a_forkserver_that_has_ended_absolves_its_workers():
    with subprocess.Popen(["sleep", "60"]) as process:
        assert not has_ended(process.pid)
        process.kill()
        wait_until(lambda: has_ended(process.pid))  # nobody has waited for it yet
        assert process.wait() == -signal.SIGKILL

    assert has_ended(process.pid)
    assert not has_ended(0)


async def test_no_job_is_lost_when_workers_are_killed_again_and_again(faulty_bench, shards_of, assert_all_done):
    bench = faulty_bench(SLOW)
    jobs, results, dice, killed = bench.jobs(400), [], random.Random(7), set()

    async with Processes(bench.options) as engine:
        async for result in engine.run(shards_of(jobs)):
            results.append(result)
            if len(results) % 60 == 0:
                # Not one that tries a suspect on its own: two deaths would rightly be that job's.
                members = [one for one in engine._workers if one.ready and one.owes and not one.has_suspect]
                if members:
                    victim = dice.choice(sorted(members, key=lambda one: one.number)).pid
                    _kill(victim)
                    killed.add(victim)

    assert len(killed) >= 4
    assert_all_done(results, jobs)


async def test_a_job_that_kills_two_workers_fails_alone(faulty_bench, shards_of, assert_all_done, workers):
    bench = faulty_bench(HANG)
    jobs = [job for job in bench.jobs(96) if int(job.id.removeprefix("job-")) % 24 != POISON]
    poison = bench.job(POISON, "poison")
    killed: list[int] = []

    async with Processes(bench.options) as engine:

        async def assassin():
            while len(killed) < 2:
                holders = [one.pid for one in engine._workers if poison.id in one.owes]
                for pid in holders:
                    # Not before the worker really asks for it: its request hangs at the store by then.
                    if pid not in killed and _asks(pid, bench.figma.cdn_url):
                        killed.append(pid)
                        _kill(pid)
                await asyncio.sleep(0.01)

        murders = asyncio.create_task(assassin())
        async with asyncio.timeout(20):
            results = [result async for result in engine.run(shards_of([*jobs[:30], poison, *jobs[30:]]))]
        await murders

    crashed = [result for result in results if isinstance(result, Failed)]
    assert [(result.job_id, result.failure.cause, result.failure.attempts) for result in crashed] == [
        ("poison", "crashed", 2)
    ]
    assert len(set(killed)) == 2
    assert_all_done([result for result in results if isinstance(result, Done)], jobs)
    assert workers() == set()


def _asks(pid, url):
    port = int(url.rpartition(":")[2])
    try:
        connections = psutil.Process(pid).net_connections()
    except psutil.Error:
        return False
    return any(one.raddr and one.raddr.port == port and one.status == "ESTABLISHED" for one in connections)


_CANNOT_START = """
import asyncio, sys
from exfig_mp.engines.processes import Processes
from exfig_mp.engines.protocol import EngineOptions
from exfig_mp.errors import ExfigError
from exfig_mp.limiter import LimiterOptions
from exfig_mp.model import Job, Shard

async def shards():
    yield Shard((Job("job", "https://figma.com/", "svg", ("/dev/null/x.svg",)),))

async def main():
    options = EngineOptions(
        workers=2, journal_path=lambda name: f"{sys.argv[1]}/{name}", limiter=LimiterOptions(""), on_retry=print
    )
    async with Processes(options) as engine:
        return [result async for result in engine.run(shards())]

try:
    asyncio.run(main())
except ExfigError as error:
    sys.exit(f"{error} ({error.advice})")
"""


def test_workers_that_cannot_start_end_the_run_with_a_clear_error(tmp_path):
    (tmp_path / "file").write_bytes(b"")

    command = [sys.executable, "-c", _CANNOT_START, str(tmp_path / "file")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert ran.returncode == 1
    assert ran.stderr.endswith(
        "worker processes end as soon as they start (exit code 1) (try --workers 0 to see why)\n"
    )
    assert ran.stderr.count("exfig-mp worker: cannot write") >= 3
    assert "Traceback" not in ran.stderr


async def test_there_are_never_more_connections_than_allowed(faulty_bench, run_all, assert_all_done):
    bench = faulty_bench(SLOW)
    jobs = bench.jobs(60)

    options = bench.with_options(workers=4, session=replace(bench.options.session, connections=3))
    results = await run_all(Processes(options), jobs)

    assert_all_done(results, jobs)
    assert bench.figma.seen()["most_cdn_connections"] <= 3


_LOOK = """
import json
from multiprocessing import get_context
from exfig_mp.engines.member import Starter
from exfig_mp.engines.protocol import EngineOptions
from exfig_mp.limiter import LimiterOptions

options = EngineOptions(workers=1, journal_path=str, limiter=LimiterOptions(""), on_retry=print)
context = Starter(options).context
ours, theirs = context.Pipe()
process = context.Process(target=exec, args=("import sys; pipe.send(sorted(sys.modules))", {"pipe": theirs}))
process.start()
print(json.dumps(ours.recv()))
process.join()
"""


def test_a_fresh_worker_has_only_what_a_download_needs():
    ran = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, timeout=30, check=True)
    modules = set(json.loads(ran.stdout))

    packages = {name.partition(".")[0] for name in modules}
    rooms = {".".join(name.split(".")[:2]) for name in modules if name.startswith("exfig_mp.")}
    assert {"exfig_mp", "ssl", "uvloop"} <= packages
    assert packages.isdisjoint({"aiohttp", "click", "rich", "yaml", "jinja2", "structlog", "psutil", "PIL"})
    assert rooms.isdisjoint(f"exfig_mp.{room}" for room in ("exporters", "sources", "config", "cli", "simulator"))
    assert rooms.isdisjoint(f"exfig_mp.{flow}" for flow in ("batch", "pipeline", "collect", "report", "checkpoint"))


_LOG_OF_A_WORKER = """
import sys
from exfig_mp.engines.job_log import JobLog
from exfig_mp.log import LogOptions
from exfig_mp.model import Failed, Failure, Job, Retried

log, job = JobLog(LogOptions(level=sys.argv[1]), "run", "worker-1"), Job("job", "", "svg", ())
if sys.argv[2] == "failed":
    log.ended(job, Failed("job", Failure("server", "no")))
else:
    log.retried(job, Retried("job", 1, 1.0, "no"))
print("structlog" in sys.modules)
"""


@pytest.mark.parametrize(
    ("level", "event", "is_said"),
    [("warning", "failed", False), ("info", "failed", False), ("warning", "retried", False), ("info", "retried", True)],
)
def test_a_worker_loads_what_logs_only_when_it_has_something_to_say(level, event, is_said):
    command = [sys.executable, "-c", _LOG_OF_A_WORKER, level, event]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)

    assert ran.stdout == f"{is_said}\n"
    assert bool(ran.stderr) == is_said


def test_what_a_worker_imports_again_of_the_program_is_nothing():
    code = "import sys, exfig_mp.__main__; print(sorted(name for name in sys.modules if 'exfig_mp' in name))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert ran.stdout.strip() == "['exfig_mp', 'exfig_mp.__main__', 'exfig_mp.cli']"


@pytest.fixture
def busy(faulty, app):
    """A run whose downloads all hang in two workers, and its processes."""
    figma = faulty({"on": "cdn", "do": "hang", "seconds": 60})
    process = app.start("batch", "app.yaml", "-q")
    app.wait_until(lambda: figma.seen()["cdn_connections"] >= 10)
    return process, app.children(process)


def _is_worker(process):
    """A worker is forked from the forkserver, so that it has its command line and is its child."""
    parent = process.parent()
    return parent is not None and any("forkserver" in part for part in parent.cmdline())


def test_a_real_worker_maps_no_library_of_the_coordinator(busy):
    maps = [Path(f"/proc/{one.pid}/maps").read_text() for one in busy[1] if _is_worker(one)]

    assert len(maps) == 2
    assert all("uvloop" in text for text in maps)
    assert not any(name in text for text in maps for name in ("_yaml", "PIL/", "resvg"))


def test_children_die_with_a_killed_coordinator(busy, app):
    process, children = busy
    assert len(children) == 4, "two workers, forkserver, resource tracker"

    process.kill()

    app.wait_until(lambda: app.are_gone(children), 2)
    assert app.end(process).err == ""


def test_a_stopped_worker_dies_with_a_killed_coordinator(busy, app):
    process, children = busy
    next(child for child in children if _is_worker(child)).suspend()

    process.kill()

    app.wait_until(lambda: app.are_gone(children), 2)
    assert app.end(process).err == ""


def test_ctrl_c_for_the_whole_group_is_the_coordinators_business_alone(busy, app):
    process, children = busy

    os.killpg(process.pid, signal.SIGINT)

    app.wait_until(lambda: process.poll() is not None, 10)
    ran = app.end(process)
    assert ran.code == 130
    assert "--resume" in ran.err
    assert "KeyboardInterrupt" not in ran.text
    app.wait_until(lambda: app.are_gone(children), 2)


@pytest.mark.parametrize(
    "milliseconds", [150, 350, *(pytest.param(late, marks=pytest.mark.slow) for late in (250, 500, 700, 900))]
)
def test_ctrl_c_while_everything_starts_shows_no_traceback(milliseconds, faulty, app):
    faulty({"on": "cdn", "do": "hang", "seconds": 60})
    process = app.start("batch", "app.yaml")

    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(milliseconds / 1000)
    os.killpg(process.pid, signal.SIGINT)

    app.wait_until(lambda: process.poll() is not None, 12)
    ran = app.end(process)
    assert "KeyboardInterrupt" not in ran.text
    assert ran.code in {130, -signal.SIGINT}
