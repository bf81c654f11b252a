"""A run that its disk has no room for does not even begin."""

from __future__ import annotations

import subprocess

import pytest

from exfig_mp.errors import DiskError
from exfig_mp.room import check_room


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own: 64 blocks of 4 KB, 20 inodes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-o", "size=256k,nr_inodes=20"]
    mounted = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", folder], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("to mount a small file system takes root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def paths(folder, count):
    return [f"{folder}/not/there/yet/{number}.svg" for number in range(count)]


def test_where_there_is_room_nothing_happens_and_nothing_is_made(tmp_path):
    check_room(paths(tmp_path, 100))

    assert list(tmp_path.iterdir()) == []


def test_too_few_blocks_or_inodes_are_told_before_anything_is_written(small_disk):
    check_room(paths(small_disk, 10))

    with pytest.raises(DiskError, match="30 files need as many inodes") as caught:
        check_room(paths(small_disk, 30))
    assert caught.value.is_full
    with pytest.raises(DiskError, match=r"1,000 files need at least 4.1 MB .* 0.3 MB are free"):
        check_room(paths(small_disk, 1000))


def test_files_that_are_there_need_no_more_room(small_disk):
    there = [small_disk / f"{number}.svg" for number in range(15)]
    for path in there:
        path.touch()

    check_room(map(str, there))


def test_no_paths_need_nothing():
    check_room([])
