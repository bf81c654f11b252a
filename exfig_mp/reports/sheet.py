"""The contact sheet of a run: each asset once, as its files are now, whoever of the configs has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exfig_mp.model import Asset, Node
    from exfig_mp.plan import Plan
    from exfig_mp.reports.pictures import Pictures

    _Key = tuple[str, str]

_PREFERRED = (".svg", ".png", ".webp", ".jpg")


class Tile(Struct, frozen=True):
    """An asset by Figma's name, where it is wanted, and how it looks on `light` and `dark`: URIs, or nothing."""

    name: str
    where: str
    light: str
    dark: str


class Sheet(Struct):
    """The tiles that there is room for, of so many assets; `plain` are those of them without a picture."""

    tiles: list[Tile] = field(default_factory=list)
    assets: int = 0
    plain: int = 0


def contact_sheet(plan: Plan, most: int, pictures: Pictures) -> Sheet:
    """Return the sheet of the first `most` assets, in the plan's order.

    What no browser shows (PDF, VectorDrawable, code, HEIC) is seen as another file of the same node, if there is one.
    """
    sheet = Sheet()
    chosen: list[tuple[Asset, str]] = []
    seen: set[tuple[_Key, _Key | None]] = set()
    for asset, where in _assets(plan):
        key = _key(asset.light), _key(asset.dark) if asset.dark else None
        if key in seen:
            continue
        seen.add(key)
        if len(chosen) < most:
            chosen.append((asset, where))
    sheet.assets = len(seen)
    paths = _paths(plan, {_key(node) for asset, _ in chosen for node in (asset.light, asset.dark) if node})
    for asset, where in chosen:
        light = pictures.of(paths.get(_key(asset.light), ""))
        dark = pictures.of(paths.get(_key(asset.dark), "")) if asset.dark else light
        sheet.plain += not (light or dark)
        sheet.tiles.append(Tile(asset.source_name, where, light, dark))
    return sheet


def _assets(plan: Plan) -> Iterator[tuple[Asset, str]]:
    for entry in plan.entries:
        for asset in entry.assets:
            yield asset, entry.where


def _paths(plan: Plan, nodes: set[_Key]) -> dict[_Key, str]:
    """Return the file that shows each node best: what scales, else the smallest scale."""
    found: dict[_Key, tuple[tuple[int, float], str]] = {}
    for entry in plan.entries:
        for file in entry.files:
            key = _key(file.render.node)
            suffix = file.path[file.path.rfind(".") :]
            if key in nodes and suffix in _PREFERRED:
                rank = (_PREFERRED.index(suffix), file.render.scale)
                if key not in found or rank < found[key][0]:
                    found[key] = (rank, file.path)
    return {key: path for key, (_, path) in found.items()}


def _key(node: Node) -> _Key:
    return node.file_key, node.id
