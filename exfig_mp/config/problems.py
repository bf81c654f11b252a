"""What a person reads about a broken config: problems with their place, key paths, quoted values, code frames.

Nothing here reads files. Every text that comes out is safe to print: control characters of a hostile config are
escaped, and long values are cut.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

KeyPath = tuple[str | int, ...]

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_LONGEST_QUOTE = 60
_WIDEST_FRAME = 100


class Mark(Struct, frozen=True):
    """A place in a file; both numbers count from 1, and columns count characters."""

    line: int
    column: int


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong in one config.

    `file` is the config's display name; `line` is 0 where no line is to blame (a file that cannot be read);
    `key_path` is like "ios.icons[1].format", empty for the whole file; `frame` is the source around the place,
    given only where the YAML itself is broken.
    """

    file: str
    line: int
    column: int
    key_path: str
    message: str
    frame: str = ""

    def __str__(self) -> str:
        """Return the one-line form, which editors and terminals turn into a link."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (place, self.key_path, self.message) if part)

    def lines(self) -> tuple[str, ...]:
        """Return the one-line form, followed by the lines of the code frame if there is one."""
        return (str(self), *self.frame.splitlines())


class BrokenYamlError(Exception):
    """A text that no tree can be made of, and where; stays inside this package.

    Args:
        message: what is wrong, in words for the author of the config.
        mark: the place to blame, or None if it is the whole file.
    """

    def __init__(self, message: str, mark: Mark | None = None) -> None:
        super().__init__(message, mark)
        self.message = message
        self.mark = mark


def printable(text: str) -> str:
    """Return `text` with everything escaped that a terminal could take for a command, or could not show."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def quoted(text: str) -> str:
    """Return `text` in double quotes, printable, and cut if it is long."""
    cut = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 3] + "..."
    return f'"{printable(cut)}"'


def described(value: Any) -> str:
    """Return what a value of a config tree is, as a message names it: `text "abc"`, `the number 3`, `a list`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"text {quoted(value)}" if value else "an empty text"
        case list():
            return "a list"
        case _:
            return "a group of keys"


def key_path(path: KeyPath) -> str:
    """Return `path` as people write it: `("ios", "icons", 1, "format")` is "ios.icons[1].format"."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f".{quoted(step)}" if text else quoted(step)
    return text


def code_frame(text: str, mark: Mark) -> str:
    """Return the lines of `text` around `mark`, numbered, with a caret under its column."""
    lines = _LINE_BREAK.split(text)
    line = min(max(mark.line, 1), len(lines))
    start = max(mark.column - _WIDEST_FRAME // 2, 0) if len(lines[line - 1]) > _WIDEST_FRAME else 0
    frame = []
    for number in range(max(line - 2, 1), min(line + 1, len(lines)) + 1):
        # One character must stay one column wide, or the caret points beside its target.
        shown = "".join(
            char if char.isprintable() else " " for char in lines[number - 1][start : start + _WIDEST_FRAME]
        )
        frame.append(f"{'>' if number == line else ' '} {number:>5} | {shown}".rstrip())
        if number == line:
            frame.append(f"        | {' ' * (mark.column - 1 - start)}^")
    return "\n".join(frame)
