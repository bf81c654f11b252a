"""How long does a resume of very many items take, before its first request, and how much memory?

Writes the files and the journals of a run that was cut off at its end, as a coordinator and eight workers leave them,
then goes on from them in a new process with the real code: find, lock, merge, verify by size, verify by content. Where
the system allows it, the contents are dropped from its cache first ("cold").
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.result import Result, Table, conclude, question
from bench.scratch import MEMORY, scratch
from exfig_mp.checkpoint import Checkpoint
from exfig_mp.hashing import digest, identity
from exfig_mp.journal import Journal, Placed, Rendered
from exfig_mp.model import Items

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT = Path(__file__).parents[1]
_LONGEST = 300.0
WORKERS = 8
GROUP = 16
SHAPE = b'<path d="M%d 12h8v8h-8z" fill="#1e1e1e"/>'
URL = "https://figma-alpha-api.s3.us-west-2.amazonaws.com/images/%s?X-Amz-Signature=%s"


class Measured(NamedTuple):
    """Seconds for each step, and megabytes."""

    merge: float
    sizes: float
    contents: float
    cold: float
    peak: float


def main(words: Sequence[str] | None = None) -> Result | None:
    """Measure in every folder, print and store. Inside the process that resumes there is nothing to store."""
    parser = argparse.ArgumentParser("bench.resume", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--folders", nargs="*", type=Path, help="where; default: in memory, and here")
    parser.add_argument("--resume", type=Path, help=argparse.SUPPRESS)
    asked, began = parser.parse_args(words), time.monotonic()
    if asked.resume:
        print(json.dumps(_resume(asked.resume, asked.items)))
        return None
    rows, figures = [], {}
    for folder in asked.folders or [*([MEMORY] if MEMORY else []), Path()]:
        with scratch(folder) as root:
            _write(Path(root), asked.items)
            measured = _measure(Path(root), asked.items)
            sizes = [_megabytes(Path(root), pattern) for pattern in ("**/*.jsonl", "out/**/*.svg")]
        where = "memory" if folder == MEMORY else "disk"
        cells = (f"{one:.2f}" for one in measured[:4])
        rows.append((where, *cells, *(f"{one:.0f}" for one in (measured.peak, *sizes))))
        figures[f"merge and verify {asked.items:,}, {where}"] = round(measured.merge + measured.sizes, 3)
    columns = ("where", "merge s", "sizes s", "contents s", "contents cold s", "peak MB", "journals MB", "files MB")
    table = Table(f"{asked.items:,} items, {WORKERS} workers' journals", columns, tuple(rows))
    return conclude(Result("resume", question(__doc__), (table,), figures), began=began)


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


def _measure(root: Path, items: int) -> Measured:
    """Return what a process of its own says: nothing of the writing is in its memory."""
    command = [sys.executable, "-m", "bench.resume", "--resume", str(root), "--items", str(items)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=_ROOT, timeout=_LONGEST)
    return Measured(*json.loads(done.stdout))


def _resume(root: Path, items: int) -> Measured:
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
    return Measured(merge, sizes, contents, cold, peak)


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
