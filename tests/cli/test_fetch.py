"""`fetch`: every option does what it says, as in ExFig v1; `conformance_differences` says where it is otherwise."""

from __future__ import annotations

import pytest

from exfig_mp.cli.fetch import entry_of
from exfig_mp.errors import ConfigError
from exfig_mp.exporters.naming import Named, Refused, final_name
from exfig_mp.exporters.pairing import pair
from exfig_mp.model import Node, Variant, Variants
from exfig_mp.sources.figma import File, select
from exfig_mp.sources.figma_wire import Component, ContainingFrame, FileMeta
from exfig_mp.sources.file_record import FileRecord

LIGHT = "LightLibrary"
ILLUSTRATIONS = ("fetch", "-f", LIGHT, "-r", "Illustrations", "-o", "out")


@pytest.fixture
def entry():
    """Return the entry of a command line, given as the values of its options."""

    def build(**values):
        said = dict.fromkeys(
            (
                *("page", "scale", "webp_encoding", "webp_quality", "filter_", "name_style"),
                *("name_validate_regexp", "name_replace_regexp", "dark_mode_suffix"),
            )
        )
        return entry_of(said | {"file_id": "f", "frame": "Frame", "output": "out", "form": "png"} | values)

    return build


def components(*places):
    """Return a file with a component for each (name, frame, page)."""
    found = tuple(
        Component(node_id=f"1:{number}", name=name, containing_frame=ContainingFrame(name=frame, page_name=page))
        for number, (name, frame, page) in enumerate(places)
    )
    return {"f": File("f", FileRecord(FileMeta("File", "1"), found))}


@pytest.mark.parametrize(
    ("raw", "options", "name"),
    [
        ("icons/arrow/left", {}, "icons_arrow_left"),
        ("my_icon_name", {"name_style": "camelCase"}, "myIconName"),
        ("MyIconName", {"name_style": "snake_case"}, "my_icon_name"),
        ("my_icon_name", {"name_style": "PascalCase"}, "MyIconName"),
        ("MyIconName", {"name_style": "kebab-case"}, "my-icon-name"),
        ("myIconName", {"name_style": "SCREAMING_SNAKE_CASE"}, "MY_ICON_NAME"),
        ("icon/24/arrow_left", {"validate": "^icon_(.*)$", "replace": "ic_$1"}, "ic_24_arrow_left"),
        ("icon/24/arrow_left", {"validate": "^icon_(.*)$", "replace": "$1", "name_style": "camelCase"}, "24ArrowLeft"),
        ("icon/name", {"validate": "^icon_(.*)$"}, "icon_name"),
    ],
)
def test_names_become_what_v1_makes_of_them(raw, options, name, entry):
    regexps = {f"name_{key}_regexp": options.pop(key) for key in ("validate", "replace") if key in options}

    assert final_name(raw, entry(**options, **regexps).naming) == Named(name)


def test_a_name_that_does_not_match_is_refused(entry):
    assert isinstance(final_name("other", entry(name_validate_regexp="^icon").naming), Refused)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name_validate_regexp": "[invalid", "name_replace_regexp": "x"}, "--name-validate-regexp"),
        ({"name_validate_regexp": "^(a)$", "name_replace_regexp": "$2"}, "$2"),
        ({"name_replace_regexp": "x"}, "needs --name-validate-regexp"),
        ({"dark_mode_suffix": "/../x"}, "dark mode suffix"),
    ],
)
def test_what_cannot_be_meant_is_an_error_in_words(options, said, entry):
    with pytest.raises(ConfigError) as caught:
        entry(**options)

    assert said in str(caught.value)


def test_dark_variants_are_told_by_the_suffix(entry):
    found = entry(dark_mode_suffix="_night", form="svg")
    names = ("banner", "banner_night", "icon", "logo", "logo_night")
    files = components(*((name, "Frame", "Page") for name in names))

    assets = pair(select(files, found.selection, lambda *_: True), found.naming, None).assets

    assert [asset.name for asset in assets] == ["banner", "icon", "logo"]
    assert [file.path for file in found.exporter.files(assets)] == [
        *("out/banner.svg", "out/banner_night.svg", "out/icon.svg", "out/logo.svg", "out/logo_night.svg"),
    ]


def test_without_a_suffix_there_are_no_dark_variants(entry):
    variants = Variants(tuple(Variant(name, Node("f", "1", name)) for name in ("banner", "banner_dark")))

    assert [asset.name for asset in pair(variants, entry().naming, None).assets] == ["banner", "banner_dark"]


def test_a_page_tells_frames_of_one_name_apart(entry):
    files = components(("a", "Frame", "One"), ("b", "Frame", "Two"), ("c", "Other", "Two"))

    assert [one.name for one in select(files, entry().selection, lambda *_: True).light] == ["a", "b"]
    assert [one.name for one in select(files, entry(page="Two").selection, lambda *_: True).light] == ["b"]


@pytest.mark.parametrize(
    ("form", "scale", "expected"),
    [("png", None, 3), ("png", 1.5, 1.5), ("jpg", None, 3), ("webp", None, 3), ("svg", None, 1), ("pdf", 2.0, 1)],
)
def test_raster_formats_have_a_scale(form, scale, expected, entry):
    files = components(("a", "Frame", "Page"))
    found = entry(form=form, scale=scale)
    assets = pair(select(files, found.selection, lambda *_: True), found.naming, None).assets

    (file,) = found.exporter.files(assets)

    assert file.render.scale == expected
    assert file.render.format == ("png" if form == "webp" else form)
    assert file.path == f"out/a.{form}"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"form": "svg", "scale": 2.0}, ("--scale has no effect on svg",)),
        ({"form": "png", "webp_encoding": "lossy"}, ("--webp-encoding has no effect on png",)),
        (
            {"form": "webp", "webp_encoding": "lossless", "webp_quality": 3},
            ("--webp-quality has no effect on lossless webp",),
        ),
        ({"form": "webp", "webp_encoding": "lossy", "webp_quality": 0, "scale": 1.0}, ()),
    ],
)
def test_what_has_no_effect_is_said(values, said, entry):
    assert entry(**values).warnings == said


def test_a_page_and_a_style_of_the_command_line_hold(library, project):
    components_ = library.get(f"/v1/files/{LIGHT}/components").json["meta"]["components"]
    page = next(c["containing_frame"] for c in components_ if c["containing_frame"]["name"] == "Illustrations")

    right = project.run(*ILLUSTRATIONS, "--page", page["pageName"], "--name-style", "PascalCase", "--scale", "1")
    wrong = project.run(*ILLUSTRATIONS[:-1], "other", "-p", "No page")

    assert right.code == 0, right.text
    assert len(project.tree()) == 3
    assert all(name[0].isupper() for name in project.tree())
    assert wrong.code == 1
    assert "'No page'" in wrong.err
    assert "check --frame and the filter" in wrong.err
    assert not (project.folder / "other").exists()
