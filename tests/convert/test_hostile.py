"""SVG from outside that would cost or reach too much is refused, in words, before anything is drawn."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from exfig_mp.conversions import ImageVector, Raster, Tsx, VectorDrawable
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError

ROOT = 'xmlns="http://www.w3.org/2000/svg" width="24" height="24"'
DOUBLING = "".join(f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>" for n in range(1, 12))
CHAIN = "".join(f'<g id="c{n}"><use href="#c{n + 1}"/></g>' for n in range(5_000))
BLUR = '<filter id="f"><feGaussianBlur stdDeviation="900"/></filter>'


def svg(content: str, root: str = ROOT) -> bytes:
    return f"<svg {root}>{content}</svg>".encode()


HOSTILE = {
    "an entity": (b'<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><svg>&b;</svg>', "declares entities"),
    "an external entity": (
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
        "declares entities",
    ),
    "a parameter entity": (
        b'<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;]><svg/>',
        "declares entities",
    ),
    "deep nesting": (svg("<g>" * 100_000 + "</g>" * 100_000), "nests more than 64"),
    "a path of 10 MB": (svg(f'<path d="M0 0{"L1 1" * 2_500_000}"/>'), "paths of the SVG are too long"),
    "a body of 40 MB": (svg("<g/>" * 10_000_000), "too large"),
    "many elements": (svg("<g/>" * 30_000), "more than 20,000 elements"),
    "elements that double": (svg(f'<rect id="g0" width="1" height="1"/>{DOUBLING}'), "references counted"),
    "a circle of uses": (svg('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'), "refers to itself"),
    "a mask within itself": (svg('<mask id="m"><rect mask="url(#m)"/></mask>'), "refers to itself"),
    "a long chain of uses": (svg(CHAIN), "nests more than 100"),
    "a file": (svg('<image href="/etc/passwd" width="9" height="9"/>'), "outside of it: /etc/passwd"),
    "a URL in an attribute": (
        svg('<rect fill="url(http://127.0.0.1:1/x#a)"/>'),
        "outside of it: http://127.0.0.1:1/x#a",
    ),
    "a URL in a style": (svg("<rect style=\"fill:url( 'file:///x' )\"/>"), "outside of it: file:///x"),
    "a URL in a style sheet": (svg('<style>rect{fill:url("//x/a")}</style>'), "outside of it: //x/a"),
    "another document's shape": (svg('<use href="other.svg#a"/>'), "outside of it: other.svg#a"),
    "an import": (svg("<style>@import url(http://127.0.0.1:1/x);</style>"), "@import"),
    "many rules for many elements": (svg("<style>" + "a b c{fill:red}" * 1_900 + "</style>" + "<g/>" * 3_000), "rules"),
    "an SVG within": (svg('<image href="data:image/svg+xml;base64,AAAA"/>'), "neither PNG nor JPEG"),
    "no XML": (b"hello", "cannot be read"),
    "an unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><svg/>', "cannot be read"),
    "another root": (b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "no SVG"),
    "no size": (svg("", 'xmlns="http://www.w3.org/2000/svg" width="0" height="9"'), "no size that can be drawn"),
}


STEPS = [Raster(), VectorDrawable(), ImageVector("A", "p"), Tsx(ids="a", frame="f")]


@pytest.mark.parametrize("step", STEPS, ids=["raster", "vector", "kotlin", "tsx"])
@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_cost_or_reach_too_much_is_refused_and_named(name, step):
    body, words = HOSTILE[name]

    with pytest.raises(ConversionError) as refusal:
        convert(body, (step,))

    assert words in str(refusal.value)


def embedded(size: tuple[int, int]) -> str:
    body = io.BytesIO()
    Image.new("1", size).save(body, "PNG")
    return f'<image href="data:image/png;base64,{base64.b64encode(body.getvalue()).decode()}" width="9" height="9"/>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (svg("", 'xmlns="http://www.w3.org/2000/svg" width="9000" height="9000"'), "9000x9000 pixels"),
        (
            svg(BLUR + '<rect filter="url(#f)"/>' * 3, 'xmlns="http://www.w3.org/2000/svg" width="4000" height="4000"'),
            "effects",
        ),
        (svg('<filter id="f"><feTurbulence numOctaves="1000000000"/></filter><rect filter="url(#f)"/>'), "effects"),
        (svg('<filter id="f"><feMorphology radius="90000"/></filter><rect filter="url(#f)"/>'), "effects"),
        (svg('<pattern id="p" width="1e6" height="1e6" patternUnits="userSpaceOnUse"><g/></pattern>'), "pattern"),
        (svg("<text>hello</text>"), "text"),
        (svg('<image href="data:image/png;base64,AAAA"/>'), "cannot be read"),
        (svg(embedded((8_000, 5_000))), "40 megapixels"),
    ],
    ids=["size", "blur", "turbulence", "morphology", "pattern", "text", "torn picture", "large picture"],
)
def test_what_could_not_be_rasterised_in_time_or_memory_is_refused(body, words):
    with pytest.raises(ConversionError, match=words):
        convert(body, (Raster(),))


def test_shadows_that_would_take_minutes_are_refused():
    shadow = '<filter id="f" color-interpolation-filters="sRGB"><feDropShadow stdDeviation="1"/></filter>'
    many = svg(shadow + '<rect width="24" height="24" filter="url(#f)"/>' * 300)

    for step in (VectorDrawable(), ImageVector("A", "p")):
        with pytest.raises(ConversionError, match="more than 20 blurs"):
            convert(many, (step,))


@pytest.mark.parametrize(
    "body",
    [
        "<svg width='9' height='9'>ä</svg>".encode("utf-16"),
        b'<?xml version="1.0" encoding="windows-1252"?><svg width="9" height="9"><title>\xe4</title></svg>',
        b"\xef\xbb\xbf<svg width='9' height='9'/>",
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg" width="9" height="9"><s:g/></s:svg>',
        b'<svg width="9" height="9"><defs><rect id="a"/></defs><use xlink:href="#a"/></svg>',
        (
            b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
            b'<svg width="9" height="9" xmlns:i="http://i" i:x="1"><i:y><g transform="x"/></i:y><?p x?><!-- c --></svg>'
        ),
    ],
    ids=["utf-16", "windows-1252", "a byte order mark", "a prefix", "an undeclared xlink", "foreign elements"],
)
def test_unusual_but_harmless_files_are_read(body):
    assert convert(body, (Raster(2),)).startswith(b"\x89PNG")
    assert b'android:width="9dp"' in convert(body, (VectorDrawable(),))


def test_a_link_may_lead_anywhere_since_nothing_follows_it():
    assert convert(svg('<a href="https://example.com"><rect width="9" height="9"/></a>'), (Raster(),))
