"""From entries of text styles to files, once Figma's answers are there: select, name, write out. No file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.exporters.naming import matches
from exfig_mp.exporters.text_style_naming import name_text_styles
from exfig_mp.model import Failure
from exfig_mp.sources.figma_text_styles import text_styles
from exfig_mp.token_files import Described, TokenOutcome, write_out

if TYPE_CHECKING:
    from exfig_mp.exporters.text_style_protocol import TextStyleEntry
    from exfig_mp.sources.tokens import Tokens


def typeset(entry: TextStyleEntry, tokens: Tokens, base: str) -> TokenOutcome:
    """Return the files of an entry; `base` is the folder that relative paths of its config start from."""
    file = tokens.styled[entry.file]
    found = file if isinstance(file, Failure) else text_styles(file, matches, entry.filter)
    if isinstance(found, Failure):
        return TokenOutcome(failures=(found,), warnings=entry.warnings)
    named = name_text_styles(found.styles, entry.naming, entry.exporter)
    described = Described(
        documents=entry.exporter.documents(named.styles),
        warnings=(*found.warnings, *named.warnings, *entry.exporter.notes(named.styles)),
        problems=(*found.problems, *named.problems),
    )
    return write_out(entry, described, base)
