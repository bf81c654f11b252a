"""The timeline of a run stays small however long that takes, and what is drawn of it is where it happened."""

from __future__ import annotations

from itertools import pairwise

import pytest

from exfig_mp.reports.drawing import draw
from exfig_mp.timeline import Curve, Span, Timeline


@pytest.mark.parametrize("step", [0.0001, 0.5, 60.0])
def test_a_curve_of_very_many_values_has_some_hundred_points_with_its_last_value(step):
    curve = Curve()

    for number in range(20_000):
        curve.add(number * step, number)

    assert 100 < len(curve.points) <= 400 or step < 0.001
    assert curve.points[0] == (0.0, 0)
    assert curve.points[-1] == (19_999 * step, 19_999)
    assert all(before < after for before, after in pairwise(curve.points))


def test_a_worker_lives_until_it_dies_or_the_run_ends():
    timeline = Timeline()
    timeline.begin_life("worker-1", 11, 0.5)
    timeline.begin_life("worker-2", 12, 0.6)
    timeline.end_life(11, 2.0, "SIGKILL")
    timeline.end_life(99, 2.0, "SIGKILL")
    timeline.begin_life("worker-1", 13, 2.5)

    timeline.end(4.0)

    lives = sorted((one.lane, one.start, one.end, one.is_good) for one in timeline.workers.listed)
    assert lives == [("worker-1", 0.5, 2.0, False), ("worker-1", 2.5, 4.0, True), ("worker-2", 0.6, 4.0, True)]


def test_a_worker_that_is_replaced_lives_until_it_has_done_what_it_owed():
    timeline = Timeline()
    for number, pid in enumerate((11, 12, 13), 1):
        timeline.begin_life(f"worker-{number}", pid, 0.5)
    timeline.retire(11, "replaced for its age")
    timeline.begin_life("worker-1", 14, 2.0)
    timeline.leave(11, 2.5)
    timeline.leave(12, 3.0)
    timeline.retire(13, "replaced for its memory")
    timeline.end_life(13, 3.5, "SIGKILL")

    timeline.end(4.0)

    assert [(one.lane, one.start, one.end, one.note, one.is_good) for one in timeline.workers.listed] == [
        ("worker-1", 0.5, 2.5, "worker-1 (11): replaced for its age", True),
        ("worker-2", 0.5, 3.0, "worker-2 (12): ended with the process that starts workers", False),
        ("worker-3", 0.5, 3.5, "worker-3 (13): SIGKILL", False),
        ("worker-1", 2.0, 4.0, "worker-1 (14)", True),
    ]
    old, new = (bar for bar in draw(timeline).bars if bar.title.startswith("worker-1"))
    assert old.y < new.y
    assert old.x < new.x < old.x + old.width < new.x + new.width


def test_bars_lie_in_time_and_none_hides_another():
    timeline = Timeline()
    for start, end in ((0.0, 5.0), (1.0, 4.0), (5.0, 10.0)):
        timeline.requests.add(Span("Tier 1", start, end, "GET images"))
    timeline.end(10.0)

    drawing = draw(timeline)

    first, second, third = drawing.bars
    assert first.y == third.y < second.y
    assert first.x + first.width == third.x
    assert third.x + third.width <= drawing.width
    assert [lane.text for lane in drawing.lanes] == ["Tier 1"]
    assert [tick.text for tick in drawing.ticks] == [f"{number} s" for number in range(11)]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(9, ["0 s", "1 s", "9 s"]), (400, ["0 min", "1 min", "6 min"]), (20_000, ["0 h", "1 h", "5 h"])],
)
def test_times_are_in_a_unit_that_one_can_read(seconds, shown):
    timeline = Timeline()
    timeline.end(seconds)

    ticks = [tick.text for tick in draw(timeline).ticks]

    assert [ticks[0], ticks[1], ticks[-1]] == shown


def test_the_curve_goes_on_to_the_end_of_the_run():
    timeline = Timeline()
    timeline.settled.add(2.0, 7)
    timeline.end(10.0)

    drawing = draw(timeline)

    places = [tuple(map(float, point.split(","))) for point in drawing.curve.split()]
    assert places[-1][1] == places[-2][1]
    assert places[-1][0] == max(tick.x for tick in drawing.ticks)
    assert [lane.text for lane in drawing.lanes] == ["7 renders"]


def test_what_there_is_too_much_of_is_counted_instead():
    timeline = Timeline()
    for number in range(2500):
        timeline.requests.add(Span("Tier 1", number, number + 20.0, "GET images"))
    timeline.end(2520.0)

    drawing = draw(timeline)

    assert (len(drawing.bars), drawing.left_out) == (2000, 500)
    assert drawing.height < 200
