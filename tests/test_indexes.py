"""Index files are written last, name what is in place, and cost nothing where they are right already."""

from __future__ import annotations

import os

import pytest

from exfig_mp.abort import AbortPolicy
from exfig_mp.brake import Brake
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.indexes import write_indexes
from exfig_mp.ledger import Ledger
from exfig_mp.model import GeneratedFile, Node, RemoteFile, Render
from exfig_mp.plan import build_plan
from exfig_mp.planned import plan_entry


def brake(*, fail_fast=False):
    return Brake(AbortPolicy(), fail_fast=fail_fast)


class Listed:
    """An exporter of two icons with an index that lists those in place."""

    def __init__(self, index="deep/er/index.txt"):
        self._index = index

    def files(self, assets):  # noqa: ARG002  # the contract's
        return tuple(RemoteFile(f"{name}.svg", Render(Node("file", "1", name), "svg"), name) for name in "ab")

    def index(self, assets, in_place):
        return (
            GeneratedFile(self._index, " ".join(f.path for f in self.files(assets) if f.path in in_place).encode()),
        )


@pytest.fixture
def make(tmp_path):
    def plan(*exporters):
        selection = Selection(light_file="file", frame="Icons")
        return build_plan([
            plan_entry("a.yaml", str(tmp_path), Entry(
                platform="web", kind="icons", label=f"web.icons[{number}]", selection=selection,
                naming=Naming(style=""), exporter=exporter,
            ), ())
            for number, exporter in enumerate(exporters)
        ])  # fmt: skip

    return plan


def test_the_index_names_what_is_in_place_old_files_too(tmp_path, make):
    (tmp_path / "b.svg").write_text("from an earlier run")
    ledger = Ledger()

    write_indexes(make(Listed()), ledger, brake(), fsync=False)

    assert (tmp_path / "deep/er/index.txt").read_text() == "b.svg"
    assert ledger.index_files == 1
    assert ledger.entry_failures == []


def test_a_folder_of_the_name_of_an_asset_is_not_in_place(tmp_path, make):
    (tmp_path / "a.svg").mkdir()

    write_indexes(make(Listed()), Ledger(), brake(), fsync=False)

    assert (tmp_path / "deep/er/index.txt").read_text() == ""


def test_an_index_that_is_right_is_left_alone(tmp_path, make):
    plan = make(Listed("index.txt"))
    write_indexes(plan, Ledger(), brake(), fsync=False)
    os.utime(tmp_path / "index.txt", (1, 1))

    ledger = Ledger()
    write_indexes(plan, ledger, brake(), fsync=True)
    assert (tmp_path / "index.txt").stat().st_mtime == 1
    assert ledger.index_files == 1

    (tmp_path / "a.svg").touch()
    write_indexes(plan, ledger, brake(), fsync=True)
    assert (tmp_path / "index.txt").read_text() == "a.svg"


def test_an_index_that_cannot_be_written_fails_its_entry_and_no_other(tmp_path, make):
    (tmp_path / "file").touch()
    ledger = Ledger()

    write_indexes(make(Listed("file/index.txt"), Listed("good.txt")), ledger, brake(), fsync=False)

    (failure,) = ledger.entry_failures
    assert (failure.config, failure.entry, failure.failure.cause) == ("a.yaml", "web.icons[0]", "disk")
    assert failure.failure.advice
    assert (tmp_path / "good.txt").is_file()
    assert not list(tmp_path.glob(".exfig-*"))


@pytest.mark.parametrize(("fail_fast", "reason"), [(False, ""), (True, "failFast")])
def test_an_index_that_cannot_be_written_ends_a_run_that_fails_fast(tmp_path, make, fail_fast, reason):
    (tmp_path / "file").touch()
    one = brake(fail_fast=fail_fast)

    write_indexes(make(Listed("file/index.txt"), Listed("good.txt")), Ledger(), one, fsync=False)

    assert one.reason == reason
    assert (tmp_path / "good.txt").exists() is not fail_fast


def test_the_first_index_that_finds_the_disk_full_is_the_last(make, new_disk):
    folder = new_disk("size=64k,nr_inodes=3", "deep").folder
    ledger, one = Ledger(), brake()

    write_indexes(make(*(Listed(f"deep/{number}.txt") for number in range(6))), ledger, one, fsync=False)

    left = sorted(path.name for path in folder.iterdir())
    assert one.reason == "diskFull"
    assert [found.failure.cause for found in ledger.entry_failures] == ["disk_full"]
    assert left == ["0.txt", "1.txt"]
    assert ledger.index_files == 2


def test_the_paths_of_indexes_are_known_before_anything_is_there(tmp_path, make):
    plan = make(Listed("a/index.txt"), Listed("b.txt"))

    assert list(plan.indexes) == [f"{tmp_path}/a/index.txt", f"{tmp_path}/b.txt"]
