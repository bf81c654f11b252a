"""Entries of text styles: which file has them, and who describes the files that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from exfig_mp.exporters.token_protocol import TokenEntry, TokenExporter
from exfig_mp.text_styles import TextStyle

if TYPE_CHECKING:
    from exfig_mp.model import Kind

TextStyleExporter = TokenExporter[TextStyle]


class TextStyleEntry(TokenEntry, frozen=True, kw_only=True):
    """`<platform>.typography`: the Figma file of the styles, and who describes files."""

    kind: ClassVar[Kind] = "typography"
    file: str
    exporter: TextStyleExporter
