"""PNG to HEIC, where the optional encoder is installed, and in words where it is not."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image, ImageChops, ImageCms

from exfig_mp.conversions import Heic, Raster
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="31" height="24"><path d="M3 3h18L9 21z" fill="#f30a"/>'
    b'<circle cx="20" cy="12" r="8" fill="#0a5"/></svg>'
)


@pytest.fixture
def pillow_heif():
    return pytest.importorskip("pillow_heif", reason="no pillow-heif: it is the extra heic")


def png(picture: Image.Image, **options: object) -> bytes:
    body = io.BytesIO()
    picture.save(body, "PNG", **options)
    return body.getvalue()


def opened(pillow_heif, body: bytes) -> Image.Image:
    picture = pillow_heif.read_heif(body).to_pillow()
    assert isinstance(picture, Image.Image)
    return picture


def test_lossless_keeps_every_pixel_also_transparent_ones(pillow_heif):
    picture = Image.new("RGBA", (33, 17), (255, 3, 7, 130))
    picture.putpixel((3, 3), (77, 200, 9, 0))
    picture.putpixel((4, 3), (1, 2, 250, 255))

    made = convert(png(picture), (Heic(lossless=True),))

    assert made[4:8] == b"ftyp"
    assert opened(pillow_heif, made).tobytes() == picture.tobytes()


def test_lossy_is_alike_and_smaller_the_lower_its_quality(pillow_heif):
    body = convert(SVG, (Raster(8),))

    fine, coarse = (convert(body, (Heic(quality=quality),)) for quality in (90, 10))

    with Image.open(io.BytesIO(body)) as source:
        wanted = Image.alpha_composite(Image.new("RGBA", source.size, "white"), source.convert("RGBA"))
    found = opened(pillow_heif, fine)
    shown = Image.alpha_composite(Image.new("RGBA", found.size, "white"), found)
    largest = ImageChops.difference(shown, wanted).convert("L").histogram()
    assert sum(largest[24:]) / sum(largest) < 0.005
    assert len(coarse) < len(fine)


def test_grey_is_written_and_a_colour_profile_kept(pillow_heif):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    grey = opened(pillow_heif, convert(png(Image.new("L", (9, 9), 77)), (Heic(lossless=True),)))
    colored = opened(pillow_heif, convert(png(Image.new("RGB", (9, 9), "red"), icc_profile=profile), (Heic(),)))

    assert grey.getpixel((4, 4)) == (77, 77, 77)
    assert colored.info["icc_profile"] == profile


@pytest.mark.usefixtures("pillow_heif")
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"hello", "the PNG cannot be read"),
        (png(Image.new("RGB", (64, 64)))[:-40], "the PNG cannot be read"),
        (png(Image.new("1", (8_000, 5_000))), "8000x5000 pixels, and 32 million"),
        (png(Image.new("1", (17_000, 1))), "17000x1 pixels, and a HEIC"),
    ],
    ids=["no PNG", "a torn one", "a large one", "a long one"],
)
def test_what_cannot_be_a_heic_is_refused(body, words):
    with pytest.raises(ConversionError, match=words):
        convert(body, (Heic(),))


def test_without_the_encoder_the_advice_is_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)

    with pytest.raises(ConversionError) as refusal:
        convert(png(Image.new("RGB", (9, 9))), (Heic(),))

    assert "extra heic" in refusal.value.advice


@pytest.mark.usefixtures("pillow_heif")
def test_equal_input_gives_equal_bytes_in_another_process():
    code = (
        "import sys; from exfig_mp.convert import convert; from exfig_mp.conversions import Heic, Raster;"
        "from exfig_mp.hashing import digest; body = sys.stdin.buffer.read();"
        "print(*(digest(convert(body, (Raster(9), step))) for step in (Heic(70), Heic(lossless=True))))"
    )

    ran = [subprocess.run([sys.executable, "-c", code], input=SVG, capture_output=True, check=True) for _ in "ab"]

    assert ran[0].stdout == ran[1].stdout
    assert len(ran[0].stdout.split()) == 2
