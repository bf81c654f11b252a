from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from exfig_mp.config import load, load_all
from exfig_mp.errors import ConfigError

SMALLEST = "figma:\n  lightFileId: a\n"


def reason(path: str) -> str:
    (failed,) = load_all([path]).failed
    (problem,) = failed.problems
    return str(problem)


def test_a_huge_file_is_refused_without_being_read(folder):
    with (folder / "a.yaml").open("wb") as file:
        file.truncate(100 * 2**20)
    tracemalloc.start()
    try:
        found = reason("a.yaml")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert found == "a.yaml: is too large for a config: 100.0 MB, and at most 1 MB is read"
    assert most < 10 * 2**20


def test_what_is_no_file_is_refused(folder):
    (folder / "b.yaml").mkdir()
    os.mkfifo(folder / "c.yaml")
    (folder / "d.yaml").symlink_to("d.yaml")

    assert reason("a.yaml") == "a.yaml: no such file"
    assert reason("b.yaml") == "b.yaml: is a folder, not a config file"
    assert reason("c.yaml") == "c.yaml: is not a regular file"
    assert reason("d.yaml").startswith("d.yaml: cannot be read: ")
    assert reason("/dev/zero") == "/dev/zero: is not a regular file"
    assert "null" in reason("a\0b.yaml").partition("cannot be read: ")[2]


def test_an_unreadable_file_is_refused(folder, monkeypatch):
    (folder / "a.yaml").write_text(SMALLEST)

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("exfig_mp.config.source.Path.open", refuse)

    assert reason("a.yaml") == "a.yaml: cannot be read: Permission denied"


def test_other_encodings_are_named(complaints):
    assert complaints(SMALLEST.encode("utf-16")) == ["a.yaml: the file is UTF-16; save it as UTF-8"]
    assert complaints(SMALLEST.encode("utf-32")) == ["a.yaml: the file is UTF-32; save it as UTF-8"]
    assert complaints("figma:\n  lightFileId: é\n".encode("latin-1")) == [
        "a.yaml:2:16: byte 0xe9 is not UTF-8; save the file as UTF-8"
    ]


def test_a_byte_order_mark_and_other_line_ends_are_fine(read):
    assert read(b"\xef\xbb\xbf" + SMALLEST.encode()).root == read(SMALLEST.replace("\n", "\r\n")).root


def test_a_config_knows_its_files_and_its_name(folder, monkeypatch):
    (folder / "apps").mkdir()
    (folder / "apps" / "a.yaml").write_text(SMALLEST + "  darkFileId: b\n")
    (folder / "link.yaml").symlink_to("apps/a.yaml")

    config = load("link.yaml")

    assert config.path == (folder / "apps" / "a.yaml").resolve()
    assert config.label == str(Path("apps", "a.yaml"))
    assert config.file_ids == ("a", "b")
    assert config.base == folder.resolve()
    assert load("link.yaml", chdir_to_config=True).base == (folder / "apps").resolve()
    monkeypatch.chdir(folder / "apps")
    assert load("a.yaml").label == "a.yaml"


def test_a_gone_current_folder_is_an_error(folder, monkeypatch):
    (folder / "gone").mkdir()
    monkeypatch.chdir(folder / "gone")
    (folder / "gone").rmdir()

    with pytest.raises(ConfigError, match="the current folder cannot be used"):
        load("a.yaml")


def test_entries_are_those_of_the_asked_kinds_with_the_filter(read, ios):
    config = read(
        ios
        + "  icons:\n    - {assetsFolder: a, nameStyle: camelCase, format: svg}\n"
        + "    - {assetsFolder: b, nameStyle: camelCase, format: pdf}\n"
        + "  images: {assetsFolder: c, nameStyle: camelCase}\n"
        + "web:\n  output: w\n  icons: {outputDirectory: o}\n"
    )

    assert [entry.label for entry in config.entries()] == ["ios.icons[0]", "ios.icons[1]", "ios.images", "web.icons"]
    assert [entry.label for entry in config.entries(("images",))] == ["ios.images"]
    assert {entry.selection.filter for entry in config.entries(("icons",), "arrow*")} == {"arrow*"}
    assert {entry.selection.filter for entry in config.entries()} == {None}


def test_heic_is_planned_only_where_it_can_be_written(read, ios, monkeypatch):
    config = read(ios + "  images: {assetsFolder: c, nameStyle: camelCase, outputFormat: heic}\n")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it were not installed

    (entry,) = config.entries()

    assert entry.exporter.picture.ending == "png"
    assert entry.warnings == ("HEIC cannot be written without the extra heic of exfig-mp: PNG is written instead",)


def test_good_and_bad_files_are_kept_apart_in_their_order(folder):
    for name in ("a", "c"):
        (folder / f"{name}.yaml").write_text(SMALLEST)
    (folder / "b.yaml").write_text("nothing: here\n")

    loaded = load_all(["c.yaml", "b.yaml", "a.yaml", "d.yaml"])

    assert [config.label for config in loaded.configs] == ["c.yaml", "a.yaml"]
    assert [failed.label for failed in loaded.failed] == ["b.yaml", "d.yaml"]


def test_importing_the_package_loads_no_validator():
    loaded = "{'exfig_mp.config.validation', 'exfig_mp.exporters'} & set(sys.modules)"
    code = f"import sys, exfig_mp.config; sys.exit(bool({loaded}))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def calls_of(work):
    """Return how many functions `work` calls, all that they call included: its work, on however busy a machine."""
    count = 0

    def note(_frame, event, _arg):
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_the_work_of_a_config_grows_with_its_lines_and_no_faster(folder, ios):
    element = (
        "    - format: svg\n      figmaFrameName: F{0}\n      assetsFolder: f{0}\n      nameStyle: camelCase\n"
        "      renderMode: original\n      nameValidateRegexp: '^a{0}'\n"
    )
    (folder / "small.yaml").write_text(SMALLEST)
    for count in (150, 600):
        elements = "".join(element.format(number) for number in range(count))
        (folder / f"{count}.yaml").write_text(ios + "  icons:\n" + elements)
    load("small.yaml")  # builds the validator

    few, many = calls_of(lambda: load("150.yaml")), calls_of(lambda: load("600.yaml"))

    assert len(load("600.yaml").entries()) == 600
    assert many < 5 * few
