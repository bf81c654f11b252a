"""Text styles get their names, and become Swift, Kotlin and resources, to the letter where nobody else pins it down."""

import pytest

from exfig_mp.exporters.android_text_styles import AndroidTextStyles, em, font_resource
from exfig_mp.exporters.compose import Compose
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.text_style_naming import name_text_styles
from exfig_mp.exporters.xcode_text_styles import SwiftFonts
from exfig_mp.templating import Templates
from exfig_mp.text_styles import RawTextStyle, TextStyle, Typeface
from tests.android_packager import compiled
from tests.code_judges import faults
from tests.exporters.test_color_contract import HOSTILE

FACE = Typeface("PTSans-Bold", 20.0)
SWIFT = SwiftFonts(ui_font_file="U.swift", swift_ui_file="F.swift", labels_folder="labels")
ANDROID = AndroidTextStyles(folder="res", compose=Compose(path="T.kt", package="app", resources="app"))


def texts(platform, exporter, *styles):
    found = {
        file.path: Templates(platform).render(file).decode()
        for file in exporter.documents(styles)
        if isinstance(file, Document)
    }
    assert [fault for path, text in found.items() for fault in faults(path, text)] == []
    return found


def style(name="a", face=FACE, source_name=None):
    return TextStyle(name, source_name or name, face)


def named(*names, exporter=SWIFT, style="camelCase", **naming):
    return name_text_styles([RawTextStyle(name, FACE) for name in names], Naming(style=style, **naming), exporter)


def test_styles_are_sorted_and_have_both_names():
    found = named("heading/large", "body 1")

    assert [(one.name, one.source_name) for one in found.styles] == [
        ("body1", "body 1"),
        ("headingLarge", "heading/large"),
    ]


def test_regexps_make_the_name_and_refuse_others():
    found = named("text/h1", "blue", validate="^text_(.+)$", replace="$1", style="snake_case")

    assert [one.name for one in found.styles] == ["h1"]
    assert found.problems == ("'blue' does not match nameValidateRegexp, '^text_(.+)$'",)


def test_two_styles_with_one_name_are_a_problem_with_both_names_and_stop_no_other():
    found = named("a/b", "a b", "c")

    assert [one.name for one in found.styles] == ["c"]
    assert found.problems == ("'a b' and 'a/b' have the same name 'aB'",)


@pytest.mark.parametrize(
    ("exporter", "names", "what"),
    [
        (SWIFT, ("body", "Body"), "the class BodyLabel"),
        (SWIFT, ("a.b", "a+b"), "a_b in Swift"),
        (ANDROID, ("a.b", "a+b"), "the resource 'a_b'"),
        (ANDROID, ("Font", "Font_"), "the property Font_ in Kotlin"),
    ],
)
def test_names_that_code_takes_for_one_are_a_problem(exporter, names, what):
    styles = [RawTextStyle(name, FACE) for name in names]

    found = name_text_styles(styles, Naming(style=""), exporter)

    assert found.styles == ()
    assert any(problem.endswith(f"would both be {what}") for problem in found.problems)


@pytest.mark.parametrize("name", ["", " ", "//", "🙂", "x" * 201])
def test_a_name_that_is_none_stops_no_other(name):
    found = named(name, "b")

    assert [one.name for one in found.styles] == ["b"]
    assert len(found.problems + found.warnings) == 1


def test_a_regexp_that_is_none_is_the_only_problem():
    assert len(named("a", validate="((").problems) == 1


def test_swift_ui_has_names_of_its_own_for_dynamic_type():
    face = Typeface("F", 12.0, dynamic_type="caption1")

    found = texts("ios", SWIFT, style("note", face), style("top", Typeface("F", 28.0, dynamic_type="title1")))

    assert "relativeTo: .caption)" in found["F.swift"]
    assert "relativeTo: .title)" in found["F.swift"]
    assert "textStyle: .caption1, scaled: true" in found["U.swift"]
    assert "UIFontMetrics(forTextStyle: .title1)" in found["labels/Label.swift"]


def test_labels_have_their_style_where_no_file_has_it():
    face = Typeface("F", 16.0, line_height=20.5, letter_spacing=-0.12345, case="lowercased", dynamic_type="body")

    (label,) = (text for path, text in texts("ios", SWIFT, style("in", face)).items() if path.endswith("Label.swift"))

    assert label.endswith(
        "public final class InLabel: Label {\n\n"
        "    override var style: LabelStyle? {\n"
        "        LabelStyle(\n"
        "            font: UIFont.`in`(),\n"
        "            fontMetrics: UIFontMetrics(forTextStyle: .body),\n"
        "            lineHeight: 20.5,\n"
        "            tracking: -0.123,\n"
        "            textCase: .lowercased\n"
        "        )\n"
        "    }\n"
        "}\n"
    )


def test_what_has_no_path_is_not_written():
    assert list(texts("ios", SwiftFonts(swift_ui_file="F.swift"), style())) == ["F.swift"]
    assert list(texts("ios", SwiftFonts(label_styles_file="L.swift"), style())) == []
    assert list(texts("ios", SwiftFonts(labels_folder="l", label_styles_file="L.swift"), style())) == [
        "l/Label.swift", "l/LabelStyle.swift", "L.swift",
    ]  # fmt: skip


def test_objective_c_keeps_the_methods_that_it_has():
    exporter = SwiftFonts(ui_font_file="U.swift", objc=True)
    styles = (style("body"), style("description"))

    text = texts("ios", exporter, *styles)["U.swift"]

    assert "    @objc static func body() -> UIFont {" in text
    assert "    static func description() -> UIFont {" in text
    assert exporter.notes(styles) == ("'description' has no @objc, as Objective-C has a method of that name",)


@pytest.mark.parametrize(("name", "label"), [("UI", "UI_Label"), ("print", "Print_Label"), ("1a", "Style1aLabel")])
def test_no_label_and_no_function_hides_what_the_code_uses(name, label):
    found = texts("ios", SWIFT, style(name))

    assert f"public final class {label}: Label {{" in found["labels/Label.swift"]
    assert "func print()" not in found["U.swift"]


def test_a_font_name_is_a_text_whatever_it_is():
    found = texts("ios", SWIFT, style(face=Typeface('A"\\(x)\n', 10.0)))

    assert 'customFont("A\\"\\\\(x)\\u{a}", size: 10.0)' in found["U.swift"]


@pytest.mark.parametrize(
    ("font", "name"),
    [
        ("PTSans-Bold", "ptsans_bold"),
        ("Roboto Condensed", "roboto_condensed"),
        ("8bit", "font_8bit"),
        ("Ünï", "font__n_"),
        ("Default", "default_"),
    ],
)
def test_fonts_are_called_as_their_files_can_be(font, name):
    assert font_resource(font) == name


@pytest.mark.parametrize(
    ("spacing", "size", "text"), [(0.25, 20, "0.01"), (-0.32, 32, "-0.01"), (-0.02, 20, "0.00"), (0, 12, "0.00")]
)
def test_letter_spacing_of_resources_is_a_part_of_the_size(spacing, size, text):
    assert em(Typeface("F", size, letter_spacing=spacing)) == text


def test_kotlin_escapes_what_it_would_take_for_something_else():
    styles = [style(name) for name in ("R", "class", "in", "1a")]

    found = texts("android", ANDROID, *styles)

    for name in ("R_", "class_", "`in`", "style1a"):
        assert f"    val {name} = TextStyle(\n" in found["T.kt"]
    assert '<style name="class_">' in found["res/values/typography.xml"]
    assert len(ANDROID.notes(styles)) == 2


def test_a_font_that_is_a_keyword_of_kotlin_is_in_back_ticks():
    assert "Font(R.font.`in`)" in texts("android", ANDROID, style(face=Typeface("In", 1.0)))["T.kt"]


def test_androids_packager_takes_names_and_fonts_whatever_they_are(aapt2, tmp_path):
    names = list(dict.fromkeys([*HOSTILE, "Heading.Large", "R", "größe"]))
    raws = [RawTextStyle(name, Typeface(name, 12.5, letter_spacing=-0.3)) for name in names]
    styles = name_text_styles(raws, Naming(style="snake_case"), ANDROID).styles
    xml = tmp_path / "res" / "values" / "typography.xml"
    xml.parent.mkdir(parents=True)
    xml.write_text(texts("android", ANDROID, *styles)["res/values/typography.xml"])

    assert len(styles) > 20
    assert compiled(aapt2, [xml], tmp_path / "compiled.zip") == ""
