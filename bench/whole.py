"""How long does a whole export take, from command to end, beside `@figma-export/cli`?

Both have their defaults (connections, processes, ids in a call), the same simulated API without limits, and the same
nginx as store. Ours verifies, hashes, journals, renames and reports.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import nginx
from bench.peers import figma_export
from bench.result import Bars, Result, Table, conclude, question
from bench.running import CONFIG, KEY, batch, count_assets, environment
from bench.scratch import scratch
from bench.store import stored
from bench.timing import Program, interleave

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.nginx import Way
    from bench.store import Stored
    from bench.timing import Rounds

OURS, PEER = "exfig-mp batch", "@figma-export/cli"
WAYS: tuple[Way, ...] = ("tls", "tls+latency")


class Sample(NamedTuple):
    """One export: seconds of the command, of its transfer by its own report, CPU seconds, API calls."""

    seconds: float
    transfer: float
    cpu: float
    calls: int


def main(words: Sequence[str] | None = None) -> Result:
    """Measure, print and store."""
    parser = argparse.ArgumentParser("bench.whole", description=__doc__)
    parser.add_argument("--icons", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    asked, began = parser.parse_args(words), time.monotonic()
    if problem := nginx.missing():
        raise SystemExit(problem)
    problem = figma_export.install()
    tables, figures, groups, unrest = [], {}, [], 0.0
    for way in [way for way in WAYS if way in nginx.known_ways()]:
        rounds = _measure(way, asked.icons, asked.rounds, with_peer=not problem)
        unrest = max(unrest, rounds.others)
        tables.append(_table(way, asked.icons, rounds, problem))
        groups.append((way, tuple(rounds.median(name, _seconds) for name in rounds.samples)))
        if not problem:
            figures[f"{asked.icons:,} {way} against {PEER}"] = round(rounds.ratio(PEER, OURS, _seconds), 3)
    bars = Bars(
        f"Export of {asked.icons:,} icons, whole command", "s", (OURS, PEER)[: 2 - bool(problem)], tuple(groups)
    )
    result = Result("whole", question(__doc__), tuple(tables), figures, (bars,), unrest)
    return conclude(result, began=began, peers={"node": figma_export.version(), PEER: problem or "6.4.0"})


def _seconds(sample: Sample) -> float:
    return sample.seconds


def _measure(way: Way, icons: int, rounds: int, *, with_peer: bool) -> Rounds[Sample]:
    scenario = {"limits": "off", "design": {"files": [{"key": KEY, "icons": icons}]}}
    with scratch() as name:
        root = Path(name)
        clients: dict[str, Callable[[Stored], Sample]] = {OURS: partial(_run, root, icons, _ours)}
        if with_peer:
            clients[PEER] = partial(_run, root, icons, _peer)

        def warm(stage: Stored) -> None:
            for client in clients.values():
                client(stage)

        with stored(root, scenario, way, warm) as stage:
            return interleave({name: partial(one, stage) for name, one in clients.items()}, rounds, stage.pids)


def _ours(folder: Path, stage: Stored) -> Program:
    (folder / "exfig.yaml").write_text(CONFIG)
    (folder / "report").mkdir()
    return Program(batch(stage.figma, ["exfig.yaml"]), folder, environment(folder) | stage.server.environ())


def _peer(folder: Path, stage: Stored) -> Program:
    program = figma_export.program(folder, stage.figma, [figma_export.Command(KEY, ("out",))])
    return Program(program.command, folder, {**program.environ, **stage.server.environ()})


def _run(root: Path, icons: int, make: Callable[[Path, Stored], Program], stage: Stored) -> Sample:
    """Export once, and look that all is there."""
    stage.figma.reset()
    stage.figma.open_to_all(KEY, icons)
    with tempfile.TemporaryDirectory(dir=root) as name:
        folder = Path(name)
        program = make(folder, stage)
        ran, calls = program.run(), stage.figma.calls().total
        count = count_assets(folder)
        if ran.exit_code or count != icons:
            raise SystemExit(f"{count:,} of {icons:,} icons, code {ran.exit_code}: {program.complaint()}")
        report = folder / "report" / "report.json"
        transfer = json.loads(report.read_bytes())["transferSeconds"] if report.exists() else 0.0
        return Sample(ran.seconds, transfer, ran.cpu, calls)


def _table(way: Way, icons: int, rounds: Rounds[Sample], problem: str) -> Table:
    rows = []
    for name in rounds.samples:
        seconds, transfer, cpu, calls = (rounds.median(name, itemgetter(at)) for at in range(4))
        ratio = "" if name == OURS else f"{rounds.ratio(name, OURS, _seconds):.2f}x"
        rows.append(
            (name, f"{seconds:.2f}", f"{transfer:.2f}" if transfer else "", f"{cpu:.2f}", f"{calls:.0f}", ratio)
        )
    if problem:
        rows.append((PEER, problem, "", "", "", ""))
    columns = ("command", "seconds", "of them transfer", "CPU seconds", "API calls", "ours against it")
    return Table(f"{icons:,} icons of one file as SVG, store: {way}", columns, tuple(rows), rounds.note())


if __name__ == "__main__":
    main()
