"""What is gained by one batch over config after config?

The eight configs of a run each ask for 100 icons, once of one file, once of eight: `exfig-mp batch` of all of them
against a process for each, one after the other, interleaved, with the same dice. Of one file, a batch asks for equal
things once. Of eight files it asks for just as much as the processes do, so what it gains there is overlap alone: one
config downloads while others are being rendered. Starting eight processes instead of one is told apart by the report:
its seconds begin when the program is loaded, and `transfer` is the part from the first render on.

Answers take as long as Figma's (lognormal metadata, renders 0.8 s and more, CDN 80 ms), all times `scale`; limits are
off, but for the 10 requests a second that exfig-mp allows itself, which are scaled too.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.result import Result, Table, conclude, question
from bench.running import count_assets, run, simulated
from bench.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.running import Figma, Ran

CONFIGS = 8
ICONS = 100  # one call, however the program sizes its calls
TIMES = ("command", "report", "transfer")
CONFIG = """
figma: {{lightFileId: {key}}}
flutter: {{output: out/{number}/lib, icons: {{output: out/{number}/icons}}}}
"""


@dataclass(frozen=True)
class Measured:
    """Seconds of one way, and what it cost: on the clock, by the reports, in their transfers; API calls, downloads."""

    command: float
    report: float
    transfer: float
    calls: int
    downloads: int


def main(words: Sequence[str] | None = None) -> Result:
    """Measure both cases, print and store."""
    parser = argparse.ArgumentParser("bench.pipelining", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=0.5, help="of Figma's times")
    asked, began = parser.parse_args(words), time.monotonic()
    tables, figures = [], {}
    for name, keys in (("one file", _keys(1)), ("eight files", _keys(CONFIGS))):
        with scratch() as folder:
            measured = _measure(Path(folder), keys, asked.rounds, asked.scale)
        title = f"{CONFIGS} configs of {ICONS} icons of {name}, Figma's times x {asked.scale:g}"
        tables.append(_table(title, measured))
        less = statistics.median(1 - batch.report / after.report for after, batch in measured)
        figures[f"less time, {name}"] = round(less, 3)
    return conclude(Result("pipelining", question(__doc__), tuple(tables), figures), began=began)


def _keys(count: int) -> list[str]:
    return [f"BenchLibrary{number:010}" for number in range(1, count + 1)]


def _measure(root: Path, keys: list[str], rounds: int, scale: float) -> list[tuple[Measured, Measured]]:
    """Return for each round what config after config took, and what the batch took."""
    specs = [{"key": key, "icons": ICONS} for key in keys]
    scenario: dict[str, Any] = {"limits": "off", "design": {"files": specs}}
    scenario |= {"time_scale": scale, "cdn": {"latency": 0.08 * scale}}
    texts = [CONFIG.format(key=keys[number % len(keys)], number=number) for number in range(CONFIGS)]
    measured = []
    with simulated(root, scenario) as figma:
        for number in range(rounds):
            both = []
            for size in (1, CONFIGS):
                figma.begin(scenario | {"seed": number})
                both.append(_run(Path(tempfile.mkdtemp(dir=root)), figma, texts, size, scale))
            measured.append((both[0], both[1]))
    return measured


def _run(folder: Path, figma: Figma, texts: list[str], size: int, scale: float) -> Measured:
    """Run the configs, `size` in a process, one process after the other."""
    names = [f"app-{number}.yaml" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        (folder / name).write_text(text)
    limit = ("--rate-limit", f"{10 / scale:g}")
    runs = [run(folder, figma, names[first : first + size], *limit) for first in range(0, len(names), size)]
    if trouble := next(filter(None, (one.trouble for one in runs)), ""):
        raise SystemExit(trouble)
    if not count_assets(folder):
        raise SystemExit("nothing was exported")
    return _sum(runs, figma)


def _sum(runs: list[Ran], figma: Figma) -> Measured:
    seen = figma.summary()
    return Measured(
        command=sum(one.seconds for one in runs),
        report=sum(one.report["seconds"] for one in runs),
        transfer=sum(one.report["transferSeconds"] for one in runs),
        calls=seen["api_requests"],
        downloads=seen["cdn_requests"],
    )


def _table(title: str, measured: list[tuple[Measured, Measured]]) -> Table:
    rows = []
    for part in TIMES:
        pairs = [(getattr(after, part), getattr(batch, part)) for after, batch in measured]
        after, batch = (statistics.median(one) for one in zip(*pairs, strict=True))
        less = sorted(1 - batch / after for after, batch in pairs)
        spread = f"{statistics.median(less):.0%} ({less[0]:.0%} to {less[-1]:.0%})"
        rows.append((f"{part} s", f"{after:.2f}", f"{batch:.2f}", spread))
    last_after, last_batch = measured[-1]
    for count in ("calls", "downloads"):
        after, batch = getattr(last_after, count), getattr(last_batch, count)
        rows.append((count, str(after), str(batch), f"{1 - batch / after:.0%}"))
    note = f"{len(measured)} rounds; medians, and medians of ratios"
    return Table(title, ("", "config after config", "one batch", "less"), tuple(rows), note)


if __name__ == "__main__":
    main()
