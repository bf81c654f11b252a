"""Android: text styles as resources, and as a Kotlin object for Compose.

Android looks fonts up among the resources of the app: their files have to be there, in `res/font`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.identifiers import JAVA_KEYWORDS, kotlin_identifier, kotlin_package, resource_name
from exfig_mp.exporters.placing import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.exporters.compose import Compose
    from exfig_mp.exporters.token_protocol import TokenFile
    from exfig_mp.text_styles import TextStyle, Typeface

_WORD = "style"
_NO_FONT_CHAR = re.compile("[^a-z0-9_]")
_TAKEN = frozenset({"Font", "FontFamily", "INSTANCE", "R", "TextStyle", "class"})
"""What a property cannot be called: the object uses these names itself, or has them for the Java machine."""


class AndroidTextStyles(Struct, frozen=True, kw_only=True):
    """The exporter of Android text styles."""

    folder: str
    compose: Compose | None = None

    def claims(self, style: TextStyle) -> dict[str, str]:
        """See `TokenExporter`."""
        name, kotlin = resource_name(style.name, _WORD), _property(style)
        return {f"xml {name}": f"the resource {name!r}"} | (
            {f"code {kotlin}": f"the property {kotlin} in Kotlin"} if self.compose else {}
        )

    def notes(self, styles: Sequence[TextStyle]) -> tuple[str, ...]:
        """See `TokenExporter`."""
        return tuple(
            f"{style.source_name!r} is written as {resource_name(style.name, _WORD)!r}, which resources can be called"
            for style in styles
            if resource_name(style.name, _WORD) != style.name
        )

    def documents(self, styles: Sequence[TextStyle]) -> tuple[TokenFile, ...]:
        """See `TokenExporter`."""
        if not styles:
            return ()
        xml = Document(
            join(self.folder, "values", "typography.xml"),
            "typography.xml",
            {"textStyles": [_resource(style) for style in styles]},
        )
        return (xml, self._properties(self.compose, styles)) if self.compose else (xml,)

    def _properties(self, compose: Compose, styles: Sequence[TextStyle]) -> Document:
        context = {
            "package": kotlin_package(compose.package),
            "xmlResourcePackage": kotlin_package(compose.resources),
            "textStyles": [
                {
                    "name": _property(style),
                    "fontFamily": kotlin_identifier(font_resource(style.face.font), "font"),
                    "fontSize": style.face.size,
                    "letterSpacing": style.face.letter_spacing,
                    "lineHeight": style.face.line_height,
                }
                for style in styles
            ],
        }
        return Document(compose.path, "Typography.kt", context)


def font_resource(font: str) -> str:
    """Return what the file of a font is called in `res/font`: `PTSans-Bold` is `ptsans_bold`."""
    name = _NO_FONT_CHAR.sub("_", font.lower())
    name = name if name[:1].isalpha() else f"font_{name}"
    return f"{name}_" if name in JAVA_KEYWORDS else name


def em(face: Typeface) -> str:
    """Return the letter spacing as Android's resources have it: a part of the font size, with two digits."""
    return f"{round(face.letter_spacing / face.size, 2) + 0.0:.2f}"  # no -0.00


def _resource(style: TextStyle) -> dict[str, object]:
    return {
        "name": resource_name(style.name, _WORD),
        "fontFamily": f"@font/{font_resource(style.face.font)}",
        "textSize": style.face.size,
        "letterSpacing": em(style.face),
    }


def _property(style: TextStyle) -> str:
    return kotlin_identifier(f"{style.name}_" if style.name in _TAKEN else style.name, _WORD)
