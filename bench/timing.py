"""Programs that are timed: wall clock, CPU time of all that they started, memory; and rounds that others disturbed.

Whatever a program leaves behind is adopted, waited for and, past its time, killed by its id: so nothing outlives a
bench, and the CPU time of workers counts though another process started them (Linux; elsewhere only what was waited
for).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import psutil

from bench.environ import usual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

Sample = TypeVar("Sample")

LONGEST = 120.0
"""Seconds after which a program is killed, if nothing else is said."""

CALM = 0.1
"""A round is disturbed if others used more of the machine than this part."""

_SPARE = 2  # rounds that may be thrown away
_LEFTOVERS = 5.0  # seconds in which what a program started has to end after it
_SAMPLE = 0.05  # seconds between two looks at memory
_PR_SET_CHILD_SUBREAPER = 36


class Ran(NamedTuple):
    """How a program ran: seconds on the clock, CPU seconds with all of its children, exit code, its standard output.

    `memory` is the most that the program itself had, in megabytes, without its children; Linux never says less than
    what this process had when it started it.
    """

    seconds: float
    cpu: float
    exit_code: int
    said: str
    memory: float


@dataclass
class Program:
    """A command and where it runs. What it prints goes to a file in `folder`, which is only there for this run."""

    command: Sequence[str]
    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    longest: float = LONGEST

    def run(self, on_start: Callable[[int], None] = lambda _: None) -> Ran:
        """Run it to its end, or kill it with all that it started; `on_start` hears its process id."""
        mine = set(_children())
        with (self.folder / "said.txt").open("w+b") as said, (self.folder / "complaints.txt").open("wb") as complaints:
            with _adopting():
                started = time.monotonic()
                process = subprocess.Popen(
                    self.command,
                    cwd=self.folder,
                    env=usual(self.environ),
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=complaints,
                    start_new_session=True,
                )
                on_start(process.pid)
                usage = self._wait(process, mine)
                seconds = time.monotonic() - started
                cpu = usage.ru_utime + usage.ru_stime + _bury(mine)
            said.seek(0)
            memory = usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
            return Ran(seconds, cpu, process.returncode, said.read().decode("utf-8", "replace"), memory)

    def _wait(self, process: subprocess.Popen[bytes], mine: set[int]) -> resource.struct_rusage:
        """Return what it used, when it has ended by itself or was killed."""
        guard = threading.Timer(self.longest, _kill, [process.pid])
        guard.start()
        try:
            # Not Popen.wait with a timeout: that looks every 50 ms.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # we are told to end
            _kill(process.pid)
            process.wait()
            _bury(mine)
            raise
        finally:
            guard.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        return usage

    def complaint(self) -> str:
        """Return the last line that it wrote to standard error."""
        return (self.folder / "complaints.txt").read_text("utf-8", "replace").strip().rpartition("\n")[2][:200]


class Watch:
    """Tells how much of the machine others used since it was made: beside us, our children, and some servers."""

    def __init__(self, servers: Sequence[int] = ()) -> None:
        self._servers = servers
        self._began = time.monotonic()
        self._busy, self._ours = _machine_cpu(), self._used()

    def others(self) -> float:
        """Return their part of all cores, from 0 to 1; 0 where the system does not say."""
        capacity = (time.monotonic() - self._began) * (os.cpu_count() or 1)
        return max(0.0, (_machine_cpu() - self._busy) - (self._used() - self._ours)) / capacity

    def _used(self) -> float:
        own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        servers = (psutil.Process(pid).cpu_times() for pid in self._servers)
        return sum(one.ru_utime + one.ru_stime for one in own) + sum(one.user + one.system for one in servers)


@dataclass
class Rounds(Generic[Sample]):
    """The samples of every client, round by round, calm rounds only if there were enough of them."""

    samples: dict[str, list[Sample]]
    thrown_away: int
    others: float

    def median(self, name: str, value: Callable[[Sample], float]) -> float:
        """Return the median of a value over all rounds."""
        return statistics.median(map(value, self.samples[name]))

    def ratio(self, name: str, other: str, value: Callable[[Sample], float]) -> float:
        """Return the median of the rounds' ratios of a value: `name` against `other`."""
        pairs = zip(self.samples[name], self.samples[other], strict=True)
        return statistics.median(value(one) / value(two) for one, two in pairs)

    def note(self) -> str:
        """Say how calm it was."""
        thrown = f", {self.thrown_away} disturbed rounds thrown away" if self.thrown_away else ""
        unrest = "" if self.others <= CALM else "; NOT CALM: take no figure from this"
        rounds = len(next(iter(self.samples.values()), []))
        return f"{rounds} round{'s' * (rounds > 1)}{thrown}, others used {self.others:.0%} of the machine{unrest}"


def interleave(clients: Mapping[str, Callable[[], Sample]], rounds: int, servers: Sequence[int] = ()) -> Rounds[Sample]:
    """Let every client run once in each round, each round in another order.

    Args:
        clients: what makes one sample.
        rounds: calm ones that are wanted; a few more are tried, then the calmest are taken.
        servers: process ids of our servers, whose work is not others'.
    """
    names, found = list(clients), []
    for number in range(rounds + _SPARE):
        watch = Watch(servers)
        first = number % len(names)
        samples = {name: clients[name]() for name in names[first:] + names[:first]}
        found.append((watch.others(), samples))
        if sum(others <= CALM for others, _ in found) == rounds:
            break
    kept = sorted(found, key=lambda one: one[0])[:rounds]
    others = max(one for one, _ in kept)
    return Rounds({name: [one[name] for _, one in kept] for name in names}, len(found) - len(kept), others)


def peak_memory(program: Program) -> float:
    """Run `program` and return the most megabytes that it and its children had together: shared pages count once.

    Looking costs time: a run that is measured so is not timed.
    """
    most, done = 0.0, threading.Event()

    def look(pid: int) -> None:
        nonlocal most
        while not done.wait(_SAMPLE):
            most = max(most, _proportional(pid))

    def on_start(pid: int) -> None:
        threading.Thread(target=look, args=[pid], daemon=True).start()

    program.run(on_start)
    done.set()
    return most


def _proportional(pid: int) -> float:
    try:
        head = psutil.Process(pid)
        family = [head, *head.children(recursive=True)]
    except psutil.Error:
        return 0.0
    total = 0.0
    for one in family:
        with suppress(psutil.Error):
            total += getattr(one.memory_full_info(), "pss", 0)
    return total / (1 << 20)


@contextmanager
def _adopting() -> Iterator[None]:
    """Be the parent of all orphans among our descendants, meanwhile."""
    if sys.platform != "linux":
        yield
        return
    prctl = ctypes.CDLL(None).prctl
    prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _children() -> list[int]:
    return [child.pid for child in psutil.Process().children()]


def _bury(mine: set[int]) -> float:
    """Wait for adopted children, kill those that stay; return their CPU seconds."""
    cpu, patience = 0.0, time.monotonic() + _LEFTOVERS
    while orphans := [pid for pid in _children() if pid not in mine]:
        for pid in orphans:
            with suppress(ChildProcessError):
                if time.monotonic() > patience:
                    _kill(pid)
                found, _, usage = os.wait4(pid, os.WNOHANG)
                cpu += usage.ru_utime + usage.ru_stime if found else 0.0
        time.sleep(0.002)
    return cpu


def _kill(pid: int) -> None:
    """Kill a process that we started, with its group if it leads one."""
    with suppress(ProcessLookupError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)


def _machine_cpu() -> float:
    """Return the seconds that all cores together have worked, or were taken from us."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0) + getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times)) - float(idle)
