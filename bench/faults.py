"""A run in which one request in ten goes wrong: `python -m bench.faults [icons] [rounds] [workers]`.

Faults fall independently on every attempt at every request, of the API and of the store, of many kinds in equal parts;
limits are those of an Enterprise plan. Each round has other dice. Printed: what is in place, what it cost.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench.running import CONFIG, KEY, start_simulator

SHARE = 0.1
STORE: tuple[dict[str, Any], ...] = (
    *({"do": do} for do in ("reset", "cut", "short", "flip", "xml", "html", "empty")),
    {"do": "status", "status": 500},
    {"do": "status", "status": 503},
    {"do": "hang", "seconds": 1},
)
API: tuple[dict[str, Any], ...] = (
    *({"do": do} for do in ("reset", "cut", "bad_gzip", "waf")),
    *({"do": "status", "status": status, "body": "html"} for status in (500, 502, 503)),
)


def scenario(icons: int, seed: int) -> dict[str, Any]:
    """Return what is simulated in the round of `seed`."""
    faults = [{"on": "cdn", "rate": SHARE / len(STORE)} | fault for fault in STORE]
    faults += [{"on": "api", "rate": SHARE / len(API)} | fault for fault in API]
    faults.append({"on": "images", "do": "null_render", "first": 1, "rate": 0.01})
    return {"seed": seed, "design": {"files": [{"key": KEY, "icons": icons}]}, "faults": faults}


def main(icons: int, rounds: int, workers: int) -> None:
    """Run each round in a folder of its own."""
    print(f"{icons:,} icons, {workers} workers, one request in ten goes wrong")
    for seed in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            simulator, url = start_simulator(root, scenario(icons, seed))
            try:
                _round(root, url, seed, workers)
            finally:
                simulator.terminate()
                simulator.wait()


def _round(root: Path, url: str, seed: int, workers: int) -> None:
    (root / "exfig.yaml").write_text(CONFIG)
    environ = {**os.environ, "FIGMA_PERSONAL_TOKEN": "figd_simulator", "XDG_STATE_HOME": str(root)}
    command = [sys.executable, "-m", "exfig_mp", "batch", "exfig.yaml", "--api-url", url, "--workers", str(workers)]
    started = time.monotonic()
    ran = subprocess.run([*command, "--report", "report.json", "-q"], cwd=root, env=environ, check=False)
    seconds = time.monotonic() - started
    report = json.loads((root / "report.json").read_bytes())
    with urlopen(f"{url}/_simulator/requests") as answer:  # noqa: S310  # our own simulator
        seen = json.load(answer)
    calls = {call["endpoint"]: call["count"] for call in report["calls"]}
    causes = dict(Counter(failure["cause"] for failure in report["failures"]))
    leftovers = len(list(root.rglob("*.tmp")))
    print(
        f"seed {seed}: exit {ran.returncode}, {report['files']:,} files in place, failed {causes or 0}, "
        f"{seconds:.1f} s, API calls {calls}, {report['retries']:,} retries, "
        f"waited {report['pacing']['seconds']:.1f} s, violations {len(seen['violations'])}, temporary files {leftovers}"
    )


if __name__ == "__main__":
    defaults = (5000, 3, 8)
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *defaults[len(given) :])
