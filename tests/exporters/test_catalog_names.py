"""Image sets of one name: which entries are told of them, and in how many words."""

import pytest

from exfig_mp.exporters.android import Drawables
from exfig_mp.exporters.catalog_names import shared_image_sets
from exfig_mp.exporters.placing import Picture
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.exporters.xcode import ImageSets
from exfig_mp.model import Asset, Node

PDF = Picture(format="pdf")


def entry(label, exporter):
    selection = Selection(light_file="f", frame="Icons")
    return Entry(
        platform="ios", kind="icons", label=label, selection=selection, naming=Naming(style=""), exporter=exporter
    )


def assets(names):
    return [Asset(name=name, source_name=name, light=Node("f", "1", name), dark=None) for name in names]


ICONS = (entry("ios.icons", ImageSets(folder="A/Icons", picture=PDF)), assets("abcdef"))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ("xa", "'a' is an image set"),
        ("bca", "'a', 'b', 'c' are image sets"),
        ("abcde", "'a', 'b', 'c' and 2 more are image sets"),
    ],
)
def test_names_that_two_entries_share_are_one_warning(names, shown):
    images = (entry("ios.images", ImageSets(folder="A/Images", picture=PDF)), assets(names))

    (warning,) = shared_image_sets([ICONS, images])

    assert warning.startswith(f"ios.images: {shown} of ios.icons, too: ")


def test_names_that_code_can_tell_apart_are_none():
    others = entry("ios.images", ImageSets(folder="A/Images", picture=PDF))
    same_folder = entry("ios.icons[1]", ImageSets(folder="A/Icons", picture=PDF))
    android = entry("android.icons", Drawables(folder="A/Images", picture=PDF))

    found = shared_image_sets([ICONS, (others, assets("xyz")), (same_folder, assets("a")), (android, assets("a"))])

    assert list(found) == []
