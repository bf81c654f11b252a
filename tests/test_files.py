"""Files appear whole or not at all, on disks that are full, locked, gone or shared with other processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from typing import TYPE_CHECKING

import pytest

from exfig_mp.errors import DiskError
from exfig_mp.files import MissingFolderError, disk_error, make_folder, read, size_of, sweep, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

IS_ROOT = os.geteuid() == 0


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def temporary(folder: Path) -> list[str]:
    return [name for name in names(folder) if name.endswith(".tmp")]


def temporary_name() -> str:
    return f".exfig-{uuid.uuid4()}.tmp"


@pytest.fixture
def mount(tmp_path):
    """Mount a file system of the test's own, with the given options."""
    mounted: list[Path] = []

    def begin(options: str) -> Path:
        folder: Path = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True
        )
        if done.returncode:
            pytest.skip("to mount a file system takes root")
        mounted.append(folder)
        return folder

    yield begin
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("fsync", [False, True])
def test_a_written_file_has_its_bytes_and_no_companion(tmp_path, fsync):
    write_atomically(str(tmp_path / "a.svg"), b"new", fsync=fsync)

    assert (tmp_path / "a.svg").read_bytes() == b"new"
    assert names(tmp_path) == ["a.svg"]


def test_a_written_file_may_be_empty_and_may_be_large(tmp_path):
    large = os.urandom(5_000_000)

    write_atomically(str(tmp_path / "empty"), b"")
    write_atomically(str(tmp_path / "large"), large)

    assert (tmp_path / "empty").read_bytes() == b""
    assert (tmp_path / "large").read_bytes() == large


def test_a_relative_name_goes_to_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    write_atomically("a.svg", b"new", fsync=True)

    assert (tmp_path / "a.svg").read_bytes() == b"new"


def test_the_rights_of_a_new_file_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        write_atomically(str(tmp_path / "a"), b"")
    finally:
        os.umask(before)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_link_in_the_place_of_the_file_is_replaced_and_what_it_points_to_left_alone(tmp_path):
    (tmp_path / "outside").write_bytes(b"precious")
    (tmp_path / "a").symlink_to(tmp_path / "outside")

    write_atomically(str(tmp_path / "a"), b"new")

    assert (tmp_path / "outside").read_bytes() == b"precious"
    assert not (tmp_path / "a").is_symlink()


def test_readers_see_the_old_file_or_the_new_one(tmp_path):
    path = tmp_path / "a"
    bodies = {bytes([letter]) * 200_000 for letter in b"abcd"}
    write_atomically(str(path), b"a" * 200_000)
    stop = threading.Event()
    seen: set[bytes] = set()

    def look() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(50):
        for body in bodies:
            write_atomically(str(path), body)
    stop.set()
    reader.join()

    assert seen <= bodies


def test_a_process_killed_while_it_writes_leaves_the_old_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old" * 1000)
    program = (
        "import sys\nfrom exfig_mp.files import write_atomically\nprint('go', flush=True)\n"
        "while True:\n    write_atomically(sys.argv[1], b'new' * 1_000_000)\n"
    )
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        process.stdout.close()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert path.read_bytes() in {b"old" * 1000, b"new" * 1_000_000}

    sweep([str(tmp_path)])
    assert names(tmp_path) == ["a"]


def test_a_missing_folder_is_an_error_of_its_own(tmp_path):
    with pytest.raises(MissingFolderError, match="does not exist"):
        write_atomically(str(tmp_path / "gone" / "a"), b"")


def test_a_full_disk_leaves_the_old_file_and_nothing_else(mount):
    disk = mount("size=256k")
    (disk / "a").write_bytes(b"old")

    with pytest.raises(DiskError, match="No space left on device") as caught:
        write_atomically(str(disk / "a"), bytes(1_000_000))

    assert "--resume" in caught.value.advice
    assert (disk / "a").read_bytes() == b"old"
    assert names(disk) == ["a"]


def test_a_disk_without_inodes_is_a_full_disk(mount):
    disk = mount("size=1m,nr_inodes=3")
    (disk / "a").write_bytes(b"old")
    (disk / "b").write_bytes(b"")

    with pytest.raises(DiskError, match="No space left on device"):
        write_atomically(str(disk / "a"), b"new")

    assert (disk / "a").read_bytes() == b"old"


def test_a_read_only_disk_says_so(mount):
    disk = mount("size=1m")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    with pytest.raises(DiskError, match="Read-only") as caught:
        write_atomically(str(disk / "a"), b"new")
    with pytest.raises(DiskError, match="Read-only"):
        make_folder(str(disk / "folder"))

    assert "another output folder" in caught.value.advice


RESTRICTED = """
import os, resource, sys
from exfig_mp.errors import DiskError
from exfig_mp.files import write_atomically
exec(sys.argv[2])  # everything is imported: now the rights may go
try:
    write_atomically(sys.argv[1] + "/a", b"new")
except DiskError as error:
    print(error, "|", error.advice)
"""


def write_in_a_process_that(restricts_itself: str, folder: Path) -> str:
    """Return what the error says that a restricted process gets when it writes into a folder."""
    arguments = [sys.executable, "-c", RESTRICTED, str(folder), restricts_itself]
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def test_a_folder_without_rights_says_so(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "a").write_bytes(b"old")
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o001)
    folder.chmod(0o555)

    said = write_in_a_process_that("os.setgid(65534), os.setuid(65534)" if IS_ROOT else "", folder)

    assert "Permission denied" in said
    assert "permissions" in said
    assert (folder / "a").read_bytes() == b"old"
    assert names(folder) == ["a"]


def test_a_file_where_a_folder_is_needed_says_so(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(DiskError, match="Not a directory") as caught:
        write_atomically(str(tmp_path / "file" / "a"), b"")
    with pytest.raises(DiskError) as also_caught:
        make_folder(str(tmp_path / "file"))

    assert "a file stands where a folder is needed" in caught.value.advice
    assert caught.value.advice == also_caught.value.advice


def test_a_folder_where_the_file_should_go_says_so(tmp_path):
    (tmp_path / "a").mkdir()

    with pytest.raises(DiskError, match="Is a directory") as caught:
        write_atomically(str(tmp_path / "a"), b"")

    assert "a folder stands" in caught.value.advice
    assert names(tmp_path) == ["a"]


def test_a_name_that_is_too_long_says_so(tmp_path):
    with pytest.raises(DiskError) as caught:
        write_atomically(str(tmp_path / ("x" * 300)), b"")

    assert "nameReplaceRegexp" in caught.value.advice
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b"], ids=["NUL", "half a surrogate pair"])
def test_a_name_that_no_file_can_have_is_an_error_like_others(tmp_path, name):
    path = str(tmp_path / name)

    for deed in (lambda: write_atomically(path, b""), lambda: make_folder(path)):
        with pytest.raises(DiskError, match="no file can have this name") as caught:
            deed()
        str(caught.value).encode()  # it can be shown
    assert size_of(path) is None
    assert read(path) is None
    assert sweep([path]) == 0
    assert names(tmp_path) == []


def test_too_many_open_files_says_what_to_raise(tmp_path):
    said = write_in_a_process_that("resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))", tmp_path)

    assert "Too many open files" in said
    assert "ulimit -n" in said
    assert names(tmp_path) == []


def test_an_error_without_a_number_is_shown_in_its_own_words():
    assert str(disk_error(OSError("strange"), "/a")) == "cannot write /a: strange"


def test_folders_are_made_with_their_parents_and_may_be_there(tmp_path):
    for _ in range(2):
        make_folder(str(tmp_path / "a" / "b" / "c"))

    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_a_sweep_deletes_what_dead_runs_left_and_nothing_else(tmp_path):
    others = [
        ".exfig-checkpoint.json", ".exfig-notes.tmp", "exfig-1.tmp", "a.tmp", ".exfig-.tmp",
        f"{temporary_name()}.bak", f"x{temporary_name()}", f".exfig-{'z' * 36}.tmp",
    ]  # fmt: skip
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / temporary_name()).mkdir()
    folder = temporary(tmp_path)
    target = tmp_path / "target"
    target.touch()
    (tmp_path / temporary_name()).symlink_to(target)
    leftovers = [tmp_path / temporary_name() for _ in range(3)]
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    leftovers[0].chmod(0o400)

    assert sweep([str(tmp_path), str(tmp_path / "gone"), str(target)]) == 3

    assert not [leftover for leftover in leftovers if leftover.exists()]
    assert {*others, *folder, "target"} <= set(names(tmp_path))
    assert target.exists()


def test_a_sweep_does_not_wait_for_a_pipe_of_that_name(tmp_path):
    os.mkfifo(tmp_path / temporary_name())
    sweeper = threading.Thread(target=sweep, args=([str(tmp_path)],), daemon=True)

    sweeper.start()
    sweeper.join(5)

    assert not sweeper.is_alive()


WRITER = """
import os, sys
from exfig_mp import files
# Stop between the last byte and the rename, as a suspended process would.
rename = os.rename
def wait(source, target):
    print(os.path.basename(source), flush=True)
    sys.stdin.readline()
    rename(source, target)
os.rename = wait
files.write_atomically(sys.argv[1], b"new")
"""


@pytest.fixture
def writer(tmp_path):
    """A process in the middle of writing a file, and the name of its temporary file."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, tmp_path / "a"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    yield process, process.stdout.readline().strip()
    process.kill()
    process.communicate()


def test_a_sweep_leaves_the_file_of_a_live_writer_in_another_process(tmp_path, writer):
    process, name = writer

    assert sweep([str(tmp_path)]) == 0
    assert names(tmp_path) == [name]

    process.communicate("go on\n", timeout=10)
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]


def test_a_sweep_deletes_the_file_of_a_writer_that_was_killed(tmp_path, writer):
    process, name = writer
    process.kill()
    process.wait()
    assert names(tmp_path) == [name]

    assert sweep([str(tmp_path)]) == 1

    assert names(tmp_path) == []


def test_writers_and_sweeps_at_once_lose_nothing(tmp_path):
    program = (
        "import sys\nfrom exfig_mp.files import sweep\nprint('go', flush=True)\nwhile True:\n    sweep([sys.argv[1]])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()
        for number in range(300):
            write_atomically(str(tmp_path / f"{number % 50}"), b"%d" % number)
    finally:
        process.kill()
        process.communicate()

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        str(number % 50): b"%d" % number for number in range(250, 300)
    }


def test_the_size_is_that_of_a_regular_file_or_none(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "dangling").symlink_to("nowhere")

    assert size_of(str(tmp_path / "a")) == size_of(str(tmp_path / "link")) == 5
    assert size_of(str(tmp_path)) is None
    assert size_of(str(tmp_path / "dangling")) is None
    assert size_of(str(tmp_path / "gone")) is None


def test_reading_what_cannot_be_read_is_none(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")

    assert read(str(tmp_path / "a")) == b"12345"
    assert read(str(tmp_path)) is None
    assert read(str(tmp_path / "gone")) is None


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert read(str(tmp_path / "pipe")) is None
