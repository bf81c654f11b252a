"""What a journal claims was written, and nothing else, however it was cut, flipped, doubled or shuffled."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exfig_mp.errors import DiskError, LockedError
from exfig_mp.hashing import checksum, digest
from exfig_mp.journal import Answered, Begun, Journal, Memory, Placed, Rendered, Verified, blocks, lock, look_up, merge
from exfig_mp.model import Written

if TYPE_CHECKING:
    from exfig_mp.journal import Record

NAMES = st.sampled_from("abc")
RECORDS: st.SearchStrategy[Record] = st.one_of(
    st.builds(Rendered, NAMES, st.sampled_from(["https://x/1", "https://x/2", "ä\n\x00"]), st.floats(0, 1e10)),
    st.builds(Placed, NAMES, st.integers(0, 9), NAMES, st.lists(st.sampled_from(["/p", "/q\n", "/r ä"])).map(tuple)),
    st.builds(Answered, NAMES, NAMES),
    st.builds(Begun, st.floats(0, 9), NAMES, NAMES, NAMES, st.lists(st.tuples(NAMES, NAMES), max_size=2).map(tuple)),
)
JOURNALS = st.lists(st.lists(RECORDS, max_size=6), max_size=4)


SIX: list[Record] = [
    Rendered("r1", "https://x/1", 1.5),
    Placed("r1", 3, "abc", ("/out/a.svg", "/out/b ä.svg")),
    Answered("/v1/files/x/meta", "d1"),
    Rendered("r1", "https://x/2", 2.5),
    Placed("r1", 4, "def", ("/out/a.svg",)),
    Answered("/v1/files/x/meta", "d2"),
]


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "worker-1.jsonl")


def written(path: str, *groups: list[Record]) -> bytes:
    journal = Journal(path)
    for group in groups:
        journal.append(group)
    journal.close()
    return Path(path).read_bytes()


def as_bytes(records: list[Record]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return written(f"{folder}/journal", records)


def claims(memory: Memory) -> set[Record]:
    """Return everything that a memory claims."""
    return {
        *memory.rendered.values(),
        *itertools.chain.from_iterable(memory.placed.values()),
        *(Answered(name, digest) for name, digests in memory.answers.items() for digest in digests),
        *([memory.begun] if memory.begun else []),
    }


def test_a_journal_remembers_what_was_appended(path):
    memory = merge([written(path, SIX[:2], [], SIX[2:])])

    assert memory.rendered == {"r1": SIX[3]}
    assert memory.placed == {"r1": (SIX[1], SIX[4])}
    assert memory.answers == {"/v1/files/x/meta": {"d1", "d2"}}
    assert memory.damaged == 0


@settings(max_examples=50, deadline=None)
@given(JOURNALS, st.dictionaries(st.sampled_from(["/p", "/r ä", "/s"]), NAMES))
def test_looking_up_places_finds_what_merging_remembers_of_them(records, wanted):
    journals = [as_bytes(group) for group in records]
    memory, places = merge(journals), {path: Written(name, -1, "") for path, name in wanted.items()}

    look_up(places, journals)

    assert list(places) == list(wanted)
    for path, name in wanted.items():
        claims = [(one.size, one.digest) for one in memory.placed.get(name, ()) if path in one.destinations]
        assert places[path] == Written(name, *max(claims, default=(-1, "")))


def test_no_journals_remember_nothing():
    assert merge([]) == merge([b"", b"\n\n"]) == Memory()


def test_a_journal_that_is_opened_again_is_gone_on_with(path):
    written(path, SIX[:3])

    assert claims(merge([written(path, SIX[3:])])) == claims(merge([as_bytes(SIX)]))


@settings(max_examples=50, deadline=None)
@given(JOURNALS, st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_order_grouping_or_repetition(records, random):
    journals = [as_bytes(group) for group in records]
    everything = list(itertools.chain.from_iterable(records))
    random.shuffle(everything)

    memory = merge(journals)

    assert memory == merge([as_bytes(everything)]) == merge(journals + journals[::-1])
    assert claims(memory) <= set(everything)
    assert {one.job_id for one in everything if isinstance(one, Placed)} == set(memory.placed)


def test_of_two_beginnings_the_later_one_counts():
    first, second = Begun(1.0, "z", "t", "z"), Begun(2.0, "a", "t", "a", (("app.yaml ios.icons", "h"),))

    assert merge([as_bytes([first, second])]).begun == merge([as_bytes([second]), as_bytes([first])]).begun == second


@settings(max_examples=50, deadline=None)
@given(st.lists(RECORDS, max_size=6), st.floats(0, 10), st.floats(0, 10))
def test_of_two_urls_of_a_render_the_later_one_counts(records, first, second):
    urls = [Rendered("new", "https://x/1", first), Rendered("new", "https://x/2", second)]

    memory = merge([as_bytes([*urls, *records])])

    assert memory.rendered["new"].at == max(first, second)


def lines_of(position: int, body: bytes) -> set[int]:
    """Return the numbers of the lines that a byte belongs to: a line end belongs to two."""
    number = body[:position].count(b"\n")
    return {number, number + 1} if body[position : position + 1] == b"\n" else {number}


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80, 0xFF])
def test_a_flipped_byte_loses_its_line_and_claims_nothing_new(mask):
    body = as_bytes(SIX)
    for position in range(len(body)):
        flipped = bytearray(body)
        flipped[position] ^= mask

        memory = merge([bytes(flipped)])

        hurt = lines_of(position, body)
        kept = {record for number, record in enumerate(SIX) if number not in hurt}
        assert claims(memory) <= set(SIX), position
        assert claims(memory) >= kept - {SIX[0]}, position  # the first URL is known no more if the second is
        assert memory.damaged, position


def test_a_cut_journal_loses_its_last_line_only():
    body = as_bytes(SIX)
    expected = [claims(merge([as_bytes(SIX[:count])])) for count in range(len(SIX) + 1)]
    for length in range(len(body)):
        memory = merge([body[:length]])

        # A line that lacks its end only is whole.
        whole = body[:length].count(b"\n") + (body[length : length + 1] == b"\n")
        assert claims(memory) == expected[whole], length
        assert memory.damaged == (length > 0 and body[length - 1 : length + 1].count(b"\n") == 0), length


def test_a_byte_taken_out_or_put_in_loses_its_line_only():
    body = as_bytes(SIX)
    for position in range(len(body)):
        for changed in (body[:position] + body[position + 1 :], body[:position] + b"7" + body[position:]):
            memory = merge([changed])

            kept = {record for number, record in enumerate(SIX) if number not in lines_of(position, body)}
            assert kept - {SIX[0]} <= claims(memory) <= set(SIX), position


@given(st.lists(st.binary(max_size=200)))
def test_noise_claims_nothing(journals):
    memory = merge(journals)

    assert claims(memory) == set()


@pytest.mark.parametrize(
    "text",
    [b'{"type":"invented","x":1}', b'{"type":"placed","job_id":3}', b"[]", b"null", b'"\xff"', b"", b"{" * 100_000],
    ids=lambda text: text[:24],
)
def test_a_guarded_line_that_says_nothing_we_know_is_passed_over(text):
    guarded = b"%s %s\n" % (checksum(text).encode(), text)

    memory = merge([guarded + as_bytes(SIX)])

    assert claims(memory) == claims(merge([as_bytes(SIX)]))
    assert memory.damaged == 1


def test_a_claim_counts_only_where_every_file_has_its_size(tmp_path):
    first, second, third = (str(tmp_path / name) for name in "abc")
    for path in (first, second, third):
        Path(path).write_bytes(b"123")
    claim = Placed("r", 3, "digest", (first, second))
    memory = merge([as_bytes([claim, Placed("r", 99, "digest", (third,))])])

    assert memory.in_place("r", [first, second]) == claim
    assert memory.in_place("r", [second]) == claim
    assert memory.in_place("r", [first, third]) is None  # the third was claimed with another size
    assert memory.in_place("other", [first]) is None
    Path(second).write_bytes(b"1234")
    assert memory.in_place("r", [first, second]) is None
    Path(second).unlink()
    assert memory.in_place("r", [first, second]) is None
    assert memory.in_place("r", [first]) == claim


def test_a_job_that_is_repeated_after_a_change_counts_by_any_claim_that_still_holds(tmp_path):
    path = str(tmp_path / "a")
    Path(path).write_bytes(b"1234")
    old, new = Placed("r", 3, "old", (path,)), Placed("r", 4, "new", (path,))

    assert merge([as_bytes([old, new])]).in_place("r", [path]) == new


@pytest.fixture
def memory_of(tmp_path):
    """Write files, and return what remembers them: by the name of each, its path and its bytes."""

    def write(bodies: dict[str, bytes]) -> tuple[Memory, dict[str, tuple[str, ...]]]:
        records: list[Record] = []
        for name, body in bodies.items():
            paths = (str(tmp_path / f"{name}.svg"), str(tmp_path / f"{name}-2.svg"))
            for path in paths:
                Path(path).write_bytes(body)
            records.append(Placed(name, len(body), digest(body), paths))
        memory = merge([as_bytes(records)])
        return memory, {claim.job_id: claim.destinations for (claim,) in memory.placed.values()}

    return write


@pytest.mark.parametrize("content", [False, True])
def test_verifying_finds_what_is_in_place_and_what_is_lost(memory_of, content):
    memory, wanted = memory_of({f"job-{number}": b"body %d" % number for number in range(1000)})
    os.unlink(wanted["job-7"][1])  # noqa: PTH108  # the claim's own text
    Path(wanted["job-999"][0]).write_bytes(b"longer than before")
    wanted["job-1"] += ("/nowhere/else.svg",)  # no claim was made of it, so nothing is lost
    wanted["never"] = ("/nowhere/never.svg",)

    verified = memory.verify(wanted, content=content)

    assert verified.lost == {"job-7", "job-999"}
    assert verified.in_place == set(wanted) - {"job-7", "job-999", "job-1", "never"}
    assert {name for name, paths in wanted.items() if memory.in_place(name, paths, content=content)} == (
        verified.in_place
    )


def test_nothing_to_verify_is_nothing_in_place():
    assert Memory().verify({}) == Memory().verify({"r": ("/a",)}, content=True) == Verified(frozenset(), frozenset())


def test_bytes_that_changed_without_their_size_are_noticed_where_the_content_is_verified(memory_of):
    memory, wanted = memory_of({"same": b"abc", "other": b"abc", "empty": b""})
    Path(wanted["other"][1]).write_bytes(b"abd")

    assert memory.verify(wanted).in_place == {"same", "other", "empty"}
    assert memory.verify(wanted, content=True) == Verified(frozenset({"same", "empty"}), frozenset({"other"}))


@pytest.mark.parametrize("content", [False, True])
def test_what_is_no_file_is_not_in_place(tmp_path, content):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    wanted = {name: (f"{tmp_path}/{name}",) for name in ("folder", "pipe", "loop", "gone", "nul\0")}
    memory = merge([as_bytes([Placed(name, 0, digest(b""), paths) for name, paths in wanted.items()])])

    assert memory.verify(wanted, content=content) == Verified(frozenset(), frozenset(wanted))


def test_a_journal_is_read_in_blocks_of_whole_lines(path):
    body = written(path, [Placed(f"job-{number}", 1, "d" * 32, ("/out/a.svg" * 50,)) for number in range(5000)])

    read = list(blocks(path))

    assert b"".join(read) == body
    assert len(read) > 2
    assert len(merge(read).placed) == 5000
    assert merge(read) == merge([body])


def test_a_journal_that_cannot_be_read_is_one_damaged_line(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")

    for name in ("missing", "folder", "pipe"):
        assert merge(blocks(str(tmp_path / name))).damaged == 1


def test_a_journal_is_gone_on_with_behind_a_line_that_was_torn(path):
    whole = written(path, SIX)
    for length in range(len(whole)):
        Path(path).write_bytes(whole[:length])
        memory = merge([written(path, [Placed("later", 1, "d", ())])])

        assert "later" in memory.placed, length
        assert claims(memory) >= claims(merge([whole[:length]])), length


def test_a_closed_journal_writes_into_no_other_file(tmp_path, path):
    journal = Journal(path)
    journal.close()

    # One of these gets the number that the journal's descriptor had, the other that of its lock.
    with (tmp_path / "a").open("wb"), (tmp_path / "b").open("wb"), pytest.raises(DiskError):
        journal.append(SIX)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b""


WRITER = """
import sys
from exfig_mp.journal import Journal, Placed
journal = Journal(sys.argv[1])
number = 0
while True:
    journal.append([Placed(f"job-{number}-{part}", number, "d", (f"/p/{number}",)) for part in range(10)])
    print(number, flush=True)
    number += 1
"""


@pytest.fixture
def writer(path):
    process: Any = subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_writer_killed_at_any_moment_has_kept_every_group_that_it_reported(path, writer):
    assert writer.stdout.readline() == "0\n"
    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate()

    memory = merge([Path(path).read_bytes()])

    reported = max([0, *map(int, rest.split())])
    expected = {f"job-{number}-{part}" for number in range(reported + 1) for part in range(10)}
    assert set(memory.placed) >= expected
    assert memory.damaged <= 1


def test_a_journal_has_one_writer_until_that_dies(path, writer):
    writer.stdout.readline()
    with pytest.raises(LockedError, match="another process holds"):
        Journal(path)

    writer.kill()
    writer.wait()

    Journal(path).close()


def test_a_lock_that_cannot_be_made_is_a_disk_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(DiskError) as caught:
        lock(str(tmp_path / "file" / "lock"))
    assert "a file stands where a folder is needed" in caught.value.advice
    with pytest.raises(DiskError):
        Journal(str(tmp_path / "file" / "journal"))
    (tmp_path / "journal").mkdir()
    for _ in range(2):  # the lock of the failed attempt is given back
        with pytest.raises(DiskError, match="Is a directory"):
            Journal(str(tmp_path / "journal"))


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("to mount a small file system takes root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_line_torn_by_a_full_disk_takes_no_later_line_with_it(small_disk):
    journal = Journal(str(small_disk / "journal"))
    journal.append(SIX[:1])
    fill = small_disk / "fill"
    fill.write_bytes(bytes(50_000))
    with pytest.raises(DiskError, match="No space left"):
        journal.append([Placed("torn", 1, "d", ("x" * 100_000,))])

    fill.unlink()
    journal.append(SIX[1:])
    journal.append([Placed("later", 1, "d", ())])
    journal.close()

    memory = merge([(small_disk / "journal").read_bytes()])
    assert claims(memory) == {*SIX[1:], Placed("later", 1, "d", ())}
    assert memory.damaged == 1
