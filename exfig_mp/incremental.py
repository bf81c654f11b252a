"""Incremental runs: what the cache folder knows is not asked for, what is in place is not written, what is stale goes.

A cache that cannot be read or written costs calls, never an asset: its troubles are warnings, once for a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from exfig_mp.cache import STORE_SIZE, Cache
from exfig_mp.errors import DiskError
from exfig_mp.journal import Memory
from exfig_mp.model import Written
from exfig_mp.outputs import MOST_STALE, OutputRecords, Stale, remove
from exfig_mp.sources.file_record import FileRecord, NoRecords
from exfig_mp.sources.tokens import TokenRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from exfig_mp.ledger import Ledger
    from exfig_mp.plan import Plan
    from exfig_mp.planned import PlannedEntry
    from exfig_mp.sources.file_record import FileRecords


class CacheOptions(Struct, frozen=True, kw_only=True):
    """How a run remembers.

    Args:
        folder: the cache folder; empty: nothing at all is remembered.
        enabled: whether what is remembered saves calls and downloads. What was written is remembered in any case.
        granular: whether changed files are looked at node by node.
        force: whether everything is exported anew, to refresh what is remembered.
        size: most bytes of the store.
        prunes: whether stale files are taken away,
        prune_all: and that however many they are.
    """

    folder: str = ""
    enabled: bool = False
    granular: bool = False
    force: bool = False
    size: int = STORE_SIZE
    prunes: bool = True
    prune_all: bool = False


class Incremental:
    """The cache folder as one run uses it.

    Args:
        options: see there.
        origin: of the API.
        warn: is told about a folder that refuses, and about stale files that stay.
    """

    def __init__(self, options: CacheOptions, origin: str, warn: Callable[[str], None]) -> None:
        self.options = options
        self._cache = Cache(options.folder, origin)
        self._records = OutputRecords(self._cache)
        self._warn = warn
        self._is_asked = options.enabled and not options.force
        self._is_broken = not options.folder
        self._is_sure = True

    @property
    def may_save_all(self) -> bool:
        """May it turn out that nothing has to be done? Then workers had better not be started before that is known."""
        return self._is_asked

    @property
    def store(self) -> str:
        """The folder of the store that workers keep renders in; empty if they do not."""
        return self._cache.store.folder if self.options.enabled and self.options.folder else ""

    def recall(self, file_key: str) -> FileRecord | None:
        """Return what is remembered of a file, if that is to be used."""
        return self._cache.record("files", file_key, FileRecord) if self._is_asked else None

    def remember(self, file_key: str, record: FileRecord) -> None:
        """Remember a file as it is now."""
        if self.options.enabled and self._is_sure:
            self._try(lambda: self._cache.remember("files", file_key, record))

    @property
    def records(self) -> FileRecords:
        """What remembers files; nothing does where none of it is to be used."""
        return self if self.options.enabled else NoRecords()

    @property
    def tokens(self) -> Incremental | None:
        """What remembers colours; None if nothing does, so that no version need be known."""
        return self if self.options.enabled else None

    def recall_tokens(self, file_key: str) -> TokenRecord | None:
        """Return what is remembered of a file's colours, if that is to be used."""
        return self._cache.record("tokens", file_key, TokenRecord) if self._is_asked else None

    def remember_tokens(self, file_key: str, record: TokenRecord) -> None:
        """Remember a file's colours as they are now."""
        if self._is_sure:
            self._try(lambda: self._cache.remember("tokens", file_key, record))

    def begin(self, plan: Plan) -> None:
        """See what is remembered of the plan's entries, so that a run that overtakes this one is noticed."""
        if self.options.folder:
            self._records.begin(plan)

    def in_place(self, plan: Plan) -> Memory:
        """Return what earlier runs put where the plan wants it; whether it is still there is for `verify` to find."""
        return self._records.in_place(plan) if self._is_asked else Memory()

    def is_stored(self, render_id: str) -> bool:
        """Does the store have the render's bytes?"""
        return self._is_asked and self._cache.store.has(render_id)

    def keeps(self, render_ids: Iterable[str]) -> bool:
        """Does the store have the bytes of all these renders, for later runs?"""
        return bool(self.store) and all(map(self._cache.store.has, render_ids))

    def stale(self, entry: PlannedEntry, planned: Collection[str]) -> Stale:
        """Return what earlier runs wrote for the entry and nobody plans any more; of a part of it, that is nothing."""
        if not (self.options.folder and self.options.prunes and entry.entry.selection.filter is None):
            return Stale({}, too_many=False, of=0)
        return self._records.stale(entry, planned)

    def claimed_by_others(self, plan: Plan) -> set[str]:
        """Return the files of entries that are not in the plan."""
        return self._records.claimed_by_others(plan.entries) if self.options.folder else set()

    def spares(self, stale: Stale) -> bool:
        """Is it more than is taken away without being told to?"""
        return stale.too_many and not self.options.prune_all

    def placed(self, plan: Plan, earlier: Memory, look_up: Callable[[dict[str, Written]], None]) -> dict[str, Written]:
        """Return what is at each path of the plan, as this run's journals tell who `look_up`, or else an `earlier` run.

        What is not there has the size -1. Without a folder nobody needs it, and nothing is looked up.
        """
        if not self.options.folder:
            return {}
        places = plan.places()
        look_up(places)
        for claim in (claim for claims in earlier.placed.values() for claim in claims):
            for path in claim.destinations:
                if places[path].size < 0:
                    places[path] = Written(claim.job_id, claim.size, claim.digest)
        return places

    def finish(
        self, plan: Plan, ledger: Ledger, places: Mapping[str, Written], indexes: Sequence[Mapping[str, str]]
    ) -> None:
        """Take stale files away and remember what is in place; to be called when all else is done.

        Args:
            plan: all of it is settled.
            ledger: gets the paths that were removed.
            places: what is at each path of the plan (see `placed`).
            indexes: for each entry of the plan, the digests of its index files by path.
        """
        if not self.options.folder:
            return
        planned = {*places, *(path for one in indexes for path in one)}
        partial = {number for number, entry in enumerate(plan.entries) if entry.entry.selection.filter is not None}
        partial |= {number for number, entry in enumerate(plan.entries) if self._records.is_overtaken(entry)}
        partial |= ledger.failed_entries() if self._is_sure else set(range(len(plan.entries)))
        planned |= {path for number in partial for path in self._records.all_of(plan.entries[number])}
        for number, entry in enumerate(plan.entries):
            more: dict[str, Any] = {"kept": self._records.all_of(entry)}
            if number not in partial:
                more = {"spared": self._prune(entry, plan, planned, ledger)}
            written = indexes[number]
            self._try(lambda: self._records.remember(entry, places, written, **more))  # noqa: B023  # called at once
        if self.store and len(ledger.done):
            self._cache.store.evict(self.options.size, plan.renders)

    def _prune(self, entry: PlannedEntry, plan: Plan, planned: set[str], ledger: Ledger) -> dict[str, str]:
        """Take away what is stale; return what is left of it."""
        stale = self.stale(entry, planned)
        everything = stale.digests | stale.spared
        if not everything:
            return everything
        ours = planned | self._records.claimed_by_others(plan.entries)
        if self.spares(stale):
            self._warn(
                f"{entry.where}: {len(stale.digests):,} files of earlier runs are not asked for any more; as that is "
                f"more than {MOST_STALE:.0%} of {stale.of:,} files, they stay (--prune-all takes them away)"
            )
            return everything
        wanted = everything if self.options.prune_all else stale.digests
        removed = set(remove({path: sum_ for path, sum_ in wanted.items() if path not in ours}, ours))
        ledger.removed += sorted(removed)
        return {path: sum_ for path, sum_ in everything.items() if path not in removed}

    def doubt(self) -> None:
        """Take nothing away and remember no answers: some are those of a run that was cut off, and Figma is ahead."""
        self._is_sure = False

    def _try(self, action: Callable[[], None]) -> None:
        if self._is_broken:
            return
        try:
            action()
        except DiskError as error:
            self._is_broken = True
            self._warn(f"nothing is remembered for later runs: {error.message}")
