"""What a run finds in its state folder: the checkpoint of its own configs, or else those of others."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.errors import StateError
from exfig_mp.generation import RENDERS
from exfig_mp.labels import configs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exfig_mp.generation import Generation, Manifest, Source
    from exfig_mp.state_folder import Place, StateFolder


class Found(Struct, frozen=True):
    """A checkpoint that is there: its age, and whether it belongs to the same configuration.

    The age is in seconds since its run's last sign of life. `entries` are those of the run that found it, to be
    compared with the manifest's. One that is not `own` is in the place of another set of configs; a `previous` one is
    of the run before the last of its set. `folder` has its journals, `worth` is what they are (`Generation.worth`).
    """

    manifest: Manifest
    age: float
    same_config: bool
    entries: dict[str, str] = {}
    source: Source = "manifest"
    own: bool = True
    previous: bool = False
    folder: str = ""
    worth: int = 0

    @property
    def configs(self) -> frozenset[str]:
        """The configs of its run."""
        return configs_of(self.manifest.entries)

    @property
    def in_common(self) -> frozenset[str]:
        """The configs that its run and the one that found it have in common."""
        return self.configs & configs_of(self.entries)

    @property
    def is_of_others(self) -> bool:
        """Is it known that these have none in common? Then it is none of the finder's business."""
        return bool(self.manifest.entries and self.entries) and not self.in_common


def find(folder: StateFolder, mine: Place, config_hash: str, entries: Mapping[str, str]) -> tuple[Found, ...]:
    """Return what there is to go on from, the most valuable first; see `checkpoint.Checkpoint` for the arguments.

    That is what is in the run's own place. If no render was paid for there, others follow: the best of each place.

    Raises:
        StateError: if a newer version of the program wrote what is in the own place.
    """

    def look(place: Place, generation: Generation) -> Iterator[Found]:
        if said := generation.read():
            yield Found(
                said.manifest,
                max(0.0, time.time() - said.alive),
                same_config=said.manifest.config_hash == config_hash,
                entries=dict(entries),
                source=said.source,
                own=place is mine,
                previous=generation is place.previous,
                folder=generation.folder,
                worth=generation.worth(),
            )

    def find_in(place: Place) -> list[Found]:
        found = [one for generation in place.generations for one in look(place, generation)]
        return sorted(found, key=_by_worth)

    found = find_in(mine)
    if not any(one.worth >= RENDERS for one in found):
        for place in folder.others(mine):
            with suppress(StateError):  # not ours to complain about
                found += find_in(place)[:1]
    return tuple(sorted(found, key=_by_worth))


def _by_worth(found: Found) -> tuple[int, bool, bool, float]:
    return -found.worth, not found.own, found.previous, found.age
