"""The log: one event a line on standard error, or in a file; the one door to structlog."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Literal, TextIO

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    _Event = MutableMapping[str, object]

Level = Literal["debug", "info", "warning", "error"]
Log = structlog.types.FilteringBoundLogger

_LEVELS: dict[Level, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_CREDENTIAL = re.compile(r"fig[dpou]_[A-Za-z0-9_-]+")


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
    renderer: Callable[..., str | bytes] = structlog.processors.JSONRenderer() if as_json else _as_text
    log: Log = structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True) if as_json else _pass_on,
            _Redactor(secrets),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
    )
    return log


class _Redactor:
    """Takes secrets out of every value of an event."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)

    def __call__(
        self, _logger: object, _method: str, event: MutableMapping[str, object]
    ) -> MutableMapping[str, object]:
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = self._redact(value)
        return event

    def _redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[redacted]")
        return _CREDENTIAL.sub("[redacted]", text)


def _pass_on(_logger: object, _method: str, event: _Event) -> _Event:
    return event


def _as_text(_logger: object, _method: str, event: _Event) -> str:
    level, message = event.pop("level"), event.pop("event")
    facts = " ".join(f"{key}={value}" for key, value in event.items())
    return f"{level}: {message}{f' ({facts})' if facts else ''}"
