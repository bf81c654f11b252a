"""The shipped artwork: 560 icons of lucide-static 1.62.0 and 42 drawings of @iconify-json/fluent-emoji 1.2.7 (npm).

The icons are 64 that every app has and every third of the others of at most seven elements; the drawings were chosen
by hand. Elements and bodies are unchanged, only packed. Licences: LICENSE-lucide (ISC, some Feather MIT) and
LICENSE-fluent-emoji (MIT) beside this file.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

ICON_SIZE = 24
ILLUSTRATION_SIZE = 64
_DRAWN_SIZE = 32
_HEX = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})(?=[\"';])")
_ROUND = 'stroke-linecap="round" stroke-linejoin="round"'

Element = tuple[str, dict[str, str]]


class Pen(NamedTuple):
    """How artwork is drawn.

    Args:
        colour: `#RRGGBB` of an icon's strokes; illustrations bring their own colours.
        weight: of an icon's strokes, on its grid.
        opacity: of the whole.
        dark: recolour an illustration for a dark background.
        tint: instead of an illustration's first colour; empty for none.
    """

    colour: str
    weight: float = 2.0
    opacity: float = 1.0
    dark: bool = False
    tint: str = ""


def _load(name: str) -> bytes:
    return gzip.decompress(resources.files(__name__).joinpath(name).read_bytes())


@cache
def icons() -> dict[str, list[Element]]:
    """Return the icons by name, each a list of (tag, attributes) on a grid of 24 x 24."""
    return msgspec.json.decode(_load("lucide.json.gz"), type=dict[str, list[Element]])


@cache
def illustrations() -> dict[str, str]:
    """Return the illustrations by name, each an SVG body on a grid of 32 x 32."""
    return msgspec.json.decode(_load("fluent-emoji.json.gz"), type=dict[str, str])


def is_illustration(artwork: str) -> bool:
    """Tell whether `artwork` names a colour illustration; all other names are icons."""
    return artwork in illustrations()


def element_count(artwork: str) -> int:
    """Return how many drawn elements the artwork has: what makes it slow to render."""
    if is_illustration(artwork):
        return illustrations()[artwork].count("<path") + 1
    return len(icons()[artwork])


def coloured(artwork: str, pen: Pen) -> str:
    """Return the SVG body of an illustration in the colours of a pen."""
    body = illustrations()[artwork]
    body = recolour(body) if pen.dark else body
    return _HEX.sub(pen.tint, body, count=1) if pen.tint else body


def colours(body: str) -> list[str]:
    """Return the colours of an SVG body, in order, as `#RRGGBB`."""
    return ["#" + _six(digits) for digits in _HEX.findall(body)]


def svg(artwork: str, size: tuple[int, int], pen: Pen, *, layer: str = "") -> str:
    """Return the artwork as Figma would export it.

    Args:
        artwork: a name from `icons` or `illustrations`.
        size: width and height of the node.
        pen: how it is drawn.
        layer: the layer name for an `id` attribute (`svg_include_id`); empty for none.
    """
    width, height = size
    if is_illustration(artwork):
        grid, body = _DRAWN_SIZE, coloured(artwork, pen)
    else:
        grid, body = ICON_SIZE, "\n".join(_stroked(element, pen) for element in icons()[artwork])
    if pen.opacity != 1:
        body = f'<g opacity="{pen.opacity:g}">\n{body}\n</g>'
    if size != (grid, grid):
        body = f'<g transform="scale({width / grid:g} {height / grid:g})">\n{body}\n</g>'
    if layer:
        body = f'<g id="{_escaped(layer)}">\n{body}\n</g>'
    head = f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" fill="none"'
    return f'{head} xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'


def recolour(body: str) -> str:
    """Return an SVG body for a dark background: blacks are lifted, whites dimmed, hues kept."""
    return _HEX.sub(lambda match: _dimmed(match[1]), body)


def _dimmed(digits: str) -> str:
    digits = _six(digits)
    channels = [int(digits[at : at + 2], 16) for at in (0, 2, 4)]
    lightness = (max(channels) + min(channels)) / 2
    # The range 0..255 becomes 46..214, so that outlines stay visible and highlights do not glare.
    shift = 46 + lightness * 168 / 255 - lightness
    return "#" + "".join(f"{min(255, max(0, round(channel + shift))):02X}" for channel in channels)


def _six(digits: str) -> str:
    return "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits


def _stroked(element: Element, pen: Pen) -> str:
    tag, attributes = element
    fill = f' fill="{pen.colour}"' if attributes.get("fill") == "currentColor" else ""
    shape = " ".join(f'{name}="{value}"' for name, value in attributes.items() if name != "fill")
    return f'<{tag} {shape}{fill} stroke="{pen.colour}" stroke-width="{pen.weight:g}" {_ROUND}/>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
