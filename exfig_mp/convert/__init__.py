"""From the bytes of an asset to the bytes that a platform wants. Pure computing; nothing is read but the argument.

What a conversion needs is imported when it is first asked for: a worker that converts nothing pays for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.conversions import Heic, ImageVector, Raster, Tsx, VectorDrawable, Webp

if TYPE_CHECKING:
    from exfig_mp.conversions import Conversion


def convert(body: bytes, steps: tuple[Conversion, ...]) -> bytes:
    """Return `body` after all `steps`, in their order; equal arguments give equal bytes on every run.

    Raises:
        ConversionError: if something in the asset cannot be read or drawn; the message names it.
    """
    for step in steps:
        body = _step(body, step)
    return body


def _step(body: bytes, step: Conversion) -> bytes:
    match step:
        case Raster():
            from exfig_mp.convert.raster import rasterise  # noqa: PLC0415  # loads a renderer

            return rasterise(body, step.scale)
        case Webp():
            from exfig_mp.convert.pictures import to_webp  # noqa: PLC0415  # loads an image library

            return to_webp(body, step)
        case Heic():
            from exfig_mp.convert.heic import to_heic  # noqa: PLC0415  # loads an encoder, which may not be there

            return to_heic(body, step)
        case VectorDrawable():
            from exfig_mp.convert.vector_drawable import to_vector_drawable  # noqa: PLC0415  # few workers need it

            return to_vector_drawable(body, step)
        case ImageVector():
            from exfig_mp.convert.image_vector import to_image_vector  # noqa: PLC0415  # few workers need it

            return to_image_vector(body, step)
        case Tsx():
            from exfig_mp.convert.tsx import to_component  # noqa: PLC0415  # few workers need it

            return to_component(body, step)
