"""Index files and generated code, the last thing that a run writes.

Index files name what is really in place, old files of failed items too.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from exfig_mp import files
from exfig_mp.errors import DiskError
from exfig_mp.hashing import digest
from exfig_mp.insertions import write_insertions
from exfig_mp.ledger import EntryFailure
from exfig_mp.model import Failure
from exfig_mp.transfer import place

if TYPE_CHECKING:
    from exfig_mp.brake import Brake
    from exfig_mp.ledger import Ledger
    from exfig_mp.plan import Plan, PlannedEntry


def write_indexes(plan: Plan, ledger: Ledger, brake: Brake, *, fsync: bool) -> list[dict[str, str]]:
    """Write the index files of every entry, until the brake is pulled; one that is right already is left alone.

    Failures go to the ledger and to the brake. Return what is in place: for each entry, digests by path.
    """
    written: list[dict[str, str]] = [{} for _ in plan.entries]

    def fail(entry: PlannedEntry, failure: Failure) -> None:
        ledger.entry_failures.append(EntryFailure(entry.config, entry.entry.label, failure, time.time()))
        brake.failed(failure)

    for number, entry in enumerate(plan.entries):
        in_place = {file.path for file in entry.files if files.size_of(file.path) is not None}
        for index in entry.index(in_place):
            try:
                if files.read(index.path) != index.content:
                    place(index.path, index.content, fsync=fsync)
                ledger.note_generated(entry)
                written[number][index.path] = digest(index.content)
            except DiskError as error:
                fail(entry, Failure(error.cause, error.message, error.advice))
            if brake.reason:
                return written
        for failure in write_insertions(entry, fsync=fsync):
            fail(entry, failure)
            if brake.reason:
                return written
        ledger.finish_tokens(entry)
    return written
