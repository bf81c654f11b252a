"""How many files a second does a whole run place, and how does that scale with workers?

The full product is measured: verified body, hash, journal, atomic rename, progress. The server is the bundled
simulator on the same machine, so the figures are a floor. Usage: python bench/throughput.py [icons] [rounds]
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WORKERS = (1, 2, 4, 8)
KEY = "BenchLibrary0000000001"
SCENARIO: dict[str, Any] = {"limits": "off"}
CONFIG = f"""
figma: {{lightFileId: {KEY}}}
flutter:
  output: out
  icons: {{output: out/icons}}
"""


def main() -> None:
    """Run every worker count in turn, `rounds` times, and print medians and ratios."""
    icons = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    shared_memory = Path("/dev/shm")  # noqa: S108  # a disk that forgets slowly would be what is measured
    with tempfile.TemporaryDirectory(dir=shared_memory if shared_memory.is_dir() else None) as folder:
        root = Path(folder)
        simulator, url = start_simulator(root, SCENARIO | {"design": {"files": [{"key": KEY, "icons": icons}]}})
        try:
            _run(root, url, 1)  # the simulator draws everything once
            seconds: dict[int, list[tuple[float, float]]] = {count: [] for count in WORKERS}
            for _ in range(rounds):
                for count in WORKERS:
                    seconds[count].append(_run(root, url, count))
        finally:
            simulator.terminate()
            simulator.wait()
    _show(icons, rounds, seconds)


def start_simulator(root: Path, scenario: dict[str, Any]) -> tuple[subprocess.Popen[bytes], str]:
    """Start a simulator of `scenario` and return it with the origin of its API."""
    path = root / "scenario.json"
    path.write_text(json.dumps(scenario))
    ready = root / "ready.json"
    arguments = ["simulate", "--port", "0", "--scenario", str(path), "--ready-file", str(ready)]
    simulator = subprocess.Popen([sys.executable, "-m", "exfig_mp", *arguments], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not ready.exists():
        if simulator.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the simulator did not start")
        time.sleep(0.05)
    return simulator, json.loads(ready.read_text())["api_url"]


def _run(root: Path, url: str, workers: int) -> tuple[float, float]:
    """Return the seconds from the command to its end, and those of its pipeline; each run writes into a new folder."""
    folder = Path(tempfile.mkdtemp(dir=root))
    (folder / "exfig.yaml").write_text(CONFIG)
    environ = {**os.environ, "FIGMA_PERSONAL_TOKEN": "figd_simulator", "XDG_STATE_HOME": str(root)}
    command = [sys.executable, "-m", "exfig_mp", "batch", "exfig.yaml", "--api-url", url, "--workers", str(workers)]
    started = time.monotonic()
    options = ["--rate-limit", "1000", "--report", "report.json", "-q"]
    subprocess.run([*command, *options], cwd=folder, env=environ, check=True)
    whole = time.monotonic() - started
    return whole, json.loads((folder / "report.json").read_text())["transferSeconds"]


def _show(icons: int, rounds: int, seconds: dict[int, list[tuple[float, float]]]) -> None:
    print(f"{icons:,} SVG icons, {rounds} rounds, {os.cpu_count()} cores, Python {platform.python_version()}; medians")
    print("workers  command s  pipeline s  pipeline files/s  against 1 worker")
    single = statistics.median(pipeline for _, pipeline in seconds[1])
    for count, measured in seconds.items():
        whole, pipeline = (statistics.median(part) for part in zip(*measured, strict=True))
        print(f"{count:7}  {whole:9.2f}  {pipeline:10.2f}  {icons / pipeline:16,.0f}  {single / pipeline:15.2f}x")


if __name__ == "__main__":
    main()
