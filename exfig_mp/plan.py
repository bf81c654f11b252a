"""The plan of a run: every file that must exist at the end, and every distinct render, as data. Pure.

All configs, entries and platforms are united: equal renders are one, and it has all its destinations. Two writers of
one path are refused here, before anything is downloaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from exfig_mp.conversions import CONVERSIONS
from exfig_mp.errors import ConfigError
from exfig_mp.exporters.naming import folded
from exfig_mp.hashing import digest, identity
from exfig_mp.model import Derived, Job, RemoteFile, Shard, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from exfig_mp.conversions import Conversion
    from exfig_mp.model import Render
    from exfig_mp.planned import PlannedEntry

SHARD_SIZE = 16
"""Jobs in a shard: small, so that no worker idles while another has a queue."""


class Owner(Struct, frozen=True):
    """Who wants a render: an asset of an entry. `entry` counts the plan's entries."""

    entry: int
    asset: str
    node_id: str


class Want(Struct, frozen=True, gc=False):
    """A file that an entry wants; `entry` counts the plan's entries."""

    entry: int
    file: RemoteFile


class Plan(Struct, frozen=True, kw_only=True):
    """All renders by id, in the order in which they are wanted, with all their destinations and owners.

    Only the `wants` of each render are kept, as a plan may have very many: all else is a view of them. `indexes` are
    the paths of the index files that there will be when all is in place.
    """

    entries: tuple[PlannedEntry, ...]
    wants: dict[str, tuple[Want, ...]]
    indexes: tuple[str, ...] = ()

    @property
    def renders(self) -> Mapping[str, Render]:
        """Each render by its id."""
        return _View(self.wants, lambda _, wants: wants[0].file.render)

    @property
    def destinations(self) -> Mapping[str, tuple[str, ...]]:
        """The paths of all that is made of each render."""
        return _View(self.wants, lambda _, wants: tuple(dict.fromkeys(want.file.path for want in wants)))

    @property
    def owners(self) -> Mapping[str, tuple[Owner, ...]]:
        """Who wants each render."""
        return _View(self.wants, lambda _, wants: tuple(dict.fromkeys(map(_owner, wants))))

    @property
    def outputs(self) -> Mapping[str, tuple[Derived, ...]]:
        """What goes to the destinations of each render: it has the render's own id, or one of its own if derived."""
        return _View(self.wants, _outputs)

    def job(self, render_id: str, url: str = "", *, in_place: Container[str] = ()) -> Job:
        """Return the download of a render whose URL is known, or whose bytes are in the store.

        Outputs that are `in_place` already (ids) are no part of it.
        """
        first = self.wants[render_id][0]
        outputs = tuple(one for one in self.outputs[render_id] if one.id not in in_place)
        return Job(
            render_id,
            url,
            first.file.render.format,
            next((one.destinations for one in outputs if not one.steps), ()),
            first.file.asset,
            self.entries[first.entry].config,
            derived=tuple(one for one in outputs if one.steps),
        )

    def paths(self) -> Mapping[str, tuple[str, ...]]:
        """Return the destinations of every output by its id."""
        if not any(file.steps for entry in self.entries for file in entry.files):
            return self.destinations  # renders are all there is
        return {one.id: one.destinations for outputs in self.outputs.values() for one in outputs}

    def places(self) -> dict[str, Written]:
        """Return what is wanted at each path; its size is -1, for it is still to be looked up (`journal.look_up`)."""
        found: dict[str, Written] = {}
        for outputs in self.outputs.values():
            for one in outputs:
                found.update(dict.fromkeys(one.destinations, Written(one.id, -1, "")))
        return found

    def whole(self, in_place: Container[str]) -> frozenset[str]:
        """Return the renders all of whose outputs are `in_place` (ids)."""
        return frozenset(key for key, outputs in self.outputs.items() if all(one.id in in_place for one in outputs))

    def partly(self, in_place: Container[str]) -> dict[str, dict[str, tuple[str, ...]]]:
        """Return, by the ids of renders, those of their outputs that are `in_place` while others are not.

        Outputs are ids with their destinations.
        """
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for key, outputs in self.outputs.items():
            present = {one.id: one.destinations for one in outputs if one.id in in_place}
            if 0 < len(present) < len(outputs):
                found[key] = present
        return found

    def folders(self) -> tuple[str, ...]:
        """Return every folder that the plan writes into, sorted."""
        return tuple(sorted({file.path.rpartition("/")[0] for entry in self.entries for file in entry.files}))


_Seen = TypeVar("_Seen")


@dataclass(frozen=True, slots=True, eq=False)
class _View(Mapping[str, _Seen]):
    """What `see` makes of each render's id and wants."""

    wants: Mapping[str, tuple[Want, ...]]
    see: Callable[[str, tuple[Want, ...]], _Seen]

    def __getitem__(self, render_id: str) -> _Seen:
        return self.see(render_id, self.wants[render_id])

    def __iter__(self) -> Iterator[str]:
        return iter(self.wants)

    def __len__(self) -> int:
        return len(self.wants)

    def __contains__(self, render_id: object) -> bool:
        return render_id in self.wants


def _owner(want: Want) -> Owner:
    return Owner(want.entry, want.file.asset, want.file.render.node.id)


def _outputs(render_id: str, wants: tuple[Want, ...]) -> tuple[Derived, ...]:
    if len(wants) == 1:  # as most have
        file = wants[0].file
        return (Derived(output_id(render_id, file.steps), file.steps, (file.path,)),)
    by_steps: dict[tuple[Conversion, ...], dict[str, None]] = defaultdict(dict)
    for want in wants:
        by_steps[want.file.steps][want.file.path] = None
    return tuple(Derived(output_id(render_id, steps), steps, tuple(paths)) for steps, paths in by_steps.items())


def build_plan(entries: Sequence[PlannedEntry]) -> Plan:
    """Unite the entries' renders and check that no two different things go to one path.

    Raises:
        ConfigError: names every path with two writers, and both of them.
    """
    indexes = _refuse_conflicts(entries)
    wants: dict[str, tuple[Want, ...]] = {}
    for number, entry in enumerate(entries):
        for file in entry.files:
            render_id = file.render.id
            wants[render_id] = (*wants.get(render_id, ()), Want(number, file))
    return Plan(entries=tuple(entries), wants=wants, indexes=indexes)


def output_id(render_id: str, steps: tuple[Conversion, ...]) -> str:
    """Return the content identity of what `steps` make of a render; without steps that is the render's own."""
    if not steps:
        return render_id
    return identity("derived", CONVERSIONS, render_id, msgspec.json.encode(steps, order="deterministic").decode())


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


class _Generated(Struct, frozen=True, gc=False):
    """A file that we write ourselves, by the digest of its content: all contents together would be too much."""

    entry: int
    path: str
    digest: str


class _Coded(Struct, frozen=True):
    """A file of code; it is written out only for a comparison, which takes long and is rare."""

    entry: int
    path: str


_Writer = Want | _Generated | _Coded


def _refuse_conflicts(entries: Sequence[PlannedEntry]) -> tuple[str, ...]:
    """Compare what would be written where; a disk that ignores case must not make two files one either.

    Returns the paths of all index files.
    """
    writers: dict[str, _Writer] = {}
    problems: list[str] = []
    indexes: dict[str, None] = {}

    def add(path: str, writer: _Writer) -> None:
        known = writers.setdefault(folded(path), writer)
        if known is not writer and _output(known, entries) != _output(writer, entries):
            who, other = _writer(known, entries), _writer(writer, entries)
            problems.append(f"{path}: written by {who} and, with other content, by {other}")

    for number, entry in enumerate(entries):
        for file in entry.files:
            add(file.path, Want(number, file))
        in_place = set(entry.named)
        for generated in entry.contents(in_place):
            indexes[generated.path] = None
            add(generated.path, _Generated(number, generated.path, digest(generated.content)))
        for path in entry.code_paths():
            indexes[path] = None
            add(path, _Coded(number, path))
    if problems:
        raise ConfigError(
            f"{len(problems)} {'files' if len(problems) > 1 else 'file'} would be written twice with different content",
            "give the entries output folders of their own, or different names",
            tuple(problems),
        )
    return tuple(indexes)


def _output(writer: _Writer, entries: Sequence[PlannedEntry]) -> tuple[str, bool, str]:
    """Return where something goes, and what it is: a render or our own, with which identity."""
    match writer:
        case _Generated():
            return writer.path, False, writer.digest
        case _Coded():
            entry = entries[writer.entry]
            found = next(one for one in entry.documents(set(entry.named)) if one.path == writer.path)
            return writer.path, False, digest(entry.written(found).content)
        case _:
            return writer.file.path, True, output_id(writer.file.render.id, writer.file.steps)


def _writer(writer: _Writer, entries: Sequence[PlannedEntry]) -> str:
    where = entries[writer.entry].where
    return f"{where} ({writer.file.asset})" if isinstance(writer, Want) else where
