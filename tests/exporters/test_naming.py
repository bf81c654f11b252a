import unicodedata
from unicodedata import category

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exfig_mp.exporters.naming import (
    LONGEST_NAME,
    Named,
    Refused,
    collapse,
    dark_suffix,
    final_name,
    folded,
    is_styled,
    matches,
    regexp_problem,
    restyle,
    safe_name,
    words,
)
from exfig_mp.exporters.protocol import Naming

ASCII = st.text(alphabet=st.characters(codec="ascii"))
STYLES = ("camelCase", "snake_case", "PascalCase", "kebab-case", "SCREAMING_SNAKE_CASE", "flatCase")


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("camelCase", "icon24pxBold"),
        ("snake_case", "icon_24px_bold"),
        ("PascalCase", "Icon24pxBold"),
        ("kebab-case", "icon-24px-bold"),
        ("SCREAMING_SNAKE_CASE", "ICON_24PX_BOLD"),
        ("flatCase", "icon24pxbold"),
    ],
)
def test_every_style_has_its_form(style, expected):
    assert restyle("Icon/24px (Bold)", style) == expected


def test_an_unknown_style_is_our_own_mistake():
    with pytest.raises(ValueError, match="unknown name style"):
        restyle("a", "Title Case")


@given(st.text())
@example("a\x00b\nc")
@example("\ud800")
@example("0\u0345")
def test_styled_names_have_letters_digits_marks_and_one_separator_only(text):
    for style in STYLES:
        assert all(char.isalnum() or char in "_-" or category(char)[0] == "M" for char in restyle(text, style))


@given(ASCII)
def test_styling_twice_changes_nothing(text):
    for style in ("snake_case", "kebab-case"):
        once = restyle(text, style)
        assert restyle(once, style) == once


@given(st.text())
def test_words_lose_no_letter_and_no_digit(text):
    assert [char for word in words(text) for char in word if char.isalnum()] == [
        char for char in text if char.isalnum()
    ]


@given(ASCII)
@example("aB1c")
@example("1Ab")
def test_plain_names_are_read_as_if_they_were_not(text):
    assert [*words(text), "é"] == words(f"{text} é")  # with one of these, each letter is looked at by itself
    for style in ("camelCase", "snake_case", "kebab-case"):
        assert not text or is_styled(text, style) == is_styled(f"{text}é", style)


def test_marks_stay_with_their_letters():
    assert restyle("नमस्ते", "snake_case") == "न_म_स्_ते"
    assert restyle("Ünïcode e\u0323\u0301", "camelCase") == "ünïcodeE\u0323\u0301"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a/a", "a"), ("a/b", "a_b"), ("a/a/a", "a_a_a"), ("a//a", "a"), ("/a", "_a"), ("a", "a"), ("", "")],
)
def test_slashes_collapse(name, expected):
    assert collapse(name) == expected


def test_the_pipeline_validates_replaces_and_styles_in_that_order():
    naming = Naming(style="snake_case", validate=r"^(\d\d) - ([A-Za-z0-9 ]+)$", replace="icon_$2_$1")

    assert final_name("32 - Profile", naming) == Named("icon_profile_32")


def test_a_group_that_took_no_part_is_empty():
    naming = Naming(style="", validate="^(a)?(b)$", replace="x$1$2")

    assert final_name("b", naming) == Named("xb")


def test_a_file_style_comes_on_top_of_the_style():
    naming = Naming(style="camelCase", file_style="snake_case")

    assert final_name("motive_box04", naming) == Named("motive_box_04")


def test_swift_regexps_with_named_groups_are_understood():
    naming = Naming(style="", validate=r"^(?<prefix>ic)_(?<!x)(.+)$", replace="$2")

    assert final_name("ic_add", naming) == Named("add")
    assert regexp_problem(r"\(?<a") == ""


@pytest.mark.parametrize(
    ("validate", "replace", "part"),
    [("(", None, "not a valid regexp"), (r"\p{L}", None, "not a valid regexp"), ("(a)", "$2", "$2 has no group")],
)
def test_regexps_that_cannot_work_are_said_to(validate, replace, part):
    assert part in regexp_problem(validate, replace)


@pytest.mark.parametrize("name", ["nul", "COM1", "Aux.x", "lpt¹"])
def test_reserved_names_are_changed_and_said_to_be(name):
    safe = safe_name(name)

    assert isinstance(safe, Named)
    assert folded(safe.text) != folded(name)
    assert safe.warning


@pytest.mark.parametrize("name", ["", ".", "..", "  ", "\x00", "///", "🙂" * 60])
def test_names_without_an_honest_file_name_are_refused(name):
    assert isinstance(safe_name(name), Refused)


@given(st.text())
@example("../../etc/passwd")
@example("a\u202e.png. . ")
@example("con .txt")
def test_a_safe_name_is_one_plain_file_name(text):
    match safe_name(text):
        case Named(name):
            assert safe_name(name) == Named(name)
            assert not set(name) & set('/\\:*?"<>|\x00\n')
            assert name not in {".", ".."}
            assert not name.endswith((".", " "))
            assert name == unicodedata.normalize("NFC", name)
            assert len(name.encode()) <= LONGEST_NAME
        case Refused(reason):
            assert reason


@given(st.text(alphabet="ab*"), st.text(alphabet="ab", max_size=12))
def test_the_filter_means_what_its_regexp_would_mean(pattern, name):
    expected = bool(pattern) and _like_a_regexp(pattern, name)

    assert matches(pattern, name) is expected


def _like_a_regexp(pattern, name):
    """Dynamic programming over prefixes: slow, obvious."""
    states = {0}
    for char in pattern:
        if char == "*":
            states = set(range(min(states), len(name) + 1)) if states else set()
        else:
            states = {state + 1 for state in states if name[state : state + 1] == char}
    return len(name) in states


def test_the_filter_takes_exact_names_and_lists():
    assert matches("ic/24/edit , ic/16/*", "ic/16/a\nb")
    assert matches("a,b", "b")
    assert not matches("a,b", "ab")
    assert not matches(" , ,", "")
    assert not matches("a*", "A")


def test_many_stars_are_no_trap():
    assert not matches("*a" * 40 + "b", "a" * 5000)


def test_dark_suffixes_follow_the_style():
    assert [dark_suffix(style) for style in STYLES] == ["Dark", "_dark", "Dark", "-dark", "_DARK", "_dark"]


@pytest.mark.parametrize("raw", ["a-arrow-down", "x-ray", "arrow-up-a-z", "arrow up 10", "wifi_24_off", "Bomb"])
def test_pascal_case_of_pascal_case_is_the_same(raw):
    once = restyle(raw, "PascalCase")

    assert restyle(once, "PascalCase") == once


@pytest.mark.parametrize(
    ("raw", "name"),
    [("arrow", "arrow"), ("24px", "icon_24px"), ("class", "icon_class"), ("_hidden", "hidden"), ("badge-1", "badge_1")],
)
def test_names_of_androids_resources_are_such_that_its_build_takes_them(raw, name):
    found = final_name(raw, Naming(style="kebab-case", file_style="snake_case", resource_word="icon"))

    assert isinstance(found, Named)
    assert found.text == name
    assert bool(found.warning) == (raw in {"24px", "class", "_hidden"})


@pytest.mark.parametrize("raw", ["иконка", "图标", "naïve"])
def test_what_cannot_be_a_resource_of_android_is_refused(raw):
    found = final_name(raw, Naming(style="snake_case", file_style="snake_case", resource_word="icon"))

    assert isinstance(found, Refused)
    assert "Android's resources" in found.reason
