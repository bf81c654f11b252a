"""When a run is shown while it goes on. What is shown then is in `live_view`, which loads rich."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from exfig_mp.ledger import Ledger

_HEAD_START = 0.1
"""Seconds in which the run gets its first call on the way: nothing that it waits for waits for rich."""


@asynccontextmanager
async def progress(ledger: Ledger, *, quiet: bool, color: bool) -> AsyncIterator[None]:
    """Show `ledger` on standard error as long as the context is open."""
    if quiet:
        yield
        return
    task = asyncio.create_task(_show(ledger, color=color))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _show(ledger: Ledger, *, color: bool) -> None:
    await asyncio.sleep(_HEAD_START)
    with suppress(
        OSError, ImportError
    ):  # no descriptor is left to load it with, or nobody reads: the run goes on unseen
        from exfig_mp.cli.live_view import show

        await show(ledger, color=color)
