"""Conflicts that are certain before Figma is asked: entries that write the same components to the same paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.naming import Named, final_name
from exfig_mp.hashing import identity
from exfig_mp.model import Asset, Node
from exfig_mp.plan import build_plan, plan_entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.config import Config
    from exfig_mp.exporters.protocol import Entry


def certain_conflicts(configs: Iterable[Config]) -> ConfigError | None:
    """Return the error that a run of `configs` would end with whatever the components are, or None.

    Each entry is planned for one made-up component of its selection. Different selections may hold different
    components, so only equal ones can clash for certain.
    """
    planned = [
        plan_entry(config.label, str(config.base), entry, (_asset(entry),))
        for config in configs
        for entry in config.entries()
    ]
    try:
        build_plan(planned)
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
