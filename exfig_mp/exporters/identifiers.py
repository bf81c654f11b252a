"""What names may be in code: identifiers and literals of the languages that we write, whatever a name consists of.

A name that is an identifier already stays as it is. What cannot be part of one becomes `_`, what cannot begin one gets
a word before it, and keywords are escaped as the language does it.
"""

from __future__ import annotations

import re
import unicodedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SWIFT_KEYWORDS = _words(
    "associatedtype class deinit enum extension fileprivate func import init inout internal let open operator private "
    "precedencegroup protocol public rethrows static struct subscript typealias var break case catch continue default "
    "defer do else fallthrough for guard if in repeat return throw switch where while Any as false is nil self Self "
    "super throws true try associativity convenience didSet dynamic final get indirect infix lazy left mutating none "
    "nonmutating optional override postfix precedence prefix Protocol required right set some Type unowned weak "
    "willSet async await"
)
KOTLIN_KEYWORDS = _words(
    "as break class continue do else false for fun if in interface is null object package return super this throw true "
    "try typealias typeof val var when while"
)
JAVA_KEYWORDS = _words(
    "abstract assert boolean break byte case catch char class const continue default do double else enum extends false "
    "final finally float for goto if implements import instanceof int interface long native new null package private "
    "protected public return short static strictfp super switch synchronized this throw throws transient true try void "
    "volatile while"
)
DART_KEYWORDS = _words(
    "assert break case catch class const continue default do else enum extends false final finally for if in is new "
    "null rethrow return super switch this throw true try var void while with"
)
DART_MEMBERS = frozenset({"hashCode", "runtimeType", "toString", "noSuchMethod"})
"""What every Dart object has, so that no constant may have it, too."""
OBJECTIVE_C_METHODS = frozenset(
    {
        *("alloc", "autorelease", "class", "copy", "dealloc", "debugDescription", "description", "hash", "init"),
        *("initialize", "isProxy", "load", "mutableCopy", "new", "release", "retain", "retainCount", "self"),
        *("superclass", "version", "zone"),
    }
)
"""Methods that every class of Objective-C has: a class property of that name cannot be shown to it.

https://developer.apple.com/documentation/objectivec/nsobject; what is for instances is for a class, too, as that is an
object itself.
"""
KOTLIN_MEMBERS = frozenset({"equals", "hashCode", "toString"})
"""Members of every Kotlin object: an extension of that name would never be called."""

_ASCII_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TYPESCRIPT_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def swift_identifier(name: str, word: str = "color") -> str:
    """Return `name` as an identifier of Swift, with `word` before what cannot begin one; keywords are in back ticks."""
    text = _whole(_unicode_word(name), word)
    return f"`{text}`" if text in SWIFT_KEYWORDS else text


def kotlin_identifier(name: str, word: str = "color") -> str:
    """Return `name` as an identifier of Kotlin, with `word` before what cannot begin one; keywords in back ticks."""
    text = _whole(_java_word(name), word)
    return f"`{text}`" if text in KOTLIN_KEYWORDS else text


def kotlin_package(package: str) -> str:
    """Return the name of a package, or of a class in one, with keywords in back ticks."""
    return ".".join(map(kotlin_identifier, package.split("."))) if package else ""


def resource_name(name: str, word: str = "color") -> str:
    """Return `name` as the name of an Android resource, which is a field of a Java class, too.

    `word` goes before what cannot begin one.
    """
    text = _java_word(name)
    text = text if _is_java_start(text[0]) and text.strip("_") else f"{word}_{text}"
    return f"{text}_" if text in JAVA_KEYWORDS else text


def dart_identifier(name: str, word: str = "color") -> str:
    """Return `name` as a public identifier of Dart, which are ASCII: other letters are spelt out by their numbers.

    `word` goes before what cannot begin one.
    """
    text = name if name.isascii() and f"_{name}".isidentifier() else _spelt_out(name)
    text = _whole(text.lstrip("_") or "_", word)
    text = f"{word}{text}" if text.startswith("_") else text
    return f"{text}_" if text in DART_KEYWORDS | DART_MEMBERS else text


def typescript_key(name: str) -> str:
    """Return `name` as a key of an object literal, in quotes if it has to be."""
    return name if _TYPESCRIPT_WORD.fullmatch(name) and name != "__proto__" else single_quoted(name)


def is_ascii_identifier(text: str) -> bool:
    """Say whether a text from the config can be an identifier in all languages, keywords aside."""
    return _ASCII_WORD.fullmatch(text) is not None


def swift_text(text: str) -> str:
    """Return a string literal of Swift."""
    return f'"{text if _is_plain(text) else "".join(map(_swift_char, text))}"'


def dart_text(text: str) -> str:
    """Return a string literal of Dart in single quotes."""
    return single_quoted(text).replace("$", "\\$")


def single_quoted(text: str) -> str:
    """Return a string literal of TypeScript in single quotes."""
    return f"'{text if _is_plain(text) else ''.join(map(_script_char, text))}'"


def _is_plain(text: str) -> bool:
    return text.isprintable() and not ({'"', "'", "\\"} & set(text))


def _swift_char(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\u{{{ord(char):x}}}"


def _script_char(char: str) -> str:
    if char in "'\\":
        return f"\\{char}"
    return char if char.isprintable() else f"\\u{{{ord(char):x}}}"


def _spelt_out(name: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if unicodedata.category(char) != "Mn")
    return "".join(char if _is_ascii_word(char) else f"u{ord(char):04x}" for char in plain)


def _unicode_word(name: str) -> str:
    if f"_{name}".isidentifier():  # most are, and letter by letter takes 100,000 names seconds
        return name
    return "".join(char if f"_{char}".isidentifier() else "_" for char in name)


def _whole(text: str, word: str) -> str:
    """Return a text that may begin an identifier: with `word` before it if it does not, or is nothing but `_`."""
    return text if text.isidentifier() and text.strip("_") else f"{word}{text}"


def _is_ascii_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


def _java_word(name: str) -> str:
    if _ASCII_WORD.fullmatch(f"_{name}"):
        return name
    return "".join(char if _is_java_part(char) else "_" for char in name)


def _is_java_start(char: str) -> bool:
    return char == "_" or unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl"}


def _is_java_part(char: str) -> bool:
    return _is_java_start(char) or unicodedata.category(char) == "Nd"
