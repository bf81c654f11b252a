"""Text between two markers of a file that belongs to the user."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.exporters.markers import Unmarked, insert
from exfig_mp.exporters.token_protocol import Insertion

START, END = "<!-- S: Theme.App -->", "<!-- E: Theme.App -->"
FILE = f"<resources>\n    {START}\n    old\n    {END}\n    mine\n</resources>\n"
SKELETON = f"<resources>\n    {START}\n    {END}\n</resources>\n"


def at(text="    new", **more):
    return Insertion(path="values/attrs.xml", start=START, end=END, text=text, **more)


def test_only_what_is_between_the_markers_changes():
    assert insert(FILE.encode(), at()) == FILE.replace("old", "new").encode()


def test_the_second_time_changes_nothing():
    once = insert(FILE.encode(), at())

    assert isinstance(once, bytes)
    assert insert(once, at()) == once


def test_no_text_leaves_the_markers():
    assert insert(FILE.encode(), at("")) == SKELETON.replace("</r", "    mine\n</r").encode()


def test_line_ends_stay_as_they_are():
    assert insert(FILE.replace("\n", "\r\n").encode(), at("    a\n    b")) == (
        FILE.replace("    old", "    a\n    b").replace("\n", "\r\n").encode()
    )


def test_a_byte_order_mark_stays():
    assert insert(b"\xef\xbb\xbf" + FILE.encode(), at()) == b"\xef\xbb\xbf" + FILE.replace("old", "new").encode()


def test_other_themes_have_markers_of_their_own():
    other = FILE.replace("Theme.App", "Theme.App.Dark")
    both = other + FILE

    assert insert(both.encode(), at()) == (other + FILE.replace("old", "new")).encode()


def test_markers_on_one_line_are_parted():
    assert insert(f"{START}{END}".encode(), at()) == f"{START}\n    new\n{END}".encode()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (None, "fileNotFound"),
        (b"<resources/>", "markerNotFound"),
        (START.encode(), "markerNotFound"),
        (END.encode(), "markerNotFound"),
        ((END + START).encode(), "markersOutOfOrder"),
        ((FILE + FILE).encode(), "markerNotUnique"),
        (b"\xff" + FILE.encode(), "notText"),
    ],
)
def test_what_cannot_be_done_says_why(content, kind):
    problem = insert(content, at())

    assert isinstance(problem, Unmarked)
    assert problem.kind == kind
    assert "values/attrs.xml" in problem.message
    assert problem.advice


def test_an_optional_file_that_does_not_exist_is_left_alone():
    assert insert(None, at(optional=True)) is None


def test_a_missing_file_begins_as_the_skeleton():
    assert insert(None, at(skeleton=SKELETON)) == SKELETON.replace(f"    {END}", f"    new\n    {END}").encode()


@pytest.mark.parametrize("content", ["<resources>\n    <mine/>\n</resources>\n", "<resources></resources>"])
def test_missing_markers_are_put_in_where_that_is_allowed(content):
    updated = insert(content.encode(), at("    <new/>", before="</resources>"))

    assert isinstance(updated, bytes)
    assert [child.tag for child in ET.fromstring(updated)] == (["mine", "new"] if "mine" in content else ["new"])  # noqa: S314 - our own text
    assert insert(updated, at("    <new/>", before="</resources>")) == updated


def test_half_of_the_markers_is_for_the_user_to_mend():
    problem = insert(f"<resources>{START}</resources>".encode(), at(before="</resources>"))

    assert isinstance(problem, Unmarked)
    assert problem.kind == "markerNotFound"


@given(
    st.text(alphabet="ab <>\n\t", max_size=30),
    st.text(alphabet="ab <>\n\t", max_size=30),
    st.text(alphabet="xy\n", max_size=9),
)
def test_all_around_stays_whatever_it_is(before, after, text):
    updated = insert(f"{before}{START}\n{END}{after}".encode(), at(text))

    assert isinstance(updated, bytes)
    assert updated.decode().startswith(before + START)
    assert updated.decode().endswith(END + after)
