"""What fill styles and text styles share: a file's published styles, and the nodes that have their values. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from exfig_mp.sources.render_kind import MAX_QUERY, encoded
from exfig_mp.sources.token_wire import Style, StyleNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

StyleType = Literal["FILL", "TEXT"]

_MOST_NODES = 500
"""Nodes of a call: what others found to work; 900 did not (pinterest/figma-calculations#42)."""

_BESIDE_IDS = 8
_NONE = "none"
_PLATFORMS = frozenset({"ios", "android", "flutter", "web"})
_WORD = re.compile(r"[^\W_]+")


class StyledFile(Struct, frozen=True):
    """A file's published styles, and by id the nodes of those whose values were asked for."""

    key: str
    styles: tuple[Style, ...]
    nodes: dict[str, StyleNode | None] = {}

    def has(self, style_type: StyleType) -> bool:
        """Is there any published style of that type?"""
        return any(style.style_type == style_type for style in self.styles)


def id_queries(ids: Sequence[str]) -> list[str]:
    """Return `ids` encoded for a URL and separated by commas, in as few texts as calls have room for."""
    queries: list[str] = []
    count = 0
    for one in map(encoded, ids):
        if queries and count < _MOST_NODES and len(queries[-1]) + len(one) < MAX_QUERY - _BESIDE_IDS:
            queries[-1] += f",{one}"
            count += 1
        else:
            queries.append(one)
            count = 1
    return queries


def exported(styles: Iterable[Style], style_type: StyleType) -> list[Style]:
    """Return the styles of a type that are exported at all, in the order of names and ids.

    The word "none" in the description of a fill says no, as in ExFig v1, which reads those of text styles otherwise.
    """
    found = [
        style
        for style in styles
        if style.style_type == style_type and (style_type == "TEXT" or _NONE not in words_of(style.description))
    ]
    return sorted(found, key=lambda style: (style.name, style.node_id))


def node_ids(styles: Iterable[Style], style_types: Iterable[StyleType]) -> tuple[str, ...]:
    """Return the nodes whose values must be asked for, sorted."""
    styles = tuple(styles)
    return tuple(sorted({style.node_id for one in style_types for style in exported(styles, one)}))


def words_of(description: str | None) -> list[str]:
    """Return the words of a description in lower case."""
    return _WORD.findall((description or "").lower())


def platforms_of(description: str | None) -> frozenset[str]:
    """Return the platforms that a description restricts its owner to: it then has no other words than their names."""
    words = set(words_of(description))
    return frozenset(words) if words <= _PLATFORMS else frozenset()


def missing_node(style: Style) -> str:
    """Return what is wrong with a style whose node Figma does not have."""
    return f"style {style.name!r} is published, but is not in its file any more: publish the library"
