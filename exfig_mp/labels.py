"""What the labels of a run's entries say: whose its checkpoint is, and what other runs it has to do with. Pure.

A label is that of a config, or of what a run without one goes by, with the FILTER in brackets if there is one, and
after a space that of the entry (see `cli.entry_hashes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.hashing import identity

if TYPE_CHECKING:
    from collections.abc import Iterable

_OWNER_LENGTH = 16  # of 32 characters: chance finds no second one

API_LABEL = "the address of the API"
"""What is compared between runs as entries are, and belongs to no config."""


def configs_of(entries: Iterable[str]) -> frozenset[str]:
    """Return the configs of entries that are given by their labels: "app.yaml ios.icons" is one of app.yaml."""
    return frozenset(label.rpartition(" ")[0] for label in entries if label != API_LABEL)


def owner_of(entries: Iterable[str]) -> str:
    """Return a name for those whose checkpoint it is: runs that export the same kinds from the same configs.

    What they export of it, and how, may differ: that is a change of the configuration.
    """
    owners = set()
    for config, _, entry in (label.rpartition(" ") for label in entries if label != API_LABEL):
        owners.add(identity(config, _kind(entry)))
    return identity(*sorted(owners))[:_OWNER_LENGTH]


def scope_of(entries: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return what is exported by entries that are given by their labels: configs and kinds, whatever the FILTER.

    Runs that have none in common write files of their own. A config whose path looks as if there were a FILTER in it
    is cut short too: then two may seem to have something in common, never the reverse.
    """
    parts = (label.rpartition(" ") for label in entries if label != API_LABEL)
    return frozenset((config.partition(" (")[0], _kind(entry)) for config, _, entry in parts)


def _kind(entry: str) -> str:
    return entry.partition("[")[0].rpartition(".")[2]  # of "ios.icons[1]" it is "icons"
