"""From renders to URLs in as few `/images` calls as possible.

Renders of one kind (file, format, scale, switches) share calls. A kind has one call under way at a time, so that what
one call teaches about the right size serves the next; different kinds are asked for side by side. A call that is too
much is halved, down to the one node that poisons it, which alone fails; an id that Figma names is taken out at once.
"""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from exfig_mp.errors import FigmaError
from exfig_mp.model import Failure
from exfig_mp.sources.figma_errors import invalid_node, is_too_much, refuses_version
from exfig_mp.sources.render_kind import FIRST_IDS, MOST_IDS, OUTAGE, BatchSize, Kind, encoded, query_switches

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from exfig_mp.model import Render
    from exfig_mp.sources.figma_api import FigmaApi, Images

SIDE_BY_SIDE = 3
"""Kinds that are rendered at once: Figma allows 10 to 20 calls a minute and needs seconds for each."""

_NOW: Mapping[str, str] = MappingProxyType({})
_LOOK_AGAIN = 1.0  # seconds: a file that is blocked from now on gives up its places, and nobody else would tell
_ABOUT_THE_FILE = frozenset({"config", "forbidden", "not_found", "rate_limit"})  # a limit is that of the file's plan


class Drawn(NamedTuple):
    """Figma drew the render; its bytes are at `url` for 30 days."""

    render: Render
    url: str


class NotDrawn(NamedTuple):
    """Figma will not draw the render; `correlation` names the request that said so, if one was sent."""

    render: Render
    failure: Failure
    correlation: str = ""


class RenderQueue:
    """Renders go in, answers come out, each render's once. More renders may be added while answers are being read.

    Args:
        api: whom to ask.
        few_calls: whether calls are so few (six a month) that the first ones had better be as large as may be.
        versions: of files, by their keys: a run draws all of a file in one version, whatever is edited meanwhile.
    """

    def __init__(self, api: FigmaApi, *, few_calls: bool = False, versions: Mapping[str, str] = _NOW) -> None:
        self._api = api
        self._first_size = MOST_IDS if few_calls else FIRST_IDS
        self._kinds = _Kinds(self._first_size, versions if api.can_name_versions else _NOW)
        self._asked_before: set[str] = set()
        self._running: dict[asyncio.Task[list[Drawn | NotDrawn]], Kind] = {}
        self._news = asyncio.Event()
        self._closed = False
        self._refusal: Failure | None = None
        self._refused_files: dict[str, Failure] = {}
        self._answered = 0

    def add(self, renders: Iterable[Render]) -> None:
        """Ask for `renders`, after those that are waiting already."""
        for render in renders:
            self._kinds.of(render).waiting.append(render)
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
                is_full = self._start_calls()
                if not self._running:
                    if self._closed and not any(kind.has_work for kind in self._kinds.values()):
                        return
                    await self._news.wait()
                    continue
                news = asyncio.ensure_future(self._news.wait())
                patience = _LOOK_AGAIN if is_full else None
                await asyncio.wait([*self._running, news], timeout=patience, return_when=asyncio.FIRST_COMPLETED)
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
            refusal = self._refusal or self._refused_files.get(kind.file_key) or kind.refusal
            if refusal is not None:
                refused += [NotDrawn(render, refusal) for render in kind.take_all()]
        return refused

    def _start_calls(self) -> bool:
        """Start what may be started; is there a kind that must wait?

        Calls about a file that is blocked wait themselves, and hold no place meanwhile. One waits for all of the file.
        """
        running = list(self._running.values())
        busy, files = {id(kind) for kind in running}, {kind.file_key for kind in running}
        free = SIDE_BY_SIDE - sum(not self._api.blocked_for(kind.file_key) for kind in running)
        is_full = False
        for kind in self._kinds.values():
            if id(kind) in busy or not kind.has_work:
                continue
            is_blocked = self._api.blocked_for(kind.file_key) > 0
            if kind.file_key in files if is_blocked else free <= 0:
                is_full = True
                continue
            free -= not is_blocked
            files.add(kind.file_key)
            self._running[asyncio.create_task(self._call(kind, kind.next_batch()))] = kind
        return is_full

    async def _call(self, kind: Kind, batch: list[Render]) -> list[Drawn | NotDrawn]:
        query = f"{kind.query}&ids={','.join(encoded(render.node.id) for render in batch)}"
        subject = f"{len(batch)} render{'s' if len(batch) > 1 else ''} of file {kind.file_key}"
        try:
            images = await self._api.images(kind.file_key, query, subject, can_be_split=len(batch) > 1)
        except FigmaError as error:
            return self._narrow_down(kind, batch, error, len(query))
        self._answered += 1
        kind.unanswered, kind.was_answered = 0, True
        kind.size.after_success(images.seconds, len(batch))
        kind.size.fits(len(query), len(batch))
        return self._sort_out(kind, batch, images)

    def _narrow_down(self, kind: Kind, batch: list[Render], error: FigmaError, length: int) -> list[Drawn | NotDrawn]:
        if kind.version and not kind.was_answered and refuses_version(error):
            kind.version = ""  # better what the file is now than nothing
            kind.batches.appendleft(batch)
            return []
        is_outage, spoiling = self._is_outage(kind, error), invalid_node(error)
        rest = [render for render in batch if render.node.id != spoiling]
        if error.cause == "auth" or (is_outage and not 400 <= error.status < 500):
            self._refusal = error.failure
        elif error.cause in _ABOUT_THE_FILE:
            self._refused_files[kind.file_key] = error.failure
        elif is_outage:
            kind.refusal = error.failure
        elif len(batch) == 1 and kind.is_refused(error):
            kind.refusal = error.failure
            kind.size.ids = max(kind.size.ids, self._first_size)  # it was not the size: others need not suffer
        elif len(rest) < len(batch):
            kind.batches.extendleft([rest] if rest else [])
            batch = [render for render in batch if render.node.id == spoiling]
        elif kind.size.is_too_long(error.status, length, len(batch)):
            kind.waiting.extendleft(reversed(batch))
            return []
        elif is_too_much(error, ids=len(batch)):
            kind.size.after_too_much(len(batch))
            middle = len(batch) // 2
            # Depth first: a poisoned node is run to earth, and its healthy neighbours soon prove that Figma answers.
            kind.batches.extendleft([batch[middle:], batch[:middle]])
            return []
        return [NotDrawn(render, error.failure, error.correlation) for render in batch]

    def _is_outage(self, kind: Kind, error: FigmaError) -> bool:
        """Has Figma stopped answering? Then asking for less and less would only use up calls."""
        return kind.hears(error, self._answered) >= OUTAGE and kind.answers_before == self._answered

    def _sort_out(self, kind: Kind, batch: Sequence[Render], images: Images) -> list[Drawn | NotDrawn]:
        """Take URLs by node id, never by order. What came back null is asked for once more, apart from the others."""
        answers: list[Drawn | NotDrawn] = []
        for render in batch:
            url = images.urls.get(render.node.id)
            if url:
                answers.append(Drawn(render, url))
            elif render.id not in self._asked_before:
                self._asked_before.add(render.id)
                kind.again.append(render)
            else:
                answers.append(NotDrawn(render, _null_render(render), images.correlation))
        return answers


class _Kinds:
    """The kinds of the renders that were seen so far, in that order."""

    def __init__(self, first_size: int, versions: Mapping[str, str]) -> None:
        self._first_size = first_size
        self._versions = versions
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._sizes: dict[str, BatchSize] = {}

    def of(self, render: Render) -> Kind:
        switches = query_switches(render)
        key = (render.node.file_key, switches)
        if key not in self._kinds:
            size = self._sizes.setdefault(f"{render.format}@{render.scale:g}", BatchSize(self._first_size))
            self._kinds[key] = Kind(render.node.file_key, switches, size, self._versions.get(key[0], ""))
        return self._kinds[key]

    def values(self) -> Iterable[Kind]:
        return self._kinds.values()


def calls_for(renders: Iterable[Render], *, few_calls: bool = False, versions: Mapping[str, str] = _NOW) -> int:
    """Return how many calls the renders take if Figma draws quickly and all of them."""
    kinds, calls = _Kinds(MOST_IDS if few_calls else FIRST_IDS, versions), 0
    for render in renders:
        kinds.of(render).waiting.append(render)
    while waiting := [kind for kind in kinds.values() if kind.has_work]:
        for kind in waiting:  # side by side, as the sizes of some are those of others
            batch = kind.next_batch()
            kind.size.after_success(0.0, len(batch))
            calls += 1
    return calls


def _null_render(render: Render) -> Failure:
    return Failure(
        "null_render",
        f"Figma renders nothing for node {render.node.id}",
        "is the component invisible, empty, or deleted since it was published? Publish the library again",
        attempts=2,
    )
