"""Every key of a config has an effect, or README says that it has none."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import msgspec
import pytest

from exfig_mp.exporters import Root
from exfig_mp.exporters.settings import Section, camel_case

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
NOT_YET = README.partition("## What it does not do yet")[2].partition("\nHow it works inside")[0]

WITHOUT_EFFECT = {
    ("CommonTypography", "*"): "Typography",
    ("IosTypography", "*"): "Typography",
    ("AndroidTypography", "*"): "Typography",
    ("IosColors", "code_syntax_template"): "syncCodeSyntax",
}
"""Keys that are read and checked, and have no effect: by class and field, with the word that README has for them."""


def sections(section: type = Section) -> dict[str, Any]:
    """Return every section of a config."""
    found: dict[str, Any] = {}
    below: list[type] = section.__subclasses__()
    for one in below:
        found |= sections(one) | {one.__name__: one}
    return found


def reads():
    """Return every attribute that some code of ours reads, except in the declarations themselves."""
    found = set()
    for path in (ROOT / "exfig_mp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
    return found


READ = reads()


@pytest.mark.parametrize("name", sorted(sections()))
def test_every_key_is_read_somewhere_or_documented(name):
    for field in msgspec.structs.fields(sections()[name]):
        if field.name not in READ:
            key = f"{name}: {camel_case(field.name)}"
            word = WITHOUT_EFFECT.get((name, field.name)) or WITHOUT_EFFECT.get((name, "*"))
            assert word, f"nothing reads {key}"
            assert word in NOT_YET, f"README does not say that {key} has no effect"


def test_all_sections_are_looked_at():
    known = sections()

    assert {"Figma", "Ios", "IosIcons", "AndroidImages", "FlutterIcons", "WebColors", "Batch"} <= set(known)
    assert Root in known.values()
