"""All questions of speed, one after the other: `python -m bench [names]`, or `make bench`.

It takes about ten minutes on two cores. Each bench runs in a process of its own, which is ended with all that it
started when its time is over; the others go on. At the end come the targets, and the page `bench/README.md` is made
anew. The exit code is 1 if a bench failed. `--quick` tries all of them with few files, and stores nothing that counts.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from typing import NamedTuple

import psutil

from bench import report, targets
from bench.environ import usual
from bench.result import ELSEWHERE, RESULTS
from bench.scratch import scratch

_PATIENCE = 15.0


class Question(NamedTuple):
    """A bench, its options, those of a quick try, and the most seconds that it may take."""

    name: str
    options: tuple[str, ...]
    quick: tuple[str, ...]
    longest: float


USUAL = (
    Question("startup", (), ("--rounds", "1"), 120),
    Question("throughput", (), ("--rounds", "1", "--part", "0.1"), 600),
    Question("profile", (), ("--rounds", "1", "--files", "500"), 180),
    Question("scaling", (), ("--rounds", "1", "--files", "500"), 240),
    Question("whole", (), ("--rounds", "1", "--icons", "200"), 180),
    Question("items", (), ("--rounds", "1"), 300),
    Question("conversions", (), ("--quick",), 240),
    Question("pipelining", ("--rounds", "2"), ("--rounds", "1", "--scale", "0.1"), 240),
    Question("calls", ("--scenarios", "ac"), ("--scenarios", "a", "--icons", "50"), 150),
    Question("resume", (), ("--items", "2000"), 180),
    Question("warm", ("--rounds", "2"), ("--icons", "200", "--rounds", "1"), 120),
    Question("limiter", ("--seconds", "10"), ("--seconds", "1"), 60),
)
LONG = (
    Question("faults", (), ("--icons", "200", "--rounds", "1"), 600),
    Question("killed", (), ("--icons", "2000"), 3600),
    Question("abort_simulation", (), ("--seeds", "20"), 600),
)
"""These are about safety, not speed: they run when they are named, or with --all."""


def main() -> int:
    """Run them, and return the exit code."""
    parser = argparse.ArgumentParser("bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="which; default: all but the long ones")
    parser.add_argument("--all", action="store_true", help="the long ones too")
    parser.add_argument("--quick", action="store_true", help="few files: does everything run?")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))
    known = {question.name: question for question in (*USUAL, *LONG)}
    if unknown := set(asked.names) - known.keys():
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen = [known[name] for name in asked.names] or [*USUAL, *(LONG if asked.all else ())]
    if not asked.quick:
        failed = _run_all(chosen)
        print("", targets.table().plain(), sep="\n")
        report.main()
        return failed
    with scratch() as folder:
        return _run_all([one._replace(options=one.quick) for one in chosen], {ELSEWHERE: folder})


def _run_all(chosen: list[Question], environ: dict[str, str] | None = None) -> int:
    """Run benches one after the other, and return whether one failed."""
    failed, began = [], time.monotonic()
    for number, question in enumerate(chosen, 1):
        print(f"\n--- {number} of {len(chosen)}: {question.name}", flush=True)
        if find_spec(f"bench.{question.name}") is None:
            print("left out: there is no such bench yet")
        elif problem := _run(question, environ or {}):
            failed.append(f"{question.name} {problem}")
    print(f"\n{time.monotonic() - began:.0f} s; results are in {RESULTS.name}/", *failed, sep="\n", flush=True)
    return int(bool(failed))


def _run(question: Question, environ: dict[str, str]) -> str:
    """Run one bench in a session of its own, and say what went wrong, or nothing."""
    command = [sys.executable, "-m", f"bench.{question.name}", *question.options]
    process = subprocess.Popen(command, env=usual(environ), start_new_session=True)
    try:
        code = process.wait(question.longest)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"took longer than {question.longest:.0f} s, and was ended"
    except BaseException:  # we are told to end, by Ctrl-C or SIGTERM
        _end(process)
        raise
    return f"ended with code {code}" if code else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """Tell a bench to end; whatever is left of what it started is killed, each by its id."""
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    process.terminate()
    _, alive = psutil.wait_procs(family, _PATIENCE)
    for one in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
