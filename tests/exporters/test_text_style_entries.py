"""From the config to entries of text styles: which file, how they are named, where files go."""

import pytest

from exfig_mp.errors import ConfigError
from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidTypography
from exfig_mp.exporters.android_text_styles import AndroidTextStyles
from exfig_mp.exporters.compose import Compose
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.settings import Common, CommonTypography, Figma
from exfig_mp.exporters.text_style_entries import text_style_entries
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_options import IosTypography
from exfig_mp.exporters.xcode_text_styles import SwiftFonts

FIGMA = Figma(light_file_id="l", dark_file_id="d")
LABELS = {"font_swift": "U.swift", "generate_labels": True, "labels_directory": "labels"}


def ios(figma=FIGMA, common=None, *, generate_labels=False, **keys):
    platform = Ios(
        xcodeproj_path="A.xcodeproj", target="A", xcassets_path="A.xcassets", xcassets_in_main_bundle=True,
        add_objc_attribute=True, templates_path="templates",
        typography=IosTypography(name_style="camelCase", generate_labels=generate_labels, **keys),
    )  # fmt: skip
    return Root(figma=figma, common=common or Common(), ios=platform)


def android(package=None, **keys):
    typography = AndroidTypography(name_style="snake_case", compose_package_name=package)
    return Root(figma=FIGMA, android=Android(main_res="res", typography=typography, **keys))


def test_ios_keys_do_what_they_say():
    common = Common(typography=CommonTypography(name_validate_regexp="v", name_replace_regexp="r"))

    (entry,) = text_style_entries(
        ios(common=common, swift_ui_font_swift="F.swift", label_style_swift="L.swift", **LABELS)
    )

    assert entry.exporter == SwiftFonts(
        ui_font_file="U.swift", swift_ui_file="F.swift", labels_folder="labels", label_styles_file="L.swift", objc=True
    )
    assert entry.naming == Naming(style="camelCase", validate="v", replace="r")
    assert (entry.platform, entry.label, entry.file, entry.templates) == ("ios", "ios.typography", "l", "templates")
    assert entry.warnings == ()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"generate_labels": True, "font_swift": "U.swift"}, "generateLabels needs labelsDirectory"),
        ({"font_swift": "U.swift", "label_style_swift": "L.swift"}, "labelStyleSwift is not written"),
        ({"generate_labels": True, "labels_directory": "labels"}, "fontSwift"),
        ({}, "nothing is written"),
    ],
)
def test_what_cannot_be_written_is_a_warning(keys, words):
    (entry,) = text_style_entries(ios(**keys))

    (warning,) = entry.warnings
    assert words in warning


def test_android_keys_do_what_they_say():
    (entry,) = text_style_entries(android("a.b", main_src="src", resource_package="r"))

    assert entry.exporter == AndroidTextStyles(
        folder="res", compose=Compose(path="src/a/b/Typography.kt", package="a.b", resources="r")
    )
    assert (entry.label, entry.naming, entry.warnings) == ("android.typography", Naming(style="snake_case"), ())


@pytest.mark.parametrize("keys", [{}, {"main_src": "src"}, {"resource_package": "r"}])
def test_kotlin_that_cannot_be_written_is_a_warning(keys):
    (entry,) = text_style_entries(android("a.b", **keys))

    assert entry.exporter == AndroidTextStyles(folder="res")
    assert entry.warnings == ("Typography.kt is not written: it needs mainSrc and resourcePackage of android",)


def test_a_replacement_alone_has_no_effect_and_says_so():
    common = Common(typography=CommonTypography(name_replace_regexp="x"))

    (entry,) = text_style_entries(ios(common=common, font_swift="U.swift"))

    assert any("nameReplaceRegexp" in warning for warning in entry.warnings)


def test_text_styles_without_a_file_are_a_problem_of_the_config():
    root = ios(figma=Figma())

    assert [path for path, _ in root.problems()] == [("ios", "typography")]
    with pytest.raises(ConfigError, match=r"ios\.typography has no Figma file"):
        text_style_entries(root)


@pytest.mark.parametrize(
    ("root", "path"),
    [
        (android("a.1b"), ("android", "typography", "composePackageName")),
        (android("../x"), ("android", "typography", "composePackageName")),
        (ios(font_swift="a", swift_ui_font_swift="a"), ("ios", "typography", "swiftUIFontSwift")),
        (ios(**LABELS, label_style_swift="labels/LabelStyle.swift"), ("ios", "typography", "labelStyleSwift")),
    ],
)
def test_what_would_break_the_code_is_a_problem_of_the_config(root, path):
    assert [found for found, _ in root.problems()] == [path]


def test_a_platform_without_typography_has_no_entry():
    assert text_style_entries(Root(figma=FIGMA, android=Android(main_res="res"))) == ()
