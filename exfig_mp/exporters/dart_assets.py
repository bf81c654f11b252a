"""Dart code for assets: a class of constants, each the path of a file as Flutter's bundle knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document, Rows, without_twins
from exfig_mp.exporters.identifiers import dart_identifier
from exfig_mp.exporters.naming import is_styled, restyle

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.exporters.flutter import FlutterAssets
    from exfig_mp.model import Asset, Kind


class DartAssets(Struct, frozen=True, kw_only=True):
    """The code of an entry of icons or images.

    Constants have the path of scale 1, from which Flutter finds the other scales, whether or not that one exists.
    """

    path: str
    class_name: str
    kind: Kind
    files: FlutterAssets

    def claims(self, asset: Asset) -> dict[str, str]:
        """See `Code`."""
        names = (self._name(asset, dark=False), *((self._name(asset, dark=True),) if asset.dark else ()))
        return {name: f"{name} in Dart" for name in names}

    def documents(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[Document, ...]:
        """See `Code`. Of a light and a dark file that one is named which is in place."""
        found = []
        for asset in without_twins(self, assets):
            light = any(path in in_place for path in self.files.paths(asset, dark=False))
            dark = asset.dark is not None and any(path in in_place for path in self.files.paths(asset, dark=True))
            if light or dark:
                found.append((asset, light, dark))
        if not found:
            return ()
        context = {"className": self.class_name, self.kind: Rows(found, self._constants)}
        return (Document(self.path, f"{self.kind}.dart", context),)

    def _constants(self, found: tuple[Asset, bool, bool]) -> dict[str, object]:
        asset, light, dark = found
        name = self._name(asset, dark=False)
        return {
            "name": name,
            "darkName": self._name(asset, dark=True) if asset.dark else name,
            "hasLight": light,
            "hasDark": dark,
            "lightPath": self.files.path(asset, 1, dark=False),
            "darkPath": self.files.path(asset, 1, dark=True),
        }

    def _name(self, asset: Asset, *, dark: bool) -> str:
        appearance = "" if asset.dark is None else "Dark" if dark else "Light"
        name = dart_identifier(f"{_camel(asset.name)}{appearance}", self.kind[:-1])
        return f"{name}_" if name == self.class_name else name


def _camel(name: str) -> str:
    """Return a name in camel case; of one in Pascal case the words are known: `AArrowDown` is `aArrowDown`."""
    if name[0].isupper() and is_styled(name, "PascalCase"):
        return name[0].lower() + name[1:]
    return restyle(name, "camelCase") or name
