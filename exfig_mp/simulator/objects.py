"""The rendered objects behind the CDN: what each URL stands for, and its bytes, drawn when first asked for.

svg is drawn in place; pixels are drawn in child processes, because the drawing library keeps the interpreter lock.
"""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import os
import threading
import time
import uuid
from collections import Counter, OrderedDict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path  # msgspec reads the annotation

from msgspec import Struct

from exfig_mp.hashing import identity
from exfig_mp.model import Format
from exfig_mp.simulator import artwork
from exfig_mp.simulator.design import Component  # msgspec reads the annotation
from exfig_mp.simulator.drawing import CONTENT_TYPES, draw

PREFIX = "/figma-alpha-api/images/"
_CACHE_SIZE = 256 * 1024 * 1024
_PROCESSES = 2


class Picture(Struct, frozen=True):
    """A node to draw in one way. `layer` is the id attribute that `svg_include_id` wants."""

    file: str
    component: Component
    format: Format
    scale: float = 1.0
    layer: str = ""

    @property
    def identity(self) -> str:
        """What names the picture across runs."""
        node = self.component.id
        return identity("picture", self.file, node, self.format, f"{self.scale:g}", self.layer)


class Stored(Struct, frozen=True, gc=False):
    """An object at the CDN: a picture and the time of its rendering."""

    picture: Picture
    created: float


class Blob(Struct, frozen=True, gc=False):
    """The bytes of an object and what S3 says of them."""

    body: bytes
    etag: str
    content_type: str


class Elsewhere(Struct, frozen=True):
    """Another server's store: rendered objects are put into `folder`, and it serves them as `origin`."""

    origin: str
    folder: Path

    async def keep(self, path: str, picture: Picture, store: Store) -> None:
        """Put a rendered object where the other server finds it under the `path` of its URL."""
        target = self.folder / path.removeprefix("/")
        if not target.exists():
            blob = await store.blob(picture)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(blob.body)


class Store:
    """All rendered objects. The n-th rendering of a picture has the same name in every run with the same seed."""

    def __init__(self) -> None:
        self._seed = 0
        self._objects: dict[str, Stored] = {}
        self._renderings: Counter[str] = Counter()
        self._blobs: OrderedDict[Picture, Blob] = OrderedDict()
        self._size = 0
        self._drawn: dict[Picture, asyncio.Task[Blob]] = {}
        self._pool: ProcessPoolExecutor | None = None

    def clear(self, seed: int) -> None:
        """Forget all objects, and name new ones by `seed`; what is drawn already may serve again."""
        self._seed = seed
        self._objects.clear()
        self._renderings.clear()

    def add(self, picture: Picture, now: float) -> str:
        """Store a new rendering of a picture and return the path of its URL."""
        self._renderings[picture.identity] += 1
        digest = identity(str(self._seed), picture.identity, str(self._renderings[picture.identity]))
        name = str(uuid.UUID(hex=digest, version=4))
        self._objects[name] = Stored(picture, now)
        return PREFIX + name

    def find(self, name: str) -> Stored | None:
        """Return the object of a name."""
        return self._objects.get(name)

    def ready(self, picture: Picture) -> Blob | None:
        """Return the bytes of a picture if they are there or quickly made."""
        blob = self._blobs.get(picture)
        if blob is not None:
            return blob
        return self._keep(picture, _drawn(picture)) if picture.format == "svg" else None

    async def blob(self, picture: Picture) -> Blob:
        """Return the bytes of a picture; it is drawn once however many ask at a time."""
        blob = self.ready(picture)
        if blob is not None:
            return blob
        task = self._drawn.get(picture)
        if task is None:
            task = self._drawn[picture] = asyncio.create_task(self._draw(picture))
            task.add_done_callback(lambda _: self._drawn.pop(picture, None))
        # The connection of one who waits may break; the others still want the drawing.
        return await asyncio.shield(task)

    def close(self) -> None:
        """Stop the drawing processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    async def _draw(self, picture: Picture) -> Blob:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(_PROCESSES, context, initializer=_follow, initargs=(os.getpid(),))
        return self._keep(picture, await asyncio.get_running_loop().run_in_executor(self._pool, _drawn, picture))

    def _keep(self, picture: Picture, blob: Blob) -> Blob:
        self._blobs[picture] = blob
        self._size += len(blob.body)
        while self._size > _CACHE_SIZE:
            _, oldest = self._blobs.popitem(last=False)
            self._size -= len(oldest.body)
        return blob


def _drawn(picture: Picture) -> Blob:
    component = picture.component
    svg = artwork.svg(component.artwork, component.size, component.pen, layer=picture.layer)
    body = draw(svg, component.size, picture.format, picture.scale)
    return Blob(body, hashlib.md5(body, usedforsecurity=False).hexdigest(), CONTENT_TYPES[picture.format])


def _follow(parent: int) -> None:
    """End this drawing process soon after the simulator is gone, however it went."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
