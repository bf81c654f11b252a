"""Swift code for image sets: extensions of UIImage and of SwiftUI's Image, and documents of Code Connect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document, Rows, without_twins
from exfig_mp.exporters.identifiers import OBJECTIVE_C_METHODS, swift_identifier
from exfig_mp.exporters.xcode_colors import MAIN_BUNDLE

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.exporters.xcode import ImageSets
    from exfig_mp.exporters.xcode_colors import SwiftBundle
    from exfig_mp.model import Asset

_SPECIAL = re.compile("[^A-Za-z0-9._~;,-]")


_OBJECTIVE_C = OBJECTIVE_C_METHODS | {
    *("actionsImage", "addImage", "checkmarkImage", "removeImage", "strokedCheckmarkImage"),
}
"""What every class has there, or UIImage: another of that name is for Swift alone.

https://developer.apple.com/documentation/uikit/uiimage?language=objc: `addImage` is `add` in Swift alone.
"""


class SwiftImages(Struct, frozen=True, kw_only=True):
    """The code of an entry of icons or images; files whose name is empty are not written.

    Args:
        sets: the image sets; an asset is in place if one of its files is, as its image set names that.
        ui_image_file: the extension of UIImage,
        swift_ui_file: and of SwiftUI's Image.
        connect_file: what Figma shows beside a component: https://github.com/figma/code-connect.
        bundle: where the code finds the asset catalog.
        objc: whether Objective-C sees the images of UIKit.
        word: goes before names that cannot begin an identifier.
    """

    sets: ImageSets
    ui_image_file: str = ""
    swift_ui_file: str = ""
    connect_file: str = ""
    bundle: SwiftBundle = MAIN_BUNDLE
    objc: bool = False
    word: str = "image"

    def claims(self, asset: Asset) -> dict[str, str]:
        """See `Code`."""
        identifier, structure = self._identifier(asset), _structure(asset)
        claims = {identifier: f"{identifier} in Swift"} if self.ui_image_file or self.swift_ui_file else {}
        return claims | ({structure: f"{structure} in Code Connect"} if self.connect_file else {})

    def documents(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[Document, ...]:
        """See `Code`. An asset without a node is none of Code Connect's."""
        present = [asset for asset in assets if any(path in in_place for path in self.sets.paths(asset))]
        if not present:
            return ()
        named = without_twins(self, present)
        context = self.bundle.context | {"images": Rows(named, self._image), "addObjcPrefix": self.objc}
        code = ((self.ui_image_file, "UIImage+extension.swift"), (self.swift_ui_file, "Image+extension.swift"))
        found = [Document(path, template, context) for path, template in code if path]
        connected = [asset for asset in named if asset.light.id and asset.light.file_key]
        if self.connect_file and connected:
            documents = {"assets": Rows(connected, _connection)}
            found.append(Document(self.connect_file, "CodeConnect.figma.swift", documents))
        return tuple(found)

    def _identifier(self, asset: Asset) -> str:
        return swift_identifier(asset.name, self.word)

    def _image(self, asset: Asset) -> dict[str, object]:
        identifier = self._identifier(asset)
        # In its own accessor an image knows its name: `#function`.
        is_named_as_asset = identifier.strip("`") == asset.name
        return {
            "name": identifier,
            "assetName": asset.name,
            "isNamedAsAsset": is_named_as_asset,
            "isInObjectiveC": identifier.strip("`") in _OBJECTIVE_C,
        }


def _structure(asset: Asset) -> str:
    return swift_identifier(f"Asset_{asset.name}")


def _connection(asset: Asset) -> dict[str, object]:
    # Addresses of Figma have a dash where its API has a colon.
    file, node = _escaped(asset.light.file_key), _escaped(asset.light.id.replace(":", "-"))
    return {
        "structName": _structure(asset),
        "name": asset.name,
        "nodeId": node,
        "fileId": file,
        "figmaUrl": f"https://www.figma.com/design/{file}?node-id={node}",
    }


def _escaped(text: str) -> str:
    """Return a text as a part of an address."""
    return _SPECIAL.sub(lambda found: "".join(f"%{octet:02X}" for octet in found[0].encode()), text)
