"""The text of vector drawables: laid out as ExFig v1 does, within Android's limits, or refused by name."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.convert.colors import parse_color
from exfig_mp.convert.path_data import parse_path, write_path, write_short_path
from exfig_mp.errors import ConversionError
from tests.conformance import cases
from tests.convert.conftest import difference
from tests.convert.vector_drawable_svg import as_svg


def svg(content: str, root: str = "") -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" {root}>{content}</svg>'


def test_the_whole_of_a_small_one(drawable):
    drawing = svg(
        '<g transform="translate(2 1.23456)"><path d="M1,2 L3,4" stroke="#00f" stroke-linecap="round"/></g>'
        '<circle cx="12" cy="12" r="10" fill="#141414" fill-opacity="0.5" fill-rule="evenodd"/>'
    )

    assert (
        drawable(drawing, right_to_left=True)
        == """\
<?xml version="1.0" encoding="utf-8"?>
<vector
    xmlns:android="http://schemas.android.com/apk/res/android"
    android:width="24dp"
    android:height="24dp"
    android:viewportWidth="24"
    android:viewportHeight="24"
    android:autoMirrored="true">
    <group
        android:translateX="2"
        android:translateY="1.2346">
        <path
            android:pathData="M1,2 L3,4"
            android:fillColor="#000000"
            android:strokeColor="#0000FF"
            android:strokeWidth="1"
            android:strokeLineCap="round"/>
    </group>
    <path
        android:pathData="M22,12A10,10,0,0,1,12,22A10,10,0,0,1,2,12A10,10,0,0,1,12,2A10,10,0,0,1,22,12Z"
        android:fillColor="#141414"
        android:fillAlpha="0.5"
        android:fillType="evenOdd"/>
</vector>"""
    )


@pytest.mark.parametrize("case", cases("svg_to_vector_drawable"))
def test_what_exfig_promises_holds(case, drawable):
    xml = drawable(case["input"]["svg"], right_to_left=case["input"].get("autoMirrored", False))

    expected = case["expected"]
    assert [text for text in expected.get("contains", []) if text not in xml] == []
    assert [text for text in expected.get("not_contains", []) if text in xml] == []
    places = [xml.find(text) for text in expected.get("in_this_order", [])]
    assert places == sorted(places)
    assert -1 not in places


REFUSED = {
    "a drop shadow": (
        '<filter id="f"><feOffset/><feGaussianBlur/></filter><path filter="url(#f)" d="M0 0h9"/>',
        "feGaussianBlur",
    ),
    "a blend mode": ('<path style="mix-blend-mode:multiply" d="M0 0h9v9z"/>', "blend mode multiply"),
    "text": ("<text>a</text>", "text"),
    "a picture": ('<image href="data:image/png;base64,AAAA"/>', "picture of pixels"),
    "a pattern": ('<pattern id="p"/><path fill="url(#p)" d="M0 0h9v9z"/>', "pattern"),
    "a foreign object": ("<foreignObject/>", "foreign object"),
    "a grey mask": (
        '<mask id="m"><path d="M0 0h9v9z" fill="#888"/></mask><path mask="url(#m)" d="M0 0h9v9z"/>',
        "mask",
    ),
    "a fading mask": (
        (
            '<mask id="m" mask-type="alpha"><path d="M0 0h9v9z" fill-opacity=".5"/></mask>'
            '<path mask="url(#m)" d="M0 0h9v9z"/>'
        ),
        "mask",
    ),
    "a dashed stroke": ('<path stroke="red" stroke-dasharray="2 1" d="M0 0h9"/>', "dashed stroke"),
    "a marker": ('<marker id="m"/><path marker-end="url(#m)" d="M0 0h9v9z"/>', "markers"),
    "a stretched stroke": ('<g transform="scale(2 1)"><path stroke="red" d="M0 0h9"/></g>', "stroke that is stretched"),
    "a skewed stroke": ('<path transform="skewX(9)" stroke="red" d="M0 0h9"/>', "stroke that is stretched or skewed"),
    "a fixed stroke": ('<path vector-effect="non-scaling-stroke" stroke="red" d="M0 0h9"/>', "does not scale"),
    "overlapping shapes that fade together": (
        '<path d="M0 0h2z"/><g opacity=".5"><path d="M0 0h9v9z"/><path d="M2 2h9v9z"/></g>',
        "opacity of a group whose shapes overlap",
    ),
    "an area and its outline that fade together": (
        '<path d="M0 0h2z"/><path opacity=".5" stroke="red" d="M0 0h9v9z"/>',
        "opacity of a shape with area and outline",
    ),
    "a focal point": (
        '<radialGradient id="p" fx=".2"><stop/><stop offset="1"/></radialGradient><path fill="url(#p)" d="M0 0h9v9z"/>',
        "focal point",
    ),
    "a tangled clip path": (
        (
            '<clipPath id="c"><path clip-rule="evenodd" d="M0 0 9 9 9 0 0 9z"/></clipPath>'
            '<path clip-path="url(#c)" d="M0 0h9v9z"/>'
        ),
        "clip path of outlines that cross",
    ),
    "a media query": ("<style>@media print{path{fill:red}}</style>", "@media"),
    "a strange selector": ("<style>path:nth-child(2){fill:red}</style>", "nth-child"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused_by_name_with_advice(name, drawable):
    content, words = REFUSED[name]

    with pytest.raises(ConversionError) as refusal:
        drawable(svg(content))

    assert words in str(refusal.value)
    assert refusal.value.advice


def test_what_is_not_seen_need_not_be_drawn(drawable):
    hidden = (
        '<defs><text>a</text><filter id="f"/></defs><g display="none"><image/></g><title>t</title><animate/><metadata/>'
    )

    assert "<path" not in drawable(svg(hidden))


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("rgba(255 0 0 / 50%)", "#80FF0000"),
        ("rgba(255,0,0,0.5)", "#80FF0000"),
        ("rgb(100% 0% 0%)", "#FF0000"),
        ("hsl(120, 100%, 50%)", "#00FF00"),
        ("#F0A", "#FF00AA"),
        ("#ff00aa80", "#80FF00AA"),
        ("RebeccaPurple", "#663399"),
        ("var(--fill-0, #1C1B1F)", "#1C1B1F"),
    ],
)
def test_colours_are_written_as_android_reads_them(written, drawn, drawable):
    assert f'android:fillColor="{drawn}"' in drawable(svg(f'<path fill="{written}" d="M0 0h9v9z"/>'))


def test_a_wide_gamut_colour_leaves_the_plain_one_before_it(drawable):
    path = '<path style="fill:#D9D9D9;fill:color(display-p3 0.85 0.85 0.85);fill-opacity:1" d="M0 0h9v9z"/>'

    assert 'android:fillColor="#D9D9D9"' in drawable(svg(path))


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_colours(text):
    color = parse_color(text)

    assert color is None or (all(0 <= part <= 255 for part in color[:3]) and 0 <= color.alpha <= 1)


def test_precision_is_digits_behind_the_point(drawable):
    path = svg('<path d="M1.23456789 2.5L3.00001 4"/>')

    assert 'pathData="M1.2346,2.5L3,4"' in drawable(path)
    assert 'pathData="M1.2,2.5L3,4"' in drawable(path, precision=1)
    assert 'pathData="M1.234568,2.5L3.00001,4"' in drawable(path, precision=6)


def lines(count: int) -> str:
    return "".join(f"L{number % 17}.1234 {number * 7 % 23}.4321" for number in range(count))


def test_a_path_that_is_too_long_is_shortened_or_split_where_nothing_touches(drawable):
    shortened = svg(f'<path d="M0,0 {"L1,1 " * 8000}"/>')
    apart = [
        f"M{x} {x}" + "".join(f"l.{n % 9}123 .{n % 7}321l-.{n % 9}123-.{n % 7}321" for n in range(900)) + "z"
        for x in (2, 9, 16)
    ]
    split = svg(f'<path fill-rule="evenodd" d="{"".join(apart)}"/>')

    for drawing, paths in ((shortened, 1), (split, 3)):
        xml = drawable(drawing)
        data = re.findall(r'pathData="([^"]*)"', xml)
        assert len(data) == paths
        assert all(len(text) <= 32_767 for text in data)
        assert difference(drawing, as_svg(xml)) < 0.003


def test_a_path_that_is_too_long_in_one_piece_is_refused(drawable):
    with pytest.raises(ConversionError, match=r"a path of \d\d,\d{3} characters, and Android takes 32,767"):
        drawable(svg(f'<path d="M0 0{lines(9000)}"/>'))


NUMBERS = st.floats(-99, 99).map(lambda value: round(value, 3))
FLAGS = st.sampled_from([0, 1])
SEGMENTS = st.one_of(
    st.tuples(st.sampled_from("MmLlTt"), NUMBERS, NUMBERS),
    st.tuples(st.sampled_from("HhVv"), NUMBERS),
    st.tuples(st.sampled_from("SsQq"), *[NUMBERS] * 4),
    st.tuples(st.sampled_from("Cc"), *[NUMBERS] * 6),
    st.tuples(st.sampled_from("Aa"), NUMBERS, NUMBERS, NUMBERS, FLAGS, FLAGS, NUMBERS, NUMBERS),
    st.tuples(st.sampled_from("Zz")),
)
PATHS = st.lists(SEGMENTS, max_size=12).map(lambda rest: [("M", 1.0, 2.0), *rest])


def dense(path: list[tuple[Any, ...]]) -> str:
    """Write a path as minifiers do: no space that is not needed, flags stuck together."""
    text = ""
    for letter, *values in path:
        text += str(letter)
        for at, value in enumerate(values):
            shown = (
                repr(value).removesuffix(".0").replace("0.", ".") if abs(value) < 1 else repr(value).removesuffix(".0")
            )
            text += shown if at == 0 or shown[0] == "-" or (letter in "Aa" and at in {4, 5}) else " " + shown
    return text


@given(PATHS)
def test_dense_and_wide_spelling_are_the_same_path(path):
    wide = " , ".join(f"{letter} " + " ".join(map(repr, values)) for letter, *values in path).replace(" , ", "\n")

    assert parse_path(dense(path)).segments == parse_path(wide).segments


@given(PATHS)
def test_written_paths_are_read_as_the_same_within_their_digits(path):
    source = parse_path(dense(path))
    source.source = ""

    for text in (write_path(source, 4), write_short_path(source, 4)):
        again = parse_path(text)
        assert [letter for letter, _ in again.segments] == [letter for letter, _ in source.segments]
        for (_, got), (_, wanted) in zip(again.segments, source.segments, strict=True):
            assert got == pytest.approx(wanted, abs=6e-5)


@given(st.text(alphabet="MmLlHhVvCcSsQqTtAaZz0123456789.,-+eE #", max_size=60))
def test_any_text_is_a_path_up_to_its_first_error(text):
    segments = parse_path(text).segments

    assert not segments or segments[0][0] == "M"
    assert all(segments[at + 1][0] == "M" for at, (letter, _) in enumerate(segments[:-1]) if letter == "Z")


@given(PATHS, st.integers(1, 6))
def test_whatever_is_written_is_well_formed_and_in_a_form_that_android_reads(path, precision):
    from exfig_mp.conversions import VectorDrawable  # noqa: PLC0415
    from exfig_mp.convert import convert  # noqa: PLC0415 - hypothesis takes no fixtures of functions

    xml = convert(svg(f'<path d="{dense(path)}"/>').encode(), (VectorDrawable(precision),)).decode()

    assert ET.fromstring(xml).tag == "vector"  # noqa: S314
    assert as_svg(xml)
