"""What has become of each render of a plan so far: the one account that progress, manifest and report are read from."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field

from exfig_mp.model import Done, Items
from exfig_mp.waits import Pacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exfig_mp.abort import Verdict
    from exfig_mp.changes import Tally
    from exfig_mp.model import Failure, JobResult, Kind, StopReason
    from exfig_mp.plan import Owner, Plan
    from exfig_mp.planned import PlannedEntry
    from exfig_mp.waits import Wait


_ITEMS: tuple[Kind, Kind] = ("icons", "images")
_WHOLE: tuple[Kind, Kind] = ("colors", "typography")


class EntryFailure(Struct, frozen=True):
    """An entry, or some of its components, could not be planned at all."""

    config: str
    entry: str
    failure: Failure
    at: float = 0.0
    """When, in Unix time."""


class TokenCount(Struct):
    """An entry of colours or text styles: how many of its files are in place, and whether that is all of them."""

    kind: Kind
    files: int = 0
    is_finished: bool = False


class Ledger(Struct):
    """Counts only grow; those by config count a render for each config that wants it.

    `calls` are requests to the API by endpoint and tier; `transfer_seconds` is how long the pipeline of renders and
    downloads ran.

    `skipped` renders were in place already, from the run that is resumed. `stopped` says why a run ended early: with
    the policy's `verdict`, the `trouble` of the run itself, or the name of the `signal`, if it was that. What is not
    settled then was not done; a few of it may be in place all the same, if its worker could not tell. `failed_at` is in
    Unix time; `placed` are paths that failed renders are at all the same; `restored` is how many of the done came from
    the cache, and `removed` are stale files that were taken away. `wait` is the last long wait for Figma's limits,
    which lasts until the monotonic time `waits_until`.

    `changes` is what the run did to files, if anybody wants to know. `tokens` are the entries of colours and text
    styles by config and label.
    """

    plan: Plan | None = None
    done: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)
    failed: dict[str, Failure] = field(default_factory=dict)
    entry_failures: list[EntryFailure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stopped: StopReason = ""
    trouble: Failure | None = None
    signal: str = ""
    verdict: Verdict | None = None
    failed_at: dict[str, float] = field(default_factory=dict)
    placed: dict[str, frozenset[str]] = field(default_factory=dict)
    pacing: Pacing = field(default_factory=Pacing)
    index_files: int = 0
    tokens: dict[tuple[str, str], TokenCount] = field(default_factory=dict)
    restored: int = 0
    removed: list[str] = field(default_factory=list)
    retries: Counter[str] = field(default_factory=Counter)
    calls: Counter[tuple[str, int]] = field(default_factory=Counter)
    size: int = 0
    transfer_seconds: float = 0.0
    wait: Wait | None = None
    waits_until: float = 0.0
    changes: Tally | None = None
    config_totals: Counter[str] = field(default_factory=Counter)
    config_settled: Counter[str] = field(default_factory=Counter)

    def begin(self, plan: Plan) -> None:
        """Take over the plan whose renders are accounted for."""
        self.plan = plan
        for render_id in plan.renders:
            for config in self.configs_of(render_id):
                self.config_totals[config] += 1

    def settle_skipped(self, render_id: str) -> None:
        """Note that a render is at all its destinations since the run that is resumed."""
        self.skipped.add(render_id)
        self._count_settled(render_id)

    def settle_done(self, result: Done) -> None:
        """Note that a render is at all its destinations."""
        self.done.add(result.job_id)
        if result.attempts:
            self.size += result.size
        else:
            self.restored += 1
        if result.warning:
            assets = sorted({owner.asset for owner in self.owners_of(result.job_id)})
            self.warnings.append(f"{', '.join(assets)} {result.warning}")
        self._count_settled(result.job_id)

    def settle_late(self, results: Iterable[JobResult]) -> None:
        """Take what came when the run was ending; what failed then may be the stop's own doing: it is not done."""
        for result in results:
            if isinstance(result, Done) and not self.is_settled(result.job_id):
                self.settle_done(result)

    def settle_failed(self, render_id: str, failure: Failure, at: float = 0.0, placed: tuple[str, ...] = ()) -> None:
        """Note that a render is not at all its destinations, when that was known (Unix time), and where it is."""
        self.failed[render_id] = failure
        self.failed_at[render_id] = at
        if placed:
            self.placed[render_id] = frozenset(placed)
        self._count_settled(render_id)

    def _count_settled(self, render_id: str) -> None:
        for config in self.configs_of(render_id):  # not `Counter.update`, which takes ten times as long
            self.config_settled[config] += 1

    def want_tokens(self, config: str, label: str, kind: Kind) -> None:
        """Note that an entry of colours or text styles is to be exported."""
        self.tokens.setdefault((config, label), TokenCount(kind)).is_finished = False

    def finish_tokens(self, entry: PlannedEntry) -> None:
        """Note that all of the entry's files were written, if they are ours alone."""
        if tokens := self.tokens.get((entry.config, entry.entry.label)):
            tokens.is_finished = True

    def note_generated(self, entry: PlannedEntry) -> None:
        """Note that one more file of the entry that we write ourselves is in place."""
        if tokens := self.tokens.get((entry.config, entry.entry.label)):
            tokens.files += 1
        else:
            self.index_files += 1

    def is_settled(self, render_id: str) -> bool:
        """Is it known what became of the render?"""
        return self.is_in_place(render_id) or render_id in self.failed

    def is_in_place(self, render_id: str) -> bool:
        """Is the render at all its destinations?"""
        return render_id in self.done or render_id in self.skipped

    @property
    def token_files(self) -> int:
        """Files of colours and text styles that are in place."""
        return sum(tokens.files for tokens in self.tokens.values())

    @property
    def total(self) -> int:
        """Renders in the plan, 0 before there is one."""
        return len(self.plan.renders) if self.plan else 0

    @property
    def settled(self) -> int:
        """Renders of which it is known what became of them."""
        return len(self.done) + len(self.skipped) + len(self.failed)

    @property
    def blocked_for(self) -> float:
        """Seconds for which Figma wants something that failed not to be asked for again, 0 if it said nothing."""
        failures = (*self.failed.values(), *(one.failure for one in self.entry_failures))
        return max((failure.retry_after for failure in failures), default=0.0)

    def is_placed(self, render_id: str, path: str) -> bool:
        """Is the render at this one of its destinations?"""
        return self.is_in_place(render_id) or path in self.placed.get(render_id, ())

    def sufferers_of(self, render_id: str) -> tuple[Owner, ...]:
        """Return who wanted the failed render and has it not."""
        owners, placed = self.owners_of(render_id), self.placed.get(render_id)
        if self.plan is None or not placed:
            return owners
        lacking = {
            (number, file.asset)
            for number in {owner.entry for owner in owners}
            for file in self.plan.entries[number].files
            if file.render.id == render_id and file.path not in placed
        }
        return tuple(owner for owner in owners if (owner.entry, owner.asset) in lacking)

    def destinations_left(self) -> Iterator[str]:
        """Give the paths of all renders that are not settled."""
        for render_id, paths in self.plan.destinations.items() if self.plan else ():
            if not self.is_settled(render_id):
                yield from paths

    def owners_of(self, render_id: str) -> tuple[Owner, ...]:
        """Return who wanted the render."""
        return self.plan.owners[render_id] if self.plan else ()

    def configs_of(self, render_id: str) -> set[str]:
        """Return the configs that want the render."""
        if self.plan is None:
            return set()
        return {self.plan.entries[want.entry].config for want in self.plan.wants[render_id]}

    def failed_entries(self) -> frozenset[int]:
        """Return which entries of the plan, counted as there, lack anything that was wanted for them."""
        if self.plan is None:
            return frozenset()
        troubled = {(one.config, one.entry) for one in self.entry_failures}
        lacking = {
            owner.entry
            for render_id in self.plan.renders
            if not self.is_in_place(render_id)
            for owner in self.owners_of(render_id)
        }
        return frozenset(lacking).union(
            number
            for number, entry in enumerate(self.plan.entries)
            if {(entry.config, entry.entry.label), (entry.config, "")} & troubled
        )

    def items(self) -> tuple[Items, Items]:
        """Return the completed and the pending assets; one is complete when all its renders are in place.

        Colours are complete when all of all entries are, and so are text styles.
        """
        if self.plan is None:
            return Items(), Items()
        complete: dict[Kind, dict[str, bool]] = defaultdict(dict)
        entries = [(complete[entry.entry.kind], entry.where) for entry in self.plan.entries]
        for render_id, wants in self.plan.wants.items():
            in_place = self.is_in_place(render_id)
            for want in wants:
                items, where = entries[want.entry]
                name = f"{where} {want.file.asset}"
                items[name] = in_place and items.get(name, True)
        troubled = {(one.config, one.entry) for one in self.entry_failures}
        whole: dict[Kind, bool] = {}
        for key, tokens in self.tokens.items():
            is_complete = tokens.is_finished and key not in troubled
            whole[tokens.kind] = whole.get(tokens.kind, True) and is_complete
        return _by_kind(complete, whole, are_complete=True), _by_kind(complete, whole, are_complete=False)


def _by_kind(complete: Mapping[Kind, Mapping[str, bool]], whole: Mapping[Kind, bool], *, are_complete: bool) -> Items:
    """Return what is complete, or what is not: assets by name, tokens as a whole."""
    icons, images = (
        tuple(sorted(name for name, is_complete in complete[kind].items() if is_complete == are_complete))
        for kind in _ITEMS
    )
    colors, typography = (whole.get(kind) is are_complete for kind in _WHOLE)
    return Items(icons=icons, images=images, colors=colors, typography=typography)
