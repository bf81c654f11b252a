"""From raw colours to named ones: each light colour gets its name and its other appearances, and no two share one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exfig_mp.colors import Color
from exfig_mp.exporters.naming import LONGEST_NAME, Refused, regexp_problem, styled_name
from exfig_mp.exporters.pairing import MOST_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from exfig_mp.colors import Palette, RawColor, Rgba
    from exfig_mp.exporters.color_protocol import ColorExporter
    from exfig_mp.exporters.protocol import Naming
    from exfig_mp.model import Platform

_Named = dict[str, "RawColor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedColors:
    """The colours of an entry, sorted by name; those with a problem are not among them."""

    colors: tuple[Color, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def pair_colors(palette: Palette, naming: Naming, platform: Platform | None, exporter: ColorExporter) -> PairedColors:
    """Name the colours, match the appearances by final name, and take out what clashes. Order has no effect.

    A light colour that is meant for other platforms takes its other appearances with it. Problems: a name that the
    regexps refuse or that is nothing; an appearance without its base (dark and light high contrast need light, dark
    high contrast needs dark); two colours with one name, or whose names are one in the exporter's code or files.
    Warnings: a base without an appearance that others have; empty names.
    """
    unusable = regexp_problem(naming.validate, naming.replace) if naming.validate is not None else ""
    if unusable:
        return PairedColors(problems=(unusable,))
    notes = _Notes([], [], set())
    every = {key: _named(getattr(palette, key), naming, notes) for key in ("light", "dark", "light_hc", "dark_hc")}
    ours = {name: raw for name, raw in every["light"].items() if _is_for(raw, platform)}
    elsewhere = every["light"].keys() - ours.keys()
    others = {
        key: {name: raw for name, raw in every[key].items() if name not in elsewhere and _is_for(raw, platform)}
        for key in ("dark", "light_hc", "dark_hc")
    }
    dark = _matched(ours, others["dark"], "dark", notes)
    light_hc = _matched(ours, others["light_hc"], "light high contrast", notes)
    dark_hc = _matched(dark, others["dark_hc"], "dark high contrast", notes)
    colors = [
        Color(name, raw.name, raw.value, *(_value(found, name) for found in (dark, light_hc, dark_hc)))
        for name, raw in sorted(ours.items())
        if name not in notes.ambiguous
    ]
    return PairedColors(
        colors=_without_clashes(colors, exporter, notes),
        warnings=tuple(sorted(set(notes.warnings))),
        problems=tuple(sorted(set(notes.problems))),
    )


@dataclass(frozen=True, slots=True)
class _Notes:
    warnings: list[str]
    problems: list[str]
    ambiguous: set[str]
    """Names that two colours of one appearance have."""


def _is_for(raw: RawColor, platform: Platform | None) -> bool:
    return platform is None or not raw.platforms or platform in raw.platforms


def _named(colors: Iterable[RawColor], naming: Naming, notes: _Notes) -> _Named:
    """Return colours by final name, without those that have none or share one."""
    found: dict[str, list[RawColor]] = defaultdict(list)
    for raw in colors:
        name = styled_name(raw.name, naming)
        if not raw.name.strip():
            notes.warnings.append(f"a colour is left out: its name {raw.name!r} is empty")
        elif isinstance(name, Refused):
            notes.problems.append(f"{raw.name!r} {name.reason}")
        elif not any(char.isalnum() for char in name):
            notes.problems.append(f"{raw.name!r} leaves nothing that could be a name")
        elif len(name.encode(errors="replace")) > LONGEST_NAME:
            notes.problems.append(f"{raw.name!r} is longer than {LONGEST_NAME} bytes")
        else:
            found[name].append(raw)
    for name, group in found.items():
        if len(group) > 1:
            notes.problems.append(f"{_all(group)} have the same name {name!r}")
            notes.ambiguous.add(name)
    return {name: group[0] for name, group in found.items() if len(group) == 1}


def _matched(base: _Named, found: _Named, appearance: str, notes: _Notes) -> _Named:
    extra = [found[name] for name in found.keys() - base.keys()]
    if extra:
        notes.problems.append(f"{appearance} colours have no counterpart: {_some(extra)}")
    missing = [base[name] for name in base.keys() - found.keys()]
    if found and missing:
        notes.warnings.append(f"colours have no {appearance} value: {_some(missing)}")
    return {name: raw for name, raw in found.items() if name in base}


def _value(found: Mapping[str, RawColor], name: str) -> Rgba | None:
    return found[name].value if name in found else None


def _without_clashes(colors: Sequence[Color], exporter: ColorExporter, notes: _Notes) -> tuple[Color, ...]:
    owners: dict[str, list[Color]] = defaultdict(list)
    shown: dict[str, str] = {}
    for color in colors:
        for claim, text in exporter.claims(color).items():
            owners[claim].append(color)
            shown[claim] = text
    lost: set[str] = set()
    for claim, group in owners.items():
        if len(group) > 1:
            names = " and ".join(sorted(repr(color.source_name) for color in group))
            notes.problems.append(f"{names} would both be {shown[claim]}")
            lost |= {color.name for color in group}
    return tuple(color for color in colors if color.name not in lost)


def _all(colors: Sequence[RawColor]) -> str:
    return " and ".join(sorted(repr(raw.name) for raw in colors))


def _some(colors: Sequence[RawColor]) -> str:
    names = sorted(repr(raw.name) for raw in colors)
    rest = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + rest
