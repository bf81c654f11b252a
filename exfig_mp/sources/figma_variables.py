"""From Figma's variables to colours: collections, modes and chains of aliases, resolved as Figma does it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.colors import Palette, RawColor, Rgba
from exfig_mp.model import Failure
from exfig_mp.sources.figma_colors import FoundColors
from exfig_mp.sources.figma_styles import platforms_of
from exfig_mp.sources.token_wire import ColorValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exfig_mp.exporters.color_protocol import VariableColors
    from exfig_mp.sources.token_wire import Collection, ModeValue, Variable, Variables

_COLOR = "COLOR"
_ALIAS = "VARIABLE_ALIAS"
_APPEARANCES = ("light", "dark", "light_hc", "dark_hc")
_MOST_NAMES = 10


class _Broken(Struct, frozen=True):
    """Why a variable has no colour in some mode."""

    reason: str


def variable_colors(
    found: Variables,
    source: VariableColors,
    matches: Callable[[str, str], bool],
    names: str | None = None,
) -> FoundColors | Failure:
    """Return the colours of the source's collection, or why there are none.

    A variable that cannot be resolved in one of the modes is a problem of its own and left out in all of them; those
    that designers have deleted are left out without a word.

    Args:
        found: the file's variables.
        source: the collection and its modes, by name.
        matches: tells whether a name is covered by a filter text.
        names: the filter; None takes all.
    """
    collection = _collection(found.variable_collections, source)
    if isinstance(collection, Failure):
        return collection
    modes = _modes(collection, source)
    if isinstance(modes, Failure):
        return modes
    resolver = _Resolver(found, collection, source.primitives)
    colors: dict[str, list[RawColor]] = {appearance: [] for appearance in modes}
    problems: list[str] = []
    for variable in _members(found, collection):
        if names is not None and not matches(names, variable.name):
            continue
        values = {appearance: resolver.color(variable, mode) for appearance, mode in modes.items()}
        broken = [
            f"{value.reason} (mode {_mode_name(collection, modes[key])!r})"
            for key, value in values.items()
            if isinstance(value, _Broken)
        ]
        if broken:
            problems.append(f"variable {variable.name!r} has no colour: {broken[0]}")
            continue
        for appearance, value in values.items():
            if isinstance(value, Rgba):
                colors[appearance].append(RawColor(variable.name, value, platforms_of(variable.description)))
    if not colors["light"] and not problems:
        only = f" that match {names!r}" if names else ""
        return Failure("config", f"the collection {source.collection!r} has no colours{only}", "check the filter")
    palette = Palette(**{appearance: tuple(raws) for appearance, raws in colors.items()})
    return FoundColors(palette, problems=tuple(sorted(problems)))


def collection_colors(found: Variables, source: VariableColors) -> list[Variable]:
    """Return the variables that are the colours of a source, by name; none if there is no such collection."""
    collection = _collection(found.variable_collections, source)
    return [] if isinstance(collection, Failure) else _members(found, collection)


def _mode_name(collection: Collection, mode_id: str) -> str:
    """Return a mode's name, for messages."""
    return next((mode.name for mode in collection.modes if mode.mode_id == mode_id), mode_id)


def _members(found: Variables, collection: Collection) -> list[Variable]:
    """Return the colours among a collection's variables by name; an extension has those of its parents."""
    ids: dict[str, None] = {}
    seen: set[str] = set()
    at: Collection | None = collection
    while at is not None and at.id not in seen:
        seen.add(at.id)
        ids |= dict.fromkeys(at.variable_ids)
        at = found.variable_collections.get(at.parent_variable_collection_id or "")
    members = [found.variables[key] for key in ids if key in found.variables]
    colors = [one for one in members if one.resolved_type == _COLOR and not one.deleted_but_referenced]
    return sorted(colors, key=lambda variable: (variable.name, variable.id))


def _collection(collections: Mapping[str, Collection], source: VariableColors) -> Collection | Failure:
    """Return the collection of that name; a local one goes before those of libraries."""
    named = sorted((one for one in collections.values() if one.name == source.collection), key=lambda one: one.id)
    candidates = [one for one in named if not one.remote] or named
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        message = f"file {source.file!r} has {len(candidates)} collections with the name {source.collection!r}"
        return Failure("config", message, "rename one of them in Figma")
    known = sorted({one.name for one in collections.values()})
    advice = f"check tokensCollectionName; collections are: {_some(known)}"
    return Failure("config", f"file {source.file!r} has no collection {source.collection!r}", advice)


def _modes(collection: Collection, source: VariableColors) -> dict[str, str] | Failure:
    """Return the ids of the wanted modes by appearance."""
    by_name = {mode.name: mode.mode_id for mode in reversed(collection.modes)}
    wanted = {key: getattr(source, key) for key in _APPEARANCES if getattr(source, key) is not None}
    missing = [name for name in wanted.values() if name not in by_name]
    if missing:
        message = f"the collection {collection.name!r} has no mode {_some(missing)}"
        return Failure("config", message, f"check the mode names; modes are: {_some(sorted(by_name))}")
    return {appearance: by_name[name] for appearance, name in wanted.items()}


def _some(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names[:_MOST_NAMES]) or "none"


class _Resolver:
    """Follows aliases. Within the collection the mode stays; elsewhere it is the primitives mode, or the default."""

    def __init__(self, found: Variables, collection: Collection, primitives: str | None) -> None:
        self._variables = found.variables
        self._collections = found.variable_collections
        self._family = {collection.id, collection.parent_variable_collection_id}
        self._collection = collection
        self._primitives = primitives
        self._by_key = {variable.key: variable for variable in found.variables.values() if variable.key}

    def color(self, variable: Variable, mode: str) -> Rgba | _Broken:
        """Return the variable's colour in a mode of the collection."""
        passed: set[tuple[str, str]] = set()
        names: list[str] = []
        at, in_mode = variable, mode
        while True:
            if (at.id, in_mode) in passed:
                return _Broken(f"its aliases go round in a circle: {' -> '.join(repr(one) for one in names)}")
            passed.add((at.id, in_mode))
            names.append(at.name)
            value = self._value(at, in_mode)
            if not isinstance(value, ColorValue) or (value.r is None and value.type != _ALIAS):
                return _Broken(f"{at.name!r} is no colour" if value is not None else f"{at.name!r} has no value")
            if value.type != _ALIAS:
                return Rgba(value.r or 0.0, value.g or 0.0, value.b or 0.0, value.a)
            target = self._target(value.id)
            if target is None:
                return _Broken(f"{at.name!r} leads to the variable {value.id!r}, which this file does not have")
            at, in_mode = target, self._mode_of(target, mode)

    def _target(self, key: str) -> Variable | None:
        """Return the variable of an alias; one of a library is known by its key, too."""
        remote_key = key.removeprefix("VariableID:").partition("/")[0]
        return self._variables.get(key) or self._by_key.get(remote_key)

    def _mode_of(self, variable: Variable, mode: str) -> str:
        if variable.variable_collection_id in self._family:
            return mode
        collection = self._collections.get(variable.variable_collection_id)
        if collection is None:
            return next(iter(variable.values_by_mode), "")
        named = (one.mode_id for one in collection.modes if one.name == self._primitives)
        return next(named, collection.default_mode_id)

    def _value(self, variable: Variable, mode: str) -> ModeValue:
        """Return what a variable is in a mode: an extension's own value goes before those of its parents."""
        collection = self._collection if variable.variable_collection_id in self._family else None
        if collection is None:
            collection = self._collections.get(variable.variable_collection_id)
        for _ in range(len(self._collections) + 1):
            own = collection.variable_overrides.get(variable.id, {}).get(mode) if collection else None
            if own is None:
                own = variable.values_by_mode.get(mode)
            if own is not None or collection is None:
                return own
            mode = next((one.parent_mode_id for one in collection.modes if one.mode_id == mode), None) or ""
            collection = self._collections.get(collection.parent_variable_collection_id or "")
        return None
