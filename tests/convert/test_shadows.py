"""Shadows, which Android's vectors cannot blur, come out alike; what only resembles one is refused."""

from __future__ import annotations

import math

import pytest

from exfig_mp.conversions import VectorDrawable
from exfig_mp.convert import convert
from exfig_mp.convert.contours import contour
from exfig_mp.convert.geometry import bounds
from exfig_mp.errors import ConversionError
from tests.convert.conftest import pixels_of
from tests.convert.test_pixels import svg
from tests.convert.vector_drawable_svg import as_svg

FIGMA = (
    '<filter id="f" x="-8" y="-8" width="64" height="64" filterUnits="userSpaceOnUse" '
    'color-interpolation-filters="{space}"><feFlood flood-opacity="0" result="BackgroundImageFix"/>{steps}</filter>'
)
HARD = (
    '<feColorMatrix in="SourceAlpha" type="matrix" values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 127 0" '
    'result="hardAlpha"/>'
)
CUT = '<feComposite in2="hardAlpha" operator="out"/>'
GRAPHIC = '<feBlend mode="normal" in="SourceGraphic" in2="{}" result="shape"/>'
STAR = '<path d="M24 6 31 42 6 18 42 18 17 42z" fill="{}"/>'
DOTS = '<circle cx="16" cy="24" r="7" fill="#fa0"/><rect x="26" y="12" width="14" height="20" rx="3" fill="url(#g)"/>'
LINE = '<path d="M8 8 20 40 38 12" fill="none" stroke="#0a4" stroke-width="3" stroke-linecap="round"/>'
GRADIENT = '<linearGradient id="g"><stop stop-color="red"/><stop offset="1" stop-color="blue"/></linearGradient>'


# resvg blurs by boxes: by 2 % to 8 % of alpha otherwise than a Gaussian. Six pixels, as here, is where it does best.
def shadow(name: str, below: str, *, blur: float = 3, dy: float = 3, alpha: float = 0.4, extra: str = "") -> str:
    return (
        f'{HARD}<feOffset dx="1" dy="{dy}"/><feGaussianBlur stdDeviation="{blur}"/>{extra}'
        f'<feColorMatrix type="matrix" values="0 0 0 0 0.2 0 0 0 0 0 0 0 0 0 0.5 0 0 0 {alpha} 0"/>'
        f'<feBlend mode="normal" in2="{below}" result="{name}"/>'
    )


ONE = shadow("one", "BackgroundImageFix") + GRAPHIC.format("one")
TWO = shadow("one", "BackgroundImageFix", blur=6) + shadow("two", "one", dy=-4, alpha=0.3) + GRAPHIC.format("two")


def filtered(steps: str, content: str = STAR.format("#ff0"), *, space: str = "sRGB", how: str = "") -> str:
    drawn = f'<g filter="url(#f)" {how}>{content}</g>'
    return svg(GRADIENT + FIGMA.format(steps=steps, space=space) + drawn, 'width="48" height="48"')


DRAWN = {
    "one shadow": filtered(ONE),
    "one of several shapes": filtered(ONE, DOTS),
    "one of an outline": filtered(ONE, LINE),
    "a wide one, cut off by its region": filtered(
        shadow("one", "BackgroundImageFix", blur=6, dy=14) + GRAPHIC.format("one")
    ),
    "two shadows": filtered(TWO, DOTS),
    "one that is cut out below its shape": filtered(
        shadow("one", "BackgroundImageFix", alpha=0.25, extra=CUT) + GRAPHIC.format("one")
    ),
    "one below a translucent shape": filtered(ONE, STAR.format("#ff08")),
    "one that is as strong as its translucent shape": filtered(
        '<feDropShadow in="SourceGraphic" dx="2" dy="4" stdDeviation="3" flood-color="blue" flood-opacity=".6"/>',
        STAR.format("#ff08"),
    ),
    "one without blur": filtered(
        '<feDropShadow in="SourceGraphic" dx="2" dy="3" stdDeviation="0" flood-color="cyan"/>', DOTS
    ),
    "one that is merged": filtered(
        '<feGaussianBlur in="SourceAlpha" stdDeviation="3"/><feOffset dy="3" result="s"/>'
        '<feMerge><feMergeNode in="s"/><feMergeNode in="SourceGraphic"/></feMerge>'
    ),
    "one under a transform and a clip": filtered(
        ONE, how='transform="translate(4 2) scale(.8 .8)" clip-path="url(#c)"'
    ).replace("</svg>", '<clipPath id="c"><path d="M0 0h48v40H0z"/></clipPath></svg>'),
    "one in the region of its box": filtered(ONE, DOTS).replace(
        'x="-8" y="-8" width="64" height="64" filterUnits="userSpaceOnUse"',
        'x="-20%" y="-.2" width="140%" height="1.5"',
    ),
    "one of what is clipped": filtered(ONE, f'<g clip-path="url(#c)" transform="scale(1.1)">{DOTS}</g>').replace(
        "</svg>", '<clipPath id="c"><path d="M0 0h34v48H0z"/></clipPath></svg>'
    ),
    "one that is transparent": filtered(shadow("one", "BackgroundImageFix", alpha=0) + GRAPHIC.format("one")),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_shadow_looks_the_same(name, unlikeness):
    assert unlikeness(DRAWN[name]) <= 0.01


@pytest.mark.parametrize(
    ("name", "drawing"),
    {
        "a layer blur": filtered('<feGaussianBlur stdDeviation="2"/>'),
        "a background blur": filtered('<feGaussianBlur in="BackgroundImageFix" stdDeviation="2"/>' + ONE),
        "an inner shadow": filtered(
            ONE + HARD + '<feOffset dy="2"/><feGaussianBlur stdDeviation="1"/>'
            '<feComposite in2="hardAlpha" operator="arithmetic" k2="-1" k3="1"/>'
            '<feColorMatrix values="0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0.25 0"/><feBlend in2="shape"/>'
        ),
        "a spread": filtered(ONE.replace("<feOffset", '<feMorphology radius="1" operator="dilate"/><feOffset')),
        "a shadow that is cut out below a translucent shape": filtered(
            shadow("one", "BackgroundImageFix", extra=CUT) + GRAPHIC.format("one"), STAR.format("#ff08")
        ),
        "a blend mode between shape and shadow": filtered(ONE.replace('"normal" in="Source', '"multiply" in="Source')),
        "a blur in one direction": filtered(ONE.replace('stdDeviation="3"', 'stdDeviation="3 0"')),
        "a shadow without its shape": filtered(shadow("one", "BackgroundImageFix")),
        "a shadow in linear light": filtered(ONE, space="linearRGB"),
        "a flood": filtered('<feFlood flood-color="red"/>'),
        "a missing filter": svg('<path d="M0 0h9v9z" filter="url(#no)"/>'),
        "a fine blur of a large drawing": svg(
            f"{FIGMA.format(steps=ONE, space='sRGB')}".replace('"64"', '"4000"')
            + '<path d="M0 0h4000v4000z" filter="url(#f)"/>',
            'width="4000" height="4000"',
        ),
    }.items(),
)
def test_other_effects_are_refused_by_name(name, drawing):
    assert name
    with pytest.raises(ConversionError, match="the SVG holds an effect"):
        convert(drawing.encode(), (VectorDrawable(),))


@pytest.mark.parametrize("blur", [1.5, 2, 5])
def test_an_edge_s_shadow_has_the_profile_of_the_error_function(blur):
    drop = f'<feDropShadow in="SourceGraphic" dx="20" dy="0" stdDeviation="{blur}"/>'
    edge = filtered(drop, '<path d="M-80 -40H4V90H-80z" fill="#fff"/>').replace('x="-8"', 'x="-99"')
    edge = edge.replace('width="64" height="64"', 'width="160" height="128"')

    drawn = pixels_of(as_svg(convert(edge.encode(), (VectorDrawable(),)).decode())).convert("L")

    for x in range(10, 96):  # two pixels for a unit; the shadow ends at 24, the rectangle at 4
        wanted = sum(0.5 - math.erf((x / 2 + part / 16 - 24) / blur / math.sqrt(2)) / 2 for part in range(8)) / 8
        assert drawn.getpixel((x, 48)) == pytest.approx(255 * (1 - wanted), abs=6), x


def test_equal_shadows_are_equal_bytes():
    once, again = (convert(DRAWN["two shadows"].encode(), (VectorDrawable(),)) for _ in range(2))

    assert once == again


def test_a_contour_goes_around_hills_and_holes():
    rows = [[0.0] * 9 for _ in range(9)]
    for y in range(2, 7):
        rows[y][2:7] = [1.0] * 5
    rows[4][4] = 0.0

    path = contour(rows, 0.5, 1.0)
    outer, inner = sorted(path.subpaths(), key=lambda piece: -len(piece.segments))

    assert bounds(outer) == pytest.approx((2, 2, 7, 7), abs=0.15)
    assert bounds(inner) == pytest.approx((4, 4, 5, 5), abs=0.15)


def test_two_hills_that_touch_at_a_corner_are_one_if_the_saddle_is_above_the_level():
    rows = [[0.0] * 6, [0, 1.0, 1.0, 0.4, 0, 0], [0, 1.0, 1.0, 0.4, 0, 0], [0, 0.4, 0.4, 1.0, 1.0, 0], [0.0] * 6]

    assert len(list(contour(rows, 0.45, 0.5).subpaths())) == 1
    assert len(list(contour(rows, 0.8, 0.5).subpaths())) == 2
