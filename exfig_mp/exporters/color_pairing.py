"""From raw colours to named ones: each light colour gets its name and its other appearances, and no two share one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.colors import Color
from exfig_mp.exporters.refusals import listed
from exfig_mp.exporters.token_naming import Notes, by_final_name, unusable, without_clashes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exfig_mp.colors import Palette, RawColor, Rgba
    from exfig_mp.exporters.color_protocol import ColorExporter
    from exfig_mp.exporters.protocol import Naming
    from exfig_mp.model import Platform

_ByName = dict[str, "RawColor"]


class PairedColors(Struct, frozen=True, kw_only=True):
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
    if problem := unusable(naming):
        return PairedColors(problems=(problem,))
    notes = Notes()
    every: dict[str, _ByName] = {
        key: by_final_name(getattr(palette, key), naming, "colour", notes)
        for key in ("light", "dark", "light_hc", "dark_hc")
    }
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
        colors=without_clashes(colors, exporter, notes.problems),
        warnings=tuple(sorted(set(notes.warnings))),
        problems=notes.all_problems(),
    )


def _is_for(raw: RawColor, platform: Platform | None) -> bool:
    return platform is None or not raw.platforms or platform in raw.platforms


def _matched(base: _ByName, found: _ByName, appearance: str, notes: Notes) -> _ByName:
    extra = [found[name] for name in found.keys() - base.keys()]
    if extra:
        notes.problems.append(f"{appearance} colours have no counterpart: {_some(extra)}")
    missing = [base[name] for name in base.keys() - found.keys()]
    if found and missing:
        notes.warnings.append(f"colours have no {appearance} value: {_some(missing)}")
    return {name: raw for name, raw in found.items() if name in base}


def _value(found: Mapping[str, RawColor], name: str) -> Rgba | None:
    return found[name].value if name in found else None


def _some(colors: Sequence[RawColor]) -> str:
    return listed(repr(raw.name) for raw in colors)
