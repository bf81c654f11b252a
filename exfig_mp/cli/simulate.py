"""`simulate`: the bundled Figma."""

from __future__ import annotations

from pathlib import Path

import click

from exfig_mp.cli.options import option


@click.command()
@option("--port", type=click.IntRange(0, 65535), default=8600, show_default=True, help="Port of the API; 0 for any.")
@option("--cdn-port", type=click.IntRange(0, 65535), default=0, help="Port of the CDN. [default: any]")
@option(
    "--scenario",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML or JSON file with designs, limits and faults. [default: the demo design, no faults]",
)
@option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the URLs here as JSON once both listeners accept.",
)
@option("--seed", type=int, help="Seed of all that looks random. [default: the scenario's]")
def simulate(port: int, cdn_port: int, scenario: Path | None, ready_file: Path | None, seed: int | None) -> None:
    """Simulate Figma on this machine: its API, its limits, its store, and its faults if a scenario asks for them.

    Serves until Ctrl-C. Use it with --api-url http://127.0.0.1:PORT and any FIGMA_PERSONAL_TOKEN that the scenario
    knows (the demo design: "figd_simulator").
    """
    from exfig_mp.simulator.serve import SimulatorOptions, serve

    serve(SimulatorOptions(port=port, cdn_port=cdn_port, scenario=scenario, ready_file=ready_file, seed=seed))
