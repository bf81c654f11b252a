"""The plan of a run: every file that must exist at the end, and every distinct render, as data. Pure.

All configs, entries and platforms are united: equal renders are one, and it has all its destinations. Two writers of
one path are refused here, before anything is downloaded.
"""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exfig_mp.errors import ConfigError
from exfig_mp.model import GeneratedFile, Job, RemoteFile, Shard

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from exfig_mp.exporters.protocol import Entry
    from exfig_mp.model import Asset, Render

SHARD_SIZE = 16
"""Jobs in a shard: small, so that no worker idles while another has a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEntry:
    """An entry, the assets that were found for it, and its files with absolute paths."""

    config: str
    base: str
    entry: Entry
    assets: tuple[Asset, ...]
    files: tuple[RemoteFile, ...]

    @property
    def where(self) -> str:
        """Where the user wrote it: for messages."""
        return f"{self.config} {self.entry.label}"

    def index(self, in_place: Container[str]) -> tuple[GeneratedFile, ...]:
        """Return the entry's index files with absolute paths; `in_place` has absolute paths."""
        present = _Rebased(self.base, in_place)
        return tuple(
            GeneratedFile(absolute(self.base, file.path), file.content)
            for file in self.entry.exporter.index(self.assets, present)
        )


@dataclass(frozen=True, slots=True)
class Owner:
    """Who wants a render: an asset of an entry. `entry` counts the plan's entries."""

    entry: int
    asset: str
    node_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All renders by id, in the order in which they are wanted, with their destinations and owners."""

    entries: tuple[PlannedEntry, ...]
    renders: dict[str, Render]
    destinations: dict[str, tuple[str, ...]]
    owners: dict[str, tuple[Owner, ...]]

    def job(self, render_id: str, url: str) -> Job:
        """Return the download of a render whose URL is known."""
        owner = self.owners[render_id][0]
        config = self.entries[owner.entry].config
        return Job(render_id, url, self.renders[render_id].format, self.destinations[render_id], owner.asset, config)

    def folders(self) -> tuple[str, ...]:
        """Return every folder that the plan writes into, sorted."""
        return tuple(sorted({path.rpartition("/")[0] for paths in self.destinations.values() for path in paths}))


@dataclass(frozen=True, slots=True)
class _Rebased:
    """Absolute paths, asked for by their relative ones."""

    base: str
    paths: Container[str]

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and absolute(self.base, path) in self.paths


def plan_entry(config: str, base: str, entry: Entry, assets: tuple[Asset, ...]) -> PlannedEntry:
    """Return the entry with all its files; `base` is the folder that its relative paths start from."""
    files = tuple(
        RemoteFile(absolute(base, file.path), file.render, file.asset) for file in entry.exporter.files(assets)
    )
    return PlannedEntry(config=config, base=base, entry=entry, assets=assets, files=files)


def build_plan(entries: Sequence[PlannedEntry]) -> Plan:
    """Unite the entries' renders and check that no two different things go to one path.

    Raises:
        ConfigError: names every path with two writers, and both of them.
    """
    _refuse_conflicts(entries)
    renders: dict[str, Render] = {}
    destinations: dict[str, dict[str, None]] = defaultdict(dict)
    owners: dict[str, dict[Owner, None]] = defaultdict(dict)
    for number, entry in enumerate(entries):
        for file in entry.files:
            render_id = file.render.id
            renders.setdefault(render_id, file.render)
            destinations[render_id][file.path] = None
            owners[render_id][Owner(number, file.asset, file.render.node.id)] = None
    return Plan(
        entries=tuple(entries),
        renders=renders,
        destinations={key: tuple(paths) for key, paths in destinations.items()},
        owners={key: tuple(wanted) for key, wanted in owners.items()},
    )


def split(jobs: Iterable[Job], size: int = SHARD_SIZE) -> Iterator[Shard]:
    """Cut jobs into shards of at most `size`, in their order; each job is in just one of them."""
    shard: list[Job] = []
    for job in jobs:
        shard.append(job)
        if len(shard) == size:
            yield Shard(tuple(shard))
            shard = []
    if shard:
        yield Shard(tuple(shard))


def absolute(base: str, path: str) -> str:
    """Return `path` as an absolute path without `.` and `..`, as text: no disk is asked."""
    return os.path.normpath(os.path.join(base, os.path.expanduser(path)))


def _refuse_conflicts(entries: Sequence[PlannedEntry]) -> None:
    """Compare what would be written where; a disk that ignores case must not make two files one either."""
    writers: dict[str, tuple[str, object, str]] = {}
    problems: list[str] = []
    for entry in entries:
        everything = {file.path for file in entry.files}
        contents: list[tuple[str, object, str]] = [
            (file.path, file.render.id, f"{entry.where} ({file.asset})") for file in entry.files
        ]
        contents += [(file.path, file.content, entry.where) for file in entry.index(everything)]
        for path, content, writer in contents:
            known = writers.setdefault(unicodedata.normalize("NFC", path).casefold(), (path, content, writer))
            if known[:2] != (path, content):
                problems.append(f"{path}: written by {known[2]} and, with other content, by {writer}")
    if problems:
        raise ConfigError(
            f"{len(problems)} {'files' if len(problems) > 1 else 'file'} would be written twice with different content",
            "give the entries output folders of their own, or different names",
            tuple(problems),
        )
