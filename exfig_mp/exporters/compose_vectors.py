"""Android icons as code: one Kotlin file with an ImageVector for each icon, below the source folder of their package.

Code has no twin for the night: a dark icon is a property of its own, beside the light one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.conversions import ImageVector
from exfig_mp.exporters.components import DARK, component_name
from exfig_mp.exporters.identifiers import kotlin_package
from exfig_mp.exporters.placing import appearances, by_path, join
from exfig_mp.model import RemoteFile, Render

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.model import Asset, GeneratedFile, Node


class ImageVectors(Struct, frozen=True, kw_only=True):
    """The exporter of Compose vectors: `<source folder>/<package>/<Name>.kt`.

    `receiver` is the object whose extensions the properties are, empty for none; `strict` refuses paths that are too
    long for resources.
    """

    folder: str
    package: str
    receiver: str = ""
    precision: int = 4
    strict: bool = False

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """See `Exporter`."""
        return by_path(self._file(asset, node, dark=dark) for asset in assets for dark, node in appearances(asset))

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:  # noqa: ARG002 - the contract's; packages have no index
        """See `Exporter`."""
        return ()

    def _file(self, asset: Asset, node: Node, *, dark: bool) -> RemoteFile:
        name = component_name(asset.name) + (DARK if dark else "")
        step = ImageVector(
            name=name,
            package=kotlin_package(self.package),
            receiver=kotlin_package(self.receiver),
            precision=self.precision,
            right_to_left=asset.right_to_left,
            strict=self.strict,
        )
        path = join(self.folder, *self.package.split("."), f"{name}.kt")
        return RemoteFile(path, Render(node=node, format="svg"), asset.source_name, (step,))
