"""What is lost when a run of very many icons is killed half-way, with all its processes, and gone on with?

The whole program runs, on the bundled simulator: ten files, one config for each. When half of the icons have been
fetched everything gets SIGKILL, and a second run goes on with another number of workers. Then it is checked that every
file is there and whole, and that no render whose URL was journalled was asked for again.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from bench.environ import usual
from bench.result import Result, Table, conclude, question
from bench.running import batch, environment, simulated
from bench.scratch import scratch
from exfig_mp.journal import blocks, merge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.running import Figma

FILES = 10
CONFIG = """
figma: {{lightFileId: {key}}}
flutter:
  output: code/{key}
  icons: {{output: out/{key}}}
"""
_POLL = 0.1
_LONGEST = 1800.0


class Ran(NamedTuple):
    """How a run went: seconds on the clock, and the most memory that its coordinator had, in megabytes."""

    seconds: float
    peak: float


def main(words: Sequence[str] | None = None) -> Result:
    """Kill, resume, check; print and store."""
    parser = argparse.ArgumentParser("bench.killed", description=__doc__)
    parser.add_argument("--icons", type=int, default=100_000)
    parser.add_argument("--workers", type=int, nargs=2, default=(2, 3), help="of the first run, and of the second")
    asked, began = parser.parse_args(words), time.monotonic()
    keys = [f"KilledLibrary{number:09}" for number in range(FILES)]
    design = {"files": [{"key": key, "icons": asked.icons // FILES} for key in keys]}
    with scratch() as name:
        root = Path(name)
        (root / "configs").mkdir()
        (root / "report").mkdir()
        for key in keys:
            (root / "configs" / f"{key}.yaml").write_text(CONFIG.format(key=key))
        with simulated(root, {"limits": "off", "design": design}) as figma:
            tables, figures = _measure(root, figma, asked.icons, asked.workers)
    return conclude(Result("killed", question(__doc__), tables, figures), began=began)


def _measure(
    root: Path, figma: Figma, icons: int, workers: tuple[int, int]
) -> tuple[tuple[Table, ...], dict[str, float]]:
    killed = _run(root, figma, workers[0], kill_at=icons // 2)
    cut, at_death = time.monotonic(), _count(root)
    memory = merge(block for path in root.glob(".exfig-checkpoint.d/*/current/*.jsonl") for block in blocks(str(path)))
    resumed = _run(root, figma, workers[1])
    icons = json.loads((root / "report" / "report.json").read_bytes())["renders"]  # some are for other platforms
    log = figma.summary(log=True)["log"]
    asked = [entry for entry in log if entry["kind"] == "images"]
    again = [entry for entry in asked if entry["at"] > cut]
    fetched = Counter(entry["path"] for entry in log if entry["kind"] == "cdn" and entry["status"] == 200)
    _check(root, icons, paid=sum(map(_ids, again)), unpaid=icons - len(memory.rendered))
    runs = (
        ("killed", workers[0], killed, at_death, len(asked) - len(again)),
        ("resumed", workers[1], resumed, icons, len(again)),
    )
    rows = [
        (name, str(count), f"{ran.seconds:.1f}", f"{files:,}", str(calls), f"{ran.peak:.0f}")
        for name, count, ran, files, calls in runs
    ]
    columns = ("run", "workers", "seconds", "files in place", "calls for renders", "peak MB")
    title = f"{icons:,} icons in {FILES} files, killed half-way with all processes"
    facts = _facts(root) | {"files fetched twice": sum(fetched.values()) - len(fetched)}
    facts |= {"renders journalled": len(memory.rendered), "renders asked for by the resume": sum(map(_ids, again))}
    found = tuple((name, f"{fact:,.2f}".removesuffix(".00")) for name, fact in facts.items())
    runs_table = Table(title, columns, tuple(rows), "nothing lost, nothing left behind")
    return (runs_table, Table("What the resume found", ("", "found"), found)), facts


def _facts(root: Path) -> dict[str, float]:
    """Return what the log says of the resume."""
    events = [json.loads(line) for line in (root / "run.log").read_text("utf-8").splitlines()]
    seconds = {event["event"]: event["seconds"] for event in events if event["event"] in {_MERGED, _CHECKED}}
    return {"seconds to merge": seconds[_MERGED], "seconds to look at the files": seconds[_CHECKED]}


_MERGED, _CHECKED = "checkpoint read", "files in place checked"


def _run(root: Path, figma: Figma, workers: int, kill_at: int | None = None) -> Ran:
    """Run the program to its end, or kill all its processes when the store has given out `kill_at` files."""
    options = ["--rate-limit", "1000", "--workers", str(workers), "--log-file", "run.log", "--log-format", "json"]
    command = batch(figma, ["configs"], *options, *(() if kill_at else ("--resume",)))
    started, peak = time.monotonic(), 0.0
    environ = usual(environment(root))
    with subprocess.Popen(command, cwd=root, env=environ, start_new_session=True) as process:
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            is_due = kill_at is not None and figma.summary()["cdn_requests"] >= kill_at
            if is_due or time.monotonic() - started > _LONGEST:
                os.killpg(process.pid, signal.SIGKILL)
            time.sleep(_POLL)
    if process.returncode != (-signal.SIGKILL if kill_at else 0):
        raise SystemExit(f"the run ended with code {process.returncode}")
    return Ran(time.monotonic() - started, peak)


def _check(root: Path, icons: int, *, paid: int, unpaid: int) -> None:
    """Look whether anything is lost, broken, left behind, or was paid for twice.

    Whatever was not journalled has to be asked for, so as many ids as that are just those.
    """
    if (count := _count(root)) != icons:
        raise SystemExit(f"{icons - count:,} files are missing")
    if broken := [path for path in root.glob("out/*/*.svg") if not path.read_bytes().rstrip().endswith(b"</svg>")]:
        raise SystemExit(f"{len(broken):,} files are broken")
    if left := [path.name for path in root.rglob(".exfig-*") if path.name != ".exfig-cache"]:
        raise SystemExit(f"left behind: {', '.join(left)}")
    if paid != unpaid:
        raise SystemExit(f"{paid:,} renders were asked for by the resume, and only {unpaid:,} were not journalled")


def _count(root: Path) -> int:
    return sum(1 for _ in root.glob("out/*/*.svg"))


def _ids(entry: dict[str, Any]) -> int:
    """Return how many renders a request was for."""
    return len(parse_qs(urlsplit(entry["path"]).query)["ids"][0].split(","))


def _peak(pid: int) -> float:
    """Return the most memory that a process ever had, in megabytes; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


if __name__ == "__main__":
    main()
