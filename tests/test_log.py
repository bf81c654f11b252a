"""One event is one whole line, whoever dies; no secret is in it, however it got there; and no log ends a run."""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import pickle
import random
import signal
import subprocess
import sys
import termios
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exfig_mp.errors import FigmaError
from exfig_mp.log import LONGEST_LINE, LogOptions, correlation_id, open_log
from exfig_mp.model import Failure

TOKEN = "figd_AbC-123_x"
NOON = datetime.fromisoformat("2026-03-01T12:00:00Z").timestamp()
ANY_TEXT = st.text(st.characters(codec=None), max_size=300)


class Destination:
    """A log file, and what to read it with."""

    def __init__(self, path):
        self.path = path

    def open(self, *, as_json=True, **settings):
        return open_log(LogOptions(level="error", as_json=as_json, path=str(self.path), file_level="debug"), **settings)

    def lines(self):
        text = self.path.read_bytes()
        assert text == b"" or text.endswith(b"\n")
        return text.split(b"\n")[:-1]

    def events(self):
        return [msgspec.json.decode(line) for line in self.lines()]


@contextmanager
def opened(log):
    try:
        yield log
    finally:
        for outlet in log._way.outlets:
            if outlet._descriptor > 2:
                os.close(outlet._descriptor)


@pytest.fixture
def file(tmp_path):
    return Destination(tmp_path / "run.log")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """Return what writes one event into an emptied file and reads its line: for many examples."""
    file = Destination(tmp_path_factory.mktemp("log") / "run.log")

    def line(event, *, as_json, secrets=(), **facts):
        file.path.write_bytes(b"")
        with opened(file.open(as_json=as_json, secrets=secrets, clock=lambda: NOON)) as log:
            log.info(event, **facts)
            assert log.problems == ()
        return file.path.read_bytes()

    return line


# What a line says


def test_json_has_the_named_facts_first_and_in_order(file):
    with opened(file.open(run="r1", clock=lambda: NOON + 0.25)) as log:
        bound = log.bind(seconds=0.5, correlation="c0ffee", shard=4)
        bound.info("download repeated", attempt=2, item="house", config="a.yaml", worker=3)

    (line,) = file.lines()
    assert line.decode() == (
        '{"time": "2026-03-01T12:00:00.250000Z", "level": "info", "event": "download repeated", "run": "r1", '
        '"worker": 3, "config": "a.yaml", "shard": 4, "item": "house", "attempt": 2, "correlation": "c0ffee", '
        '"seconds": 0.5}'
    )


def test_text_in_a_file_has_time_and_all_facts(file):
    with opened(file.open(as_json=False, run="r1", clock=lambda: NOON)) as log:
        log.warning("careful", item="a b")

    assert file.lines() == [b"2026-03-01T12:00:00.000000Z warning: careful (run=r1 item=a b)"]


def test_text_on_standard_error_leaves_out_what_a_person_knows(capfd):
    log = open_log("info", run="r1")
    log.info("resuming", rendered=3, correlation="c0ffee", name="a b")
    log.bind(worker=2).warning("careful")
    log.error("stop")

    text = "info: resuming (rendered=3 name=a b)\nwarning: careful (worker=2)\nerror: stop\n"
    assert capfd.readouterr() == ("", text)


def test_json_on_standard_error_is_whole(capfd):
    open_log(LogOptions(as_json=True), run="r1").warning("careful")

    event = json.loads(capfd.readouterr().err)
    assert (list(event), event["run"]) == (["time", "level", "event", "run"], "r1")


@pytest.mark.parametrize(
    ("options", "is_read"),
    [
        (LogOptions(), False),
        (LogOptions(level="error"), False),
        (LogOptions(level="info"), True),
        (LogOptions(as_json=True), True),
    ],
)
def test_what_the_summary_says_too_is_read_at_a_terminal_only_by_those_who_want_all(capfd, options, is_read):
    open_log(options, run="r1").aside.error("failed", item="house")

    said = capfd.readouterr().err
    assert ("failed" in said, "house" in said) == (is_read, is_read)
    assert "aside" not in said


def test_what_is_said_aside_is_in_a_file_in_any_case_and_standard_error_stays_for_people(file, capfd):
    with opened(open_log(LogOptions(as_json=True, path=str(file.path)))) as log:
        log.aside.warning("failed", item="house")
        log.warning("careful")

    assert [(event["event"], "aside" in event) for event in file.events()] == [("failed", False), ("careful", False)]
    assert capfd.readouterr().err == "warning: careful\n"


def test_what_is_bound_to_one_log_is_not_in_another(file):
    with opened(file.open(run="r1")) as log:
        log.bind(shard=1).info("a")
        log.info("b")

    assert ["shard" in event for event in file.events()] == [True, False]


def test_a_correlation_id_is_short_stable_and_of_one_attempt():
    assert correlation_id("run", "item", 1) == correlation_id("run", "item", 1)
    ids = {correlation_id(run, item, n) for run in ("r", "ri") for item in ("i", "ii") for n in (1, 2, 11)}
    assert len(ids) == 12
    assert all(len(one) == 16 and one.isalnum() and one.isascii() for one in ids)


@pytest.mark.parametrize(
    ("flags", "on_stderr", "in_file"),
    [
        ({}, ["error", "warning"], ["error", "warning", "info"]),
        ({"quiet": True}, ["error"], ["error", "warning", "info"]),
        ({"verbose": True}, ["error", "warning", "info"], ["error", "warning", "info", "debug"]),
        ({"quiet": True, "verbose": True}, ["error"], ["error", "warning", "info"]),
    ],
)
def test_quiet_and_verbose_choose_what_goes_where(file, capfd, flags, on_stderr, in_file):
    chosen = LogOptions.chosen(**({"quiet": False, "verbose": False} | flags), path=str(file.path))
    with opened(open_log(chosen)) as log:
        for method in (log.error, log.warning, log.info, log.debug):
            method("x")

    assert [line.partition(":")[0] for line in capfd.readouterr().err.splitlines()] == on_stderr
    assert [line.split()[1].decode().rstrip(":") for line in file.lines()] == in_file


def test_options_cross_process_borders_with_an_absolute_path(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    options = LogOptions.chosen(quiet=False, verbose=False, as_json=True, path="run.log")

    assert options.path == str(tmp_path / "run.log")
    assert pickle.loads(pickle.dumps(options)) == options  # noqa: S301  # our own


# Time


def test_times_go_on_strictly_when_the_clock_stands_or_goes_back(file):
    ticks = iter([NOON, NOON, NOON - 3600, NOON + 1, NOON + 0.5])
    with opened(file.open(clock=lambda: next(ticks))) as log:
        for n in range(5):
            log.bind(n=n).info("x")

    times = [datetime.fromisoformat(event["time"]) for event in file.events()]
    assert [time_ - times[0] for time_ in times] == [
        timedelta(microseconds=us) for us in (0, 1, 2, 1_000_000, 1_000_001)
    ]
    assert times[0].timestamp() == NOON


# Any text


def test_no_name_steers_a_terminal_or_turns_text_around(scratch):
    line = scratch("a\x1b[2Jb", as_json=False, name="gpj.\u202eb\u2066\u200f\x9b\n\u2028")

    assert line.endswith(rb"a\x1b[2Jb (name=gpj.\u202eb\u2066\u200f\x9b\n\u2028)" + b"\n")


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT, st.dictionaries(ANY_TEXT, ANY_TEXT | st.binary(max_size=50), max_size=3), st.booleans())
def test_an_event_is_one_line_whatever_comes_from_outside(scratch, event, value, more, as_json):
    line = scratch(event, as_json=as_json, name=value, more=more, nested=[(value,), {value}])

    text = line.decode()  # strictly
    assert len(text.splitlines()) == 1
    assert text.endswith("\n")
    assert not [char for char in text[:-1] if ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char in "\u202e\u2066"]
    if as_json:
        assert msgspec.json.decode(line)["event"] == event.encode("utf-8", "backslashreplace").decode()


PARAMETERS = {"event", "as_json", "secrets", "self", "method_name"}  # ours, the fixture's and structlog's
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6000) | st.binary(max_size=3000),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=300), inner) | st.tuples(inner),
)


@settings(deadline=None)
@given(st.text(max_size=6000), st.dictionaries(st.text(min_size=1, max_size=9), ANY_VALUE, max_size=30), st.booleans())
def test_a_line_is_never_longer_than_a_pipe_takes_at_once_and_its_json_is_whole(scratch, event, facts, as_json):
    facts = {key: value for key, value in facts.items() if key not in PARAMETERS}
    line = scratch(event, as_json=as_json, **facts)

    assert len(line) <= LONGEST_LINE
    if as_json:
        assert list(msgspec.json.decode(line))[:3] == ["time", "level", "event"]


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("text", ["\U0001f3e0", "\ud800", "\x00", '"', "ж"])
def test_the_worst_of_events_is_cut_to_a_line(scratch, text, as_json):
    named = ("run", "worker", "config", "shard", "item", "attempt", "correlation")
    facts = dict.fromkeys((*named, *(f"{text * 100}{n}" for n in range(100))), text * 10_000)
    huge = {"list": [text * 900] * 1000, "tree": {text * 900: {text * 900: [text * 900] * 9}}, "number": 10**5000}

    line = scratch(text * 10_000, as_json=as_json, **huge, **facts)

    assert 200 < len(line) <= LONGEST_LINE
    assert line.count(b"\n") == 1
    if as_json:
        event = msgspec.json.decode(line)
        assert list(event)[:10] == ["time", "level", "event", *named]
        assert event["event"].endswith("…")


def test_only_long_texts_are_cut(scratch):
    event = msgspec.json.decode(scratch("short", as_json=True, item="house", body="x" * 9000, seconds=0.5, names=["a"]))

    assert (event["event"], event["item"], event["seconds"], event["names"]) == ("short", "house", 0.5, ["a"])
    assert event["body"] == "x" * 2048 + "…"


def test_numbers_that_json_has_not_are_texts(scratch):
    values = [float("nan"), float("inf"), 2**70, True, None, 1.5, 7]
    event = msgspec.json.decode(scratch("x", as_json=True, values=values))

    assert event["values"] == ["nan", "inf", hex(2**70), True, None, 1.5, 7]


# Secrets


def forms_of(secret):
    """A secret as JSON, Python and URLs may write it."""
    once = (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1])
    return {*once, *(json.dumps(form)[1:-1] for form in once)}


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize(
    "secret", ["0auth.secret/==", 'with "quotes" and \\', "with\nline", "schlüssel", "figd_other", TOKEN, 'it\'s "so"']
)
def test_no_secret_is_written_wherever_it_is(scratch, as_json, secret):
    error = FigmaError(Failure("auth", f"it said {secret}"))
    facts = {"text": f"x{secret}y", "list": [secret], "nested": {"a": (secret, {secret: 1})}, "error": error}

    line = scratch(f"failed: {secret}", as_json=as_json, secrets=(secret, ""), **facts).decode()

    assert not [form for form in forms_of(secret) if form in line]
    assert line.count("[redacted]") >= 5


SECRET = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FFF), min_size=16, max_size=40)
ESCAPES = st.sampled_from(
    [
        *(str, repr, ascii, json.dumps, quote, quote_plus, escape),
        lambda text: quote(text, safe="").lower(),
        lambda text: json.dumps(text, ensure_ascii=False),
        lambda text: text.replace("/", "\\/"),
    ]
)


@settings(deadline=None)
@given(SECRET, st.text("ab '\"\\\n%ж", max_size=10), st.booleans(), st.tuples(ESCAPES, ESCAPES))
def test_no_escaping_saves_a_secret(scratch, secret, around, as_json, escapes):
    assume(secret.encode() not in scratch("x", as_json=as_json))
    told = around + escapes[1](escapes[0](secret)) + around

    line = scratch(f"x{told}", as_json=as_json, secrets=(secret,), facts=[told, {told: 1}], **{told: 1})

    assert line.count(b"[redacted]") >= 4
    assert not [form for form in forms_of(secret) if form.encode() in line]


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("prefix", ["figd_", "figo_", "figp_", "figu_"])
def test_what_looks_like_a_token_is_not_written_even_if_nobody_knows_it(scratch, as_json, prefix):
    line = scratch("x", as_json=as_json, headers={"X-Figma-Token": f"{prefix}AbC-123_x"})

    assert b"AbC-123" not in line


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer s3cret.x/y==",
        "https://s3.example/a?X-Amz-Date=1&X-Amz-Signature=s3cret&x=kept",
        "https://s3.example/a?X-Amz-Security-Token=s3cret%2Fs3cret/s3cret==",
        "proxy http://user:s3cret@proxy.example:8080 kept",
    ],
)
def test_other_credentials_are_taken_out_by_their_looks(scratch, text):
    line = scratch(text, as_json=True)

    assert b"s3cret" not in line
    assert (b"kept" in line) == ("kept" in text)


def test_a_secret_as_a_number_or_at_the_cut_of_a_long_text_is_taken_out(scratch):
    assert b"8642097531" not in scratch("x", as_json=True, secrets=("8642097531",), number=8642097531)
    for before in range(24):
        line = scratch("y" * before + "0auth.secret" * 10_000, as_json=True, secrets=("0auth.secret",))
        assert line.count(b"[redacted]") > 50
        assert b"0a" not in line


def test_json_stays_json_when_a_secret_is_taken_out(scratch):
    line = scratch('say "event"', as_json=True, secrets=('"event"', ", ", ": "))

    assert msgspec.json.decode(line)["event"] == "say [redacted]"


# The file


def test_a_log_file_is_for_its_owner_and_is_appended_to(file):
    mask = os.umask(0)
    try:
        for n in range(2):
            with opened(file.open(run=n)) as log:
                log.info("x")
    finally:
        os.umask(mask)

    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [event["run"] for event in file.events()] == [0, 1]


@pytest.mark.parametrize("kind", ["link", "folder", "missing folder", "nul", "surrogate"])
def test_a_file_that_cannot_be_opened_is_a_problem_and_no_error(tmp_path, capfd, kind):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "link").symlink_to(victim)
    (tmp_path / "folder").mkdir()
    names = {"missing folder": "none/x", "nul": "a\0b", "surrogate": "\ud800"}

    log = open_log(LogOptions(path=str(tmp_path / names.get(kind, kind))))
    log.error("goes on")

    (problem,) = log.problems
    assert str(tmp_path) in problem
    assert "cannot be opened" in problem
    assert capfd.readouterr().err == "error: goes on\n"
    assert victim.read_text() == "precious"


def test_a_pipe_without_a_reader_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with opened(open_log(LogOptions(path=str(tmp_path / "pipe")))) as log:
        for _ in range(1000):
            log.info("x" * 1000)

        assert len(log.problems) == 1


@pytest.mark.parametrize("torn", [b'{"time": "2026', b'whole\n{"ti', b"x"])
def test_half_a_line_of_a_dead_writer_takes_no_other_event_with_it(file, torn):
    with opened(file.open()) as log, opened(file.open()) as other:
        file.path.write_bytes(torn)
        log.info("first")
        with file.path.open("ab") as dead:
            dead.write(b'{"event": "to')
        other.info("second")
        log.info("third")

    whole = []
    for line in file.lines():
        try:
            whole.append(msgspec.json.decode(line)["event"])
        except msgspec.DecodeError:
            continue
    assert whole == ["first", "second", "third"]


# Processes

_WRITER = """
import mmap, sys
from exfig_mp.log import LogOptions, open_log

path, board, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
log = open_log(LogOptions(level="error", as_json=True, path=path), run="r", worker=name)
with open(board, "r+b") as file:
    logged = mmap.mmap(file.fileno(), 0)
for n in range(1, count + 1):
    log.info("x", n=n, pad="y" * (n * 37 % (5000 if n % 50 == 0 else 400)))
    logged[8 * name : 8 * name + 8] = n.to_bytes(8, "little")
assert log.problems == ()
"""
_WRITERS, _KILLED, _EVENTS, _ENDLESS = 8, 4, 2000, 10**9


def test_no_event_of_any_process_is_lost_when_some_are_killed(file, tmp_path):
    board = tmp_path / "logged"  # what each writer knows to be logged; shared memory survives its death
    board.write_bytes(bytes(8 * _WRITERS))
    dice = random.Random(7)
    counts = [_ENDLESS] * _KILLED + [_EVENTS] * (_WRITERS - _KILLED)
    with board.open("r+b") as opened_board, mmap.mmap(opened_board.fileno(), 0) as shared:

        def logged(name):
            return int.from_bytes(shared[8 * name : 8 * name + 8], "little")

        writers = [start(_WRITER, file.path, board, name, count) for name, count in enumerate(counts)]
        try:
            for name in range(_KILLED):
                enough = dice.randrange(1, 1500)
                wait_until(lambda name=name, enough=enough: logged(name) > enough)
                writers[name].kill()
            codes = [writer.wait(60) for writer in writers]
        finally:
            for writer in writers:
                writer.kill()
                writer.wait()
        known = [logged(name) for name in range(_WRITERS)]

    assert codes == [-signal.SIGKILL] * _KILLED + [0] * (_WRITERS - _KILLED)
    by_writer: dict[int, list[dict[str, Any]]] = {name: [] for name in range(_WRITERS)}
    for event in file.events():  # each line is whole
        by_writer[event["worker"]].append(event)
    for name, events in by_writer.items():
        assert [event["n"] for event in events] == list(range(1, len(events) + 1))
        assert len(events) - known[name] in ({0, 1} if name < _KILLED else {0})  # killed before it could say so
        times = [event["time"] for event in events]
        assert times == sorted(set(times))
    assert known[_KILLED:] == [_EVENTS] * (_WRITERS - _KILLED)
    assert max(len(line) for line in file.lines()) < LONGEST_LINE


def test_threads_of_a_process_share_its_log(file):
    with opened(file.open()) as log:

        def talk(worker):
            for n in range(300):
                log.info("x", worker=worker, n=n)

        threads = [threading.Thread(target=talk, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    events = file.events()
    assert sorted((event["worker"], event["n"]) for event in events) == [(w, n) for w in range(4) for n in range(300)]
    assert [event["time"] for event in events] == sorted({event["time"] for event in events})


def bytes_in(pipe):
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def start(program, *arguments, **settings):
    return subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)], **settings)


def wait_until(true, seconds=60):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


# What the system refuses


def test_a_full_disk_ends_the_log_and_nothing_else(full_disk, capfd):
    file = Destination(full_disk / "run.log")
    (full_disk / "fill").write_bytes(bytes(40_000))
    with opened(file.open(run="a")) as log:
        for n in range(1000):
            log.info("x", n=n, pad="y" * 101)
        (problem,) = log.problems
        log.error("goes on")
    left = file.path.read_bytes()
    (full_disk / "fill").unlink()
    with opened(file.open(run="b")) as log:
        log.info("after")

    assert str(file.path) in problem
    assert "No space left" in problem
    assert capfd.readouterr().err == "error: goes on\n"
    whole = [msgspec.json.decode(line) for line in left.split(b"\n")[:-1]]
    assert [event["n"] for event in whole] == list(range(len(whole)))
    assert len(whole) > 50
    assert not left.endswith(b"\n")  # else this has not seen half a line
    assert msgspec.json.decode(file.lines()[-1])["event"] == "after"


def test_a_device_that_refuses_is_told_once():
    with opened(open_log(LogOptions(level="error", path="/dev/full"))) as log:
        for _ in range(3):
            log.info("x")

        assert len(log.problems) == 1


_STARVED = """
import os, resource, sys
from exfig_mp.log import LogOptions, open_log

log = open_log(LogOptions(path=sys.argv[1]), secrets=("figd_secret",), run="r")
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
log.warning("before", token="figd_secret")
log.info("of no interest here")
assert "structlog._config" not in sys.modules
resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
print(*log.problems, "done")
"""


def test_what_there_is_to_say_without_any_descriptor_left_is_said_all_the_same(tmp_path):
    command = [sys.executable, "-c", _STARVED, str(tmp_path / "log")]

    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "done\n"), ran.stderr
    assert ran.stderr == "warning: before (token=[redacted])\n"
    first, second = (tmp_path / "log").read_text().splitlines()
    assert first.endswith("warning: before (run=r token=[redacted])")
    assert second.endswith("info: of no interest here (run=r)")


_TALKER = """
import os, sys
from exfig_mp.log import LogOptions, open_log

log = open_log(LogOptions(as_json=True))
for n in range(int(sys.argv[1])):
    log.warning("x", n=n, pad="y" * 300)
print(*log.problems, "done")
"""


def test_a_closed_pipe_on_standard_error_ends_the_log_and_nothing_else():
    reading, writing = os.pipe()
    os.close(reading)
    with start(_TALKER, 100, stderr=writing, stdout=subprocess.PIPE, text=True) as talker:
        os.close(writing)
        out = talker.communicate(timeout=60)[0]

    assert talker.returncode == 0
    assert out == "standard error refuses the log: Broken pipe; nothing more is logged there done\n"


@pytest.mark.parametrize("blocking", [True, False])
def test_a_slow_reader_of_standard_error_misses_nothing(blocking):
    reading, writing = os.pipe()
    os.set_blocking(writing, blocking)
    with start(_TALKER, 1000, stderr=writing, stdout=subprocess.PIPE, text=True) as talker:
        os.close(writing)
        wait_until(lambda: bytes_in(reading) > 60_000)
        time.sleep(0.1)  # it is full now, and its writer waits
        text = b"".join(iter(lambda: os.read(reading, 3000), b""))
        os.close(reading)
        out = talker.communicate(timeout=60)[0]

    assert out == "done\n"
    assert [msgspec.json.decode(line)["n"] for line in text.splitlines()] == list(range(1000))


def test_nobody_who_reads_standard_error_does_not_hold_up_the_run():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with start(_TALKER, 1000, stderr=writing, stdout=subprocess.PIPE, text=True) as talker:
        os.close(writing)
        out = talker.communicate(timeout=60)[0]
    os.close(reading)

    assert "standard error refuses the log: Resource temporarily unavailable" in out


def test_what_has_the_number_of_a_closed_standard_error_is_not_written_to(tmp_path):
    program = """
import os, sys
from exfig_mp.log import open_log
descriptor = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
log = open_log("info")
log.error("x")
print(descriptor, log.problems)
"""
    command = 'exec "$@" 2>&-'
    ran = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-c", program, tmp_path / "other"],
        stdout=subprocess.PIPE, text=True, check=True, timeout=60,
    )  # fmt: skip

    assert ran.stdout == "2 ()\n"
    assert (tmp_path / "other").read_bytes() == b""
