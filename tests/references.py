"""The judge of whole trees: what generated code refers to is there, and no name is declared twice.

It reads the code as text, since its shapes are known and no compiler of Swift or Dart is at hand. Parsers have said
before that it is code at all (`code_judges`).
"""

from __future__ import annotations

import json
import posixpath
import re
import xml.etree.ElementTree as ET
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_LITERAL = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")

_SWIFT_ASSET = re.compile(rf"\b(UIImage|Image|UIColor|Color)\((?:named: )?(#function|{_LITERAL})")
_SWIFT_MEMBER = re.compile(r"static (?:var|func) `?([^`:(]+)`?(?:\(\))?(?:: | -> )(\w+)")
_SWIFT_TYPE = re.compile(r"^(?:public )?(?:final )?(?:struct|class) `?([^`:\s]+)`?", re.MULTILINE)
_SWIFT_CALL = re.compile(r"\b(UIFont)\.`?([^`(\s]+)`?\(\)|^\s+()\.`?([^`(\s]+)`?\(\)$", re.MULTILINE)
_SETS = {"UIImage": "imageset", "Image": "imageset", "UIColor": "colorset", "Color": "colorset"}

_KOTLIN_RESOURCE = re.compile(r"\bR\.(\w+)\.`?([^`\s),]+)`?")
_KOTLIN_DECLARED = re.compile(r"^\s*(?:public )?(?:object|fun|val) ([^\s(:=]+)", re.MULTILINE)
_XML_RESOURCE = re.compile(r"@(\w+)/([\w.]+)")

_DART_PATH = re.compile(rf"static const String (\w+) = ({_LITERAL});")
_DART_DECLARED = re.compile(r"^class (\w+)|static const (?:\w+ )?(\w+) =", re.MULTILINE)

_SCRIPT_FROM = re.compile(r"^(?:im|ex)port (?:type )?\{ ([^}]+) \} from '(\.[^']+)';", re.MULTILINE)
_SCRIPT_EXPORTED = re.compile(r"^export (?:const|interface|type) (\w+)", re.MULTILINE)
_SCRIPT_LISTED = re.compile(r"^export (?:type )?\{ (\w+) \}|^  (\S+): 'var\(", re.MULTILINE)
_CSS_VARIABLE = re.compile(r"var\((--[^)]+)\)")


def loose_ends(tree: Mapping[str, bytes], root: str = "out", own: Collection[str] = ()) -> list[str]:
    """Return what is named and is not there, each with the file that names it.

    Args:
        tree: the content of all files by path,
        root: below this folder of the project, from which Flutter's assets are named.
        own: Android resources that belong to the user, as `font/roboto`.
    """
    texts = {path: body.decode() for path, body in tree.items() if path.rpartition(".")[2] in _READERS}
    place = _Place(tree, texts, root, own)
    return [
        f"{path}: {name}"
        for path, text in texts.items()
        for name in _READERS[path.rpartition(".")[2]](path, text, place)
    ]


def twins(tree: Mapping[str, bytes]) -> list[str]:
    """Return what is declared more than once where one compiler sees both."""
    counts: Counter[str] = Counter()
    for path, body in tree.items():
        declared = _DECLARED.get(path.rpartition(".")[2])
        counts.update(declared(path, body.decode()) if declared else ())
    return [name for name, count in counts.items() if count > 1]


class _Place:
    """What there is to refer to."""

    def __init__(self, tree: Mapping[str, bytes], texts: Mapping[str, str], root: str, own: Collection[str]) -> None:
        self.files = tree
        self.texts = texts
        self.root = root
        self.assets = set(_catalogued(tree))
        self.resources = {name for path in tree for name in _resources(path, tree)} | set(own)
        swift = [text for path, text in texts.items() if path.endswith(".swift")]
        self.members = {(kind, name) for text in swift for name, kind in _SWIFT_MEMBER.findall(text)}
        self.variables = {
            name for path, text in texts.items() if path.endswith(".css") for name in re.findall(r"(--[^\s:]+):", text)
        }


def _catalogued(tree: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield the kind and name of each asset of a catalog, below the folders that provide namespaces."""
    for path in tree:
        folders = path.split("/")[:-1]
        kind = folders[-1].rpartition(".")[2] if folders else ""
        if kind not in _SETS.values() or not path.endswith("/Contents.json"):
            continue
        start = next(index for index, folder in enumerate(folders) if folder.endswith(".xcassets")) + 1
        spaces = [
            folders[index]
            for index in range(start, len(folders) - 1)
            if _contents(tree, folders[: index + 1]).get("properties", {}).get("provides-namespace")
        ]
        yield kind, "/".join([*spaces, folders[-1].rpartition(".")[0]])


def _contents(tree: Mapping[str, bytes], folders: list[str]) -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = json.loads(tree.get("/".join([*folders, "Contents.json"]), b"{}"))
    return found


def _resources(path: str, tree: Mapping[str, bytes]) -> Iterator[str]:
    folder, _, name = path.rpartition("/")
    kind = folder.rpartition("/")[2].partition("-")[0]
    if kind in {"drawable", "font"}:
        yield f"{kind}/{name.partition('.')[0]}"
    elif kind == "values" and name.endswith(".xml"):
        for element in ET.fromstring(tree[path]):  # noqa: S314 - our own text
            yield f"{element.tag}/{element.get('name')}"


def _in_swift(_path: str, text: str, place: _Place) -> Iterator[str]:
    for line in text.splitlines():
        if asset := _SWIFT_ASSET.search(line):
            declared = _SWIFT_MEMBER.search(line)
            name = declared[1] if asset[2] == "#function" and declared else _plain(asset[2])
            if (_SETS[asset[1]], name) not in place.assets:
                yield f"{asset[1]} {name!r}"
    for kind, name, _, style in _SWIFT_CALL.findall(text):
        if (kind or "LabelStyle", name or style) not in place.members:
            yield f"{kind}.{name or style}()"
    for used, declared_as in (("BundleProvider.bundle", "class BundleProvider"), ("Bundle._module", "let _module")):
        if used in text and declared_as not in text:
            yield used


def _in_catalog(path: str, text: str, place: _Place) -> Iterator[str]:
    if not path.endswith(".imageset/Contents.json"):
        return
    for image in json.loads(text)["images"]:
        if posixpath.join(posixpath.dirname(path), image["filename"]) not in place.files:
            yield image["filename"]


def _in_kotlin(_path: str, text: str, place: _Place) -> Iterator[str]:
    for kind, name in _KOTLIN_RESOURCE.findall(text):
        if f"{kind}/{name}" not in place.resources:
            yield f"R.{kind}.{name}"


def _in_xml(path: str, text: str, place: _Place) -> Iterator[str]:
    named = {f"{kind}/{name}" for kind, name in _XML_RESOURCE.findall(text)}
    if "/values" in path:
        items = ET.fromstring(text).iterfind("style/item")  # noqa: S314 - our own text
        named |= {f"attr/{item.get('name')}" for item in items if ":" not in item.get("name", "")}
    yield from sorted(named - place.resources)


def _in_dart(_path: str, text: str, place: _Place) -> Iterator[str]:
    """Yield paths of no file: one of another scale will do, as Flutter falls back to it.

    https://docs.flutter.dev/ui/assets/assets-and-images#resolution-aware
    """
    for _, literal in _DART_PATH.findall(text):
        asset = _plain(literal)
        folder, _, name = asset.removeprefix(f"{place.root}/").rpartition("/")
        scaled = re.compile(rf"{re.escape(folder)}/(?:[\d.]+x/)?{re.escape(name)}")
        if not (asset.startswith(f"{place.root}/") and any(map(scaled.fullmatch, place.files))):
            yield asset


def _in_script(path: str, text: str, place: _Place) -> Iterator[str]:
    for names, module in _SCRIPT_FROM.findall(text):
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
        found = place.texts.get(f"{base}.tsx") or place.texts.get(f"{base}.ts") or ""
        missing = set(names.split(", ")) - set(_SCRIPT_EXPORTED.findall(found))
        yield from (f"{name} of {module}" for name in sorted(missing))
    yield from sorted(set(_CSS_VARIABLE.findall(text)) - place.variables)


def _plain(literal: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], literal[1:-1])


def _declared_in_swift(_path: str, text: str) -> Iterator[str]:
    """Yield names of the module: members by their type, other types than those that are private in their file."""
    yield from (f"{kind}.{name}" for name, kind in _SWIFT_MEMBER.findall(text) if "_module" not in name)
    yield from _SWIFT_TYPE.findall(text)


def _declared_in_kotlin(path: str, text: str) -> Iterator[str]:
    package = re.search(r"^package (\S+)", text, re.MULTILINE)
    # Members of an object, which are indented, are those of this file.
    for found in _KOTLIN_DECLARED.finditer(text):
        yield f"{package and package[1]}{f'/{path}' if found[0].startswith(' ') else ''} {found[1]}"


def _declared_in_dart(path: str, text: str) -> Iterator[str]:
    owner = ""
    for kind, constant in _DART_DECLARED.findall(text):
        owner = kind or owner
        yield f"{path} {owner}.{constant}"


def _declared_in_script(path: str, text: str) -> Iterator[str]:
    yield from (f"{path} {listed or key}" for listed, key in _SCRIPT_LISTED.findall(text))


def _declared_in_xml(path: str, text: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    if posixpath.basename(folder).startswith("values"):
        yield from (f"{folder} {name}" for name in _resources(path, {path: text.encode()}))


_READERS: dict[str, Callable[[str, str, _Place], Iterator[str]]] = {
    "swift": _in_swift,
    "json": _in_catalog,
    "kt": _in_kotlin,
    "xml": _in_xml,
    "dart": _in_dart,
    "ts": _in_script,
    "tsx": _in_script,
    "css": lambda _path, _text, _place: iter(()),
}
_DECLARED: dict[str, Callable[[str, str], Iterator[str]]] = {
    "swift": _declared_in_swift,
    "kt": _declared_in_kotlin,
    "dart": _declared_in_dart,
    "ts": _declared_in_script,
    "xml": _declared_in_xml,
}
