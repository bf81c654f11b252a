"""The judge: what a vector drawable draws, read back by a translation of its own, is what resvg draws of the source."""

from __future__ import annotations

import pytest

from exfig_mp.conversions import VectorDrawable
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError
from tests.convert.conftest import FIXTURES, difference
from tests.convert.vector_drawable_svg import as_svg

SVGS = sorted((FIXTURES / "svg_samples" / "src").glob("*.svg"))
needs_samples = pytest.mark.skipif(not SVGS, reason="no svg_samples below the folder that EXFIG_MP_FIXTURES names")
_ALIKE = 0.01


def unlike(files):
    """Return the icons that differ in more than one pixel of a hundred, and those that are refused, with the reason."""
    differing, refused = {}, {}
    for file in files:
        body = file.read_bytes()
        try:
            xml = convert(body, (VectorDrawable(),)).decode()
        except ConversionError as error:
            refused[file.name] = str(error)
            continue
        share = difference(body.decode(), as_svg(xml))
        if share > _ALIKE:
            differing[file.name] = share
    return differing, refused


@needs_samples
def test_a_sample_of_real_icons_is_drawn_alike():
    differing, refused = unlike(SVGS[::3])

    assert differing == {}
    assert refused == {}


@needs_samples
@pytest.mark.slow
def test_all_real_icons_are_drawn_alike_those_with_shadows_too():
    differing, refused = unlike(SVGS)

    assert differing == {}
    assert refused == {}


def svg(content: str, root: str = 'width="24" height="24"') -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {root}>{content}</svg>'


STAR = '<path d="M12 2 18 20 3 8 21 8 6 20z" {}/>'
STOPS = (
    '<stop offset=".1" stop-color="red"/><stop offset="60%" stop-color="#00f8"/><stop offset="1" stop-opacity=".3"/>'
)
LINEAR = f'<linearGradient id="p" {{}}>{STOPS}</linearGradient>'
RADIAL = f'<radialGradient id="p" {{}}>{STOPS}</radialGradient>'
PAINTED = '<rect x="2" y="4" width="20" height="14" fill="url(#p)"/>'
DRAWINGS = {
    "fill rules": svg(STAR.format('fill-rule="evenodd"') + STAR.format('transform="scale(.4)" fill="red"')),
    "basic shapes": svg(
        '<rect x="1" y="1" width="9" height="6" rx="2"/><circle cx="17" cy="5" r="4"/>'
        '<ellipse cx="6" cy="15" rx="5" ry="2"/>'
        '<line x1="12" y1="12" x2="22" y2="22" stroke="red"/><polygon points="12,14 16,22 8,22"/>'
        '<polyline points="14,12 18,10 22,14" fill="none" stroke="blue" stroke-width="2"/>'
    ),
    "a rounded rectangle with one radius too large": svg('<rect x="2" y="2" width="20" height="6" ry="9"/>'),
    "strokes": svg(
        '<g fill="none" stroke="#123" stroke-width="3"><path d="M3 3h6v6" stroke-linejoin="round"/>'
        '<path d="M13 3h6v6" stroke-linejoin="bevel" stroke-linecap="square"/>'
        '<path d="M3 20 6 12 9 20" stroke-miterlimit="1"/><path d="M14 20 17 12 20 20" stroke-miterlimit="20"/></g>'
    ),
    "every command": svg(
        '<path d="m2 2 4 0h2v2H4V3l1 5c1 0 2 1 2 2s1 2 2 2q2 0 3-3t3-3T20 2a4 4 30 013 5A9 4 0 1 0 4 18l-2-1zl3 20" '
        'stroke="red" stroke-width=".5"/>'
    ),
    "commands up to an error": svg('<path d="M2 2H20V12L5 x 30"/>'),
    "numbers with exponents": svg('<path d="M2e0 .2E1h1.5e1v+9.5z"/>'),
    "nested transforms": svg(
        '<g transform="translate(12 12) rotate(30)"><g transform="scale(1.5 .5)"><path d="M-5-5h10v10h-10z"/></g>'
        '<path d="M0 0 5 5" stroke="red" transform="scale(-1 1)"/></g>'
    ),
    "a rotation about a point": svg('<g transform="rotate(30 12 12)"><path d="M5 5h14v6H5z"/></g>'),
    "a mirror": svg('<g transform="matrix(-1 0 0 1 24 0)"><path d="M2 2h9l-4 9z"/></g>'),
    "a skew": svg('<g transform="skewX(20)"><path d="M2 2h9v9H2z"/><circle cx="9" cy="16" r="4"/></g>'),
    "a skew above a rotation": svg(
        '<g transform="skewY(15)"><g transform="rotate(20)"><path d="M9 2h9v9H9z"/></g></g>'
    ),
    "inherited styles": svg(
        '<g fill="red" stroke="blue" color="green"><path d="M2 2h6v6H2z"/><g fill="inherit" stroke="none">'
        '<path d="M12 2h6v6h-6z"/><path d="M2 12h6v6H2z" fill="currentColor"/></g></g>'
    ),
    "a style sheet": svg(
        "<style>/* c */ path{fill:red} .a.b{fill:lime} g > .c, #d{stroke:blue;stroke-width:2}"
        "g path.c{fill:teal!important}"
        ".h:hover{fill:red} .x{fill:#00f}</style>"
        '<path d="M1 1h5v5H1z"/><path class="a b" d="M8 1h5v5H8z"/><g>'
        '<path class="c" d="M15 2h5v5h-5z" style="fill:red"/></g>'
        '<path id="d" d="M2 12h5v5H2z"/><path class="h x" d="M12 12h5v5h-5z"/>'
    ),
    "use, symbol and nested svg": svg(
        '<defs><path id="a" d="M0 0h5v5H0z"/><symbol id="s" viewBox="0 0 10 20"><circle cx="5" cy="5" r="9"/>'
        "</symbol></defs>"
        '<use href="#a" x="2" y="2"/><use xlink:href="#a" transform="translate(10 1) rotate(10)" fill="red"/>'
        '<use href="#s" x="1" y="12" width="10" height="10" fill="blue"/>'
        '<svg x="13" y="12" width="9" height="9" viewBox="0 0 3 3"><circle cx="1" cy="1" r="1.7"/></svg>'
    ),
    "a clip path": svg(
        '<clipPath id="c"><circle cx="9" cy="9" r="7"/></clipPath><g clip-path="url(#c)">'
        '<path d="M0 0h20v12H0z" fill="red"/>'
        '<path d="M0 12h20v12H0z"/></g>'
    ),
    "a clip path in units of the box": svg(
        '<clipPath id="c" clipPathUnits="objectBoundingBox"><path d="M.1.1h.8L.5.9z"/></clipPath>'
        '<path clip-path="url(#c)" d="M2 4h20v16H2z" fill="red"/>'
    ),
    "a clip path of two shapes that overlap, one the other way round": svg(
        '<clipPath id="c"><path d="M2 2h12v12H2z"/><path d="M8 8v12h12V8z"/></clipPath>'
        '<path clip-path="url(#c)" d="M0 0h24v24H0z" fill="red"/>'
    ),
    "a clip path by the even-odd rule": svg(
        '<clipPath id="c"><path clip-rule="evenodd" d="M2 2h20v20H2zM7 7h10v10H7zM10 10v4h4v-4z"/></clipPath>'
        '<path clip-path="url(#c)" d="M0 0h24v24H0z" fill="red"/>'
    ),
    "a clip path that is clipped": svg(
        '<clipPath id="b"><path d="M0 0h12v24H0z"/></clipPath>'
        '<clipPath id="c" clip-path="url(#b)"><circle cx="12" cy="12" r="9"/></clipPath>'
        '<path clip-path="url(#c)" transform="translate(2 0)" d="M0 0h24v24H0z" fill="red"/>'
    ),
    "an empty clip path": svg('<clipPath id="c"/><path clip-path="url(#c)" d="M0 0h24v24H0z"/><path d="M2 2h2v2H2z"/>'),
    "a white mask": svg(
        '<mask id="m" maskUnits="userSpaceOnUse" x="0" y="4" width="24" height="10">'
        '<circle cx="12" cy="12" r="9" fill="#fff"/>'
        '</mask><g mask="url(#m)"><path d="M0 0h24v24H0z" fill="red"/></g>'
    ),
    "an alpha mask of any colour": svg(
        '<mask id="m" style="mask-type:alpha" maskUnits="userSpaceOnUse" x="0" y="0" width="24" height="24">'
        '<path d="M2 2h9v9H2z" fill="#D9D9D9"/></mask><g mask="url(#m)"><path d="M0 0h24v24H0z" fill="red"/></g>'
    ),
    "opacity": svg(
        '<g opacity=".5"><path d="M2 2h8v8H2z" fill-opacity=".5"/><path d="M12 12h8v8h-8z" opacity=".4"/></g>'
    ),
    "opacity of everything": svg('<g opacity=".5"><path d="M2 2h18v8H2z"/><path d="M2 2h8v18H2z" fill="red"/></g>'),
    "colours with alpha": svg(
        '<path d="M2 2h20v20H2z" fill="rgba(255, 0, 0, 0.5)" stroke="#00ff0080" stroke-width="4"/>'
    ),
    "a stroke below its area": svg(STAR.format('fill="red" stroke="blue" stroke-width="4" paint-order="stroke"')),
    "a linear gradient of the box": svg(LINEAR.format("") + PAINTED),
    "a linear gradient with a skewing transform": svg(
        LINEAR.format('gradientTransform="rotate(30) skewX(20)" x2="50%" spreadMethod="reflect"') + PAINTED
    ),
    "a linear gradient on a stroke": svg(
        LINEAR.format('gradientUnits="userSpaceOnUse" x1="4" x2="20"')
        + '<path d="M4 4 20 9 4 18" fill="none" stroke="url(#p)" stroke-width="3" transform="rotate(10 12 12)"/>'
    ),
    "a gradient that inherits": svg(
        f'<linearGradient id="q">{STOPS}</linearGradient>'
        '<linearGradient id="p" href="#q" y2="1" spreadMethod="repeat"/>' + PAINTED
    ),
    "a round gradient": svg(RADIAL.format('gradientUnits="userSpaceOnUse" cx="9" cy="9" r="9"') + PAINTED),
    "an oval gradient of the box": svg(RADIAL.format("") + PAINTED),
    "an oval gradient as Figma writes them": svg(
        RADIAL.format(
            'cx="0" cy="0" r="1" gradientUnits="userSpaceOnUse" gradientTransform="translate(9 9)rotate(35)scale(9 4)"'
        )
        + PAINTED.replace("fill=", 'stroke="red" fill=')
    ),
    "an oval gradient in a skewed group": svg(
        RADIAL.format('spreadMethod="reflect" r=".2"') + f'<g transform="skewX(20)">{PAINTED}</g>'
    ),
    "a gradient of one colour": svg('<linearGradient id="p"><stop stop-color="red"/></linearGradient>' + PAINTED),
    "a gradient without length": svg(LINEAR.format('x1="1"') + PAINTED),
    "a viewBox elsewhere": svg('<path d="M-50-50h60v30h-60z"/>', 'width="24" height="24" viewBox="-60 -60 120 120"'),
    "a viewBox of other proportions": svg(
        '<path d="M0 0h60v30H0z" stroke="red"/>', 'width="24" height="48" viewBox="-5 -5 70 70"'
    ),
    "a viewBox to fill": svg(
        '<circle cx="30" cy="30" r="30"/>',
        'width="24" height="48" viewBox="0 0 60 60" preserveAspectRatio="xMinYMid slice"',
    ),
    "a viewBox to stretch": svg(
        '<circle cx="30" cy="30" r="30"/>', 'width="24" height="48" viewBox="0 0 60 60" preserveAspectRatio="none"'
    ),
    "hidden things": svg(
        '<path d="M2 2h2v2H2z" display="none"/><g visibility="hidden"><path d="M6 2h2v2H6z"/>'
        '<path d="M9 2h2v2H9z" visibility="visible"/></g>'
        '<path d="M2 9h2v2H2z" transform="scale(0)"/>'
    ),
    "a missing paint with a fallback": svg(
        '<path d="M2 2h9v9H2z" fill="url(#no) red"/><path d="M12 2h9v9z" fill="url(#no)"/>'
    ),
    "a fine drawing scaled up": svg('<g transform="scale(2400)"><path d="M.00112 .001h.008v.00766z"/></g>'),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_looks_the_same(name, unlikeness):
    assert unlikeness(DRAWINGS[name]) <= 0.003
