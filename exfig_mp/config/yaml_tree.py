"""The one door to PyYAML: a text becomes a graph of nodes that know their places.

libyaml's event stream is composed here, not by PyYAML, because its composer recurses without a limit, drops duplicate
keys silently and loses the source text of scalars. Nesting, size and alias expansion are bounded while they are read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct, field

from exfig_mp.config.problems import BrokenYamlError, Mark, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 100
MOST_NODES = 100_000
"""Counted with every alias written out. The largest real configs have some ten thousand."""

# PyYAML has no wheel with libyaml for some interpreters; the pure loader is slower and equal.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# By what is forbidden: to compile a class of all that is allowed takes seven times as long, at each start.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")

# The complaints of libyaml and of the pure loader, which differ a little, in words for somebody who edits a config.
_WORDING = {
    "that cannot start any token": "this character cannot start a value; put the text in quotes",
    "mapping values are not allowed": 'a ":" is not expected here; put a text that has ": " in quotes',
    "could not find expected ':'": 'this is no "key: value"; a ":" is missing, or the indentation is wrong',
    "expected ',' or ']'": 'a list that is not closed; "," or "]" is expected here',
    "expected ',' or '}'": 'a group of keys that is not closed; "," or "}" is expected here',
    "expected key|expected <block end>": "a key is expected here; check indentation, quotes and commas before it",
    "expected '-' indicator": 'a "-" is expected here; elements of one list need the same indentation',
    "found unexpected end of stream": "the text ends inside quotes that were opened here",
    "unknown escape character": 'unknown escape after "\\"; in single quotes a backslash is only a backslash',
    "undefined tag handle": "this tag is not known; put the text in quotes",
}


class Scalar(Struct):
    """A single value. `text` is its source without quotes; `plain` is False if it was quoted or a block."""

    text: str
    plain: bool
    tag: str | None
    mark: Mark


class Branch(Struct):
    """A mapping (pairs of key and value) or a list (values only), with what it weighs when aliases are written out."""

    is_list: bool
    tag: str | None
    mark: Mark
    items: list[YamlNode] = field(default_factory=list)
    pairs: list[tuple[YamlNode, YamlNode]] = field(default_factory=list)
    size: int = 1
    height: int = 1


YamlNode = Scalar | Branch


def parse(text: str) -> YamlNode | None:
    """Return the root node of the one document in `text`, or None if there is none.

    Raises:
        BrokenYamlError: for broken YAML, several documents, characters that YAML forbids, and texts that nest or
            expand beyond any honest config.
    """
    _refuse_forbidden_characters(text)
    try:
        return _Composer(text).document()
    except yaml.MarkedYAMLError as error:
        raise _broken(text, error) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The pure loader lets some escapes fall through to chr().
        raise BrokenYamlError(f"this is not YAML: {error}") from None


class _Composer:
    """Turns one event stream into nodes."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._anchors: dict[str, YamlNode | None] = {}
        self._nodes = 0

    def document(self) -> YamlNode | None:
        """Return the root of the first document; refuse a second one."""
        root: YamlNode | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise BrokenYamlError("a second document starts here; a config is one document", _mark(event))
                root = self._node(next(self._events), 1)
        return root

    def _node(self, event: Any, depth: int) -> YamlNode:
        """Compose the node that starts with `event`, at `depth` levels below the document."""
        if isinstance(event, yaml.AliasEvent):
            node = self._aliased(event)
        elif isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0] and not event.tag
            node = Scalar(event.value, plain, event.tag, _mark(event))
            self._anchor(event, node)
        else:
            if depth > DEEPEST:
                raise BrokenYamlError(f"nested more than {DEEPEST} levels deep", _mark(event))
            self._anchor(event, None)
            node = self._branch(event, depth)
            self._anchor(event, node)
            return node
        height, size = (node.height, node.size) if isinstance(node, Branch) else (0, 1)
        self._nodes += size
        if depth + height > DEEPEST + 1:
            raise BrokenYamlError(f"with its aliases written out, this nests over {DEEPEST} levels deep", _mark(event))
        if self._nodes > MOST_NODES:
            raise BrokenYamlError(f"more than {MOST_NODES:,} values, counting what aliases repeat", _mark(event))
        return node

    def _branch(self, event: Any, depth: int) -> Branch:
        """Compose everything up to the end of the mapping or list that `event` opens."""
        is_list = isinstance(event, yaml.SequenceStartEvent)
        branch = Branch(is_list, event.tag, _mark(event))
        self._nodes += 1
        end = yaml.SequenceEndEvent if is_list else yaml.MappingEndEvent
        while not isinstance(inner := next(self._events), end):
            child = self._node(inner, depth + 1)
            self._weigh(branch, child)
            if is_list:
                branch.items.append(child)
            else:
                value = self._node(next(self._events), depth + 1)
                self._weigh(branch, value)
                branch.pairs.append((child, value))
        return branch

    @staticmethod
    def _weigh(branch: Branch, child: YamlNode) -> None:
        """Add `child` to the size and height of `branch`."""
        if isinstance(child, Branch):
            branch.size += child.size
            branch.height = max(branch.height, child.height + 1)
        else:
            branch.size += 1

    def _anchor(self, event: Any, node: YamlNode | None) -> None:
        """Remember `node` under the event's anchor; None while it is still being read."""
        if event.anchor is not None:
            self._anchors[event.anchor] = node

    def _aliased(self, event: Any) -> YamlNode:
        """Return the node that an alias repeats."""
        if event.anchor not in self._anchors:
            raise BrokenYamlError(f"alias {quoted('*' + event.anchor)} has no anchor before it", _mark(event))
        node = self._anchors[event.anchor]
        if node is None:
            raise BrokenYamlError(f"alias {quoted('*' + event.anchor)} contains itself", _mark(event))
        return node


def _mark(event: Any) -> Mark:
    """Return where `event` starts."""
    return Mark(event.start_mark.line + 1, event.start_mark.column + 1)


def _refuse_forbidden_characters(text: str) -> None:
    """Raise for the first character that YAML forbids; libyaml would name an offset, not a place."""
    found = _FORBIDDEN.search(text)
    if found is None:
        return
    before = text[: found.start()]
    code = f"U+{ord(found.group()):04X}"
    name = "a NUL character" if code == "U+0000" else f"the control character {code}"
    mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
    raise BrokenYamlError(f"{name} is not allowed in YAML; is this a text file?", mark)


def _broken(text: str, error: yaml.MarkedYAMLError) -> BrokenYamlError:
    """Return libyaml's complaint in words for a person, with the place that has to be changed."""
    found = error.problem or error.context or "broken syntax"
    opened_here = found == "found unexpected end of stream" and error.context_mark is not None
    blamed = error.context_mark if opened_here else error.problem_mark or error.context_mark
    if blamed is None:
        return BrokenYamlError(f"this is not YAML: {found}")
    mark = Mark(blamed.line + 1, blamed.column + 1)
    lines = text.split("\n")
    line = lines[blamed.line] if blamed.line < len(lines) else ""
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation:
        return BrokenYamlError(
            "a tab in the indentation; YAML wants spaces", Mark(mark.line, indentation.index("\t") + 1)
        )
    wordings = [words for complaint, words in _WORDING.items() if re.search(complaint, found)]
    fallback = f"{found} ({error.context})" if error.context else found
    return BrokenYamlError(wordings[0] if wordings else fallback, mark)
