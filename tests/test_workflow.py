"""Nothing that comes from outside becomes a command of a CI runner, and our own commands say just what we mean."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.log import LogOptions, open_log
from exfig_mp.workflow import defused, error_annotation, json_line

ATTEMPTS = (
    "::error::owned", "  \t::add-mask::a", "\u2003::stop-commands::x", "a ##[add-mask]b", "##[error]owned", "::::",
    "###[[error]x", "a ##vso[task.setvariable variable=x]y", "##teamcity[x]", "::error file=a,line=1::b",
)  # fmt: skip


def obeyed(line: str) -> bool:
    """Would a runner look for a command here? See `workflow`."""
    return line.lstrip().startswith("::") or re.search(r"##[\w.]*\[", line) is not None


def unescaped(text: str) -> str:
    for escape, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, letter)
    return text


@pytest.mark.parametrize("line", ATTEMPTS)
def test_a_name_is_no_command(line):
    assert obeyed(line)

    assert not obeyed(defused(line))


@given(st.text(st.sampled_from(":#[] \t%\r\nab")))
def test_no_line_is_a_command_once_it_is_defused(text):
    assert not obeyed(defused(text))


@pytest.mark.parametrize("line", ["a::b", "std::vector", "# [a]", "1: 2", ""])
def test_what_is_no_command_stays_as_it_is(line):
    assert defused(line) == line


@given(st.text())
def test_a_line_of_json_is_no_command_and_means_the_same(text):
    line = json_line({"item": text, "more": f"##[{text}"})

    assert not obeyed(line)
    assert json.loads(line) == {"item": text, "more": f"##[{text}"}


@given(st.text(st.sampled_from(":,%\r\n=ab ")), st.text(st.sampled_from(":,%\r\nab ")))
def test_an_annotation_is_one_line_with_one_property_and_just_the_two_texts(title, message):
    line = error_annotation(title, message)

    assert "\n" not in line
    assert "\r" not in line
    _, command, said = line.split("::", 2)
    key, _, value = command.partition(" ")[2].partition("=")
    assert (key, unescaped(value), unescaped(said)) == ("title", title, message)
    assert "," not in value
    assert ":" not in value


@pytest.mark.parametrize("as_json", [False, True])
def test_the_log_on_standard_error_and_in_a_file_holds_no_command(tmp_path, as_json, capfd):
    log = open_log(LogOptions(as_json=as_json, path=str(tmp_path / "run.log")))

    for name in ATTEMPTS:
        log.warning("item failed", item=name, reason=name)

    lines = [*(tmp_path / "run.log").read_text().splitlines(), *capfd.readouterr().err.splitlines()]
    assert len(lines) >= 2 * len(ATTEMPTS)
    assert not any(map(obeyed, lines))
