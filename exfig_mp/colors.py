"""Colours as values: what a source found, and what an exporter writes. Nothing here knows Figma, names or files."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

ALPHA_DIGITS = 3


class Octets(NamedTuple):
    """A colour as bytes, 0 to 255."""

    red: int
    green: int
    blue: int
    alpha: int


class Rgba(Struct, frozen=True):
    """A colour of sRGB without premultiplied alpha, each component from 0 to 1 as Figma has it."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    @property
    def octets(self) -> Octets:
        """The components as bytes, rounded half up as ExFig v1 rounds; what lies outside of sRGB is cut off."""
        return Octets(*(int(_within(part) * 255 + 0.5) for part in (self.red, self.green, self.blue, self.alpha)))

    @property
    def hex(self) -> str:
        """`RRGGBB`."""
        red, green, blue, _ = self.octets
        return f"{red:02X}{green:02X}{blue:02X}"

    @property
    def argb(self) -> str:
        """`AARRGGBB`."""
        return f"{self.octets.alpha:02X}{self.hex}"

    @property
    def is_opaque(self) -> bool:
        """Is the alpha 1, to the digits that are written?"""
        return round(self.alpha, ALPHA_DIGITS) >= 1

    @property
    def fixed(self) -> tuple[str, str, str, str]:
        """The components with three decimals: red, green, blue, alpha."""
        red, green, blue, alpha = (
            f"{_within(part):.{ALPHA_DIGITS}f}" for part in (self.red, self.green, self.blue, self.alpha)
        )
        return red, green, blue, alpha


class RawColor(Struct, frozen=True):
    """One colour of one appearance as a source found it, before naming and pairing.

    `platforms` are those that its description restricts it to; empty means all of them.
    """

    name: str
    value: Rgba
    platforms: frozenset[str] = frozenset()


class Palette(Struct, frozen=True):
    """What a source found for one entry, by appearance; `hc` is high contrast."""

    light: tuple[RawColor, ...] = ()
    dark: tuple[RawColor, ...] = ()
    light_hc: tuple[RawColor, ...] = ()
    dark_hc: tuple[RawColor, ...] = ()


class Color(Struct, frozen=True):
    """A named colour with its appearances. `name` is final (styled); `source_name` is Figma's."""

    name: str
    source_name: str
    light: Rgba
    dark: Rgba | None = None
    light_hc: Rgba | None = None
    dark_hc: Rgba | None = None


def _within(part: float) -> float:
    return min(max(part, 0.0), 1.0)
