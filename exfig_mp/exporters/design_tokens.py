"""Design tokens as JSON, in the form of the W3C community group as ExFig v1 writes it: groups by the slashes of names.

https://www.designtokens.org/tr/drafts/format/ has the format; several modes under one `$value` are v1's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exfig_mp.colors import Palette, Rgba

ROOT = "$root"
"""The name of a token that has the name of a group: `a` beside `a/b`."""

_DEEPEST = 32
_FORBIDDEN = str.maketrans("{}.", "___")
_MODES = {"light": "Light", "dark": "Dark", "light_hc": "Contrast Light", "dark_hc": "Contrast Dark"}


class Token(NamedTuple):
    """A token by Figma's name; without a `description` it has none."""

    name: str
    type: str
    value: Any
    description: str = ""


class Nested(NamedTuple):
    """Tokens in their groups; `problems` are about those that are left out."""

    tree: dict[str, Any]
    problems: tuple[str, ...] = ()


def color_tokens(palette: Palette, descriptions: Mapping[str, str]) -> list[Token]:
    """Return a token for each name, with its colour in each mode that has it."""
    values: dict[str, dict[str, str]] = {}
    for appearance, mode in _MODES.items():
        for raw in getattr(palette, appearance):
            values.setdefault(raw.name, {})[mode] = hex_color(raw.value)
    return [Token(name, "color", modes, descriptions.get(name, "")) for name, modes in values.items()]


def hex_color(color: Rgba) -> str:
    """Return `#rrggbb`, or `#rrggbbaa` for a colour that is not opaque."""
    octets = color.octets
    return "#" + "".join(f"{one:02x}" for one in (octets[:3] if color.alpha >= 1 else octets))


def token_path(name: str) -> list[str]:
    """Return groups and name of a token, with `_` for what the format keeps for itself; groups have an end."""
    parts = [part.translate(_FORBIDDEN) for part in name.split("/") if part]
    parts = [f"_{part[1:]}" if part.startswith("$") else part for part in parts]
    return [*parts[: _DEEPEST - 1], "/".join(parts[_DEEPEST - 1 :])] if len(parts) > _DEEPEST else parts


def nested(tokens: Iterable[Token]) -> Nested:
    """Return tokens in groups. Of several tokens with one name and different values the first one stays."""
    tree: dict[str, Any] = {}
    problems: list[str] = []
    for token in tokens:
        path = token_path(token.name)
        if not path:
            problems.append(f"{token.type} {token.name!r} has no name that could be written")
            continue
        known = _put(tree, path, _written(token))
        if known is not None:
            problems.append(f"{token.type} {token.name!r} is there twice, and not the same: rename one in Figma")
    return Nested(tree, tuple(problems))


def _written(token: Token) -> dict[str, Any]:
    described = {"$description": token.description} if token.description else {}
    return {"$type": token.type, "$value": token.value} | described


def _put(tree: dict[str, Any], path: list[str], written: dict[str, Any]) -> dict[str, Any] | None:
    """Put a token into its group; return the other token that is there already."""
    group = tree
    for step in path[:-1]:
        inner = group.setdefault(step, {})
        if "$value" in inner:
            inner = group[step] = {ROOT: inner}
        group = inner
    there = group.get(path[-1])
    if there is not None and "$value" not in there:
        group, path = there, [ROOT]
        there = group.get(ROOT)
    if there is None:
        group[path[-1]] = written
    return there if there is not None and there["$value"] != written["$value"] else None
