"""A run that its disk has no room for does not even begin."""

from __future__ import annotations

import pytest

from exfig_mp.errors import DiskError
from exfig_mp.room import check_room


@pytest.fixture
def small_disk(new_disk):
    """A file system of its own: 64 blocks of 4 KB, 20 inodes."""
    return new_disk("size=256k,nr_inodes=20").folder


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


def test_files_of_many_folders_on_one_disk_are_taken_together(small_disk):
    (small_disk / "there").mkdir()
    (small_disk / "there" / "0.svg").touch()
    (small_disk / "file").touch()

    spread = [f"{small_disk}/{folder}/{number}.svg" for folder in ("there", "not", "file") for number in range(10)]
    check_room(spread[:12])
    with pytest.raises(DiskError, match="29 files need as many inodes"):
        check_room(spread)
