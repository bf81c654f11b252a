"""What a run would do, without doing it: `--dry-run`.

Figma is asked for the same metadata as by the run, as nothing can be planned without it. No file is touched, and
nothing is remembered.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from exfig_mp import files
from exfig_mp.client import Session
from exfig_mp.collect import Collecting, collect
from exfig_mp.incremental import Incremental
from exfig_mp.insertions import wanted_by
from exfig_mp.ledger import EntryFailure
from exfig_mp.limiter import Limiter
from exfig_mp.model import Failure
from exfig_mp.plan import build_plan, output_id
from exfig_mp.ratelimit import Lane
from exfig_mp.report import SCHEMA_VERSION, Calls
from exfig_mp.sources.figma_api import CODE_SYNTAX
from exfig_mp.sources.figma_limits import spacings
from exfig_mp.sources.render_queue import calls_for
from exfig_mp.wiring import api_of, on_wait_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.ledger import Ledger
    from exfig_mp.limiter import LimiterOptions
    from exfig_mp.planned import PlannedEntry
    from exfig_mp.sources.file_record import FileRecord
    from exfig_mp.sources.tokens import TokenRecord
    from exfig_mp.wiring import Given


class ConfigForecast(Struct, frozen=True, rename="camel"):
    """Files of one config, index files included: to be written from Figma or from the cache, to be left, to be removed.

    `stale` are those that would be removed with `--prune-all` only.
    """

    config: str
    write: int = 0
    restore: int = 0
    keep: int = 0
    remove: int = 0
    stale: int = 0


class Forecast(Struct, frozen=True, rename="camel"):
    """What a run would do now.

    `calls` are those of the whole run; those for metadata were made for the forecast, too. `seconds` is how long
    Figma's limits would make it take at least; `assumed` says that the limits of the plan are not known, and those of
    the Professional plan are taken. `files` are by what would be done to them.
    """

    configs: tuple[ConfigForecast, ...]
    renders: int
    to_render: int
    calls: tuple[Calls, ...]
    seconds: float
    assumed: bool
    files: dict[str, tuple[str, ...]]
    dry_run: bool = True
    schema_version: int = SCHEMA_VERSION


async def forecast(given: Given) -> Forecast:
    """Return what a run would do; what cannot be planned is in the ledger.

    Raises:
        ConfigError: two entries would write one path.
        FigmaError: the token is refused.
    """
    options, ledger = given.options, given.ledger
    past = Incremental(options.cache, options.api.origin, ledger.warnings.append)
    with Limiter(options.limiter, on_wait_of(given)) as limiter:
        async with Session(options.session(2 * options.parallel)) as session:
            api = api_of(given, session, limiter, _NoAnswers())
            known = _ReadOnly(past)
            tokens = known if past.tokens else None
            how = Collecting(parallel=options.parallel, records=known, tokens=tokens, granular=options.cache.granular)
            collected = await collect(given.work, api, ledger, how)
        plan = build_plan(collected.entries)
        ledger.begin(plan)
        claims = past.in_place(plan)
        verified = await asyncio.to_thread(claims.verify, plan.paths(), content=True)
        whole = plan.whole(verified.in_place)
        asked = [key for key in plan.renders if key not in whole and not past.is_stored(key)]
        calls = Counter(api.calls)
        calls["images", Lane.TIER_1.value] += calls_for(
            (plan.renders[key] for key in asked), few_calls=options.few_renders, versions=collected.versions
        )
        calls[CODE_SYNTAX, Lane.TIER_3.value] += len(collected.code_syntax.changes)
        what = _Fates(ledger, verified.in_place, frozenset(asked))
        files_by_fate = what.files(past)
        return Forecast(
            configs=what.configs(files_by_fate),
            renders=len(plan.renders),
            to_render=len(asked),
            calls=tuple(Calls(endpoint, tier, count) for (endpoint, tier), count in sorted(calls.items()) if count),
            seconds=round(_seconds(calls, limiter, options.limiter), 1),
            assumed=options.limiter.adaptive and not (limiter.spacing(Lane.TIER_1) or any(options.limiter.spacings)),
            files={fate: tuple(sorted({path for _, path in found})) for fate, found in sorted(files_by_fate.items())},
        )


def to_json(found: Forecast) -> bytes:
    """Return the forecast as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _seconds(calls: Counter[tuple[str, int]], limiter: Limiter, options: LimiterOptions) -> float:
    """Return how long Figma's buckets and our ceiling hold the calls up; each bucket begins with a minute's calls."""
    ceiling = options.ceiling
    by_tier: Counter[int] = Counter()
    for (_, tier), count in calls.items():
        by_tier[tier] += count
    longest = max(0.0, (sum(by_tier.values()) - ceiling.requests) * ceiling.seconds / ceiling.requests)
    if not options.adaptive:
        return longest
    tiers = zip((Lane.TIER_1, Lane.TIER_2, Lane.TIER_3), options.spacings, spacings("professional", None), strict=True)
    for lane, given, guess in tiers:
        spacing = limiter.spacing(lane) or given or guess
        at_once = max(1, int(60 / spacing)) if spacing < 60 else 6  # monthly limits: six calls
        longest = max(longest, (by_tier[lane.value] - at_once) * spacing)
    return longest


class _Fates:
    """What would become of each file."""

    def __init__(self, ledger: Ledger, in_place: frozenset[str], asked: frozenset[str]) -> None:
        assert ledger.plan is not None  # noqa: S101  # it has begun
        self._plan = ledger.plan
        self._ledger = ledger
        self._troubled = {(one.config, one.entry) for one in ledger.entry_failures}
        self._in_place = in_place
        self._asked = asked

    def files(self, past: Incremental) -> dict[str, list[tuple[str, str]]]:
        """Return (config, path) by fate."""
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        everything = {path for paths in self._plan.destinations.values() for path in paths} | set(self._plan.indexes)
        others = past.claimed_by_others(self._plan)
        for entry in self._plan.entries:
            for path, fate in (*self._assets(entry), *self._indexes(entry), *self._insertions(entry)):
                found[fate].append((entry.config, path))
            stale = past.stale(entry, everything)
            stays = past.spares(stale) or (entry.config, entry.entry.label) in self._troubled
            for path in stale.digests | stale.spared:
                is_spared = stays or path in others or (path in stale.spared and not past.options.prune_all)
                found["stale" if is_spared else "remove"].append((entry.config, path))
        written = set(found["write"])  # of several texts in one file, one may be new and the others there
        found["keep"] = [one for one in found["keep"] if one not in written]
        return {fate: paths for fate, paths in found.items() if paths}

    def configs(self, by_fate: dict[str, list[tuple[str, str]]]) -> tuple[ConfigForecast, ...]:
        """Return the counts of each config."""
        counts = {fate: Counter(config for config, _ in set(found)) for fate, found in by_fate.items()}
        names = sorted({entry.config for entry in self._plan.entries})
        return tuple(ConfigForecast(name, **{fate: count[name] for fate, count in counts.items()}) for name in names)

    def _assets(self, entry: PlannedEntry) -> Iterable[tuple[str, str]]:
        for file in entry.files:
            if output_id(file.render.id, file.steps) in self._in_place:
                yield file.path, "keep"
            else:
                yield file.path, "write" if file.render.id in self._asked else "restore"

    def _indexes(self, entry: PlannedEntry) -> Iterable[tuple[str, str]]:
        beside = (path for path in entry.beside if files.size_of(path) is not None)
        for index in entry.index({*(file.path for file in entry.files), *beside}):
            yield index.path, "keep" if files.read(index.path) == index.content else "write"

    def _insertions(self, entry: PlannedEntry) -> Iterable[tuple[str, str]]:
        """Yield the user's own files that get text of ours; why one cannot have it goes to the ledger."""
        for wish in wanted_by(entry):
            if isinstance(wish, Failure):
                self._ledger.entry_failures.append(EntryFailure(entry.config, entry.entry.label, wish, time.time()))
            elif wish.content:
                yield wish.path, "write" if wish.changed else "keep"


class _NoAnswers:
    """Remembers nothing."""

    def recall(self, _name: str) -> bytes | None:
        return None

    def keep(self, _name: str, _body: bytes) -> None:
        return None


class _ReadOnly:
    """What is remembered of files, without anything new."""

    def __init__(self, past: Incremental) -> None:
        self._past = past

    def recall(self, file_key: str) -> FileRecord | None:
        return self._past.recall(file_key)

    def remember(self, _file_key: str, _record: FileRecord) -> None:
        return None

    def recall_tokens(self, file_key: str) -> TokenRecord | None:
        return self._past.recall_tokens(file_key)

    def remember_tokens(self, _file_key: str, _record: TokenRecord) -> None:
        return None
