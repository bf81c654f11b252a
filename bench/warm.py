"""What does a run cost when nothing has changed? `python -m bench.warm [icons] [rounds]`.

A cold run with `--cache` fills the folder of outputs and the cache; then warm runs: seconds, API calls, and what was
written. Written is told by comparing all files and folders before and after, by inode, size and times: a file that was
there only meanwhile shows in its folder's time. What is left out is the report that is asked for, and the limiter.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from bench.running import count_assets, run, simulated
from bench.scratch import scratch

KEY = "BenchLibrary0000000001"
CONFIG = f"""
figma: {{lightFileId: {KEY}}}
flutter: {{output: out, icons: {{output: out/icons}}}}
"""
CACHE = ("--cache", "--cache-path", "cache")
Snapshot = dict[str, tuple[int, int, int, int]]


def main(icons: int, rounds: int) -> None:
    """Run cold once, then warm in turn, and print a line for each."""
    print(f"{icons:,} icons\n{'run':8} command s  report s  calls            files written   bytes  folders touched")
    with scratch() as folder:
        root = Path(folder)
        ours = root / "ours"
        ours.mkdir()
        (ours / "exfig.yaml").write_text(CONFIG)
        scenario = {"limits": "off", "design": {"files": [{"key": KEY, "icons": icons}]}}
        with simulated(root, scenario) as figma:
            seconds = []
            for number in range(rounds + 1):
                before, calls = snapshot(ours), figma.calls()
                ran = run(ours, figma, ["exfig.yaml"], *CACHE)
                if ran.trouble:
                    raise SystemExit(ran.trouble)
                name = f"warm {number}" if number else "cold"
                cost = str(figma.calls() - calls).replace("*", "")
                print(f"{name:8} {ran.seconds:9.2f}  {ran.report['seconds']:8.2f}  {cost:16} {_changes(before, ours)}")
                seconds.append(ran.seconds)
        print(f"{count_assets(ours):,} assets in place; warm, median: {statistics.median(seconds[1:]):.2f} s")


def snapshot(folder: Path) -> Snapshot:
    """Return of everything in `folder` what a write would change: inode, size and two times."""
    found = {}
    for path in (folder, *folder.rglob("*")):
        if "report" not in path.relative_to(folder).parts:
            about = path.lstat()
            size = 0 if path.is_dir() else about.st_size
            found[str(path)] = (about.st_ino, size, about.st_mtime_ns, about.st_ctime_ns)
    return found


def _changes(before: Snapshot, folder: Path) -> str:
    """Say what is not as it was: files, their bytes, folders."""
    after = snapshot(folder)
    changed = [path for path, about in after.items() if before.get(path) != about]
    files = [path for path in changed if not Path(path).is_dir()]
    gone = "".join(f", {len(lost)} files gone" for lost in [before.keys() - after.keys()] if lost)
    size = sum(after[path][1] for path in files)
    return f"{len(files):13,}  {size:7,}  {len(changed) - len(files):,}{gone}"


if __name__ == "__main__":
    defaults = (10_000, 3)
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *defaults[len(given) :])
