import json
from typing import Any

import pytest
from msgspec import structs

from exfig_mp.conversions import Heic, Raster
from exfig_mp.exporters.placing import Picture
from exfig_mp.exporters.settings import Common, Figma, HeicOptions
from exfig_mp.exporters.xcode import ImageSets, Ios, Rendering, without_heic
from exfig_mp.exporters.xcode_options import IosIcons, IosImages
from exfig_mp.model import Asset, Node

ICONS = ImageSets(folder="A/Icons", picture=Picture(format="pdf"))
IMAGES = ImageSets(folder="A/Images", picture=Picture(format="png"), scales=(1, 2, 3))
LIGHT = Node(file_key="f", version="1", id="1:1")
DARK = Node(file_key="f", version="1", id="1:2")


def asset(name, **more):
    return Asset(**{"name": name, "source_name": name, "light": LIGHT} | more)


def names(exporter, *assets):
    return [file.path.rpartition("/")[2] for file in exporter.files(assets)]


def contents(exporter, assets, without=()):
    in_place = {file.path for file in exporter.files(assets) if file.path.rpartition("/")[2] not in without}
    return {file.path: json.loads(file.content) for file in exporter.index(assets, in_place)}


def ios(**more):
    required = {
        "xcodeproj_path": "A.xcodeproj",
        "target": "A",
        "xcassets_path": "./A.xcassets",
        "xcassets_in_main_bundle": True,
    }
    options: dict[str, Any] = required | more
    return Ios(**options)


def test_one_icon_is_one_file_and_two_contents():
    found = ICONS.files([asset("add")])
    index = ICONS.index([asset("add")], {"A/Icons/add.imageset/add.pdf"})

    assert [file.path for file in found] == ["A/Icons/add.imageset/add.pdf"]
    assert [file.path for file in index] == ["A/Icons/Contents.json", "A/Icons/add.imageset/Contents.json"]


def test_dark_pairs_are_told_apart_by_letters():
    assert names(ICONS, asset("add", dark=DARK)) == ["addD.pdf", "addL.pdf"]
    assert names(ImageSets(folder="A", picture=Picture(format="png"), scales=(2,)), asset("x", dark=DARK)) == [
        "xD@2x.png",
        "xL@2x.png",
    ]
    assert [file.render.node for file in ICONS.files([asset("add", dark=DARK)])] == [DARK, LIGHT]


@pytest.mark.parametrize(
    ("idiom", "scales"),
    [("", "123"), ("iphone", "123"), ("ipad", "12"), ("mac", "12"), ("tv", "12"), ("watch", "2"), ("car", "23")],
)
def test_devices_take_the_scales_they_have(idiom, scales):
    tail = f"~{idiom}" if idiom else ""

    assert names(IMAGES, asset("a", idiom=idiom)) == [f"a{tail}@{scale}x.png" for scale in scales]


def test_contents_are_printed_as_foundation_prints_them():
    exporter = ImageSets(
        folder="A", picture=Picture(format="pdf"), rendering=Rendering(mode="template"), vectors=("*",)
    )
    assets = [asset("é", dark=DARK, right_to_left=True)]

    text = exporter.index(assets, {file.path for file in exporter.files(assets)})[1].content.decode()

    assert (
        text
        == """{
  "images" : [
    {
      "filename" : "éL.pdf",
      "idiom" : "universal",
      "language-direction" : "left-to-right"
    },
    {
      "appearances" : [
        {
          "appearance" : "luminosity",
          "value" : "dark"
        }
      ],
      "filename" : "éD.pdf",
      "idiom" : "universal",
      "language-direction" : "left-to-right"
    }
  ],
  "info" : {
    "author" : "xcode",
    "version" : 1
  },
  "properties" : {
    "preserves-vector-representation" : true,
    "template-rendering-intent" : "template"
  }
}"""
    )


def test_idioms_share_the_image_set_of_their_name():
    found = contents(ICONS, [asset("a", idiom="ipad"), asset("a")])

    images = found["A/Icons/a.imageset/Contents.json"]["images"]
    assert [(image["filename"], image["idiom"]) for image in images] == [("a.pdf", "universal"), ("a~ipad.pdf", "ipad")]


def test_what_is_not_in_place_is_not_named():
    found = contents(ICONS, [asset("a", dark=DARK), asset("b")], without=("aD.pdf", "b.pdf"))

    assert list(found) == ["A/Icons/Contents.json", "A/Icons/a.imageset/Contents.json"]
    assert [image["filename"] for image in found["A/Icons/a.imageset/Contents.json"]["images"]] == ["aL.pdf"]


def test_vectors_are_preserved_for_the_named_sets_only():
    exporter = ImageSets(folder="A", picture=Picture(format="pdf"), vectors=("ic24*", "b"))

    found = contents(exporter, [asset("ic24Add"), asset("b"), asset("c")])

    preserved = {path.split("/")[1] for path, value in found.items() if "properties" in value}
    assert preserved == {"ic24Add.imageset", "b.imageset"}


@pytest.mark.parametrize(
    ("mode", "raw", "intent"),
    [
        ("template", "a", "template"),
        ("template", "a_default", None),
        ("template", "a_original~ipad", "original"),
        ("template", "a_template", "template"),
        ("original", "a_template", "template"),
        ("original", "a_default", "original"),
        ("default", "a", None),
        ("default", "a_template", "template"),
    ],
)
def test_suffixes_lead_away_from_the_render_mode(mode, raw, intent):
    icons = IosIcons(
        format="pdf",
        assets_folder="I",
        name_style="camelCase",
        render_mode=mode,
        render_mode_default_suffix="_default",
        render_mode_original_suffix="_original",
        render_mode_template_suffix="_template",
    )

    assert Rendering.of(icons).intent(asset("a", source_name=raw)) == intent


def test_the_section_puts_folders_together():
    icons = IosIcons(format="svg", assets_folder="Icons", name_style="camelCase")
    images = IosImages(assets_folder="Images/Big", name_style="camelCase", scales=(3, 1, 1))

    entries = ios(icons=(icons, icons), images=(images,)).entries(Figma(light_file_id="f"), Common())

    assert [entry.label for entry in entries] == ["ios.icons[0]", "ios.icons[1]", "ios.images"]
    assert [file.path for file in entries[0].exporter.files([asset("a")])] == ["./A.xcassets/Icons/a.imageset/a.svg"]
    assert [file.path for file in entries[2].exporter.files([asset("a")])] == [
        "./A.xcassets/Images/Big/a.imageset/a@1x.png",
        "./A.xcassets/Images/Big/a.imageset/a@3x.png",
    ]


def test_what_is_not_done_is_said():
    images = IosImages(assets_folder="I", name_style="camelCase", output_format="heic", source_format="svg")

    (entry,) = ios(images=(images,)).entries(Figma(light_file_id="f"), Common())

    assert entry.warnings == ()


@pytest.mark.parametrize("source", ["png", "svg"])
def test_heic_is_made_of_what_would_be_png_and_is_that_where_nothing_can_make_it(source):
    options = HeicOptions(encoding="lossless", quality=80)
    plain_images = IosImages(assets_folder="I", name_style="camelCase", source_format=source, image_swift="U.swift")
    images = structs.replace(plain_images, output_format="heic", heic_options=options)
    heic, png = (ios(images=(one,)).entries(Figma(light_file_id="f"), Common())[0] for one in (images, plain_images))

    made, plain = heic.exporter.files([asset("a")]), png.exporter.files([asset("a")])
    assert [file.path for file in made] == [file.path.replace(".png", ".heic") for file in plain]
    assert [file.steps for file in made] == [(*file.steps, Heic(80, lossless=True)) for file in plain]
    assert heic.code
    assert heic.code.documents([asset("a")], {file.path for file in made})
    assert b".heic" in heic.exporter.index([asset("a")], {file.path for file in made})[-1].content

    fallen_back = without_heic(heic)
    assert (fallen_back.exporter, fallen_back.code) == (png.exporter, png.code)
    assert fallen_back.warnings == (
        "HEIC cannot be written without the extra heic of exfig-mp: PNG is written instead",
    )
    assert without_heic(png) == png


def test_what_is_drawn_here_has_the_simpler_names_of_exfig():
    """One SVG for all scales; scale 1 has no suffix, and a light file none either."""
    images = IosImages(assets_folder="I", name_style="camelCase", source_format="svg", scales=(1, 2))
    (entry,) = ios(images=(images,)).entries(Figma(light_file_id="f"), Common())

    files = {file.path.rpartition("/")[2]: file for file in entry.exporter.files([asset("a", dark=DARK)])}

    assert list(files) == ["a.png", "a@2x.png", "aD.png", "aD@2x.png"]
    assert {file.render.format for file in files.values()} == {"svg"}
    assert len({file.render.id for file in files.values()}) == 2
    assert files["aD@2x.png"].steps == (Raster(2.0),)


def test_images_without_a_render_mode_leave_it_to_xcode():
    images = IosImages(assets_folder="I", name_style="camelCase")
    (entry,) = ios(images=(images,)).entries(Figma(light_file_id="f"), Common())

    found = contents(entry.exporter, [asset("a")])

    assert all("properties" not in value for value in found.values())
