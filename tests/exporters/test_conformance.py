"""Cases that ExFig's and figma-export's own tests pin down."""

import json
import re
from typing import Any

import pytest

from exfig_mp.exporters.android import Drawables, drawable_folder
from exfig_mp.exporters.dart_assets import DartAssets
from exfig_mp.exporters.flutter import FlutterAssets, FlutterIcons, FlutterImages
from exfig_mp.exporters.kotlin_icons import KotlinIcons
from exfig_mp.exporters.naming import Named, NameStyle, Refused, final_name, is_styled, matches, restyle
from exfig_mp.exporters.pairing import pair
from exfig_mp.exporters.placing import Picture
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.swift_images import SwiftImages
from exfig_mp.exporters.xcode import ImageSets, Rendering, scale_text
from exfig_mp.exporters.xcode_colors import SwiftBundle
from exfig_mp.model import Asset, Node, Variant, Variants
from exfig_mp.templating import Templates
from tests.conformance import cases

STYLE_QUESTIONS: dict[str, NameStyle] = {
    "isSnakeCase": "snake_case",
    "isKebabCase": "kebab-case",
    "isLowerCamelCase": "camelCase",
}
APPLE_FILE = re.compile(r"(?P<name>[^~@.]+?)(~(?P<idiom>[a-z]+))?(?P<mode>[LD]?)(@(?P<scale>\d)x)?\.(?P<format>\w+)")


def node(name):
    return Node(file_key="file", version="1", id=name)


def variants(names):
    return tuple(Variant(name=name, node=node(name)) for name in names or ())


def code_of(platform, code, assets, in_place):
    """Return the text of each file of code by its path."""
    templates = Templates(platform)
    return {file.path: templates.render(file).decode() for file in code.documents(assets, in_place)}


@pytest.mark.parametrize("case", cases("name_style"))
def test_conforms_to_name_style(case):
    if case["op"] == "convert":
        assert restyle(case["input"]["text"], case["input"]["style"]) == case["expected"]
    else:
        assert is_styled(case["input"]["text"], STYLE_QUESTIONS[case["op"]]) is case["expected"]


@pytest.mark.parametrize("case", cases("name_process"))
def test_conforms_to_name_process(case):
    given, expected = case["input"], case["expected"]
    naming = Naming(style=given["style"], validate=given["validate"], replace=given["replace"])
    if case["op"] == "process_names":
        assert [final_name(name, naming) for name in given["names"]] == [Named(name) for name in expected]
        return

    found = pair(Variants(variants(given["names"]), variants(given.get("dark_names"))), naming, given["platform"])

    expected = {"light": expected} if isinstance(expected, list) else expected
    assert bool(found.problems) is ("throws" in expected)
    assert [asset.name for asset in found.assets] == expected.get("light", [])
    assert [asset.name for asset in found.assets if asset.dark] == expected.get("dark", [])


@pytest.mark.parametrize("case", cases("name_filter"))
def test_conforms_to_name_filter(case):
    assert matches(case["input"]["filter"], case["input"]["name"]) is case["expected"]


@pytest.mark.parametrize("case", cases("pairing", judges=False))
def test_assets_are_paired_as_colours_are(case):
    given, expected = case["input"], case["expected"]
    # High contrast is to each mode what dark is to light; where it is given, its names are what is expected.
    high = "lightHC" in given
    rows = [("light", given["light"], given.get("lightHC" if high else "dark"))]
    rows += [("dark", given["dark"], given["darkHC"])] if given.get("darkHC") else []
    pairs = [(given["light"], given.get("dark")), *((base, other) for _, base, other in rows)]

    results = [
        pair(Variants(variants(base), variants(other)), Naming(style="camelCase"), "ios") for base, other in pairs
    ]

    assert any(result.problems for result in results) is ("throws" in expected)
    if "throws" not in expected:
        twins = [[asset.name for asset in result.assets if asset.dark] for result in results]
        light = [asset.name for asset in results[0].assets]
        assert expected["light"] == (twins[1] if high else light)
        assert expected.get("dark", twins[-1]) == twins[-1]


@pytest.mark.parametrize("case", cases("xcode_scale"))
def test_conforms_to_xcode_scale(case):
    given = case["input"]
    if case["op"] == "scale_string":
        assert scale_text(given["scale"]) == case["expected"]
        return
    scales = tuple(image["scale"] for image in given["images"])
    asset = Asset(name="a", source_name="a", light=node("a"), idiom=given["images"][0]["idiom"])

    files = ImageSets(folder="A", picture=Picture(format="png"), scales=scales).files([asset])

    assert len(files) == case["expected"]["kept"]


@pytest.mark.parametrize("case", cases("android_drawable_dir"))
def test_conforms_to_android_drawable_dir(case):
    given = case["input"]
    assert drawable_folder(given["scale"], dark=given["dark"], single=given["singleScale"]) == case["expected"]


@pytest.mark.parametrize(
    "case", cases("xcode_contents_json", where=lambda case: "color_components" not in case["input"])
)
def test_conforms_to_xcode_contents_json_of_images_and_folders(case):
    given, expected = case["input"], case["expected"]
    image = (given.get("images") or [{"filename": "x.pdf"}])[0]
    properties = given.get("properties") or {}
    name, format_ = image["filename"].replace("@2x", "").rsplit(".", 1)
    exporter = ImageSets(
        folder="A",
        picture=Picture(format=format_),
        scales=(2,) if image.get("scale") else (),
        rendering=Rendering(mode=properties.get("renderMode")),
        vectors=(name,) if properties.get("preserveVectorData") else (),
    )
    dark = node("dark") if image.get("appearances") is not None else None
    asset = Asset(name=name, source_name=name, light=node("light"), dark=dark)

    (folder, contents) = exporter.index([asset], Everything())

    text = (contents if "images" in given else folder).content.decode()
    for member in expected["contains_json_members"]:
        assert member in text


@pytest.mark.parametrize("case", cases("xcode_icons"))
def test_conforms_to_xcode_icons(case):
    check_image_sets(case)


@pytest.mark.parametrize("case", cases("xcode_images"))
def test_conforms_to_xcode_images(case):
    check_image_sets(case)


def check_image_sets(case):
    expected = dict(case["expected"])
    steps = [step["pairs"] for step in case["input"]["steps"]]
    output = case["input"]["output"]
    images = [image for item in steps[-1] for image in item["light"]["images"]]
    # What an earlier step wrote is in place: code names it beside the assets of the last one.
    earlier, assets = [asset_of(item) for step in steps[:-1] for item in step], [asset_of(item) for item in steps[-1]]
    exporter = ImageSets(
        folder="Assets",
        picture=Picture(format=images[0]["format"]),
        scales=tuple(image["scale"] for image in images if "scale" in image),
        rendering=Rendering(mode="template"),
        vectors=tuple(output.get("preservesVectorRepresentation", ())),
    )
    code = SwiftImages(
        sets=exporter,
        ui_image_file="UIImage+extension.swift" if "uiKitImageExtensionURL" in output else "",
        swift_ui_file="Image+extension.swift" if "swiftUIImageExtensionURL" in output else "",
        bundle=SwiftBundle(main=output["assetsInMainBundle"], package=output.get("assetsInSwiftPackage", False)),
        objc=output.get("addObjcAttribute", False),
    )

    index = exporter.index(assets, Everything())
    texts = code_of("ios", code, [*earlier, *assets], Everything())
    placed = [file.path for file in exporter.files(assets)] + [file.path for file in index]
    paths = {path.removeprefix("Assets/") for path in placed} | texts.keys()

    if "file_count" in expected:
        assert len(paths) == expected.pop("file_count")
    if "file_suffixes_in_order" in expected:
        assert paths == set(expected.pop("file_suffixes_in_order"))
    if "imageset_contents_json" in expected:
        assert json.loads(index[-1].content) == expected.pop("imageset_contents_json")
    if "extension_text" in expected:
        assert list(texts.values()) == [expected.pop("extension_text")]
    assert not expected


def asset_of(item):
    name = item["light"]["name"]
    return Asset(name=name, source_name=name, light=node("light"), dark=node("dark") if item["dark"] else None)


@pytest.mark.parametrize("case", cases("xcode_code_connect"))
def test_conforms_to_xcode_code_connect(case):
    expected = case["expected"]
    assets = [
        Asset(
            name=icon["name"],
            source_name=icon["name"],
            light=Node(icon.get("fileId", ""), "1", icon.get("nodeId", "")),
            dark=None,
        )
        for icon in case["input"]["icons"]
    ]
    exporter = ImageSets(folder="Assets", picture=Picture(format="pdf"))
    code = SwiftImages(sets=exporter, ui_image_file="UIImage.swift", connect_file="Icons.figma.swift")

    texts = code_of("ios", code, assets, Everything())

    connect = texts.get("Icons.figma.swift", "")
    if "file_count" in expected:
        files = (*exporter.files(assets), *exporter.index(assets, Everything()))
        assert (len(files) + len(texts), connect) == (expected["file_count"], "")
    assert all(text in connect for text in expected.get("contains", ()))
    assert not any(text in connect for text in expected.get("not_contains", ()))


@pytest.mark.parametrize("case", cases("android_compose_icons"))
def test_conforms_to_android_compose_icons(case):
    given, expected = case["input"], case["expected"]
    assets = [Asset(name=name, source_name=name, light=node("n"), dark=None) for name in given["icons"]]
    beside = [Asset(name=name, source_name=name, light=node("n"), dark=None) for name in given.get("all_names", ())]
    code = KotlinIcons(
        path=f"{given['packageName']}/Icons.kt",
        package=given["packageName"],
        resources=given["xmlResourcePackage"],
        drawables=Drawables(folder="res", picture=Picture(format="svg", extension="xml")),
    )

    texts = code_of("android", code, beside or assets, Everything())

    ((path, text),) = texts.items()
    assert text == expected.get(path, text)
    assert all(part in text for part in expected.get("contains", ()))
    assert not any(part in text for part in expected.get("not_contains", ()))


@pytest.mark.parametrize("case", cases("flutter_icons"))
def test_conforms_to_flutter_icons(case):
    check_flutter(case)


@pytest.mark.parametrize("case", cases("flutter_images"))
def test_conforms_to_flutter_images(case):
    check_flutter(case)


def check_flutter(case):
    expected, given = dict(case["expected"]), case["input"]
    asset, kind = given["asset"], given["kind"]
    exporter = FlutterAssets(
        folder=given["assetsDirectory"],
        picture=Picture(format=asset["format"]),
        scales=tuple(given.get("requested_scales") or asset.get("scales") or [1]),
    )
    section = FlutterIcons if kind == "icons" else FlutterImages
    path = given["outputFileName"] or section(output="o").dart_file
    code = DartAssets(path=path, class_name=given["className"], kind=kind, files=exporter)
    dark = node("dark") if asset["dark"] else None
    assets = [Asset(name=asset["name"], source_name=asset["name"], light=node("light"), dark=dark)]

    files = exporter.files(assets)
    ((path, text),) = code_of("flutter", code, assets, {file.path for file in files}).items()

    assert len(files) == expected.pop("asset_files", len(files))
    assert path == expected.pop("dart_file", path)
    assert text == expected.pop("dart_text", text)
    assert all(part in text for part in expected.pop("contains", ()))
    assert not any(part in text for part in expected.pop("not_contains", ()))
    assert not expected


@pytest.mark.parametrize("case", cases("rmr_imageset"))
def test_conforms_to_rmr_imageset(case):
    found = [read_apple_name(name) for name in case["input"]["files"]]
    by_idiom = {match["idiom"] or "": match for match in found}
    dark = node("dark") if any(match["mode"] for match in found) else None
    assets = [
        Asset(name=match["name"], source_name=match["name"], light=node("light"), dark=dark, idiom=idiom)
        for idiom, match in by_idiom.items()
    ]
    exporter = ImageSets(
        folder="A",
        picture=Picture(format=found[0]["format"]),
        scales=tuple(sorted({int(match["scale"]) for match in found if match["scale"]})),
        rendering=Rendering(mode="template" if case["input"]["kind"] == "Icons" else None),
    )

    files = exporter.files(assets)
    contents = json.loads(exporter.index(assets, {file.path for file in files})[-1].content)

    expected = case["expected"]["contents_json"]
    assert in_order(contents) == in_order(expected)


def read_apple_name(name) -> dict[str, Any]:
    match = APPLE_FILE.fullmatch(name)
    assert match
    return match.groupdict()


def in_order(contents):
    return contents | {"images": sorted(contents["images"], key=lambda image: json.dumps(image, sort_keys=True))}


class Everything:
    """What is in place when all went well."""

    def __contains__(self, path):
        return True


def test_a_name_that_the_regexp_refuses_is_refused():
    assert isinstance(final_name("ic24", Naming(style="", validate=r"^ic_\d\d$")), Refused)
