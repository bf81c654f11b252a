"""The Web's files: raw SVG in one folder, and React components made of it in another.

A dark picture is a component of its own, beside the light one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.conversions import Tsx
from exfig_mp.exporters.components import DARK, component_name
from exfig_mp.exporters.placing import appearances, by_path, join
from exfig_mp.hashing import identity
from exfig_mp.model import RemoteFile, Render

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.exporters.folder import Folder
    from exfig_mp.model import Asset, GeneratedFile, Node


class ReactComponents(Struct, frozen=True, kw_only=True):
    """The exporter of SVG with components: those of `raw`, and `<folder>/<Name>.tsx` made with `template`.

    `size` is how large an icon is unless its user says otherwise, in pixels.
    """

    raw: Folder
    folder: str
    template: str
    size: int = 24

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """See `Exporter`."""
        components = [self._file(asset, node, dark=dark) for asset in assets for dark, node in appearances(asset)]
        return by_path((*self.raw.files(assets), *components))

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:
        """See `Exporter`."""
        return self.raw.index(assets, in_place)

    def _file(self, asset: Asset, node: Node, *, dark: bool) -> RemoteFile:
        name = component_name(asset.name) + (DARK if dark else "")
        path = join(self.folder, f"{name}.tsx")
        file_name = f"{asset.name}{self.raw.dark_suffix if dark else ''}.svg"
        context = {
            "componentName": name,
            "name": asset.name,
            "assetPath": file_name,
            "iconSize": str(self.size),
        }
        # Entries have components of one name in folders of their own; a page may show both.
        ids = f"{name}-{identity(path)[:6]}"
        step = Tsx(ids=ids, template=self.template, context=tuple(context.items()))
        return RemoteFile(path, Render(node=node, format="svg"), asset.source_name, (step,))
