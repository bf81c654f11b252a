"""What does a run cost when nothing has changed?

A cold run with `--cache` fills the folder of outputs and the cache; then warm runs: seconds, API calls, and what was
written. Written is told by comparing all files and folders before and after, by inode, size and times: a file that was
there only meanwhile shows in its folder's time. What is left out is the report that is asked for, and the limiter.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.result import Result, Table, conclude, question
from bench.running import CONFIG, KEY, count_assets, run, simulated
from bench.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.running import Figma

CACHE = ("--cache", "--cache-path", "cache")
Snapshot = dict[str, tuple[int, int, int, int]]


def main(words: Sequence[str] | None = None) -> Result:
    """Run cold once, then warm in turn; print and store."""
    parser = argparse.ArgumentParser("bench.warm", description=__doc__)
    parser.add_argument("--icons", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked, began = parser.parse_args(words), time.monotonic()
    with scratch() as folder:
        root = Path(folder)
        ours = root / "ours"
        ours.mkdir()
        (ours / "exfig.yaml").write_text(CONFIG)
        scenario = {"limits": "off", "design": {"files": [{"key": KEY, "icons": asked.icons}]}}
        with simulated(root, scenario) as figma:
            runs = [_run(ours, figma, number) for number in range(asked.rounds + 1)]
        assets = count_assets(ours)
    warm = statistics.median(seconds for seconds, _ in runs[1:])
    columns = ("run", "command s", "report s", "calls", "files written", "bytes", "folders touched")
    table = Table(f"{assets:,} assets in place", columns, tuple(row for _, row in runs))
    figures = {"seconds warm": round(warm, 3), "seconds cold": round(runs[0][0], 3)}
    return conclude(Result("warm", question(__doc__), (table,), figures), began=began)


def _run(ours: Path, figma: Figma, number: int) -> tuple[float, tuple[str, ...]]:
    """Run once, and return the seconds and the line of the table."""
    before, calls = snapshot(ours), figma.calls()
    ran = run(ours, figma, ["exfig.yaml"], *CACHE)
    if ran.trouble:
        raise SystemExit(ran.trouble)
    cost = str(figma.calls() - calls).replace("*", "")
    times = (f"{ran.seconds:.2f}", f"{ran.report['seconds']:.2f}")
    return ran.seconds, (f"warm {number}" if number else "cold", *times, cost, *_changes(before, ours))


def snapshot(folder: Path) -> Snapshot:
    """Return of everything in `folder` what a write would change: inode, size and two times."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        if "report" not in path.relative_to(folder).parts:
            about = path.lstat()
            size = 0 if path.is_dir() else about.st_size
            found[str(path)] = (about.st_ino, size, about.st_mtime_ns, about.st_ctime_ns)
    return found


def _changes(before: Snapshot, folder: Path) -> tuple[str, str, str]:
    """Say what is not as it was: files, their bytes, folders."""
    after = snapshot(folder)
    changed = [path for path, about in after.items() if before.get(path) != about]
    files = [path for path in changed if not Path(path).is_dir()]
    gone = "".join(f", {len(lost)} files gone" for lost in [before.keys() - after.keys()] if lost)
    size = sum(after[path][1] for path in files)
    return f"{len(files):,}{gone}", f"{size:,}", f"{len(changed) - len(files):,}"


if __name__ == "__main__":
    main()
