"""Everything that may go wrong, in one tree: what a person sees is `str(error)` and `error.advice`.

Library exceptions become one of these at the door where the library is used. All of them survive pickling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from exfig_mp.model import Cause, Failure


class ExfigError(Exception):
    """Base of all expected errors.

    Args:
        message: what happened, and to what.
        advice: what the reader can do; empty if there is nothing.
    """

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return self.message


class ConfigError(ExfigError):
    """Usage or configuration is wrong; nothing was started. `problems` has one line per problem."""

    exit_code = 2

    def __init__(self, message: str, advice: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, advice)
        self.args = (message, advice, problems)
        self.problems = problems


class FigmaError(ExfigError):
    """Figma refused or could not answer; `cause` says which kind, `status` is the HTTP status or 0.

    `correlation` names the request in the log, empty if none was sent.
    """

    correlation = ""

    def __init__(self, failure: Failure, status: int = 0) -> None:
        super().__init__(failure.message, failure.advice)
        self.args = (failure, status)
        self.failure = failure
        self.status = status

    def of(self, correlation: str) -> Self:
        """Return this error as that of one request."""
        self.correlation = correlation
        return self

    @property
    def cause(self) -> Cause:
        """The kind of failure, as reports group it."""
        return self.failure.cause

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # a property serves the same reads as the base's constant
        """3 for authentication and permission, 75 for a rate limit, else 1 (SPEC of exit codes: see the README)."""
        return {"auth": 3, "forbidden": 3, "rate_limit": 75}.get(self.cause, 1)


class ConversionError(ExfigError):
    """An asset cannot be converted: the message names what in it cannot be read or drawn."""


class StateError(ExfigError):
    """The checkpoint or its folder cannot be used."""


class LockedError(StateError):
    """Another run holds this folder."""

    exit_code = 5


class DiskError(ExfigError):
    """The disk refused: full (then `is_full`), read-only, or gone."""

    def __init__(self, message: str, advice: str = "", *, is_full: bool = False) -> None:
        super().__init__(message, advice)
        self.is_full = is_full

    def __reduce__(self) -> tuple[object, ...]:
        return _disk_error, (type(self), self.message, self.advice, self.is_full)

    @property
    def cause(self) -> Cause:
        """The kind of failure, as reports group it."""
        return "disk_full" if self.is_full else "disk"


def _disk_error(kind: type[DiskError], *said: Any) -> DiskError:
    message, advice, is_full = said
    return kind(message, advice, is_full=is_full)  # pickle knows no keywords
