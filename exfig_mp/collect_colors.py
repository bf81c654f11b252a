"""From entries of colours to files, once Figma's answers are there: select, name, write out. No file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.exporters.color_pairing import pair_colors
from exfig_mp.exporters.shared_names import declared_colors
from exfig_mp.model import Failure
from exfig_mp.sources.color_tokens import colors_of
from exfig_mp.token_files import Described, TokenOutcome, write_out

if TYPE_CHECKING:
    from exfig_mp.exporters.color_protocol import ColorEntry
    from exfig_mp.sources.tokens import Tokens


def paint(entry: ColorEntry, tokens: Tokens, base: str) -> TokenOutcome:
    """Return the files of an entry; `base` is the folder that relative paths of its config start from."""
    found = colors_of(entry.source, tokens, entry.filter)
    if isinstance(found, Failure):
        return TokenOutcome(failures=(found,), warnings=entry.warnings)
    paired = pair_colors(found.palette, entry.naming, entry.platform, entry.exporter)
    described = Described(
        documents=entry.exporter.documents(paired.colors),
        declared=declared_colors(entry.exporter, paired.colors),
        names={color.source_name: color.name for color in paired.colors},
        warnings=(*found.warnings, *paired.warnings, *entry.exporter.notes(paired.colors)),
        problems=(*found.problems, *paired.problems),
    )
    return write_out(entry, described, base)
