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


def test_directories_are_below_the_platform_s_output():
    assert paths(entry_of(icons=(WebIcons(output_directory="icons"),)), "Arrow Left") == [
        "./src/assets/icons/arrow_left.svg",
        "./src/assets/icons/arrow_left_dark.svg",
    ]
    assert paths(entry_of(images=(WebImages(output_directory="i", assets_directory="img/"),)), "x") == [
        "./src/img/x.svg",
        "./src/img/x_dark.svg",
    ]


def test_file_names_are_snake_case_whatever_the_name_style():
    entry = entry_of(icons=(WebIcons(output_directory="i", name_style="PascalCase"),))

    assert paths(entry, "arrow-left")[0] == "./src/assets/icons/arrow_left.svg"


def test_missing_components_are_said_where_they_are_wanted():
    assert entry_of(icons=(WebIcons(output_directory="i"),)).warnings
    assert not entry_of(icons=(WebIcons(output_directory="i", generate_react_components=False),)).warnings
