"""From YAML nodes to plain values: YAML 1.2 scalars, merge keys, and the place of every value by its key path.

Mistakes that leave the rest readable (duplicate keys, odd keys, unknown tags) are collected, so that one reading of a
file shows them all. No YAML library is used here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from exfig_mp.config.problems import quoted
from exfig_mp.config.yaml_tree import Branch, Scalar, parse

if TYPE_CHECKING:
    from exfig_mp.config.problems import KeyPath, Mark
    from exfig_mp.config.yaml_tree import YamlNode

Value = Any
"""None, bool, int, float, str, a list of values, or a dict of values by text keys: what JSON can say."""

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_PREFIXED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 40
_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset({"!", f"{_TAG}str"})
_SCALAR_TAGS = frozenset({f"{_TAG}{name}" for name in ("int", "float", "bool", "null")})


class Origin(Struct, frozen=True):
    """Where a key stands, or an element of a list; `text` is the source of its value if that is a scalar."""

    mark: Mark
    text: str | None = None


class Mistake(Struct, frozen=True):
    """Something wrong with the YAML that does not hide the rest of the file."""

    path: KeyPath
    mark: Mark
    message: str


class Document(Struct, frozen=True):
    """The values of one file, the origin of each by its key path, and the mistakes that were skipped over."""

    tree: Value
    origins: dict[KeyPath, Origin] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


def read_document(text: str) -> Document:
    """Return what `text` says; a text without any value has the tree None.

    Raises:
        BrokenYamlError: if nothing can be made of it.
    """
    root = parse(text)
    if root is None:
        return Document(None)
    builder = _Builder()
    tree = builder.value(root, (), root.mark)
    return Document(tree, builder.origins, tuple(builder.mistakes.values()))


def plain_value(text: str) -> Value:
    """Return what an unquoted scalar means in the core schema of YAML 1.2.

    Stricter in three points, where no config means it: numbers with leading zeros, `.inf` and `.nan` stay text.
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _PREFIXED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) != float("inf") else text
    return text


class _Builder:
    """Builds values, and notes their origins and the mistakes on the way."""

    def __init__(self) -> None:
        self.origins: dict[KeyPath, Origin] = {}
        # By place: a mistake in an anchored node would come back with each of its aliases.
        self.mistakes: dict[tuple[Mark, str], Mistake] = {}

    def value(self, node: YamlNode, path: KeyPath, mark: Mark) -> Value:
        """Return the value of `node`, which stands at `path`, with its key (if it has one) at `mark`."""
        if isinstance(node, Scalar):
            self.origins[path] = Origin(mark, node.text)
            return self._scalar(node, path)
        self.origins[path] = Origin(mark)
        if node.tag not in (None, "!", f"{_TAG}seq" if node.is_list else f"{_TAG}map"):
            self._mistake(path, node.mark, f"the tag {quoted(str(node.tag))} is not supported")
        if node.is_list:
            return [self.value(item, (*path, index), item.mark) for index, item in enumerate(node.items)]
        return {
            name: self.value(child, (*path, name), place) for name, (place, child) in self._pairs(node, path).items()
        }

    def _scalar(self, node: Scalar, path: KeyPath) -> Value:
        """Return the value of a scalar by its tag, or by its text if it has none."""
        if node.plain or node.tag in _SCALAR_TAGS:
            return plain_value(node.text)
        if node.tag is not None and node.tag not in _TEXT_TAGS:
            self._mistake(path, node.mark, f"the tag {quoted(node.tag)} is not supported")
        return node.text

    def _pairs(self, node: Branch, path: KeyPath) -> dict[str, tuple[Mark, YamlNode]]:
        """Return the pairs of a mapping by key, those merged in with `<<` behind its own."""
        own: dict[str, tuple[Mark, YamlNode]] = {}
        merged: list[YamlNode] = []
        for key_node, child in node.pairs:
            name = self._key(key_node, path)
            if name is None:
                continue
            if name == "<<" and isinstance(key_node, Scalar) and key_node.plain:
                merged.append(child)
            elif name in own:
                first = own[name][0].line
                self._mistake((*path, name), key_node.mark, f"the key is given twice, first on line {first}")
            else:
                own[name] = (key_node.mark, child)
        for source in merged:
            for name, pair in self._merge_source(source, path).items():
                own.setdefault(name, pair)
        return own

    def _merge_source(self, source: YamlNode, path: KeyPath) -> dict[str, tuple[Mark, YamlNode]]:
        """Return the pairs that `<<: source` brings: those of a mapping, or of a list of mappings, the first first."""
        pairs: dict[str, tuple[Mark, YamlNode]] = {}
        sources = source.items if isinstance(source, Branch) and source.is_list else [source]
        for item in sources:
            if isinstance(item, Branch) and not item.is_list:
                for name, pair in self._pairs(item, path).items():
                    pairs.setdefault(name, pair)
            else:
                self._mistake((*path, "<<"), item.mark, "a merge key needs a group of keys, such as an alias of one")
        return pairs

    def _key(self, node: YamlNode, path: KeyPath) -> str | None:
        """Return the text of a key, or None after noting why it is none."""
        if isinstance(node, Branch):
            self._mistake(path, node.mark, "a list or a group of keys cannot be a key")
            return None
        if node.plain and not isinstance(plain_value(node.text), str):
            shown = quoted(node.text) if node.text else "an empty key"
            self._mistake(path, node.mark, f"keys are texts; put {shown} in quotes if it is meant so")
            return None
        return node.text

    def _mistake(self, path: KeyPath, mark: Mark, message: str) -> None:
        """Note a mistake once per place."""
        self.mistakes.setdefault((mark, message), Mistake(path, mark, message))
