"""What is certain before Figma is asked, and what is not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from exfig_mp.conflicts import certain_conflicts
from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidColors, AndroidTypography, NameTransform, ThemeAttributes
from exfig_mp.exporters.color_entries import color_entries
from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.exporters.settings import Figma
from exfig_mp.exporters.text_style_entries import text_style_entries
from exfig_mp.exporters.web import Web, WebColors

ICONS = Selection(light_file="file", frame="Icons")
ANY_NAME = Naming(style="")


def entry(folder="icons", selection=ICONS, label="web.icons", scale: float = 1, naming=ANY_NAME) -> Entry:
    exporter = Folder(folder=folder, format="png", scale=scale)
    return Entry(platform="web", kind="icons", label=label, selection=selection, naming=naming, exporter=exporter)


def config(*entries: Entry, label="a.yaml", base="/project") -> Any:
    none = tokens(label)
    return SimpleNamespace(**vars(none) | {"base": Path(base), "entries": lambda: entries})


def colors(*elements: WebColors, label="a.yaml", output="out", **root: Any) -> Any:
    whole = Root(figma=Figma(light_file_id="file"), web=Web(output=output, colors=elements or (WebColors(),)), **root)
    found = color_entries(whole)
    return tokens(label, colors=found)


def tokens(label: str, colors: Any = (), text_styles: Any = ()) -> Any:
    base = Path("/project")
    return SimpleNamespace(
        label=label,
        base=base,
        entries=lambda: (),
        color_entries=lambda: colors,
        text_style_entries=lambda: text_styles,
    )


def test_the_same_components_with_other_pixels_in_one_folder_are_a_conflict():
    error = certain_conflicts([config(entry()), config(entry(scale=2, label="web.icons[1]"), label="b.yaml")])

    assert error is not None
    assert error.exit_code == 2
    (problem,) = error.problems
    assert "a.yaml web.icons" in problem
    assert "b.yaml web.icons[1]" in problem


def test_equal_entries_are_no_conflict():
    assert certain_conflicts([config(entry(), entry()), config(entry(), label="b.yaml")]) is None


def test_other_folders_are_no_conflict():
    assert certain_conflicts([config(entry(), entry(folder="other", scale=2))]) is None
    assert certain_conflicts([config(entry()), config(entry(scale=2), base="/elsewhere")]) is None


def test_other_selections_may_hold_other_components():
    others = [
        Selection(light_file="other", frame="Icons"),
        Selection(light_file="file", frame="Other"),
        Selection(light_file="file", frame="Icons", page="Page"),
        Selection(light_file="file", frame="Icons", filter="a*"),
    ]

    for other in others:
        assert certain_conflicts([config(entry(), entry(selection=other, scale=2))]) is None


def test_entries_that_take_different_names_are_no_conflict():
    first, second = Naming(style="", validate="^ic_"), Naming(style="", validate="^img_")

    assert certain_conflicts([config(entry(naming=first), entry(naming=second, scale=2))]) is None


def test_entries_that_take_the_same_names_are_a_conflict():
    naming = Naming(style="", validate="^ic_")

    assert certain_conflicts([config(entry(naming=naming), entry(naming=naming, scale=2))]) is not None


def test_a_dark_file_with_other_pixels_is_a_conflict():
    first = Selection(light_file="file", dark_file="dark", frame="Icons")
    second = Selection(light_file="file", dark_file="night", frame="Icons")

    assert certain_conflicts([config(entry(selection=first), entry(selection=second))]) is not None


def test_colours_of_different_sources_in_one_file_are_a_conflict():
    own = WebColors(tokens_file_id="other", tokens_collection_name="C", light_mode_name="L")

    error = certain_conflicts([colors(), colors(own, label="b.yaml")])

    assert error is not None
    assert ["theme.css" in error.problems[0], "variables.ts" in error.problems[1]] == [True, True]
    assert "b.yaml web.colors" in error.problems[0]


def test_equal_colours_and_colours_in_files_of_their_own_are_no_conflict():
    assert certain_conflicts([colors(), colors(label="b.yaml")]) is None
    assert certain_conflicts([colors(WebColors(name_validate_regexp="x")), colors(output="b", label="b.yaml")]) is None


def test_different_texts_between_the_same_markers_are_a_conflict():
    def android(prefix="color", theme="Theme.App", xml="colors.xml"):
        theme_attributes = ThemeAttributes(enabled=True, theme_name=theme, name_transform=NameTransform(prefix=prefix))
        element = AndroidColors(theme_attributes=theme_attributes, xml_output_file_name=xml)
        return colors(output=f"{prefix}{theme}", android=Android(main_res="res", colors=(element,)), label=prefix)

    error = certain_conflicts([android(), android(prefix="my")])

    assert error is not None
    assert [problem.partition(" at ")[0] for problem in error.problems] == [
        "/project/res/values/attrs.xml",
        "/project/res/values/styles.xml",
        "/project/res/values-night/styles.xml",
    ]
    assert certain_conflicts([android(), android(), android(theme="Theme.Other")]) is None
    whole = certain_conflicts([android(xml="attrs.xml")])
    assert whole is not None
    assert "written whole by" in whole.problems[0]


def test_text_styles_of_one_file_that_are_made_otherwise_are_a_conflict():
    def typography(style="snake_case", folder="res", label="a.yaml", file="file"):
        android = Android(main_res=folder, typography=AndroidTypography(name_style=style))
        return tokens(label, text_styles=text_style_entries(Root(figma=Figma(light_file_id=file), android=android)))

    for other in (typography("camelCase", label="b.yaml"), typography(label="b.yaml", file="other")):
        error = certain_conflicts([typography(), other])
        assert error is not None
        (problem,) = error.problems
        assert "/project/res/values/typography.xml" in problem
        assert "b.yaml android.typography" in problem
    assert certain_conflicts([typography(), typography(label="b.yaml"), typography("camelCase", folder="b")]) is None
