"""What a run exports, as hashes by labels: whose its checkpoint is, and what has changed since."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from exfig_mp.config.discovery import display_name
from exfig_mp.config.problems import printable
from exfig_mp.exporters.protocol import Entry
from exfig_mp.hashing import digest, identity
from exfig_mp.labels import API_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.run_options import Work


def entry_hashes(work: Iterable[Work], origin: str, state_dir: str) -> dict[str, str]:
    """Return what decides about the files of a run, as hashes by labels for people.

    What one Figma said is not true of another, so the `origin` of the API is one of them. A label begins with the
    config, or with what a run without one goes by, and a space parts that from the entry (see `labels.owner_of`).
    To export a few of a config's icons is not to change what is exported of it: a FILTER is named beside the config.
    """
    hashes = {API_LABEL: identity(origin)}
    for one in work:
        said = msgspec.json.encode((one.base, one.entry), order="deterministic")
        label = _label(one, state_dir)
        hashes[label] = identity(hashes.get(label, ""), digest(said))
    return hashes


def _label(one: Work, state_dir: str) -> str:
    entry = one.entry
    chosen = entry.selection.filter if isinstance(entry, Entry) else entry.filter
    goes_by = one.goes_by or seen_from(state_dir, one.config)
    some_of_it = f" ({printable(chosen)})" if chosen else ""
    return f"{goes_by}{some_of_it} {f'{entry.platform}.{entry.kind}' if one.goes_by else entry.label}"


def seen_from(state_dir: str, path: str) -> str:
    """Return a name of `path` that is right in the state folder: runs in many folders may share it."""
    try:
        return display_name(Path(os.path.realpath(path)), os.path.realpath(state_dir))
    except (OSError, ValueError):  # the current folder is gone, or no file can have this name
        return path
