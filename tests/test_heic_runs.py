"""Whole runs that export HEIC for iOS: pictures, what the catalogue says of them, and what comes without its encoder.

The encoder is the extra `heic`, which the environment of development has.
"""

from __future__ import annotations

import importlib.util
import io
import json

import pytest
from PIL import Image, ImageChops

from tests.conftest import DARK, LIBRARY, LIGHT, XCODE

IOS = f"""\
figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}
{XCODE}  images:
"""
EXACT = """\
  - assetsFolder: Exact
    nameStyle: camelCase
    scales: [1, 2]
    outputFormat: heic
    heicOptions: {encoding: lossless}
    imageSwift: out/UIImage+Exact.swift
"""
LOSSY = """\
  - {assetsFolder: Fine, nameStyle: camelCase, scales: [2], outputFormat: heic, heicOptions: {quality: 95}}
  - {assetsFolder: Coarse, nameStyle: camelCase, scales: [2], outputFormat: heic, heicOptions: {quality: 5}}
  - {assetsFolder: Drawn, nameStyle: camelCase, scales: [1, 2], sourceFormat: svg, outputFormat: heic}
"""
NAMES = {"airplane-00000": "airplane00000", "alarm-clock-00001": "alarmClock00001"} | {
    "artist-palette-00002": "artistPalette00002"
}
"""The illustrations of the library, and their names in camel case."""

HIDDEN = 'import sys\nsys.modules["pillow_heif"] = None\n'
"""What each process of a run begins with, as `sitecustomize`: the encoder is then as if it were not installed."""

APPEARANCES = [("L", LIGHT), ("D", DARK)]
needs_encoder = pytest.mark.skipif(
    importlib.util.find_spec("pillow_heif") is None, reason="no pillow-heif: it is the extra heic"
)


@pytest.fixture(scope="module")
def exported(simulator, new_project, tmp_path_factory):
    """What the config of HEIC writes with two workers, and the report."""
    simulator.simulate(LIBRARY)
    project = new_project(tmp_path_factory.mktemp("heic"))
    project.write("app.yaml", IOS + EXACT + LOSSY)
    ran, report = project.report("batch", "app.yaml", "--workers", "2")
    project.close()
    assert ran.code == 0, ran.text
    return project.tree(), report


@pytest.fixture
def drawing(library):
    """Return the picture of a name that Figma draws as PNG, from the light file or the dark one."""
    nodes = {key: library.ids(key) for key in (LIGHT, DARK)}

    def draw(key: str, name: str, scale: int) -> Image.Image:
        query = f"format=png&scale={scale}&use_absolute_bounds=true"
        return Image.open(io.BytesIO(library.drawing(key, nodes[key][name], query))).convert("RGBA")

    return draw


def decoded(body: bytes) -> Image.Image:
    """Return what the decoder makes of a HEIC."""
    import pillow_heif  # noqa: PLC0415  # may not be installed

    picture = pillow_heif.read_heif(body).to_pillow()
    assert isinstance(picture, Image.Image)
    return picture.convert("RGBA")


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how far two pictures on white are from each other: the mean of all channels of all pixels, 0 to 255.

    Of the nearest two that Figma draws here, light and dark of one name, that is 3.8.
    """
    assert one.size == other.size
    white = Image.new("RGBA", one.size, "white")
    counts = ImageChops.difference(*(Image.alpha_composite(white, each) for each in (one, other))).histogram()[:768]
    return sum(count * (number % 256) for number, count in enumerate(counts)) / sum(counts)


def image_sets(tree):
    """Return what each `Contents.json` of an image set names by its path, and which pictures are there."""
    named = {
        f"{path.removesuffix('Contents.json')}{image['filename']}": image
        for path, body in tree.items()
        if path.endswith(".imageset/Contents.json")
        for image in json.loads(body)["images"]
    }
    return named, {path for path in tree if path.endswith((".heic", ".png"))}


@needs_encoder
def test_lossless_heic_has_every_pixel_that_figma_drew(exported, drawing):
    tree, _ = exported

    for source, name in NAMES.items():
        for letter, key in APPEARANCES:
            for scale in (1, 2):
                found = decoded(tree[f"ios/Assets.xcassets/Exact/{name}.imageset/{name}{letter}@{scale}x.heic"])
                wanted = drawing(key, source, scale)
                assert found.size == wanted.size
                assert found.tobytes() == wanted.tobytes()


@needs_encoder
def test_lossy_heic_is_as_near_to_what_figma_drew_as_its_quality_says(exported, drawing):
    tree, _ = exported

    for source, name in NAMES.items():
        for letter, key in APPEARANCES:
            wanted = drawing(key, source, 2)
            file = f"{name}.imageset/{name}{letter}@2x.heic"
            fine, coarse = (tree[f"ios/Assets.xcassets/{folder}/{file}"] for folder in ("Fine", "Coarse"))
            assert difference(decoded(fine), wanted) < 2 < difference(decoded(coarse), wanted) < 10
            assert len(coarse) < len(fine)


@needs_encoder
def test_heic_of_an_svg_is_the_picture_that_figma_draws_at_that_scale(exported, drawing):
    tree, _ = exported

    for source, name in NAMES.items():
        for letter, key in (("", LIGHT), ("D", DARK)):
            for scale, end in ((1, ""), (2, "@2x")):
                found = decoded(tree[f"ios/Assets.xcassets/Drawn/{name}.imageset/{name}{letter}{end}.heic"])
                assert difference(found, drawing(key, source, scale)) < 3


@needs_encoder
def test_the_catalogue_names_each_heic_with_its_scale_and_appearance_and_nothing_else(exported):
    tree, report = exported

    named, there = image_sets(tree)

    assert set(named) == there
    assert report["files"] == len(there) == 3 * (4 + 2 + 2 + 4)
    assert {path.rpartition(".")[2] for path in there} == {"heic"}
    images = [image for path, image in named.items() if "/Exact/airplane" in path]
    dark = [{"appearance": "luminosity", "value": "dark"}]
    assert images == [
        {"filename": "airplane00000L@1x.heic", "idiom": "universal", "scale": "1x"},
        {"filename": "airplane00000L@2x.heic", "idiom": "universal", "scale": "2x"},
        {"filename": "airplane00000D@1x.heic", "idiom": "universal", "scale": "1x", "appearances": dark},
        {"filename": "airplane00000D@2x.heic", "idiom": "universal", "scale": "2x", "appearances": dark},
    ]
    swift = tree["UIImage+Exact.swift"].decode()
    assert all(f"static var {name}: UIImage" in swift for name in NAMES.values())


@pytest.mark.usefixtures("library")
def test_without_the_encoder_png_is_written_with_a_warning_and_replaced_once_it_is_there(project, drawing):
    project.write("hidden/sitecustomize.py", HIDDEN)
    project.write("app.yaml", IOS + EXACT)
    hidden = {"PYTHONPATH": str(project.folder / "hidden")}

    ran, report = project.report("batch", "app.yaml", "--workers", "2", **hidden)

    assert ran.code == 0, ran.text
    words = "app.yaml ios.images: HEIC cannot be written without the extra heic of exfig-mp: PNG is written instead"
    assert report["warnings"] == [words]
    assert f"warning: {words}" in ran.err
    named, there = image_sets(project.tree())
    assert set(named) == there
    assert {path.rpartition(".")[2] for path in there} == {"png"}
    assert report["files"] == len(there) == 12
    for source, name in NAMES.items():
        body = project.tree()[f"ios/Assets.xcassets/Exact/{name}.imageset/{name}D@2x.png"]
        assert Image.open(io.BytesIO(body)).convert("RGBA").tobytes() == drawing(DARK, source, 2).tobytes()
    if importlib.util.find_spec("pillow_heif") is None:
        return

    ran, report = project.report("batch", "app.yaml", "--workers", "2", "--prune-all")

    assert (ran.code, report["warnings"], report["removed"]) == (0, [], 12), ran.text
    named, there = image_sets(project.tree())
    assert set(named) == there
    assert {path.rpartition(".")[2] for path in there} == {"heic"}
