from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import yaml

from exfig_mp.config import yaml_tree
from exfig_mp.config.document import plain_value, read_document
from exfig_mp.config.problems import BrokenYamlError, Mark

if TYPE_CHECKING:
    from exfig_mp.config.problems import KeyPath


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def loader(request, monkeypatch):
    if request.param == "pure":
        monkeypatch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("this PyYAML has no libyaml")


def broken(text: str) -> BrokenYamlError:
    with pytest.raises(BrokenYamlError) as caught:
        read_document(text)
    return caught.value


def mistakes(text: str) -> list[tuple[KeyPath, int, int, str]]:
    return [(one.path, one.mark.line, one.mark.column, one.message) for one in read_document(text).mistakes]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("Null", None),
        ("true", True),
        ("FALSE", False),
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("0777", "0777"),
        ("0o17", 15),
        ("0x1F", 31),
        ("0", 0),
        ("-3", -3),
        ("+4", 4),
        ("1_000", "1_000"),
        ("1.10", 1.1),
        (".5", 0.5),
        ("2.", 2.0),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".NaN", ".NaN"),
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("9" * 5000, "9" * 5000),
        ("=", "="),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text, value):
    found = plain_value(text)

    assert found == value
    assert type(found) is type(value)


def test_quotes_and_blocks_make_text():
    tree = read_document("a: 'true'\nb: \"1\"\nc: |\n  12\nd: !!str 1.10\ne: ! 7\n").tree

    assert tree == {"a": "true", "b": "1", "c": "12\n", "d": "1.10", "e": "7"}


def test_every_key_and_element_has_its_place():
    document = read_document("a:\n  b: [x, y]\n  c:\n    - d: 1.10\n")

    assert {path: (origin.mark.line, origin.mark.column) for path, origin in document.origins.items()} == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", "b"): (2, 3),
        ("a", "b", 0): (2, 7),
        ("a", "b", 1): (2, 10),
        ("a", "c"): (3, 3),
        ("a", "c", 0): (4, 7),
        ("a", "c", 0, "d"): (4, 7),
    }
    assert document.origins["a", "c", 0, "d"].text == "1.10"


def test_merge_keys_give_way_to_own_keys_and_to_earlier_sources():
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 0\n"

    assert read_document(text).tree["z"] == {"a": 0, "b": 1, "c": 2}


def test_a_merged_value_has_the_place_where_it_is_written():
    document = read_document("x: &x\n  a: 1\nz:\n  <<: *x\n")

    assert document.origins["z", "a"].mark == Mark(2, 3)


def test_a_quoted_merge_key_is_a_plain_key():
    assert read_document('a: {"<<": 1}').tree == {"a": {"<<": 1}}


@pytest.mark.parametrize("source", ["3", "[{a: 1}, 3]", "text"])
def test_a_merge_key_needs_a_group_of_keys(source):
    assert [one[3] for one in mistakes(f"<<: {source}\n")] == [
        "a merge key needs a group of keys, such as an alias of one"
    ]


def test_duplicate_keys_are_mistakes_and_the_first_counts():
    document = read_document("a:\n  b: 1\n  c: 2\n  b: 3\n")

    assert document.tree == {"a": {"b": 1, "c": 2}}
    assert mistakes("a:\n  b: 1\n  c: 2\n  b: 3\n") == [(("a", "b"), 4, 3, "the key is given twice, first on line 2")]


@pytest.mark.parametrize("key", ["1", "true", "~", "1.5"])
def test_keys_that_are_no_text_are_mistakes(key):
    assert mistakes(f"a:\n  {key}: x\n") == [(("a",), 2, 3, f'keys are texts; put "{key}" in quotes if it is meant so')]


def test_collections_as_keys_are_mistakes():
    assert mistakes("? [a, b]\n: c\n") == [((), 1, 3, "a list or a group of keys cannot be a key")]


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!!binary", "!include", "!!set", "!!timestamp"])
def test_tags_are_not_supported(tag):
    for value in ("x", "{x: 1}"):
        assert [one[3][-16:] for one in mistakes(f"a: {tag} {value}")] == ["is not supported"]


def test_a_mistake_in_an_anchor_is_told_once():
    assert len(mistakes("a: &a {1: x}\nb: *a\nc: *a\nd: {<<: *a}\n")) == 1


def test_an_empty_text_has_no_tree():
    for text in ("", "# comment\n", "---\n", "--- ~\n"):
        assert read_document(text).tree is None


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a:\n\tb: 1\n", 2, 1, "a tab in the indentation"),
        ("a: [1\nb: 2\n", 2, 2, "a list that is not closed"),
        ("a: 'x\nb: 1\n", 1, 4, "inside quotes that were opened here"),
        ("a: b: c\n", 1, 5, 'put a text that has ": " in quotes'),
        ("a: @x\n", 1, 4, "cannot start a value"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document"),
        ("a: *b\n", 1, 4, 'alias "*b" has no anchor'),
        ("a: &a [*a]\n", 1, 8, 'alias "*a" contains itself'),
        ("a: 1\nb: \x00\n", 2, 4, "a NUL character"),
        ("a: \x1b[31m\n", 1, 4, "the control character U+001B"),
    ],
)
def test_broken_yaml_is_told_with_its_place(text, line, column, words):
    error = broken(text)

    assert words in error.message
    assert error.mark == Mark(line, column)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_endless_nesting_is_refused_fast(opening):
    start = time.monotonic()

    error = broken(opening * (900_000 // len(opening)))

    assert "nested more than 100 levels" in error.message
    assert time.monotonic() - start < 20  # not for ever


def test_a_hundred_levels_are_allowed():
    tree = read_document("[" * 100 + "]" * 100).tree

    assert str(tree) == "[" * 100 + "]" * 100


def test_a_bomb_of_aliases_is_refused_fast():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    start = time.monotonic()

    error = broken("\n".join(lines))

    assert "more than 100,000 values" in error.message
    assert time.monotonic() - start < 20  # not for ever


def test_a_bomb_of_merge_keys_is_refused_fast():
    lines = [f"a0: &a0 {{{', '.join(f'k{i}: 1' for i in range(50))}}}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}], k: 1}}" for i in range(1, 12)]
    start = time.monotonic()

    error = broken("\n".join(lines))

    assert "more than 100,000 values" in error.message
    assert time.monotonic() - start < 20  # not for ever


def test_a_tower_of_aliases_is_refused():
    lines = ["a0: &a0 [x]", *(f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 3000))]

    error = broken("\n".join(lines))

    assert "over 100 levels deep" in error.message
