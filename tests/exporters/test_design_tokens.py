"""Design tokens: groups, modes, names that the format does not have, and what ExFig v1's own tests pin down."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.colors import Palette, RawColor, Rgba
from exfig_mp.exporters.design_tokens import Token, color_tokens, hex_color, nested, token_path
from exfig_mp.sources.figma_styles import StyledFile
from exfig_mp.sources.text_tokens import FoundTexts, text_tokens
from exfig_mp.sources.token_wire import Style, StyleDocument, StyleNode, TypeStyle
from exfig_mp.token_download import to_json
from tests.conformance import cases

WHITE, BLACK = Rgba(1, 1, 1), Rgba(0, 0, 0)


def contains(found, expected):
    """Is all of `expected` in `found`?"""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(key in found and contains(found[key], expected[key]) for key in expected)
    return found == expected


def text_style(given_):
    """Return the token of a text style that is given in v1's words."""
    face = TypeStyle(
        font_post_script_name=given_["fontName"],
        font_size=given_["fontSize"],
        line_height_px=given_.get("lineHeight"),
        letter_spacing=given_["letterSpacing"],
        text_case={"original": "ORIGINAL", "uppercased": "UPPER", "lowercased": "LOWER"}[given_["textCase"]],
    )
    file = StyledFile("f", (Style("1:1", "TEXT", given_["name"]),), {"1:1": StyleNode(StyleDocument(style=face))})
    found = text_tokens(file, lambda *_: True, None)
    assert isinstance(found, FoundTexts)
    return found.tokens[0]


@pytest.mark.parametrize("case", cases("w3c_tokens"))
def test_conforms_to_w3c_tokens(case):
    given_, expected = case["input"], case["expected"]
    match case["op"]:
        case "color_to_hex":
            assert hex_color(Rgba(*given_)) == expected
        case "name_to_hierarchy":
            assert token_path(given_) == expected
        case "export_colors":
            palette = Palette(light=tuple(RawColor(name, Rgba(*color)) for name, *color in given_["Light"]))
            assert contains(nested(color_tokens(palette, {})).tree, expected)
        case "export_typography":
            assert nested(text_style(style) for style in given_).tree == expected
        case op:
            pytest.fail(f"unknown op {op}")


@pytest.mark.parametrize(
    ("color", "text"), [(Rgba(1, 0, 0), "#ff0000"), (Rgba(0, 1, 0, 0.5), "#00ff0080"), (Rgba(0.5, 0.5, 0.5), "#808080")]
)
def test_colours_are_hex(color, text):
    assert hex_color(color) == text


def test_all_modes_are_under_one_value():
    color = {"light": WHITE, "dark": BLACK, "light_hc": WHITE, "dark_hc": BLACK}
    palette = Palette(**{appearance: (RawColor("a/b", value),) for appearance, value in color.items()})

    tree = nested(color_tokens(palette, {"a/b": "said"})).tree

    modes = {"Light": "#ffffff", "Dark": "#000000", "Contrast Light": "#ffffff", "Contrast Dark": "#000000"}
    assert tree == {"a": {"b": {"$type": "color", "$value": modes, "$description": "said"}}}


@pytest.mark.parametrize("order", [("a", "a/b"), ("a/b", "a")])
def test_a_token_beside_its_group_is_the_root_of_that(order):
    tree, problems = nested(Token(name, "asset", name) for name in order)

    assert problems == ()
    assert tree == {"a": {"$root": {"$type": "asset", "$value": "a"}, "b": {"$type": "asset", "$value": "a/b"}}}


def test_tokens_of_one_name_must_be_equal():
    same, other = Token("a/b", "asset", "1"), Token("a/b", "asset", "2")

    assert nested([same, same]).problems == ()
    tree, problems = nested([same, other])
    assert tree["a"]["b"]["$value"] == "1"
    assert len(problems) == 1
    assert "'a/b'" in problems[0]


def test_what_the_format_keeps_for_itself_is_replaced():
    assert token_path("$type/{a}/1.5//x$") == ["_type", "_a_", "1_5", "x$"]
    assert nested([Token("///", "asset", "")]).problems == ("asset '///' has no name that could be written",)
    assert len(token_path("a/" * 10_000)) == 32


@given(st.lists(st.text("ab/$.", max_size=8), max_size=8))
def test_every_token_is_in_the_tree_or_a_problem(names):
    tree, problems = nested(Token(name, "asset", str(number)) for number, name in enumerate(names))

    def count(group):
        return sum(1 if "$value" in one else count(one) for one in group.values())

    assert count(tree) + len(problems) == len(names)
    assert json.loads(to_json(tree, compact=True)) == json.loads(to_json(tree, compact=False)) == tree


def test_json_is_sorted_and_indented_or_on_one_line():
    assert to_json({"b": 1, "a": {"$value": "x"}}, compact=True) == b'{"a":{"$value":"x"},"b":1}\n'
    assert to_json({"b": 1, "a": 2}, compact=False) == b'{\n  "a": 2,\n  "b": 1\n}\n'
