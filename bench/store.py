"""Figma with a store that is fast: the simulator answers the API, nginx serves what it has rendered.

The simulator's own store is slower than the programs that are measured.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench import nginx
from bench.running import simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.nginx import Server, Way
    from bench.running import Figma


@dataclass(frozen=True)
class Stored:
    """Both of them."""

    figma: Figma
    server: Server

    @property
    def pids(self) -> list[int]:
        """Of the two processes."""
        return [self.figma.pid, self.server.pid]


@contextlib.contextmanager
def stored(
    root: Path, scenario: dict[str, Any], way: Way, warm: Callable[[Stored], None] = lambda _: None
) -> Iterator[Stored]:
    """Simulate `scenario`, whose renders are had in one way of nginx.

    `warm` asks once for all that will be asked for: so it is drawn, lies there, and has its MD5 as ETag. Before each
    run the simulator must be reset: equal renders have the same URLs then.
    """
    objects, state, ports = root / "objects", root / "nginx", nginx.free_ports()
    objects.mkdir()
    state.mkdir()
    options = ("--objects", str(objects), "--objects-url", nginx.origin(way, ports))
    with simulated(root, scenario, *options) as figma:
        with nginx.serving(state, objects, ports) as server:
            warm(Stored(figma, server))
        with nginx.serving(state, objects, ports) as server:
            yield Stored(figma, server)
