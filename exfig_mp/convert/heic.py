"""Pictures as HEIC, by pillow-heif: the one door to it. It is optional, as its encoder has another licence."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from exfig_mp.convert.pictures import read_png
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.conversions import Heic

_LONGEST_SIDE = 16_384  # pixels, https://github.com/strukturag/libheif (its security limits)
_UNCHANGED = {"quality": -1, "chroma": 444, "matrix_coefficients": 0}
"""No quantisation, no sparing of colours, and no turn into others: https://www.itu.int/rec/T-REC-H.273."""


def to_heic(body: bytes, options: Heic) -> bytes:
    """Return a PNG as HEIC, with its colour profile and without its other metadata.

    Raises:
        ConversionError: if it is no whole PNG, or larger than a HEIC may be, or there is no encoder.
    """
    try:
        import pillow_heif  # noqa: PLC0415  # may not be installed
    except ImportError as error:
        raise ConversionError(
            f"HEIC cannot be written: {error}", "install exfig-mp with its extra heic, or set outputFormat: png"
        ) from None
    pixels, profile = read_png(body)
    if max(pixels.size) > _LONGEST_SIDE:
        raise ConversionError(
            f"the PNG has {pixels.width}x{pixels.height} pixels, and a HEIC may have {_LONGEST_SIDE:,} on a side",
            "export it at a smaller scale",
        )
    pixels = pixels.convert("RGB") if pixels.mode == "L" else pixels
    pixels.info = {"icc_profile": profile} if profile else {}
    encoded = io.BytesIO()
    how = _UNCHANGED if options.lossless else {"quality": options.quality}
    try:
        pillow_heif.from_pillow(pixels).save(encoded, exif=None, xmp=None, **how)
    except (ValueError, RuntimeError, OSError) as error:
        raise ConversionError(f"the HEIC cannot be written: {error}") from None
    return encoded.getvalue()
