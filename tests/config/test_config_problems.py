from __future__ import annotations

import time

import pytest

from exfig_mp.config import load, load_all
from exfig_mp.errors import ConfigError

NOTHING_OF_OURS = "it has neither figma, nor common.variablesColors, nor colors of a platform"
ICONS = "  icons:\n    assetsFolder: Icons\n    nameStyle: camelCase\n"


def test_all_problems_of_a_file_are_told_at_once(complaints):
    text = """\
figma:
  timeout: abc
  seat: foo
ios:
  xcodeprojPath: a
  target:
  xcassetsInMainBundle: maybe
  icons:
    - format: svgx
      assetsFolder: a
      nameStyle: camelCase
    - format: svg
      assetsFolder: [a]
      nameStyle: camelCase
      preservesVectorRepresentation: [a, {}]
      nameValidateRegexp: "(("
  images:
    assetsFolder: b
    nameStyle: camelCase
    scales: [1, 9]
  colors:
    useColorAssets: true
    nameStyle: camelCase
    nameStyle: camelCase
web: 3
"""

    found = complaints(text)

    assert [line for line in found if "regexp" not in line] == [
        "a.yaml:1:1: figma.lightFileId: is required for icons and images",
        'a.yaml:2:3: figma.timeout: expected a number, found text "abc"',
        'a.yaml:3:3: figma.seat: expected "collab", "dev", "full" or "view", found "foo"',
        'a.yaml:4:1: ios: required key "xcassetsPath" is missing',
        'a.yaml:6:3: ios.target: required key "target" has no value',
        'a.yaml:7:3: ios.xcassetsInMainBundle: expected true or false, found text "maybe"',
        'a.yaml:9:7: ios.icons[0].format: expected "pdf" or "svg", found "svgx"',
        "a.yaml:13:7: ios.icons[1].assetsFolder: expected text, found a list",
        "a.yaml:15:42: ios.icons[1].preservesVectorRepresentation[1]: expected text, found a group of keys",
        "a.yaml:20:17: ios.images.scales[1]: expected a number of at most 4, found the number 9",
        "a.yaml:21:3: ios.colors.assetsFolder: is required when useColorAssets is true",
        "a.yaml:24:5: ios.colors.nameStyle: the key is given twice, first on line 23",
        "a.yaml:25:1: web: expected a group of keys, found the number 3",
    ]
    assert [line[:49] for line in found if "regexp" in line] == ["a.yaml:16:7: ios.icons[1].nameValidateRegexp: '(("]


def test_a_wrong_word_brings_no_complaints_about_what_another_word_would_need(complaints):
    text = "figma: {lightFileId: a}\nandroid:\n  mainRes: res\n  icons:\n    output: a\n    composeFormat: vector\n"

    assert complaints(text) == [
        'a.yaml:6:5: android.icons.composeFormat: expected "imageVector" or "resourceReference", found "vector"'
    ]


def test_a_single_object_has_the_places_and_paths_that_it_has_in_the_file(complaints, ios):
    assert complaints(ios + ICONS + "    format: svgx\n") == [
        'a.yaml:11:5: ios.icons.format: expected "pdf" or "svg", found "svgx"'
    ]
    assert complaints(ios + ICONS) == ['a.yaml:8:3: ios.icons: required key "format" is missing']


def test_an_element_of_a_list_is_judged_as_an_element(complaints, ios):
    text = ios + "  icons:\n    - format: pdf\n      assetsFolder: a\n      nameStyle: camelCase\n    - fromat: pdf\n"

    assert complaints(text) == [
        'a.yaml:12:7: ios.icons[1]: required key "assetsFolder" is missing',
        'a.yaml:12:7: ios.icons[1]: required key "format" is missing',
        'a.yaml:12:7: ios.icons[1]: required key "nameStyle" is missing',
    ]


def test_an_object_and_a_list_of_it_are_the_same_config(read, ios):
    single = read(ios + ICONS + "    format: svg\n")
    listed = read(ios + "  icons:\n    - assetsFolder: Icons\n      nameStyle: camelCase\n      format: svg\n")

    assert single.root == listed.root


def test_the_type_of_the_option_decides_how_a_scalar_is_read(read, ios):
    text = ios.replace("light\n", "1.10\n  timeout: '12.5'\n  rateLimit: 15/min\n").replace("true", "yes")
    root = read(text.replace("target: App", "target: 0777") + "  addObjcAttribute: OFF\n").root

    assert root.figma.light_file_id == "1.10"
    assert root.figma.timeout == 12.5
    assert root.figma.rate_limit == "15/min"
    assert root.ios.target == "0777"
    assert root.ios.xcassets_in_main_bundle is True
    assert root.ios.add_objc_attribute is False


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("timeout: 0777", 'expected a number, found text "0777"'),
        ("timeout: 12:30", 'expected a number, found text "12:30"'),
        ("timeout: 0", "expected a number of at least 1, found the number 0"),
        ("timeout: true", "expected a number, found true"),
        ("timeout: .inf", 'expected a number, found text ".inf"'),
        ("timeout: []", "expected a number, found an empty list"),
        ("maxRetries: 1.5", "expected a whole number, found the number 1.5"),
        ("maxRetries: -1", "expected a number of at least 0, found the number -1"),
        ("rateLimit: 0", "expected a number greater than 0 or text, found the number 0"),
        ("rateLimit: 10/day", 'should be requests per second, or a text such as "15/min" or "10/s"'),
        ("darkFileId: ''", "expected text, found an empty text"),
        ("darkFileId: {a: 1}", "expected text, found a group of keys"),
    ],
)
def test_wrong_values_are_told_in_plain_words(complaints, line, message):
    key = line.partition(":")[0]

    assert complaints(f"figma:\n  lightFileId: a\n  {line}\n") == [f"a.yaml:3:3: figma.{key}: {message}"]


def test_a_wrong_host_is_told_with_its_line(complaints):
    text = "figma:\n  lightFileId: a\n  allowedHosts:\n    - cdn.example.com\n    - https://cdn.example.com\n    - 7\n"

    found = complaints(text)

    assert found[0] == (
        'a.yaml:5:7: figma.allowedHosts[1]: should be a host such as "cdn.example.com", or "*.example.com" for its '
        "sub-domains; no scheme, port or path"
    )
    assert [line.partition(": ")[0] for line in found] == ["a.yaml:5:7", "a.yaml:6:7"]
    assert complaints("figma: {lightFileId: a, allowedHosts: cdn.example.com}\n") == [
        'a.yaml:1:25: figma.allowedHosts: expected a list, found text "cdn.example.com"'
    ]


def test_a_key_without_a_value_is_like_no_key(read):
    config = read("figma:\n  lightFileId: a\n  timeout:\n  darkFileId: ~\ncommon:\nbatch:\nios:\n")

    assert config.root == read("figma:\n  lightFileId: a\n").root
    assert config.warnings == ()


def test_unknown_keys_are_warnings_with_a_hint(read):
    text = """\
figma:
  lightFileId: a
  lightFileID: b
  svgDirectory: c
common:
  icons:
    figmaFrameNam: d
    zzzzzzz: e
    1 2: f
nonsense:
"""

    assert [str(warning) for warning in read(text).warnings] == [
        'a.yaml:3:3: figma.lightFileID: unknown key "lightFileID", did you mean "lightFileId"?',
        'a.yaml:4:3: figma.svgDirectory: unknown key "svgDirectory"; it belongs to web.icons',
        'a.yaml:7:5: common.icons.figmaFrameNam: unknown key "figmaFrameNam", did you mean "figmaFrameName"?',
        'a.yaml:8:5: common.icons.zzzzzzz: unknown key "zzzzzzz"',
        'a.yaml:9:5: common.icons."1 2": unknown key "1 2"',
        'a.yaml:10:1: nonsense: unknown key "nonsense"',
    ]


def test_unknown_keys_are_errors_when_strict(complaints):
    text = "figma:\n  lightFileId: a\n  timeot: 3\n"

    assert complaints(text) == []
    assert complaints(text, strict=True) == ['a.yaml:3:3: figma.timeot: unknown key "timeot", did you mean "timeout"?']


def test_warnings_are_told_beside_problems_as_they_may_explain_them(folder, ios):
    (folder / "a.yaml").write_text(ios.replace("target", "traget"))

    with pytest.raises(ConfigError) as caught:
        load("a.yaml")

    assert str(caught.value) == "a.yaml has 1 problem"
    assert caught.value.problems == (
        'a.yaml:3:1: ios: required key "target" is missing',
        'a.yaml:5:3: ios.traget: unknown key "traget", did you mean "target"? (warning)',
    )
    assert caught.value.exit_code == 2


def test_a_hundred_thousand_unknown_keys_take_no_minutes(folder):
    lines = [f"  {'k' * 2}{number}: 1" for number in range(40_000)]
    (folder / "a.yaml").write_text("figma:\n  lightFileId: a\n" + "\n".join(lines))
    start = time.monotonic()

    config = load("a.yaml")

    assert len(config.warnings) == 40_000
    assert time.monotonic() - start < 60  # seconds where it once took many minutes


def test_icons_need_a_file_of_their_own_or_a_common_one(complaints, ios):
    own = ICONS + "    format: svg\n    figmaFileId: own\n"

    assert complaints(ios.replace("  lightFileId: light\n", "  timeout: 3\n") + own) == []
    assert complaints(ios.replace("  lightFileId: light\n", "  timeout: 3\n") + ICONS + "    format: svg\n") == [
        "a.yaml:1:1: figma.lightFileId: is required for icons and images"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("- a\n", "the file has no keys"),
        ("text", "the file has no keys"),
        ("services: {}\n", NOTHING_OF_OURS),
        ("ios:\n  icons: {}\n", NOTHING_OF_OURS),
        (
            "figmaa:\n  lightFileId: a\n",
            f'{NOTHING_OF_OURS}; did you mean "figma" with "figmaa"?',
        ),
    ],
)
def test_other_yaml_is_no_config(complaints, text, message):
    assert complaints(text) == [f"a.yaml: this is not an exfig config: {message}"]


def test_broken_yaml_comes_with_a_code_frame(folder):
    (folder / "a.yaml").write_text("figma:\n  lightFileId: a\n  darkFileId: b: c\nios:\n  target: x\n")

    with pytest.raises(ConfigError) as caught:
        load("a.yaml")

    assert caught.value.problems == (
        'a.yaml:3:16: a ":" is not expected here; put a text that has ": " in quotes',
        "      1 | figma:",
        "      2 |   lightFileId: a",
        ">     3 |   darkFileId: b: c",
        "        |                ^",
        "      4 | ios:",
    )


def test_a_code_frame_shows_the_place_of_a_long_line(folder):
    (folder / "a.yaml").write_text("figma: [" + "a, " * 1000 + "@]\n")

    frame = load_all(["a.yaml"]).failed[0].problems[0].frame.splitlines()

    assert all(len(line) <= 120 for line in frame)
    assert frame[0][frame[1].index("^")] == "@"


def test_nothing_that_a_terminal_obeys_is_printed(complaints):
    hostile = '"\\e[2J\\a\\u202e"'

    lines = complaints(f"figma:\n  plan: {hostile}\n  {hostile}: 1\n", strict=True)

    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


def test_long_values_are_cut(complaints):
    (line,) = complaints(f"figma:\n  plan: {'x' * 10_000}\n")

    assert len(line) < 250


def test_thousands_of_problems_are_told_in_part(folder):
    (folder / "a.yaml").write_text("figma:\n  lightFileId: a\n" + "  timeout: x\n" * 5000)

    error = load_all(["a.yaml"]).failed[0].error()

    assert str(error) == "a.yaml has 5000 problems"
    assert error.problems[100:] == ("... and 4,900 more",)


def test_keys_of_any_length_are_shown_in_part(complaints):
    (line,) = complaints(f"figma:\n  lightFileId: a\n  ? {'k' * 10_000}\n  : 1\n", strict=True)

    assert len(line) < 250
