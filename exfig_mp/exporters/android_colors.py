"""Android: colour resources for day and night, functions of Compose, and attributes of a theme.

Android has no high contrast: such values are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.identifiers import KOTLIN_MEMBERS, kotlin_identifier, kotlin_package, resource_name
from exfig_mp.exporters.naming import restyle
from exfig_mp.exporters.placing import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.colors import Color, Rgba
    from exfig_mp.exporters.compose import Compose
    from exfig_mp.exporters.theme_attributes import ThemeWriter
    from exfig_mp.exporters.token_protocol import TokenFile

_TAKEN = KOTLIN_MEMBERS | {"isSystemInDarkTheme"}
"""What a function cannot be called: the others call this one, and would find their neighbour instead."""


class AndroidColorFiles(Struct, frozen=True, kw_only=True):
    """The exporter of Android colours. `xml_name` is empty if no resources are written."""

    folder: str
    xml_name: str = "colors.xml"
    compose: Compose | None = None
    theme: ThemeWriter | None = None

    def claims(self, color: Color) -> dict[str, str]:
        """See `TokenExporter`."""
        name, function = resource_name(color.name), _function(color)
        return {f"xml {name}": f"the resource {name!r}"} | (
            {f"code {function}": f"the function {function} in Kotlin"} if self.compose else {}
        )

    @staticmethod
    def resource(color: Color) -> str:
        """Return the name of a colour among the resources."""
        return resource_name(color.name)

    def notes(self, colors: Sequence[Color]) -> tuple[str, ...]:
        """See `TokenExporter`."""
        notes = [
            f"{color.source_name!r} is written as {resource_name(color.name)!r}, which resources can be called"
            for color in colors
            if resource_name(color.name) != color.name
        ]
        if any(color.light_hc or color.dark_hc for color in colors):
            notes.append("high contrast values are left out: Android has none")
        return (*notes, *(self.theme.notes(colors) if self.theme else ()))

    def documents(self, colors: Sequence[Color]) -> tuple[TokenFile, ...]:
        """See `TokenExporter`."""
        files: list[TokenFile] = []
        if not colors:
            return ()
        if self.xml_name:
            files.append(self._resources("values", colors, dark=False))
            if any(color.dark for color in colors):
                files.append(self._resources("values-night", colors, dark=True))
        if self.compose:
            files.append(self._functions(self.compose, colors))
        if self.theme:
            files += self.theme.insertions(colors)
        return tuple(files)

    def _resources(self, folder: str, colors: Sequence[Color], *, dark: bool) -> Document:
        rows = [
            {"name": resource_name(color.name), "hex": xml_hex((color.dark if dark else None) or color.light)}
            for color in colors
        ]
        return Document(join(self.folder, folder, self.xml_name), "colors.xml", {"colors": rows})

    def _functions(self, compose: Compose, colors: Sequence[Color]) -> Document:
        rows = [
            {
                "functionName": _function(color),
                "name": kotlin_identifier(resource_name(color.name)),
                "lightHex": kotlin_hex(color.light),
                "darkHex": kotlin_hex(color.dark or color.light),
                "lightHexRaw": color.light.argb,
                "darkHexRaw": (color.dark or color.light).argb,
                "hasDarkVariant": color.dark is not None,
            }
            for color in colors
        ]
        context = {
            "package": kotlin_package(compose.package),
            "xmlResourcePackage": kotlin_package(compose.resources),
            "colors": rows,
        }
        return Document(compose.path, "Colors.kt", context)


def xml_hex(value: Rgba) -> str:
    """Return a colour as resources have it: `#RRGGBB`, or `#AARRGGBB` if it is translucent."""
    return f"#{value.hex}" if value.octets.alpha == 255 else f"#{value.argb}"


def kotlin_hex(value: Rgba) -> str:
    """Return a colour as Compose has it: `0xAARRGGBB`."""
    return f"0x{value.argb}"


def _function(color: Color) -> str:
    name = kotlin_identifier(restyle(color.name, "camelCase") or color.name)
    return f"{name}_" if name in _TAKEN else name
