"""Cases about colours that the tests of ExFig, figma-export and others pin down."""

import json

import msgspec
import pytest
from msgspec import structs

from exfig_mp.colors import Color, Rgba
from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidColors, NameTransform
from exfig_mp.exporters.android_colors import kotlin_hex, xml_hex
from exfig_mp.exporters.color_entries import color_entries
from exfig_mp.exporters.color_protocol import StyleColors, VariableColors
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.flutter import Flutter, FlutterColors
from exfig_mp.exporters.markers import Unmarked, insert
from exfig_mp.exporters.naming import matches
from exfig_mp.exporters.settings import Figma
from exfig_mp.exporters.theme_attributes import attribute_name, theme_text
from exfig_mp.exporters.token_protocol import Insertion
from exfig_mp.exporters.web import Web, WebColors
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_colors import color_set
from exfig_mp.exporters.xcode_options import IosColors
from exfig_mp.sources.figma_colors import FoundColors, style_colors
from exfig_mp.sources.figma_styles import StyledFile
from exfig_mp.sources.figma_variables import variable_colors
from exfig_mp.sources.token_wire import Style, StyleNode, Variables
from exfig_mp.templating import Templates
from tests.conformance import cases


@pytest.mark.parametrize("case", cases("xcode_contents_json", where=lambda case: "color_components" in case["input"]))
def test_conforms_to_xcode_contents_json_of_colors(case):
    given = case["input"]

    text = color_set(color_with(given["color_components"], given.get("appearances", []))).decode()

    assert [member for member in case["expected"]["contains_json_members"] if member not in text] == []


def color_with(components, appearances):
    value = Rgba(*(float(components[name]) for name in ("red", "green", "blue", "alpha")))
    key = {"dark": "dark", "highContrast": "light_hc", "dark highContrast": "dark_hc"}.get(" ".join(appearances))
    return Color("a", "a", value, **({key: value} if key else {}))


def read_color(given):
    return Rgba(given["r"], given["g"], given["b"], given["a"])


def read_colors(case):
    """Return the colours of a case as an exporter gets them: in the order of names."""
    modes = {"dark": "dark", "light_hc": "lightHC", "dark_hc": "darkHC"}
    colors = [
        Color(
            given["light"]["name"],
            given["light"].get("originalName", given["light"]["name"]),
            read_color(given["light"]),
            **{field: read_color(given[mode]) for field, mode in modes.items() if mode in given},
        )
        for given in case["input"]["pairs"]
    ]
    return sorted(colors, key=lambda color: color.name)


def written(platform, exporter, colors):
    """Return the texts of an exporter's files by path, in its order."""
    templates = Templates(platform)
    return {
        file.path: (templates.render(file) if isinstance(file, Document) else file.content).decode()
        for file in exporter.documents(colors)
    }


def check_text(case, text):
    expected = dict(case["expected"])
    expected.pop("file", None)
    assert all(part in text for part in expected.pop("contains", ()))
    assert not any(part in text for part in expected.pop("not_contains", ()))
    if "text" in expected:
        assert text.strip("\n") == expected.pop("text").strip("\n")
    assert not expected


@pytest.mark.parametrize("case", cases("android_colors"))
def test_conforms_to_android_colors(case):
    given = case["input"]
    if case["op"] == "kotlin_hex":
        assert kotlin_hex(read_color(given["color"])) == case["expected"]
        return
    output = given.get("output") or {}
    if isinstance(output, str):
        output = {"srcDirectory": "src"}
    element = AndroidColors(
        xml_disabled=output.get("xmlDisabled", False),
        compose_package_name=given.get("packageName", "com.example"),
        color_kotlin=output.get("colorKotlinURL"),
    )
    platform = Android(
        main_res="", resource_package=given.get("xmlResourcePackage", "r"), main_src="", colors=(element,)
    )
    platform = structs.replace(platform, main_src="." if given.get("packageName") else output.get("srcDirectory"))
    (entry,) = color_entries(Root(figma=Figma(light_file_id="f"), android=platform))

    texts = written("android", entry.exporter, read_colors(case))

    expected = dict(case["expected"])
    files = [path.split("/") for path in texts]
    if last := expected.pop("last_files", None):
        assert [path[-1] for path in files][-len(last) :] == last
    if last := expected.pop("last_dirs", None):
        assert [path[-2] for path in files][-len(last) :] == last
    assert len(files) == expected.pop("file_count", len(files))
    if expected:
        assert {path.removeprefix("./"): text for path, text in texts.items()} == expected


@pytest.mark.parametrize("case", cases("flutter_colors"))
def test_conforms_to_flutter_colors(case):
    given = case["input"]
    element = FlutterColors(class_name=given["className"], output=given["outputFileName"] or "colors.dart")
    (entry,) = color_entries(Root(figma=Figma(light_file_id="f"), flutter=Flutter(output="lib", colors=(element,))))

    ((path, text),) = written("flutter", entry.exporter, read_colors(case)).items()

    assert path == f"lib/{case['expected'].get('file', 'colors.dart')}"
    check_text(case, text)


@pytest.mark.parametrize("case", cases("web_colors"))
def test_conforms_to_web_colors(case):
    given = case["input"]
    names = {"css_file_name": "cssFileName", "ts_file_name": "tsFileName", "json_file_name": "jsonFileName"}
    element = WebColors(**{field: given[key] for field, key in names.items() if given[key]})
    (entry,) = color_entries(Root(figma=Figma(light_file_id="f"), web=Web(output="out", colors=(element,))))

    texts = written("web", entry.exporter, read_colors(case))

    check_text(case, texts[f"out/{case['expected']['file']}"])


@pytest.mark.parametrize("case", cases("xcode_colors"))
def test_conforms_to_xcode_colors(case):
    output = case["input"]["output"]
    element = IosColors(
        use_color_assets=bool(output["assetsColorsURL"]),
        assets_folder="Colors",
        name_style="camelCase",
        color_swift="Colors.swift" if output["colorSwiftURL"] else None,
        swiftui_color_swift="Colors.swift" if output.get("swiftuiColorSwiftURL") else None,
        group_using_namespace=output.get("groupUsingNamespace", False),
    )
    platform = Ios(
        xcodeproj_path="A.xcodeproj",
        target="A",
        xcassets_path="Assets.xcassets",
        xcassets_in_main_bundle=output["assetsInMainBundle"],
        add_objc_attribute=output.get("addObjcAttribute", False),
        colors=(element,),
    )
    (entry,) = color_entries(Root(figma=Figma(light_file_id="f"), ios=platform))

    texts = written("ios", entry.exporter, read_colors(case))

    expected = case["expected"]
    assert len(texts) == expected["file_count"]
    suffixes = expected["file_suffixes_in_order"] or ["Colors.swift"]
    assert all(path.endswith(suffix) for path, suffix in zip(texts, suffixes, strict=True))
    assert next(iter(texts.values())) == expected["first_file_text"]


@pytest.mark.parametrize("case", cases("rmr_colorset"))
def test_conforms_to_rmr_colorset(case):
    given = case["input"]

    def read(components):
        red, green, blue = (int(components[key], 16) / 255 for key in ("red", "green", "blue"))
        return Rgba(red, green, blue, float(components["alpha"]))

    light, dark = (given.get(mode) and read(given[mode]["components"]) for mode in ("light", "dark"))
    color = Color(given["name"], given["name"], light, dark)

    assert json.loads(color_set(color)) == case["expected"]["ios_contents_json"]
    for project in ("AndroidExample", "AndroidComposeExample"):
        if project in case["expected"]:
            shown = {"values": xml_hex(light), "values-night": xml_hex(dark or light)}
            assert case["expected"][project].items() <= shown.items()


@pytest.mark.parametrize("case", cases("variables_colors"))
def test_conforms_to_variables_colors(case):
    given = case["input"]
    params = given["params"]
    source = VariableColors(
        file="f",
        collection=params["tokensCollectionName"],
        light=params["lightModeName"],
        dark=params.get("darkModeName"),
        light_hc=params.get("lightHCModeName"),
        dark_hc=params.get("darkHCModeName"),
    )

    found = variable_colors(msgspec.convert(given["meta"], Variables), source, matches)

    assert isinstance(found, FoundColors)
    palette = found.palette
    fields = {"light": palette.light, "dark": palette.dark, "lightHC": palette.light_hc, "darkHC": palette.dark_hc}
    values = {
        mode: {raw.name: list(msgspec.structs.astuple(raw.value)) for raw in raws} for mode, raws in fields.items()
    }
    assert {mode: colors for mode, colors in values.items() if colors} == case["expected"]


@pytest.mark.parametrize(
    "case", cases("third_party_style_parse", where=lambda case: case["expected"]["styleType"] == "FILL")
)
def test_conforms_to_third_party_style_parse(case):
    expected = case["expected"]
    node = case["input"]["node"]
    style = Style(node["id"], "FILL", node["name"], expected["comment"])
    file = StyledFile("f", (style,), {node["id"]: msgspec.convert({"document": node}, StyleNode)})

    found = style_colors({"f": file}, StyleColors(light_file="f"), matches)

    colors = found.palette.light if isinstance(found, FoundColors) else ()
    assert all(raw.name == expected["name"] for raw in colors)
    shown = ["rgba({}, {}, {}, {:g})".format(*raw.value.octets[:3], raw.value.alpha) for raw in colors]
    assert shown == [fill["value"] for fill in expected["fills"] if fill["visible"]]


@pytest.mark.parametrize("case", cases("android_theme_attr_name"))
def test_conforms_to_android_theme_attr_name(case):
    given = case["input"]
    assert attribute_name(given["name"], read_transform(given)) == case["expected"]


@pytest.mark.parametrize("case", cases("android_theme_attrs"))
def test_conforms_to_android_theme_attrs(case):
    text = theme_text(case["input"]["color_names"], read_transform(case["input"]))

    expected = dict(case["expected"])
    assert all(part in text.attrs for part in expected.pop("attrsContent_contains", ()))
    assert all(part in text.styles for part in expected.pop("stylesContent_contains", ()))
    assert len(text.attributes) == expected.pop("count", len(text.attributes))
    assert len(text.clashes) == expected.pop("collisions", len(text.clashes))
    assert bool(text.clashes) is expected.pop("hasCollisions", bool(text.clashes))
    assert list(text.attributes) == expected.pop("attributeMap_key_order", list(text.attributes))
    assert not expected


def read_transform(given):
    prefixes = tuple(given["stripPrefixes"])
    return NameTransform(style=given["style"], prefix=given["prefix"], strip_prefixes=prefixes)


@pytest.mark.parametrize("case", cases("marker_update"))
def test_conforms_to_marker_update(case):
    given, expected = case["input"], case["expected"]
    start, end = (f"<!-- {given[key]}: {given['themeName']} -->" for key in ("markerStart", "markerEnd"))

    updated = insert(given["existing"].encode(), Insertion(path="a.xml", start=start, end=end, text=given["content"]))

    if "throws" in expected:
        assert isinstance(updated, Unmarked)
        assert updated.kind == expected["throws"]
        return
    assert isinstance(updated, bytes)
    text = updated.decode()
    assert all(part in text for part in expected["contains"])
    assert not any(part in text for part in expected["not_contains"])


@pytest.mark.parametrize("prefix", ["text", "text_"])
def test_a_prefix_is_taken_off_with_what_joins_it_to_the_name(prefix):
    transform = NameTransform(style="snake_case", prefix="tone", strip_prefixes=(prefix,))

    assert attribute_name("text_primary", transform) == "tone_primary"
    assert attribute_name("_text", transform) == "tone__text", "which is not where the prefix is"
    assert attribute_name("text_", transform) == "tone_text_", "of which nothing would be left"
