"""The log: one event a line on standard error, or in a file; the one door to structlog."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, Literal, TextIO

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    _Event = MutableMapping[str, object]

Level = Literal["debug", "info", "warning", "error"]
Log = structlog.types.FilteringBoundLogger

_LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_CREDENTIAL = re.compile(r"fig[dpou]_[A-Za-z0-9_-]+")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What would end a line, steer a terminal or not encode: names and messages come from outside."""


def open_log(
    level: Level, *, as_json: bool = False, stream: TextIO | None = None, secrets: tuple[str, ...] = ()
) -> Log:
    """Return a log that writes events of at least `level`.

    Args:
        level: the least important level that is written.
        as_json: whether lines are JSON objects, else text for people.
        stream: where to; standard error if None.
        secrets: texts that must never be written; whatever looks like a Figma token is taken out too.
    """
    renderer: Callable[..., Any] = structlog.processors.JSONRenderer() if as_json else _as_text
    log: Log = structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True) if as_json else _pass_on,
            renderer,
            _Redactor(secrets),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
    )
    return log


class _Redactor:
    """Takes secrets out of a rendered line: wherever in an event they were, and in whatever way they were escaped."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        forms = {form for secret in secrets for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1])}
        self._secrets = sorted(forms - {""}, key=len, reverse=True)

    def __call__(self, _logger: object, _method: str, line: Any) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "[redacted]")
        return _CREDENTIAL.sub("[redacted]", str(line))


def _pass_on(_logger: object, _method: str, event: _Event) -> _Event:
    return event


def _as_text(_logger: object, _method: str, event: _Event) -> str:
    level, message = event.pop("level"), event.pop("event")
    facts = " ".join(f"{key}={value}" for key, value in event.items())
    line = f"{level}: {message}{f' ({facts})' if facts else ''}"
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], line)
