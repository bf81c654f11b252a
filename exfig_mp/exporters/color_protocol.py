"""Entries of colours: where an element of `colors` has its colours, and who describes its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from exfig_mp.colors import Color
from exfig_mp.exporters.token_protocol import TokenEntry, TokenExporter

if TYPE_CHECKING:
    from exfig_mp.model import Kind


class Suffixes(Struct, frozen=True, kw_only=True):
    """What names of one file end with, by appearance."""

    dark: str
    light_hc: str
    dark_hc: str


class StyleColors(Struct, frozen=True, kw_only=True):
    """Colours from published styles: a file for each appearance, or one file with `suffixes`."""

    light_file: str
    dark_file: str | None = None
    light_hc_file: str | None = None
    dark_hc_file: str | None = None
    suffixes: Suffixes | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The files that must be read."""
        files = (self.light_file, self.dark_file, self.light_hc_file, self.dark_hc_file)
        return tuple(dict.fromkeys(file for file in files if file))


class VariableColors(Struct, frozen=True, kw_only=True):
    """Colours from a collection of variables: the names of its modes, and of the mode that aliases lead to."""

    file: str
    collection: str
    light: str
    dark: str | None = None
    light_hc: str | None = None
    dark_hc: str | None = None
    primitives: str | None = None


ColorSource = StyleColors | VariableColors
ColorExporter = TokenExporter[Color]


class ColorEntry(TokenEntry, frozen=True, kw_only=True):
    """One element of `<platform>.colors`: where its colours are, and who describes its files.

    `code_syntax` is the form of names in code that Figma is told; empty if it is not.
    """

    kind: ClassVar[Kind] = "colors"
    source: ColorSource
    exporter: ColorExporter
    code_syntax: str = ""
