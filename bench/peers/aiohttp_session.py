"""A plain downloader in one process, as one would write it: aiohttp and uvloop, a session, tasks, files.

It checks the status, and nothing else: no hash, no journal, no rename. Usage: see `downloaders`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import msgspec
import uvloop

from bench.answer import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 256 * 1024


async def _download(lines: list[str], connections: int) -> int:
    waiting = iter(lines)
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(_take(session, waiting) for _ in range(connections)))
    return len(lines)


async def _take(session: aiohttp.ClientSession, waiting: Iterator[str]) -> None:
    for line in waiting:
        url, _, path = line.partition("\t")
        async with session.get(url, raise_for_status=True) as answer:
            with Path(path).open("wb") as file:  # noqa: ASYNC230  # a disk in memory: a thread would cost more
                async for part in answer.content.iter_chunked(_CHUNK):
                    file.write(part)


def main() -> None:
    """Download, and print how long that took without the imports."""
    ready, started = time.process_time(), time.monotonic()
    done = uvloop.run(_download(Path(sys.argv[1]).read_text("utf-8").splitlines(), int(sys.argv[2])))
    sys.stdout.write(msgspec.json.encode(Answer(ready, time.monotonic() - started, done)).decode())


if __name__ == "__main__":
    main()
