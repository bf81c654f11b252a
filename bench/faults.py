"""What becomes of a run in which one request in ten goes wrong, and what does it cost?

Faults fall independently on every attempt at every request, of the API and of the store, of many kinds in equal parts;
limits are those of an Enterprise plan. Each round has other dice.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.result import Result, Table, conclude, question
from bench.running import CONFIG, KEY, run, simulated
from bench.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def main(words: Sequence[str] | None = None) -> Result:
    """Run each round in a folder of its own; print and store."""
    parser = argparse.ArgumentParser("bench.faults", description=__doc__)
    parser.add_argument("--icons", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=8)
    asked, began = parser.parse_args(words), time.monotonic()
    rows, missing = [], 0
    for seed in range(1, asked.rounds + 1):
        with scratch() as folder:
            row, failed = _round(Path(folder), asked.icons, seed, asked.workers)
        rows.append(row)
        missing += failed
    columns = ("seed", "files in place", "failed", "seconds", "API calls", "retries", "waited s", "violations")
    table = Table(f"{asked.icons:,} icons, {asked.workers} workers", columns, tuple(rows))
    return conclude(Result("faults", question(__doc__), (table,), {"items failed": missing}), began=began)


def _round(root: Path, icons: int, seed: int, workers: int) -> tuple[tuple[str, ...], int]:
    """Return the line of the table, and how many items failed."""
    (root / "exfig.yaml").write_text(CONFIG)
    with simulated(root, scenario(icons, seed)) as figma:
        ran = run(root, figma, ["exfig.yaml"], "--workers", str(workers))
        seen = figma.summary()
    report = ran.report
    calls = " + ".join(f"{call['count']} {call['endpoint']}" for call in report["calls"])
    causes = Counter(failure["cause"] for failure in report["failures"])
    failed = ", ".join(f"{count} {cause}" for cause, count in causes.items()) or "none"
    if left := [path.name for path in root.rglob("*.tmp")]:
        raise SystemExit(f"{len(left)} temporary files were left behind")
    counts = (f"{report['retries']:,}", f"{report['pacing']['seconds']:.1f}", str(len(seen["violations"])))
    return (str(seed), f"{report['files']:,}", failed, f"{ran.seconds:.1f}", calls, *counts), causes.total()


if __name__ == "__main__":
    main()
