"""SIGKILL of a worker, of all workers and of the coordinator, at chosen and at random instants of real runs.

Whatever dies when: after a resume, with another number of workers, the tree is that of a run that nothing disturbed,
byte for byte; no temporary file, process, lock or state is left; Figma is not asked again for a render that was
journalled, nor the store for a file that was. A kill that does not happen fails its test.

With EXFIG_MP_CRASH_TABLE=<file> what each point came to is written to that file, as a Markdown table.
With EXFIG_MP_CRASH_SEEDS=<number> the slow set has that many seeds for each point.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.crash.points import BEFORE_RENAME, POINTS, RESUME_BETWEEN_RENAMES, WHILE_STARTED
from tests.crash.story import CONNECTIONS, Story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Project
    from tests.crash.points import Point
    from tests.crash.story import Undisturbed

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds its victims in /proc")

SEEDS = int(os.environ.get("EXFIG_MP_CRASH_SEEDS", "50"))


@dataclass
class Line:
    """What all kills at one point came to. What `forgets` was done with everything, and its resume starts over."""

    forgets: bool
    runs: int = 0
    struck: int = 0
    lost: int = 0
    again: int = 0
    twice: int = 0


@pytest.fixture(scope="module")
def matrix() -> Iterator[dict[str, Line]]:
    """Take what each kill came to; a file is made of it if one is asked for."""
    lines = {point.name: Line(point.forgets) for point in POINTS}
    yield lines
    path = os.environ.get("EXFIG_MP_CRASH_TABLE")
    if path:
        head = ("Killed", "Runs", "Struck there", "Files lost", "Journalled and paid again", "Files fetched twice")
        rows = [
            (name, line.runs, line.struck, line.lost, *(("", "") if line.forgets else (line.again, line.twice)))
            for name, line in lines.items()
        ]
        table = (head, ("---",) * len(head), *rows)
        Path(path).write_text("".join(f"| {' | '.join(map(str, row))} |\n" for row in table))


SELDOM = frozenset(
    {
        "a new run, while it throws the checkpoint of the one before away",
        "a resume, between the two renames of the manifest",
        "after an index file is renamed",
        "before the checkpoint of a finished run is removed",
        "before the link to the manifest is renamed, at the start",
    }
)
"""Points beside which another one of the everyday set lies close by."""


def test_seldom_points_are_points() -> None:
    assert {point.name for point in POINTS} >= SELDOM


def _rows() -> Iterator[Any]:
    """Give each point once, and in the slow set with all seeds."""
    for number, point in enumerate(POINTS):
        name = point.name.replace(" ", "-")
        yield pytest.param(point, number, id=name, marks=[pytest.mark.slow] if point.name in SELDOM else [])
        for seed in range(100, 100 + SEEDS):
            yield pytest.param(point, seed, id=f"{name}-{seed}", marks=pytest.mark.slow)


@pytest.mark.parametrize(("point", "seed"), list(_rows()))
def test_a_kill_loses_nothing_repeats_nothing_and_leaves_nothing(
    point: Point,
    seed: int,
    ours: Project,
    *,
    undisturbed: Undisturbed,
    matrix: dict[str, Line],
    assert_nothing_is_left: Callable[..., None],
) -> None:
    line = matrix[point.name]
    line.runs += 1
    story = Story(ours, point, seed, undisturbed)
    story.prepare()
    ran = story.strike()
    if point.role == "coordinator" or story.victims == "run":
        assert ran.code == -signal.SIGKILL
    else:
        assert {story.ends()[pid] for pid in story.struck} == {-signal.SIGKILL}
        # Three dead workers at once are reason enough to end a run; a resume goes on.
        assert ran.code in ({0, 1, 4} if len(story.struck) >= 3 else {0}), ran.text
    line.struck += 1
    resumed = ran.code != 0
    if resumed:
        ran = story.go_on()
    tree = ours.tree()
    line.lost += sum(tree.get(name) != body for name, body in undisturbed.tree.items())
    if not point.forgets:
        story.count(resumed=resumed)
        line.again += story.rendered_again + (story.fetched_again if resumed else 0)
        line.twice += story.twice

    assert ran.code == 0, ran.text
    assert tree == undisturbed.tree
    assert story.rendered_again == 0
    # A worker that dies between a journal line and its word to the coordinator has done its jobs in vain.
    assert story.fetched_again <= (0 if resumed else CONNECTIONS)
    assert story.twice <= 2 * CONNECTIONS  # what was in flight, and what was about to be journalled
    assert ours.figma.seen()["violations"] == []
    assert_nothing_is_left(ours)


def test_the_temporary_file_of_a_killed_worker_is_gone_when_the_run_has_ended(
    ours: Project, undisturbed: Undisturbed
) -> None:
    story = Story(ours, replace(BEFORE_RENAME, victims=("one",)), 1, undisturbed)
    story.prepare()

    ran = story.strike()

    if ran.code:
        pytest.fail(ran.text)
    assert ours.temporary_files() == []


def test_a_coordinator_that_is_killed_while_a_worker_starts_leaves_no_traceback(
    ours: Project, undisturbed: Undisturbed
) -> None:
    story = Story(ours, replace(WHILE_STARTED, victims=("one",)), 1, undisturbed)
    story.prepare()

    ran = story.strike()

    assert ran.code == -signal.SIGKILL
    assert ran.text == ""


@pytest.mark.slow
def test_a_torn_manifest_and_a_resume_killed_between_its_two_renames_cost_no_render_again(
    ours: Project, undisturbed: Undisturbed
) -> None:
    story = Story(ours, replace(RESUME_BETWEEN_RENAMES, victims=("one",), calls=1), 1, undisturbed)
    story.prepare()
    manifest = ours.folder / ".exfig-checkpoint.json"
    manifest.write_bytes(manifest.read_bytes()[:100])

    killed = story.strike()
    ran = story.go_on()

    story.count(resumed=True)
    assert (killed.code, ran.code) == (-signal.SIGKILL, 0), ran.text
    assert ours.tree() == undisturbed.tree
    assert story.rendered_again == 0
