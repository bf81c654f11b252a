"""Text styles: which styles count, what Figma's answers say of them, and what they leave open."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from exfig_mp.exporters.naming import matches
from exfig_mp.model import Failure
from exfig_mp.sources.figma_styles import StyledFile, node_ids
from exfig_mp.sources.figma_text_styles import FoundTextStyles, dynamic_type, text_styles
from exfig_mp.sources.token_wire import Style, StyleNode, StyleNodesAnswer, StylesAnswer
from exfig_mp.text_styles import Typeface

FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or Path(__file__).parents[2].parent / "shared" / "fixtures")
PLAIN = {"fontPostScriptName": "Inter-Bold", "fontFamily": "Inter", "fontWeight": 700, "fontSize": 20}
PIXELS = {"lineHeightUnit": "PIXELS"}


def found(styles, names=None, description=""):
    """Read styles that are given as name: style of the node; None is a node that does not exist."""
    nodes = {
        f"1:{number}": None if style is None else msgspec.convert({"document": style}, StyleNode)
        for number, style in enumerate(styles.values())
    }
    listed = tuple(Style(f"1:{number}", "TEXT", name, description) for number, name in enumerate(styles))
    return text_styles(StyledFile("f", listed, nodes), matches, names)


def face(**style):
    read = found({"a": {"style": {key: value for key, value in (PLAIN | style).items() if value != "absent"}}})
    assert isinstance(read, FoundTextStyles)
    assert read.problems == ()
    return read.styles[0].face


def test_what_figma_leaves_out_is_a_default():
    assert face() == Typeface("Inter-Bold", 20.0)


@pytest.mark.parametrize(
    ("style", "height"),
    [
        ({"lineHeightUnit": "INTRINSIC_%", "lineHeightPx": 24.2}, None),
        ({"lineHeightUnit": "PIXELS", "lineHeightPx": 28}, 28.0),
        ({"lineHeightUnit": "FONT_SIZE_%", "lineHeightPx": 35.84000015258789}, 35.84),
        ({"lineHeightUnit": "FONT_SIZE_%", "lineHeightPercentFontSize": 150}, 30.0),
        ({"lineHeightPx": 28}, 28.0),
        ({"lineHeightUnit": "PIXELS"}, None),
        ({"lineHeightUnit": "PIXELS", "lineHeightPx": 0}, None),
    ],
)
def test_line_heights_are_pixels_whatever_their_unit(style, height):
    assert face(**style).line_height == height


def test_numbers_are_the_shortest_that_figma_can_mean():
    assert face(letterSpacing=-0.4099999964237213, fontSize=12.100000381469727) == Typeface(
        "Inter-Bold", 12.1, letter_spacing=-0.41
    )


@pytest.mark.parametrize(("case", "text"), [("UPPER", "uppercased"), ("LOWER", "lowercased"), ("ORIGINAL", "original")])
def test_text_cases_are_taken_over(case, text):
    assert face(textCase=case).case == text


@pytest.mark.parametrize("case", ["TITLE", "SMALL_CAPS", "SMALL_CAPS_FORCED", "NEW"])
def test_a_text_case_that_code_does_not_know_is_a_warning(case):
    read = found({"a": {"style": PLAIN | {"textCase": case}}})

    assert isinstance(read, FoundTextStyles)
    assert read.styles[0].face.case == "original"
    assert repr(case.lower().replace("_", " ")) in read.warnings[0]


@pytest.mark.parametrize(
    ("style", "warnings"), [({}, 1), ({"fontWeight": 400}, 0), ({"fontWeight": None}, 0), ({"italic": True}, 1)]
)
def test_a_font_without_a_name_is_its_family_and_what_that_loses_is_a_warning(style, warnings):
    read = found({"a": {"style": PLAIN | {"fontPostScriptName": None} | style}})

    assert isinstance(read, FoundTextStyles)
    assert read.styles[0].face.font == "Inter"
    assert len(read.warnings) == warnings


@pytest.mark.parametrize(
    "node",
    [
        None,
        {},
        {"style": None},
        {"style": {}},
        {"style": {"fontSize": 12}},
        {"style": PLAIN | {"fontSize": None}},
        {"style": PLAIN | {"fontSize": 0}},
    ],
)
def test_a_style_that_cannot_be_exported_fails_alone(node):
    read = found({"bad": node, "good": {"style": PLAIN}})

    assert isinstance(read, FoundTextStyles)
    assert [style.name for style in read.styles] == ["good"]
    (problem,) = read.problems
    assert "'bad'" in problem


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("Large Title", "largeTitle"),
        ("Subhead", "subheadline"),
        (" Caption 1\n", "caption1"),
        ("for notes, Footnote", "footnote"),
        ("the Body of a text", None),
        ("", None),
        (None, None),
    ],
)
def test_a_description_may_name_dynamic_type(description, text):
    assert dynamic_type(description) == text


def test_the_word_none_means_nothing_to_a_text_style():
    read = found({"a": {"style": PLAIN}}, description="line height: none")

    assert isinstance(read, FoundTextStyles)
    assert len(read.styles) == 1


def test_a_filter_takes_what_it_names_and_says_if_that_is_nothing():
    styles = {"heading/a": {"style": PLAIN}, "body": None}

    read, nothing = found(styles, "heading/*"), found(styles, "other")

    assert isinstance(read, FoundTextStyles)
    assert ([style.name for style in read.styles], read.problems) == (["heading/a"], ())
    assert isinstance(nothing, Failure)
    assert "'other'" in nothing.message


def test_a_file_without_text_styles_is_a_failure():
    file = StyledFile("f", (Style("1:1", "FILL", "a"),))

    nothing = text_styles(file, matches)

    assert isinstance(nothing, Failure)
    assert "publish" in nothing.advice


def test_recorded_answers_are_understood():
    folder = FIXTURES / "figma_json" / "shakuro_figma-extractor"
    if not folder.is_dir():
        pytest.skip("no fixtures")
    listed = json.dumps({"meta": json.loads((folder / "style-metadata.json").read_text("utf-8"))})
    styles = msgspec.json.decode(listed, type=StylesAnswer).meta.styles
    nodes = msgspec.json.decode((folder / "file-nodes.json").read_bytes(), type=StyleNodesAnswer).nodes

    read = text_styles(StyledFile("f", styles, nodes), matches)

    assert isinstance(read, FoundTextStyles)
    assert set(node_ids(styles, ["TEXT"])) <= nodes.keys()
    assert (len(read.styles), read.problems, read.warnings) == (7, (), ())
    assert {style.name: style.face for style in read.styles}["heading/h400"] == Typeface(
        "HindVadodara-SemiBold", 32.0, line_height=35.84
    )


def test_texts_of_whole_recorded_files_are_understood():
    if not (FIXTURES / "figma_json").is_dir():
        pytest.skip("no fixtures")
    texts = [
        node
        for path in sorted((FIXTURES / "figma_json").rglob("*.json"))
        for node in _texts(json.loads(path.read_text()))
    ]

    read = found({str(number): node for number, node in enumerate(texts)})

    assert isinstance(read, FoundTextStyles)
    assert (len(read.styles), read.problems) == (len(texts), ())
    assert {style.face.case for style in read.styles} == {"original", "uppercased", "lowercased"}


def _texts(node):
    if isinstance(node, list):
        for one in node:
            yield from _texts(one)
    elif isinstance(node, dict):
        if node.get("type") == "TEXT" and "style" in node:
            yield node
        for one in node.values():
            yield from _texts(one)
