"""Real drawings pass, whole; what is cut, torn, hostile or something else does not, and costs no time."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from exfig_mp.formats import problem_with, shrinkage

FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or Path(__file__).parents[1].parent / "shared" / "fixtures")


def drawn(form: str) -> bytes:
    """Draw a real picture with another program's encoder."""
    picture = Image.effect_noise((24, 24), 80).convert("RGB")
    body = io.BytesIO()
    picture.save(body, {"jpg": "JPEG"}.get(form, form.upper()))
    return body.getvalue()


SVG = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- \xc3\xa4 -->\n<svg width="24" height="24" viewBox="0 0 24 24" '
    b'xmlns="http://www.w3.org/2000/svg"><g><path d="M3 12L21 12" stroke="#000"/></g></svg>\n'
)
WHOLE = {"png": drawn("png"), "jpg": drawn("jpg"), "pdf": drawn("pdf"), "svg": SVG}
END = {form: len(body.rstrip()) if form in {"pdf", "svg"} else len(body) for form, body in WHOLE.items()}


@pytest.mark.parametrize("form", WHOLE)
def test_a_whole_drawing_passes(form):
    assert problem_with(WHOLE[form], form) is None


@pytest.mark.parametrize("form", WHOLE)
def test_no_truncation_passes(form):
    body = WHOLE[form]

    passed = [length for length in range(END[form]) if problem_with(body[:length], form) is None]

    assert passed == []


@pytest.mark.parametrize("form", WHOLE)
def test_a_drawing_without_its_beginning_does_not_pass(form):
    assert [cut for cut in range(1, 30) if problem_with(WHOLE[form][cut:], form) is None] == []


@pytest.mark.parametrize("form", WHOLE)
@pytest.mark.parametrize("other", WHOLE)
def test_a_drawing_of_another_format_does_not_pass(form, other):
    assert (problem_with(WHOLE[other], form) is None) is (form == other)


@pytest.mark.parametrize("form", WHOLE)
@given(body=st.binary(max_size=300))
def test_noise_does_not_pass(form, body):
    assert problem_with(body, form)


@pytest.mark.parametrize(
    "body",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"\xef\xbb\xbf<svg/>",
        "<svg>ä</svg>".encode("utf-16"),
        b'<?xml version="1.0" encoding="windows-1252"?><svg>\xe4</svg>',
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg/>',
        b"<svg>" + b"<g>" * 500 + b"</g>" * 500 + b"</svg>",
    ],
    ids=lambda body: body[:24],
)
def test_unusual_but_whole_svgs_pass(body):
    assert problem_with(body, "svg") is None


SVGS = sorted((FIXTURES / "svg_samples" / "src").glob("*.svg"))


@pytest.mark.skipif(not SVGS, reason="no svg_samples below the folder that EXFIG_MP_FIXTURES names")
def test_real_icons_pass_and_none_of_their_truncations_does():
    for file in SVGS:
        body = file.read_bytes().rstrip()
        assert problem_with(body, "svg") is None, file.name
        assert problem_with(body[:-1], "svg"), file.name
        assert problem_with(body[: len(body) // 2], "svg"), file.name


BOMBS = {
    "billion laughs": b'<!DOCTYPE svg [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><svg>&j;</svg>",
    "quadratic blow-up": b'<!DOCTYPE svg [<!ENTITY a "%s">]><svg>%s</svg>' % (b"x" * 100_000, b"&a;" * 100_000),
    "external entity": b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    "parameter entity": b'<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;]><svg/>',
    "deep nesting": b"<svg>" + b"<g>" * 3_000_000 + b"</g>" * 3_000_000 + b"</svg>",
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><svg/>',
    "encoding that is none": b'<?xml version="1.0" encoding="zlib"?><svg/>',
    "NUL": b"<svg>\x00</svg>",
    "two roots": b"<svg/><svg/>",
    "text behind": b"<svg/>Service Unavailable",
    "wrong nesting": b"<svg><g></svg></g>",
    "only a name like it": b"<svgx/>",
}


@pytest.mark.parametrize("name", BOMBS)
def test_hostile_and_broken_svgs_are_refused_quickly(name):
    begin = time.process_time()

    assert problem_with(BOMBS[name], "svg")

    assert time.process_time() - begin < 0.5


def test_declared_default_attributes_are_not_multiplied():
    default = b'<!DOCTYPE svg [<!ATTLIST g a CDATA "%s">]>' % (b"x" * 100_000)
    begin = time.process_time()

    assert problem_with(default + b"<svg>" + b"<g/>" * 200_000 + b"</svg>", "svg") is None

    assert time.process_time() - begin < 1.5  # twice that long, and gigabytes copied, if they were


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "XML error page"),
        (b"<!DOCTYPE html><html><body>Log in to the Wi-Fi</body></html>", "HTML page"),
        (b"\n<html><head></head></html>", "HTML page"),
        (b"hello", "5 bytes"),
    ],
)
@pytest.mark.parametrize("form", WHOLE)
def test_what_came_instead_of_a_drawing_is_named(body, words, form):
    assert words in (problem_with(body, form) or "")


def test_zeros_behind_a_jpeg_are_no_harm():
    assert problem_with(WHOLE["jpg"] + bytes(16), "jpg") is None


def test_a_line_end_behind_a_pdf_is_no_harm():
    assert problem_with(WHOLE["pdf"] + b"\r\n", "pdf") is None


def plain(form: str, size: tuple[int, int], **options: object) -> bytes:
    body = io.BytesIO()
    Image.new("L", size).save(body, {"jpg": "JPEG"}.get(form, form.upper()), **options)
    return body.getvalue()


@pytest.mark.parametrize("form", ["png", "jpg"])
@pytest.mark.parametrize("size", [(8000, 4000), (6531, 4898), (1000, 31_100)])
def test_a_picture_at_the_limit_of_what_figma_draws_was_scaled_down(form, size):
    said = shrinkage(plain(form, size), form)

    assert said
    assert said.startswith(f"is {size[0]}x{size[1]} pixels: Figma scales down")


@pytest.mark.parametrize("form", ["png", "jpg"])
@pytest.mark.parametrize("size", [(1, 1), (4000, 3000), (1000, 31_000), (1000, 33_000)])
def test_a_picture_of_any_other_size_was_not(form, size):
    assert shrinkage(plain(form, size), form) is None


def test_the_size_of_a_jpeg_is_found_behind_whatever_comes_before_it():
    size = (8000, 4000)
    exif = b"Exif\x00\x00" + b"\xff\xc0" * 100

    for options in ({"exif": exif}, {"comment": b"\xff\xc0" * 9}, {"progressive": True}, {"optimize": True}):
        assert "8000x4000" in (shrinkage(plain("jpg", size, **options), "jpg") or ""), options


@pytest.mark.parametrize("form", WHOLE)
def test_a_small_drawing_is_not_said_to_be_scaled_down(form):
    assert shrinkage(WHOLE[form], form) is None


@pytest.mark.parametrize("form", WHOLE)
@given(body=st.binary(max_size=300))
def test_noise_has_no_size_and_does_no_harm(form, body):
    said = shrinkage(b"\xff\xd8\xff" + body, form)

    assert said is None or "megapixels" in said
