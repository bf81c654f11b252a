"""Image sets of one name in different folders of an asset catalog, which code cannot tell apart. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from exfig_mp.exporters.xcode import ImageSets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exfig_mp.exporters.protocol import Entry
    from exfig_mp.model import Asset

_MOST_SHOWN = 3


def shared_image_sets(entries: Iterable[tuple[Entry, Sequence[Asset]]]) -> Iterator[str]:
    """Yield a warning for each pair of entries with image sets of one name in different folders.

    Folders without a namespace are no part of an image set's name:
    https://developer.apple.com/library/archive/documentation/Xcode/Reference/xcode_ref-Asset_Catalog_Format/FolderStructure.html.
    It is no error, as the code of each entry may be that of another target.

    Args:
        entries: those of one config, with the assets that were found for them.
    """
    owners: dict[str, tuple[str, str]] = {}
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry, assets in entries:
        if not isinstance(entry.exporter, ImageSets):
            continue
        own = (entry.label, entry.exporter.folder)
        for asset in assets:
            label, folder = owners.setdefault(asset.name, own)
            if folder != own[1]:
                shared[entry.label, label].add(asset.name)
    for (label, other), names in shared.items():
        yield f"{label}: {_shown(sorted(names))} of {other}, too: a catalog has one of a name, and so has Swift code"


def _shown(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:_MOST_SHOWN]))
    if len(names) == 1:
        return f"{shown} is an image set"
    more = len(names) - _MOST_SHOWN
    return f"{shown} and {more} more are image sets" if more > 0 else f"{shown} are image sets"
