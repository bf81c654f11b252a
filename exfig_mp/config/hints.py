"""What the author of an unknown key may have meant: a similar sibling, or the place where the key belongs."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from exfig_mp.config.problems import key_path, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exfig_mp.config.problems import KeyPath

_LONGEST_KEY = 60
_MOST_PLACES = 3
_MOST_HINTS = 100


class KnownKeys(Struct, frozen=True):
    """The keys of every section, by the section's path; list positions are no part of such a path."""

    sections: Mapping[tuple[str, ...], tuple[str, ...]]

    @classmethod
    def of_schema(cls, schema: Mapping[str, Any]) -> KnownKeys:
        """Return the keys that the JSON Schema of the config names."""
        return cls(dict(_sections(schema, schema, ())))

    def unknown_key_messages(self, paths: Iterable[KeyPath]) -> Iterator[tuple[KeyPath, str]]:
        """Yield each path of an unknown key with a sentence about it, in the same order.

        Similar names are looked for only for the first hundred: more of them is another kind of file.
        """
        for number, path in enumerate(paths):
            name = str(path[-1])
            hint = self._hint(path) if number < _MOST_HINTS and len(name) <= _LONGEST_KEY else ""
            yield path, f"unknown key {quoted(name)}{hint}"

    def _hint(self, path: KeyPath) -> str:
        """Return the end of the sentence: a similar sibling, or else where such a key exists."""
        name = str(path[-1])
        section = tuple(step for step in path[:-1] if isinstance(step, str))
        siblings = self.sections.get(section, ())
        same = [sibling for sibling in siblings if sibling.casefold() == name.casefold()]
        if near := same or difflib.get_close_matches(name, siblings, n=1, cutoff=0.7):
            return f", did you mean {quoted(near[0])}?"
        places = [key_path(place) or "the top level" for place, keys in self.sections.items() if name in keys]
        if not places:
            return ""
        others = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        return f"; it belongs to {', '.join(places[:_MOST_PLACES])}{others}"


def _sections(
    node: Mapping[str, Any], schema: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield path and keys of every object that the schema `node` allows at `path`."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for branch in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _sections(branch, schema, path)
    if isinstance(node.get("items"), dict):
        yield from _sections(node["items"], schema, path)
    if properties := node.get("properties"):
        yield path, tuple(properties)
        for name, child in properties.items():
            yield from _sections(child, schema, (*path, name))
