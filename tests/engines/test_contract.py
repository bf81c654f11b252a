"""What every engine promises (see `engines/protocol.py`); a new engine needs one more line here."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from exfig_mp.engines.inline import Inline
from exfig_mp.engines.processes import Processes
from exfig_mp.engines.protocol import Supervision
from exfig_mp.errors import ExfigError
from exfig_mp.log import correlation_id
from exfig_mp.model import Done, Failed, Job
from exfig_mp.plan import split


@pytest.fixture(params=[Inline, Processes])
def engine(request):
    return request.param


async def test_each_job_has_exactly_one_result(engine, bench, run_all, assert_all_done):
    jobs = bench.jobs(150)

    results = await run_all(engine(bench.options), jobs)

    assert_all_done(results, jobs)


async def test_no_shards_give_no_results(engine, bench, run_all):
    assert await run_all(engine(bench.options), []) == []


async def test_a_failure_is_a_value_and_costs_no_neighbour(engine, bench, run_all):
    (bench.folder / "file").write_bytes(b"")
    jobs = bench.jobs(20)
    gone = Job("gone", jobs[0].url + "-not", "svg", (str(bench.folder / "out" / "gone.svg"),))
    blocked = Job("blocked", jobs[0].url, "svg", (str(bench.folder / "file" / "x.svg"),))
    forbidden = Job("forbidden", "https://example.invalid/x.svg", "svg", (str(bench.folder / "out" / "f.svg"),))
    wrong = Job("wrong", jobs[0].url, "png", (str(bench.folder / "out" / "w.png"),))

    results = await run_all(engine(bench.options), [gone, *jobs[:10], blocked, forbidden, wrong, *jobs[10:]])

    failed = {result.job_id: result.failure.cause for result in results if isinstance(result, Failed)}
    assert failed == {"gone": "expired_url", "blocked": "disk", "forbidden": "config", "wrong": "invalid_body"}
    assert len(results) == 24
    for result in results:
        if isinstance(result, Failed):  # it can be found in the log, and at the host that was asked
            assert result.worker in {"inline", "worker-1", "worker-2"}
            assert result.correlation == correlation_id("", result.job_id, result.failure.attempts)
    assert not (bench.folder / "out" / "w.png").exists()


async def test_done_means_in_place_and_journalled_at_that_moment(engine, bench, shards_of):
    jobs = {job.id: job for job in bench.jobs(40)}

    async with engine(bench.options) as running:
        async for result in running.run(shards_of(jobs.values())):
            assert isinstance(result, Done)
            assert bench.is_durable(jobs[result.job_id])


async def test_closing_early_loses_nothing_that_was_given_as_done(engine, bench, shards_of):
    jobs = {job.id: job for job in bench.jobs(200)}
    done = []

    async with engine(bench.options) as running:
        async for result in running.run(shards_of(jobs.values())):
            done.append(result.job_id)
            if len(done) == 30:
                break

    memory = bench.memory()
    assert all(memory.in_place(name, jobs[name].destinations) for name in done)
    late = [result.job_id for result in running.late()]
    assert sorted(done + late) == sorted(memory.placed), "each result is given once, then or later"
    assert running.late() == ()
    assert memory.damaged == 0
    assert list(bench.folder.rglob(".exfig-*")) == []


async def test_jobs_in_flight_get_their_time_when_the_run_ends_early(engine, faulty_bench, shards_of):
    bench = faulty_bench({"on": "cdn", "do": "delay", "seconds": 0.7})
    jobs = bench.jobs(30)

    async with engine(bench.options) as running:
        first = asyncio.ensure_future(anext(aiter(running.run(shards_of(jobs)))))
        async with asyncio.timeout(10):
            while bench.figma.seen()["cdn_connections"] < 8:  # noqa: ASYNC110  # another process has no events
                await asyncio.sleep(0.01)
        first.cancel()

    late = running.late()
    assert {type(result) for result in late} == {Done}
    assert len({result.job_id for result in late}) == len(late) == len(bench.memory().placed) == 8


async def test_closing_leaves_no_process_behind(engine, bench, run_all, workers):
    await run_all(engine(bench.options), bench.jobs(20))

    assert workers() == set()


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.2])
async def test_closing_before_the_start_is_over_leaves_no_process_behind(engine, bench, workers, seconds):
    async with engine(bench.options):
        await asyncio.sleep(seconds)

    assert workers() == set()


async def test_shards_are_asked_for_on_demand(engine, bench):
    asked = 0

    async def endless():
        nonlocal asked
        for shard in split(bench.jobs(10_000 * 4), 4):
            asked += 1
            yield shard

    async with engine(bench.options) as running:
        given = 0
        async for _ in running.run(endless()):
            given += 1
            if given == 50:
                break

    # What is given, what came with it in one message, what a quick worker may owe, and a little ahead: of 40,000.
    assert asked * 4 < 50 + 64 + 2 * 3 * 16 + 8 * 4


async def test_a_failure_of_the_shards_is_the_failure_of_the_run(engine, bench):
    async def broken():
        yield next(split(bench.jobs(3)))
        raise LookupError("no more")

    async with engine(bench.options) as running:
        with pytest.raises(LookupError, match="no more"):
            _ = [result async for result in running.run(broken())]


async def test_retries_are_heard_of_here(engine, faulty_bench, run_all, assert_all_done):
    bench = faulty_bench({"on": "cdn", "do": "status", "status": 503, "first": 1})
    jobs = bench.jobs(24)

    results = await run_all(engine(bench.options), jobs)

    assert_all_done(results, jobs)
    assert {(event.job_id, event.attempt) for event in bench.retried} == {(job.id, 1) for job in jobs}
    assert {result.attempts for result in results} == {2}


async def test_one_download_goes_to_all_its_destinations(engine, bench, run_all):
    paths = tuple(str(bench.folder / "out" / name / "x.svg") for name in ("a", "b/c", "d"))

    results = await run_all(engine(bench.options), [Job("many", bench.urls[0], "svg", paths)])

    assert isinstance(results[0], Done)
    assert len({Path(path).read_bytes() for path in paths}) == 1  # noqa: ASYNC240  # nothing else runs


async def test_a_healthy_run_has_nothing_to_say_about_workers(engine, bench, run_all, assert_all_done):
    said: list[object] = []
    jobs = bench.jobs(60)

    options = bench.with_options(on_death=said.append, on_recycle=said.append, on_warning=said.append)
    results = await run_all(engine(options), jobs)

    assert_all_done(results, jobs)
    assert said == []


async def test_the_rules_for_replacing_workers_change_no_result(engine, bench, run_all, assert_all_done):
    rules = Supervision(beat=0.05, memory_limit=1e-9, max_age=0.1, max_tasks=20, youngest=0.1, growth=0.0)
    jobs = bench.jobs(200)

    results = await run_all(engine(bench.with_options(supervision=rules)), jobs)

    assert_all_done(results, jobs)
    assert len(bench.memory().placed) == 200
    assert bench.figma.seen()["cdn_requests"] == 200


async def test_with_a_low_limit_of_open_files_less_is_done_at_once_and_that_is_said(
    engine, bench, run_all, assert_all_done, open_files
):
    said: list[str] = []
    jobs = bench.jobs(100)
    session = replace(bench.options.session, connections=200)

    with open_files(60):
        results = await run_all(engine(bench.with_options(workers=50, session=session, on_warning=said.append)), jobs)

    assert_all_done(results, jobs)
    assert len(said) == 1
    assert "of 200 downloads at once: raise it with ulimit -n" in said[0]


async def test_a_limit_of_open_files_that_leaves_room_for_nothing_is_a_clear_error(engine, bench, run_all, open_files):
    with open_files(12), pytest.raises(ExfigError, match="open files is too low"):
        await run_all(engine(bench.options), bench.jobs(1))
