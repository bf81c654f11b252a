"""Names that cannot be: said once for each reason, however many names it meets. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.exporters.naming import Refused

EXAMPLES = 3
"""So many names are given of one reason."""

MOST_NAMES = 20
"""So many are given where all of them have to be looked at."""


class Refusals(Struct, frozen=True):
    """The names of an entry, light and dark ones together, and why some of them were refused."""

    names: set[str] = field(default_factory=set)
    _refused: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def refuse(self, name: str, shown: str, why: Refused) -> None:
        """Note that a name was refused; `shown` is how a person finds it in Figma."""
        refused = self._refused.setdefault((why.reason, why.of_many), {})
        refused[name] = min(shown, refused.get(name, shown))

    def problems(self) -> list[str]:
        """Return a sentence for each reason, and one for each name where the reason is about nothing but that."""
        found = []
        for (reason, of_many), refused in self._refused.items():
            shown = sorted(refused.values())
            if len(shown) > 1 and of_many:
                examples = ", ".join(shown[:EXAMPLES])
                counted = f"{len(shown):,} of {len(self.names):,} names"
                found.append(f"{counted} {of_many}: {examples}{_rest(shown, EXAMPLES)}")
            else:
                found += [f"{one} {reason}" for one in shown]
        return found


def listed(names: Iterable[str], between: str = ", ") -> str:
    """Return names in order; of very many only the first, and how many more there are."""
    shown = sorted(names)
    return between.join(shown[:MOST_NAMES]) + _rest(shown, MOST_NAMES)


def _rest(shown: list[str], most: int) -> str:
    return f" and {len(shown) - most:,} more" if len(shown) > most else ""
