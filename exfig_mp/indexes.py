"""Index files and generated code, the last thing that a run writes.

Index files name what is really in place, old files of failed items too.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from exfig_mp import files
from exfig_mp.errors import ConfigError, DiskError
from exfig_mp.hashing import digest
from exfig_mp.insertions import write_insertions
from exfig_mp.ledger import EntryFailure
from exfig_mp.model import Failure
from exfig_mp.planned import absolute
from exfig_mp.transfer import place
from exfig_mp.xcode_project import knows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exfig_mp.brake import Brake
    from exfig_mp.ledger import Ledger
    from exfig_mp.model import GeneratedFile
    from exfig_mp.plan import Plan
    from exfig_mp.planned import PlannedEntry


def write_indexes(plan: Plan, ledger: Ledger, brake: Brake, *, fsync: bool) -> list[dict[str, str]]:
    """Write the index files of every entry, until the brake is pulled; one that is right already is left alone.

    Failures go to the ledger and to the brake. Return what is in place: for each entry, digests by path.
    """
    written: list[dict[str, str]] = [{} for _ in plan.entries]

    def fail(entry: PlannedEntry, failure: Failure) -> None:
        ledger.entry_failures.append(EntryFailure(entry.config, entry.entry.label, failure, time.time()))
        brake.failed(failure)

    for number, entry in enumerate(plan.entries):
        for index in _indexes(entry, fail):
            try:
                _write(index, entry, ledger, fsync=fsync)
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


def _indexes(entry: PlannedEntry, fail: Callable[[PlannedEntry, Failure], None]) -> Iterator[GeneratedFile]:
    in_place = {path for path in entry.named if files.size_of(path) is not None}
    try:
        yield from entry.index(in_place)
    except ConfigError as error:  # a template that did well as long as nothing was missing
        fail(entry, Failure("config", error.message, error.advice))


def _write(index: GeneratedFile, entry: PlannedEntry, ledger: Ledger, *, fsync: bool) -> None:
    existing = files.read(index.path)
    if existing != index.content:
        place(index.path, index.content, fsync=fsync)
    ledger.note_generated(entry)
    project = entry.entry.project
    if existing is not None or not (project and index.path.endswith(".swift")):
        return
    if not knows(absolute(entry.base, project), index.path):
        ledger.warnings.append(
            f"{entry.where}: {index.path} is new, and {project} does not list it: "
            f"add it to the target {entry.entry.target} in Xcode, once"
        )
