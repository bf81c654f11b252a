"""How long does one wait for a word, and from the command to the first download?

The first download is when its request is at the simulated store, with 8 workers and a library of 1,000 icons; Figma's
answers take no time of their own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.result import Result, Table, conclude, question
from bench.running import CONFIG, KEY, batch, environment, simulated
from bench.scratch import scratch
from bench.timing import Program, interleave

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.running import Figma
    from bench.timing import Rounds

WORKERS = 8
ICONS = 1000
_EXFIG = [sys.executable, "-m", "exfig_mp"]
_COMPLETION = {"_EXFIG_MP_COMPLETE": "bash_complete", "COMP_WORDS": "exfig-mp ba", "COMP_CWORD": "1"}
_SHORT = Path(sys.executable).with_name("exfig-mp")


def main(words: Sequence[str] | None = None) -> Result:
    """Measure, print and store."""
    parser = argparse.ArgumentParser("bench.startup", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    asked, began = parser.parse_args(words), time.monotonic()
    with scratch() as name:
        root = Path(name)
        scenario = {"limits": "off", "design": {"files": [{"key": KEY, "icons": ICONS}]}}
        with simulated(root, scenario) as figma:
            clients: dict[str, Callable[[], float]] = {
                "python -c pass": partial(_say, root, [sys.executable, "-c", "pass"]),
                "--version": partial(_say, root, [*_command(), "--version"]),
                "--help": partial(_say, root, [*_command(), "--help"]),
                "batch --help": partial(_say, root, [*_command(), "batch", "--help"]),
                "completion": partial(_say, root, _command(), _COMPLETION),
                "first download": partial(_first_download, root, figma),
            }
            rounds = interleave(clients, asked.rounds, [figma.pid])
    return conclude(_result(rounds), began=began)


def _command() -> list[str]:
    """Return the command as users have it; completion knows itself by that name."""
    return [str(_SHORT)] if _SHORT.exists() else _EXFIG


def _say(root: Path, command: list[str], environ: dict[str, str] | None = None) -> float:
    """Return the seconds that a command takes that only says something."""
    with tempfile.TemporaryDirectory(dir=root) as name:
        ran = Program(command, Path(name), environ or {}).run()
    if ran.exit_code or not (ran.said or "pass" in command):
        raise SystemExit(f"{' '.join(command)} ended with code {ran.exit_code}")
    return ran.seconds


def _first_download(root: Path, figma: Figma) -> float:
    """Return the seconds from the start of a run to its first request at the store."""
    figma.reset()
    with tempfile.TemporaryDirectory(dir=root) as name:
        folder = Path(name)
        (folder / "exfig.yaml").write_text(CONFIG)
        (folder / "report").mkdir()
        command = batch(figma, ["exfig.yaml"], "--workers", str(WORKERS))
        program = Program(command, folder, environment(folder))
        started = time.monotonic()
        ran = program.run()
        if ran.exit_code:
            raise SystemExit(f"the run ended with code {ran.exit_code}: {program.complaint()}")
        first: float = min(entry["at"] for entry in figma.summary(log=True)["log"] if entry["kind"] == "cdn")
        return first - started


def _result(rounds: Rounds[float]) -> Result:
    rows, figures = [], {}
    for name, samples in rounds.samples.items():
        milliseconds = 1000 * rounds.median(name, float)
        figures[name] = round(milliseconds, 1)
        rows.append((name, f"{milliseconds:.0f}", f"{1000 * min(samples):.0f}", f"{1000 * max(samples):.0f}"))
    figures["any word"] = max(figures[name] for name in ("--version", "--help", "completion"))
    columns = ("command", "ms, median", "least", "most")
    title = f"Start-up; first download with {WORKERS} workers, {os.cpu_count()} cores"
    table = Table(title, columns, tuple(rows), rounds.note())
    return Result("startup", question(__doc__), (table,), figures, others=rounds.others)


if __name__ == "__main__":
    main()
