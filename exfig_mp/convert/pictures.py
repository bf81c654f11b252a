"""Pictures of pixels, by Pillow: the one door to it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.conversions import Webp

LARGEST_AREA = 32_000_000  # pixels: what Figma draws at most
_LONGEST_SIDE = 16_383  # pixels, https://developers.google.com/speed/webp/faq
_SMALLER = "export it at a smaller scale"
_EFFORT = 4  # of 0 to 6: beyond, files hardly become smaller, and take twice as long
_PLAIN = {"1": "L", "L": "L", "RGB": "RGB", "RGBA": "RGBA", "I": "L", "I;16": "L", "F": "L", "CMYK": "RGB"}


def to_webp(body: bytes, options: Webp) -> bytes:
    """Return a PNG as WebP, with its colour profile and without its other metadata.

    Lossless keeps every pixel, the colours of transparent ones included.

    Raises:
        ConversionError: if it is no whole PNG, or larger than a WebP may be.
    """
    pixels, profile = read_png(body)
    if max(pixels.size) > _LONGEST_SIDE:
        raise ConversionError(
            f"the PNG has {_sides(pixels)} pixels, and a WebP may have {_LONGEST_SIDE:,} on a side", _SMALLER
        )
    encoded = io.BytesIO()
    quality = 100 if options.lossless else options.quality  # of lossless: effort, not loss
    pixels.save(
        encoded,
        "WEBP",
        lossless=options.lossless,
        exact=options.lossless,
        quality=quality,
        method=_EFFORT,
        icc_profile=profile,
        exif=b"",
        xmp=b"",
    )
    return encoded.getvalue()


def read_png(body: bytes) -> tuple[Image.Image, bytes | None]:
    """Return the pixels of a PNG with 8 bits a channel, as L, RGB or RGBA, and its colour profile.

    Raises:
        ConversionError: if it is no whole PNG, or has more pixels than Figma draws.
    """
    try:
        with Image.open(io.BytesIO(body), formats=("PNG",)) as picture:
            if picture.width * picture.height > LARGEST_AREA:
                raise ConversionError(f"the PNG has {_sides(picture)} pixels, and 32 million are the limit", _SMALLER)
            return _plain(picture), picture.info.get("icc_profile")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:  # what Pillow raises for torn files
        raise ConversionError(f"the PNG cannot be read: {error}", "export the component from Figma again") from None


def area(body: bytes) -> int:
    """Return how many pixels a PNG or JPEG has; they are not decoded.

    Raises:
        ConversionError: if it is neither.
    """
    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as picture:
            return picture.width * picture.height
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ConversionError(f"the SVG holds a picture that cannot be read: {error}") from None


def alpha_of(body: bytes) -> bytes:
    """Return how opaque the pixels of a PNG that was drawn here are, from 0 to 255, row by row."""
    with Image.open(io.BytesIO(body), formats=("PNG",)) as picture:
        return picture.convert("RGBA").getchannel("A").tobytes()


def _sides(picture: Image.Image) -> str:
    return f"{picture.width}x{picture.height}"


def _plain(picture: Image.Image) -> Image.Image:
    """Return the decoded pixels with 8 bits a channel."""
    if picture.mode in {"I", "I;16"}:  # 16 bits of grey, which a plain conversion would cut off at 255
        return picture.point(lambda value: value / 257).convert("L")
    if "transparency" in picture.info or picture.mode in {"LA", "PA", "La"}:
        return picture.convert("RGBA")
    return picture.convert(_PLAIN.get(picture.mode, "RGBA" if picture.mode == "RGBa" else "RGB"))
