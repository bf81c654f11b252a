import pytest

from exfig_mp.exporters.flutter import Flutter, FlutterIcons, FlutterImages
from exfig_mp.exporters.settings import Common, Figma
from exfig_mp.model import Asset, Node

LIGHT = Node(file_key="f", version="1", id="1:1")
DARK = Node(file_key="f", version="1", id="1:2")


def exporter(**more):
    (entry,) = Flutter(output="lib", **more).entries(Figma(light_file_id="f"), Common())
    return entry.exporter


def paths(found, name="ic_add"):
    return [file.path for file in found.files([Asset(name=name, source_name=name, light=LIGHT, dark=DARK)])]


def test_dark_icons_lie_beside_light_ones():
    assert paths(exporter(icons=(FlutterIcons(output="assets/icons"),))) == [
        "assets/icons/ic_add.svg",
        "assets/icons/ic_add_dark.svg",
    ]


@pytest.mark.parametrize(
    ("style", "dark"), [("camelCase", "xDark"), ("kebab-case", "x-dark"), ("SCREAMING_SNAKE_CASE", "x_DARK")]
)
def test_the_dark_suffix_follows_the_name_style(style, dark):
    assert f"i/{dark}.svg" in paths(exporter(icons=(FlutterIcons(output="i", name_style=style),)), "x")


def test_scales_other_than_one_have_folders():
    found = paths(exporter(images=(FlutterImages(output="img", scales=(1, 1.5, 3)),)), "x")

    assert found == [
        "img/1.5x/x.png",
        "img/1.5x/x_dark.png",
        "img/3.0x/x.png",
        "img/3.0x/x_dark.png",
        "img/x.png",
        "img/x_dark.png",
    ]


def test_vector_images_have_no_scales_and_no_folder_for_dark_ones():
    assert paths(exporter(images=(FlutterImages(output="img", format="svg"),)), "x") == ["img/x.svg", "img/x_dark.svg"]
