"""Makes an SVG one that a page may hold: nothing acts, nothing leads out, and its names are no one else's.

A page has one namespace for the ids of all its drawings, and its style sheets reach into all of them; so ids get a
prefix, and a style sheet of the drawing is written into its elements.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exfig_mp.convert.budget import weigh
from exfig_mp.convert.jsx_names import ATTRIBUTES, CHOICES, ELEMENTS, REMOVED, STYLE_ONLY, TEXTS
from exfig_mp.convert.styles import flatten
from exfig_mp.convert.svg_tree import read
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.convert.svg_tree import Element

_URL = re.compile(r"url\(\s*(['\"]?)\s*#([^)'\"]*?)\s*\1\s*\)", re.IGNORECASE)
_PLAIN = re.compile(r"(?:aria|data)-[a-z][a-z0-9-]*")
_ADVICE = "flatten it in Figma, or leave this component out"


def read_for_page(body: bytes, ids: str) -> Element:
    """Return the root of an SVG in which ids begin with `ids`, without all that is no drawing.

    Raises:
        ConversionError: if it cannot be read, or would look otherwise without what has to go.
    """
    root = read(body)
    weigh(root)
    if any(element.name == "style" for element in root.walk()):
        flatten(root)
    _clean(root)
    _rename(root, ids)
    return root


def _clean(element: Element) -> None:
    element.children = [child for child in element.children if child.name not in REMOVED]
    if element.name not in TEXTS:
        element.text = ""
    elif element.text.strip() and element.children:
        raise ConversionError(f"the SVG holds a <{element.name}> with text around elements", _ADVICE)
    for child in element.children:
        if child.name == "a":  # a picture leads nowhere
            child.name = "g"
            child.attributes.pop("href", None)
        if child.name not in ELEMENTS:
            what = ", which is how Figma writes angular gradients and background blur"
            raise ConversionError(
                f"the SVG holds a <{child.name}>{what if child.name == 'foreignObject' else ''}, which no component "
                "can hold",
                _ADVICE,
            )
        _clean(child)
    given = element.attributes
    styles = "".join(f"{name}:{given[name]};" for name in STYLE_ONLY if name in given)
    kept = {name: value for name, value in given.items() if _is_kept(name, value)}
    if styles:
        kept["style"] = styles + kept.get("style", "")
    element.attributes = kept


def _is_kept(name: str, value: str) -> bool:
    if name in CHOICES:
        return value in CHOICES[name]
    return name in ATTRIBUTES or _PLAIN.fullmatch(name) is not None


def _rename(root: Element, prefix: str) -> None:
    """Number the ids that are referred to, take the others off, and let what leads to no element lead to none."""
    used: list[str] = []

    def note(name: str) -> str:
        used.append(name)
        return name

    _on_references(root, note)
    wanted = frozenset(used)
    numbers: dict[str, str] = {}
    for element in root.walk():
        name = element.attributes.get("id")
        if name is None:
            continue
        if name not in wanted or name in numbers:  # of equal ids the first counts
            del element.attributes["id"]
        else:
            element.attributes["id"] = numbers[name] = f"{prefix}-{len(numbers) + 1}"
    _on_references(root, lambda name: numbers.get(name, f"{prefix}-0"))


def _on_references(root: Element, rename: Callable[[str], str]) -> None:
    for element in root.walk():
        for name, value in element.attributes.items():
            if name == "href" and value.strip().startswith("#"):
                element.attributes[name] = f"#{rename(value.strip()[1:])}"
            elif name == "aria-labelledby":
                element.attributes[name] = " ".join(map(rename, value.split()))
            elif "url(" in value.lower():
                element.attributes[name] = _URL.sub(lambda found: f"url(#{rename(found[2])})", value)
