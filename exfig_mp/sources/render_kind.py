"""Renders of one kind (file, format, scale, switches): how many go into a call, and what its calls came to. Pure."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct, field

from exfig_mp.sources.figma_errors import FULL_WEIGHT, TOO_LONG, weight

if TYPE_CHECKING:
    from exfig_mp.errors import FigmaError
    from exfig_mp.model import Failure, Render

MAX_QUERY = 7_500 - 80
"""Bytes of a query: the whole URL must stay under Figma's 8,192, and some proxies add to it."""

FIRST_IDS = 100
"""Ids of a first call: what most exporters ask for at a time, icons or not."""

MOST_IDS = 400
"""Ids of a call: with ids of usual length more do not fit into a URL, and they take long to draw."""

OUTAGE = 12 * FULL_WEIGHT
"""Weight of calls in a row without an answer: halving 400 ids down to one poisoned node takes nine."""

_COMFORTABLE = 10.0  # seconds of a call below which the next may be larger
_MOST_GROWTH = 4.0  # from one call to the next: the first nodes may be easier to draw than the rest
_CLOSE = 16  # the part of a query that it is not worth a call to find out whether it may be longer by
_CAREFUL_GROWTH = 2.0  # where something was too much before


class BatchSize(Struct):
    """How many ids to put into a call: follows what Figma can do in the time that a call should take.

    Args:
        ids: of the next call.
        growth: from one call to the next, at most.
        room: bytes of the query of the next call.
        most: bytes of any query.
        known: bytes of the longest query that was answered, as far as others may be as long.
    """

    ids: int = FIRST_IDS
    growth: float = _MOST_GROWTH
    room: int = MAX_QUERY
    most: int = MAX_QUERY
    known: int = 0

    def after_success(self, seconds: float, asked: int) -> None:
        """Grow if a full call was quick, to what should take a comfortable time."""
        if seconds < _COMFORTABLE and asked >= self.ids:
            factor = min(_COMFORTABLE / max(seconds, 0.001), self.growth)
            self.ids = min(int(self.ids * factor), MOST_IDS)

    def after_too_much(self, asked: int) -> None:
        """Shrink below what was too much, and grow with more care from now on."""
        self.ids = max(1, min(self.ids, asked // 2))
        self.growth = _CAREFUL_GROWTH

    def fits(self, length: int, asked: int) -> None:
        """Take note that a query of `length` bytes was answered: where some were too long, the next may be longer."""
        self.known = min(max(self.known, length), MAX_QUERY)  # a single id may be longer
        is_full = length + 2 * length // asked > self.room  # an id or two did not go in
        if self.room < self.most and is_full:
            is_close = self.most - self.known <= self.known // _CLOSE
            self.room = self.known if is_close else (self.known + self.most + 1) // 2

    def is_too_long(self, status: int, length: int, asked: int) -> bool:
        """Was the query of `length` bytes too long, by the status of an error? Then never send so long a one again.

        One as long as others that were answered cannot be too long, nor can a single id: then a node is at fault.
        """
        if status not in TOO_LONG:
            return False
        if asked == 1:
            self.room = self.most = MAX_QUERY
        if asked == 1 or length <= self.known:
            return False
        self.most = length - 1
        self.room = min(self.room, max(self.known, length // 2))
        return True


class Kind(Struct):
    """The renders of one kind that still have to be asked for, and what became of its calls.

    Args:
        file_key: whose renders they are.
        switches: the query of all its calls, but for the ids and the version.
        size: how many go into a call; shared with others that are as hard to draw.
        waiting: what was not asked for yet.
        again: what came back null and is asked for again at the end, all together.
        batches: set pieces, which go first.
        unanswered: the weight of its calls in a row that got no answer.
        answers_before: how many answers there had been over all kinds when that began.
        was_answered: whether Figma ever drew one of them.
        refused_alone: what the first node met that was asked for alone.
        refusal: what ends it.
        version: the file's version that is drawn from; empty: as the file is then.
    """

    file_key: str
    switches: str
    size: BatchSize
    version: str = ""
    unanswered: int = 0
    answers_before: int = 0
    was_answered: bool = False
    refused_alone: Failure | None = None
    refusal: Failure | None = None
    waiting: deque[Render] = field(default_factory=deque)
    again: deque[Render] = field(default_factory=deque)
    batches: deque[list[Render]] = field(default_factory=deque)

    @property
    def query(self) -> str:
        """The query of all its calls, but for the ids."""
        return self.switches + (f"&version={quote(self.version, safe='')}" if self.version else "")

    @property
    def has_work(self) -> bool:
        """Is there anything left to ask for?"""
        return bool(self.batches or self.waiting or self.again)

    def take_all(self) -> list[Render]:
        """Take out what is left."""
        left = [*(render for batch in self.batches for render in batch), *self.waiting, *self.again]
        self.batches.clear()
        self.waiting.clear()
        self.again.clear()
        return left

    def next_batch(self) -> list[Render]:
        """Take out what goes into the next call: as many as the size says and a URL holds."""
        if self.batches:
            return self.batches.popleft()
        waiting = self.waiting or self.again
        batch: list[Render] = []
        room = self.size.room - len(self.query) - len("&ids=")
        while waiting and len(batch) < self.size.ids:
            room -= len(encoded(waiting[0].node.id)) + 1
            if room < 0 and batch:
                break
            batch.append(waiting.popleft())
        return batch

    def hears(self, error: FigmaError, answers: int) -> int:
        """Weigh a call that got no answer; return the weight of all in a row. There were `answers` over all kinds."""
        if not weight(error):
            self.unanswered = 0
        elif not self.unanswered:
            self.answers_before = answers
        self.unanswered += weight(error)
        return self.unanswered

    def is_refused(self, error: FigmaError) -> bool:
        """Does what a node alone met say that Figma refuses the kind as such?

        It does when two nodes were refused alike for no reason that is known to be a node's, and none was ever drawn.
        """
        if error.status != 400 or weight(error) < FULL_WEIGHT or self.was_answered:
            return False
        if self.refused_alone is None:
            self.refused_alone = error.failure
            return False
        return (self.refused_alone.cause, self.refused_alone.message) == (error.cause, error.message)


def query_switches(render: Render) -> str:
    """Return the query of `GET /v1/images/:key` for `render`, all but its id; equal for renders of one kind."""
    parts = [f"format={render.format}", f"use_absolute_bounds={str(render.use_absolute_bounds).lower()}"]
    if render.format in {"png", "jpg"}:
        parts.append(f"scale={render.scale:g}")
    if render.format == "svg":
        parts.append(f"svg_include_id={str(render.svg_include_id).lower()}")
        parts.append(f"svg_simplify_stroke={str(render.svg_simplify_stroke).lower()}")
    return "&".join(parts)


def encoded(node_id: str) -> str:
    """Encode an id for a query: `:` stays as Figma's own examples write it, `;` is a separator to some servers."""
    return quote(node_id, safe=":")
