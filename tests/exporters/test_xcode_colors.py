"""Xcode's colour sets and extensions, to the letter."""

import json

import pytest

from exfig_mp.colors import Color, Rgba
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.xcode_colors import ColorSets, SwiftBundle, color_set
from exfig_mp.templating import Templates
from tests.code_judges import faults

WHITE, BLACK, RED, BLUE = Rgba(1, 1, 1), Rgba(0, 0, 0), Rgba(1, 0, 0, 0.5), Rgba(0, 0, 1)
PLAIN = Color("textDefault", "text/default", WHITE)
FOUR = Color("accent", "accent", WHITE, BLACK, RED, BLUE)


def documents(colors=(PLAIN,), **options):
    return {file.path: file for file in ColorSets(**options).documents(colors)}


def code(colors, **options):
    file = documents(colors, ui_color_file="U.swift", **options)["U.swift"]
    text = Templates("ios").render(file).decode()
    assert faults("U.swift", text) == []
    return text


def test_a_colour_set_has_an_item_for_each_appearance():
    def item(red, green, blue, alpha="1.000", **more):
        components = {"red": red, "green": green, "blue": blue, "alpha": alpha}
        return {"idiom": "universal", "color": {"color-space": "srgb", "components": components}} | more

    dark, high = {"appearance": "luminosity", "value": "dark"}, {"appearance": "contrast", "value": "high"}
    assert json.loads(color_set(FOUR)) == {
        "info": {"author": "xcode", "version": 1},
        "colors": [
            item("0xFF", "0xFF", "0xFF"),
            item("0x00", "0x00", "0x00", appearances=[dark]),
            item("0xFF", "0x00", "0x00", "0.500", appearances=[high]),
            item("0x00", "0x00", "0xFF", appearances=[dark, high]),
        ],
    }


def test_a_colour_set_is_printed_as_xcode_prints_it():
    assert color_set(PLAIN).decode() == """{
  "colors" : [
    {
      "color" : {
        "color-space" : "srgb",
        "components" : {
          "alpha" : "1.000",
          "blue" : "0xFF",
          "green" : "0xFF",
          "red" : "0xFF"
        }
      },
      "idiom" : "universal"
    }
  ],
  "info" : {
    "author" : "xcode",
    "version" : 1
  }
}"""  # fmt: skip


def test_namespaces_are_folders_that_provide_one():
    colors = (Color("aBC", "a/b/c", WHITE), Color("aD", "a/d", WHITE), Color("e", "e", WHITE))

    files = documents(colors, folder="X.xcassets/Colors", namespaces=True)

    assert list(files) == [
        "X.xcassets/Colors/Contents.json",
        "X.xcassets/Colors/a/Contents.json",
        "X.xcassets/Colors/a/b/Contents.json",
        "X.xcassets/Colors/a/b/c.colorset/Contents.json",
        "X.xcassets/Colors/a/d.colorset/Contents.json",
        "X.xcassets/Colors/e.colorset/Contents.json",
    ]
    namespace = json.loads(files["X.xcassets/Colors/a/b/Contents.json"].content)
    assert namespace["properties"] == {"provides-namespace": True}
    assert '"a/b/c"' in code(colors, folder="A", namespaces=True)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../x", "A/_/_/x.colorset/Contents.json"),
        ("/etc/passwd", "A/etc/passwd.colorset/Contents.json"),
        ('a"b\\c\n/d', "A/a_b_c_/d.colorset/Contents.json"),
        ("x.colorset/y", "A/x_colorset/y.colorset/Contents.json"),
        ("con/nul", "A/con_/nul_.colorset/Contents.json"),
    ],
)
def test_no_name_leads_out_of_the_catalog_or_out_of_the_literal(name, path):
    color = Color("safe", name, WHITE)

    assert path in documents((color,), folder="A", namespaces=True)
    assert all(".." not in file.split("/") for file in documents((color,), folder="A", namespaces=True))
    code((color,), folder="A", namespaces=True)


def test_an_accessor_whose_name_differs_from_the_assets_names_the_asset():
    text = code((Color("100-white", "100 white", WHITE), Color("default", "default", WHITE)), folder="A")

    assert 'static var color100_white: UIColor { UIColor(named: "100-white")! }' in text
    assert "static var `default`: UIColor { UIColor(named: #function)! }" in text


def test_without_assets_high_contrast_is_asked_of_the_traits():
    text = code((FOUR,))

    assert "traitCollection.accessibilityContrast == .high" in text
    assert "? UIColor(red: 1.000, green: 0.000, blue: 0.000, alpha: 0.500)" in text


def test_swift_ui_without_assets_warns_of_what_it_cannot_say():
    assert ColorSets(swift_ui_file="C.swift").notes((PLAIN,)) == ()
    assert len(ColorSets(swift_ui_file="C.swift").notes((FOUR,))) == 1
    assert ColorSets(folder="A", swift_ui_file="C.swift").notes((FOUR,)) == ()


@pytest.mark.parametrize(
    ("bundle", "provider", "lookup"),
    [
        (SwiftBundle(), "Bundle(for: BundleProvider.self)", "UIColor(named: #function)!"),
        (
            SwiftBundle(main=False),
            "Bundle(for: BundleProvider.self)",
            "in: BundleProvider.bundle, compatibleWith: nil)!",
        ),
        (SwiftBundle(main=False, package=True), "= Bundle.module\n", "in: BundleProvider.bundle"),
        (SwiftBundle(main=False, package=True, names=("P_T",)), "= Bundle._module\n", "in: BundleProvider.bundle"),
    ],
)
def test_the_catalog_is_looked_for_in_its_bundle(bundle, provider, lookup):
    text = code((Color("a", "a", WHITE),), folder="A", bundle=bundle)

    assert provider in text
    assert lookup in text
    assert ('let names = ["P_T"]' in text) is bool(bundle.names)


def test_documents_keep_the_order_of_colours():
    colors = (Color("a", "a", WHITE), Color("b", "b", WHITE))
    (first,) = (file for file in documents(colors, swift_ui_file="C.swift").values() if isinstance(file, Document))

    assert [row["name"] for row in first.context["colors"]] == ["a", "b"]


def test_what_every_class_of_objective_c_has_is_for_swift_alone():
    names = ("copy", "red", "redColor", "release", "systemMint", "systemMintColor")
    colors = tuple(Color(name, name, WHITE) for name in names)
    text = code(colors, folder="A", objc=True)

    assert [line.split(":")[0].strip() for line in text.splitlines() if "static var" in line] == [
        "static var copy",
        "@objc static var red",
        "static var redColor",
        "static var release",
        "@objc static var systemMint",
        "static var systemMintColor",
    ]
