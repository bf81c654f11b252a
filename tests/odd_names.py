"""Names that are no identifiers, or words of the code around them, which must not take its names from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Figma

ODD_NAMES = (
    "24px", "class", "in", "new", "R", "icon", "color", "modifier", "composable", "painter resource", "image vector",
    "solid color", "brush", "offset", "path fill type", "stroke cap", "string", "unit", "float", "dp", "path", "group",
    "to string", "hash code", "größe", "e\u0301tude", "иконка", "emoji-😀", "a.b/c-d", "$money {brace}", "q\"'<&>",
)  # fmt: skip


def rename_components(figma: Figma, key: str, names: tuple[str, ...]) -> None:
    """Call the first components of a file by these names, and publish them."""
    ids = list(figma.ids(key).values())
    assert len(ids) >= len(names)
    edits = [{"do": "rename", "id": node, "to": name} for node, name in zip(ids, names, strict=False)]
    figma.post("/_simulator/design", {"file": key, "edits": [*edits, {"do": "publish"}]})
