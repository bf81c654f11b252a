"""Colours for Android, Flutter and Web, to the letter where others do not pin it down, and parsed by judges."""

import json
import xml.etree.ElementTree as ET

import pytest

from exfig_mp.colors import Color, Rgba
from exfig_mp.exporters.android import NameTransform, ThemeAttributes
from exfig_mp.exporters.android_colors import AndroidColorFiles, xml_hex
from exfig_mp.exporters.compose import Compose
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.flutter_colors import DartColors
from exfig_mp.exporters.theme_attributes import ThemeWriter, attribute_name
from exfig_mp.exporters.token_protocol import Insertion
from exfig_mp.exporters.web_colors import WebColorFiles, css_value
from exfig_mp.templating import Templates
from tests.code_judges import css_faults, faults, typescript_faults

WHITE, BLACK, GLASS = Rgba(1, 1, 1), Rgba(0, 0, 0), Rgba(0, 0, 0, 0.4000000059604645)


def texts(platform, exporter, *colors):
    found = {
        file.path: Templates(platform).render(file).decode()
        for file in exporter.documents(colors)
        if isinstance(file, Document)
    }
    for path, text in found.items():
        if path.endswith(".json"):
            json.loads(text)
        else:
            assert faults(path, text) == [], path
    return found


def body(text):
    return text.partition("/ExFig")[2]


def test_android_without_any_dark_colour_has_no_night():
    assert list(texts("android", AndroidColorFiles(folder="res"), Color("a", "a", WHITE))) == ["res/values/colors.xml"]


def test_no_function_takes_the_place_of_one_that_the_others_call():
    exporter = AndroidColorFiles(folder="res", compose=Compose(path="C.kt", package="app", resources=""))

    text = texts("android", exporter, Color("is_system_in_dark_theme", "a", WHITE, BLACK))["C.kt"]

    assert "fun Colors.isSystemInDarkTheme_(): Color = if (isSystemInDarkTheme())" in text


def test_android_names_are_those_that_resources_can_have():
    exporter = AndroidColorFiles(folder="res", compose=Compose(path="C.kt", package="in.app", resources="app.object"))
    colors = [Color(name, name, WHITE) for name in ("100_white", "default", "hash_code", "in")]

    found = texts("android", exporter, *colors)

    assert [item.get("name") for item in ET.fromstring(found["res/values/colors.xml"])] == [  # noqa: S314 - our own text
        "color_100_white", "default_", "hash_code", "in",
    ]  # fmt: skip
    assert "package `in`.app\n" in found["C.kt"]
    assert "import app.`object`.R\n" in found["C.kt"]
    assert "fun Colors.color100White(): Color = colorResource(id = R.color.color_100_white)" in found["C.kt"]
    assert "fun Colors.hashCode_(): Color" in found["C.kt"]
    assert "fun Colors.`in`(): Color = colorResource(id = R.color.`in`)" in found["C.kt"]
    assert len(exporter.notes(colors)) == 2


def test_compose_without_a_resource_package_has_the_values():
    exporter = AndroidColorFiles(folder="res", xml_name="", compose=Compose(path="C.kt", package="app"))

    (text,) = texts("android", exporter, Color("a", "a", WHITE, BLACK), Color("b", "b", GLASS)).values()

    assert "fun Colors.a(): Color = if (isSystemInDarkTheme()) Color(0xFF000000) else Color(0xFFFFFFFF)\n" in text
    assert "fun Colors.b(): Color = Color(0x66000000)\n" in text
    assert "colorResource" not in text


def test_android_says_that_it_has_no_high_contrast():
    assert AndroidColorFiles(folder="res").notes([Color("a", "a", WHITE, light_hc=BLACK)]) != ()


def test_a_theme_binds_attributes_to_resources():
    options = ThemeAttributes(
        enabled=True, theme_name="Theme.App", name_transform=NameTransform(strip_prefixes=("ext_",)),
        auto_create_markers=True, marker_start="S", marker_end="E",
    )  # fmt: skip
    exporter = AndroidColorFiles(folder="res", theme=ThemeWriter(folder="res", options=options))
    colors = [Color(name, name, WHITE) for name in ("bg", "default", "ext_bg")]

    attrs, styles, night = (file for file in exporter.documents(colors) if isinstance(file, Insertion))

    assert attrs == Insertion(
        path="res/values/attrs.xml",
        start="<!-- S: Theme.App -->",
        end="<!-- E: Theme.App -->",
        text='    <attr name="colorBg" format="color" />\n    <attr name="colorDefault" format="color" />',
        skeleton='<?xml version="1.0" encoding="utf-8"?>\n<resources>\n    <!-- S: Theme.App -->\n'
        "    <!-- E: Theme.App -->\n</resources>\n",
        before="</resources>",
    )
    item = '        <item name="colorDefault">@color/default_</item>'
    assert styles.text == f'        <item name="colorBg">@color/bg</item>\n{item}'
    assert (styles.path, styles.optional, styles.skeleton) == ("res/values/styles.xml", False, "")
    assert (night.path, night.optional, night.text) == ("res/values-night/styles.xml", True, styles.text)
    assert "'ext_bg' has no theme attribute: colorBg is that of 'bg'" in exporter.notes(colors)


@pytest.mark.parametrize(
    ("name", "attribute"), [("bg_text", "Text"), ("bg", "Bg"), ("bg_100", "Bg100"), ("_1", "_1"), ("größe", "Größe")]
)
def test_what_is_no_name_without_its_prefix_keeps_that(name, attribute):
    assert attribute_name(name, NameTransform(prefix="", strip_prefixes=("bg_", "bg"))) == attribute


@pytest.mark.parametrize(("alpha", "text"), [(1, "#FFFFFF"), (0.999, "#FFFFFF"), (0.5, "#80FFFFFF"), (0, "#00FFFFFF")])
def test_alpha_goes_first_in_resources(alpha, text):
    assert xml_hex(Rgba(1, 1, 1, alpha)) == text


def test_dart_has_a_class_for_each_of_light_and_dark():
    found = texts("flutter", DartColors(path="c.dart"), Color("a", "a", WHITE, BLACK), Color("light", "light", GLASS))

    assert body(found["c.dart"]) == (
        "\n\nimport 'package:flutter/material.dart';\n"
        "class AppColors {\n"
        "  AppColors._();\n"
        "  static const Color a = Color(0xFFFFFFFF);\n"
        "  static const Color light = Color(0x66000000);\n"
        "}\n\n"
        "class AppColorsDark {\n"
        "  AppColorsDark._();\n"
        "  static const Color a = Color(0xFF000000);\n"
        "}\n"
    )


def test_dart_has_one_class_of_four_if_there_is_high_contrast():
    colors = (Color("a", "a", WHITE, BLACK, GLASS), Color("light", "light", BLACK))

    text = body(texts("flutter", DartColors(path="c.dart", class_name="Palette"), *colors)["c.dart"])

    assert text.endswith(
        "  static const a = Palette(\n"
        "    light: Color(0xFFFFFFFF),\n"
        "    dark: Color(0xFF000000),\n"
        "    lightHighContrast: Color(0x66000000),\n"
        "    darkHighContrast: Color(0xFF000000),\n"
        "  );\n\n"
        "  static const light_ = Palette(\n"
        "    light: Color(0xFF000000),\n"
        "    dark: Color(0xFF000000),\n"
        "    lightHighContrast: Color(0xFF000000),\n"
        "    darkHighContrast: Color(0xFF000000),\n"
        "  );\n"
        "}\n"
    )


def test_web_has_a_dark_theme_only_of_dark_colours():
    colors = (Color("scrim", "scrim", GLASS), Color("text-default", "text/default", BLACK, WHITE))

    found = texts("web", WebColorFiles(folder="o", json_name="t.json"), *colors)

    assert body(found["o/theme.css"]) == (
        " */\n\n"
        ".theme-light {\n  --scrim: rgba(0, 0, 0, 0.4);\n  --text-default: #000000;\n}\n\n"
        ".theme-dark {\n  --text-default: #FFFFFF;\n}\n"
    )
    assert json.loads(found["o/t.json"]) == {
        "light": {"scrim": "rgba(0, 0, 0, 0.4)", "text-default": "#000000"},
        "dark": {"text-default": "#FFFFFF"},
    }
    assert "\n  textDefault: 'var(--text-default)',\n" in found["o/variables.ts"]


def test_web_without_dark_colours_has_one_theme():
    found = texts("web", WebColorFiles(folder="o", json_name="t.json"), Color("a", "a", WHITE))

    assert ".theme-dark" not in found["o/theme.css"]
    assert json.loads(found["o/t.json"]) == {"light": {"a": "#FFFFFF"}}


@pytest.mark.parametrize(
    ("alpha", "text"),
    [
        (1, "#000000"),
        (0.9999, "#000000"),
        (0.5, "rgba(0, 0, 0, 0.5)"),
        (0.12345, "rgba(0, 0, 0, 0.123)"),
        (0.00001, "rgba(0, 0, 0, 0)"),
    ],
)
def test_css_has_alpha_with_three_digits(alpha, text):
    assert css_value(Rgba(0, 0, 0, alpha)) == text


def test_keys_of_typescript_are_quoted_where_they_must_be():
    (_, text) = texts("web", WebColorFiles(folder="o"), Color("100-white", "100 white", WHITE)).values()

    assert "\n  '100White': 'var(--100-white)',\n" in text


def test_typescript_and_stylelint_take_the_colours_of_the_web(tmp_path):
    exporter = WebColorFiles(folder="o", json_name="theme.json")
    names = ("a", "b's", "24", "constructor", "text/primary", "__proto__")
    colors = [Color(name, name, WHITE, dark=BLACK) for name in names]
    for path, text in texts("web", exporter, *colors).items():
        (tmp_path / path.removeprefix("o/")).write_text(text)
    use = "import { variables, type ColorVariable } from './variables';\nconst a: ColorVariable = 'textPrimary';\n"
    (tmp_path / "use.ts").write_text(f"{use}export const b: string = variables[a];\n")

    assert typescript_faults(tmp_path, ["variables.ts", "use.ts"]) == ""
    assert css_faults(tmp_path, "theme.css") == ""
    (tmp_path / "wrong.css").write_text("a { --x: 1; --x: 2; colr: #ggg; }")
    assert "colr" in css_faults(tmp_path, "wrong.css")
