from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exfig_mp.config import default_config, discover
from exfig_mp.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("figma: {}\n")


def names(folder: Path, found: Iterable[Path]) -> list[str]:
    return [path.relative_to(folder.resolve()).as_posix() for path in found]


def test_a_folder_means_its_yaml_files_in_order(folder):
    put(folder, "b.yaml", "a.YML", "c.Yaml", ".hidden.yaml", "d.json", "e.yaml.bak", "sub/f.yaml")
    (folder / "folder.yaml").mkdir()

    assert names(folder, discover(["."])) == ["a.YML", "b.yaml", "c.Yaml"]


def test_sub_folders_count_when_asked_for(folder):
    put(folder, "b.yaml", "sub/a.yaml", "sub/deep/c.yml", ".git/x.yaml", "a/z.yaml")

    assert names(folder, discover(["."], recursive=True)) == ["a/z.yaml", "b.yaml", "sub/a.yaml", "sub/deep/c.yml"]


def test_a_loop_of_folders_ends(folder):
    put(folder, "sub/a.yaml")
    (folder / "sub" / "up").symlink_to("..")

    assert names(folder, discover(["."], recursive=True)) == ["sub/a.yaml"]


def test_one_file_by_many_names_counts_once(folder):
    put(folder, "a.yaml", "sub/a.yaml")
    (folder / "link.yaml").symlink_to("a.yaml")

    found = discover(["link.yaml", "sub/../a.yaml", str(folder / "a.yaml"), "sub", "."])

    assert names(folder, found) == ["a.yaml", "sub/a.yaml"]


def test_a_broken_link_in_a_folder_is_not_passed_over(folder):
    put(folder, "a.yaml")
    (folder / "b.yaml").symlink_to("gone.yaml")

    assert names(folder, discover(["."])) == ["a.yaml", "gone.yaml"]


def test_a_file_may_have_any_name(folder):
    put(folder, "config.txt")

    assert names(folder, discover(["config.txt"])) == ["config.txt"]


@pytest.mark.parametrize("path", ["gone.yaml", "gone", "a\0b", "x" * 5000])
def test_a_missing_path_is_an_error(folder, path):
    put(folder, "a.yaml")

    with pytest.raises(ConfigError) as caught:
        discover(["a.yaml", path])

    assert str(caught.value).isprintable()


def test_a_loop_of_links_is_an_error(folder):
    (folder / "a.yaml").symlink_to("a.yaml")

    with pytest.raises(ConfigError, match=r"a\.yaml: cannot be read"):
        discover(["a.yaml"])


def test_a_folder_without_configs_is_an_error(folder):
    put(folder, "sub/a.yaml", "b.json")

    with pytest.raises(ConfigError, match=r"no \.yaml or \.yml file in this folder"):
        discover(["."])


def test_the_default_config_is_ours_before_that_of_figma_export(folder):
    with pytest.raises(ConfigError, match=r"no exfig\.yaml or figma-export\.yaml"):
        default_config()

    put(folder, "figma-export.yaml")
    assert names(folder, [default_config()]) == ["figma-export.yaml"]

    put(folder, "exfig.yaml")
    assert names(folder, [default_config(folder)]) == ["exfig.yaml"]
