"""From the validator's error codes to sentences: what was expected at a place, and what was found there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exfig_mp.config.problems import described, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NOUNS = {
    "string_type": "text",
    "string_too_short": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a group of keys",
    "dataclass_type": "a group of keys",
}
_BOUNDS = {
    "greater_than": ("gt", "a number greater than"),
    "greater_than_equal": ("ge", "a number of at least"),
    "less_than": ("lt", "a number less than"),
    "less_than_equal": ("le", "a number of at most"),
}


def mismatch(errors: Iterable[Mapping[str, Any]], value: Any) -> str:
    """Return one sentence for all `errors` about one `value`; several are branches of a union.

    Args:
        errors: pydantic's error details, with `type`, `msg` and `ctx`.
        value: what the config has at this place.
    """
    errors = list(errors)
    wanted = list(dict.fromkeys(_expected(error) for error in errors))
    if "" in wanted:
        return _other(errors[wanted.index("")])
    only_literals = all(error["type"] == "literal_error" for error in errors)
    found = quoted(value) if only_literals and isinstance(value, str) else described(value)
    return f"expected {' or '.join(wanted)}, found {'an empty list' if value == [] else found}"


def _expected(error: Mapping[str, Any]) -> str:
    """Return the noun of what `error` asked for, or an empty text if its kind is not known here."""
    kind, context = error["type"], error.get("ctx", {})
    match kind:
        case "literal_error" | "enum":
            return str(context["expected"]).replace("'", '"')
        case "too_short":
            return f"at least {context['min_length']} element{'s' if context['min_length'] > 1 else ''}"
        case "too_long":
            return f"at most {context['max_length']} element{'s' if context['max_length'] > 1 else ''}"
        case _ if kind in _BOUNDS:
            key, phrase = _BOUNDS[kind]
            return f"{phrase} {context[key]:g}"
        case _:
            return _NOUNS.get(kind, "")


def _other(error: Mapping[str, Any]) -> str:
    """Return the validator's own words for a kind of error that has none here."""
    message = str(error["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
