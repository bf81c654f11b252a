"""Index files, the last thing that a run writes: they name what is really in place, old files of failed items too."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from exfig_mp import files
from exfig_mp.errors import DiskError
from exfig_mp.ledger import EntryFailure
from exfig_mp.model import Failure
from exfig_mp.transfer import place

if TYPE_CHECKING:
    from exfig_mp.ledger import Ledger
    from exfig_mp.plan import Plan


def write_indexes(plan: Plan, ledger: Ledger, *, fsync: bool) -> None:
    """Write the index files of every entry; one that is right already is left alone. Failures go to the ledger."""
    for entry in plan.entries:
        in_place = {file.path for file in entry.files if files.size_of(file.path) is not None}
        for index in entry.index(in_place):
            ledger.index_files += 1
            if files.read(index.path) == index.content:
                continue
            try:
                place(index.path, index.content, fsync=fsync)
            except DiskError as error:
                failure = Failure(error.cause, error.message, error.advice)
                ledger.entry_failures.append(EntryFailure(entry.config, entry.entry.label, failure, time.time()))
