"""Flutter: a Dart class of colours for each of light and dark, or one class of four if there is high contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.identifiers import dart_identifier
from exfig_mp.exporters.naming import restyle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.colors import Color, Rgba
    from exfig_mp.exporters.token_protocol import TokenFile

_FIELDS = frozenset({"light", "dark", "lightHighContrast", "darkHighContrast"})
"""The fields of a class of four: no constant of it can have their names."""


class DartColors(Struct, frozen=True, kw_only=True):
    """The exporter of Flutter colours: one file."""

    path: str
    class_name: str = "AppColors"

    def claims(self, color: Color) -> dict[str, str]:
        """See `TokenExporter`."""
        name = _name(color)
        return {name: f"{name} in Dart"}

    def notes(self, colors: Sequence[Color]) -> tuple[str, ...]:  # noqa: ARG002 - the contract's; Dart can say all
        """See `TokenExporter`."""
        return ()

    def documents(self, colors: Sequence[Color]) -> tuple[TokenFile, ...]:
        """See `TokenExporter`."""
        if not colors:
            return ()
        unified = any(color.light_hc or color.dark_hc for color in colors)
        taken = {self.class_name} | (_FIELDS if unified else set())
        rows = [_row(color, taken) for color in colors]
        context = {
            "className": self.class_name,
            "isUnifiedMode": unified,
            "unifiedColors": rows,
            "colors": [{"name": row["name"], "hex": row["lightHex"]} for row in rows],
            "hasDarkColors": any(color.dark for color in colors),
            "darkColors": [
                {"name": row["name"], "hex": row["darkHex"]}
                for row, color in zip(rows, colors, strict=True)
                if color.dark
            ],
        }
        return (Document(self.path, "colors.dart", context),)


def dart_hex(value: Rgba) -> str:
    """Return a colour as Flutter has it: `0xAARRGGBB`."""
    return f"0x{value.argb}"


def _row(color: Color, taken: set[str]) -> dict[str, str]:
    # A missing high contrast is that of its base.
    name = _name(color)
    return {
        "name": f"{name}_" if name in taken else name,
        "lightHex": dart_hex(color.light),
        "darkHex": dart_hex(color.dark or color.light),
        "lightHCHex": dart_hex(color.light_hc or color.light),
        "darkHCHex": dart_hex(color.dark_hc or color.dark or color.light),
    }


def _name(color: Color) -> str:
    return dart_identifier(restyle(color.name, "camelCase") or color.name)
