"""Judges of generated code: parsers and compilers of its languages. A test skips where its judge is not installed."""

import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

import pytest

NODE_MODULES = Path(__file__).parents[1] / ".venv" / "typescript" / "node_modules"

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


def typescript_faults(folder: Path, names: Iterable[str]) -> str:
    """Return what TypeScript's compiler says of the files `names` in `folder`, which may import React's types."""
    program = _program("tsc")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    options = ("--noEmit", "--strict", "--jsx", "react-jsx", "--module", "esnext", "--moduleResolution", "bundler")
    more = ("--target", "es2022", "--skipLibCheck", "--noUnusedLocals", "--noUnusedParameters")
    return _said(folder, [program, *options, *more, *names])


def css_faults(folder: Path, name: str) -> str:
    """Return what stylelint says of the file `name` in `folder`."""
    program = _program("stylelint")
    config = folder / "stylelint.json"
    config.write_text(json.dumps({"extends": "stylelint-config-recommended"}))
    return _said(folder, [program, "--config", config.name, "--config-basedir", str(NODE_MODULES.parent), name])


def _program(name: str) -> str:
    program = NODE_MODULES / ".bin" / name
    if not (program.exists() and shutil.which("node")):
        pytest.skip(f"no {name}: `make test` installs it where there is npm")
    return str(program)


def _said(folder: Path, command: list[str]) -> str:
    ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    said = ran.stdout + ran.stderr
    assert bool(said) is bool(ran.returncode), said or f"{command[0]} ended with {ran.returncode}"
    return said


def _errors(node):
    if node.type == "ERROR" or node.is_missing:
        yield node
    elif node.has_error:
        for child in node.children:
            yield from _errors(child)
