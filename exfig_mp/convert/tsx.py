"""SVG to a React component: its markup as JSX, put into a frame that the coordinator made of a template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from exfig_mp.conversions import DATA_URI, HEIGHT, MARKUP, VIEW_BOX, WIDTH
from exfig_mp.convert.jsx_names import FREE_STYLES, STYLES, jsx_name
from exfig_mp.convert.jsx_tree import read_for_page
from exfig_mp.convert.path_data import number
from exfig_mp.convert.shapes import root_view, view_box
from exfig_mp.convert.svg_tree import Element, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exfig_mp.conversions import Tsx

_OF_THE_FRAME = frozenset({"viewBox", "width", "height", "x", "y", "preserveAspectRatio", "overflow", "id", "role"})
_IN_A_URI = "~()*!.'/:;,=@ "
_MARKED_LINE = re.compile(rf"^([ \t]*){MARKUP}[ \t]*\n", re.MULTILINE)
_ESCAPED = {ord(char): f"&#{ord(char)};" for char in '&"<>{}\n\r\t'} | {
    ord("&"): "&amp;",
    ord('"'): "&quot;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
}


class Jsx(Struct, frozen=True):
    """What goes into a frame: the lines of the markup, the viewBox, and the size in pixels."""

    lines: tuple[str, ...]
    view_box: str
    width: str
    height: str
    data_uri: str


def to_component(body: bytes, options: Tsx) -> bytes:
    """Return the TypeScript of a component that draws what an SVG does.

    Raises:
        ConversionError: if it cannot be read, or holds what no component can.
    """
    jsx = to_jsx(body, options.ids)
    text = _MARKED_LINE.sub(lambda line: "".join(f"{line[1]}{part}\n" for part in jsx.lines), options.frame)
    filled = {MARKUP: "".join(jsx.lines), VIEW_BOX: jsx.view_box, WIDTH: jsx.width, HEIGHT: jsx.height}
    for mark, value in (filled | {DATA_URI: jsx.data_uri}).items():
        text = text.replace(mark, value)
    return text.encode()


def to_jsx(body: bytes, ids: str) -> Jsx:
    """Return what of an SVG goes into a component whose ids begin with `ids`.

    Raises:
        ConversionError: see `to_component`.
    """
    root = read_for_page(body, ids)
    view, box = root_view(root), view_box(root)
    shown = " ".join(number(side, 6) for side in (box or (0, 0, view.width, view.height)))
    width, height = number(view.width, 6), number(view.height, 6)
    encoded = quote(write(root), safe=_IN_A_URI).replace("'", "%27")
    return Jsx(tuple(_content(root)), shown, width, height, f"data:image/svg+xml,{encoded}")


def _content(root: Element) -> Iterator[str]:
    """Yield the lines within the root; what that says of its content is said by a group, as the frame fills nothing."""
    if not root.children:
        return
    own = {name: value for name, value in root.attributes.items() if name not in _OF_THE_FRAME}
    own.setdefault("fill", "black")
    if own == {"fill": "none"}:
        for child in root.children:
            yield from _lines(child, 0)
    else:
        yield from _lines(Element("g", own, root.children), 0)


def _lines(element: Element, depth: int) -> Iterator[str]:
    pad = "  " * depth
    head = f"{pad}<{element.name}{''.join(_attributes(element))}"
    if element.text.strip():
        yield f"{head}>{{{_literal(element.text)}}}</{element.name}>"
    elif element.children:
        yield f"{head}>"
        for child in element.children:
            yield from _lines(child, depth + 1)
        yield f"{pad}</{element.name}>"
    else:
        yield f"{head} />"


def _attributes(element: Element) -> Iterator[str]:
    for name, value in element.attributes.items():
        if name != "style":
            yield f' {jsx_name(name)}="{value.translate(_ESCAPED)}"'
        elif styles := _styles(value):
            yield f" style={{{{ {', '.join(f'{key}: {text}' for key, text in styles.items())} }}}}"


def _styles(text: str) -> dict[str, str]:
    """Return the properties of a style as an object has them; those that draw nothing are left out."""
    found: dict[str, str] = {}
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if value and (name in FREE_STYLES or value in STYLES.get(name, ())):
            found.pop(jsx_name(name), None)
            found[jsx_name(name)] = _literal(value)
    return found


def _literal(text: str) -> str:
    """Return a string of TypeScript in single quotes."""
    return "'" + "".join(map(_char, text)) + "'"


def _char(char: str) -> str:
    if char in "'\\":
        return f"\\{char}"
    return char if char.isprintable() else f"\\u{{{ord(char):x}}}"
