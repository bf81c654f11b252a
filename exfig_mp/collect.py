"""From entries to planned entries: fetch each file's metadata once, then select, name and pair what entries want."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from exfig_mp.code_syntax import CodeSyntax
from exfig_mp.collect_colors import paint
from exfig_mp.collect_text_styles import typeset
from exfig_mp.errors import ConfigError
from exfig_mp.exporters.claims import settle
from exfig_mp.exporters.color_protocol import ColorEntry, VariableColors
from exfig_mp.exporters.naming import matches
from exfig_mp.exporters.pairing import pair
from exfig_mp.exporters.protocol import Entry
from exfig_mp.exporters.shared_names import declared_assets, shared_names
from exfig_mp.framing import framed
from exfig_mp.ledger import EntryFailure
from exfig_mp.model import Failure
from exfig_mp.planned import Coding, absolute, plan_entry
from exfig_mp.sources import figma
from exfig_mp.sources.file_record import NoRecords
from exfig_mp.sources.tokens import fetch_tokens
from exfig_mp.templating import Templates, prepare
from exfig_mp.token_files import RENAME, TokenFiles, plan_tokens, refuse_clashes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.exporters.pairing import Pairing
    from exfig_mp.exporters.shared_names import Declared
    from exfig_mp.exporters.text_style_protocol import TextStyleEntry
    from exfig_mp.ledger import Ledger
    from exfig_mp.model import Asset
    from exfig_mp.planned import PlannedEntry
    from exfig_mp.run_options import Work
    from exfig_mp.sources.figma import Files
    from exfig_mp.sources.figma_api import FigmaApi
    from exfig_mp.sources.file_record import FileRecords
    from exfig_mp.sources.tokens import TokenRecords, Tokens


class Collecting(Struct, frozen=True, kw_only=True):
    """How many files are asked for at once; what is remembered of them; whether changed ones are looked at by node.

    Without `tokens` nothing is remembered of colours and text styles, and what they are made of is asked for.
    """

    parallel: int
    records: FileRecords = field(default_factory=NoRecords)
    tokens: TokenRecords | None = None
    granular: bool = False


class Collected(Struct, frozen=True):
    """The entries that can be planned, in order; and the version that each file is drawn in, by its key.

    `code_syntax` is what Figma is to be told when all of it is done.
    """

    entries: list[PlannedEntry]
    versions: dict[str, str]
    code_syntax: CodeSyntax = field(default_factory=CodeSyntax)


async def collect(work: Sequence[Work], api: FigmaApi, ledger: Ledger, how: Collecting) -> Collected:
    """Return what there is to export; what cannot be planned is a failure in the ledger.

    Raises:
        FigmaError: the token is refused, so that no file can be had.
        ConfigError: two entries would write one text.
    """
    records = how.records
    keys = {key for one in work if isinstance(one.entry, Entry) for key in _file_keys(one.entry)}
    # What writes code takes time to load, and Figma takes time to answer.
    coded = {one.entry.platform for one in work if not isinstance(one.entry, Entry) or one.entry.code}
    loading = asyncio.to_thread(prepare, coded) if coded else asyncio.sleep(0)
    files, _ = await asyncio.gather(figma.fetch(api, keys, how.parallel, records), loading)
    if how.granular:
        from exfig_mp.sources.looks import look  # noqa: PLC0415  # few runs look

        files = await look(api, files, _wanted_nodes(work, files), records, ledger.warnings.append)
    metas = {key: file.record.meta for key, file in files.items() if not isinstance(file, Failure)}
    tokens = await fetch_tokens(
        api, [one.entry for one in work if not isinstance(one.entry, Entry)], how.parallel, how.tokens, metas
    )
    code_syntax = CodeSyntax()
    planned = (
        plan_work(one, one.entry, files, ledger)
        if isinstance(one.entry, Entry)
        else _plan_tokens(one, one.entry, tokens, _Telling(ledger, code_syntax))
        for one in work
    )
    entries = [entry for entry in planned if entry is not None]
    refuse_clashes(entries)
    for config in dict.fromkeys(entry.config for entry in entries):
        declared = [(entry.entry.label, _declared(entry)) for entry in entries if entry.config == config]
        ledger.warnings += [f"{config} {text}" for text in shared_names(declared)]
    return Collected(entries, {key: meta.version for key, meta in metas.items()}, code_syntax)


def _declared(entry: PlannedEntry) -> Declared | None:
    exporter = entry.entry.exporter
    return exporter.declared if isinstance(exporter, TokenFiles) else declared_assets(exporter, entry.assets)


def _wanted_nodes(work: Sequence[Work], files: Files) -> dict[str, set[str]]:
    """Return the nodes that any entry selects, by their files."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in (one.entry for one in work if isinstance(one.entry, Entry)):
        present = {key: file for key in _file_keys(entry) if not isinstance(file := files[key], Failure)}
        if len(present) == len(set(_file_keys(entry))):
            variants = figma.select(present, entry.selection, matches)
            for variant in (*variants.light, *variants.dark):
                wanted[variant.node.file_key].add(variant.node.id)
    return wanted


def plan_work(one: Work, entry: Entry, files: Files, ledger: Ledger) -> PlannedEntry | None:
    """Plan one entry. A component that cannot be exported is noted in the ledger and left out; so is a whole entry."""

    def fail(failure: Failure) -> None:
        ledger.entry_failures.append(EntryFailure(one.config, entry.label, failure, time.time()))

    present: dict[str, figma.File] = {}
    for key in _file_keys(entry):
        file = files[key]
        if isinstance(file, Failure):
            fail(file)
            return None
        present[key] = file
    selection = entry.selection
    variants = figma.select(present, selection, matches)
    if not variants.light:
        fail(figma.nothing_found(present[selection.light_file], selection))
        return None
    pairing = pair(variants, entry.naming, selection.platform)
    ledger.warnings += [f"{one.where}: {text}" for text in (*entry.warnings, *pairing.warnings)]
    try:
        planned, clashes = plan_assets(one, entry, pairing, _left_out(present, entry, pairing))
    except ConfigError as error:
        fail(Failure("config", error.message, error.advice))
        return None
    ledger.warnings += [f"{one.where}: {text}" for text in pairing.renamings(planned.assets)]
    for problem in (*pairing.problems, *clashes):
        fail(Failure("config", problem, RENAME))
    return planned


def _left_out(present: dict[str, figma.File], entry: Entry, pairing: Pairing) -> tuple[Asset, ...]:
    """Return the assets that code names beside those of the entry: what a filter leaves out, or a problem."""
    if not entry.code:
        return ()
    if entry.selection.filter is None:
        return pairing.refused
    everything = pair(
        figma.select(present, replace(entry.selection, filter=None), matches), entry.naming, entry.selection.platform
    )
    own = {(asset.name, asset.idiom) for asset in pairing.assets}
    return tuple(asset for asset in (*everything.assets, *everything.refused) if (asset.name, asset.idiom) not in own)


def plan_assets(
    one: Work, entry: Entry, pairing: Pairing, beside: tuple[Asset, ...]
) -> tuple[PlannedEntry, tuple[str, ...]]:
    """Return the planned entry of assets, without those that its code cannot tell apart, and what is wrong with them.

    Raises:
        ConfigError: a template of the user is wrong: it is tried before anything is downloaded.
    """
    if not entry.code:
        return framed(plan_entry(one.config, one.base, entry, pairing.assets)), ()
    templates = Templates(entry.platform, absolute(one.base, entry.templates) if entry.templates else "")
    claimed = settle(entry.code, pairing.assets, beside)
    coding = Coding(templates.render, (*beside, *claimed.refused))
    planned = plan_entry(one.config, one.base, entry, claimed.assets, coding)
    if entry.templates:
        for document in planned.documents(set(planned.named)):
            planned.written(document)
    return framed(planned), claimed.problems


class _Telling(Struct, frozen=True):
    """Where troubles go, and what Figma is to be told about names in code."""

    ledger: Ledger
    code_syntax: CodeSyntax


def _plan_tokens(
    one: Work, entry: ColorEntry | TextStyleEntry, tokens: Tokens, telling: _Telling
) -> PlannedEntry | None:
    """Plan an entry of tokens; what is wrong with single ones, or with all of them, is noted in the ledger."""
    ledger = telling.ledger
    ledger.want_tokens(one.config, entry.label, entry.kind)
    found = paint(entry, tokens, one.base) if isinstance(entry, ColorEntry) else typeset(entry, tokens, one.base)
    ledger.warnings += [f"{one.where}: {text}" for text in found.warnings]
    now = time.time()
    ledger.entry_failures += [EntryFailure(one.config, entry.label, failure, now) for failure in found.failures]
    if not found.files:
        return None
    if isinstance(entry, ColorEntry) and isinstance(entry.source, VariableColors):
        variables = tokens.variables[entry.source.file]
        if not isinstance(variables, Failure):
            conflicts = telling.code_syntax.want(entry, found.names, variables)
            ledger.warnings += [f"{one.where}: {text}" for text in conflicts]
    return plan_tokens(one.config, one.base, entry, found.files)


def _file_keys(entry: Entry) -> tuple[str, ...]:
    selection = entry.selection
    return (selection.light_file, selection.dark_file) if selection.dark_file else (selection.light_file,)
