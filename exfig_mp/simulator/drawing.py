"""From a drawn node to bytes: svg, png, jpg and pdf, the same bytes each time. Pixels need `exfig-mp[images]`.

These functions compute for milliseconds to seconds and keep the interpreter lock; call them in another process.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exfig_mp.model import Format

LARGEST_AREA = 32_000_000
_LARGEST_DRAWN = 4_000_000
_PLAIN_GREY = 0x80
_PDF_SCALE = 2.0
CONTENT_TYPES: dict[str, str] = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
}
MISSING_EXTRA = "This simulator draws svg only: install exfig-mp[images] for png, jpg and pdf"


def can_draw(image_format: Format) -> bool:
    """Tell whether the optional libraries for this format are installed."""
    if image_format == "svg":
        return True
    try:
        import resvg_py  # noqa: F401, PLC0415  # an optional extra: only asked whether it is there

        if image_format != "png":
            import PIL.Image  # noqa: F401, PLC0415  # the same
    except ImportError:
        return False
    return True


def pixel_size(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return the size of a raster export in pixels; above 32 megapixels Figma scales it down without a word."""
    width, height = size[0] * scale, size[1] * scale
    if width * height > LARGEST_AREA:
        shrink = math.sqrt(LARGEST_AREA / (width * height))
        return max(1, math.floor(width * shrink)), max(1, math.floor(height * shrink))
    return max(1, round(width)), max(1, round(height))


def draw(svg: str, size: tuple[int, int], image_format: Format, scale: float) -> bytes:
    """Return the export of one node in `image_format`; `scale` counts for png and jpg only.

    What has more than 4 megapixels is plain grey: its size is what matters, and drawing it would take seconds.
    """
    pixels = pixel_size(size, scale)
    match image_format:
        case "svg":
            return svg.encode()
        case "png":
            return _plain_png(pixels) if _is_large(pixels) else _png(svg, pixels)
        case "jpg":
            return _plain_jpg(pixels) if _is_large(pixels) else _jpg(_png(svg, pixels))
        case "pdf":
            return _pdf(_png(svg, pixel_size(size, _PDF_SCALE)), size)


def encoded_png(size: tuple[int, int], rows: bytes, level: int = 6) -> bytes:
    """Return a PNG of 8-bit grey, made by hand: `rows` has a filter byte before the pixels of each row."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in (
            (b"IHDR", struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows, level)),
            (b"IEND", b""),
        )
    )


def _is_large(pixels: tuple[int, int]) -> bool:
    return pixels[0] * pixels[1] > _LARGEST_DRAWN


def _plain_png(pixels: tuple[int, int]) -> bytes:
    row = b"\x00" + bytes((_PLAIN_GREY,)) * pixels[0]
    return encoded_png(pixels, row * pixels[1], level=1)


def _plain_jpg(pixels: tuple[int, int]) -> bytes:
    from PIL import Image  # noqa: PLC0415  # an optional extra

    body = io.BytesIO()
    Image.new("L", pixels, _PLAIN_GREY).save(body, "JPEG")
    return body.getvalue()


def _png(svg: str, pixels: tuple[int, int]) -> bytes:
    import resvg_py  # noqa: PLC0415  # an optional extra

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=pixels[0], height=pixels[1], skip_system_fonts=True))


def _jpg(png: bytes) -> bytes:
    from PIL import Image  # noqa: PLC0415  # an optional extra

    with Image.open(io.BytesIO(png)) as picture:
        pixels = picture.convert("RGBA")
    page = Image.new("RGB", pixels.size, "white")
    page.paste(pixels, mask=pixels.getchannel("A"))
    body = io.BytesIO()
    page.save(body, "JPEG", quality=92)
    return body.getvalue()


def _pdf(png: bytes, size: tuple[int, int]) -> bytes:
    from PIL import Image  # noqa: PLC0415  # an optional extra

    with Image.open(io.BytesIO(png)) as picture:
        pixels = picture.convert("RGBA")
    shape = f"/Width {pixels.width} /Height {pixels.height} /BitsPerComponent 8 /Filter /FlateDecode"
    colours, mask = pixels.convert("RGB").tobytes(), pixels.getchannel("A").tobytes()
    return _pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] "
        "/Resources << /XObject << /Im 5 0 R >> >> /Contents 4 0 R >>".encode(),
        _stream("", f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im Do Q".encode()),
        _stream(f"/Type /XObject /Subtype /Image /ColorSpace /DeviceRGB /SMask 6 0 R {shape}", zlib.compress(colours)),
        _stream(f"/Type /XObject /Subtype /Image /ColorSpace /DeviceGray {shape}", zlib.compress(mask)),
    )


def _stream(entries: str, body: bytes) -> bytes:
    return f"<< {entries} /Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream"


def _pdf_of(*objects: bytes) -> bytes:
    body = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(body)
