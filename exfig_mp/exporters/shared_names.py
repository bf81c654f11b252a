"""Names that an app or an asset catalog has once, and two entries of a config declare in different places. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.android import Drawables
from exfig_mp.exporters.android_colors import AndroidColorFiles
from exfig_mp.exporters.xcode import ImageSets
from exfig_mp.exporters.xcode_colors import ColorSets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exfig_mp.colors import Color
    from exfig_mp.exporters.color_protocol import ColorExporter
    from exfig_mp.exporters.protocol import Exporter
    from exfig_mp.model import Asset

_MOST_SHOWN = 3
_CATALOG = "a catalog has one of a name, and so has Swift code"
_APP = "an app has one of a name: its build refuses the second, or mixes them by density"


class Declared(Struct, frozen=True):
    """What an entry declares: things of a kind, in a place, where that is no part of their names; and `why` that is."""

    kind: str
    place: object
    names: tuple[str, ...]
    why: str


def declared_assets(exporter: Exporter, assets: Sequence[Asset]) -> Declared | None:
    """Return what assets are declared as, None where names may be shared.

    Folders without a namespace are no part of an image set's name:
    https://developer.apple.com/library/archive/documentation/Xcode/Reference/xcode_ref-Asset_Catalog_Format/FolderStructure.html.
    Nor are folders of resources: https://developer.android.com/build/build-variants#sourceset-build.
    """
    names = tuple(asset.name for asset in assets)
    match exporter:
        case ImageSets():
            return Declared("image set", exporter.folder, names, _CATALOG)
        case Drawables():
            place = (exporter.folder, exporter.scales, exporter.picture.ending)
            return Declared("drawable", place, names, _APP)
        case _:
            return None


def declared_colors(exporter: ColorExporter, colors: Sequence[Color]) -> Declared | None:
    """Return what colours are declared as, None where names may be shared (see `declared_assets`)."""
    match exporter:
        case ColorSets() if exporter.folder:
            return Declared("colour set", exporter.folder, tuple(map(exporter.asset_name, colors)), _CATALOG)
        case AndroidColorFiles() if exporter.xml_name:
            return Declared("colour", exporter.xml_name, tuple(map(exporter.resource, colors)), _APP)
        case _:
            return None


def shared_names(found: Iterable[tuple[str, Declared | None]]) -> Iterator[str]:
    """Yield a warning for each pair of entries that declare things of one kind and name in different places.

    It is no error, as each entry may be for another target.

    Args:
        found: the labels of the entries of one config, and what they declare.
    """
    by_kind: dict[str, list[tuple[str, Declared]]] = defaultdict(list)
    for label, declared in found:
        if declared:
            by_kind[declared.kind].append((label, declared))
    for entries in by_kind.values():
        if len(entries) > 1:
            yield from _shared(entries)


def _shared(entries: Sequence[tuple[str, Declared]]) -> Iterator[str]:
    owners: dict[str, tuple[str, object]] = {}
    shared: dict[tuple[str, str], set[str]] = defaultdict(set)
    for label, declared in entries:
        own = (label, declared.place)
        for name in declared.names:
            other, place = owners.setdefault(name, own)
            if place != declared.place:
                shared[label, other].add(name)
    kind, why = entries[0][1].kind, entries[0][1].why
    for (label, other), names in shared.items():
        yield f"{label}: {_shown(sorted(names), kind)} of {other}, too: {why}"


def _shown(names: list[str], kind: str) -> str:
    shown = ", ".join(map(repr, names[:_MOST_SHOWN]))
    if len(names) == 1:
        return f"{shown} is {'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    more = len(names) - _MOST_SHOWN
    return f"{shown} and {more} more are {kind}s" if more > 0 else f"{shown} are {kind}s"
