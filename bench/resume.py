"""How long does a resume of very many items take, before its first request? And how much memory?

Writes the files and the journals of a run that was cut off at its end, as a coordinator and eight workers leave them,
then goes on from them in a new process with the real code: find, lock, merge, verify by size, verify by content. Where
the system allows it, the contents are dropped from its cache first ("cold"). Usage:
python bench/resume.py [items] [folder...]; default: 100,000 items in shared memory and in the current folder.
"""

from __future__ import annotations

import itertools
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from exfig_mp.checkpoint import Checkpoint
from exfig_mp.hashing import digest, identity
from exfig_mp.journal import Journal, Placed, Rendered
from exfig_mp.model import Items

WORKERS = 8
GROUP = 16
SHAPE = b'<path d="M%d 12h8v8h-8z" fill="#1e1e1e"/>'
URL = "https://figma-alpha-api.s3.us-west-2.amazonaws.com/images/%s?X-Amz-Signature=%s"


def main() -> None:
    """Measure in every folder, and print a line for each."""
    if sys.argv[1:2] == ["--resume"]:
        _resume(Path(sys.argv[2]), int(sys.argv[3]))
        return
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    shared_memory = Path("/dev/shm")  # noqa: S108  # a disk that costs nothing
    folders = [Path(name) for name in sys.argv[2:]] or [*([shared_memory] if shared_memory.is_dir() else []), Path()]
    print(f"{items:,} items, {WORKERS} workers' journals, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("merge s  sizes s  contents s  contents cold s  peak MB  journals MB  files MB  folder")
    for folder in folders:
        with tempfile.TemporaryDirectory(dir=folder) as root:
            _write(Path(root), items)
            measured = _measure(Path(root), items)
            sizes = (_megabytes(Path(root), pattern) for pattern in ("**/*.jsonl", "out/**/*.svg"))
            print(f"{measured}  {'  '.join(f'{size:>8.0f}' for size in sizes)}    {folder.absolute()}", flush=True)


def _path(root: Path, number: int) -> str:
    return f"{root}/out/{number % 40}/icon_{number}.svg"


def _wanted(root: Path, items: int) -> dict[str, tuple[str, ...]]:
    """Return what a plan says: each render with its destinations."""
    return {identity("render", str(number)): (_path(root, number),) for number in range(items)}


def _write(root: Path, items: int) -> None:
    for number in range(40):
        (root / "out" / str(number)).mkdir(parents=True)
    with Checkpoint(str(root), "hash", {"bench.yaml web.icons": "1"}) as checkpoint:
        checkpoint.start_over()
        coordinator = Journal(checkpoint.journal_path("coordinator"))
        workers = [Journal(checkpoint.journal_path(f"worker-{number}")) for number in range(WORKERS)]
        wanted = list(_wanted(root, items).items())
        for first in range(0, items, GROUP):
            placed = []
            for number, (render_id, paths) in enumerate(wanted[first : first + GROUP], first):
                body = b"<svg>%s</svg>" % (SHAPE % number * (5 + number % 40))
                Path(paths[0]).write_bytes(body)
                placed.append(Placed(render_id, len(body), digest(body), paths))
            now = time.time()
            ids = [one.job_id for one in placed]
            coordinator.append(Rendered(one, URL % (one, one * 6), now) for one in ids)
            workers[first // GROUP % WORKERS].append(placed)
        for journal in (coordinator, *workers):
            journal.close()
        names = tuple(f"bench.yaml web.icons icon_{number}" for number in range(items))
        checkpoint.report(lambda: (Items(icons=names), Items()), at_once=True)


def _measure(root: Path, items: int) -> str:
    """Return what a process of its own says: nothing of the writing is in its memory."""
    command = [sys.executable, __file__, "--resume", str(root), str(items)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.rstrip("\n")


def _resume(root: Path, items: int) -> None:
    wanted = _wanted(root, items)
    times = [time.perf_counter()]
    with Checkpoint(str(root), "hash", {"bench.yaml web.icons": "1"}) as checkpoint:
        found = next(iter(checkpoint.find()), None)
        memory = checkpoint.go_on(found) if found else checkpoint.start_over()
        times.append(time.perf_counter())
        for content in (False, True):
            verified = memory.verify(wanted, content=content)
            times.append(time.perf_counter())
            if len(verified.in_place) != items:
                raise SystemExit(f"{items - len(verified.in_place)} items are not in place")
    merge, sizes, contents = (later - earlier for earlier, later in itertools.pairwise(times))
    _forget(wanted)
    started = time.perf_counter()
    memory.verify(wanted, content=True)
    cold = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    print(f"{merge:7.2f}  {sizes:7.2f}  {contents:10.2f}  {cold:15.2f}  {peak:7.0f}")


def _forget(wanted: dict[str, tuple[str, ...]]) -> None:
    """Drop the files from the system's cache, where it can be asked to."""
    if not hasattr(os, "posix_fadvise"):
        return
    os.sync()
    for (path,) in wanted.values():
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def _megabytes(root: Path, pattern: str) -> float:
    return sum(path.stat().st_size for path in root.glob(pattern)) / (1 << 20)


if __name__ == "__main__":
    main()
