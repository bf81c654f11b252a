"""Reads a tree by the types of the options, also where it does not fit: repairs what may be, and finds every fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct, inspect

from exfig_mp.config.document import plain_value
from exfig_mp.config.problems import quoted
from exfig_mp.config.wording import mismatch, unmet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exfig_mp.config.document import Origin, Value
    from exfig_mp.config.problems import KeyPath

_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Fault(Struct, frozen=True):
    """What is wrong at a key path of the document."""

    path: KeyPath
    message: str


class Reading:
    """One tree on its way to options.

    `faults` have paths of the document, `unknown` keys have paths of the tree.

    Args:
        origins: of the document's values, by their paths in it.
        place: turns a path in the tree into one in the document.
    """

    def __init__(self, origins: Mapping[KeyPath, Origin], place: Callable[[KeyPath], KeyPath]) -> None:
        self.faults: list[Fault] = []
        self.unknown: list[KeyPath] = []
        self._origins = origins
        self._place = place
        self._stand_ins: dict[KeyPath, Value] = {}

    def read(self, section: type[Struct], tree: Value) -> None:
        """Repair `tree` in its place, and note what is wrong with it as a `section`."""
        self._read(inspect.type_info(section), tree, ())

    def with_stand_ins(self, tree: Value) -> Value:
        """Return a copy of a tree that was read, with harmless values in place of all that is wrong or missing.

        For messages only: thus a wrong type does not hide what is wrong elsewhere.
        """
        safe = json.loads(json.dumps(tree))
        for path, value in self._stand_ins.items():
            parent = safe
            for step in path[:-1]:
                parent = parent[step]
            parent[path[-1]] = value
        return safe

    def is_stand_in(self, path: KeyPath) -> bool:
        """Has `path` of the tree a harmless value, or is it within one?"""
        return any(path[:length] in self._stand_ins for length in range(len(path) + 1))

    def _read(self, wanted: inspect.Type, value: Value, path: KeyPath) -> Value:
        """Return `value` as it is `wanted`, or as it is, after noting why that cannot be."""
        kinds = _kinds(wanted)
        if value is None and len(kinds) < len(_branches(wanted)):
            return None
        # Of a value that may be several things, nobody can say which it was meant to be.
        if len(kinds) == 1 and unmet(kinds[0], value):
            value = self._reread(kinds[0], value, path)
        fitting = [kind for kind in kinds if not unmet(kind, value)]
        if not fitting:
            self.faults.append(Fault(self._place(path), mismatch(kinds, value)))
            self._stand_ins[path] = _stand_in(wanted)
            return value
        match fitting[0]:
            case inspect.StructType() as section:
                self._read_section(section, value, path)
            case inspect.VarTupleType() as sequence:
                value[:] = [self._read(sequence.item_type, one, (*path, index)) for index, one in enumerate(value)]
        return value

    def _read_section(self, section: inspect.StructType, tree: Value, path: KeyPath) -> None:
        options = {option.encode_name: option for option in section.fields}
        for key in [key for key in tree if key not in options]:
            self.unknown.append((*path, key))
            del tree[key]
        for key, option in options.items():
            # `key:` without a value is like no key: the option has its default, or is missing.
            if key in tree and tree[key] is None and len(_kinds(option.type)) == len(_branches(option.type)):
                del tree[key]
            if key in tree:
                tree[key] = self._read(option.type, tree[key], (*path, key))
                # What is the default asks for nothing else: another word might want further keys.
                if (*path, key) in self._stand_ins and isinstance(option.default, str | int | float):
                    self._stand_ins[*path, key] = option.default
            elif option.required:
                self._miss(option, (*path, key))

    def _miss(self, option: inspect.Field, path: KeyPath) -> None:
        self._stand_ins[path] = _stand_in(option.type)
        place = self._place(path)
        is_there = place in self._origins
        how = "has no value" if is_there else "is missing"
        message = f"required key {quoted(option.encode_name)} {how}"
        self.faults.append(Fault(place if is_there else place[:-1], message))

    def _reread(self, wanted: inspect.Type, value: Value, path: KeyPath) -> Value:
        """Return what a scalar's text means to an option that refuses its value; the value itself if nothing."""
        origin = self._origins.get(self._place(path))
        if origin is None or origin.text is None:
            return value
        match wanted:
            case inspect.StrType() if not isinstance(value, str):
                return origin.text
            case inspect.BoolType():
                return _SWITCHES.get(origin.text.lower(), value)
            case inspect.IntType() | inspect.FloatType() if isinstance(value, str):
                number = plain_value(origin.text)
                return number if isinstance(number, int | float) and not isinstance(number, bool) else value
        return value


def _branches(wanted: inspect.Type) -> tuple[inspect.Type, ...]:
    return wanted.types if isinstance(wanted, inspect.UnionType) else (wanted,)


def _kinds(wanted: inspect.Type) -> tuple[inspect.Type, ...]:
    """Return what `wanted` may be, but nothing."""
    return tuple(one for one in _branches(wanted) if not isinstance(one, inspect.NoneType))


def _stand_in(wanted: inspect.Type) -> Value:
    """Return a value that fits."""
    match _kinds(wanted)[0]:
        case inspect.BoolType():
            return False
        case inspect.IntType() | inspect.FloatType() as number:
            return next((bound for bound in (number.ge, number.le) if bound is not None), (number.gt or 0) + 1)
        case inspect.LiteralType() as words:
            return words.values[0]
        case inspect.VarTupleType() as sequence:
            return [_stand_in(sequence.item_type)]
        case inspect.StructType() as section:
            return {one.encode_name: _stand_in(one.type) for one in section.fields if one.required}
        case _:
            return "x"
