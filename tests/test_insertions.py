"""Generated text in files of the user, on a real disk."""

import pytest

from exfig_mp.exporters.token_protocol import Insertion
from exfig_mp.insertions import write_insertion

START, END = "<!-- S: T -->", "<!-- E: T -->"
FILE = f"<resources>\n    {START}\n    {END}\n    <mine/>\n</resources>\n"
WANTED = FILE.replace(f"    {END}", f"    <new/>\n    {END}")


def at(path="values/attrs.xml", **more):
    return Insertion(path=path, start=START, end=END, text="    <new/>", **more)


def write(folder, insertion):
    return write_insertion(str(folder), insertion, fsync=False)


@pytest.fixture
def attrs(tmp_path):
    path = tmp_path / "values" / "attrs.xml"
    path.parent.mkdir()
    path.write_text(FILE, encoding="utf-8")
    return path


def test_the_text_is_put_between_the_markers(tmp_path, attrs):
    assert write(tmp_path, at()) is None

    assert attrs.read_text("utf-8") == WANTED
    assert [path.name for path in attrs.parent.iterdir()] == ["attrs.xml"]


def test_a_file_that_is_right_is_not_written(tmp_path, attrs):
    write(tmp_path, at())
    before = attrs.stat()

    write(tmp_path, at())

    assert (attrs.stat().st_ino, attrs.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_two_themes_share_a_file(tmp_path, attrs):
    other = Insertion(
        path="values/attrs.xml", start="<!-- S: U -->", end="<!-- E: U -->", text="    <u/>", before="</resources>"
    )

    assert write(tmp_path, at()) is None
    assert write(tmp_path, other) is None

    text = attrs.read_text("utf-8")
    assert text.startswith(WANTED.removesuffix("</resources>\n"))
    assert "    <u/>\n" in text


def test_a_missing_file_is_made_with_its_folder(tmp_path):
    assert write(tmp_path, at(skeleton=FILE)) is None

    assert (tmp_path / "values" / "attrs.xml").read_text("utf-8") == WANTED


def test_a_missing_file_that_is_optional_stays_missing(tmp_path):
    assert write(tmp_path, at(optional=True)) is None

    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_done_leaves_the_file(tmp_path, attrs):
    attrs.write_text("<resources/>", encoding="utf-8")

    failure = write(tmp_path, at())

    assert failure is not None
    assert (failure.cause, START in failure.message) == ("config", True)
    assert attrs.read_text("utf-8") == "<resources/>"


def test_what_cannot_be_read_is_never_taken_for_missing(tmp_path):
    (tmp_path / "values" / "attrs.xml").mkdir(parents=True)

    failure = write(tmp_path, at(skeleton=FILE))

    assert failure is not None
    assert (failure.cause, (tmp_path / "values" / "attrs.xml").is_dir()) == ("disk", True)


def test_a_link_of_the_user_stays_one(tmp_path, attrs):
    link = tmp_path / "linked.xml"
    link.symlink_to(attrs)

    assert write(tmp_path, at("linked.xml")) is None

    assert link.is_symlink()
    assert attrs.read_text("utf-8") == WANTED
