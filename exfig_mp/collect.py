"""From entries to planned entries: fetch each file's metadata once, then select, name and pair what entries want."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from exfig_mp.exporters.naming import matches
from exfig_mp.exporters.pairing import pair
from exfig_mp.ledger import EntryFailure
from exfig_mp.model import Failure
from exfig_mp.plan import plan_entry
from exfig_mp.sources import figma

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.ledger import Ledger
    from exfig_mp.plan import PlannedEntry
    from exfig_mp.run_options import Work
    from exfig_mp.sources.figma import Files
    from exfig_mp.sources.figma_api import FigmaApi


async def collect(work: Sequence[Work], api: FigmaApi, parallel: int, ledger: Ledger) -> list[PlannedEntry]:
    """Return the entries that can be planned, in order; what cannot is a failure in the ledger.

    Raises:
        FigmaError: the token is refused, so that no file can be had.
    """
    keys = {key for one in work for key in _file_keys(one)}
    files = await figma.fetch(api, keys, parallel)
    planned = (plan_work(one, files, ledger) for one in work)
    return [entry for entry in planned if entry is not None]


def plan_work(one: Work, files: Files, ledger: Ledger) -> PlannedEntry | None:
    """Plan one entry. A component that cannot be exported is noted in the ledger and left out; so is a whole entry."""

    def fail(failure: Failure) -> None:
        ledger.entry_failures.append(EntryFailure(one.config, one.entry.label, failure, time.time()))

    present: dict[str, figma.File] = {}
    for key in _file_keys(one):
        file = files[key]
        if isinstance(file, Failure):
            fail(file)
            return None
        present[key] = file
    selection = one.entry.selection
    variants = figma.select(present, selection, matches)
    if not variants.light:
        fail(figma.nothing_found(present[selection.light_file], selection))
        return None
    pairing = pair(variants, one.entry.naming, selection.platform)
    ledger.warnings += [f"{one.where}: {text}" for text in (*one.entry.warnings, *pairing.warnings)]
    for problem in pairing.problems:
        fail(Failure("config", problem, "rename the component in Figma, or change the entry's regexps"))
    return plan_entry(one.config, one.base, one.entry, pairing.assets)


def _file_keys(one: Work) -> tuple[str, ...]:
    selection = one.entry.selection
    return (selection.light_file, selection.dark_file) if selection.dark_file else (selection.light_file,)
