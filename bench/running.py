"""What benches of whole runs share: a simulator that counts, and programs in processes of their own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from bench.counting import Calls
from bench.environ import usual

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOKEN = "figd_simulator"  # noqa: S105  # everybody knows it
KEY = "BenchLibrary0000000001"
CONFIG = f"""
figma: {{lightFileId: {KEY}}}
flutter: {{output: out, icons: {{output: out/icons}}}}
"""
"""One library's icons as SVG, for the scenarios that need no more."""

ASSETS = frozenset({".svg", ".png", ".pdf", ".xml"})
_POLL = 0.01
_PATIENCE = 10.0


@dataclass(frozen=True)
class Ran:
    """How a program ended: its code, the seconds on the clock, the report if it wrote one, and its last words."""

    exit_code: int
    seconds: float
    report: dict[str, Any]
    said: str

    @property
    def trouble(self) -> str:
        """What went wrong, in a few words; empty if nothing did."""
        return "" if self.exit_code == 0 else f"exit {self.exit_code}: {self.said[:60]}"


class Figma:
    """The simulator, and what it has seen.

    Args:
        url: the origin of its API.
        pid: of its process.
    """

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid

    def summary(self, *, log: bool = False) -> dict[str, Any]:
        """Return its counts, with the ordered log if that is asked for."""
        return self._ask(f"requests?log={int(log)}", None)

    def calls(self) -> Calls:
        """Return the API requests so far."""
        seen = self.summary()
        return Calls(Counter(seen["tiers"]), Counter(seen["endpoints"]))

    def edit(self, file: str, do: str, node_ids: Sequence[str]) -> None:
        """Let a designer do the same to some components (see the simulator's edits), and publish the library."""
        edits = [{"do": do, "id": node_id} for node_id in node_ids]
        self._ask("design", {"file": file, "edits": edits})

    def begin(self, scenario: dict[str, Any]) -> None:
        """Replace the scenario, and forget what was seen."""
        self._ask("scenario", scenario)

    def open_to_all(self, file: str, icons: int) -> None:
        """Let the icons of a generated file be for all platforms: some have a description that excludes one."""
        self.edit(file, "describe", [f"551:{93900 + 10 * number}" for number in range(icons)])

    def reset(self) -> None:
        """Forget what was asked for: equal renders have the same URLs again."""
        self._ask("reset", {})

    def wait_for_downloads(self, count: int, process: subprocess.Popen[Any]) -> None:
        """Return when `count` downloads were answered, or `process` has ended."""
        while self.summary()["cdn_requests"] < count and process.poll() is None:
            time.sleep(_POLL)

    def _ask(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{self.url}/_simulator/{path}", content)) as answer:  # noqa: S310  # our own simulator
            found: dict[str, Any] = json.load(answer)
        return found


@contextlib.contextmanager
def simulated(root: Path, scenario: dict[str, Any], *options: str) -> Iterator[Figma]:
    """Run a simulator of `scenario`, whose files go into `root`."""
    folder = Path(tempfile.mkdtemp(prefix="simulator-", dir=root))
    simulator, url = start_simulator(folder, scenario, *options)
    try:
        yield Figma(url, simulator.pid)
    finally:
        stop(simulator)


def start_simulator(root: Path, scenario: dict[str, Any], *options: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a simulator of `scenario` and return it with the origin of its API."""
    path = root / "scenario.json"
    path.write_text(json.dumps(scenario))
    ready = root / "ready.json"
    arguments = ["simulate", "--port", "0", "--scenario", str(path), "--ready-file", str(ready)]
    command = [sys.executable, "-m", "exfig_mp", *arguments, *options]
    simulator = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not ready.exists():
        if simulator.poll() is not None or time.monotonic() > deadline:
            stop(simulator)
            raise SystemExit("the simulator did not start")
        time.sleep(0.05)
    return simulator, json.loads(ready.read_text())["api_url"]


def stop(process: subprocess.Popen[Any]) -> None:
    """End a process that we started: in words, then by force."""
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def start(folder: Path, figma: Figma, configs: Sequence[str], *options: str) -> subprocess.Popen[str]:
    """Start `exfig-mp batch` of `configs` in `folder`; its report will be `report/report.json` there.

    The limiter's state lies in the folder too: no bench teaches another.
    """
    (folder / "report").mkdir(exist_ok=True)
    return subprocess.Popen(
        batch(figma, configs, *options),
        cwd=folder,
        env=usual(environment(folder)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def batch(figma: Figma, configs: Sequence[str], *options: str) -> list[str]:
    """Return the command line of such a run."""
    command = [sys.executable, "-m", "exfig_mp", "batch", *configs, "--api-url", figma.url, "-q", "--no-color"]
    return [*command, "--report", "report/report.json", *options]


def environment(folder: Path) -> dict[str, str]:
    """Return what such a run needs in its environment."""
    return {"FIGMA_PERSONAL_TOKEN": TOKEN, "XDG_STATE_HOME": str(folder / "report")}


def run(folder: Path, figma: Figma, configs: Sequence[str], *options: str) -> Ran:
    """Run `exfig-mp batch` of `configs` in `folder` to its end."""
    report = folder / "report" / "report.json"
    report.unlink(missing_ok=True)
    started = time.monotonic()
    process = start(folder, figma, configs, *options)
    _, said = process.communicate()
    seconds = time.monotonic() - started
    content = json.loads(report.read_bytes()) if report.exists() else {}
    return Ran(process.returncode, seconds, content, said.strip().rpartition("\n")[2])


def count_assets(folder: Path) -> int:
    """Return how many drawings lie in `folder` and below."""
    return sum(path.suffix in ASSETS for path in folder.rglob("*"))
