"""Reads SVG that came from outside: elements and attributes, and nothing that could cost or reach more than them.

No entity is declared, nothing outside of the document is referred to, and sizes have limits. Elements and attributes
of other namespaces draw nothing and are left out, and so are comments and processing instructions: what is written
from this tree holds just what was looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import escape

from msgspec import Struct, field

from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_BODY = 32_000_000  # bytes: illustrations carry their pictures inside
LARGEST_PATHS = 4_000_000  # characters of all paths together
_LARGEST_ATTRIBUTE = 1_000_000  # characters, pictures excepted
_MOST_ELEMENTS = 20_000
_DEEPEST = 64  # renderers recurse, and some run out of stack
_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_PATHS = ("d", "points")
_EMBEDDED = re.compile(r"data:image/(png|jpe?g);base64,", re.IGNORECASE)
_URL = re.compile(r"url\(\s*['\"]?\s*([^)'\"]*)", re.IGNORECASE)
_STYLE_ONLY = ("isolation", "mix-blend-mode")  # renderers take these from a style attribute alone
_ADVICE = "export the component from Figma again, or look at what draws it"


class Element(Struct):
    """One element: its name without prefix, its attributes (`href` also for `xlink:href`), and its own text."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def walk(self) -> Iterator[Element]:
        """Yield the element and all below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


def read(body: bytes) -> Element:
    """Return the root of an SVG.

    Raises:
        ConversionError: if it is no well-formed SVG, is too large or too deep, declares entities, or refers to
            anything outside of itself.
    """
    if len(body) > LARGEST_BODY:
        raise ConversionError(f"the SVG is too large to be converted: {len(body):,} bytes", _ADVICE)
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.specified_attributes = True  # a declared default would be copied to every element
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # LookupError: an encoding that Python does not know
        raise ConversionError(f"the SVG cannot be read: {error}", _ADVICE) from None
    if reader.root is None or reader.root.name != "svg":
        raise ConversionError("this is no SVG: its outermost element is another", _ADVICE)
    return reader.root


def write(root: Element) -> str:
    """Return the tree as SVG text."""
    parts = [f'<svg xmlns="{_SVG}" xmlns:xlink="{_XLINK}"']
    _write_rest(root, parts)
    return "".join(parts)


def local_reference(value: str) -> str | None:
    """Return the id that `url(#id)` or `#id` names; None if it is neither."""
    inner = _URL.match(value.strip())
    target = (inner[1] if inner else value).strip()
    return target[1:] if target.startswith("#") else None


def references(value: str) -> list[str]:
    """Return what all `url(...)` in a value name."""
    return [target.strip() for target in _URL.findall(value)]


class _Reader:
    """Builds the tree; None on the stack stands for an element that draws nothing, nor does what it holds."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self._stack: list[Element | None] = []
        self._spaces: list[dict[str, str]] = [{"xlink": _XLINK}]
        self._elements = self._paths = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._stack) >= _DEEPEST:
            raise ConversionError(f"the SVG nests more than {_DEEPEST} elements within each other", _ADVICE)
        if self._elements > _MOST_ELEMENTS:
            raise ConversionError(f"the SVG has more than {_MOST_ELEMENTS:,} elements", _ADVICE)
        spaces = _declared(attributes, self._spaces[-1])
        self._spaces.append(spaces)
        element = self._element(name, attributes, spaces)
        if not self._stack:
            self.root = element
        elif element and (parent := self._stack[-1]):
            parent.children.append(element)
        self._stack.append(element)

    def end(self, _name: str) -> None:
        self._stack.pop()
        self._spaces.pop()

    def characters(self, text: str) -> None:
        if self._stack and (element := self._stack[-1]):
            if len(element.text) + len(text) > _LARGEST_ATTRIBUTE:
                raise ConversionError(f"the text of a <{element.name}> is too long", _ADVICE)
            element.text += text

    def _element(self, name: str, attributes: dict[str, str], spaces: dict[str, str]) -> Element | None:
        prefix, _, local = name.rpartition(":")
        if spaces.get(prefix, "" if prefix else _SVG) != _SVG or (self._stack and self._stack[-1] is None):
            return None
        kept = {}
        for key, value in attributes.items():
            plain = _plain_name(key, spaces)
            if plain is None or (plain == "href" and key != "href" and "href" in attributes):
                continue
            self._check(local, plain, value)
            kept[plain] = value
        return Element(local, kept)

    def _check(self, element: str, name: str, value: str) -> None:
        if name in _PATHS:
            self._paths += len(value)
            if self._paths > LARGEST_PATHS or len(value) > _LARGEST_ATTRIBUTE:
                raise ConversionError(
                    f"the paths of the SVG are too long: more than {self._paths:,} characters", _ADVICE
                )
        elif name == "href":
            if element != "a" and not value.strip().startswith("#") and value.strip():
                _check_embedded(element, value.strip())
        elif len(value) > _LARGEST_ATTRIBUTE:
            raise ConversionError(f"{name} of a <{element}> is too long: {len(value):,} characters", _ADVICE)
        elif "url" in value.lower():
            check_references(value)


def check_references(value: str) -> None:
    """Refuse a style or an attribute that loads anything.

    Raises:
        ConversionError: if a `url(...)` is not of this document.
    """
    for target in references(value):
        if not target.startswith("#"):
            raise ConversionError(f"the SVG refers to something outside of it: {target[:80]}", _ADVICE)


def _check_embedded(element: str, target: str) -> None:
    if element not in {"image", "feImage"} or not target.startswith("data:"):
        raise ConversionError(f"the SVG refers to something outside of it: {target[:80]}", _ADVICE)
    if not _EMBEDDED.match(target):
        raise ConversionError(f"the SVG holds a picture that is neither PNG nor JPEG: {target[:40]}", _ADVICE)


def _declared(attributes: dict[str, str], outer: dict[str, str]) -> dict[str, str]:
    """Return the namespaces by prefix that hold within an element."""
    own = {key[6:]: value for key, value in attributes.items() if key == "xmlns" or key.startswith("xmlns:")}
    return {**outer, **own} if own else outer


def _plain_name(key: str, spaces: dict[str, str]) -> str | None:
    prefix, _, local = key.rpartition(":")
    if key == "xml:space":  # of all documents, and never declared
        return key
    if not prefix:
        return None if key == "xmlns" else key
    return "href" if local == "href" and spaces.get(prefix) == _XLINK else None


def _write_rest(element: Element, parts: list[str]) -> None:
    styles = "".join(f"{name}:{element.attributes[name]};" for name in _STYLE_ONLY if name in element.attributes)
    for name, value in element.attributes.items():
        if name not in _STYLE_ONLY:
            shown = "xlink:href" if name == "href" else name
            parts.append(f' {shown}="{escape(value, _QUOTES)}"')
    if styles:
        parts.append(f' style="{escape(styles, _QUOTES)}"')
    parts.append(">")
    parts.append(escape(element.text))
    for child in element.children:
        parts.append(f"<{child.name}")
        _write_rest(child, parts)
    parts.append(f"</{element.name}>")


_QUOTES = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def _refuse_entity(*_: object) -> None:
    raise ConversionError("the SVG declares entities, which Figma never does and bombs are made of", _ADVICE)
