"""CSS in SVG: style sheets and style attributes become presentation attributes, which is all that drawing then reads.

A declaration that CSS 3 does not know, as `fill: color(display-p3 ...)` which Figma writes behind a plain one, is left
out as a browser without it would (https://www.w3.org/TR/css-syntax-3/#error-handling).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from exfig_mp.convert.colors import parse_color
from exfig_mp.convert.svg_tree import check_references
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.convert.svg_tree import Element

_COLORED = ("fill", "stroke", "stop-color", "color", "flood-color", "lighting-color")
_KEYWORDS = ("none", "currentcolor", "inherit", "context-fill", "context-stroke")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_FALLBACK = re.compile(r"var\(\s*--[\w-]+\s*,\s*((?:[^()]|\([^()]*\))*)\)")
_COMPOUND = re.compile(r"(?:\*|[\w-]+)?(?:[.#][\w-]+)*")
_SIMPLE = re.compile(r"[.#]?[\w-]+")
_STATES = (":hover", ":focus", ":active", ":visited")
_MOST_CHECKS = 500_000  # of a rule against an element
_ADVICE = "write the style into the elements, or flatten the drawing in Figma"


class _Rule(NamedTuple):
    """`steps` are compounds from the outermost element to the one meant; `child` says which need a direct parent."""

    steps: tuple[str, ...]
    child: tuple[bool, ...]
    weight: tuple[int, int, int]
    declarations: list[tuple[str, str, bool]]


def flatten(root: Element) -> None:
    """Write what style sheets and style attributes say into the attributes of all elements below `root`.

    Raises:
        ConversionError: if a style sheet has rules that are not understood, or loads anything.
    """
    rules: list[_Rule] = []
    for element in root.walk():
        if element.name == "style" and element.attributes.get("type", "text/css") == "text/css":
            rules += _rules(element.text)
    if len(rules) * sum(1 for _ in root.walk()) > _MOST_CHECKS:
        raise ConversionError(f"the style sheet of the SVG has too many rules: {len(rules):,}", _ADVICE)
    rules.sort(key=lambda rule: rule.weight)
    _flatten(root, [], rules)


def _flatten(element: Element, above: list[Element], rules: list[_Rule]) -> None:
    above.append(element)
    for child in element.children:
        if child.name != "style":
            _flatten(child, above, rules)
    element.children = [child for child in element.children if child.name != "style"]
    attributes = element.attributes
    own = attributes.get("style")
    declared = [declaration for rule in rules if _matches(rule, above) for declaration in rule.declarations]
    if own:
        declared += _declarations(own)
    plain = {name: _resolved(value) for name, value in attributes.items() if name not in {"style", "class"}}
    element.attributes = {name: value for name, value in plain.items() if _is_known(name, value)}
    for important in (False, True):
        element.attributes.update((name, value) for name, value, weight in declared if weight is important)
    above.pop()


def _declarations(text: str) -> list[tuple[str, str, bool]]:
    found = []
    for declaration in _COMMENT.sub("", text).split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip().lower(), _resolved(value.strip())
        plain = value.removesuffix("!important").rstrip()
        if colon and plain and not name.startswith("-") and _is_known(name, plain):
            check_references(plain)
            found.append((name, plain, plain != value))
    return found


def _resolved(value: str) -> str:
    """Return a value with `var(--name, fallback)` replaced: nothing defines variables in a drawing of its own."""
    return _FALLBACK.sub(lambda variable: variable[1].strip(), value) if "var(" in value else value


def _is_known(name: str, value: str) -> bool:
    if name not in _COLORED:
        return True
    low = value.strip().lower()
    return low in _KEYWORDS or low.startswith("url(") or parse_color(low) is not None


def _rules(text: str) -> list[_Rule]:
    text = _COMMENT.sub("", text).replace("<!--", "").replace("-->", "")
    if "@" in text:
        raise ConversionError(
            f"the style sheet of the SVG has a rule beginning with {text[text.index('@') :][:20]!r}", _ADVICE
        )
    found = []
    for selectors, body in _RULE.findall(text):
        declarations = _declarations(body)
        single = (selector.strip() for selector in selectors.split(","))
        found += [_rule(selector, declarations) for selector in single if selector and not selector.endswith(_STATES)]
    return found


def _rule(selector: str, declarations: list[tuple[str, str, bool]]) -> _Rule:
    steps: list[str] = []
    child: list[bool] = []
    direct = False
    for part in selector.replace(">", " > ").split():
        if part == ">":
            direct = True
            continue
        if not _COMPOUND.fullmatch(part):
            raise ConversionError(
                f"the style sheet of the SVG has a selector that is not understood: {selector!r}", _ADVICE
            )
        steps.append(part)
        child.append(direct)
        direct = False
    simple = [part for step in steps for part in _SIMPLE.findall(step)]
    ids, classes = (sum(part.startswith(mark) for part in simple) for mark in "#.")
    return _Rule(tuple(steps), tuple(child), (ids, classes, len(simple) - ids - classes), declarations)


def _matches(rule: _Rule, chain: list[Element]) -> bool:
    """Tell whether the last element of `chain`, whose ancestors are before it, is meant."""
    return _is_meant(rule.steps[-1], chain[-1]) and _fits(rule, len(rule.steps) - 1, chain, len(chain) - 1)


def _fits(rule: _Rule, step: int, chain: list[Element], at: int) -> bool:
    if step == 0:
        return True
    candidates = [at - 1] if rule.child[step] else range(at - 1, -1, -1)
    return any(
        above >= 0 and _is_meant(rule.steps[step - 1], chain[above]) and _fits(rule, step - 1, chain, above)
        for above in candidates
    )


def _is_meant(compound: str, element: Element) -> bool:
    for part in _SIMPLE.findall(compound):
        if part[0] == "#":
            fits = element.attributes.get("id") == part[1:]
        elif part[0] == ".":
            fits = part[1:] in element.attributes.get("class", "").split()
        else:
            fits = element.name == part
        if not fits:
            return False
    return True
