"""Colours of variables: collections, modes, and aliases through collections and libraries."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.exporters.color_protocol import VariableColors
from exfig_mp.exporters.naming import matches
from exfig_mp.model import Failure
from exfig_mp.sources.figma_colors import FoundColors
from exfig_mp.sources.figma_variables import variable_colors
from exfig_mp.sources.token_wire import Variables

FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or Path(__file__).parents[2].parent / "shared" / "fixtures")
SOURCE = VariableColors(file="f", collection="Theme", light="Light", dark="Dark")


def grey(part):
    return {"r": part, "g": part, "b": part, "a": 1}


def alias(key):
    return {"type": "VARIABLE_ALIAS", "id": key}


def collection(key, name, modes, members, **more):
    return {
        "id": key,
        "name": name,
        "defaultModeId": next(iter(modes)),
        "modes": [{"modeId": mode, "name": text} for mode, text in modes.items()],
        "variableIds": list(members),
    } | more


def variable(key, home, values, /, **more):
    return {
        "id": key,
        "name": key,
        "variableCollectionId": home,
        "resolvedType": "COLOR",
        "valuesByMode": values,
    } | more


def theme(members, others=(), collections=()):
    """A file with the collection Theme (modes L and D), primitives (modes A and B), and whatever else."""
    base = [
        collection("t", "Theme", {"L": "Light", "D": "Dark"}, members),
        collection("p", "Base", {"A": "a", "B": "b"}, ()),
    ]
    variables = [
        variable(key, "t", values) if isinstance(values, dict) and "id" not in values else values
        for key, values in members.items()
    ]
    return msgspec.convert(
        {
            "variables": {one["id"]: one for one in (*variables, *others)},
            "variableCollections": {one["id"]: one for one in (*base, *collections)},
        },
        Variables,
    )


def read(found, source=SOURCE, names=None):
    result = variable_colors(found, source, matches, names)
    assert isinstance(result, FoundColors), result
    return result


def values_of(raws):
    return {raw.name: raw.value.red for raw in raws}


def test_each_mode_has_its_values():
    palette = read(theme({"x": {"L": grey(1), "D": grey(0)}})).palette

    assert (values_of(palette.light), values_of(palette.dark)) == ({"x": 1}, {"x": 0})
    assert (palette.light_hc, palette.dark_hc) == ((), ())


@pytest.mark.parametrize(("primitives", "expected"), [(None, 0.1), ("b", 0.2), ("unknown", 0.1)])
def test_an_alias_leads_to_the_primitives_mode_or_to_the_default(primitives, expected):
    found = theme({"x": {"L": alias("base"), "D": grey(0)}}, [variable("base", "p", {"A": grey(0.1), "B": grey(0.2)})])

    palette = read(found, with_primitives(primitives)).palette

    assert values_of(palette.light) == {"x": expected}


def with_primitives(primitives):
    return VariableColors(file="f", collection="Theme", light="Light", dark="Dark", primitives=primitives)


def test_an_alias_within_the_collection_stays_in_its_mode():
    found = theme({"x": {"L": alias("y"), "D": alias("y")}, "y": {"L": grey(1), "D": grey(0.25)}})

    assert values_of(read(found).palette.dark) == {"x": 0.25, "y": 0.25}


def test_an_alias_of_a_library_is_found_by_its_id_or_by_its_key():
    remote = variable("VariableID:abc/1:2", "gone", {"9:9": grey(0.5)}, remote=True, key="abc")
    found = theme({"x": {"L": alias("VariableID:abc/1:2"), "D": alias("VariableID:abc/7:7")}}, [remote])

    palette = read(found).palette

    assert (values_of(palette.light), values_of(palette.dark)) == ({"x": 0.5}, {"x": 0.5})


def test_a_circle_fails_the_colours_in_it_and_nothing_else():
    found = theme({
        "a": {"L": alias("b"), "D": grey(0)},
        "b": {"L": alias("a"), "D": grey(0)},
        "c": {"L": grey(1), "D": grey(0)},
        "self": {"L": grey(1), "D": alias("self")},
    })  # fmt: skip

    result = read(found)

    assert values_of(result.palette.light) == {"c": 1}
    assert values_of(result.palette.dark) == {"c": 0}
    assert [problem.split("'")[1] for problem in result.problems] == ["a", "b", "self"]
    assert "'a' -> 'b'" in result.problems[0]
    assert "mode 'Dark'" in result.problems[2]


def test_a_dangling_alias_fails_its_colour_by_name():
    result = read(theme({"x": {"L": grey(1), "D": alias("VariableID:nowhere/1:1")}, "y": {"L": grey(1), "D": grey(0)}}))

    assert values_of(result.palette.light) == {"y": 1}
    (problem,) = result.problems
    assert "'x'" in problem
    assert "nowhere" in problem


@pytest.mark.parametrize("value", [1.5, "text", True, {}, alias("number")])
def test_what_is_no_colour_fails_by_name(value):
    number = variable("number", "p", {"A": 8.0}, resolvedType="FLOAT")

    result = read(theme({"x": {"L": value, "D": grey(0)}, "y": {"L": grey(1), "D": grey(0)}}, [number]))

    assert values_of(result.palette.light) == {"y": 1}
    assert len(result.problems) == 1


def test_other_types_and_deleted_variables_are_no_colours():
    found = theme({
        "x": {"L": grey(1), "D": grey(0)},
        "size": variable("size", "t", {"L": 8.0, "D": 8.0}, resolvedType="FLOAT"),
        "old": variable("old", "t", {"L": grey(1), "D": grey(1)}, deletedButReferenced=True),
        "hidden": variable("hidden", "t", {"L": grey(1), "D": grey(1)}, hiddenFromPublishing=True),
    })  # fmt: skip

    result = read(found)

    assert values_of(result.palette.light) == {"hidden": 1, "x": 1}
    assert result.problems == ()


def test_an_alias_of_a_deleted_variable_still_has_its_value():
    old = variable("old", "p", {"A": grey(0.5)}, deletedButReferenced=True)

    assert values_of(read(theme({"x": {"L": alias("old"), "D": grey(0)}}, [old])).palette.light) == {"x": 0.5}


def test_an_extension_has_the_values_of_its_parent_but_for_its_own():
    brand = collection(
        "e", "Brand", {"EL": "Light", "ED": "Dark"}, (),
        parentVariableCollectionId="t", variableOverrides={"x": {"EL": grey(0.75)}},
    )  # fmt: skip
    brand["modes"] = [
        {"modeId": "EL", "name": "Light", "parentModeId": "L"},
        {"modeId": "ED", "name": "Dark", "parentModeId": "D"},
    ]
    found = theme({"x": {"L": grey(1), "D": grey(0.5)}, "y": {"L": alias("x"), "D": alias("x")}}, collections=[brand])

    palette = read(found, VariableColors(file="f", collection="Brand", light="Light", dark="Dark")).palette

    assert values_of(palette.light) == {"x": 0.75, "y": 0.75}
    assert values_of(palette.dark) == {"x": 0.5, "y": 0.5}


def test_a_collection_of_the_file_goes_before_those_of_libraries():
    other = collection("a-remote", "Theme", {"L": "Light", "D": "Dark"}, (), remote=True)

    assert values_of(read(theme({"x": {"L": grey(1), "D": grey(0)}}, collections=[other])).palette.light) == {"x": 1}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (VariableColors(file="f", collection="Them", light="Light"), ("no collection 'Them'", "'Theme'")),
        (VariableColors(file="f", collection="Theme", light="light"), ("no mode 'light'", "'Light'")),
        (VariableColors(file="f", collection="Theme", light="Light", dark_hc="HC"), ("no mode 'HC'", "'Dark'")),
        (VariableColors(file="f", collection="Base", light="a"), ("no colours", "filter")),
    ],
)
def test_what_the_config_names_wrongly_is_told_with_what_there_is(source, words):
    failure = variable_colors(theme({"x": {"L": grey(1), "D": grey(0)}}), source, matches)

    assert isinstance(failure, Failure)
    assert words[0] in failure.message
    assert words[1] in failure.advice


def test_two_collections_of_one_name_are_refused():
    twin = collection("t2", "Theme", {"L": "Light", "D": "Dark"}, ())

    failure = variable_colors(theme({"x": {"L": grey(1), "D": grey(0)}}, collections=[twin]), SOURCE, matches)

    assert isinstance(failure, Failure)
    assert "2 collections" in failure.message


def test_a_filter_takes_only_what_it_names():
    found = theme({"x": {"L": grey(1), "D": grey(0)}, "y": {"L": alias("y"), "D": grey(0)}})

    result = read(found, names="x*")

    assert values_of(result.palette.light) == {"x": 1}
    assert result.problems == ()


@given(st.lists(st.integers(0, 7), min_size=8, max_size=8), st.integers(0, 7))
def test_whatever_the_aliases_every_variable_is_resolved_or_named(targets, end):
    members = {f"v{number}": {"L": alias(f"v{target}"), "D": grey(0)} for number, target in enumerate(targets)}
    members[f"v{end}"]["L"] = grey(0.5)

    result = read(theme(members))

    failed = {problem.split("'")[1] for problem in result.problems}
    assert set(values_of(result.palette.light)) | failed == set(members)
    assert not set(values_of(result.palette.light)) & failed
    assert set(values_of(result.palette.light).values()) == {0.5}


def test_a_real_library_is_resolved():
    path = FIXTURES / "figma_json" / "adobe_spectrum-design-data" / "s2-web-variables.baseline.json"
    if not path.is_file():
        pytest.skip("no fixtures")
    found = msgspec.json.decode(path.read_bytes(), type=Variables)

    palette = read(found, VariableColors(file="f", collection=".Color theme", light="Light", dark="Dark")).palette

    assert len(palette.light) == len(palette.dark) == 747
