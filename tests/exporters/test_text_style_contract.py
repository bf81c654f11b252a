"""What holds for every exporter of text styles, whatever names and fonts are."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidTypography
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.naming import NameStyle, folded
from exfig_mp.exporters.settings import Common, Figma
from exfig_mp.exporters.text_style_entries import text_style_entries
from exfig_mp.exporters.text_style_naming import name_text_styles
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_options import IosTypography
from exfig_mp.templating import Templates
from exfig_mp.text_styles import RawTextStyle, Typeface
from tests.code_judges import faults
from tests.exporters.test_color_contract import HOSTILE, LETTERS

NAMES = st.lists(st.sampled_from([*HOSTILE, "UI", "print", "R"]) | st.text(LETTERS, max_size=12), max_size=6)
FONTS = st.sampled_from([*HOSTILE, "PTSans-Bold", "Roboto Condensed"]) | st.text(LETTERS, min_size=1, max_size=12)
FACES = st.builds(
    Typeface,
    font=FONTS,
    size=st.floats(0.5, 500),
    line_height=st.none() | st.floats(0.5, 500),
    letter_spacing=st.floats(-20, 20),
    case=st.sampled_from(["original", "uppercased", "lowercased"]),
    dynamic_type=st.sampled_from([None, "title1", "body"]),
)
FACE = Typeface("Font", 10.0)


STYLES: list[tuple[NameStyle, str | None]] = [("camelCase", "out/L.swift"), ("SCREAMING_SNAKE_CASE", None)]
"""Name style, and the file of label styles."""


def build_entries():
    found = []
    for style, label_styles in STYLES:
        ios = Ios(
            xcodeproj_path="A.xcodeproj",
            target="A",
            xcassets_path="A.xcassets",
            xcassets_in_main_bundle=True,
            add_objc_attribute=True,
            typography=IosTypography(
                name_style=style,
                font_swift="out/U.swift",
                swift_ui_font_swift="out/F.swift",
                generate_labels=True,
                labels_directory="out/labels",
                label_style_swift=label_styles,
            ),
        )
        android = Android(
            main_res="out/res",
            main_src="out/src",
            resource_package="app",
            typography=AndroidTypography(name_style=style, compose_package_name="app.ui"),
        )
        root = Root(figma=Figma(light_file_id="f"), common=Common(), ios=ios, android=android)
        found += [(f"{entry.label} {style}", entry) for entry in text_style_entries(root)]
    return dict(found)


ENTRIES = build_entries()
TEMPLATES = {platform: Templates(platform) for platform in ("ios", "android")}
every_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)


def styles_of(entry, faces):
    raws = [RawTextStyle(name, face) for name, face in faces.items()]
    return name_text_styles(raws, entry.naming, entry.exporter).styles


@every_entry
@given(names=NAMES, face=FACES)
@settings(max_examples=40)
def test_neither_name_nor_font_breaks_the_code_or_leads_out_of_the_folder(entry, names, face):
    files = entry.exporter.documents(styles_of(entry, dict.fromkeys(names, face)))

    assert len({folded(file.path) for file in files}) == len(files)
    for file in files:
        assert isinstance(file, Document)
        assert file.path.startswith("out/")
        assert not {"", ".", ".."} & set(file.path.split("/"))
        text = TEMPLATES[entry.platform].render(file).decode()
        assert faults(file.path, text) == []


@every_entry
def test_the_same_styles_give_the_same_files_every_time(entry):
    names = ["b", "a", "c/d", "e"]

    first = entry.exporter.documents(styles_of(entry, dict.fromkeys(names, FACE)))

    assert first == entry.exporter.documents(styles_of(entry, dict.fromkeys(names[::-1], FACE)))


@every_entry
def test_no_styles_mean_no_files(entry):
    assert entry.exporter.documents(()) == ()


@every_entry
def test_describing_files_touches_no_disk(entry, monkeypatch):
    styles = styles_of(entry, dict.fromkeys(["a", "b"], FACE))
    for name in ("open", "mkdir", "stat", "scandir", "listdir", "rename", "replace"):
        monkeypatch.setattr(os, name, _refuse)
    monkeypatch.setattr("builtins.open", _refuse)

    files = entry.exporter.documents(styles)

    assert all(isinstance(file, Document) for file in files)


def _refuse(*_args, **_kwargs):
    raise AssertionError("the disk was touched")
