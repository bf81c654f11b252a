"""What holds for every exporter of colours, whatever the names are."""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exfig_mp.colors import Palette, RawColor, Rgba
from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidColors, ThemeAttributes
from exfig_mp.exporters.color_entries import color_entries
from exfig_mp.exporters.color_pairing import pair_colors
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.flutter import Flutter, FlutterColors
from exfig_mp.exporters.naming import NameStyle, folded
from exfig_mp.exporters.settings import Figma
from exfig_mp.exporters.token_protocol import Insertion
from exfig_mp.exporters.web import Web, WebColors
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_options import IosColors
from exfig_mp.model import GeneratedFile
from exfig_mp.templating import Templates
from tests.code_judges import faults

# Letters that the grammars of the judges know, though not all that the languages do.
LETTERS = st.characters(min_codepoint=0, max_codepoint=0x7F) | st.sampled_from("éüÑ½²\u2028\u202e🙂\ud800")
HOSTILE = [
    "../../etc/passwd", "/etc/passwd", "a/../b", "a\x00b", "a\nb", 'a"b', "a'b", "a`b", "a\\b", "a\\(b)", "${a}", "$a",
    "*/ x /*", "--> x", "]]>", "&amp;", "{{ a }}", "{% raw %}", "class", "in", "default", "self", "init", "Type", "100",
    "light", "hashCode", "__proto__", "con/nul", "a/a", "é/ü", "x" * 150, "</style>", "a;b{c}", "🙂/smile", "\ud800",
]  # fmt: skip
NAMES = st.lists(st.sampled_from(HOSTILE) | st.text(LETTERS, max_size=12), max_size=6)
WHITE, BLACK = Rgba(1, 1, 1), Rgba(0, 0, 0, 0.5)

XCODE: list[tuple[bool, NameStyle, bool]] = [
    (True, "camelCase", True),
    (True, "kebab-case", False),
    (False, "snake_case", False),
]
"""Color assets, name style, namespaces."""


def build_entries():
    ios = Ios(
        xcodeproj_path="A.xcodeproj",
        target="A",
        xcassets_path="out/A.xcassets",
        xcassets_in_main_bundle=False,
        colors=tuple(
            IosColors(
                use_color_assets=assets,
                assets_folder="Colors",
                name_style=style,
                color_swift="out/U.swift",
                swiftui_color_swift="out/C.swift",
                group_using_namespace=namespaces,
            )
            for assets, style, namespaces in XCODE
        ),
    )
    android = Android(
        main_res="out/res",
        main_src="out/src",
        resource_package="app",
        colors=(
            AndroidColors(
                compose_package_name="app.ui", theme_attributes=ThemeAttributes(enabled=True, theme_name="T")
            ),
        ),
    )
    flutter = Flutter(output="out", colors=(FlutterColors(),))
    web = Web(output="out", colors=(WebColors(json_file_name="t.json"),))
    root = Root(figma=Figma(light_file_id="f"), ios=ios, android=android, flutter=flutter, web=web)
    return {entry.label: entry for entry in color_entries(root)}


ENTRIES = build_entries()
TEMPLATES = {platform: Templates(platform) for platform in ("ios", "android", "flutter", "web")}
every_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)


def colors_of(entry, light, dark=(), high=()):
    palette = Palette(*(tuple(RawColor(name, value) for name in names) for names, value in
                        ((light, WHITE), (dark, BLACK), (high, BLACK))))  # fmt: skip
    return pair_colors(palette, entry.naming, entry.platform, entry.exporter).colors


@every_entry
@given(light=NAMES, dark=NAMES, high=NAMES)
@settings(max_examples=30)
def test_no_name_breaks_the_code_or_leads_out_of_the_folder(entry, light, dark, high):
    light = list(dict.fromkeys([*light, *dark, *high]))

    files = entry.exporter.documents(colors_of(entry, light, dark, high))

    assert len({folded(file.path) for file in files}) == len(files)
    for file in files:
        assert file.path.startswith("out/")
        assert not {"", ".", ".."} & set(file.path.split("/"))
        assert all(len(part.encode()) <= 255 for part in file.path.split("/"))
        if isinstance(file, Document):
            text = TEMPLATES[entry.platform].render(file).decode()
            assert json.loads(text) if file.path.endswith(".json") else faults(file.path, text) == []
        elif isinstance(file, GeneratedFile):
            json.loads(file.content)
        else:
            assert faults("a.xml", f"<a>{file.text}</a>") == []


@every_entry
def test_the_same_colours_give_the_same_files_every_time(entry):
    names = ["b", "a", "c/d", "e"]

    first = entry.exporter.documents(colors_of(entry, names, ["a"]))

    assert first == entry.exporter.documents(colors_of(entry, names[::-1], ["a"]))


@every_entry
def test_no_colours_mean_no_files(entry):
    assert entry.exporter.documents(()) == ()


@every_entry
def test_describing_files_touches_no_disk(entry, monkeypatch):
    colors = colors_of(entry, ["a", "b"], ["a"])
    for name in ("open", "mkdir", "stat", "scandir", "listdir", "rename", "replace"):
        monkeypatch.setattr(os, name, _refuse)
    monkeypatch.setattr("builtins.open", _refuse)

    files = entry.exporter.documents(colors)

    assert all(isinstance(file, Document | GeneratedFile | Insertion) for file in files)


def _refuse(*_args, **_kwargs):
    raise AssertionError("the disk was touched")
