"""What a run did to files: new, changed or removed, told by their content. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from msgspec import Struct, field

ChangeKind = Literal["new", "changed", "removed"]


class Change(Struct, frozen=True, gc=False, omit_defaults=True):
    """A file that is not what it was before the run: of which `config`, with the xxh3-128 digests of its contents.

    `path` starts from the folder that the command ran in, if it is below that. A digest is empty where there was no
    file, or none that could be read; those of removed files are not known.
    """

    path: str
    kind: ChangeKind
    config: str = ""
    before: str = ""
    after: str = ""


class Tally(Struct):
    """All changes in numbers, by config and kind; of each kind at most `most` one by one, None for all of them."""

    most: int | None = None
    counts: Counter[tuple[str, ChangeKind]] = field(default_factory=Counter)
    listed: list[Change] = field(default_factory=list)
    _listed: Counter[ChangeKind] = field(default_factory=Counter)

    def add(self, change: Change) -> None:
        """Count a change, and list it if there is room."""
        self.counts[change.config, change.kind] += 1
        if self.most is None or self._listed[change.kind] < self.most:
            self._listed[change.kind] += 1
            self.listed.append(change)

    def total(self, kind: ChangeKind) -> int:
        """Return how many changes of a kind there are."""
        return sum(count for (_, one), count in self.counts.items() if one == kind)
