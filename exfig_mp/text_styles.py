"""Text styles as values: what a source found, and what an exporter writes. Nothing here knows Figma, names or files."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

TextCase = Literal["original", "uppercased", "lowercased"]
DynamicType = Literal[
    "largeTitle",
    "title1",
    "title2",
    "title3",
    "headline",
    "body",
    "callout",
    "subheadline",
    "footnote",
    "caption1",
    "caption2",
]
"""Text styles of iOS that grow with the user's wish, as UIKit calls them."""


class Typeface(Struct, frozen=True):
    """How a text looks. Sizes in pixels of the design; `line_height` is None where it is the font's own.

    `font` is a PostScript name, or that of a family where Figma has no other.
    """

    font: str
    size: float
    line_height: float | None = None
    letter_spacing: float = 0.0
    case: TextCase = "original"
    dynamic_type: DynamicType | None = None


class RawTextStyle(Struct, frozen=True):
    """A text style as a source found it, before it is named."""

    name: str
    face: Typeface


class TextStyle(Struct, frozen=True):
    """A named text style. `name` is final (styled); `source_name` is Figma's."""

    name: str
    source_name: str
    face: Typeface
