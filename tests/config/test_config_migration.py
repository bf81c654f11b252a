"""From figma-export.yaml to exfig.yaml: nothing is lost, and what changes is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exfig_mp.config.document import read_document
from exfig_mp.config.migration import migrate

IOS = "ios:\n  xcodeprojPath: App.xcodeproj\n  target: App\n  xcassetsPath: A.xcassets\n  xcassetsInMainBundle: true\n"
FIGMA = "figma:\n  lightFileId: abc # the library\n"


def cache_of(text):
    return read_document(text).tree["common"]["cache"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FIGMA + IOS, FIGMA + "common:\n  cache:\n    enabled: true\n\n" + IOS),
        (FIGMA + "\n# Xcode\n" + IOS, FIGMA + "\ncommon:\n  cache:\n    enabled: true\n\n# Xcode\n" + IOS),
        (IOS + FIGMA, IOS + FIGMA + "\ncommon:\n  cache:\n    enabled: true\n"),
        (
            FIGMA + "common:\n    # icons\n    icons:\n        figmaFrameName: Glyphs\n",
            FIGMA
            + "common:\n    cache:\n      enabled: true\n    # icons\n    icons:\n        figmaFrameName: Glyphs\n",
        ),
        (FIGMA + "common:\n" + IOS, FIGMA + "common:\n  cache:\n    enabled: true\n" + IOS),
        (
            FIGMA + "common: {icons: {figmaFrameName: Glyphs}}\n",
            FIGMA + 'common: {"cache": {"enabled": true}, icons: {figmaFrameName: Glyphs}}\n',
        ),
        ('{"figma": {"lightFileId": "a"}}', '{"common": {"cache": {"enabled": true}}, "figma": {"lightFileId": "a"}}'),
        (
            "figma:\r\n  lightFileId: a\r\n",
            "figma:\r\n  lightFileId: a\r\n\r\ncommon:\r\n  cache:\r\n    enabled: true\r\n",
        ),
        ("figma: {lightFileId: a}", "figma: {lightFileId: a}\n\ncommon:\n  cache:\n    enabled: true\n"),
    ],
)
def test_the_cache_is_switched_on_where_it_belongs(before, after, read):
    migration = migrate(before)

    assert migration.text == after
    assert len(migration.changed) == 1
    assert read(migration.text, strict=True).root.common.cache.enabled


@pytest.mark.parametrize("cache", ["cache: {enabled: false}", "cache:\n    path: x"])
def test_a_cache_that_is_there_stays(cache):
    text = f"{FIGMA}common:\n  {cache}\n"

    migration = migrate(text)

    assert migration.text == text
    assert migration.changed == ()
    assert migration.left == ("common.cache is there already, and stays as it is",)


def test_keys_of_another_letter_case_are_renamed(read):
    text = (
        FIGMA
        + IOS
        + "  colors:\n    useColorAssets: false\n    nameStyle: camelCase\n    swiftUIColorSwift: C.swift # x\n"
    )

    migration = migrate(text)

    assert "    swiftuiColorSwift: C.swift # x\n" in migration.text
    assert "line 11: ios.colors.swiftUIColorSwift is swiftuiColorSwift now" in migration.changed
    assert read(migration.text, strict=True).root.ios.colors[0].swiftui_color_swift == "C.swift"


def test_keys_without_a_counterpart_become_comments(read):
    text = FIGMA + "  proxy:\n  - a\n  - b\n\n  timeout: 20\nplugins:\n  one: # first\n    x: |\n      y\n" + IOS

    migration = migrate(text)

    assert "  # proxy:\n  # - a\n  # - b\n\n  timeout: 20\n" in migration.text
    assert "# plugins:\n#   one: # first\n#     x: |\n#       y\n" in migration.text
    assert "line 3: figma.proxy is a comment now: exfig-mp has no such key" in migration.changed
    assert read(migration.text, strict=True).root.figma.timeout == 20


def test_what_cannot_be_edited_is_said():
    text = "figma: {lightFileId: a, proxy: b}\ncommon: &c\n  icons: {}\n"

    migration = migrate(text)

    assert "line 1: figma.proxy: exfig-mp has no key proxy, and passes over it" in migration.left
    assert cache_of(migration.text) == {"enabled": True}


def test_templates_of_stencil_are_spoken_of():
    assert any("Stencil" in said for said in migrate(FIGMA + IOS + "  templatesPath: t\n").left)


_KEYS = st.sampled_from(["lightFileId", "LightFileID", "proxy", "timeout", "common", "icons", "figmaframename", "web"])
_TREES = st.recursive(
    st.sampled_from(["a", "1", "[a, b]", "{}", ""]),
    lambda inner: st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


def as_yaml(tree, margin=""):
    if isinstance(tree, str):
        return f" {tree}\n"
    return "\n" + "".join(f"{margin}{key}:{as_yaml(value, margin + '  ')}" for key, value in tree.items())


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["figma", "common", "ios", "other"]), _TREES, min_size=1))
def test_no_value_is_lost(tree):
    """Whatever the text is: values stay, or are comments, and are said to be."""
    text = as_yaml(
        {key: value for key, value in tree.items() if key != "common" or isinstance(value, dict)}
        | {"figma": {"timeout": "3"}}
    )
    lines = {line.strip() for line in text.splitlines()}

    migration = migrate(text)

    kept = {line.strip().removeprefix("# ").strip() for line in migration.text.splitlines()}
    assert all(
        line in kept or any(line.partition(":")[0].casefold() in said.casefold() for said in migration.changed)
        for line in lines
    )
    assert read_document(migration.text).mistakes == ()
