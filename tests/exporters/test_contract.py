"""What holds for every exporter."""

import ast
import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exfig_mp.exporters
from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidIcons, AndroidImages
from exfig_mp.exporters.flutter import Flutter, FlutterIcons, FlutterImages
from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.naming import folded
from exfig_mp.exporters.pairing import pair
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.exporters.settings import Figma
from exfig_mp.exporters.web import Web, WebIcons, WebImages
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_options import IosIcons, IosImages
from exfig_mp.model import Node, Variant, Variants

HOSTILE = [
    "../../etc/passwd", "/etc/passwd", "..", ".", "a/../b", "..\\..\\x", "C:\\x", "nul", "CON.txt", "a\x00b", "a\nb",
    "a.", "a ", " ", "x" * 300, "🙂" * 80, "é", "e\u0301", "ICON", "icon", "a~ipad", "a~../x", "a\u202eb", "\ud800",
    "a_dark", "a", "-rf", "~", "$HOME", "%2e%2e%2f", "a:b", "a|b", "icon/icon", "con/con", ".hidden", "aL", "a@2x",
]  # fmt: skip
NAMES = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=20), max_size=6)


def build_entries() -> dict[str, Entry]:
    ios = Ios(
        xcodeproj_path="App.xcodeproj",
        target="App",
        xcassets_path="./out/A.xcassets/",
        xcassets_in_main_bundle=True,
        icons=(IosIcons(format="pdf", assets_folder="Icons", name_style="camelCase", render_mode_default_suffix="_d"),),
        images=(IosImages(assets_folder="Images", name_style="PascalCase"),),
    )
    android = Android(
        main_res="out/res",
        icons=(AndroidIcons(output="icons"),),
        images=(AndroidImages(output="images", format="png"), AndroidImages(output="one", format="png", scales=(2,))),
    )
    flutter = Flutter(
        output="lib",
        icons=(FlutterIcons(output="out/icons", name_style="kebab-case"),),
        images=(FlutterImages(output="out/images"), FlutterImages(output="out/svg", format="svg")),
    )
    web = Web(
        output="out",
        icons=(WebIcons(output_directory="x", name_style="PascalCase"),),
        images=(WebImages(output_directory="x"),),
    )
    root = Root(figma=Figma(light_file_id="f"), ios=ios, android=android, flutter=flutter, web=web)
    entries = {entry.label: entry for entry in root.entries()}
    for format_ in ("svg", "pdf", "png", "jpg"):
        entries[f"fetch.{format_}"] = Entry(
            platform="web",
            kind="images",
            label=f"fetch.{format_}",
            selection=Selection(light_file="f", frame="F"),
            naming=Naming(style="", dark_suffix="_dark"),
            exporter=Folder(folder="out", format=format_, scale=3),
        )
    return entries


ENTRIES = build_entries()
every_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)


def variants(names):
    return tuple(
        Variant(name=name, node=Node(file_key="f", version="1", id=str(index))) for index, name in enumerate(names)
    )


def assets_of(entry, light, dark=()):
    found = pair(Variants(variants(light), variants(dark)), entry.naming, entry.platform)
    return found.assets


@every_entry
@given(light=NAMES, dark=NAMES)
def test_no_name_leads_out_of_the_folder_and_no_two_files_meet(entry, light, dark):
    assets = assets_of(entry, [*light, *dark], dark)

    files = entry.exporter.files(assets)
    paths = [file.path for file in (*files, *entry.exporter.index(assets, {file.path for file in files}))]

    assert len({folded(path) for path in paths}) == len(paths)
    for path in paths:
        assert path.startswith(f"{entry.exporter.folder}/")
        below = path.removeprefix(f"{entry.exporter.folder}/").split("/")
        assert not {"", ".", ".."} & set(below)
        assert all(len(part.encode()) <= 255 for part in below)
        assert not any(char < " " or char in '\\:*?"<>|' for part in below for char in part)
        assert not PurePosixPath(path).is_absolute()


@every_entry
def test_files_are_sorted_and_the_same_every_time(entry):
    names = ["b", "a", "c/d", "e~ipad", "e"]

    assets = assets_of(entry, names, ["a"])

    files = entry.exporter.files(assets)

    assert [file.path for file in files] == sorted(file.path for file in files)
    assert files == entry.exporter.files(assets)
    assert files == entry.exporter.files(assets[::-1])
    paths = {file.path for file in files}
    assert entry.exporter.index(assets, paths) == entry.exporter.index(assets[::-1], paths)


@every_entry
def test_files_say_what_figma_has_to_draw(entry):
    assets = assets_of(entry, ["a"], ["a"])

    for file in entry.exporter.files(assets):
        assert file.path.endswith(f".{file.render.format}")
        assert file.render.format in {"png", "jpg"} or file.render.scale == 1
        assert isinstance(file.render.scale, float)
        assert file.asset == "a"


@every_entry
@given(mask=st.integers(min_value=0, max_value=2**40))
def test_an_index_names_only_what_is_in_place(entry, mask):
    assets = assets_of(entry, ["a", "b", "b~ipad"], ["a", "b~ipad"])
    paths = [file.path for file in entry.exporter.files(assets)]
    in_place = {path for index, path in enumerate(paths) if mask >> index & 1}

    index = entry.exporter.index(assets, in_place)
    everything = {file.path for file in entry.exporter.index(assets, set(paths))}

    assert {file.path for file in index} <= everything
    text = b"".join(file.content for file in index).decode()
    for path in paths:
        if index or path in in_place:
            assert (f'"{PurePosixPath(path).name}"' in text) is (path in in_place and bool(everything))


@every_entry
def test_nothing_in_place_means_no_index(entry):
    assert entry.exporter.index(assets_of(entry, ["a"]), set()) == ()


@every_entry
def test_no_assets_mean_no_files(entry):
    assert entry.exporter.files(()) == ()


@every_entry
def test_no_exporter_touches_the_disk(entry, monkeypatch):
    assets = assets_of(entry, ["a", "b"], ["a"])
    for name in ("open", "mkdir", "stat", "scandir", "listdir", "rename", "replace"):
        monkeypatch.setattr(os, name, _refuse)
    monkeypatch.setattr("builtins.open", _refuse)

    files = entry.exporter.files(assets)
    entry.exporter.index(assets, {file.path for file in files})


def _refuse(*_args, **_kwargs):
    raise AssertionError("the disk was touched")


def test_the_modules_import_neither_doors_nor_clocks():
    allowed = {
        "__future__", "annotated_types", "collections", "dataclasses", "exfig_mp", "itertools", "json", "re", "typing",
        "unicodedata", "warnings",
    }  # fmt: skip
    for path in Path(exfig_mp.exporters.__file__).parent.glob("*.py"):
        for statement in ast.walk(ast.parse(path.read_text("utf-8"))):
            match statement:
                case ast.Import(names):
                    assert {name.name.split(".")[0] for name in names} <= allowed, path.name
                case ast.ImportFrom(module=module) if module:
                    assert module.split(".")[0] in allowed, path.name
