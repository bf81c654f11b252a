"""From Figma's names to ours: name styles, the pipeline of regexps, the filter, and what a file may be called.

Pure functions on text. Words are split as ExFig v1 splits them, so that the names in existing projects stay the same.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from exfig_mp.exporters.identifiers import JAVA_KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from exfig_mp.exporters.protocol import Naming

NameStyle = Literal["camelCase", "snake_case", "PascalCase", "kebab-case", "SCREAMING_SNAKE_CASE", "flatCase"]

LONGEST_NAME = 200
"""Bytes of UTF-8: file systems take 255, and suffixes for appearance, scale, idiom and format come after the name."""

_REMEMBERED = 4096
"""Names that are remembered in their styles: plan, code and index files of a library all ask for each of them."""

_GROUP = re.compile(r"\$(\d)")
_ASCII_WORDS = re.compile("[A-Z]+[a-z]*|[0-9]+[a-z]*|[a-z]+")
_ASCII_LOW = re.compile("[a-z0-9]*")
_RESOURCE = re.compile(r"[a-z0-9_]*[a-z0-9][a-z0-9_]*")
_SWIFT_NAMED_GROUP = re.compile(r"((?<!\\)(?:\\\\)*\()\?<(?=[A-Za-z_])")
_UNSAFE = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_DARK_SUFFIXES = {"camelCase": "Dark", "PascalCase": "Dark", "kebab-case": "-dark", "SCREAMING_SNAKE_CASE": "_DARK"}
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")})


class Named(Struct, frozen=True):
    """A final name; `warning` says what had to be changed for a file system's sake, if anything."""

    text: str
    warning: str = ""


class Refused(Struct, frozen=True):
    """There is no such name, and why; `of_many` is what is said of several names that share this reason."""

    reason: str
    of_many: str = ""


def final_name(raw: str, naming: Naming) -> Named | Refused:
    """Return the name of a component: collapsed, validated, replaced, styled, safe as a file name, in that order.

    The regexps of `naming` must be sound (`regexp_problem`).
    """
    name = styled_name(raw, naming)
    if isinstance(name, Refused):
        return name
    named = safe_name(name)
    return _as_resource(named, naming.resource_word) if naming.resource_word and isinstance(named, Named) else named


def _as_resource(named: Named, word: str) -> Named | Refused:
    """Return a name that Android's build takes for a file of its resources, with a note if that is another one.

    Such files become fields of a Java class: https://developer.android.com/guide/topics/resources/providing-resources.
    """
    if not _RESOURCE.fullmatch(named.text):
        return Refused(f"is {named.text!r} as a file, and names of Android's resources have only a to z, 0 to 9 and _")
    text = named.text.lstrip("_")
    if not text[:1].isalpha() or text in JAVA_KEYWORDS:
        text = f"{word}_{text}"
    return named if text == named.text else Named(text, f"is written as {text!r}, as Android's resources need it")


def styled_name(raw: str, naming: Naming) -> str | Refused:
    """Return a name collapsed, validated, replaced and styled; it may be anything but a safe file name."""
    name = collapse(unicodedata.normalize("NFC", raw))
    if naming.validate is not None:
        pattern = compile_regexp(naming.validate)
        if not pattern.search(name):
            regexp = f"match {naming.validate_key}, {naming.validate!r}"
            return Refused(f"does not {regexp}", f"do not {regexp}")
        if naming.replace is not None:
            name = pattern.sub(_replacement(naming.replace), name)
    for style in (naming.style, naming.file_style):
        if style:
            name = restyle(name, style)
    return name


def collapse(name: str) -> str:
    """Return `name` without slashes: `a/a` is `a` (two equal halves only), `a/b` is `a_b`."""
    parts = [part for part in name.split("/") if part]
    if len(parts) == 2 and parts[0] == parts[1]:
        return parts[0]
    return name.replace("/", "_")


def words(text: str) -> list[str]:
    """Split at changes of case, before numbers and at everything that is neither letter nor digit.

    Lowercase letters stay with the digits before them: `icon24pxBold` is `icon`, `24px`, `Bold`.
    """
    return _ASCII_WORDS.findall(text) if text.isascii() else _words_by_letter(text)


@lru_cache(_REMEMBERED)
def restyle(text: str, style: str) -> str:
    """Return `text` in a name style; what is already in that style comes back unchanged."""
    match style:
        case "camelCase":
            return _camel(text)
        case "PascalCase":
            return text if _is_pascal(text) else "".join(word.capitalize() for word in words(text))
        case "snake_case":
            return _separated("_", text, text.replace("-", "_"), "_".join(filter(None, text.split(" "))))
        case "kebab-case":
            return _separated("-", text, text.replace("_", "-"))
        case "SCREAMING_SNAKE_CASE":
            return "_".join(word.upper() for word in words(text))
        case "flatCase":
            return "".join(word.lower() for word in words(text))
        case _:
            raise ValueError(f"unknown name style {style!r}")


def is_styled(text: str, style: NameStyle) -> bool:
    """Say whether `text` counts as being in `style` already, for the styles that leave such text unchanged."""
    match style:
        case "camelCase":
            if text.isascii():  # most are, and letter by letter takes long
                return text.isalpha() and text[0].islower()
            return text[:1].islower() and all(letter[0].isalpha() for letter in _letters(text))
        case "snake_case":
            return _is_low(text, "_")
        case "kebab-case":
            return _is_low(text, "-")
        case _:
            return restyle(text, style) == text


def dark_suffix(style: str) -> str:
    """Return what a dark file's name ends with, in the manner of `style`."""
    return _DARK_SUFFIXES.get(style, "_dark")


def matches(names: str, name: str) -> bool:
    """Say whether `name` is in a comma list of names, in which `*` stands for any text."""
    return any(_matches_one(item, name) for item in map(str.strip, names.split(",")) if item)


def regexp_problem(validate: str, replace: str | None = None) -> str:
    """Return why the regexps cannot be used, or nothing."""
    try:
        groups = compile_regexp(validate).groups
    except (re.error, RecursionError, OverflowError) as error:
        return f"{validate!r} is not a valid regexp: {error}"
    for digit in _GROUP.findall(replace or ""):
        if int(digit) > groups:
            return f"${digit} has no group to stand for: {validate!r} has {groups}"
    return ""


def compile_regexp(pattern: str) -> re.Pattern[str]:
    """Compile a regexp as configs write them: Swift's `(?<name>...)` is allowed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "possible nested set" and the like are no business of the config's author
        return re.compile(_SWIFT_NAMED_GROUP.sub(r"\1?P<", pattern))


def safe_name(name: str) -> Named | Refused:
    """Return a name that is one plain file name on every file system, or refuse where no honest one exists.

    Characters that some system forbids become `_`. Clashes that this makes are for the caller to find.
    """
    safe = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip().rstrip(". ")
    if not safe.strip("._ "):
        return Refused("leaves nothing that could name a file", "leave nothing that could name a file")
    if safe.startswith("."):
        safe = "_" + safe[1:]
    stem, dot, rest = safe.partition(".")
    if stem.rstrip().casefold() in _RESERVED:
        safe = f"{stem.rstrip()}_{dot}{rest}"
    size = len(safe.encode())
    if size > LONGEST_NAME:
        return Refused(f"is {size} bytes long, and file names have room for {LONGEST_NAME}")
    return Named(safe, "" if safe == name else f"is written as {safe!r}, which every file system allows")


def folded(name: str) -> str:
    """Return what two names share if a disk that ignores case or Unicode forms takes them for one."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def _letters(text: str) -> Iterable[str]:
    """Return the characters as readers see them: marks stay with the letter that they change."""
    if text.isascii():
        return text
    letters: list[str] = []
    for char in text:
        if letters and unicodedata.category(char).startswith("M"):
            letters[-1] += char
        else:
            letters.append(char)
    return letters


def _words_by_letter(text: str) -> list[str]:
    found: list[str] = []
    last = " "
    for letter in _letters(text):
        char = letter[0]
        joins = (
            (last.isalnum() and char.islower())
            or (last.isnumeric() and char.isnumeric())
            or (last.isupper() and char.isupper())
        )
        if char.isalnum():
            if found and joins:
                found[-1] += letter
            else:
                found.append(letter)
        last = char
    return found


def _is_low(text: str, separator: str) -> bool:
    if text.isascii():
        return _ASCII_LOW.fullmatch(text.replace(separator, "")) is not None
    letters = (letter[0] for letter in _letters(text) if letter != separator)
    return all(char.isnumeric() or (char.isalpha() and char.islower()) for char in letters)


def _is_pascal(text: str) -> bool:
    """Is it in Pascal case already? `XRay` is, of `x-ray`; `ABC` may be words in capitals."""
    return text.isalnum() and text[0].isupper() and any(map(str.islower, text)) and not text[1:].isnumeric()


def _camel(text: str) -> str:
    if is_styled(text, "camelCase"):
        return text
    first, *rest = map(str.capitalize, words(text) or [""])
    return first.lower() + "".join(rest)


def _separated(separator: str, text: str, *candidates: str) -> str:
    # Digits stay where they are ("discount5") in text that only has another separator than ours.
    for candidate in (text, *candidates):
        if _is_low(candidate, separator):
            return candidate
    return separator.join(word.lower() for word in words(text))


def _replacement(template: str) -> Callable[[re.Match[str]], str]:
    def fill(found: re.Match[str]) -> str:
        return _GROUP.sub(lambda group: found.group(int(group[1])) or "", template)

    return fill


def _matches_one(pattern: str, name: str) -> bool:
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *middle, last = rest
    if len(name) < len(first) + len(last) or not name.startswith(first) or not name.endswith(last):
        return False
    position, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True
