"""Workers that hang, that are replaced in time, and what is said about those that died."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace

from exfig_mp.engines.processes import Processes
from exfig_mp.engines.protocol import Death, Supervision
from exfig_mp.journal import merge
from exfig_mp.model import Done, Failed

SLOW = {"on": "cdn", "do": "delay", "seconds": 0.03}
HANG = {"on": "cdn", "do": "hang", "seconds": 60, "names": ["accessibility-00001"]}
POISON = 1  # the number of that icon
QUICK = Supervision(beat=0.1, silence=1.0)
SILENT = replace(QUICK, silence=600.0)  # nobody is killed on a machine that is busy


@pytest.fixture
def heard():
    """Everything that an engine said through callbacks: deaths and recyclings."""
    return []


def _options(bench, heard, supervision, **changes):
    return bench.with_options(supervision=supervision, on_death=heard.append, on_recycle=heard.append, **changes)


async def _wait_for(is_true, seconds=15):
    async with asyncio.timeout(seconds):
        while not is_true():  # noqa: ASYNC110  # another process has no events
            await asyncio.sleep(0.005)


def _jobs_of_each_worker(bench):
    """Return how many jobs each worker that ever lived has journalled."""
    journals = sorted((bench.folder / "journals").glob("worker-*.jsonl"))
    return [len(merge([path.read_bytes()]).placed) for path in journals]


async def test_a_worker_that_hangs_is_killed_and_its_jobs_go_elsewhere(
    faulty_bench, shards_of, workers, assert_all_done, heard
):
    bench = faulty_bench(SLOW)
    jobs, results, stopped = bench.jobs(150), [], 0

    async with Processes(_options(bench, heard, QUICK)) as engine, asyncio.timeout(20):
        async for result in engine.run(shards_of(jobs)):
            results.append(result)
            if len(results) == 20:
                stopped = min(workers())
                os.kill(stopped, signal.SIGSTOP)

    assert_all_done(results, jobs)
    assert [(death.pid, death.how, death.exit_code) for death in heard] == [(stopped, "hung", -signal.SIGKILL)]
    assert heard[0].jobs
    assert workers() == set()


async def test_a_worker_that_hangs_while_it_starts_is_replaced(bench, shards_of, workers, assert_all_done, heard):
    jobs = bench.jobs(30)

    async with Processes(_options(bench, heard, QUICK, workers=1)) as engine, asyncio.timeout(20):
        await _wait_for(workers)
        os.kill(min(workers()), signal.SIGSTOP)
        results = [result async for result in engine.run(shards_of(jobs))]

    assert_all_done(results, jobs)
    assert [death.how for death in heard] == ["hung"]


async def test_an_idle_worker_is_not_taken_for_one_that_hangs(bench, shards_of, workers, heard):
    async with Processes(_options(bench, heard, QUICK)) as engine:
        await _wait_for(lambda: len(workers()) == 2)
        before = workers()
        await asyncio.sleep(2.5)
        results = [result async for result in engine.run(shards_of(bench.jobs(5)))]
        assert workers() == before

    assert len(results) == 5
    assert heard == []


_COORDINATOR = """
import asyncio, sys
from exfig_mp.engines.processes import Processes
from exfig_mp.engines.protocol import EngineOptions, Supervision
from exfig_mp.limiter import LimiterOptions

async def shards():
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for job in ():
        yield job

async def main():
    options = EngineOptions(
        workers=2,
        journal_path=lambda name: f"{sys.argv[1]}/{name}",
        limiter=LimiterOptions(f"{sys.argv[1]}/limiter.block"),
        on_retry=print,
        supervision=Supervision(beat=0.1, silence=0.8),
        on_death=lambda death: print(death.how, flush=True),
    )
    async with Processes(options) as engine:
        async for result in engine.run(shards()):
            pass

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_coordinator_that_was_suspended_kills_nobody_when_it_wakes_up(tmp_path):
    command = [sys.executable, "-c", _COORDINATOR, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(1)  # the workers come up
        process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        process.send_signal(signal.SIGCONT)
        time.sleep(1.5)
        out, _ = process.communicate("\n", timeout=20)

    assert out == ""
    assert process.returncode == 0


def test_a_whole_run_that_was_suspended_goes_on(tmp_path):
    command = [sys.executable, "-c", _COORDINATOR, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        time.sleep(1)  # the workers come up
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(2.5)
        os.killpg(process.pid, signal.SIGCONT)
        time.sleep(1.5)
        out, _ = process.communicate("\n", timeout=20)

    assert out == ""
    assert process.returncode == 0


async def test_a_worker_gets_no_more_jobs_than_it_may_do(faulty_bench, run_all, assert_all_done, heard, workers):
    bench = faulty_bench(SLOW)
    jobs = bench.jobs(100)

    results = await run_all(Processes(_options(bench, heard, replace(SILENT, max_tasks=7))), jobs)

    assert_all_done(results, jobs)
    assert max(_jobs_of_each_worker(bench)) <= 7
    assert sum(_jobs_of_each_worker(bench)) == 100
    assert bench.figma.seen()["cdn_requests"] == 100
    assert {event.reason for event in heard} == {"tasks"}
    assert len(heard) >= 100 // 7 - 2
    assert workers() == set()


async def test_workers_that_may_do_one_job_each_do_them_all(bench, run_all, assert_all_done, heard):
    jobs = bench.jobs(15)

    results = await run_all(Processes(_options(bench, heard, replace(SILENT, max_tasks=1))), jobs)

    assert_all_done(results, jobs)
    assert max(_jobs_of_each_worker(bench)) == 1


_REPLACING = {
    "age": replace(SILENT, max_age=0.5),
    "memory": replace(SILENT, memory_limit=1e-9, youngest=0.5, growth=0.0),
}


@pytest.mark.parametrize("reason", _REPLACING)
async def test_workers_are_replaced_one_at_a_time_and_no_job_is_lost_or_done_twice(
    reason, faulty_bench, shards_of, assert_all_done, heard
):
    bench = faulty_bench(SLOW)
    jobs, results, most = bench.jobs(500), [], 0

    async with Processes(_options(bench, heard, _REPLACING[reason])) as engine:
        async for result in engine.run(shards_of(jobs)):
            results.append(result)
            most = max(most, len(engine._workers))

    assert_all_done(results, jobs)
    assert bench.figma.seen()["cdn_requests"] == 500
    assert Counter(event.reason for event in heard)[reason] == len(heard) >= 2
    assert most == 3
    assert all(event.resident > 10_000_000 for event in heard)


async def test_replacements_never_have_more_downloads_under_way_than_allowed(
    faulty_bench, run_all, assert_all_done, heard
):
    bench = faulty_bench({"on": "cdn", "do": "delay", "seconds": 0.1})
    jobs = bench.jobs(80)

    rules = replace(SILENT, max_tasks=9)
    options = _options(bench, heard, rules, session=replace(bench.options.session, connections=5))
    results = await run_all(Processes(options), jobs)

    assert_all_done(results, jobs)
    assert heard
    busy = _most_at_once(bench.figma.log("cdn"))
    assert 2 <= busy <= 5


def _most_at_once(log):
    moments = sorted(moment for one in log for moment in ((one["at"], 1), (one["at"] + 0.09, -1)))
    count = most = 0
    for _, change in moments:
        count += change
        most = max(most, count)
    return most


async def test_a_worker_that_is_killed_while_it_is_replaced_loses_no_job(
    faulty_bench, shards_of, assert_all_done, heard, workers
):
    bench = faulty_bench(SLOW)
    jobs, results = bench.jobs(300), []
    killed: list[int] = []

    async with Processes(_options(bench, heard, replace(SILENT, max_age=0.3))) as engine:
        async for result in engine.run(shards_of(jobs)):
            results.append(result)
            leaving = [one for one in engine._workers if one.leaving and one.owes and not one.has_suspect]
            if leaving and len(killed) < 3 and leaving[0].pid not in killed:
                killed.append(leaving[0].pid)
                os.kill(killed[-1], signal.SIGKILL)
        assert len(engine._workers) >= 2

    assert_all_done(results, jobs)
    assert killed
    assert [death.pid for death in heard if isinstance(death, Death)] == killed
    assert workers() == set()


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 15))])
async def test_each_job_has_one_result_whatever_happens_to_workers(seed, faulty_bench, shards_of, heard):
    bench = faulty_bench(SLOW)
    jobs, results, dice, hit = bench.jobs(500), [], random.Random(seed), set()
    rules = Supervision(
        beat=0.05, silence=1.5, max_tasks=dice.randint(20, 60), max_age=0.5, memory_limit=1e-9, youngest=0.3, growth=0.0
    )

    async with Processes(_options(bench, heard, rules, workers=3)) as engine, asyncio.timeout(60):
        async for result in engine.run(shards_of(jobs)):
            results.append(result)
            if dice.random() < 0.02:
                # Not one that tries a suspect on its own: two deaths would rightly be that job's.
                members = [one for one in engine._workers if not one.has_suspect and one.pid not in hit]
                if members:
                    victim = dice.choice(sorted(members, key=lambda one: one.born)).pid
                    hit.add(victim)
                    with suppress(ProcessLookupError):
                        os.kill(victim, dice.choice([signal.SIGKILL, signal.SIGSTOP, signal.SIGABRT]))

    assert sorted(result.job_id for result in results) == sorted(job.id for job in jobs)
    assert len(heard) > 5
    done = {result.job_id for result in results if isinstance(result, Done)}
    memory = bench.memory()
    assert all(memory.in_place(job.id, job.destinations) for job in jobs if job.id in done)
    # A worker that was stopped just before it was given a suspect counts against it too: that is a death like others.
    owed = Counter(job for death in heard if isinstance(death, Death) for job in death.jobs)
    assert all(result.failure.cause == "crashed" for result in results if isinstance(result, Failed))
    assert all(owed[result.job_id] >= 2 for result in results if isinstance(result, Failed))
    assert len(done) >= 490


async def test_a_job_that_killed_two_workers_says_how_they_died(faulty_bench, shards_of, heard):
    bench = faulty_bench(HANG)
    poison = bench.job(POISON, "poison")
    signals = [signal.SIGKILL, signal.SIGSEGV]

    async with Processes(_options(bench, heard, SILENT)) as engine:

        async def assassin():
            killed = set()
            while signals:
                for one in list(engine._workers):
                    if poison.id in one.owes and one.pid not in killed:
                        killed.add(one.pid)
                        os.kill(one.pid, signals.pop(0))
                await asyncio.sleep(0.01)

        murders = asyncio.create_task(assassin())
        async with asyncio.timeout(20):
            results = [result async for result in engine.run(shards_of([poison]))]
        await murders

    assert isinstance(results[0], Failed)
    assert results[0].failure.cause == "crashed"
    assert results[0].failure.message == "2 workers died (SIGKILL, SIGSEGV) while they had this job"
    assert [(death.how, death.jobs) for death in heard] == [("SIGKILL", ("poison",)), ("SIGSEGV", ("poison",))]


async def test_workers_that_end_with_the_run_have_not_died(bench, run_all, heard):
    results = await run_all(Processes(_options(bench, heard, QUICK)), bench.jobs(20))

    assert all(isinstance(result, Done) for result in results)
    assert heard == []


@pytest.mark.parametrize(
    ("exit_code", "how"),
    [(1, "exit code 1"), (0, "exit code 0"), (-9, "SIGKILL"), (-40, "signal 40"), (255, "cause unknown")],
)
def test_a_death_says_how_in_words(exit_code, how):
    assert Death("worker-1", 17, exit_code, ()).how == how


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the forkserver does not see its coordinator die at once")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=lambda end: end.name)
def test_a_coordinator_that_ends_leaves_no_temporary_folder_behind(end, faulty, app):
    figma = faulty({"on": "cdn", "do": "hang", "seconds": 60})
    with tempfile.TemporaryDirectory(prefix="x", dir="/tmp") as folder:  # a short path: see the test below
        _end_and_look(app, figma, end, Path(folder))


def _end_and_look(app, figma, end, temporary):
    process = app.start("batch", "app.yaml", TMPDIR=str(temporary))
    app.wait_until(lambda: figma.seen()["cdn_connections"] >= 10, 60)
    assert list(temporary.glob("pymp-*/listener-*")), "otherwise there is nothing to clean up"
    children = app.children(process)

    process.send_signal(end)

    app.wait_until(lambda: app.are_gone(children), 15)
    app.end(process)
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_a_temporary_folder_with_a_long_path_is_no_obstacle(app):
    deep = app.folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)

    ran = app.run("batch", "app.yaml", TMPDIR=str(deep))

    assert ran.code == 0, ran.text
    assert list(deep.iterdir()) == []


async def test_the_socket_of_a_living_coordinator_is_left_alone(bench, run_all, assert_all_done, heard):
    jobs = bench.jobs(30)

    results = await run_all(Processes(_options(bench, heard, replace(SILENT, max_tasks=5))), jobs)

    assert_all_done(results, jobs)
    listeners = [one.laddr for one in psutil.Process().children() for one in _listening(one)]
    assert listeners
    assert all(Path(path).exists() for path in listeners)  # noqa: ASYNC240  # nothing else runs


def _listening(process):
    if not any("forkserver" in part for part in process.cmdline()):
        return []
    return [one for one in process.net_connections("unix") if "listener-" in str(one.laddr)]


async def test_workers_that_come_and_go_leave_no_open_files_here(bench, run_all, heard):
    options = _options(bench, heard, replace(SILENT, max_tasks=2))
    await run_all(Processes(options), bench.jobs(4))
    before = sum(1 for _ in Path("/dev/fd").iterdir())  # noqa: ASYNC240  # nothing else runs

    await run_all(Processes(options), bench.jobs(60))

    assert len(heard) > 10
    assert sum(1 for _ in Path("/dev/fd").iterdir()) <= before  # noqa: ASYNC240
