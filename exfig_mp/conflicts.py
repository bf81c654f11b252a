"""Conflicts that are certain before Figma is asked: entries that write the same things to the same paths."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from exfig_mp.colors import Color, Rgba
from exfig_mp.errors import ConfigError
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.naming import Named, final_name
from exfig_mp.exporters.token_protocol import Insertion
from exfig_mp.hashing import identity
from exfig_mp.model import Asset, GeneratedFile, Node
from exfig_mp.plan import build_plan
from exfig_mp.planned import Coding, plan_entry
from exfig_mp.text_styles import TextStyle, Typeface
from exfig_mp.token_files import TokenFiles, plan_tokens, refuse_clashes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.config import Config
    from exfig_mp.exporters.color_protocol import ColorEntry
    from exfig_mp.exporters.protocol import Entry
    from exfig_mp.exporters.text_style_protocol import TextStyleEntry
    from exfig_mp.exporters.token_protocol import TokenEntry, TokenFile


def certain_conflicts(configs: Sequence[Config]) -> ConfigError | None:
    """Return the error that a run of `configs` would end with whatever the components are, or None.

    Each entry is planned for one made-up component of its selection. Different selections may hold different
    components, so only equal ones can clash for certain. Tokens and code go together into files whose paths are
    known, so entries that share one clash unless they are made of the same things in the same way.
    """
    planned = [
        plan_entry(config.label, str(config.base), entry, (_asset(entry),), Coding(partial(_told, entry)))
        for config in configs
        for entry in config.entries()
    ]
    for config in configs:
        base = str(config.base)
        planned += [plan_tokens(config.label, base, entry, _painted(entry)) for entry in config.color_entries()]
        planned += [plan_tokens(config.label, base, entry, _typeset(entry)) for entry in config.text_style_entries()]
    try:
        build_plan(planned)
        refuse_clashes(planned)
    except ConfigError as error:
        return error
    return None


def _asset(entry: Entry) -> Asset:
    selection = entry.selection
    key = identity(selection.light_file, selection.frame, selection.page or "", selection.filter or "")[:8]
    raw = f"any component {key}"
    named = final_name(raw, entry.naming)
    # A name that this entry would refuse: only an entry that names alike is certain to have the same ones.
    name = named.text if isinstance(named, Named) else identity(key, repr(entry.naming))[:8]
    light = Node(selection.light_file, "", key)
    dark_file = selection.dark_file or (selection.light_file if selection.dark_suffix else None)
    return Asset(
        name=name, source_name=raw, light=light, dark=Node(dark_file, "", f"{key}-dark") if dark_file else None
    )


def _told(entry: Entry | TokenEntry, document: Document) -> bytes:
    """Return what stands for a file that a template makes."""
    return f"{entry.platform} {entry.templates} {document.template} {sorted(document.context.items())}".encode()


def _painted(entry: ColorEntry) -> TokenFiles:
    """Return the files of one made-up colour."""
    name, raw = _made_up(entry, f"any colour {identity(repr(entry.source), entry.filter or '')[:8]}")
    return _stand_ins(entry, entry.exporter.documents((Color(name, raw, Rgba(0.0, 0.0, 0.0)),)))


def _typeset(entry: TextStyleEntry) -> TokenFiles:
    """Return the files of one made-up text style."""
    name, raw = _made_up(entry, f"any text style {identity(entry.file, entry.filter or '')[:8]}")
    return _stand_ins(entry, entry.exporter.documents((TextStyle(name, raw, Typeface("Font", 10.0)),)))


def _made_up(entry: TokenEntry, raw: str) -> tuple[str, str]:
    """Return the final name of a token, and `raw`."""
    named = final_name(raw, entry.naming)
    return named.text if isinstance(named, Named) else identity(raw, repr(entry.naming))[:8], raw


def _stand_ins(entry: TokenEntry, files: Sequence[TokenFile]) -> TokenFiles:
    """Return the files of an entry; what a template would make of what it is told stands for itself."""
    generated: list[GeneratedFile] = []
    insertions: list[Insertion] = []
    for file in files:
        if isinstance(file, Document):
            generated.append(GeneratedFile(file.path, _told(entry, file)))
        elif isinstance(file, Insertion):
            insertions.append(file)
        else:
            generated.append(file)
    return TokenFiles(generated=tuple(generated), insertions=tuple(insertions))
