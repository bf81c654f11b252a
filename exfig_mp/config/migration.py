"""From a config of figma-export to one of ours: edits of the text, so that comments and indentation stay.

Nearly all keys are the same. What differs in letter case only is renamed, what has no counterpart becomes a comment,
and the cache is switched on. Every edit is read again: one that changes more than it should is not made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from exfig_mp.config.document import read_document
from exfig_mp.config.hints import KnownKeys
from exfig_mp.config.problems import BrokenYamlError, key_path
from exfig_mp.config.validation import json_schema, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from exfig_mp.config.document import Document
    from exfig_mp.config.problems import KeyPath

_CACHE: dict[str, Any] = {"enabled": True}
_STENCIL = "templatesPath: templates of figma-export are written in Stencil, and those of exfig-mp in Jinja2"


class Migration(Struct, frozen=True):
    """The new text; what was `changed`, and what was `left` for the reader to see to, in words."""

    text: str
    changed: tuple[str, ...]
    left: tuple[str, ...]


def migrate(text: str) -> Migration:
    """Return `text`, which loads without errors, as a config of ours.

    Raises:
        BrokenYamlError: it is no YAML.
    """
    document = read_document(text)
    unknown = validate(read_document(text)).unknown
    changed: list[str] = []
    left: list[str] = []
    known = KnownKeys.of_schema(json_schema()) if unknown else KnownKeys({})
    places = {path: document.origins[path].mark for path in unknown}
    # From below, and from the right: so that the places of the others stay true.
    for path in sorted(places, key=lambda path: (places[path].line, places[path].column), reverse=True):
        text, done, said = _mended(text, document, path, _twin(path, known))
        (changed if done else left).append(said)
    text, done, said = _with_cache(text)
    (changed if done else left).append(said)
    if any(path[-1] == "templatesPath" for path in document.origins if path):
        left.append(_STENCIL)
    return Migration(text, tuple(changed), tuple(left))


def _mended(text: str, document: Document, path: KeyPath, twin: str) -> tuple[str, bool, str]:
    """Return the text without the unknown key at `path`; whether that worked; and a sentence about it.

    `twin` is the key that was meant, if there is one.
    """
    name, where, line = str(path[-1]), key_path(path), document.origins[path].mark.line
    if twin and twin not in _at(document.tree, path[:-1]):
        renamed = _edited(text, lambda: _renamed(text, document, path, twin), _moved(path, twin))
        if renamed is not None:
            return renamed, True, f"line {line}: {where} is {twin} now"
    commented = _edited(text, lambda: _commented_out(text, document, path), _moved(path, ""))
    if commented is not None:
        return commented, True, f"line {line}: {where} is a comment now: exfig-mp has no such key"
    return text, False, f"line {line}: {where}: exfig-mp has no key {name}, and passes over it"


def _with_cache(text: str) -> tuple[str, bool, str]:
    """Return the text with `common.cache.enabled: true`."""
    document = read_document(text)
    common = document.tree.get("common")
    if isinstance(common, dict) and "cache" in common:
        return text, False, "common.cache is there already, and stays as it is"

    def with_cache(tree: Any) -> None:
        tree["common"] = (tree.get("common") or {}) | {"cache": _CACHE}

    for insert in (_into_flow, _into_block, _as_section):
        edited = _edited(text, lambda insert=insert: insert(text, document), with_cache)  # type: ignore[misc]  # bound now
        if edited is not None:
            return edited, True, "common.cache.enabled is true now: what is unchanged and in place is skipped"
    return text, False, "common.cache.enabled: could not be put in; add it, or run with --cache"


def _edited(text: str, edit: Callable[[], str | None], change: Callable[[Any], None]) -> str | None:
    """Return what `edit` makes of `text`, if the values of that are those of `text` after `change`."""
    edited = edit()
    if edited is None:
        return None
    wanted = read_document(text).tree
    change(wanted)
    try:
        document = read_document(edited)
    except BrokenYamlError:
        return None
    return edited if _bare(document.tree) == _bare(wanted) and not document.mistakes else None


def _renamed(text: str, document: Document, path: KeyPath, name: str) -> str | None:
    lines, mark, old = text.splitlines(keepends=True), document.origins[path].mark, str(path[-1])
    line, at = lines[mark.line - 1], mark.column - 1
    at += line[at : at + 1] in {'"', "'"}
    if not line.startswith(old, at):
        return None
    lines[mark.line - 1] = line[:at] + name + line[at + len(old) :]
    return "".join(lines)


def _commented_out(text: str, document: Document, path: KeyPath) -> str | None:
    """Put a `#` before the lines of a key that begins one, and before what belongs to it."""
    lines, mark = text.splitlines(keepends=True), document.origins[path].mark
    first, indent = mark.line - 1, mark.column - 1
    if lines[first][:indent].strip():
        return None
    last = first
    for number in range(first + 1, len(lines)):
        line = lines[number]
        depth = len(line) - len(line.lstrip(" "))
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if depth < indent or (depth == indent and not line.lstrip().startswith("- ")):
            break
        last = number
    for number in range(first, last + 1):
        if lines[number].strip():
            lines[number] = f"{lines[number][:indent]}# {lines[number][indent:]}"
    return "".join(lines)


def _into_flow(text: str, document: Document) -> str | None:
    """Insert the cache into `common: {...}`, or into a whole document of that form."""
    for path, inserted in ((("common",), '"cache": {"enabled": true}'), ((), '"common": {"cache": {"enabled": true}}')):
        if path not in document.origins or (not path and "common" in document.tree):
            continue
        begin = _offset(text, document.origins[path].mark.line, document.origins[path].mark.column)
        opening = re.compile(r"""(?:['"]?common['"]?\s*:\s*)?\{""").match(text, begin)
        if opening:
            is_empty = not _at(document.tree, path)
            return text[: opening.end()] + inserted + ("" if is_empty else ", ") + text[opening.end() :]
    return None


def _into_block(text: str, document: Document) -> str | None:
    """Insert the cache as the first key of `common`, as far in as its other keys."""
    origin = document.origins.get(("common",))
    if origin is None:
        return None
    unit = _unit(document)
    columns = [one.mark.column - 1 for path, one in document.origins.items() if path[:-1] == ("common",)]
    margin = " " * (min(columns) if columns else origin.mark.column - 1 + unit)
    return _with_lines(text, origin.mark.line, [f"{margin}cache:", f"{margin}{' ' * unit}enabled: true"])


def _as_section(text: str, document: Document) -> str | None:
    """Insert `common` before the section that follows `figma`, or else at the end."""
    if "common" in document.tree:
        return None
    unit, end = " " * _unit(document), _newline(text)
    block = ["common:", f"{unit}cache:", f"{unit}{unit}enabled: true"]
    lines = text.splitlines(keepends=True)
    starts = sorted(one.mark.line for path, one in document.origins.items() if len(path) == 1)
    figma = document.origins.get(("figma",))
    following = next((line for line in starts if figma and line > figma.mark.line), None)
    if following is None:
        return text.rstrip() + end + _joined(["", *block], end)
    at = following - 1
    while at and lines[at - 1].startswith("#"):  # what is said about the next section stays with it
        at -= 1
    return _with_lines(text, at, [*block, ""])


def _with_lines(text: str, after: int, new: Iterable[str]) -> str:
    lines, end = text.splitlines(keepends=True), _newline(text)
    if after == len(lines) and lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    return "".join((*lines[:after], _joined(new, end), *lines[after:]))


def _joined(lines: Iterable[str], end: str) -> str:
    return "".join(line + end for line in lines)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _unit(document: Document) -> int:
    """Return by how many columns the document indents sections that begin on a line of their own."""
    origins = document.origins
    columns = [
        one.mark.column - 1
        for path, one in origins.items()
        if len(path) == 2 and one.mark.column > 1 and one.mark.line > origins[path[:1]].mark.line
    ]
    return min(columns, default=2)


def _offset(text: str, line: int, column: int) -> int:
    return sum(map(len, text.splitlines(keepends=True)[: line - 1])) + column - 1


def _twin(path: KeyPath, known: KnownKeys) -> str:
    """Return the key that differs from an unknown one in letter case only; empty if there is none."""
    section = tuple(step for step in path[:-1] if isinstance(step, str))
    names = known.sections.get(section, ())
    return next((name for name in names if name.casefold() == str(path[-1]).casefold()), "")


def _moved(path: KeyPath, name: str) -> Callable[[Any], None]:
    """Return a change of a tree: the value at `path` goes under `name`, or goes if that is empty."""

    def move(tree: Any) -> None:
        section = _at(tree, path[:-1])
        value = section.pop(path[-1])
        if name:
            section[name] = value

    return move


def _at(tree: Any, path: KeyPath) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _bare(value: Any) -> Any:
    """Return a value without what is empty, which no key is worth."""
    if isinstance(value, dict):
        return {key: bare for key, one in value.items() if (bare := _bare(one)) not in (None, {})}
    return [_bare(one) for one in value] if isinstance(value, list) else value
