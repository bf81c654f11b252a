"""What names become in code: identifiers of each language, whatever a name consists of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.exporters.identifiers import (
    DART_KEYWORDS,
    JAVA_KEYWORDS,
    KOTLIN_KEYWORDS,
    SWIFT_KEYWORDS,
    dart_identifier,
    kotlin_identifier,
    resource_name,
    single_quoted,
    swift_identifier,
    swift_text,
    typescript_key,
)
from tests.code_judges import faults

NAMES = st.text(min_size=1, max_size=12).filter(lambda text: any(char.isalnum() for char in text))
EVERY = [swift_identifier, kotlin_identifier, resource_name, dart_identifier]


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("name", ["backgroundPrimary", "a", "ic_24", "B2"])
def test_what_is_an_identifier_stays(make, name):
    assert make(name) == name


@pytest.mark.parametrize("make", EVERY)
@given(NAMES)
def test_every_name_becomes_one_word(make, name):
    text = make(name).strip("`")

    assert text.strip("_")
    assert text.isidentifier()  # Python's rule for words is Unicode's own


@pytest.mark.parametrize(
    ("make", "keywords", "escaped"),
    [
        (swift_identifier, SWIFT_KEYWORDS, "`{}`"),
        (kotlin_identifier, KOTLIN_KEYWORDS, "`{}`"),
        (resource_name, JAVA_KEYWORDS, "{}_"),
        (dart_identifier, DART_KEYWORDS, "{}_"),
    ],
)
def test_keywords_are_escaped_as_the_language_does_it(make, keywords, escaped):
    assert {make(word) for word in keywords} == {escaped.format(word) for word in keywords}


@pytest.mark.parametrize(
    ("make", "name", "expected"),
    [
        (swift_identifier, "100White", "color100White"),
        (kotlin_identifier, "100White", "color100White"),
        (dart_identifier, "100White", "color100White"),
        (resource_name, "100_white", "color_100_white"),
        (resource_name, "__", "color___"),
        (dart_identifier, "_hidden", "hidden"),
        (dart_identifier, "größe", "große".replace("ß", "u00df")),
        (dart_identifier, "hashCode", "hashCode_"),
        (swift_identifier, "a-b", "a_b"),
        (kotlin_identifier, "a½b", "a_b"),
    ],
)
def test_what_cannot_be_part_or_beginning_is_replaced(make, name, expected):
    assert make(name) == expected


@given(st.text(alphabet=st.characters(codec="ascii"), min_size=1, max_size=20))
def test_in_dart_a_mark_is_dropped_and_changes_nothing_else(name):
    assert dart_identifier(f"{name}\u0301") == dart_identifier(name)


@given(st.text(max_size=20))
def test_a_literal_of_swift_is_one_literal(text):
    literal = swift_text(text)

    assert literal.isprintable()
    assert _unescaped(literal, '"') == text


@given(st.text(max_size=20))
def test_a_literal_in_single_quotes_is_one_literal(text):
    literal = single_quoted(text)

    assert literal.isprintable()
    assert _unescaped(literal, "'") == text


def _unescaped(literal, quote):
    assert literal[0] == literal[-1] == quote
    found, rest = "", literal[1:-1]
    while rest:
        if rest.startswith("\\u{"):
            number, _, rest = rest[3:].partition("}")
            found += chr(int(number, 16))
        elif rest[0] == "\\":
            found, rest = found + rest[1], rest[2:]
        else:
            assert rest[0] != quote
            found, rest = found + rest[0], rest[1:]
    return found


@pytest.mark.parametrize(
    ("name", "key"),
    [("textDefault", "textDefault"), ("100White", "'100White'"), ("цвет", "'цвет'"), ("class", "class")],
)
def test_a_key_of_typescript_is_quoted_if_it_has_to_be(name, key):
    assert typescript_key(name) == key


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.swift", "extension X {{ static var {}: Int {{ 1 }} }}"),
        ("a.kt", "fun Colors.{}(): Int = 1"),
        ("a.dart", "class X {{ static const int {} = 1; }}"),
    ],
)
@pytest.mark.parametrize("name", ["default", "in", "100", "a-b", "self", "is", "fun", "x½", "Type", "new"])
def test_parsers_take_them_for_identifiers(path, code, name):
    make = {"a.swift": swift_identifier, "a.kt": kotlin_identifier, "a.dart": dart_identifier}[path]

    assert faults(path, code.format(make(name))) == []


def test_the_judges_find_faults():
    assert faults("a.swift", "static var in: Int { }}")
    assert faults("a.kt", "fun Colors.(a-b: Int = 1")
    assert faults("a.dart", "class X { static const int a-b = 1; }")
    assert faults("a.ts", "const a = { b-c: 1 }")
    assert faults("a.css", ".a { color: ")
