"""Whatever is in a file, the answer is a config or a list of problems, never another exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exfig_mp.config import load_all
from exfig_mp.config.document import read_document
from exfig_mp.config.validation import json_schema

SCHEMA = json_schema()
KEYS = sorted({key for section in (SCHEMA, *SCHEMA["$defs"].values()) for key in section.get("properties", {})})
SNIPPETS = [
    *KEYS,
    ": ",
    "- ",
    "\n",
    "\n  ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "'",
    '"',
    "|\n",
    "#",
    "\t",
]

relaxed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(KEYS))
finite = st.floats(allow_nan=False, allow_infinity=False)
# YAML forbids some characters of JSON, and has no pairs of surrogates.
plain = st.text(st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0xFFFF), max_size=8)


def trees_of(leaves: st.SearchStrategy[Any], keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    def branches(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=6))

    return st.recursive(leaves, branches, max_leaves=25)


trees = trees_of(scalars, st.one_of(st.sampled_from(KEYS), st.text(max_size=5)))


@pytest.fixture
def outcome(folder):
    def of(body):
        (folder / "a.yaml").write_bytes(body)
        loaded = load_all(["a.yaml"])
        for problem in (problem for failed in loaded.failed for problem in failed.problems):
            assert str(problem).isprintable()
        for failed in loaded.failed:
            assert failed.problems
            assert failed.error().exit_code == 2
        return loaded

    return of


@relaxed
@given(body=st.binary(max_size=200))
def test_random_bytes(outcome, body):
    outcome(body)
    outcome(b"figma:\n  lightFileId: a\n" + body)


@relaxed
@given(text=st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=3)), max_size=40).map("".join))
def test_random_yaml(outcome, text):
    outcome(text.encode("utf-8", "surrogatepass"))


@relaxed
@given(tree=st.dictionaries(st.sampled_from(sorted(SCHEMA["properties"])), trees))
def test_random_trees(outcome, tree):
    outcome(json.dumps({"figma": {"lightFileId": "a"}, **tree}).encode())


@relaxed
@given(tree=trees_of(st.one_of(st.none(), st.booleans(), st.integers(-(10**30), 10**30), finite, plain), plain))
def test_json_means_the_same_as_yaml(tree):
    assert read_document(json.dumps(tree)).tree == tree
