"""From renders to URLs in as few `/images` calls as possible.

Renders of one kind (file, format, scale, switches) share calls. A kind has one call under way at a time, so that what
one call teaches about the right size serves the next; different kinds are asked for side by side. A call that is too
much is halved, down to the one node that poisons it, which alone fails.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from exfig_mp.errors import FigmaError
from exfig_mp.model import Failure
from exfig_mp.sources.figma_errors import is_too_much

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from exfig_mp.model import Render
    from exfig_mp.sources.figma_api import FigmaApi

MAX_QUERY = 7_500 - 80
"""Bytes of a query: the whole URL must stay under Figma's 8,192, and some proxies add to it."""

MOST_IDS = 400
"""Ids of a call: with ids of usual length more do not fit into a URL, and they take long to draw."""

_SIDE_BY_SIDE = 3  # kinds that are rendered at once: Figma allows 10 to 20 calls a minute and needs seconds for each
_OUTAGE = 12  # calls in a row without an answer: halving 400 ids down to one poisoned node takes nine
_ABOUT_THE_FILE = frozenset({"config", "forbidden", "not_found", "rate_limit"})  # a limit is that of the file's plan
_COMFORTABLE = 10.0  # seconds of a call below which the next may be larger


class Drawn(NamedTuple):
    """Figma drew the render; its bytes are at `url` for 30 days."""

    render: Render
    url: str


class NotDrawn(NamedTuple):
    """Figma will not draw the render."""

    render: Render
    failure: Failure


@dataclass(slots=True)
class BatchSize:
    """How many ids to put into a call: follows what Figma can do in the time that a call should take."""

    ids: int = 100
    most: int = MOST_IDS

    def after_success(self, seconds: float, asked: int) -> None:
        """Grow if a full call was quick."""
        if seconds < _COMFORTABLE and asked >= self.ids:
            self.ids = min(self.ids * 2, self.most)

    def after_too_much(self, asked: int) -> None:
        """Shrink below what was too much."""
        self.ids = max(1, min(self.ids, asked // 2))


@dataclass(slots=True)
class _Kind:
    """The renders of one kind that still have to be asked for.

    `batches` are set pieces and go first; what came back null is asked for `again` at the end, all together.
    `unanswered` counts its calls in a row that got no answer; `answers_before` is how many answers there had been over
    all kinds when that began.
    """

    file_key: str
    switches: str
    size: BatchSize
    unanswered: int = 0
    answers_before: int = 0
    waiting: deque[Render] = field(default_factory=deque)
    again: deque[Render] = field(default_factory=deque)
    batches: deque[list[Render]] = field(default_factory=deque)

    @property
    def has_work(self) -> bool:
        return bool(self.batches or self.waiting or self.again)

    def take_all(self) -> list[Render]:
        """Take out what is left."""
        left = [*(render for batch in self.batches for render in batch), *self.waiting, *self.again]
        self.batches.clear()
        self.waiting.clear()
        self.again.clear()
        return left

    def next_batch(self) -> list[Render]:
        if self.batches:
            return self.batches.popleft()
        waiting = self.waiting or self.again
        batch: list[Render] = []
        room = MAX_QUERY - len(self.switches) - len("&ids=")
        while waiting and len(batch) < self.size.ids:
            room -= len(_encoded(waiting[0].node.id)) + 1
            if room < 0 and batch:
                break
            batch.append(waiting.popleft())
        return batch


class RenderQueue:
    """Renders go in, answers come out, each render's once. More renders may be added while answers are being read.

    Args:
        api: whom to ask.
        few_calls: whether calls are so few (six a month) that the first ones had better be as large as may be.
    """

    def __init__(self, api: FigmaApi, *, few_calls: bool = False) -> None:
        self._api = api
        self._first_size = MOST_IDS if few_calls else 100
        self._kinds: dict[tuple[str, str], _Kind] = {}
        self._sizes: dict[str, BatchSize] = {}
        self._asked_before: set[str] = set()
        self._running: dict[asyncio.Task[list[Drawn | NotDrawn]], _Kind] = {}
        self._news = asyncio.Event()
        self._closed = False
        self._refusal: Failure | None = None
        self._refused_files: dict[str, Failure] = {}
        self._answered = 0

    def add(self, renders: Iterable[Render]) -> None:
        """Ask for `renders`, after those that are waiting already."""
        for render in renders:
            switches = query_switches(render)
            key = (render.node.file_key, switches)
            if key not in self._kinds:
                size = self._sizes.setdefault(f"{render.format}@{render.scale:g}", BatchSize(self._first_size))
                self._kinds[key] = _Kind(render.node.file_key, switches, size)
            self._kinds[key].waiting.append(render)
        self._news.set()

    def close(self) -> None:
        """No render will be added any more: `answers` ends when the last answer is given."""
        self._closed = True
        self._news.set()

    async def answers(self) -> AsyncIterator[list[Drawn | NotDrawn]]:
        """Give the answers, a list for each call, as the calls come back.

        If Figma refuses for a reason that holds for every render (the token, an outage) or for a whole file (a rate
        limit), no further call is made: all renders that still wait for one are answered with that refusal.
        """
        try:
            while True:
                self._news.clear()
                if refused := self._refuse_waiting():
                    yield refused
                self._start_calls()
                if not self._running:
                    if self._closed and not any(kind.has_work for kind in self._kinds.values()):
                        return
                    await self._news.wait()
                    continue
                news = asyncio.ensure_future(self._news.wait())
                await asyncio.wait([*self._running, news], return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                for task in [task for task in self._running if task.done()]:
                    del self._running[task]
                    if answers := task.result():
                        yield answers
        finally:
            for task in self._running:
                task.cancel()

    def _refuse_waiting(self) -> list[Drawn | NotDrawn]:
        refused: list[Drawn | NotDrawn] = []
        for kind in self._kinds.values():
            refusal = self._refusal or self._refused_files.get(kind.file_key)
            if refusal is not None:
                refused += [NotDrawn(render, refusal) for render in kind.take_all()]
        return refused

    def _start_calls(self) -> None:
        busy = {id(kind) for kind in self._running.values()}
        for kind in self._kinds.values():
            if len(self._running) >= _SIDE_BY_SIDE:
                return
            if id(kind) not in busy and kind.has_work:
                self._running[asyncio.create_task(self._call(kind, kind.next_batch()))] = kind

    async def _call(self, kind: _Kind, batch: list[Render]) -> list[Drawn | NotDrawn]:
        query = f"{kind.switches}&ids={','.join(_encoded(render.node.id) for render in batch)}"
        subject = f"{len(batch)} renders of file {kind.file_key}"
        try:
            images = await self._api.images(kind.file_key, query, subject, can_be_split=len(batch) > 1)
        except FigmaError as error:
            return self._narrow_down(kind, batch, error)
        self._answered += 1
        kind.unanswered = 0
        kind.size.after_success(images.seconds, len(batch))
        return self._sort_out(kind, batch, images.urls)

    def _narrow_down(self, kind: _Kind, batch: list[Render], error: FigmaError) -> list[Drawn | NotDrawn]:
        if error.cause == "auth" or self._is_outage(kind, error):
            self._refusal = error.failure
        elif error.cause in _ABOUT_THE_FILE:
            self._refused_files[kind.file_key] = error.failure
        elif is_too_much(error, ids=len(batch)):
            kind.size.after_too_much(len(batch))
            middle = len(batch) // 2
            # Depth first: a poisoned node is run to earth, and its healthy neighbours soon prove that Figma answers.
            kind.batches.extendleft([batch[middle:], batch[:middle]])
            return []
        return [NotDrawn(render, error.failure) for render in batch]

    def _is_outage(self, kind: _Kind, error: FigmaError) -> bool:
        """Has Figma stopped answering? Then asking for less and less would only use up calls."""
        if error.cause not in {"server", "timeout", "network"} or error.status == 200:
            kind.unanswered = 0
            return False
        if not kind.unanswered:
            kind.answers_before = self._answered
        kind.unanswered += 1
        return kind.unanswered >= _OUTAGE and kind.answers_before == self._answered

    def _sort_out(self, kind: _Kind, batch: Sequence[Render], images: dict[str, str | None]) -> list[Drawn | NotDrawn]:
        """Take URLs by node id, never by order. What came back null is asked for once more, apart from the others."""
        answers: list[Drawn | NotDrawn] = []
        for render in batch:
            url = images.get(render.node.id)
            if url:
                answers.append(Drawn(render, url))
            elif render.id not in self._asked_before:
                self._asked_before.add(render.id)
                kind.again.append(render)
            else:
                answers.append(NotDrawn(render, _null_render(render)))
        return answers


def query_switches(render: Render) -> str:
    """Return the query of `GET /v1/images/:key` for `render`, all but its id; equal for renders of one kind."""
    parts = [f"format={render.format}", f"use_absolute_bounds={str(render.use_absolute_bounds).lower()}"]
    if render.format in {"png", "jpg"}:
        parts.append(f"scale={render.scale:g}")
    if render.format == "svg":
        parts.append(f"svg_include_id={str(render.svg_include_id).lower()}")
        parts.append(f"svg_simplify_stroke={str(render.svg_simplify_stroke).lower()}")
    return "&".join(parts)


def _encoded(node_id: str) -> str:
    """Encode an id for a query: `:` stays as Figma's own examples write it, `;` is a separator to some servers."""
    return quote(node_id, safe=":")


def _null_render(render: Render) -> Failure:
    return Failure(
        "null_render",
        f"Figma renders nothing for node {render.node.id}",
        "is the component invisible, empty, or deleted since it was published? Publish the library again",
        attempts=2,
    )
