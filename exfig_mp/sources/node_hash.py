"""How a node looks, as one hash: equal hashes mean that Figma draws the same. Pure.

It is taken over a tree of `GET /v1/files/:key/nodes?ids=...&geometry=paths`. The rules, `HASH_VERSION` 1:

- **What is not known to be invisible counts.** `node_rules` names what is left out; a property that Figma invents next
  year counts, as a whole: one render too many is better than an asset that is out of date.
- **Order.** Children, paints, effects, paths and all other lists count in order; the keys of a map do not.
- **Numbers** are rounded to 6 decimals, -0 is 0, 1.0 is 1; so are those in the text of a path. They are rounded to 9
  decimals first: so a drift of 3e-15 cannot tip over values like 1/128, which lie between two such numbers.
- **Absent is default**: a property that has its default (opacity 1, visible, blend mode PASS_THROUGH of a layer and
  NORMAL of a paint, ...), or is null or empty, is as good as absent.
- **Invisible parts**: children, paints and effects with `visible: false` do not count at all. The node itself may be
  invisible: that counts.
- **Left out**: ids and names of layers (exfig-mp asks for SVG without ids, `svg_include_id=false`); where the node is
  on its page and in its frame, thus every absolute position, and the translation of its own `relativeTransform`;
  prototyping, scrolling, export settings, plugin data, annotations, locks; rules of layout (constraints, auto layout,
  grids), of which size and place of the children are the result; definitions of component properties, variables and
  styles, of which the values are in the node; `background` and `backgroundColor` where there are `fills`.
- **What the tree does not tell** (`_is_untold`): a paint of type PATTERN shows another node of the file, and a vector
  without paths might have any. The file's version is then part of the hash: such a node counts as changed whenever
  the file has changed.

Shapes of properties and their defaults are those of Figma's OpenAPI document 0.43.0.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from exfig_mp.hashing import digest
from exfig_mp.sources.figma_wire import NodeElement
from exfig_mp.sources.node_rules import NODE, PAINT, PATH, PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exfig_mp.sources.figma_wire import NodesAnswer
    from exfig_mp.sources.node_rules import Rule

HASH_VERSION = 1
"""Changes with the rules: hashes of different versions must not be compared."""

_DECIMALS = 6
_UNTIPPED = 9
_NESTED = (dict, list)
_FAR = 1e12  # no page is so large
_NOTHING = object()
_LONG = re.compile(r"\.\d{7}")
_NUMBER = re.compile(r"(?<![\d.])-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_SHAPES = frozenset({"VECTOR", "STAR", "REGULAR_POLYGON"})
"""Types of node whose outline is told by their paths alone."""

_DECODER = msgspec.json.Decoder(NodeElement | None)


def node_hashes(answer: NodesAnswer) -> dict[str, str]:
    """Return the hash of every node of an answer to `/nodes` with `geometry=paths`, by id.

    Nodes that are not there, or cannot be read, are left out. Trees are decoded one by one, so that an answer of many
    needs little memory.
    """
    hashes: dict[str, str] = {}
    for node_id, raw in answer.nodes.items():
        with suppress(ValueError, RecursionError):
            element = _DECODER.decode(raw)
            if element is not None:
                hashes[node_id] = node_hash(element.document, answer.version or answer.last_modified)
    return hashes


def node_hash(document: Mapping[str, Any], version: str) -> str:
    """Return the hash of how a node looks: 32 hexadecimal digits.

    Args:
        document: of one element of `nodes`. It may be nested as deeply as memory allows.
        version: of its file; part of the hash only where the tree does not tell how it looks.
    """
    root = dict(document)
    matrix = root.get("relativeTransform")
    if isinstance(matrix, list):
        root["relativeTransform"] = [row[:2] if isinstance(row, list) else row for row in matrix]
    corner = _box(root)
    records = [f"v{HASH_VERSION}"]
    # Every record says how many follow from it, and they follow in a fixed order: so no two trees have the same text.
    waiting: list[tuple[Any, Rule]] = [(root, NODE)]
    while waiting:
        value, rule = waiting.pop()
        if isinstance(value, list):
            records.append(_of_list(value, rule, waiting))
            continue
        if _is_untold(value, rule):
            records.append(f"in version {version!r}")
        if rule is NODE and (known := _stand_ins(value, corner)):
            value = value | known
        records.append(_of_map(value, rule, waiting))
    return digest("\n".join(records).encode())


class _Column(NamedTuple):
    """How one key of a map is read."""

    key: str
    label: str
    inner: Rule
    default: Any
    default_word: str


@lru_cache(maxsize=4096)
def _columns(rule: Rule, keys: tuple[str, ...]) -> tuple[_Column, ...]:
    """Return what counts of a map with these keys, in order. Maps have the same keys time and again."""
    columns = []
    for key in sorted(keys):
        if key not in rule.left_out:
            default = rule.defaults.get(key, _NOTHING)
            inner = rule.inner.get(key) or rule.rest or PLAIN
            columns.append(_Column(key, repr(key), inner, default, repr(default)))
    return tuple(columns)


def _of_map(values: Mapping[str, Any], rule: Rule, waiting: list[tuple[Any, Rule]]) -> str:
    words = []
    for key, label, inner, default, default_word in _columns(rule, tuple(values)):
        value = values[key]
        if isinstance(value, _NESTED):
            if inner.hides and isinstance(value, list):
                value = _shown(value)
            if value and value != default:
                waiting.append((value, inner))
                words.append(f"{label}*")
        elif value is not None:
            word = _path(value) if inner is PATH else _word(value)
            if word != default_word:
                words.append(label + word)
    return f"{{{','.join(words)}}}"


def _of_list(values: list[Any], rule: Rule, waiting: list[tuple[Any, Rule]]) -> str:
    words = []
    for value in values:
        if isinstance(value, _NESTED):
            waiting.append((value, rule))
            words.append("*")
        else:
            words.append(_word(value))
    return f"[{','.join(words)}]"


def _shown(members: list[Any]) -> list[Any]:
    return [one for one in members if not (isinstance(one, dict) and one.get("visible") is False)]


def _word(value: Any) -> str:
    return _rounded(value) if isinstance(value, float) else repr(value)


@lru_cache(maxsize=65536)
def _rounded(value: float) -> str:
    rounded = round(round(value, _UNTIPPED), _DECIMALS)
    return repr(int(rounded) if rounded.is_integer() else rounded)


def _path(text: Any) -> str:
    """Return the word for a path. Its numbers are rounded, if there is any that is not short already."""
    if isinstance(text, str) and ("e" in text or "-0" in text or _LONG.search(text)):
        text = _NUMBER.sub(_short, text)
    return repr(text)


def _short(number: re.Match[str]) -> str:
    text = f"{round(float(number[0]), _UNTIPPED):.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _is_untold(values: Mapping[str, Any], rule: Rule) -> bool:
    """May it look otherwise though the tree is the same?"""
    kind = values.get("type")
    if rule is PAINT:
        return kind == "PATTERN"
    shape = rule is NODE and isinstance(kind, str) and kind in _SHAPES
    return shape and "fillGeometry" not in values and "strokeGeometry" not in values


def _stand_ins(node: Mapping[str, Any], corner: tuple[float, float, float, float] | None) -> dict[str, Any]:
    """Return what is left out of other nodes, for one where nothing else says the same."""
    known: dict[str, Any] = {}
    if node.get("relativeTransform") is None and corner and (box := _box(node)):
        known["box"] = [box[0] - corner[0], box[1] - corner[1], box[2], box[3]]
    if "fills" not in node:
        known |= {"fills": node.get("background"), "backdrop": node.get("backgroundColor")}
    return known


def _box(node: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    box = node.get("absoluteBoundingBox")
    if not isinstance(box, dict):
        return None
    left, top, width, height = (box.get(side, 0) for side in ("x", "y", "width", "height"))
    sound = all(isinstance(one, int | float) and -_FAR < one < _FAR for one in (left, top, width, height))
    return (left, top, width, height) if sound else None
