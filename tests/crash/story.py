"""A project through a kill: the run that is struck, what it leaves, and the resume that goes on from there."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from exfig_mp.journal import Memory
from tests.crash.bookkeeping import asked, fetched, placed_paths, remembered, survivors, workers_of

if TYPE_CHECKING:
    from subprocess import Popen

    from tests.conftest import Project
    from tests.crash.points import Point, Victims

INJECT = Path(__file__).parent / "inject"
WORKER_COUNTS = (1, 3, 8, 0)
"""Of resumes, in turn."""

LIGHT, DARK = "CrashLibrary", "CrashLibraryDark"
LIBRARY: dict[str, Any] = {
    "limits": "off",
    "design": {"files": [{"key": LIGHT, "icons": 10, "illustrations": 2}, {"key": DARK, "dark_of": LIGHT}]},
}
CONFIG = f"""\
figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}
ios:
  xcodeprojPath: App.xcodeproj
  target: App
  xcassetsPath: out/ios/Assets.xcassets
  xcassetsInMainBundle: true
  icons: {{format: svg, assetsFolder: Icons, nameStyle: camelCase}}
  images: {{assetsFolder: Illustrations, nameStyle: camelCase, scales: [1, 2]}}
flutter:
  output: out/flutter/lib
  icons: {{output: out/flutter/icons}}
  images: {{output: out/flutter/images, scales: [1, 2]}}
"""
RUN = ("batch", "app.yaml", "--concurrent-downloads", "2", "--retry-base", "0.05", "--retry-cap", "0.2")
CONNECTIONS = 6
"""Three times the downloads asked for."""

QUICK = {"on": "cdn", "do": "delay", "seconds": 0.02}
SLOW = {"on": "cdn", "do": "delay", "seconds": 0.15}
MERCY = {"on": "cdn", "do": "status", "status": 429, "headers": {"Retry-After": "1"}, "first": 1, "rate": 0.3}


class Ended(NamedTuple):
    """How a run ended: its exit code, and all that it printed."""

    code: int
    text: str


@dataclass(frozen=True)
class Undisturbed:
    """What the config comes to: its files, and how many renders they are."""

    tree: dict[str, bytes]
    renders: int


@dataclass
class Story:
    """One project, one point, one seed.

    `known` is what the killed run had journalled, `since` where Figma's log of the last run begins; `struck` are the
    processes that were killed.

    `since_all` is where the log begins of the runs that know of each other: after a run that started over and got a
    render, those before it do not count.

    After `count`: `again` is what was paid for although it was journalled, `twice` how many
    files were fetched more than once, journalled or not.
    """

    project: Project
    point: Point
    seed: int
    whole: Undisturbed
    known: Memory = field(default_factory=Memory)
    since: int = 0
    since_all: int = 0
    struck: list[int] = field(default_factory=list)
    rendered_again: int = 0
    fetched_again: int = 0
    twice: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.point.name} {self.seed}")
        self.victims: Victims = self.point.victims[self.seed % len(self.point.victims)]
        self.marks = self.project.folder / ".home" / "marks"
        self.marks.mkdir()

    def prepare(self) -> None:
        """Bring the project to where the run that is to be struck starts."""
        point, figma = self.point, self.project.figma
        patient = point.role == "outside" or point.resumes or point.anew
        figma.simulate(LIBRARY | {"faults": [SLOW if patient else QUICK, *([MERCY] if point.mercy else [])]})
        if point.litter:
            for folder in (".", ".", "out/flutter/icons", "out/flutter/icons", "out/ios/Assets.xcassets/Icons"):
                name = f".exfig-{uuid.UUID(int=self.dice.getrandbits(128))}.tmp"
                self.project.write(f"{folder}/{name}", "half a file")
        if point.resumes or point.anew:
            process = self._start()
            goal = self.dice.randrange(1, self.whole.renders // 2)
            self.project.wait_until(lambda: figma.seen()["cdn_requests"] >= goal)
            process.kill()
            self.end(process)
            self.since = len(figma.log())

    def strike(self) -> Ended:
        """Run until the signal, and on to the end if the coordinator lives; return how the run ended."""
        process = self.begin()
        if self.point.role == "outside":
            self.struck = self._strike_from_outside(process)
        else:
            self.wait_for_strike(process)
        ran = self.end(process)
        self.known = remembered(self.project.folder, "current") if ran.code else remembered(self.marks)
        if self.point.anew and self.known.rendered:
            self.since_all = self.since
        elif self.point.anew:
            self.known = remembered(self.project.folder, "previous")
        return ran

    def begin(self, number: int = signal.SIGKILL) -> Popen[str]:
        """Start the run that is to be struck."""
        options = ("--resume",) if self.point.resumes else ()
        path = os.pathsep.join(filter(None, (str(INJECT), self.project.environment.get("PYTHONPATH"))))
        return self._start(*options, PYTHONPATH=path, EXFIG_MP_CRASH=self._order(number))

    def wait_for_strike(self, process: Popen[str]) -> None:
        """Wait until the point is reached; a run that ends without has never been there."""
        mark = self.marks / "struck"
        self.project.wait_until(lambda: mark.exists() or process.poll() is not None, 30)
        assert mark.exists(), f"the point was never reached: {self.end(process)}"
        told = json.loads(mark.read_bytes())
        assert told["point"] == self.point.name
        self.struck = told["pids"]

    def go_on(self) -> Ended:
        """Resume with another number of workers."""
        self.since = len(self.project.figma.log())
        workers = str(WORKER_COUNTS[self.seed % len(WORKER_COUNTS)])
        return self.end(self.project.start(*RUN, "--resume", "--workers", workers))

    def count(self, *, resumed: bool) -> None:
        """Hold Figma's log of the last run against what was journalled before it, or before the kill in it."""
        log = self.project.figma.log()
        renders, files = asked(log[self.since :]), fetched(log[self.since :])
        known = len(self.known.rendered) if resumed else 0
        self.rendered_again = sum(renders.values()) - (self.whole.renders - known)
        self.fetched_again = sum(files[path] > (0 if resumed else 1) for path in placed_paths(self.known))
        self.twice = sum(times - 1 for times in fetched(log[self.since_all :]).values())

    def end(self, process: Popen[str]) -> Ended:
        """Wait for the end of a run: its processes are then gone within two seconds."""
        out, err = process.communicate(timeout=60)
        self.project.wait_until(lambda: not survivors(process.pid), 2)
        assert "Traceback" not in out + err, out + err
        return Ended(process.returncode, out + err)

    def ends(self) -> dict[int, int]:
        """Return the exit codes of workers by process, as their forkserver saw them."""
        lines = (self.marks / "ended").read_text().splitlines() if (self.marks / "ended").exists() else []
        return {int(pid): int(code) for pid, code in (line.split() for line in lines)}

    def _start(self, *options: str, **environment: str) -> Popen[str]:
        workers = self.dice.randrange(1 if self.point.role == "coordinator" else 2, 4)
        return self.project.start(*RUN, *options, "--workers", str(workers), **environment)

    def _order(self, number: int) -> str:
        point = self.point
        told = {name: getattr(point, name) for name in ("role", "event", "path", "moment")}
        call = self.dice.randrange(point.calls) + 1
        order = {"point": point.name, "call": call, "victims": self.victims, "signal": number}
        return json.dumps(told | order | {"folder": str(self.marks)})

    def _strike_from_outside(self, process: Popen[str]) -> list[int]:
        """Strike after a random time; the store is so slow that no run is over by then."""
        if self.victims == "run":
            if self.dice.random() < 0.7:  # the others die while everything starts
                self.project.wait_until((self.project.folder / ".exfig-checkpoint.json").exists)
            time.sleep(self.dice.uniform(0.0, 0.7))
            pids = [process.pid]
        else:
            self.project.wait_until(lambda: workers_of(process.pid))
            time.sleep(self.dice.uniform(0.0, 0.5))
            pids = sorted(worker.pid for worker in workers_of(process.pid))
            pids = [self.dice.choice(pids)] if self.victims == "one" else pids
        assert process.poll() is None, "the run was over before the kill"
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.project.wait_until(lambda: {one.pid for one in survivors(process.pid)}.isdisjoint(pids), 2)
        for journal in self.project.folder.glob(".exfig-checkpoint.d/*/current/*.jsonl"):
            shutil.copy(journal, self.marks)
        return pids
