"""Kotlin code for Compose: a function for each drawable, which draws it as an icon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document, Rows, without_twins
from exfig_mp.exporters.identifiers import kotlin_identifier, kotlin_package
from exfig_mp.exporters.naming import restyle

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.exporters.android import Drawables
    from exfig_mp.model import Asset


class KotlinIcons(Struct, frozen=True, kw_only=True):
    """The code of an entry of icons that are resources.

    Args:
        path: of the file.
        package: its package,
        resources: and that of `R`.
        drawables: an asset is in place if one of its files by day is, as Android scales what it needs.
        target: the object that the functions extend, which the app has; empty for one of our own, `Icons`.
    """

    path: str
    package: str
    resources: str
    drawables: Drawables
    target: str = ""

    def claims(self, asset: Asset) -> dict[str, str]:
        """See `Code`."""
        function = _function(asset)
        return {function: f"the function {function} in Kotlin"}

    def documents(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[Document, ...]:
        """See `Code`."""
        present = [asset for asset in assets if any(path in in_place for path in self.drawables.day_paths(asset))]
        if not present:
            return ()
        context = {
            "package": kotlin_package(self.package),
            "xmlResourcePackage": kotlin_package(self.resources),
            "extensionTarget": kotlin_package(self.target),
            "icons": Rows(without_twins(self, present), _icon),
        }
        return (Document(self.path, "Icons.kt", context),)


def _function(asset: Asset) -> str:
    return kotlin_identifier(restyle(asset.name, "PascalCase") or asset.name, "Icon")


def _icon(asset: Asset) -> dict[str, object]:
    return {"functionName": _function(asset), "name": kotlin_identifier(asset.name, "icon")}
