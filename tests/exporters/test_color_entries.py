"""From the config to entries of colours: where colours come from, how they are named, where files go."""

import pytest

from exfig_mp.errors import ConfigError
from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidColors, NameTransform, ThemeAttributes
from exfig_mp.exporters.android_colors import AndroidColorFiles
from exfig_mp.exporters.color_entries import color_entries
from exfig_mp.exporters.color_protocol import StyleColors, Suffixes, VariableColors
from exfig_mp.exporters.compose import Compose
from exfig_mp.exporters.flutter import Flutter, FlutterColors
from exfig_mp.exporters.flutter_colors import DartColors
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.settings import Common, CommonColors, Figma, VariablesColors
from exfig_mp.exporters.web import Web, WebColors
from exfig_mp.exporters.web_colors import WebColorFiles
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_colors import ColorSets, SwiftBundle
from exfig_mp.exporters.xcode_options import IosColors

FIGMA = Figma(light_file_id="l", dark_file_id="d", light_high_contrast_file_id="lh", dark_high_contrast_file_id="dh")
VARIABLES = VariablesColors(
    tokens_file_id="t", tokens_collection_name="Theme", light_mode_name="L", dark_mode_name="D",
    light_hc_mode_name="LH", dark_hc_mode_name="DH", primitives_mode_name="P",
)  # fmt: skip


def flutter(*elements, figma=FIGMA, **common):
    root = Root(
        figma=figma, common=Common(**common), flutter=Flutter(output="lib", colors=elements or (FlutterColors(),))
    )
    return root, color_entries(root)


def test_styles_come_from_the_files_of_figma():
    (entry,) = flutter()[1]

    assert entry.source == StyleColors(light_file="l", dark_file="d", light_hc_file="lh", dark_hc_file="dh")


def test_styles_of_a_single_file_are_told_apart_by_suffixes():
    (entry,) = flutter(colors=CommonColors(use_single_file=True, dark_mode_suffix="-d"))[1]

    suffixes = Suffixes(dark="-d", light_hc="_lightHC", dark_hc="_darkHC")
    assert entry.source == StyleColors(light_file="l", suffixes=suffixes)


def test_variables_of_common_are_those_of_all_elements_without_their_own():
    own = FlutterColors(tokens_file_id="own", tokens_collection_name="C", light_mode_name="x")

    first, second = flutter(FlutterColors(), own, variables_colors=VARIABLES, figma=Figma())[1]

    assert first.source == VariableColors(
        file="t", collection="Theme", light="L", dark="D", light_hc="LH", dark_hc="DH", primitives="P"
    )
    assert second.source == VariableColors(file="own", collection="C", light="x")
    assert (first.label, second.label) == ("flutter.colors[0]", "flutter.colors[1]")


def test_regexps_of_an_element_go_before_those_of_common():
    own = {"tokens_file_id": "own", "tokens_collection_name": "C", "light_mode_name": "x"}
    elements = (FlutterColors(), FlutterColors(name_validate_regexp="e"), FlutterColors(**own))
    common = CommonColors(name_validate_regexp="c", name_replace_regexp="r")

    entries = flutter(*elements, colors=common)[1]

    assert [entry.naming for entry in entries] == [
        Naming(style="camelCase", validate="c", replace="r"),
        Naming(style="camelCase", validate="e", replace="r"),
        Naming(style="camelCase"),
    ]


def test_a_replacement_alone_has_no_effect_and_says_so():
    (entry,) = flutter(FlutterColors(name_replace_regexp="x"))[1]

    assert any("nameReplaceRegexp" in warning for warning in entry.warnings)


def test_colours_without_any_file_are_a_problem_of_the_config():
    root = Root(flutter=Flutter(output="lib", colors=(FlutterColors(),)))

    assert [path for path, _ in root.problems()] == [("flutter", "colors", 0)]
    with pytest.raises(ConfigError, match=r"flutter\.colors has no Figma file"):
        color_entries(root)


def test_ios_keys_do_what_they_say():
    element = IosColors(
        use_color_assets=True, assets_folder="Colors", name_style="PascalCase", color_swift="U.swift",
        swiftui_color_swift="C.swift", group_using_namespace=True, sync_code_syntax=True,
    )  # fmt: skip
    ios = Ios(
        xcodeproj_path="A.xcodeproj", target="A", xcassets_path="A.xcassets/", xcassets_in_main_bundle=False,
        xcassets_in_swift_package=True, resource_bundle_names=("B",), add_objc_attribute=True,
        templates_path="templates", colors=(element,),
    )  # fmt: skip

    (entry,) = color_entries(Root(figma=FIGMA, ios=ios))

    assert entry.exporter == ColorSets(
        folder="A.xcassets/Colors", ui_color_file="U.swift", swift_ui_file="C.swift",
        bundle=SwiftBundle(main=False, package=True, names=("B",)), objc=True, namespaces=True,
    )  # fmt: skip
    assert (entry.naming.style, entry.templates) == ("PascalCase", "templates")
    assert any("syncCodeSyntax" in warning for warning in entry.warnings)


def android(element, **section):
    root = Root(figma=FIGMA, android=Android(main_res="res", colors=(element,), **section))
    (entry,) = color_entries(root)
    assert isinstance(entry.exporter, AndroidColorFiles)
    return root, entry


def test_android_keys_do_what_they_say():
    theme = ThemeAttributes(enabled=True, theme_name="T")
    element = AndroidColors(xml_output_file_name="c.xml", compose_package_name="a.b", theme_attributes=theme)

    _, entry = android(element, main_src="src", resource_package="r")

    assert entry.exporter.xml_name == "c.xml"
    assert entry.exporter.compose == Compose(path="src/a/b/Colors.kt", package="a.b", resources="r")
    assert entry.exporter.theme is not None
    assert entry.exporter.theme.options is theme


def test_what_is_off_is_not_written():
    element = AndroidColors(xml_disabled=True, theme_attributes=ThemeAttributes(enabled=False, theme_name="T"))

    _, entry = android(element)

    assert entry.exporter == AndroidColorFiles(folder="res", xml_name="")


@pytest.mark.parametrize(("is_off", "is_wanted"), [(True, True), (True, False), (False, True)])
def test_a_theme_of_colours_that_nobody_writes_is_a_warning(is_off, is_wanted):
    theme = ThemeAttributes(enabled=is_wanted, theme_name="T")

    _, entry = android(AndroidColors(xml_disabled=is_off, theme_attributes=theme))

    assert any("xmlDisabled" in warning for warning in entry.warnings) is (is_off and is_wanted)


def test_without_xml_the_kotlin_code_has_the_values_itself():
    element = AndroidColors(xml_disabled=True, compose_package_name="a.b")

    for section in ({"main_src": "src"}, {"main_src": "src", "resource_package": "r"}):
        _, entry = android(element, **section)
        assert entry.exporter.compose == Compose(path="src/a/b/Colors.kt", package="a.b", resources="")


@pytest.mark.parametrize(
    ("element", "words"),
    [
        (AndroidColors(compose_package_name="a.b"), "mainSrc and resourcePackage"),
        (AndroidColors(color_kotlin="C.kt"), "composePackageName"),
    ],
)
def test_kotlin_that_cannot_be_written_is_a_warning(element, words):
    _, entry = android(element)

    assert entry.exporter.compose is None
    assert any(words in warning for warning in entry.warnings)


@pytest.mark.parametrize(
    ("element", "path"),
    [
        (AndroidColors(compose_package_name="a.1b"), ("composePackageName",)),
        (AndroidColors(compose_package_name="../x"), ("composePackageName",)),
        (AndroidColors(theme_attributes=ThemeAttributes(theme_name="a--b")), ("themeAttributes", "themeName")),
        (AndroidColors(theme_attributes=ThemeAttributes(theme_name="a\nb")), ("themeAttributes", "themeName")),
        (
            AndroidColors(theme_attributes=ThemeAttributes(theme_name="T", marker_start="M", marker_end="M")),
            ("themeAttributes", "markerEnd"),
        ),
        (
            AndroidColors(theme_attributes=ThemeAttributes(theme_name="T", name_transform=NameTransform(prefix='"<'))),
            ("themeAttributes", "nameTransform", "prefix"),
        ),
    ],
)
def test_what_would_break_the_code_is_a_problem_of_the_config(element, path):
    root, _ = android(element)

    assert [found for found, _ in root.problems()] == [("android", "colors", 0, *path)]


def test_flutter_and_web_keys_do_what_they_say():
    root = Root(
        figma=FIGMA,
        flutter=Flutter(output="lib", colors=(FlutterColors(output="gen/c.dart", class_name="Palette"),)),
        web=Web(
            output="src", colors=(WebColors(output_directory="t", css_file_name="a.css", json_file_name="a.json"),)
        ),
    )

    dart, web = color_entries(root)

    assert dart.exporter == DartColors(path="lib/gen/c.dart", class_name="Palette")
    assert web.exporter == WebColorFiles(folder="src/t", css_name="a.css", json_name="a.json")
    assert (dart.naming.style, web.naming.style) == ("camelCase", "kebab-case")


@pytest.mark.parametrize(
    ("platform", "path"),
    [
        (
            {"flutter": Flutter(output="l", colors=(FlutterColors(class_name="a b"),))},
            ("flutter", "colors", 0, "className"),
        ),
        (
            {"web": Web(output="o", colors=(WebColors(css_file_name="a", ts_file_name="a"),))},
            ("web", "colors", 0, "tsFileName"),
        ),
    ],
)
def test_names_that_cannot_be_are_problems_of_the_config(platform, path):
    assert [found for found, _ in Root(figma=FIGMA, **platform).problems()] == [path]
