"""From raw text styles to named ones: each gets its name, and no two share one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.token_naming import Notes, by_final_name, unusable, without_clashes
from exfig_mp.text_styles import TextStyle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.exporters.protocol import Naming
    from exfig_mp.exporters.text_style_protocol import TextStyleExporter
    from exfig_mp.text_styles import RawTextStyle


class NamedTextStyles(Struct, frozen=True, kw_only=True):
    """The text styles of an entry, sorted by name; those with a problem are not among them."""

    styles: tuple[TextStyle, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def name_text_styles(raws: Iterable[RawTextStyle], naming: Naming, exporter: TextStyleExporter) -> NamedTextStyles:
    """Name the text styles, and take out what clashes. Order has no effect.

    Problems: a name that the regexps refuse or that is nothing; two styles with one name, or whose names are one in the
    exporter's code or files. Warnings: empty names.
    """
    if problem := unusable(naming):
        return NamedTextStyles(problems=(problem,))
    notes = Notes()
    found = by_final_name(raws, naming, "text style", notes)
    styles = [TextStyle(name, raw.name, raw.face) for name, raw in sorted(found.items())]
    return NamedTextStyles(
        styles=without_clashes(styles, exporter, notes.problems),
        warnings=tuple(sorted(set(notes.warnings))),
        problems=notes.all_problems(),
    )
