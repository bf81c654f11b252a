"""What tests of conversions share: how to draw, and how alike two drawings are."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import resvg_py
from PIL import Image, ImageChops

from exfig_mp.conversions import VectorDrawable
from exfig_mp.convert import convert
from tests.convert.vector_drawable_svg import as_svg

if TYPE_CHECKING:
    from collections.abc import Callable

FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or Path(__file__).parents[2].parent / "shared" / "fixtures")
_SIDE = 96  # pixels of the longer side
_TOLERANCE = 8  # of 255: what rounding of coordinates to four digits and of alphas to 255 steps may do


def pixels_of(svg: str) -> Image.Image:
    """Draw an SVG on white and on black beside each other, so that colours and alpha both count."""
    with Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)))) as first:
        zoom = _SIDE / max(first.size)
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, zoom=zoom))
    with Image.open(io.BytesIO(png)) as picture:
        drawn = picture.convert("RGBA")
    both = Image.new("RGB", (drawn.width * 2, drawn.height), "white")
    both.paste("black", (drawn.width, 0, drawn.width * 2, drawn.height))
    for left in (0, drawn.width):
        both.paste(drawn, (left, 0), drawn)
    return both


def difference(one: str, other: str) -> float:
    """Return the share of pixels in which two SVGs differ visibly."""
    left, right = pixels_of(one), pixels_of(other)
    assert left.size == right.size
    red, green, blue = ImageChops.difference(left, right).split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return sum(largest.histogram()[_TOLERANCE + 1 :]) / (left.width * left.height)


@pytest.fixture
def drawable() -> Callable[..., str]:
    """Convert SVG to the text of a vector drawable."""

    def run(svg: str, *, precision: int = 4, right_to_left: bool = False) -> str:
        return convert(svg.encode(), (VectorDrawable(precision, right_to_left),)).decode()

    return run


@pytest.fixture
def unlikeness() -> Callable[[str], float]:
    """Return the share of differing pixels between an SVG and its vector drawable, both drawn by resvg."""

    def run(svg: str) -> float:
        return difference(svg, as_svg(convert(svg.encode(), (VectorDrawable(),)).decode()))

    return run
