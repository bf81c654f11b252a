"""The log: one event a line, on standard error and in a file, in one stream of all processes; the door to structlog.

Each process opens the file itself and writes each line with one system call. So the kernel keeps lines whole and in
the order of their writing, and nothing waits in a queue or a buffer that a crash could take. Times never go back within
a process; over all processes the order is that of the lines.
"""

from __future__ import annotations

import os
import re
import select
import stat
import sys
import threading
import time
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from exfig_mp.hashing import checksum
from exfig_mp.redaction import Redactor
from exfig_mp.workflow import defused, json_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    import structlog

    _Event = MutableMapping[str, Any]

Level = Literal["debug", "info", "warning", "error"]

LONGEST_LINE = 4096
"""Bytes of a line, its end included: as many as Linux never tears apart on a pipe (PIPE_BUF)."""

_LEVELS: dict[object, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_FIRST = ("time", "level", "event", "run", "worker", "config", "shard", "item", "attempt", "correlation")
_KNOWN_TO_PEOPLE = frozenset({"time", "run", "correlation"})  # at a terminal, now, there is one of each
_ASIDE = "aside"  # a mark of events, which is not written
_CUTS = (2048, 512, 128, 28)  # characters that each text of too long an event may keep; with the last any event fits
_PATIENCE = 1.0  # seconds that a full pipe which does not block is waited for, once
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What would end a line, steer a terminal, turn text around or not encode: names and messages come from outside."""


class LogOptions(Struct, frozen=True, kw_only=True):
    """What is logged, and where to. Crosses process borders, so it holds no secret: workers know none.

    Args:
        level: the least important level on standard error.
        as_json: whether lines are JSON objects, else text for people. Where there is a file, standard error is theirs.
        path: the log file, absolute, which is appended to; None for none.
        file_level: the least important level in the file.
    """

    level: Level = "warning"
    as_json: bool = False
    path: str | None = None
    file_level: Level = "info"

    @property
    def wants_info(self) -> bool:
        """Is anything below a warning written anywhere?"""
        return self.path is not None or _LEVELS[self.level] <= _LEVELS["info"]

    @classmethod
    def chosen(cls, *, quiet: bool, verbose: bool, as_json: bool = False, path: str | None = None) -> LogOptions:
        """Return the options that -q, -v, --log-format and --log-file ask for; quiet wins over verbose."""
        level: Level = "error" if quiet else "info" if verbose else "warning"
        file_level: Level = "debug" if verbose and not quiet else "info"
        return cls(level=level, as_json=as_json, path=path and str(Path(path).absolute()), file_level=file_level)


class Log:
    """Writes events; made by `open_log`. Never raises, whatever becomes of the file or of standard error.

    A fact's name is its key; the keys of `_FIRST` are in front in their order, then come the others as given.
    """

    def __init__(self, way: _Way, facts: Mapping[str, object]) -> None:
        self._way, self._facts = way, facts
        self._bound: structlog.typing.FilteringBoundLogger | None = None

    def debug(self, event: str, /, **facts: object) -> None:
        """Write an event that helps to find a mistake."""
        self._write("debug", event, facts)

    def info(self, event: str, /, **facts: object) -> None:
        """Write an event of a run in good order."""
        self._write("info", event, facts)

    def warning(self, event: str, /, **facts: object) -> None:
        """Write an event that somebody should know of."""
        self._write("warning", event, facts)

    def error(self, event: str, /, **facts: object) -> None:
        """Write an event for which something is not done."""
        self._write("error", event, facts)

    def bind(self, **facts: object) -> Log:
        """Return a log that writes to the same places, with `facts` in each event."""
        return Log(self._way, {**self._facts, **facts})

    @property
    def aside(self) -> Log:
        """This log, for what people are told at the end: without -v, they do not read it here as well."""
        return self.bind(**{_ASIDE: True})

    @property
    def problems(self) -> tuple[str, ...]:
        """What refused lines and is no longer written to, one text each: after `open_log` only the file can be here."""
        return tuple(outlet.problem for outlet in self._way.outlets if outlet.problem)

    def _write(self, level: Level, event: str, facts: Mapping[str, object]) -> None:
        if _LEVELS[level] >= self._way.least:
            try:
                self._bound = self._bound or self._way.logger.bind(**self._facts)
            except (OSError, ImportError):  # with no descriptor left nothing can be loaded
                plain = {**self._facts, **facts, "event": event, "level": level}
                self._way.lines.write(self._way.redact(None, level, plain))
            else:
                getattr(self._bound, level)(event, **facts)


class _Way:
    """The one way of a process to the log: where lines go, and structlog, which is imported for the first line."""

    def __init__(self, outlets: tuple[_Outlet, ...], secrets: tuple[str, ...], clock: Callable[[], float]) -> None:
        self.outlets, self.lines = outlets, _Lines(outlets, clock)
        self.redact = Redactor(secrets, LONGEST_LINE)
        self.least = min((outlet.level for outlet in outlets), default=_LEVELS["error"] + 1)

    @cached_property
    def logger(self) -> structlog.typing.FilteringBoundLogger:
        """structlog, as we want it."""
        import structlog  # slow, and most runs have nothing to say

        logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            self.lines,
            processors=[structlog.processors.add_log_level, self.redact, lambda _logger, _level, one: ((one,), {})],
            wrapper_class=structlog.make_filtering_bound_logger(self.least),
        )
        return logger


def open_log(
    options: LogOptions | Level,
    *,
    secrets: tuple[str, ...] = (),
    clock: Callable[[], float] = time.time,
    **bound: object,
) -> Log:
    """Open this process's way to the log, for as long as it lives.

    A file that cannot be opened is named in the log's `problems`, and the log goes on without it.

    Args:
        options: what to log and where to; a level alone is text on standard error.
        secrets: texts that must never be written, however escaped; what looks like a credential is taken out too.
        clock: returns Unix time in seconds.
        bound: facts of every event: `run`, and in a worker `worker`.
    """
    options = options if isinstance(options, LogOptions) else LogOptions(level=options)
    outlets: list[_Outlet] = []
    if sys.__stderr__ is not None:  # else descriptor 2 was closed at the start, and may be some other file by now
        is_json = options.as_json and options.path is None
        for_people = partial(_as_text, left_out=_KNOWN_TO_PEOPLE)
        outlet = _Outlet("standard error", options.level, json_line if is_json else for_people)
        outlet.hears_asides = is_json or outlet.level <= _LEVELS["info"]
        outlets.append(outlet)
    if options.path is not None:
        outlets.append(_File(options.path, options.file_level, json_line if options.as_json else _as_text))
    return Log(_Way(tuple(outlets), secrets, clock), bound)


def correlation_id(run_id: str, item: str, attempt: int) -> str:
    """Return 16 hexadecimal digits that name one attempt at one item: in the log, and as a header of its request."""
    return checksum(f"{run_id} {attempt} {item}".encode("utf-8", "surrogatepass"))


class _Lines:
    """structlog's last stop: makes an event a line for each outlet that wants it."""

    def __init__(self, outlets: tuple[_Outlet, ...], clock: Callable[[], float]) -> None:
        self._outlets, self._clock, self._last = outlets, clock, 0
        self._lock = threading.RLock()

    def write(self, event: _Event) -> None:
        with self._lock:
            is_aside = event.pop(_ASIDE, False)
            event["time"] = self._now()
            ordered = {key: event[key] for key in _FIRST if key in event} | dict(event)
            for outlet in self._outlets:
                if outlet.wants(_LEVELS[event["level"]]) and (outlet.hears_asides or not is_aside):
                    outlet.write(_fit(ordered, outlet.render))

    debug = info = warning = error = write

    def _now(self) -> str:
        """Return the time in UTC; a clock that goes back, or stands, is a microsecond on from the event before."""
        self._last = max(int(self._clock() * 1_000_000), self._last + 1)
        seconds, microseconds = divmod(self._last, 1_000_000)
        return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{microseconds:06}Z"


class _Outlet:
    """A descriptor that lines go to, each at once. It is given up for good when it refuses one: the run goes on."""

    def __init__(self, name: str, level: Level, render: Callable[[_Event], str], descriptor: int = 2) -> None:
        self.problem = ""
        self.hears_asides = True
        self.render = render
        self._name = name
        self.level = _LEVELS[level]
        self._descriptor = descriptor

    def wants(self, level: int) -> bool:
        return not self.problem and level >= self.level

    def write(self, line: bytes) -> None:
        try:
            self._put(line)
        except OSError as error:
            self.give_up("refuses the log", error)

    def give_up(self, what: str, error: OSError | ValueError) -> None:
        reason = getattr(error, "strerror", None) or error
        self.problem = f"{self._name} {what}: {reason}; nothing more is logged there"

    def _put(self, line: bytes) -> None:
        rest = memoryview(line)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # who shares standard error made it so, and its reader is slow
                if not select.select([], [self._descriptor], [], _PATIENCE)[1]:
                    raise


class _File(_Outlet):
    """The log file. A line that does not stand there whole, on a line of its own, is written again.

    Half a line, for the next one to go on from, is left by who was killed within a write or met a full disk.
    """

    def __init__(self, path: str, level: Level, render: Callable[[_Event], str]) -> None:
        super().__init__(f"log file {path}", level, render, -1)
        # Neither a link that somebody laid to another file, nor a pipe without a reader, gets the better of us.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        try:
            self._descriptor = os.open(path, flags, 0o600)
            self._is_regular = stat.S_ISREG(os.fstat(self._descriptor).st_mode)
        except (OSError, ValueError) as error:  # of values: no file can have this name
            self.give_up("cannot be opened", error)

    def _put(self, line: bytes) -> None:
        super()._put(line)
        if self._is_regular and not self._stands(line):
            super()._put(line)

    def _stands(self, line: bytes) -> bool:
        end = os.lseek(self._descriptor, 0, os.SEEK_CUR)  # of our last write, whoever has written since
        start = max(end - len(line) - 1, 0)
        return os.pread(self._descriptor, end - start, start) == (b"\n" + line if end > len(line) else line)


def _fit(event: _Event, render: Callable[[_Event], str]) -> bytes:
    """Return the event's line, cut within its texts as far as the longest line demands."""
    line = render(event).encode() + b"\n"
    for most in _CUTS:
        if len(line) <= LONGEST_LINE:
            break
        line = render(_cut_items(event, most, len(_FIRST) + most // 32)).encode() + b"\n"
    return line


def _cut_items(value: _Event, most: int, items: int) -> _Event:
    kept = {str(_cut(key, most)): _cut(inner, most) for key, inner in islice(value.items(), items)}
    return kept if len(kept) == len(value) else kept | {"…": "…"}


def _cut(value: object, most: int) -> object:
    if isinstance(value, str):
        return value if len(value) <= most else value[:most] + "…"
    if isinstance(value, list):
        kept = [_cut(inner, most) for inner in value[: most // 32]]
        return kept if len(kept) == len(value) else [*kept, "…"]
    return _cut_items(value, most, most // 32) if isinstance(value, dict) else value


def _as_text(event: _Event, left_out: frozenset[str] = frozenset()) -> str:
    shown = {key: value for key, value in event.items() if key not in left_out}
    start = " ".join(str(shown.pop(key)) for key in ("time", "level") if key in shown)
    event_text, facts = shown.pop("event"), " ".join(f"{key}={value}" for key, value in shown.items())
    line = f"{start}: {event_text}{f' ({facts})' if facts else ''}"
    return defused(_UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], line))
