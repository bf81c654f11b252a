"""TypeScript code beside React components: the module that exports them all, and the types of what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.components import DARK, component_name
from exfig_mp.exporters.documents import Document, Rows, without_twins
from exfig_mp.exporters.naming import folded
from exfig_mp.exporters.placing import join

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.model import Asset, Kind


class ReactIndex(Struct, frozen=True, kw_only=True):
    """The code of an entry whose components are in `folder`: those that are in place, dark ones too."""

    folder: str
    kind: Kind

    def claims(self, asset: Asset) -> dict[str, str]:
        """See `Code`. Components are files, so names that some disk takes for one are one."""
        return {folded(name): f"the component {name}" for name in _names(asset)}

    def documents(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[Document, ...]:
        """See `Code`."""
        names = [name for asset in without_twins(self, assets) for name in _names(asset)]
        present = [name for name in names if join(self.folder, f"{name}.tsx") in in_place]
        if not present:
            return ()
        template = "IconIndex.ts" if self.kind == "icons" else "ImageIndex.ts"
        context: dict[str, object] = {self.kind: Rows(present, _component)}
        return (
            Document(join(self.folder, "index.ts"), template, context),
            Document(join(self.folder, "types.ts"), "types.ts", {}),
        )


def _names(asset: Asset) -> tuple[str, ...]:
    name = component_name(asset.name)
    return (name, name + DARK) if asset.dark else (name,)


def _component(name: str) -> dict[str, object]:
    return {"componentName": name, "fileName": name}
