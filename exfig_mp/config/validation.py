"""The one door to pydantic: a tree of plain values becomes the frozen options, or faults by key path.

Values are read as the decoder of ExFig v1 reads them: the type of the option decides, not the look of the scalar, so
`1.10` is text where text is wanted, and `yes` is true where a switch is wanted. Everything else is strict.
"""

from __future__ import annotations

import copy
import functools
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # else it searches all installed packages for some, at each start

from pydantic import TypeAdapter, ValidationError

from exfig_mp.config.contents import LISTS, PLATFORMS
from exfig_mp.config.document import plain_value
from exfig_mp.config.problems import quoted
from exfig_mp.config.wording import mismatch
from exfig_mp.exporters import Root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from exfig_mp.config.document import Document, Value
    from exfig_mp.config.problems import KeyPath

_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_MOST_ROUNDS = 12
_STAND_INS: dict[str, Value] = {
    **dict.fromkeys(("missing", "string_type", "string_too_short"), "x"),
    **dict.fromkeys(("int_type", "float_type"), 1),
    "tuple_type": [1],
    "too_short": [1],
    "bool_type": False,
    "dataclass_type": {},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a key path of the document."""

    path: KeyPath
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a validation.

    `root` is None if there are faults that leave no options. `tree` is the document's tree without unknown keys, with
    every platform's `colors`, `icons` and `images` as lists, and every value in the type of its option.
    """

    root: Root | None
    tree: Value
    faults: tuple[Fault, ...]
    unknown: tuple[KeyPath, ...]


@dataclass(frozen=True, slots=True)
class _Error:
    """One error of pydantic, at a path of the tree; `of_branch` if it says why one branch of a union does not fit."""

    path: KeyPath
    details: dict[str, Any]
    of_branch: bool

    @property
    def kind(self) -> str:
        """The error's code."""
        return str(self.details["type"])


def validate(document: Document) -> Verdict:
    """Return the options that `document` gives, and everything that is wrong with them. Its tree is used up."""
    return _Validation(document).verdict()


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a config; a single element may stand where a platform takes a list of them."""
    schema = _adapter().json_schema()
    for platform in PLATFORMS:
        for name in LISTS:
            option = _section(schema, platform).get(name, {})
            if "items" in option:
                element = option.pop("items")
                option["anyOf"] = [element, {"type": option.pop("type"), "items": element}]
    return schema


@functools.cache
def _adapter() -> TypeAdapter[Root]:
    """Return the validator, built at the first use: it takes a tenth of a second."""
    return TypeAdapter(Root)


def _section(schema: dict[str, Any], platform: str) -> dict[str, Any]:
    """Return the properties of a platform's section."""
    option = schema["properties"][platform]
    branches = [branch for branch in (option, *option.get("anyOf", ())) if "$ref" in branch]
    name = branches[0]["$ref"].rpartition("/")[2]
    properties: dict[str, Any] = schema["$defs"][name]["properties"]
    return properties


class _Validation:
    """One tree on its way to options: repaired where that is allowed, with its paths as the document has them."""

    def __init__(self, document: Document) -> None:
        self._origins = document.origins
        self._tree: Value = document.tree if isinstance(document.tree, dict) else {}
        self._wrapped: set[KeyPath] = set()
        self._unknown: list[KeyPath] = []
        self._repaired: set[KeyPath] = set()
        self._wrap_single_elements()

    def verdict(self) -> Verdict:
        """Decode, repair what may be repaired, decode again; then word what is left."""
        root, errors = _decode(self._tree)
        while errors and sum([self._repair(error) for error in errors]):
            root, errors = _decode(self._tree)
        faults = [*self._type_faults(errors), *self._cross_faults(root, errors)]
        return Verdict(root, self._tree, tuple(faults), tuple(self._unknown))

    def _wrap_single_elements(self) -> None:
        """Make a list of every single element that a platform has in place of one; the node decides, not a guess."""
        for platform in PLATFORMS:
            section = self._tree.get(platform)
            for name in LISTS:
                if isinstance(section, dict) and isinstance(section.get(name), dict):
                    section[name] = [section[name]]
                    self._wrapped.add((platform, name))

    def _document_path(self, path: KeyPath) -> KeyPath:
        """Return the path in the document of a path in the tree."""
        return path[:2] + path[3:] if path[:2] in self._wrapped and len(path) > 2 else path

    def _repair(self, error: _Error) -> bool:
        """Change the tree so that `error` does not come back; return whether that could be done."""
        if not error.path or error.kind == "missing" or error.path in self._repaired:
            return False
        parent, last = _at(self._tree, error.path[:-1]), error.path[-1]
        value, path = parent[last], self._document_path(error.path)
        if error.kind == "unexpected_keyword_argument":
            self._unknown.append(path)
            del parent[last]
        elif value is None and isinstance(parent, dict):
            # `key:` without a value is like no key: the option has its default, or is found missing.
            del parent[last]
        else:
            origin = self._origins.get(path)
            wanted = None if origin is None or error.of_branch else _reread(error.kind, value, origin.text)
            if wanted is None:
                return False
            parent[last] = wanted
        self._repaired.add(error.path)
        return True

    def _type_faults(self, errors: Sequence[_Error]) -> Iterator[Fault]:
        """Yield one fault for each place that has errors."""
        by_path: dict[KeyPath, list[_Error]] = {}
        for error in errors:
            by_path.setdefault(error.path, []).append(error)
        sections = {path[:length] for path in by_path for length in range(len(path))}
        for path, here in by_path.items():
            # A union, or a list that is empty without its wrong elements: the errors further in say it better.
            if path in sections and all(error.of_branch or error.kind == "too_short" for error in here):
                continue
            shown = self._document_path(path)
            if here[0].kind == "missing":
                how = "has no value" if shown in self._origins else "is missing"
                place = shown if shown in self._origins else shown[:-1]
                yield Fault(place, f"required key {quoted(str(path[-1]))} {how}")
            else:
                yield Fault(shown, mismatch([error.details for error in here], _at(self._tree, path)))

    def _cross_faults(self, root: Root | None, errors: Sequence[_Error]) -> Iterator[Fault]:
        """Yield what is wrong between values, also where the types of some are wrong."""
        stood_in: set[KeyPath] = set()
        if root is None:
            root, stood_in = _with_stand_ins(self._tree, errors)
        for path, message in root.problems() if root else ():
            if path not in stood_in:
                yield Fault(self._document_path(path), message)


def _decode(tree: Value) -> tuple[Root | None, list[_Error]]:
    """Return the options of `tree`, or every error."""
    # Through JSON, since only there a strict dataclass takes an object, and a strict tuple takes a list.
    try:
        return _adapter().validate_json(json.dumps(tree), strict=True), []
    except ValidationError as error:
        return None, [_located(tree, dict(one)) for one in error.errors(include_url=False, include_input=False)]


def _with_stand_ins(tree: Value, errors: Sequence[_Error]) -> tuple[Root | None, set[KeyPath]]:
    """Return options with harmless values in place of those at fault, and where these are; None if that fails.

    For messages only: thus a wrong type does not hide what is wrong elsewhere. `tree` stays as it is.
    """
    tree = json.loads(json.dumps(tree))
    paths: set[KeyPath] = set()
    for _ in range(_MOST_ROUNDS):
        for error in errors:
            stand_in = _stand_in(error.kind, error.details.get("ctx", {}))
            if stand_in is None or not error.path:
                return None, paths
            _at(tree, error.path[:-1])[error.path[-1]] = stand_in
            paths.add(error.path)
        root, errors = _decode(tree)
        if root:
            return root, paths
    return None, paths


def _stand_in(kind: str, context: Mapping[str, Any]) -> Value:
    """Return a value that does not fail with `kind`; it may fail with another kind, which has its own stand-in."""
    if kind == "literal_error":
        return next(iter(re.findall("'([^']*)'", str(context["expected"]))), None)
    if "gt" in context or "lt" in context:
        return context["gt"] + 1 if "gt" in context else context["lt"] - 1
    # A copy, since the next round may put a stand-in into this one.
    return copy.copy(context.get("ge", context.get("le", _STAND_INS.get(kind))))


def _located(tree: Value, details: dict[str, Any]) -> _Error:
    """Return the error with its path: its `loc` without the names of union branches, which are no steps in the tree."""
    path: list[str | int] = []
    of_branch = False
    value, loc = tree, details["loc"]
    for number, step in enumerate(loc):
        of_branch = False
        if (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int)):
            value = value[step]
            path.append(step)
        elif details["type"] == "missing" and number == len(loc) - 1:
            path.append(step)
        else:
            of_branch = True
    return _Error(tuple(path), details, of_branch)


def _at(tree: Value, path: KeyPath) -> Value:
    """Return the value at `path`, which exists."""
    for step in path:
        tree = tree[step]
    return tree


def _reread(kind: str, value: Value, text: str | None) -> Value:
    """Return what the scalar `text` means to an option that refused `value` with `kind`; None if nothing."""
    if text is None:
        return None
    if kind == "string_type":
        return text
    if kind == "bool_type":
        return _SWITCHES.get(text.lower())
    if kind in {"int_type", "float_type"} and isinstance(value, str):
        number = plain_value(text)
        return number if isinstance(number, int | float) and not isinstance(number, bool) else None
    return None
