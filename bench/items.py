"""Does an item cost the same, in time and memory, when there are many of them?

Whole runs of `exfig-mp batch` for ever larger libraries, 5,000 icons in a Figma file, from the simulated API and an
nginx as store. An item's cost is the slope between two sizes, so that what every run costs is not shared out. CPU time
is that of our own processes: it knows nothing of the simulator, which shares the machine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import nginx
from bench.result import Bars, Result, Table, conclude, question
from bench.running import batch, count_assets, environment
from bench.scratch import scratch
from bench.store import stored
from bench.timing import Program, interleave

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.store import Stored
    from bench.timing import Rounds

SIZES, FULL = (1000, 5000, 20_000), (1000, 10_000, 100_000)
FILE = 5000
LONGEST = 600.0
CONFIG = """
figma: {{lightFileId: {key}}}
flutter: {{output: out/{key}, icons: {{output: out/{key}/icons}}}}
"""


class Sample(NamedTuple):
    """One run: seconds of the command and of its transfer, CPU seconds, the coordinator's most megabytes, assets."""

    seconds: float
    transfer: float
    cpu: float
    memory: float
    assets: float


def main(words: Sequence[str] | None = None) -> Result:
    """Measure, print and store."""
    parser = argparse.ArgumentParser("bench.items", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"up to {FULL[-1]:,} items")
    parser.add_argument("--rounds", type=int, default=3)
    asked, began = parser.parse_args(words), time.monotonic()
    if problem := nginx.missing():
        raise SystemExit(problem)
    sizes = FULL if asked.full else SIZES
    with scratch() as name:
        root = Path(name)
        keys = [f"ItemsLibrary{number:010}" for number in range(-(-sizes[-1] // FILE))]
        files = [{"key": key, "icons": min(FILE, sizes[-1])} for key in keys]
        scenario = {"limits": "off", "largest_file": 1 << 30, "design": {"files": [*_small(sizes), *files]}}

        def warm(stage: Stored) -> None:
            for size in sizes:
                _run(root, size, stage)

        with stored(root, scenario, "plain", warm) as stage:
            clients: dict[str, Callable[[], Sample]] = {f"{size:,}": partial(_run, root, size, stage) for size in sizes}
            rounds = interleave(clients, asked.rounds, stage.pids)
    return conclude(_result(sizes, rounds), began=began)


def _small(sizes: Sequence[int]) -> list[dict[str, object]]:
    return [{"key": f"Items{size:017}", "icons": size} for size in sizes if size < FILE]


def _keys(size: int) -> list[str]:
    """Return the files of so many icons."""
    return [f"Items{size:017}"] if size < FILE else [f"ItemsLibrary{number:010}" for number in range(size // FILE)]


def _run(root: Path, size: int, stage: Stored) -> Sample:
    stage.figma.reset()
    with tempfile.TemporaryDirectory(dir=root) as name:
        folder = Path(name)
        (folder / "report").mkdir()
        (folder / "configs").mkdir()
        for key in _keys(size):
            (folder / "configs" / f"{key}.yaml").write_text(CONFIG.format(key=key))
        command = batch(stage.figma, ["configs"], "--rate-limit", "1000", "--workers", "2")
        program = Program(command, folder, environment(folder) | stage.server.environ(), LONGEST)
        ran = program.run()
        report = json.loads((folder / "report" / "report.json").read_bytes()) if ran.exit_code == 0 else {}
        if ran.exit_code or count_assets(folder) != report["renders"]:
            raise SystemExit(f"the run of {size:,} items ended with code {ran.exit_code}: {program.complaint()}")
        return Sample(ran.seconds, report["transferSeconds"], ran.cpu, ran.memory, report["renders"])


def _result(sizes: Sequence[int], rounds: Rounds[Sample]) -> Result:
    medians = [Sample(*(rounds.median(f"{size:,}", itemgetter(at)) for at in range(5))) for size in sizes]
    slopes = [_slope(less, more) for less, more in itertools.pairwise(medians)]
    rows = []
    for size, one, slope in zip(sizes, medians, [None, *slopes], strict=True):
        cost = ("", "") if slope is None else (f"{slope.transfer * 1e6:.0f}", f"{slope.cpu * 1e6:.0f}")
        rows.append((f"{size:,}", f"{one.seconds:.2f}", f"{one.transfer:.2f}", *cost, f"{one.memory:.0f}"))
    figures = {
        "time of a late item against an early one": round(slopes[-1].transfer / slopes[0].transfer, 3),
        "CPU of a late item against an early one": round(slopes[-1].cpu / slopes[0].cpu, 3),
        # Measured with --full, else drawn on in a straight line.
        "coordinator MB at 100,000 items": round(medians[-1].memory + (1e5 - sizes[-1]) * slopes[-1].memory, 1),
    }
    columns = ("items", "seconds", "of them transfer", "µs per further item", "CPU µs", "coordinator MB")
    table = Table("Whole runs, 2 workers", columns, tuple(rows), rounds.note())
    bars = Bars("Cost of a further item", "µs", ("time", "CPU"), _groups(sizes, slopes))
    return Result("items", question(__doc__), (table,), figures, (bars,), rounds.others)


def _slope(less: Sample, more: Sample) -> Sample:
    """Return what each further item costs."""
    further = more.assets - less.assets
    return Sample(*((after - before) / further for before, after in zip(less, more, strict=True)))


def _groups(sizes: Sequence[int], slopes: list[Sample]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    spans = (f"{less:,} to {more:,}" for less, more in itertools.pairwise(sizes))
    return tuple(
        (span, (round(slope.transfer * 1e6, 1), round(slope.cpu * 1e6, 1)))
        for span, slope in zip(spans, slopes, strict=True)
    )


if __name__ == "__main__":
    main()
