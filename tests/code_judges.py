"""Judges of generated code: parsers of its languages. A test that needs one skips where it is not installed."""

import xml.etree.ElementTree as ET

import pytest

GRAMMARS = {
    "swift": ("tree_sitter_swift", "language"),
    "kt": ("tree_sitter_kotlin", "language"),
    "dart": ("tree_sitter_dart_orchard", "language"),
    "ts": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "css": ("tree_sitter_css", "language"),
}


def faults(path: str, text: str) -> list[str]:
    """Return what the parser of the file's language does not understand."""
    suffix = path.rpartition(".")[2]
    if suffix == "xml":
        ET.fromstring(text)  # noqa: S314 - our own text
        return []
    module_name, function = GRAMMARS[suffix]
    tree_sitter = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip(module_name)
    parser = tree_sitter.Parser(tree_sitter.Language(getattr(grammar, function)()))
    root = parser.parse(text.encode()).root_node
    return [f"{node.start_point}: {node.text.decode()[:80]!r}" for node in _errors(root)]


def _errors(node):
    if node.type == "ERROR" or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from _errors(child)
