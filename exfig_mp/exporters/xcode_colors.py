"""Xcode: colour sets of an asset catalog, and extensions of UIColor and SwiftUI's Color.

With an asset catalog the code looks colours up by name, without one it has the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.identifiers import OBJECTIVE_C_METHODS, swift_identifier
from exfig_mp.exporters.naming import Named, folded, safe_name
from exfig_mp.exporters.placing import foundation_json, join
from exfig_mp.model import GeneratedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exfig_mp.colors import Color, Rgba
    from exfig_mp.exporters.token_protocol import TokenFile

_INFO = {"author": "xcode", "version": 1}
_DARK = {"appearance": "luminosity", "value": "dark"}
_HIGH = {"appearance": "contrast", "value": "high"}


_UI_COLORS = (
    *("black", "blue", "brown", "clear", "cyan", "darkGray", "darkText", "gray", "green", "groupTableViewBackground"),
    *("label", "lightGray", "lightText", "link", "magenta", "opaqueSeparator", "orange", "placeholderText", "purple"),
    *("quaternaryLabel", "quaternarySystemFill", "red", "secondaryLabel", "secondarySystemBackground"),
    *("secondarySystemFill", "secondarySystemGroupedBackground", "separator", "tertiaryLabel"),
    *("tertiarySystemBackground", "tertiarySystemFill", "tertiarySystemGroupedBackground", "tint", "white", "yellow"),
)
_OBJECTIVE_C = OBJECTIVE_C_METHODS | {f"{color}Color" for color in _UI_COLORS}
"""Class properties of UIColor: https://developer.apple.com/documentation/uikit/uicolor?language=objc.

Objective-C has `redColor` for what is `red` in Swift alone, so that `red` can be shown to it.
"""


class SwiftBundle(Struct, frozen=True, kw_only=True):
    """Where code finds the asset catalog: in the main bundle, in that of its own module, or of a Swift package."""

    main: bool = True
    package: bool = False
    names: tuple[str, ...] = ()

    @property
    def context(self) -> dict[str, object]:
        """What templates are told of it; the keys are those of ExFig v1."""
        return {
            "assetsInMainBundle": self.main,
            "assetsInSwiftPackage": self.package,
            "resourceBundleNames": list(self.names),
        }


MAIN_BUNDLE = SwiftBundle()


class ColorSets(Struct, frozen=True, kw_only=True):
    """The exporter of iOS colours. `folder` is that of the colour sets, empty for code without an asset catalog.

    With `namespaces` each `/` of a Figma name is a folder of the catalog, which is part of the name for code.
    """

    folder: str = ""
    ui_color_file: str = ""
    swift_ui_file: str = ""
    bundle: SwiftBundle = SwiftBundle()
    objc: bool = False
    namespaces: bool = False

    def claims(self, color: Color) -> dict[str, str]:
        """See `TokenExporter`."""
        identifier = swift_identifier(color.name)
        has_code = self.ui_color_file or self.swift_ui_file
        claims = {f"code {identifier}": f"{identifier} in Swift"} if has_code else {}
        if self.folder:
            path = self.asset_name(color)
            claims[f"path {folded(path)}"] = f"the colour set {path!r}"
        return claims

    def notes(self, colors: Sequence[Color]) -> tuple[str, ...]:
        """See `TokenExporter`."""
        if self.folder or not self.swift_ui_file or not any(color.dark or color.light_hc for color in colors):
            return ()
        return (f"{self.swift_ui_file} has light values only: SwiftUI knows others from colour assets alone",)

    def documents(self, colors: Sequence[Color]) -> tuple[TokenFile, ...]:
        """See `TokenExporter`."""
        if not colors:
            return ()
        context = self.bundle.context | {
            "colors": [self._context(color) for color in colors],
            "colorFromAssetCatalog": bool(self.folder),
            "useNamespace": self.namespaces,
            "addObjcPrefix": self.objc,
        }
        code = ((self.ui_color_file, "UIColor+extension.swift"), (self.swift_ui_file, "Color+extension.swift"))
        files: list[TokenFile] = [Document(path, template, context) for path, template in code if path]
        if self.folder:
            files.append(GeneratedFile(join(self.folder, "Contents.json"), foundation_json({"info": _INFO})))
            files += self._namespaces(colors)
            files += [GeneratedFile(self._set_path(color), color_set(color)) for color in colors]
        return tuple(files)

    def _parts(self, color: Color) -> list[str]:
        """Return the folders of the catalog that a colour is in, and its name there."""
        raw = [part for part in color.source_name.split("/") if part.strip()] if self.namespaces else []
        *folders, last = raw or [color.name]
        return [*(_folder_name(part) for part in folders), _safe(last)]

    def asset_name(self, color: Color) -> str:
        """Return the name of a colour set, with the folders that are part of it."""
        return "/".join(self._parts(color))

    def _set_path(self, color: Color) -> str:
        *folders, name = self._parts(color)
        return join(self.folder, *folders, f"{name}.colorset", "Contents.json")

    def _namespaces(self, colors: Sequence[Color]) -> Iterator[GeneratedFile]:
        content = foundation_json({"info": _INFO, "properties": {"provides-namespace": True}})
        parents = {tuple(self._parts(color)[:-1]) for color in colors}
        folders = {parts[: count + 1] for parts in parents for count in range(len(parts))}
        for folder in sorted(folders):
            yield GeneratedFile(join(self.folder, *folder, "Contents.json"), content)

    def _context(self, color: Color) -> dict[str, object]:
        identifier, asset = swift_identifier(color.name), self.asset_name(color)
        return {
            "name": identifier,
            "originalName": color.source_name,
            "assetName": asset,
            # In its own accessor a colour knows its name: `#function`.
            "isNamedAsAsset": identifier.strip("`") == asset and not self.namespaces,
            "isInObjectiveC": _is_taken(identifier.strip("`")),
            "hasDarkVariant": color.dark is not None,
            "hasHighContrast": color.light_hc is not None or color.dark_hc is not None,
            "light": _components(color.light),
            "dark": _components(color.dark or color.light),
            "lightHC": _components(color.light_hc or color.light),
            "darkHC": _components(color.dark_hc or color.dark or color.light_hc or color.light),
            **_components(color.light),
        }


def _is_taken(name: str) -> bool:
    """Has every class, or UIColor, a class method of that name? Another one is for Swift alone."""
    return name in _OBJECTIVE_C or (name.startswith("system") and name.endswith("Color") and name != "systemColor")


def color_set(color: Color) -> bytes:
    """Return the `Contents.json` of a colour set: any appearance, and those that differ by light and by contrast."""
    values: tuple[tuple[Rgba | None, list[dict[str, str]]], ...] = (
        (color.light, []),
        (color.dark, [_DARK]),
        (color.light_hc, [_HIGH]),
        (color.dark_hc, [_DARK, _HIGH]),
    )
    colors = [_set_item(value, appearances) for value, appearances in values if value]
    return foundation_json({"colors": colors, "info": _INFO})


def _set_item(value: Rgba, appearances: list[dict[str, str]]) -> dict[str, object]:
    red, green, blue, _ = value.octets
    components = {"alpha": value.fixed[3], "red": f"0x{red:02X}", "green": f"0x{green:02X}", "blue": f"0x{blue:02X}"}
    item: dict[str, object] = {"color": {"color-space": "srgb", "components": components}, "idiom": "universal"}
    return item | ({"appearances": appearances} if appearances else {})


def _components(value: Rgba) -> dict[str, str]:
    red, green, blue, alpha = value.fixed
    return {"red": red, "green": green, "blue": blue, "alpha": alpha}


def _safe(part: str) -> str:
    """Return a file name for a part of a name, whatever that is."""
    match safe_name(part):
        case Named(text):
            return text
        case _:
            return "_"


def _folder_name(part: str) -> str:
    """Return a folder's name; Xcode takes folders with an extension for assets."""
    stem, dot, extension = _safe(part).rpartition(".")
    return f"{stem}_{extension}" if dot and extension.isalpha() else stem + dot + extension
