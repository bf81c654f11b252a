"""A tree of plain values becomes the frozen options, or faults by key path; and the JSON Schema of what is taken.

Values are read as the decoder of ExFig v1 reads them: the type of the option decides, not the look of the scalar, so
`1.10` is text where text is wanted, and `yes` is true where a switch is wanted. Everything else is strict. msgspec says
whether a tree fits, and stops at the first place that does not; `Reading` then finds all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from exfig_mp.config.contents import LISTS, PLATFORMS
from exfig_mp.config.reading import Fault, Reading
from exfig_mp.exporters import Root

if TYPE_CHECKING:
    from exfig_mp.config.document import Document, Value
    from exfig_mp.config.problems import KeyPath


class Verdict(msgspec.Struct, frozen=True):
    """The outcome of a validation.

    `root` is None if there are faults that leave no options. `tree` is the document's tree without unknown keys, with
    every platform's `colors`, `icons` and `images` as lists, and every value in the type of its option.
    """

    root: Root | None
    tree: Value
    faults: tuple[Fault, ...]
    unknown: tuple[KeyPath, ...]


def validate(document: Document) -> Verdict:
    """Return the options that `document` gives, and everything that is wrong with them. Its tree is used up."""
    tree: Value = document.tree if isinstance(document.tree, dict) else {}
    wrapped = _wrap_single_elements(tree)

    def place(path: KeyPath) -> KeyPath:
        """Return the path in the document of a path in the tree."""
        return path[:2] + path[3:] if path[:2] in wrapped and len(path) > 2 else path

    reading: Reading | None = None
    try:
        root = msgspec.convert(tree, Root)
    except msgspec.ValidationError:
        reading = Reading(document.origins, place)
        reading.read(Root, tree)
        root = msgspec.convert(reading.with_stand_ins(tree), Root)
    problems = [(path, message) for path, message in root.problems() if not (reading and reading.is_stand_in(path))]
    between = (Fault(place(path), message) for path, message in problems)
    if reading is None:
        return Verdict(root, tree, tuple(between), ())
    unknown = tuple(map(place, reading.unknown))
    return Verdict(None if reading.faults else root, tree, (*reading.faults, *between), unknown)


def _wrap_single_elements(tree: Value) -> set[KeyPath]:
    """Make a list of every single element that a platform has in place of one; return where."""
    wrapped: set[KeyPath] = set()
    for platform in PLATFORMS:
        section = tree.get(platform)
        for name in LISTS:
            if isinstance(section, dict) and isinstance(section.get(name), dict):
                section[name] = [section[name]]
                wrapped.add((platform, name))
    return wrapped


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a config; a single element may stand where a platform takes a list of them."""
    encoded = msgspec.json.encode(msgspec.json.schema(Root)["$defs"])  # its defaults are not all what JSON has
    known: dict[str, Any] = msgspec.json.decode(encoded)
    schema: dict[str, Any] = {**known.pop("Root"), "$defs": known}
    for platform in PLATFORMS:
        for name, option in _section(schema, platform).items():
            if name in LISTS and "items" in option:
                element = option.pop("items")
                option["anyOf"] = [element, {"type": option.pop("type"), "items": element}]
    return schema


def _section(schema: dict[str, Any], platform: str) -> dict[str, Any]:
    """Return the properties of a platform's section."""
    section = next(branch for branch in schema["properties"][platform]["anyOf"] if "$ref" in branch)
    properties: dict[str, Any] = schema["$defs"][section["$ref"].rpartition("/")[2]]["properties"]
    return properties
