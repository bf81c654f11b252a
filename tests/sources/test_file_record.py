"""Records of files: when a file counts as unchanged, and since when its nodes look as they do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.sources.figma_wire import Component, FileMeta
from exfig_mp.sources.file_record import FileRecord, Look, revisions, unseen, with_seen

A, B, GONE = "1:1", "1:2", "9:9"


def record(looks=None, version="7"):
    return FileRecord(FileMeta("File", version, "2026-01-05T21:22:13Z"), (Component(A), Component(B)), looks or {})


def test_a_file_is_unchanged_if_version_and_time_are():
    assert record().is_of(FileMeta("File", "7", "2026-01-05T21:22:13Z"))
    assert record().is_of(FileMeta("Renamed", "7", "2026-01-05T21:22:13Z"))
    assert not record().is_of(FileMeta("File", "8", "2026-01-05T21:22:13Z"))
    assert not record().is_of(FileMeta("File", "7", "2026-01-05T21:22:13.499Z"))


def test_a_file_that_says_nothing_has_always_changed():
    assert not FileRecord(FileMeta("File")).is_of(FileMeta("File"))


def test_a_node_that_nobody_saw_in_this_version_is_asked_for():
    looks = {A: Look("h", "5", "7"), B: Look("h", "5", "6")}

    assert unseen(looks, [GONE, B, A], "7") == [B, GONE]


def test_a_node_keeps_the_version_since_which_it_looks_so():
    known = record({A: Look("same", "3", "6"), B: Look("old", "3", "6")})

    seen = with_seen(known, {A: "same", B: "new"}, "7")

    assert seen.looks == {A: Look("same", "3", "7"), B: Look("new", "7", "7")}
    assert revisions(seen.looks, "7") == {A: "3", B: "7"}


def test_a_node_that_was_not_looked_at_has_no_revision_but_is_not_forgotten():
    seen = with_seen(record({A: Look("same", "3", "6")}), {B: "x"}, "7")

    assert revisions(seen.looks, "7") == {B: "7"}
    assert seen.looks[A] == Look("same", "3", "6")


def test_a_node_that_looks_as_it_once_did_is_not_the_one_of_then():
    """Renders of an older version may be gone by now; the last look is what is known."""
    once = with_seen(record(), {A: "x"}, "1")
    then = with_seen(once, {A: "y"}, "2")

    assert with_seen(then, {A: "x"}, "3").looks[A] == Look("x", "3", "3")


def test_nodes_that_are_gone_from_the_file_are_forgotten():
    assert GONE not in with_seen(record({GONE: Look("h", "1", "6")}), {A: "h"}, "7").looks


@given(st.lists(st.dictionaries(st.sampled_from([A, B]), st.sampled_from("xyz"), min_size=1), min_size=1, max_size=12))
def test_a_revision_changes_just_when_the_look_does(history):
    """Whatever is looked at when: two versions in which a node has one revision show it alike in both."""
    current = record()
    shown: dict[str, dict[str, str]] = {A: {}, B: {}}
    for number, hashes in enumerate(history):
        current = with_seen(current, hashes, str(number))
        for node, since in revisions(current.looks, str(number)).items():
            assert shown[node].setdefault(since, hashes[node]) == hashes[node]
