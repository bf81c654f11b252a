"""What benches rest on: programs that are ended with all that they started, verdicts, and a page that can be read."""

from __future__ import annotations

import sys
import time
from xml.etree import ElementTree as ET

import psutil
import pytest

from bench.report import plot
from bench.result import Bars
from bench.targets import Target
from bench.timing import Program, interleave

# A child of a child, which nobody waits for, and which would outlive its parent by far.
LEAVES_SOMEBODY = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    end = time.process_time() + 0.2
    while time.process_time() < end: pass
    sys.stdout.write(str(os.getpid())); sys.stdout.flush()
    time.sleep(float(sys.argv[1]))
    os._exit(0)
"""


def test_the_work_of_those_left_behind_counts(tmp_path):
    ran = Program([sys.executable, "-c", LEAVES_SOMEBODY, "0"], tmp_path).run()

    assert ran.exit_code == 0
    assert ran.cpu >= 0.2
    assert not psutil.pid_exists(int(ran.said))


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", LEAVES_SOMEBODY + "time.sleep(60)"])
def test_who_overstays_is_killed_with_all_that_it_started(tmp_path, monkeypatch, code):
    monkeypatch.setattr("bench.timing._LEFTOVERS", 0.1)
    before, started = psutil.Process().children(recursive=True), time.monotonic()

    ran = Program([sys.executable, "-c", code, "60"], tmp_path, longest=0.6).run()

    assert ran.exit_code == -9
    assert time.monotonic() - started < 10
    assert psutil.Process().children(recursive=True) == before


def test_each_round_has_another_order_and_disturbed_ones_do_not_count(monkeypatch):
    order, values, unrest = [], iter([1.0, 2.0, 30.0, 9.0, 5.0, 10.0]), iter([0.05, 0.5, 0.0])
    monkeypatch.setattr("bench.timing.Watch.others", lambda _: next(unrest))

    def client(name):
        def run():
            order.append(name)
            return next(values)

        return run

    rounds = interleave({"a": client("a"), "b": client("b")}, 2)

    assert order == ["a", "b", "b", "a", "a", "b"]
    assert rounds.samples == {"a": [5.0, 1.0], "b": [10.0, 2.0]}
    assert (rounds.ratio("b", "a", float), rounds.thrown_away) == (2.0, 1)


@pytest.mark.parametrize(
    ("found", "is_most", "verdict"),
    [
        (None, False, "not measured"),
        (0.5, False, "missed"),
        (1.0, False, "met"),
        (2.0, False, "moonshot"),
        (3.0, True, "missed"),
        (2.0, True, "met"),
        (1.0, True, "moonshot"),
    ],
)
def test_a_figure_is_held_against_its_target(found, is_most, verdict):
    goals = (2.0, 1.0) if is_most else (1.0, 2.0)

    assert Target("how fast?", "none", "figure", *goals, is_most=is_most).verdict(found) == verdict


def test_a_plot_is_svg_whatever_its_texts_are():
    drawn = plot(Bars("a < b & c", "files/s", ("<x>", "y"), (("plain", (10.0, None)), ("tls", (5.0, 2.5)))))

    root = ET.fromstring(drawn)  # noqa: S314  # it is our own
    bars = [float(bar.attrib["width"]) for bar in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert len(bars) == 3
    assert bars[0] == pytest.approx(2 * bars[1], rel=0.01)
