"""One event is one line, and no secret is in it, however it got there."""

from __future__ import annotations

import io
import json
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.errors import FigmaError
from exfig_mp.log import open_log
from exfig_mp.model import Failure

TOKEN = "figd_AbC-123_x"


def logged(*args, as_json=False, level="debug", secrets=(), **facts):
    stream = io.StringIO()
    open_log("debug", as_json=as_json, stream=stream, secrets=secrets).log(
        {"debug": 10, "info": 20, "warning": 30, "error": 40}[level], *args, **facts
    )
    return stream.getvalue()


def test_text_is_for_people():
    assert logged("resuming", level="info", rendered=3, name="a b") == "info: resuming (rendered=3 name=a b)\n"
    assert logged("careful", level="warning") == "warning: careful\n"


def test_json_has_time_level_event_and_facts():
    event = json.loads(logged("repeated", level="info", as_json=True, attempt=2, seconds=0.5))

    assert datetime.fromisoformat(event.pop("timestamp")).tzinfo is not None
    assert event == {"level": "info", "event": "repeated", "attempt": 2, "seconds": 0.5}


@pytest.mark.parametrize(("level", "lines"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_what_is_less_important_is_not_written(level, lines):
    stream = io.StringIO()
    log = open_log(level, stream=stream)

    for method in (log.debug, log.info, log.warning, log.error):
        method("x")

    assert stream.getvalue().count("\n") == lines


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "secret", ["0auth.secret/==", 'with "quotes" and \\', "with\nline", "schlüssel", "figd_other", TOKEN]
)
def test_no_secret_is_written_wherever_it_is(as_json, secret):
    error = FigmaError(Failure("auth", f"it said {secret}"))
    facts = {"text": f"x{secret}y", "list": [secret], "nested": {"a": (secret, {secret: 1})}, "error": error}

    line = logged(f"failed: {secret}", as_json=as_json, secrets=(secret, ""), **facts)

    for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        assert form not in line
    assert line.count("[redacted]") >= 5


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("prefix", ["figd_", "figo_", "figp_", "figu_"])
def test_what_looks_like_a_token_is_not_written_even_if_nobody_knows_it(as_json, prefix):
    line = logged("x", as_json=as_json, headers={"X-Figma-Token": f"{prefix}AbC-123_x"})

    assert "AbC-123" not in line


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)), st.booleans())
def test_an_event_is_one_printable_line_whatever_names_come_from_outside(event, value, as_json):
    line = logged(event, as_json=as_json, name=value)

    assert line.endswith("\n")
    assert len(line.splitlines()) == 1
    assert line[:-1].isprintable() or not [char for char in line[:-1] if ord(char) < 32 or 0x7F <= ord(char) < 0xA0]
    line.encode()


def test_json_stays_json_when_a_secret_is_taken_out():
    line = logged('say "secret"', as_json=True, secrets=('"secret"',))

    assert json.loads(line)["event"] == "say [redacted]"


def test_the_log_goes_to_standard_error_if_nothing_else_is_said(capsys):
    open_log("info").info("hello")

    assert capsys.readouterr() == ("", "info: hello\n")
