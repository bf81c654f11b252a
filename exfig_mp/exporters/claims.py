"""What assets may not share in generated code: names that become one identifier are refused, both together. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.exporters.documents import Code
    from exfig_mp.model import Asset


class Claimed(Struct, frozen=True):
    """The assets that code can tell apart, those that it cannot, and what is wrong with these."""

    assets: tuple[Asset, ...]
    refused: tuple[Asset, ...] = ()
    problems: tuple[str, ...] = ()


def settle(code: Code, assets: Sequence[Asset], beside: Sequence[Asset] = ()) -> Claimed:
    """Return which of `assets` are no twins of each other, nor of those that the code names `beside` them."""
    owners: dict[str, dict[str, tuple[Asset, str]]] = defaultdict(dict)
    for asset in (*beside, *assets):
        for claim, shown in code.claims(asset).items():
            owners[claim][asset.name] = (asset, shown)
    wanted = {asset.name for asset in assets}
    lost: set[str] = set()
    problems: set[str] = set()
    for group in owners.values():
        if len(group) > 1 and group.keys() & wanted:
            lost |= group.keys()
            problems.add(_problem(list(group.values())))
    refused = tuple(asset for asset in assets if asset.name in lost)
    kept = tuple(asset for asset in assets if asset.name not in lost)
    return Claimed(kept, refused, tuple(sorted(problems)))


def _problem(group: Sequence[tuple[Asset, str]]) -> str:
    components = " and ".join(sorted(f"{asset.source_name!r} ({asset.light.id})" for asset, _ in group))
    return f"{components} would both be {' or '.join(sorted({shown for _, shown in group}))}"
