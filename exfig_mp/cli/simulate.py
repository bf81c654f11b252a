"""`simulate`: the bundled Figma."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
@option(
    "--objects",
    type=click.Path(file_okay=False, path_type=Path),
    help="Put rendered objects into this folder, for another server to serve.",
)
@option("--objects-url", default="", help="Origin of the server of --objects; URLs of renders begin with it.")
def simulate(**options: Any) -> None:
    """Simulate Figma on this machine: its API, its limits, its store, and its faults if a scenario asks for them.

    Serves until Ctrl-C. Use it with --api-url http://127.0.0.1:PORT and any FIGMA_PERSONAL_TOKEN that the scenario
    knows (the demo design: "figd_simulator").
    """
    from exfig_mp.simulator.serve import SimulatorOptions, serve

    serve(SimulatorOptions(**options))
