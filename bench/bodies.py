"""The files that benches download: real icons, and pictures of noise, which no server or client can make smaller.

Many names share a few contents (hard links), as caches would have them in memory anyway.
"""

from __future__ import annotations

import io
import os
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from exfig_mp.simulator import artwork
from exfig_mp.simulator.artwork import Pen

if TYPE_CHECKING:
    from pathlib import Path

    from exfig_mp.model import Format

_PEN = Pen("#1e1e1e")


@dataclass(frozen=True)
class Size:
    """A kind of file; pictures have so many pixels a side, and three bytes for each."""

    name: str
    format: Format
    side: int = 0
    contents: int = 1


SMALL = Size("small", "svg")
MEDIUM = Size("medium", "png", side=130, contents=50)
LARGE = Size("large", "png", side=1290, contents=4)


@dataclass(frozen=True)
class Bodies:
    """Files below `root`, whose names are those in URLs too."""

    root: Path
    size: Size
    names: tuple[str, ...]

    @property
    def megabytes(self) -> float:
        """Of all together."""
        return sum((self.root / name).stat().st_size for name in self.names) / 1e6


def make(root: Path, size: Size, count: int) -> Bodies:
    """Make `count` files of a size in a folder of their own below `root`."""
    folder = root / size.name
    folder.mkdir()
    contents = [_icon(name) for name in artwork.icons()] if size.format == "svg" else _pictures(size)
    names = tuple(f"{size.name}/{number:06}.{size.format}" for number in range(count))
    for number, name in enumerate(names):
        if number < len(contents):
            (root / name).write_bytes(contents[number])
        else:
            os.link(root / names[number % len(contents)], root / name)
    return Bodies(root, size, names)


def _icon(name: str) -> bytes:
    return artwork.svg(name, (artwork.ICON_SIZE, artwork.ICON_SIZE), _PEN).encode()


def _pictures(size: Size) -> list[bytes]:
    dice = random.Random(size.name)
    pictures = []
    for _ in range(size.contents):
        body = io.BytesIO()
        noise = dice.randbytes(3 * size.side * size.side)
        Image.frombytes("RGB", (size.side, size.side), noise).save(body, "png", compress_level=1)
        pictures.append(body.getvalue())
    return pictures
