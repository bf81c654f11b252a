"""From types to sentences: what was expected at a place, and what was found there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import inspect

from exfig_mp.config.problems import described, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence


def mismatch(kinds: Sequence[inspect.Type], value: Any) -> str:
    """Return one sentence about a value that is none of `kinds`, of which there is at least one."""
    wanted = list(dict.fromkeys(unmet(kind, value) for kind in kinds))
    only_words = all(isinstance(kind, inspect.LiteralType) for kind in kinds)
    found = quoted(value) if only_words and isinstance(value, str) else described(value)
    return f"expected {' or '.join(wanted)}, found {'an empty list' if value == [] else found}"


def unmet(kind: inspect.Type, value: Any) -> str:
    """Return the noun of what `kind` asks of a value and this one is not; empty if it is. Looks at no element."""
    match kind:
        case inspect.StrType():
            return "" if isinstance(value, str) and len(value) >= (kind.min_length or 0) else "text"
        case inspect.BoolType():
            return "" if isinstance(value, bool) else "true or false"
        case inspect.IntType():
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            return _out_of_bounds(kind, value) if is_whole else "a whole number"
        case inspect.FloatType():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return _out_of_bounds(kind, value) if is_number else "a number"
        case inspect.LiteralType(values=words):
            return "" if isinstance(value, str) and value in words else _alternatives([f'"{word}"' for word in words])
        case inspect.VarTupleType(min_length=least):
            if not isinstance(value, list):
                return "a list"
            return f"at least {least} element{'s' if least > 1 else ''}" if least and len(value) < least else ""
        case inspect.StructType():
            return "" if isinstance(value, dict) else "a group of keys"
    raise TypeError(f"no config has a {type(kind).__name__}")


def _out_of_bounds(kind: inspect.IntType | inspect.FloatType, number: float) -> str:
    if kind.gt is not None and number <= kind.gt:
        return f"a number greater than {kind.gt:g}"
    if kind.ge is not None and number < kind.ge:
        return f"a number of at least {kind.ge:g}"
    if kind.le is not None and number > kind.le:
        return f"a number of at most {kind.le:g}"
    return ""


def _alternatives(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
