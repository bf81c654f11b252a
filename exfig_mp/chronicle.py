"""What reports need of a run beside its ledger, gathered while it goes on, and only if a report is wanted."""

from __future__ import annotations

import asyncio
import time
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.before import Before, Spool
from exfig_mp.changes import Change, Tally
from exfig_mp.insertions import targets
from exfig_mp.timeline import Span, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from exfig_mp.engines.protocol import Death, Recycling, Start
    from exfig_mp.ledger import Ledger
    from exfig_mp.plan import Plan
    from exfig_mp.sources.api_events import Request
    from exfig_mp.waits import Wait

SHOWN = (".svg", ".png", ".jpg", ".webp")
"""What the names of files end with that a browser shows as pictures."""


class ChronicleOptions(Struct, frozen=True):
    """What is gathered.

    Args:
        compares: whether files are read before they are written and afterwards, to tell what has changed.
        most: changes of each kind that are listed one by one; None for all of them.
        folder: an absolute path, which changed files are named from.
        keeps: whether pictures that are replaced are kept, and what happened when.
        spool: the folder for that.
    """

    compares: bool = False
    keeps: bool = False
    spool: str = "."
    most: int | None = None
    folder: str = "/"


class Chronicle:
    """Gathers for one run, which begins now. Without `compares` it does nothing and costs nothing."""

    def __init__(self, options: ChronicleOptions | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.options = options or ChronicleOptions()
        self.before = Before(Spool(self.options.spool) if self.options.keeps else None, SHOWN)
        self.timeline = Timeline()
        self._clock = clock
        self._begun = clock()
        self._insertions: dict[str, str] = {}
        self._generated: dict[str, str] = {}
        self._has_looked = False

    async def look(self, plan: Plan, ledger: Ledger) -> None:
        """See what is where the plan will write; to be called when it is known what is in place already."""
        if self.options.compares:
            self._insertions = {path: entry.config for entry in plan.entries for path in targets(entry)}
            paths = chain(ledger.destinations_left(), plan.indexes, self._insertions)
            await asyncio.to_thread(self.before.look, paths)
            self._has_looked = True

    def generated(self, plan: Plan, indexes: Sequence[Mapping[str, str]]) -> None:
        """Take note of the files that were written for each entry of the plan, by their paths."""
        if self.options.compares:
            for entry, written in zip(plan.entries, indexes, strict=True):
                self._generated |= dict.fromkeys(written, entry.config)

    async def compare(self, ledger: Ledger) -> None:
        """Tell the ledger what has changed, however the run has ended: unless somebody wants it to end now."""
        self.timeline.end(self._now())
        if self.options.compares and not ledger.signal:
            ledger.changes = await asyncio.to_thread(self._compared, ledger)

    def requested(self, one: Request) -> None:
        """Figma has answered, or has not."""
        if self.options.keeps:
            said = ", ".join(f"{key} {value}" for key, value in one.outcome.items())
            note = f"{one.method} {one.endpoint}, attempt {one.attempt}: {said}"
            now, is_good = self._now(), one.outcome.get("status") == 200
            self.timeline.requests.add(Span(f"Tier {one.tier}", now - one.seconds, now, note, is_good))

    def waits(self, wait: Wait) -> None:
        """A request waits for Figma's limits."""
        if self.options.keeps:
            now = self._now()
            why = "a pause that Figma asked for" if wait.reason == "pause" else "the rate limit"
            self.timeline.waits.add(Span("waits", now, now + wait.seconds, f"{wait.lane}: {why}"))

    def started(self, start: Start) -> None:
        """A worker is there."""
        self.timeline.begin_life(start.worker, start.pid, self._now())

    def died(self, death: Death) -> None:
        """A worker died."""
        self.timeline.end_life(death.pid, self._now(), death.how)

    def recycled(self, one: Recycling) -> None:
        """A worker works on until its successor is there."""
        self.timeline.retire(one.pid, f"replaced for its {one.reason}")

    def left(self, pid: int) -> None:
        """A worker ended, and did not die."""
        self.timeline.leave(pid, self._now())

    def settled(self, ledger: Ledger) -> None:
        """It is known of one more render what became of it."""
        if self.options.keeps:
            self.timeline.settled.add(self._now(), ledger.settled)

    def _now(self) -> float:
        return self._clock() - self._begun

    def _compared(self, ledger: Ledger) -> Tally:
        tally = Tally(self.options.most)
        if not self._has_looked:  # so nothing was written yet
            return tally
        for path, config in chain(_assets(ledger), self._generated.items(), self._insertions.items()):
            if found := self.before.difference(path):
                tally.add(Change(self._named(path), found.kind, config, found.before, found.after))
        for path in ledger.removed:
            tally.add(Change(self._named(path), "removed"))
        return tally

    def _named(self, path: str) -> str:
        return path.removeprefix(self.options.folder.rstrip("/") + "/")


def _assets(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Give each path of the renders that were not in place before, with the config that it is for; no other has it."""
    plan = ledger.plan
    for render_id, wants in plan.wants.items() if plan else ():
        if plan and render_id not in ledger.skipped:
            configs: dict[str, str] = {}
            for want in wants:
                configs.setdefault(want.file.path, plan.entries[want.entry].config)
            yield from configs.items()
