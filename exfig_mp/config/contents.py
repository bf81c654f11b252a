"""What can be told from a config's plain tree alone, whether or not it is valid: its kind and its files."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from exfig_mp.config.problems import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exfig_mp.config.document import Value

PLATFORMS = ("ios", "android", "flutter", "web")
LISTS = ("colors", "icons", "images")
_FILE_IDS = ("lightFileId", "darkFileId", "lightHighContrastFileId", "darkHighContrastFileId")
_TOP_LEVEL = ("figma", "common", *PLATFORMS)


def is_config(tree: Value) -> bool:
    """Return whether a tree is a config: it has `figma`, `common.variablesColors`, or a platform's `colors`."""
    if not isinstance(tree, dict):
        return False
    places = [("common", "variablesColors"), *((platform, "colors") for platform in PLATFORMS)]
    return "figma" in tree or any(inner in _section(tree, outer) for outer, inner in places)


def why_no_config(tree: Value) -> str:
    """Return a sentence about a tree that is none."""
    if tree is None:
        return "this is not an exfig config: the file is empty"
    if not isinstance(tree, dict):
        return "this is not an exfig config: the file has no keys"
    reason = "it has neither figma, nor common.variablesColors, nor colors of a platform"
    for key in list(tree)[:20]:
        # A long text would take the comparison minutes, and is no typing error.
        near = difflib.get_close_matches(key, _TOP_LEVEL, n=1) if len(key) < 60 and key not in _TOP_LEVEL else []
        if near:
            return f"this is not an exfig config: {reason}; did you mean {quoted(near[0])} with {quoted(key)}?"
    return f"this is not an exfig config: {reason}"


def file_ids(tree: Value) -> tuple[str, ...]:
    """Return every Figma file key that a tree names, sorted; the tree may be wrong in any other way."""
    found = _file_ids(tree) if isinstance(tree, dict) else ()
    return tuple(sorted({file_id for file_id in found if isinstance(file_id, str) and file_id}))


def _section(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the mapping under `key`, or an empty one."""
    section = tree.get(key)
    return section if isinstance(section, dict) else {}


def _file_ids(tree: Mapping[str, Any]) -> Iterator[Any]:
    """Yield whatever stands where a file key belongs."""
    figma = _section(tree, "figma")
    yield from (figma.get(key) for key in _FILE_IDS)
    yield _section(_section(tree, "common"), "variablesColors").get("tokensFileId")
    for platform in PLATFORMS:
        for name in LISTS:
            elements = _section(tree, platform).get(name)
            for element in elements if isinstance(elements, list) else [elements]:
                if isinstance(element, dict):
                    yield element.get("tokensFileId" if name == "colors" else "figmaFileId")
