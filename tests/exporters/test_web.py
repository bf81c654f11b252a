import pytest

from exfig_mp.exporters.components import component_name
from exfig_mp.exporters.pairing import pair
from exfig_mp.exporters.settings import Common, Figma
from exfig_mp.exporters.web import Web, WebIcons, WebImages
from exfig_mp.model import Node, Variant, Variants


def entry_of(**more):
    (entry,) = Web(output="./src", **more).entries(Figma(light_file_id="f"), Common())
    return entry


def paths(entry, name):
    variants = (Variant(name=name, node=Node(file_key="f", version="1", id="1")),)
    return [file.path for file in entry.exporter.files(pair(Variants(variants, variants), entry.naming, "web").assets)]


def steps(entry, name):
    variants = (Variant(name=name, node=Node(file_key="f", version="1", id="1")),)
    assets = pair(Variants(variants, variants), entry.naming, "web").assets
    return [(file.path, file.steps[0]) for file in entry.exporter.files(assets) if file.steps]


def test_directories_are_below_the_platform_s_output():
    assert paths(entry_of(icons=(WebIcons(output_directory="icons"),)), "Arrow Left") == [
        "./src/assets/icons/arrow_left.svg",
        "./src/assets/icons/arrow_left_dark.svg",
        "./src/icons/ArrowLeft.tsx",
        "./src/icons/ArrowLeftDark.tsx",
    ]
    assert paths(entry_of(images=(WebImages(output_directory="i", assets_directory="img/"),)), "x") == [
        "./src/i/X.tsx",
        "./src/i/XDark.tsx",
        "./src/img/x.svg",
        "./src/img/x_dark.svg",
    ]


def test_components_are_an_element_s_own_wish():
    entry = entry_of(icons=(WebIcons(output_directory="i", generate_react_components=False),))

    assert paths(entry, "x") == ["./src/assets/icons/x.svg", "./src/assets/icons/x_dark.svg"]


@pytest.mark.parametrize(
    ("name", "component"),
    [
        ("arrow_left", "ArrowLeft"),
        ("24_px", "Icon24Px"),
        ("ärger", "Ärger"),
        ("漢字", "Icon漢字"),
        ("index", "Index_"),
        ("con", "Con_"),
        ("_", "Icon"),
    ],
)
def test_a_component_is_called_what_a_module_and_jsx_can_be(name, component):
    assert component_name(name) == component


def test_names_of_components_that_meet_are_a_problem_of_both():
    entry = entry_of(icons=(WebIcons(output_directory="i"),))
    nodes = [Variant(name, Node("f", "1", str(n))) for n, name in enumerate(("a_1", "a1", "x_dark", "x", "Y"))]
    dark = Variant("x", Node("d", "1", "9"))

    pairing = pair(Variants(tuple(nodes), (dark,)), entry.naming, "web")

    assert [asset.name for asset in pairing.assets] == ["y"]
    assert "'a1' and 'a_1' would have one name in code" in pairing.problems


def test_what_a_template_is_told():
    images = entry_of(images=(WebImages(output_directory="j"),))
    icons = entry_of(icons=(WebIcons(output_directory="i", icon_size=16),), templates_path="mine")

    (dark,) = [step for path, step in steps(images, "a b") if path.endswith("Dark.tsx")]
    light = dict(steps(icons, "a b"))["./src/i/AB.tsx"]

    assert dark.template == "Image.tsx"
    assert dict(dark.context) == {
        "componentName": "ABDark", "name": "a_b", "assetPath": "a_b_dark.svg", "iconSize": "24",
    }  # fmt: skip
    assert (light.template, dict(light.context)["iconSize"], icons.templates) == ("Icon.tsx", "16", "mine")
    assert light.ids.startswith("AB-")
    assert len({step.ids for entry in (images, icons) for _, step in steps(entry, "a b")}) == 4


def test_file_names_are_snake_case_whatever_the_name_style():
    entry = entry_of(icons=(WebIcons(output_directory="i", name_style="PascalCase"),))

    assert "./src/assets/icons/arrow_left.svg" in paths(entry, "arrow-left")


def test_there_is_code_only_where_components_are_wanted():
    assert entry_of(icons=(WebIcons(output_directory="i"),)).code
    assert not entry_of(icons=(WebIcons(output_directory="i", generate_react_components=False),)).code
