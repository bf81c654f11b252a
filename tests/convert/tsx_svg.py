"""Reads the markup of a React component of ours and says it in SVG again, as React would write it to a page.

React's names are taken from its documentation, not from the writer's table.
"""

from __future__ import annotations

import re

_SVG = re.compile(r"<svg(.*?)\n  >\n(.*)  </svg>", re.DOTALL)
_STYLE = re.compile(r" style=\{\{ (.*?) \}\}")
_PROPERTY = re.compile(r"(\w+): '((?:[^'\\]|\\.)*)'")
_NAME = re.compile(r" ([a-zA-Z][\w-]*)=(?=\")")
_TEXT = re.compile(r">\{'((?:[^'\\]|\\.)*)'\}<")
_KEPT = {
    *("viewBox", "gradientUnits", "gradientTransform", "spreadMethod", "clipPathUnits", "maskUnits", "stdDeviation"),
    *("maskContentUnits", "patternUnits", "patternContentUnits", "patternTransform", "preserveAspectRatio"),
    *("filterUnits", "primitiveUnits", "pathLength", "markerWidth", "markerHeight", "refX", "refY", "tableValues"),
    *("baseFrequency", "numOctaves"),
}
_OTHERS = {"className": "class", "xlinkHref": "xlink:href", "xmlSpace": "xml:space"}


def as_svg(tsx: str, size: tuple[str, str]) -> str:
    """Return the SVG that the component of a file shows, `size` large and black where that is left open."""
    match = _SVG.search(tsx)
    assert match, tsx
    view_box = re.search(r'viewBox="([^"]*)"', match[1])
    assert view_box, match[1]
    markup = _STYLE.sub(lambda style: f' style="{_css(style[1])}"', match[2])
    markup = _NAME.sub(lambda name: f" {_plain(name[1])}=", markup)
    markup = _TEXT.sub(lambda text: f">{_unescaped(text[1])}<", markup)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" fill="none" '
        f'width="{size[0]}" height="{size[1]}" viewBox="{view_box[1]}">{markup}</svg>'
    )


def _css(properties: str) -> str:
    return ";".join(f"{_hyphenated(name)}:{_unescaped(value)}" for name, value in _PROPERTY.findall(properties))


def _plain(name: str) -> str:
    return _OTHERS.get(name) or (name if name in _KEPT else _hyphenated(name))


def _hyphenated(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name)


def _unescaped(text: str) -> str:
    return text.replace("\\'", "'").replace("\\\\", "\\")
