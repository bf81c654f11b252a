"""Files that templates make: what a template is told, row by row, and who says so for icons and images. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from exfig_mp.model import Asset


class Document(Struct, frozen=True):
    """A file that a template makes: its path, the name of the template, and what that is told."""

    path: str
    template: str
    context: Mapping[str, Any]


_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rows(Sequence[Mapping[str, object]], Generic[_Item]):
    """What a template is told about each of `items`, made when it is asked for: of 100,000 it would be too much."""

    items: Sequence[_Item]
    tell: Callable[[_Item], Mapping[str, object]]

    @overload
    def __getitem__(self, index: int) -> Mapping[str, object]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Mapping[str, object]]: ...
    def __getitem__(self, index: int | slice) -> Mapping[str, object] | Sequence[Mapping[str, object]]:
        if isinstance(index, slice):
            return Rows(self.items[index], self.tell)
        return self.tell(self.items[index])

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return repr(list(self))


class Code(Protocol):
    """Describes the code that names an entry's assets. Pure: equal arguments give equal results."""

    def claims(self, asset: Asset) -> Mapping[str, str]:
        """Return what no asset of another name may have: texts that must differ, each with its form for messages."""
        ...

    def documents(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[Document, ...]:
        """Return the files of code, which name just those `assets` whose files are `in_place`; nothing if none is.

        `assets` are sorted; of two that claim the same the first is named. Paths are as in the entry's exporter.
        """
        ...


def without_twins(code: Code, assets: Sequence[Asset]) -> list[Asset]:
    """Return one asset for each name, without those that claim what one before them has."""
    owners: dict[str, str] = {}
    found: dict[str, Asset] = {}
    for asset in assets:
        claims = code.claims(asset)
        if asset.name not in found and all(owners.setdefault(claim, asset.name) == asset.name for claim in claims):
            found[asset.name] = asset
    return list(found.values())
