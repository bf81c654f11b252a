"""Colours get their names and their appearances; what clashes is refused with both names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.colors import Palette, RawColor, Rgba
from exfig_mp.exporters.android_colors import AndroidColorFiles
from exfig_mp.exporters.color_pairing import pair_colors
from exfig_mp.exporters.compose import Compose
from exfig_mp.exporters.flutter_colors import DartColors
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.web_colors import WebColorFiles
from exfig_mp.exporters.xcode_colors import ColorSets
from tests.conformance import cases

BLACK = Rgba(0, 0, 0)
DART = DartColors(path="a.dart")
ANDROID = AndroidColorFiles(folder="res", compose=Compose(path="C.kt", package="p", resources="r"))
CASES = [
    (ColorSets(folder="A", ui_color_file="U.swift", namespaces=True), "camelCase"),
    (ColorSets(folder="A"), "kebab-case"),
    (ANDROID, "snake_case"),
    (DART, "camelCase"),
    (WebColorFiles(folder="o"), "kebab-case"),
]


def raws(names, *platforms):
    return tuple(RawColor(name, BLACK, frozenset(platforms)) for name in names)


def paired(light, dark=(), platform="ios", style="camelCase", exporter=DART, **naming):
    palette = Palette(light=raws(light), dark=raws(dark))
    return pair_colors(palette, Naming(style=style, **naming), platform, exporter)


def names(found):
    return [color.name for color in found.colors]


def test_colours_are_sorted_and_have_both_names():
    found = paired(["text/default", "a b"])

    assert [(color.name, color.source_name) for color in found.colors] == [
        ("aB", "a b"),
        ("textDefault", "text/default"),
    ]


def test_regexps_and_style_make_the_name():
    found = paired(["ic/24/red", "blue"], style="snake_case", validate=r"^ic_(\d\d)_(.+)$", replace="$2_$1")

    assert names(found) == ["red_24"]
    assert found.problems == (r"'blue' does not match nameValidateRegexp, '^ic_(\\d\\d)_(.+)$'",)


def test_a_dark_colour_without_a_light_one_is_a_problem():
    found = paired(["a"], ["a", "b"])

    assert names(found) == ["a"]
    assert found.problems == ("dark colours have no counterpart: 'b'",)


def test_a_light_colour_without_a_dark_one_is_a_warning():
    assert paired(["a", "b"], ["a"]).warnings == ("colours have no dark value: 'b'",)
    assert paired(["a", "b"]).warnings == ()


def test_dark_high_contrast_needs_dark():
    palette = Palette(light=raws("a"), dark_hc=raws("a"))

    found = pair_colors(palette, Naming(style="camelCase"), "ios", DART)

    assert found.problems == ("dark high contrast colours have no counterpart: 'a'",)
    assert found.colors[0].dark_hc is None


def test_colours_of_other_platforms_go_with_all_their_appearances():
    palette = Palette(light=(*raws("a", "ios"), *raws("b", "android"), *raws("c")), dark=raws("abc"))

    on_ios = pair_colors(palette, Naming(style="camelCase"), "ios", DART)
    on_web = pair_colors(palette, Naming(style="camelCase"), "web", DART)

    assert (names(on_ios), names(on_web)) == (["a", "c"], ["c"])
    assert on_ios.problems == on_web.problems == ()


def test_equal_names_are_refused_with_both():
    found = paired(["a/b", "a b", "c"])

    assert names(found) == ["c"]
    assert found.problems == ("'a b' and 'a/b' have the same name 'aB'",)


def test_a_name_twice_in_the_dark_leaves_no_doubtful_colour():
    found = paired(["aB", "c"], ["a/b", "a b", "c"])

    assert names(found) == ["c"]


@pytest.mark.parametrize(
    ("raw_names", "exporter", "style", "words"),
    [
        (["color1", "color_1"], ANDROID, "snake_case", "the function color1 in Kotlin"),
        (["new", "new_"], ANDROID, "snake_case", "the resource 'new_'"),
        (["é", "è", "e"], DART, "camelCase", "e in Dart"),
        (["Red", "red"], ColorSets(folder="A"), "", "the colour set"),
        (["a/b?", "a/b*"], ColorSets(folder="A", namespaces=True), "", "the colour set 'a/b_'"),
        (["a b", "a-b"], ColorSets(ui_color_file="U.swift"), "", "a_b in Swift"),
        (["a1", "a-1"], WebColorFiles(folder="o"), "", "in TypeScript"),
    ],
)
def test_names_that_are_one_in_code_or_on_disk_are_refused_with_both(raw_names, exporter, style, words):
    found = pair_colors(Palette(light=raws(raw_names)), Naming(style=style), None, exporter)

    assert found.colors == ()
    assert any(words in problem for problem in found.problems)
    assert all(any(repr(name) in problem for problem in found.problems) for name in raw_names)


@pytest.mark.parametrize("name", ["///", "🙂", "...", "—", "x" * 300])
def test_what_leaves_no_name_is_a_problem(name):
    found = paired([name, "a"])

    assert names(found) == ["a"]
    assert len(found.problems) == 1


def test_an_empty_name_is_a_warning():
    found = paired([" ", "a"])

    assert (names(found), len(found.warnings), found.problems) == (["a"], 1, ())


def test_a_broken_regexp_is_a_problem_of_the_entry():
    assert "not a valid regexp" in paired(["a"], validate="(").problems[0]


NAMES = st.lists(
    st.text(max_size=8) | st.sampled_from(["a/b", "a b", "class", "1", "Con", "con", "é", "light"]), max_size=8
)


@pytest.mark.parametrize(("exporter", "style"), CASES)
@given(light=NAMES, dark=NAMES)
def test_order_has_no_effect_and_nothing_is_claimed_twice(exporter, style, light, dark):
    naming = Naming(style=style)

    found = pair_colors(Palette(light=raws(light), dark=raws(dark)), naming, "ios", exporter)
    again = pair_colors(Palette(light=raws(light[::-1]), dark=raws(dark[::-1])), naming, "ios", exporter)

    assert found == again
    claims = [claim for color in found.colors for claim in exporter.claims(color)]
    assert len(claims) == len(set(claims))


@pytest.mark.parametrize("case", cases("pairing"))
def test_conforms_to_pairing(case):
    given, expected = case["input"], case["expected"]

    def read(mode):
        return raws(given.get(mode) or ())

    palette = Palette(read("light"), read("dark"), read("lightHC"), read("darkHC"))

    result = pair_colors(palette, Naming(style=given["style"]), "ios", DART)

    assert bool(result.problems) is ("throws" in expected)
    if "throws" not in expected:
        # Where high contrast is given, the names of its colours are what is expected.
        light, dark = ("light_hc", "dark_hc") if "lightHC" in given else ("light", "dark")
        named = {
            mode: [color.name for color in result.colors if getattr(color, field)]
            for mode, field in (("light", light), ("dark", dark))
        }
        assert named == {"dark": []} | expected
