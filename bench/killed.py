"""A run of very many icons that is killed half-way, with all its processes, and its resume.

The whole program runs, on the bundled simulator: ten files, one config for each. When half of the icons have been
fetched everything gets SIGKILL, and a second run goes on with another number of workers. Then it is checked that every
file is there and whole, and that no render whose URL was journalled was asked for again. Usage:
python -m bench.killed [icons] [workers] [workers afterwards] [folder]; default: 100,000 icons, 2, then 3 workers, in
shared memory. Printed for each of the two runs: seconds on the clock, files, calls for renders, and the coordinator's
peak memory; and of the second one how long it took to merge the journals and to look at all files.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from bench.running import start_simulator
from exfig_mp.journal import blocks, merge

FILES = 10
CONFIG = """
figma: {{lightFileId: {key}}}
flutter:
  output: out
  icons: {{output: out/{key}}}
"""
_POLL = 0.1


class Ran(NamedTuple):
    """How a run went: seconds on the clock, and the most memory that its coordinator had, in megabytes."""

    seconds: float
    peak: float


def main() -> None:
    """Kill, resume, check, and print what it took."""
    icons, first, second = (int(text) for text in (*sys.argv[1:4], *("100000", "2", "3")[len(sys.argv[1:4]) :]))
    shared_memory = Path("/dev/shm")  # noqa: S108  # a disk that costs nothing
    folder = sys.argv[4] if len(sys.argv) > 4 else shared_memory if shared_memory.is_dir() else None
    keys = [f"KilledLibrary{number:09}" for number in range(FILES)]
    with tempfile.TemporaryDirectory(dir=folder) as name:
        root = Path(name)
        for key in keys:
            (root / f"{key}.yaml").write_text(CONFIG.format(key=key))
        design = {"files": [{"key": key, "icons": icons // FILES} for key in keys]}
        simulator, url = start_simulator(root, {"limits": "off", "design": design})
        try:
            _measure(root, url, icons, (first, second))
        finally:
            simulator.terminate()
            simulator.wait()


def _measure(root: Path, url: str, icons: int, workers: tuple[int, int]) -> None:
    print(f"{icons:,} icons in {FILES} files, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    killed = _run(root, url, workers[0], kill_at=icons // 2)
    cut, at_death = time.monotonic(), _count(root)
    memory = merge(block for path in root.glob(".exfig-checkpoint.d/*.jsonl") for block in blocks(str(path)))
    resumed = _run(root, url, workers[1])
    icons = json.loads((root / "report.json").read_bytes())["renders"]  # some are for other platforms
    log = _seen(url, log=True)["log"]
    asked = [_ids(entry) for entry in log if entry["kind"] == "images"]
    asked_again = [_ids(entry) for entry in log if entry["kind"] == "images" and entry["at"] > cut]
    fetched = Counter(entry["path"] for entry in log if entry["kind"] == "cdn" and entry["status"] == 200)
    events = [json.loads(line) for line in (root / "run.log").read_text("utf-8").splitlines()]
    seconds = {event["event"]: event["seconds"] for event in events if event["event"] in {_MERGED, _CHECKED}}
    print("run      workers  seconds  files in place  calls for renders  peak MB")
    first = len(asked) - len(asked_again)
    print(f"killed   {workers[0]:7}  {killed.seconds:7.1f}  {at_death:14,}  {first:17}  {killed.peak:7.0f}")
    print(f"resumed  {workers[1]:7}  {resumed.seconds:7.1f}  {icons:14,}  {len(asked_again):17}  {resumed.peak:7.0f}")
    print(f"journalled: {len(memory.placed):,} in place, {len(memory.rendered):,} rendered")
    print(f"merged in {seconds[_MERGED]:.2f} s, files looked at in {seconds[_CHECKED]:.2f} s")
    print(f"fetched twice: {sum(fetched.values()) - len(fetched):,} files")
    _check(root, icons, paid=sum(asked_again), unpaid=icons - len(memory.rendered))


_MERGED, _CHECKED = "checkpoint read", "files in place checked"


def _run(root: Path, url: str, workers: int, kill_at: int | None = None) -> Ran:
    """Run the program to its end, or kill all its processes when the store has given out `kill_at` files."""
    environ = {**os.environ, "FIGMA_PERSONAL_TOKEN": "figd_simulator", "XDG_STATE_HOME": str(root)}
    options = ["--rate-limit", "1000", "-q", "--log-file", "run.log", "--log-format", "json"]
    command = [sys.executable, "-m", "exfig_mp", "batch", ".", "--api-url", url, "--workers", str(workers), *options]
    started, peak = time.monotonic(), 0.0
    command += [] if kill_at else ["--resume", "--report", "report.json"]
    with subprocess.Popen(command, cwd=root, env=environ, start_new_session=True) as process:
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            if kill_at and _seen(url)["cdn_requests"] >= kill_at:
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
    print(f"nothing lost, nothing left behind; the resume asked for the {paid:,} renders that were not journalled")


def _count(root: Path) -> int:
    return sum(1 for _ in root.glob("out/*/*.svg"))


def _ids(entry: dict[str, Any]) -> int:
    """Return how many renders a request was for."""
    return len(parse_qs(urlsplit(entry["path"]).query)["ids"][0].split(","))


def _seen(url: str, *, log: bool = False) -> dict[str, Any]:
    with urlopen(f"{url}/_simulator/requests?log={int(log)}") as answer:  # noqa: S310  # our own simulator
        found: dict[str, Any] = json.load(answer)
    return found


def _peak(pid: int) -> float:
    """Return the most memory that a process ever had, in megabytes; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


if __name__ == "__main__":
    main()
