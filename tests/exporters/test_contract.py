"""What holds for every exporter."""

import ast
import os
import unicodedata
from functools import partial
from pathlib import Path, PurePosixPath
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exfig_mp.exporters
from exfig_mp.conversions import Heic, ImageVector, Raster, Tsx, VectorDrawable, Webp
from exfig_mp.errors import DiskError
from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidIcons, AndroidImages
from exfig_mp.exporters.flutter import Flutter, FlutterIcons, FlutterImages
from exfig_mp.exporters.folder import FileFormat, Folder
from exfig_mp.exporters.naming import folded
from exfig_mp.exporters.pairing import pair
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.exporters.react import ReactComponents
from exfig_mp.exporters.settings import Figma
from exfig_mp.exporters.web import Web, WebIcons, WebImages
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_options import IosIcons, IosImages
from exfig_mp.files import refuse_link
from exfig_mp.model import Node, Variant, Variants

MADE: dict[type, str] = {
    Raster: "png",
    Webp: "webp",
    Heic: "heic",
    VectorDrawable: "xml",
    ImageVector: "kt",
    Tsx: "tsx",
}
"""How files end that conversions make."""

HOSTILE = [
    "../../etc/passwd", "/etc/passwd", "..", ".", "a/../b", "..\\..\\x", "C:\\x", "nul", "CON.txt", "a\x00b", "a\nb",
    "a.", "a ", " ", "x" * 300, "🙂" * 80, "é", "e\u0301", "ICON", "icon", "a~ipad", "a~../x", "a\u202eb", "\ud800",
    "a_dark", "a", "-rf", "~", "$HOME", "%2e%2e%2f", "a:b", "a|b", "icon/icon", "con/con", ".hidden", "aL", "a@2x",
]  # fmt: skip
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))}
TWINS = (
    str.upper, str.lower, str.title, str.swapcase, str.casefold, "{}.".format, "{} ".format, "./{}".format,
    "{0}/{0}".format, "{}~ipad".format, "{}@2x".format, "{}_dark".format, "{}Dark".format, "{}\u200d".format,
    *(partial(unicodedata.normalize, form) for form in ("NFC", "NFD", "NFKC", "NFKD")),
)  # fmt: skip
"""What makes another name of one, which some disk, some platform or some style takes for the same."""

MARKED = st.text(alphabet="aAeEiI\u0131İßẞ\u017fs\u03c3ςΣ\u0300\u0301\u0308\u0327\u0345ΐΪᾳᾼǅǆKÅﬁ_-./ ", max_size=6)
"""Letters whose case is no matter of one letter, and marks that have more than one order or form."""

BASES = st.sampled_from([*HOSTILE, *RESERVED]) | st.text(max_size=20) | MARKED
LONG = st.builds(lambda text, size: (text * size)[:size], st.text(min_size=1, max_size=3), st.integers(40, 260))
NAMES = st.lists(BASES | LONG, max_size=6)


@st.composite
def twins(draw):
    """Return names among which some are made of others."""
    names = draw(st.lists(BASES | LONG, min_size=1, max_size=3))
    return [*names, *(twin(name) for name in names for twin in draw(st.lists(st.sampled_from(TWINS), max_size=3)))]


def on_a_windows_disk(name):
    """Return what two names share there: every letter alone in upper case."""
    return "".join(char.upper() if len(char.upper()) == 1 else char for char in name.replace("\u0131", "\0"))


def on_an_apple_disk(name):
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())


def build_entries() -> dict[str, Entry]:
    ios = Ios(
        xcodeproj_path="App.xcodeproj",
        target="App",
        xcassets_path="./out/A.xcassets/",
        xcassets_in_main_bundle=True,
        icons=(
            IosIcons(
                format="pdf",
                assets_folder="Icons",
                name_style="camelCase",
                render_mode_default_suffix="_d",
                image_swift="I.swift",
                swift_ui_image_swift="J.swift",
                code_connect_swift="K.swift",
            ),
        ),
        images=(
            IosImages(assets_folder="Images", name_style="PascalCase"),
            IosImages(assets_folder="Heic", name_style="PascalCase", output_format="heic"),
        ),
    )
    android = Android(
        main_res="out/res",
        main_src="out/src",
        resource_package="com.example",
        icons=(
            AndroidIcons(output="icons", compose_package_name="com.example"),
            AndroidIcons(output="code", compose_format="imageVector", compose_package_name="com.example.icons"),
        ),
        images=(
            AndroidImages(output="images", format="png"),
            AndroidImages(output="one", format="webp", scales=(2,), source_format="svg"),
            AndroidImages(output="vectors", format="svg"),
        ),
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
    for format_ in get_args(FileFormat):
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
CODED = {label: entry for label, entry in ENTRIES.items() if entry.code}


def variants(names):
    return tuple(
        Variant(name=name, node=Node(file_key="f", version="1", id=str(index))) for index, name in enumerate(names)
    )


def assets_of(entry, light, dark=()):
    found = pair(Variants(variants(light), variants(dark)), entry.naming, entry.platform)
    return found.assets


def folders_of(entry):
    exporter = entry.exporter
    return [exporter.folder] + ([exporter.raw.folder] if isinstance(exporter, ReactComponents) else [])


@every_entry
@given(light=NAMES | twins(), dark=NAMES | twins())
def test_no_name_leads_out_of_the_folder_and_no_two_files_meet(entry, light, dark):
    assets = assets_of(entry, [*light, *dark], dark)

    files = entry.exporter.files(assets)
    paths = [file.path for file in (*files, *entry.exporter.index(assets, {file.path for file in files}))]

    for same in (folded, on_a_windows_disk, on_an_apple_disk):
        assert len({same(path) for path in paths}) == len(paths)
    for path in paths:
        folder = next(folder for folder in folders_of(entry) if path.startswith(f"{folder}/"))
        below = path.removeprefix(f"{folder}/").split("/")
        assert not {"", ".", ".."} & set(below)
        assert all(len(part.encode()) <= 255 for part in below)
        assert not any(char < " " or char in '\\:*?"<>|' for part in below for char in part)
        assert not any(part.endswith((".", " ")) for part in below)
        assert not any(part.partition(".")[0].rstrip().casefold() in RESERVED for part in below)
        path.encode()  # no half of a surrogate pair, which no system call takes
        assert not PurePosixPath(path).is_absolute()


@every_entry
def test_no_link_may_stand_for_a_folder_that_a_name_makes(entry, tmp_path):
    one, other = (
        {str(PurePosixPath(file.path).parent) for file in entry.exporter.files(assets_of(entry, [name], [name]))}
        for name in "ab"
    )

    for folder in one ^ other:
        link = tmp_path / folder
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(tmp_path)
        with pytest.raises(DiskError, match="symlink"):
            refuse_link(f"{link}/a.svg")


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
        made = MADE[type(file.steps[-1])] if file.steps else file.render.format
        assert file.path.endswith(f".{made}")
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


@pytest.mark.parametrize("entry", CODED.values(), ids=CODED)
def test_whichever_asset_is_in_place_there_are_the_same_files_of_code(entry):
    assets = assets_of(entry, ["b~ipad", "a", "b", "c"], ["a", "b~ipad"])

    def written(there):
        documents = entry.code.documents(there, {file.path for file in entry.exporter.files(there)})
        return [document.path for document in documents]

    assert written(assets)
    assert [written([asset]) for asset in assets] == [written(assets)] * len(assets)


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
        "__future__", "collections", "dataclasses", "exfig_mp", "functools", "itertools", "json",
        "msgspec", "re", "typing", "unicodedata", "warnings",
    }  # fmt: skip
    for path in Path(exfig_mp.exporters.__file__).parent.glob("*.py"):
        for statement in ast.walk(ast.parse(path.read_text("utf-8"))):
            match statement:
                case ast.Import(names):
                    assert {name.name.split(".")[0] for name in names} <= allowed, path.name
                case ast.ImportFrom(module=module) if module:
                    assert module.split(".")[0] in allowed, path.name
