"""What a run would do, as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from exfig_mp.cli.console import open_console, shown

if TYPE_CHECKING:
    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.forecast import Forecast
    from exfig_mp.ledger import Ledger


def show_forecast(found: Forecast, ledger: Ledger, options: CommandOptions) -> None:
    """Print the forecast on standard output, and what cannot be planned on standard error."""
    console = open_console(stderr=False, no_color=options.no_color)
    show_problems(ledger, options)
    table = Table(box=None, pad_edge=False)
    table.add_column("config")
    for heading in ("to write", "from the cache", "in place", "to remove", "stale, kept"):
        table.add_column(heading, justify="right")
    for config in found.configs:
        counts = (config.write, config.restore, config.keep, config.remove, config.stale)
        table.add_row(Text(shown(config.config)), *(f"{count:,}" if count else "-" for count in counts))
    console.print(table)
    for line in _totals(found):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def show_problems(ledger: Ledger, options: CommandOptions) -> None:
    """Print warnings, and what could not be had or planned, on standard error; not where that is a JSON log's."""
    errors = open_console(stderr=not options.has_json_on_stderr, no_color=options.no_color)
    for text in () if options.quiet else ledger.warnings:
        errors.print(shown(f"warning: {text}"), style="yellow", markup=False, highlight=False, soft_wrap=True)
    for one in ledger.entry_failures:
        where = " ".join(part for part in (one.config, one.entry) if part)
        advice = f" ({one.failure.advice})" if one.failure.advice else ""
        said = shown(f"{where}: {one.failure.message}{advice}")
        errors.print(said, style="red", markup=False, highlight=False, soft_wrap=True)


def _totals(found: Forecast) -> list[str]:
    calls = ", ".join(f"{call.count:,} {call.endpoint} (Tier {call.tier})" for call in found.calls) or "none"
    basis = " (the plan is not known: that of Professional is taken; figma.plan says it)" if found.assumed else ""
    return [
        f"{found.to_render:,} of {found.renders:,} renders to be asked for",
        f"API calls: {calls}",
        f"Figma's limits make it take {found.seconds:,.0f} s at least{basis}",
        "Dry run: no file was touched.",
    ]
