"""What colours and text styles share on the way to their names: each gets one, and no two share one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol, TypeVar

from msgspec import Struct, field

from exfig_mp.exporters.naming import LONGEST_NAME, Refused, regexp_problem, styled_name
from exfig_mp.exporters.refusals import Refusals, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exfig_mp.exporters.protocol import Naming
    from exfig_mp.exporters.token_protocol import TokenExporter


class Raw(Protocol):
    """A token as a source found it."""

    @property
    def name(self) -> str:
        """Figma's name."""
        ...


class Named(Protocol):
    """A token with its final name, and Figma's."""

    @property
    def name(self) -> str:
        """The final name."""
        ...

    @property
    def source_name(self) -> str:
        """Figma's name."""
        ...


_Raw = TypeVar("_Raw", bound=Raw)
_Named = TypeVar("_Named", bound=Named)


class Notes(Struct, frozen=True):
    """What is noticed on the way. `ambiguous` are names that two tokens of one appearance have."""

    warnings: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    ambiguous: set[str] = field(default_factory=set)
    refusals: Refusals = field(default_factory=Refusals)

    def all_problems(self) -> tuple[str, ...]:
        """Return what is wrong, sorted: what was noted, and which names were refused."""
        return tuple(sorted({*self.problems, *self.refusals.problems()}))


def unusable(naming: Naming) -> str:
    """Return why the regexps cannot be used, or nothing."""
    return regexp_problem(naming.validate, naming.replace) if naming.validate is not None else ""


def by_final_name(raws: Iterable[_Raw], naming: Naming, what: str, notes: Notes) -> dict[str, _Raw]:
    """Return tokens by final name, without those that have none or share one; `what` they are is for messages."""
    found: dict[str, list[_Raw]] = defaultdict(list)
    for raw in raws:
        name = styled_name(raw.name, naming)
        notes.refusals.names.add(raw.name)
        if not raw.name.strip():
            notes.warnings.append(f"a {what} is left out: its name {raw.name!r} is empty")
        elif isinstance(name, Refused):
            notes.refusals.refuse(raw.name, repr(raw.name), name)
        elif not any(char.isalnum() for char in name):
            nothing = Refused("leaves nothing that could be a name", "leave nothing that could be a name")
            notes.refusals.refuse(raw.name, repr(raw.name), nothing)
        elif len(name.encode(errors="replace")) > LONGEST_NAME:
            notes.problems.append(f"{raw.name!r} is longer than {LONGEST_NAME} bytes")
        else:
            found[name].append(raw)
    for name, group in found.items():
        if len(group) > 1:
            notes.problems.append(f"{_all(raw.name for raw in group)} have the same name {name!r}")
            notes.ambiguous.add(name)
    return {name: group[0] for name, group in found.items() if len(group) == 1}


def without_clashes(
    tokens: Sequence[_Named], exporter: TokenExporter[_Named], problems: list[str]
) -> tuple[_Named, ...]:
    """Take out tokens that would be one in the exporter's code or files."""
    owners: dict[str, list[_Named]] = defaultdict(list)
    shown: dict[str, str] = {}
    for token in tokens:
        for claim, text in exporter.claims(token).items():
            owners[claim].append(token)
            shown[claim] = text
    lost: set[str] = set()
    for claim, group in owners.items():
        if len(group) > 1:
            problems.append(f"{_all(token.source_name for token in group)} would both be {shown[claim]}")
            lost |= {token.name for token in group}
    return tuple(token for token in tokens if token.name not in lost)


def _all(names: Iterable[str]) -> str:
    return listed(map(repr, names), " and ")
