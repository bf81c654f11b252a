import pytest

from exfig_mp.conversions import Webp
from exfig_mp.errors import ConfigError
from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.placing import join
from exfig_mp.exporters.settings import WebpOptions
from exfig_mp.model import Asset, Node

LIGHT = Node(file_key="f", version="1", id="1:1")
PAIR = Asset(name="icon", source_name="icon", light=LIGHT, dark=Node(file_key="f", version="1", id="1:2"))


@pytest.mark.parametrize(("format_", "scale"), [("png", 3.0), ("jpg", 3.0), ("svg", 1.0), ("pdf", 1.0)])
def test_only_pixels_have_a_scale(format_, scale):
    files = Folder(folder="out", format=format_, scale=3, dark_suffix="-night").files([PAIR])

    assert [file.path for file in files] == [f"out/icon-night.{format_}", f"out/icon.{format_}"]
    assert {file.render.scale for file in files} == {scale}


@pytest.mark.parametrize(
    ("options", "step"),
    [
        (None, Webp()),
        (WebpOptions(encoding="lossy", quality=40), Webp(quality=40)),
        (WebpOptions(encoding="lossless"), Webp(lossless=True)),
    ],
)
def test_webp_is_made_of_the_png_that_figma_draws_at_its_scale(options, step):
    files = Folder(folder="out", format="webp", scale=3, webp=options).files([PAIR])

    assert [file.path for file in files] == ["out/icon.webp", "out/icon_dark.webp"]
    assert {(file.render.format, file.render.scale, file.steps) for file in files} == {("png", 3.0, (step,))}


@pytest.mark.parametrize("suffix", ["/../x", "\x00", ":", "x" * 40, " "])
def test_a_suffix_that_is_no_part_of_a_file_name_is_refused(suffix):
    with pytest.raises(ConfigError):
        Folder(folder="out", format="png", dark_suffix=suffix)


@pytest.mark.parametrize(
    ("folder", "parts", "path"),
    [
        ("a/", ("./b/", "c"), "a/b/c"),
        ("a", ("/b",), "a/b"),
        ("a", (".", "", "c"), "a/c"),
        ("/", ("b",), "/b"),
        ("", ("b",), "b"),
        (".", ("b",), "./b"),
        ("./", (), "."),
    ],
)
def test_parts_are_never_absolute(folder, parts, path):
    assert join(folder, *parts) == path
