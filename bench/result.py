"""What a bench has found: tables that it prints, figures that targets are held against, and a file that keeps both.

`bench/results/<name>.json` says with which machine, Python, commit and date it was made; `bench.report` makes the page
of all of them.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

import msgspec
import psutil

ELSEWHERE = "EXFIG_BENCH_RESULTS"
"""Names in the environment a folder for results that do not count."""

RESULTS = Path(os.environ.get(ELSEWHERE) or Path(__file__).parent / "results")
_ROOT = Path(__file__).parents[1]
_RIGHT = ">"


class Bars(msgspec.Struct, frozen=True):
    """A chart: for each group, what each series has, in one unit. Missing values are left out."""

    title: str
    unit: str
    series: tuple[str, ...]
    groups: tuple[tuple[str, tuple[float | None, ...]], ...]


class Table(msgspec.Struct, frozen=True):
    """Rows of texts below columns of texts; a cell that begins with a digit stands at the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def plain(self) -> str:
        """Return it for a terminal."""
        widths = [max(map(len, column)) for column in zip(self.columns, *self.rows, strict=True)]
        return "\n".join(
            "  ".join(f"{cell:{_RIGHT * (number > 0)}{width}}" for number, (cell, width) in enumerate(pairs)).rstrip()
            for pairs in (list(zip(row, widths, strict=True)) for row in (self.columns, *self.rows))
        )

    def markdown(self) -> str:
        """Return it for a page."""
        line = "|---|" + "---:|" * (len(self.columns) - 1)
        head, *rows = ("| " + " | ".join(row) + " |" for row in (self.columns, *self.rows))
        return "\n".join((head, line, *rows))


class Made(msgspec.Struct, frozen=True):
    """Where and when a result came about."""

    date: str
    commit: str
    machine: str
    python: str
    seconds: float = 0.0
    peers: dict[str, str] = {}


class Result(msgspec.Struct, frozen=True):
    """The answer to one question.

    Args:
        name: of the bench, and of its file.
        question: as the bench's first sentence asks it.
        tables: for people.
        figures: for targets, by name.
        bars: for the page.
        others: the largest part of the machine that others used in a round that counts.
        made: filled in when it is stored.
    """

    name: str
    question: str
    tables: tuple[Table, ...]
    figures: dict[str, float] = {}
    bars: tuple[Bars, ...] = ()
    others: float = 0.0
    made: Made | None = None

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return RESULTS / f"{self.name}.json"


def conclude(result: Result, *, began: float, peers: dict[str, str] | None = None) -> Result:
    """Print a result, store it, and return it with where and when it came about; `began` is monotonic."""
    result = msgspec.structs.replace(result, made=_made(time.monotonic() - began, peers or {}))
    print(result.question)
    for table in result.tables:
        print("", table.title, table.plain(), table.note, sep="\n", flush=True)
    RESULTS.mkdir(exist_ok=True)
    result.path.write_bytes(msgspec.json.format(msgspec.json.encode(result, order="deterministic")) + b"\n")
    return result


def question(docstring: str | None) -> str:
    """Return what a bench's docstring asks: its first paragraph."""
    return " ".join((docstring or "").partition("\n\n")[0].split())


def load(name: str) -> Result | None:
    """Return what the bench `name` has found last, if there is anything."""
    path = RESULTS / f"{name}.json"
    return msgspec.json.decode(path.read_bytes(), type=Result) if path.exists() else None


def _made(seconds: float, peers: dict[str, str]) -> Made:
    return Made(
        date=time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
        commit=_commit(),
        machine=f"{_processor()}, {os.cpu_count()} cores, {psutil.virtual_memory().total / (1 << 30):.0f} GB",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        seconds=round(seconds, 1),
        peers=peers,
    )


def _commit() -> str:
    """Return the commit that is measured, marked if something of the product was changed since."""
    try:
        commit = _git("rev-parse", "--short", "HEAD")
        return commit + " and changes" * bool(_git("status", "--porcelain", "--", "exfig_mp"))
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=True, timeout=10)
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
