"""What a run exports, as hashes by labels: whose its checkpoint is, and what has changed since."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from exfig_mp.config.discovery import display_name
from exfig_mp.generation import API_LABEL
from exfig_mp.hashing import digest, identity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.run_options import Work


def entry_hashes(work: Iterable[Work], origin: str, state_dir: str) -> dict[str, str]:
    """Return what decides about the files of a run, as hashes by labels for people.

    What one Figma said is not true of another, so the `origin` of the API is one of them. A label begins with the
    config, or with what a run without one goes by, and a space parts that from the entry (see `generation.owner_of`).
    """
    hashes = {API_LABEL: identity(origin)}
    for one in work:
        said = msgspec.json.encode((one.base, one.entry), order="deterministic")
        goes_by = f"{one.goes_by} {one.entry.platform}.{one.entry.kind}"
        label = goes_by if one.goes_by else f"{seen_from(state_dir, one.config)} {one.entry.label}"
        hashes[label] = identity(hashes.get(label, ""), digest(said))
    return hashes


def seen_from(state_dir: str, path: str) -> str:
    """Return a name of `path` that is right in the state folder: runs in many folders may share it."""
    try:
        return display_name(Path(os.path.realpath(path)), os.path.realpath(state_dir))
    except (OSError, ValueError):  # the current folder is gone, or no file can have this name
        return path
