"""Paths as calls of Compose's PathBuilder.

https://developer.android.com/reference/kotlin/androidx/compose/ui/graphics/vector/PathBuilder
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.convert.path_data import commands, has_more_digits, number

if TYPE_CHECKING:
    from exfig_mp.convert.path_data import Path, Segment

_CALLS = {
    "M": "moveTo",
    "L": "lineTo",
    "H": "horizontalLineTo",
    "V": "verticalLineTo",
    "C": "curveTo",
    "S": "reflectiveCurveTo",
    "Q": "quadTo",
    "T": "reflectiveQuadTo",
    "A": "arcTo",
}


def path_calls(path: Path, digits: int) -> list[str]:
    """Return the calls that draw `path`: those of the commands that it was read from, unless they are too fine."""
    own = path.source and not has_more_digits(path.source, digits)
    return [_call(command, digits) for command in (commands(path.source) if own else path.segments)]


def floating(value: float, digits: int) -> str:
    """Return a literal of Kotlin's Float."""
    return f"{number(value, digits)}f"


def _call(command: Segment, digits: int) -> str:
    letter, values = command
    upper = letter.upper()
    if upper == "Z":
        return "close()"
    shown = [floating(value, digits) for value in values]
    if upper == "A":
        shown[3:5] = ["true" if flag else "false" for flag in values[3:5]]
    relative = "" if letter == upper else "Relative"
    return f"{_CALLS[upper]}{relative}({', '.join(shown)})"
