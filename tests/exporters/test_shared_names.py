"""Names that an app or a catalog has once: which entries are told of them, and in how many words."""

import pytest

from exfig_mp.colors import Color, Rgba
from exfig_mp.exporters.android import Drawables
from exfig_mp.exporters.android_colors import AndroidColorFiles
from exfig_mp.exporters.flutter_colors import DartColors
from exfig_mp.exporters.placing import Picture, vector_drawable
from exfig_mp.exporters.shared_names import declared_assets, declared_colors, shared_names
from exfig_mp.exporters.xcode import ImageSets
from exfig_mp.exporters.xcode_colors import ColorSets
from exfig_mp.model import Asset, Node

PDF, PNG, VECTOR = Picture(format="pdf"), Picture(format="png"), vector_drawable(4, strict=False)


def assets(names):
    return [Asset(name=name, source_name=name, light=Node("f", "1", name), dark=None) for name in names]


def colors(*names):
    return [Color(name.replace("/", "_"), name, Rgba(0, 0, 0)) for name in names]


ICONS = ("ios.icons", declared_assets(ImageSets(folder="A/Icons", picture=PDF), assets("abcdef")))
DRAWABLES = ("android.icons", declared_assets(Drawables(folder="res", picture=VECTOR), assets("ab")))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ("xa", "'a' is an image set"),
        ("bca", "'a', 'b', 'c' are image sets"),
        ("abcde", "'a', 'b', 'c' and 2 more are image sets"),
    ],
)
def test_names_that_two_entries_share_are_one_warning(names, shown):
    images = ("ios.images", declared_assets(ImageSets(folder="A/Images", picture=PDF), assets(names)))

    (warning,) = shared_names([ICONS, images])

    assert warning.startswith(f"ios.images: {shown} of ios.icons, too: ")


def test_names_that_code_can_tell_apart_are_none():
    others = ("ios.images", declared_assets(ImageSets(folder="A/Images", picture=PDF), assets("xyz")))
    same_folder = ("ios.icons[1]", declared_assets(ImageSets(folder="A/Icons", picture=PDF), assets("a")))

    assert list(shared_names([ICONS, others, same_folder, DRAWABLES])) == []


@pytest.mark.parametrize(
    ("exporter", "is_told"),
    [
        (Drawables(folder="res", picture=VECTOR), False),
        (Drawables(folder="other", picture=VECTOR), True),
        (Drawables(folder="res", picture=PNG, scales=(1, 2)), True),
    ],
)
def test_drawables_of_one_app_are_told_of_unless_they_are_the_same_files(exporter, is_told):
    found = list(shared_names([DRAWABLES, ("android.images", declared_assets(exporter, assets("bc")))]))

    assert [text.partition(",")[0] for text in found] == (
        ["android.images: 'b' is a drawable of android.icons"] if is_told else []
    )


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (ColorSets(folder="A/1"), ColorSets(folder="A/2"), "'text_a' is a colour set"),
        (ColorSets(folder="A/1"), ColorSets(folder="A/2", namespaces=True), ""),
        (ColorSets(folder="A/1"), ColorSets(), ""),
        (AndroidColorFiles(folder="res"), AndroidColorFiles(folder="res", xml_name="b.xml"), "'text_a' is a colour"),
        (AndroidColorFiles(folder="res"), AndroidColorFiles(folder="res", xml_name=""), ""),
        (DartColors(path="a.dart"), DartColors(path="b.dart"), ""),
    ],
)
def test_colours_are_told_of_where_both_entries_declare_them(first, second, told):
    found = [("c[0]", declared_colors(first, colors("text/a"))), ("c[1]", declared_colors(second, colors("text/a")))]

    warnings = list(shared_names(found))

    assert [text.partition(" of ")[0] for text in warnings] == ([f"c[1]: {told}"] if told else [])
