"""Workers that are suspended, runs that are interrupted at any moment, and runs that have company."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.crash.bookkeeping import asked, fetched, remembered, survivors, workers_of
from tests.crash.points import AT_RANDOM, BEFORE_RENAME, IN_THE_LOCK
from tests.crash.story import CONNECTIONS, LIBRARY, RUN, SLOW, Story

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import Popen

    from tests.conftest import Project
    from tests.crash.story import Undisturbed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds its victims in /proc")


def slow(*values: Any) -> Any:
    return pytest.param(*values, marks=pytest.mark.slow)


def seeds(count: int) -> list[Any]:
    """Give one seed to the normal set and the others to the slow one."""
    return [0, *(slow(seed) for seed in range(1, count))]


def _let_go_on(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # who is silent for too long may have been replaced
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def assert_whole(undisturbed: Undisturbed, assert_nothing_is_left: Callable[..., None]) -> Callable[[Project], None]:
    """Everything is in place, every render was asked for once, and nothing is left."""

    def look(project: Project) -> None:
        log = project.figma.log()
        assert project.tree() == undisturbed.tree
        assert sum(asked(log).values()) == undisturbed.renders
        assert sum(fetched(log).values()) <= undisturbed.renders + 2 * CONNECTIONS
        assert project.figma.seen()["violations"] == []
        assert_nothing_is_left(project)

    return look


@pytest.mark.parametrize(("seconds", "seed"), [(1.0, 0), *(slow(1.0, seed) for seed in range(1, 20)), slow(30.0, 20)])
def test_a_worker_that_is_suspended_at_a_random_instant_only_delays_the_run(
    seconds: float, seed: int, ours: Project, undisturbed: Undisturbed, assert_whole: Callable[[Project], None]
) -> None:
    story = Story(ours, AT_RANDOM, seed, undisturbed)
    story.prepare()
    process = story.begin()
    ours.wait_until(lambda: workers_of(process.pid))
    time.sleep(story.dice.uniform(0.0, 0.4))
    victim = story.dice.choice(sorted(worker.pid for worker in workers_of(process.pid)))

    os.kill(victim, signal.SIGSTOP)
    time.sleep(seconds)
    _let_go_on([victim])

    ran = story.end(process)
    assert ran.code == 0, ran.text
    assert_whole(ours)


@pytest.mark.parametrize("seed", seeds(20))
def test_a_worker_that_is_suspended_inside_the_limiters_lock_only_delays_the_run(
    seed: int, ours: Project, undisturbed: Undisturbed, assert_whole: Callable[[Project], None]
) -> None:
    story = Story(ours, replace(IN_THE_LOCK, victims=("one",)), seed, undisturbed)
    story.prepare()
    process = story.begin(signal.SIGSTOP)

    story.wait_for_strike(process)
    time.sleep(1.0)
    assert process.poll() is None
    _let_go_on(story.struck)

    ran = story.end(process)
    assert ran.code == 0, ran.text
    assert_whole(ours)


@pytest.mark.parametrize(
    ("number", "seed"),
    [
        (signal.SIGINT, 0),
        slow(signal.SIGTERM, 0),
        *(slow(number, seed) for number in (signal.SIGINT, signal.SIGTERM) for seed in range(1, 25)),
    ],
)
def test_a_group_that_is_interrupted_at_a_random_instant_leaves_what_a_resume_goes_on_from(
    number: signal.Signals,
    seed: int,
    ours: Project,
    undisturbed: Undisturbed,
    assert_nothing_is_left: Callable[..., None],
) -> None:
    ours.figma.simulate(LIBRARY | {"faults": [SLOW]})
    process = ours.start(*RUN, "--workers", "2")
    ours.wait_until((ours.folder / ".exfig-checkpoint.json").exists)
    time.sleep(random.Random(seed).uniform(0.0, 0.8))
    assert process.poll() is None

    os.killpg(process.pid, number)
    stopped = ours.end(process, 10)

    ours.wait_until(lambda: not survivors(process.pid), 2)
    assert stopped.code == 128 + number
    assert "--resume" in stopped.err
    assert ours.temporary_files() == []
    known, since = remembered(ours.folder, "current"), len(ours.figma.log())
    ran = ours.run(*RUN, "--resume", "--workers", "3")
    log = ours.figma.log()
    assert ran.code == 0, ran.text
    assert ours.tree() == undisturbed.tree
    assert sum(asked(log[since:]).values()) == undisturbed.renders - len(known.rendered)
    assert sum(fetched(log[since:]).values()) == undisturbed.renders - len(known.placed)
    assert_nothing_is_left(ours)


def _stopped_within_a_file(ours: Project, undisturbed: Undisturbed) -> tuple[Story, Popen[str]]:
    """Begin a run, and stop a worker whose file is written, but not renamed."""
    story = Story(ours, replace(BEFORE_RENAME, victims=("one",)), 0, undisturbed)
    story.prepare()
    process = story.begin(signal.SIGSTOP)
    story.wait_for_strike(process)
    assert len(ours.temporary_files()) >= 1
    return story, process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_group_that_is_interrupted_lets_workers_end_the_files_that_they_write(
    number: signal.Signals, ours: Project, undisturbed: Undisturbed
) -> None:
    story, process = _stopped_within_a_file(ours, undisturbed)

    os.killpg(process.pid, number)
    time.sleep(0.3)
    _let_go_on(story.struck)

    stopped = ours.end(process, 10)
    assert stopped.code == 128 + number
    assert ours.temporary_files() == []
    claims = [claim for claims in remembered(ours.folder, "current").placed.values() for claim in claims]
    assert {path for claim in claims for path in claim.destinations} == {
        str(ours.folder / "out" / path) for path in ours.tree()
    }


@pytest.mark.slow
def test_a_worker_that_has_to_be_killed_at_the_end_leaves_no_half_file(ours: Project, undisturbed: Undisturbed) -> None:
    _, process = _stopped_within_a_file(ours, undisturbed)

    os.killpg(process.pid, signal.SIGINT)

    assert ours.end(process, 20).code == 130
    assert ours.temporary_files() == []


@pytest.mark.parametrize("seed", seeds(10))
def test_a_second_run_in_one_state_folder_ends_with_code_5_and_harms_nothing(
    seed: int, ours: Project, undisturbed: Undisturbed, assert_whole: Callable[[Project], None]
) -> None:
    ours.figma.simulate(LIBRARY | {"faults": [SLOW]})
    first = ours.start(*RUN, "--workers", "2")
    ours.wait_until((ours.folder / ".exfig-checkpoint.json").exists)
    time.sleep(random.Random(seed).uniform(0.0, 0.3))

    assert first.poll() is None
    first.send_signal(signal.SIGSTOP)  # so that it is there for as long as the others look
    others = [ours.run(*RUN, *more, "--workers", "0") for more in ((), ("--resume",), ("--restart",))]
    first.send_signal(signal.SIGCONT)

    assert [(other.code, f"process {first.pid}" in other.err) for other in others] == [(5, True)] * 3
    ran = ours.end(first)
    assert ran.code == 0, ran.text
    assert sum(fetched(ours.figma.log()).values()) == undisturbed.renders
    assert_whole(ours)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(10))
def test_two_runs_into_one_output_folder_leave_whole_files_and_nothing_else(
    seed: int, ours: Project, undisturbed: Undisturbed
) -> None:
    ours.figma.simulate(LIBRARY)
    dice, started = random.Random(seed), []
    for name in ("one", "two"):
        started.append(ours.start(*RUN, "--workers", "2", "--state-dir", f"state/{name}"))
        time.sleep(dice.uniform(0.0, 0.2))

    ran = [ours.end(process) for process in started]

    assert [one.code for one in ran] == [0, 0], ran
    assert ours.tree() == undisturbed.tree
    assert ours.temporary_files() == []
    assert [path for path in (ours.folder / "state").rglob("*") if path.is_file()] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_run_that_is_killed_harms_no_other_run_into_its_output_folder(
    seed: int, ours: Project, undisturbed: Undisturbed
) -> None:
    ours.figma.simulate(LIBRARY | {"faults": [SLOW]})
    killed, other = [ours.start(*RUN, "--workers", "2", "--state-dir", f"state/{name}") for name in ("one", "two")]
    ours.wait_until((ours.folder / "state" / "one" / ".exfig-checkpoint.json").exists)
    time.sleep(random.Random(seed).uniform(0.0, 0.6))
    assert killed.poll() is None

    killed.kill()

    ran = ours.end(other)
    assert ran.code == 0, ran.text
    killed.communicate()
    ours.wait_until(lambda: not survivors(killed.pid), 2)
    assert {name: ours.tree().get(name) for name in undisturbed.tree} == undisturbed.tree
    resumed = ours.run(*RUN, "--resume", "--workers", "1", "--state-dir", "state/one")
    assert resumed.code == 0, resumed.text
    assert ours.tree() == undisturbed.tree
    assert ours.temporary_files() == []
