"""PNG of the size that Figma would give, WebP of the same pixels, and the same bytes each time."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from exfig_mp.conversions import Raster, Webp
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError

ICON = b'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><path d="M3 3h18L9 21z" fill="#f00a"/></svg>'

SHADOWED = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><filter id="f" color-interpolation-filters="sRGB">'
    b'<feDropShadow dx="1" dy="1" stdDeviation="1"/></filter><path filter="url(#f)" d="M3 3h18L9 21z" fill="#f00a"/>'
    b"</svg>"
)


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def png(picture: Image.Image, **options: object) -> bytes:
    body = io.BytesIO()
    picture.save(body, "PNG", **options)
    return body.getvalue()


@pytest.mark.parametrize(
    ("size", "scale", "pixels"),
    [
        ('width="24" height="24"', 1, (24, 24)),
        ('width="24" height="24"', 1.5, (36, 36)),
        ('width="23" height="24.5"', 1, (23, 25)),
        ('width="24.4" height="24.4"', 3, (73, 73)),
        ('width="0.1" height="9"', 1, (1, 9)),
        ('viewBox="0 0 10 20"', 4, (40, 80)),
        ('width="24px" height="1in"', 1, (24, 96)),
        ('width="24" viewBox="0 0 10 20"', 1, (24, 48)),
    ],
)
def test_the_size_is_the_drawings_times_the_scale_in_whole_pixels(size, scale, pixels):
    drawn = opened(convert(f'<svg xmlns="http://www.w3.org/2000/svg" {size}/>'.encode(), (Raster(scale),)))

    assert drawn.size == pixels


def test_a_size_that_is_no_whole_number_does_not_stretch_the_drawing():
    body = b'<svg xmlns="http://www.w3.org/2000/svg" width="9.5" height="9"><path d="M8 0h1v9H8z"/></svg>'

    row = opened(convert(body, (Raster(),))).convert("RGBA").getchannel("A").crop((0, 4, 10, 5)).tobytes()

    assert row == bytes([0] * 8 + [255, 0])


def test_a_colour_that_the_renderer_does_not_know_does_not_hide_the_one_before_it():
    body = ICON.replace(b'fill="#f00a"', b'style="fill:#0000FF;fill:color(display-p3 0 0 1);fill-opacity:1"')

    assert opened(convert(body, (Raster(),))).convert("RGBA").getpixel((10, 8)) == (0, 0, 255, 255)


def test_steps_follow_each_other_and_lossless_keeps_every_pixel():
    drawn = convert(ICON, (Raster(3),))

    webp = opened(convert(ICON, (Raster(3), Webp(lossless=True))))

    assert webp.format == "WEBP"
    assert webp.convert("RGBA").tobytes() == opened(drawn).convert("RGBA").tobytes()


def test_no_steps_change_nothing():
    assert convert(b"anything", ()) == b"anything"


def test_lossless_keeps_the_colours_of_transparent_pixels():
    picture = Image.new("RGBA", (5, 5), (10, 200, 30, 0))

    assert opened(convert(png(picture), (Webp(lossless=True),))).convert("RGBA").getpixel((2, 2)) == (10, 200, 30, 0)


def test_less_quality_is_a_smaller_file():
    noise = png(Image.effect_noise((96, 96), 90).convert("RGB"))

    sizes = [len(convert(noise, (Webp(quality),))) for quality in (10, 60, 95)]

    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_keeps_its_look(mode):
    grey = Image.linear_gradient("L")
    picture = (
        grey.point(lambda value: value * 257, "I").convert("I;16")
        if mode == "I;16"
        else grey.convert("RGB").convert(mode)
    )

    webp = opened(convert(png(picture), (Webp(lossless=True),))).convert("L")

    expected = grey if mode == "I;16" else picture.convert("L")
    assert webp.tobytes() == expected.tobytes()


def test_the_colour_profile_stays_and_other_metadata_goes():
    picture, text = Image.new("RGB", (4, 4), "red"), PngInfo()
    text.add_text("Software", "secret-program")

    webp = convert(png(picture, pnginfo=text, icc_profile=b"profile" * 20), (Webp(),))

    assert opened(webp).info["icc_profile"] == b"profile" * 20
    assert b"secret" not in webp


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "cannot be read"),
        (ICON, "cannot be read"),
        (png(Image.new("RGB", (40, 40), "red"))[:-40], "cannot be read"),
        (png(Image.new("1", (17_000, 2))), "17000x2 pixels"),
        (png(Image.new("1", (8_000, 5_000))), "8000x5000 pixels"),
    ],
    ids=["nothing", "an SVG", "torn", "too wide", "too large"],
)
def test_what_cannot_become_a_webp_is_refused_in_words(body, words):
    with pytest.raises(ConversionError, match=words):
        convert(body, (Webp(),))


def test_equal_input_gives_equal_bytes_in_another_process():
    code = (
        "import sys; from exfig_mp.convert import convert; from exfig_mp.conversions import *;"
        "from exfig_mp.hashing import digest; body = sys.stdin.buffer.read();"
        "every = [(Raster(2),), (Raster(2), Webp(70)), (Raster(2), Webp(lossless=True)), (VectorDrawable(),),"
        " (ImageVector('A', 'p'),), (Tsx('a', MARKUP),)];"
        "print(*(digest(convert(body, steps)) for steps in every))"
    )

    ran = [
        subprocess.run(
            [sys.executable, "-c", code], input=SHADOWED, capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    ]

    assert ran[0].stdout == ran[1].stdout
    assert len(ran[0].stdout.split()) == 6


def test_a_worker_that_converts_nothing_loads_no_renderer():
    code = (
        "import sys; import exfig_mp.convert as c; c.convert(b'', ());"
        "print([name for name in sys.modules if name.startswith(('PIL', 'resvg', 'exfig_mp.convert.'))])"
    )

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert ran.stdout.strip() == "[]"
