"""Whatever is in a file, the answer is a config or a list of problems, never another exception."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exfig_mp.config import load_all
from exfig_mp.config.document import read_document
from exfig_mp.config.validation import json_schema, validate
from exfig_mp.exporters import Root
from tests.exporters.test_settings import ALL_KEYS

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


def places_in(tree, path=()):
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, child in children:
        yield (*path, step)
        yield from places_in(child, (*path, step))


PLACES = list(places_in(ALL_KEYS))
ODD = [None, True, "", "x", "yes", "5", "*", "svg", -1, 0, 1.0, 2.5, 10**24, [], [None], ["*"], [[1]], {}, {"a": 1}]


@relaxed
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(["delete", *ODD])), min_size=1, max_size=4))
def test_a_fault_is_found_exactly_where_there_are_no_options(changes):
    tree = copy.deepcopy(ALL_KEYS)
    for path, value in changes:
        parent: Any = tree
        try:
            for step in path[:-1]:
                parent = parent[step]
            if value == "delete":
                del parent[path[-1]]
            else:
                parent[path[-1]] = copy.deepcopy(value)
        except (LookupError, TypeError):  # an earlier change has taken this place away
            continue

    verdict = validate(read_document(json.dumps(tree)))

    if verdict.root is None:
        assert verdict.faults
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(verdict.tree, Root)
    else:
        assert msgspec.convert(verdict.tree, Root) == verdict.root
