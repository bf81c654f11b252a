"""Web: custom properties of CSS for a light and a dark theme, their names for TypeScript, their values as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.colors import ALPHA_DIGITS
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.identifiers import typescript_key
from exfig_mp.exporters.naming import restyle
from exfig_mp.exporters.placing import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.colors import Color, Rgba
    from exfig_mp.exporters.token_protocol import TokenFile


class WebColorFiles(Struct, frozen=True, kw_only=True):
    """The exporter of Web colours; the JSON file is optional."""

    folder: str
    css_name: str = "theme.css"
    ts_name: str = "variables.ts"
    json_name: str = ""

    def claims(self, color: Color) -> dict[str, str]:
        """See `TokenExporter`."""
        css, key = _css_name(color), _key(color)
        return {f"css {css}": f"--{css} in CSS", f"ts {key}": f"{key} in TypeScript"}

    def notes(self, colors: Sequence[Color]) -> tuple[str, ...]:
        """See `TokenExporter`."""
        if not any(color.light_hc or color.dark_hc for color in colors):
            return ()
        return ("high contrast values are left out: the theme has light and dark only",)

    def documents(self, colors: Sequence[Color]) -> tuple[TokenFile, ...]:
        """See `TokenExporter`."""
        if not colors:
            return ()
        dark = [{"cssName": _css_name(color), "value": css_value(color.dark)} for color in colors if color.dark]
        themes = {
            "lightColors": [{"cssName": _css_name(color), "value": css_value(color.light)} for color in colors],
            "hasDarkColors": bool(dark),
            "darkColors": dark,
        }
        keys = {"colors": [{"camelName": _key(color), "cssName": _css_name(color)} for color in colors]}
        files = [
            Document(join(self.folder, self.css_name), "theme.css", themes),
            Document(join(self.folder, self.ts_name), "variables.ts", keys),
        ]
        if self.json_name:
            files.append(Document(join(self.folder, self.json_name), "theme.json", themes))
        return tuple(files)


def css_value(value: Rgba) -> str:
    """Return a colour as CSS has it: `#RRGGBB`, or `rgba(r, g, b, a)` if it is translucent."""
    if value.is_opaque:
        return f"#{value.hex}"
    red, green, blue, _ = value.octets
    return f"rgba({red}, {green}, {blue}, {round(max(value.alpha, 0.0), ALPHA_DIGITS):g})"


def _css_name(color: Color) -> str:
    return restyle(color.name, "kebab-case")


def _key(color: Color) -> str:
    return typescript_key(restyle(color.name, "camelCase") or color.name)
