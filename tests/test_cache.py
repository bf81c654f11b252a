"""The cache folder: what is kept comes back, what is damaged does not, and what was used last stays longest."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from exfig_mp.cache import Cache, Store
from exfig_mp.errors import DiskError
from exfig_mp.hashing import identity

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "https://api.figma.com"


class Note(Struct, frozen=True):
    text: str
    numbers: dict[str, int] = {}


@pytest.fixture
def cache(tmp_path):
    return Cache(str(tmp_path / "cache"), ORIGIN)


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_record_comes_back_and_others_do_not(cache):
    cache.remember("files", "a", Note("hello", {"one": 1}))

    assert cache.record("files", "a", Note) == Note("hello", {"one": 1})
    assert cache.record("files", "b", Note) is None
    assert cache.record("outputs", "a", Note) is None


def test_what_one_figma_said_is_not_true_of_another(tmp_path):
    folder = str(tmp_path)
    Cache(folder, "http://127.0.0.1:8123").remember("files", "a", Note("simulated"))

    assert Cache(folder, ORIGIN).record("files", "a", Note) is None
    assert Cache(folder, "http://127.0.0.1:8124").record("files", "a", Note) is None
    assert Cache(folder, "http://127.0.0.1:8123").record("files", "a", Note) == Note("simulated")


def test_no_origin_leads_out_of_the_folder(tmp_path):
    cache = Cache(str(tmp_path / "cache"), "https://../../elsewhere/..")
    cache.remember("files", "../../../a", Note("x"))

    assert [path for path in files_of(tmp_path) if tmp_path / "cache" not in path.parents] == []
    assert cache.record("files", "../../../a", Note) == Note("x")


def test_what_is_there_already_is_not_written_again(cache, tmp_path):
    cache.remember("files", "a", Note("same", {"b": 2, "a": 1}))
    before = {path: path.stat() for path in files_of(tmp_path)}

    cache.remember("files", "a", Note("same", {"a": 1, "b": 2}))

    assert {path: path.stat() for path in files_of(tmp_path)} == before


def test_every_flipped_or_missing_byte_makes_a_record_nothing(cache, tmp_path):
    cache.remember("files", "a", Note("hello"))
    (path,) = files_of(tmp_path)
    body = path.read_bytes()
    for position in range(len(body)):
        for damaged in (
            body[:position] + bytes([body[position] ^ 4]) + body[position + 1 :],
            body[:position],
            body[:position] + body[position + 1 :],
        ):
            path.write_bytes(damaged)
            assert cache.record("files", "a", Note) is None, position


def test_a_record_of_another_form_is_nothing(cache):
    cache.remember("files", "a", {"numbers": "none"})

    assert cache.record("files", "a", Note) is None


@pytest.mark.parametrize("what", ["folder", "link to nowhere"])
def test_something_odd_in_a_records_place_is_nothing(cache, tmp_path, what):
    cache.remember("files", "a", Note("hello"))
    (path,) = files_of(tmp_path)
    path.unlink()
    if what == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "nowhere")

    assert cache.record("files", "a", Note) is None


@given(body=st.binary(max_size=400))
@settings(max_examples=50, deadline=None)
def test_a_render_comes_back_whole(tmp_path_factory, body):
    store = Store(str(tmp_path_factory.getbasetemp() / "store"))
    name = identity("render", body.hex())

    store.keep(name, body)

    assert store.has(name)
    assert store.read(name) == body


def test_a_damaged_render_is_thrown_away_and_no_other(tmp_path):
    store = Store(str(tmp_path))
    good, bad = identity("good"), identity("bad")
    store.keep(good, b"<svg/>")
    store.keep(bad, b"<svg/>")
    path = tmp_path / bad[:2] / bad
    path.write_bytes(path.read_bytes()[:-1] + b"!")

    assert store.read(bad) is None
    assert not store.has(bad)
    assert store.read(good) == b"<svg/>"


def test_what_was_used_least_recently_is_evicted_first(tmp_path):
    store = Store(str(tmp_path))
    names = [identity(str(number)) for number in range(6)]
    for age, name in enumerate(names):
        store.keep(name, bytes(1000))
        os.utime(tmp_path / name[:2] / name, (1_000_000 - age, 1_000_000 - age))
    assert store.read(names[-1]) is not None  # the oldest is used again

    evicted = store.evict(4 * 1033)

    assert evicted == (2, 2 * 1033)
    assert [store.has(name) for name in names] == [True, True, True, False, False, True]


def test_what_the_run_wants_is_evicted_last(tmp_path):
    store = Store(str(tmp_path))
    names = [identity(str(number)) for number in range(4)]
    for age, name in enumerate(names):
        store.keep(name, bytes(1000))
        os.utime(tmp_path / name[:2] / name, (1_000_000 + age, 1_000_000 + age))

    store.evict(2 * 1033, wanted={names[0]})

    assert [store.has(name) for name in names] == [True, False, False, True]


def test_a_store_within_its_size_loses_nothing_and_one_that_is_not_there_has_nothing_to_lose(tmp_path):
    store = Store(str(tmp_path / "store"))
    assert store.evict(0) == (0, 0)
    store.keep(identity("a"), b"body")

    assert store.evict(1000) == (0, 0)
    assert store.read(identity("a")) == b"body"


def test_leftovers_of_a_dead_run_are_swept_from_the_store(tmp_path):
    store = Store(str(tmp_path))
    store.keep(identity("a"), b"body")
    leftover = tmp_path / identity("a")[:2] / ".exfig-01234567-89ab-cdef-0123-456789abcdef.tmp"
    leftover.write_bytes(b"half")

    store.evict(1000)

    assert not leftover.exists()
    assert store.has(identity("a"))


def keep_many(arguments: tuple[str, int]) -> int:
    folder, seed = arguments
    store, read = Store(folder), 0
    for number in range(120):
        name = identity(str((number * 7 + seed) % 40))
        store.keep(name, name.encode() * 50)
        body = store.read(identity(str((number * 3 + seed) % 40)))
        read += body is not None
        assert body is None or body == identity(str((number * 3 + seed) % 40)).encode() * 50
        if number % 40 == 39:
            store.evict(30 * 1700)
    return read


def test_processes_that_share_a_store_never_read_anything_but_what_was_kept(tmp_path):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        read = list(pool.map(keep_many, [(str(tmp_path), seed) for seed in range(4)]))

    assert all(count > 50 for count in read)


def test_a_folder_that_refuses_is_said_to(tmp_path):
    (tmp_path / "cache").write_bytes(b"a file")
    cache = Cache(str(tmp_path / "cache"), ORIGIN)

    with pytest.raises(DiskError, match="cannot write"):
        cache.remember("files", "a", Note("x"))
    with pytest.raises(DiskError, match="cannot write"):
        cache.store.keep(identity("a"), b"body")
    assert cache.record("files", "a", Note) is None
    assert cache.store.read(identity("a")) is None


def test_a_copied_folder_is_as_good_as_the_first(cache, tmp_path):
    cache.remember("files", "a", Note("hello"))
    cache.store.keep(identity("r"), b"body")

    moved = tmp_path / "elsewhere"
    (tmp_path / "cache").rename(moved)
    other: Any = Cache(str(moved), ORIGIN)

    assert other.record("files", "a", Note) == Note("hello")
    assert other.store.read(identity("r")) == b"body"
    assert all(not stat.S_ISLNK(path.lstat().st_mode) for path in moved.rglob("*"))
