"""The live view of a run: bars on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from exfig_mp.cli.console import is_terminal, open_console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from exfig_mp.ledger import Ledger

_FRAME = 0.1
_LINE = 3.0
_ROWS = 12  # configs with a bar of their own


async def show(ledger: Ledger, *, color: bool) -> None:
    """Show `ledger` on standard error, until cancelled."""
    console = open_console(stderr=True, no_color=not color)
    is_watched = is_terminal(console) and not os.environ.get("CI")
    await (_bars(ledger, console) if is_watched else _lines(ledger, console))


async def _bars(ledger: Ledger, console: Console) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[facts]}"),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        everything = bars.add_task("all renders", total=None, facts="reading metadata")
        configs: dict[str, TaskID] = {}
        speed = _Speed()
        while True:
            rows = sorted(ledger.config_totals.items())[:_ROWS] if len(ledger.config_totals) > 1 else []
            for config, total in rows:
                if config not in configs:
                    configs[config] = bars.add_task(escape(config), total=total, facts="")
                bars.update(configs[config], completed=ledger.config_settled[config])
            if ledger.total:
                facts = _facts(ledger, speed.of(ledger))
                bars.update(everything, completed=ledger.settled, total=ledger.total, facts=facts)
            await asyncio.sleep(_FRAME)


async def _lines(ledger: Ledger, console: Console) -> None:
    speed = _Speed()
    while True:
        await asyncio.sleep(_LINE)
        done = f"{ledger.settled:,}/{ledger.total:,} renders" if ledger.total else "reading metadata"
        console.print(f"{done}  {_facts(ledger, speed.of(ledger))}", highlight=False, markup=False, soft_wrap=True)


class _Speed:
    """Downloads a second since the last look."""

    def __init__(self) -> None:
        self._at, self._done = time.monotonic(), 0

    def of(self, ledger: Ledger) -> float:
        now, done = time.monotonic(), len(ledger.done)
        speed = (done - self._done) / max(now - self._at, 1e-9)
        self._at, self._done = now, done
        return speed


def _facts(ledger: Ledger, speed: float) -> str:
    facts = [f"{speed:,.0f}/s", f"{ledger.size / 1e6:,.1f} MB", f"{sum(ledger.calls.values())} API calls"]
    if retries := sum(ledger.retries.values()):
        facts.append(f"{retries} retries")
    left = ledger.waits_until - time.monotonic()
    if ledger.wait and left > 1:
        why = "paused by Figma" if ledger.wait.reason == "pause" else "at its rate limit"
        facts.append(f"{ledger.wait.lane} {why}: {left:.0f} s")
    if ledger.failed:
        facts.append(f"{len(ledger.failed):,} renders failed")
    return "  ".join(facts)
