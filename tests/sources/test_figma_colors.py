"""Colours of styles: which styles count, which fill, and which appearance a name is of."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from exfig_mp.exporters.color_protocol import StyleColors, Suffixes
from exfig_mp.exporters.naming import matches
from exfig_mp.model import Failure
from exfig_mp.sources.figma_colors import FoundColors, style_colors
from exfig_mp.sources.figma_styles import StyledFile, id_queries, node_ids, platforms_of
from exfig_mp.sources.token_wire import Style, StyleNode, StylesAnswer

FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or Path(__file__).parents[2].parent / "shared" / "fixtures")
WHITE = {"type": "SOLID", "color": {"r": 1, "g": 1, "b": 1, "a": 1}}
BLACK = {"type": "SOLID", "color": {"r": 0, "g": 0, "b": 0, "a": 1}}
SUFFIXES = Suffixes(dark="_dark", light_hc="_lightHC", dark_hc="_darkHC")


def file(styles, key="f"):
    """A file of styles, given as name: fills, or as name: (description, fills)."""
    found = []
    nodes: dict[str, StyleNode | None] = {}
    for number, (name, value) in enumerate(styles.items()):
        description, fills = value if isinstance(value, tuple) else ("", value)
        found.append(Style(f"1:{number}", "FILL", name, description))
        nodes[f"1:{number}"] = msgspec.convert({"document": {"fills": fills}}, StyleNode)
    return StyledFile(key, tuple(found), nodes)


def read(styles, source=None, names=None):
    found = style_colors({"f": file(styles)}, source or StyleColors(light_file="f"), matches, names)
    assert isinstance(found, FoundColors)
    return found


def names_of(palette):
    return {
        key: [raw.name for raw in getattr(palette, key)]
        for key in ("light", "dark", "light_hc", "dark_hc")
        if getattr(palette, key)
    }


def test_the_opacity_of_a_fill_goes_before_its_colours_alpha():
    (with_opacity, without) = read({"a": [WHITE | {"opacity": 0.25}], "b": [BLACK]}).palette.light

    assert (with_opacity.value.alpha, without.value.alpha) == (0.25, 1)


@pytest.mark.parametrize("kind", ["GRADIENT_LINEAR", "GRADIENT_RADIAL", "IMAGE", "VIDEO", "PATTERN"])
def test_what_is_no_solid_colour_is_left_out_with_a_warning(kind):
    found = read({"a": [{"type": kind}], "b": [BLACK]})

    assert names_of(found.palette) == {"light": ["b"]}
    (warning,) = found.warnings
    assert "'a'" in warning
    assert kind.lower().replace("_", " ") in warning


def test_a_file_with_gradients_alone_is_told_so():
    styles = {"f": file({"a": [{"type": "GRADIENT_LINEAR"}], "b": [{"type": "IMAGE"}]})}
    failure = style_colors(styles, StyleColors(light_file="f"), matches)

    assert isinstance(failure, Failure)
    assert failure.cause == "config"
    assert "is a solid colour" in failure.message
    assert "filter" not in failure.advice


def test_the_first_of_several_fills_is_the_colour():
    found = read({"a": [BLACK, WHITE]})

    assert found.palette.light[0].value.hex == "000000"
    assert found.warnings == ("style 'a' has 2 fills: the first of them is the colour",)


def test_a_fill_that_is_switched_off_counts_only_if_it_is_alone():
    off = {"visible": False}
    found = read({"a": [WHITE | off, BLACK], "b": [WHITE | off]})

    assert [raw.value.hex for raw in found.palette.light] == ["000000", "FFFFFF"]


def test_a_style_without_its_node_is_a_problem_of_its_own():
    styled = StyledFile("f", (Style("1:1", "FILL", "gone"), Style("1:2", "FILL", "there")), {
        "1:1": None, "1:2": msgspec.convert({"document": {"fills": [BLACK]}}, StyleNode),
    })  # fmt: skip

    found = style_colors({"f": styled}, StyleColors(light_file="f"), matches)

    assert isinstance(found, FoundColors)
    assert names_of(found.palette) == {"light": ["there"]}
    (problem,) = found.problems
    assert "'gone'" in problem


@pytest.mark.parametrize(
    ("description", "platforms"),
    [
        ("", set()),
        (None, set()),
        ("ios", {"ios"}),
        ("iOS, Android", {"ios", "android"}),
        ("web", {"web"}),
        ("the bar on ios", set()),
    ],
)
def test_a_description_that_only_names_platforms_restricts_to_them(description, platforms):
    assert platforms_of(description) == platforms


def test_the_word_none_takes_a_style_out():
    found = read({"a": ("none", [BLACK]), "b": ("for now: None", [BLACK]), "c": ("nonetheless", [BLACK])})

    assert names_of(found.palette) == {"light": ["c"]}


def test_only_nodes_of_fills_are_asked_for():
    styles = (
        Style("2:2", "FILL", "a"),
        Style("1:1", "FILL", "b"),
        Style("3:3", "TEXT", "t"),
        Style("4:4", "FILL", "n", "none"),
    )

    assert node_ids(styles, ["FILL"]) == ("1:1", "2:2")
    assert node_ids(styles, ["FILL", "TEXT"]) == ("1:1", "2:2", "3:3")


def test_ids_go_out_in_as_few_calls_as_there_is_room_for():
    ids = [f"{number}:{number}" for number in range(5000)]

    queries = id_queries(ids)

    assert ",".join(queries) == ",".join(ids)
    assert all(len(query) < 7500 and query.count(",") < 500 for query in queries)
    assert len(queries) == 10
    assert id_queries(["I1:2;3:4", "5:6"]) == ["I1:2%3B3:4,5:6"]
    assert id_queries([]) == []


def test_appearances_come_from_files_of_their_own():
    source = StyleColors(light_file="l", dark_file="d", light_hc_file="lh", dark_hc_file="dh")
    files = {key: file({name: [BLACK]}, key) for key, name in (("l", "a"), ("d", "b"), ("lh", "c"), ("dh", "d"))}

    found = style_colors(files, source, matches)

    assert isinstance(found, FoundColors)
    assert names_of(found.palette) == {"light": ["a"], "dark": ["b"], "light_hc": ["c"], "dark_hc": ["d"]}
    assert source.files == ("l", "d", "lh", "dh")


def test_suffixes_tell_the_appearances_of_a_single_file():
    styles = {name: [BLACK] for name in ("a", "a_dark", "a_lightHC", "a_darkHC", "darker")}

    found = read(styles, StyleColors(light_file="f", suffixes=SUFFIXES))

    assert names_of(found.palette) == {"light": ["a", "darker"], "dark": ["a"], "light_hc": ["a"], "dark_hc": ["a"]}


def test_of_suffixes_that_end_alike_the_longest_counts():
    suffixes = Suffixes(dark="_dark", light_hc="_hc", dark_hc="_hc_dark")

    found = read({"a_hc_dark": [BLACK], "a": [BLACK]}, StyleColors(light_file="f", suffixes=suffixes))

    assert names_of(found.palette) == {"light": ["a"], "dark_hc": ["a"]}


def test_a_filter_means_all_appearances_of_a_colour():
    styles = {name: [BLACK] for name in ("a", "a_dark", "b", "b_dark")}

    found = read(styles, StyleColors(light_file="f", suffixes=SUFFIXES), "a")

    assert names_of(found.palette) == {"light": ["a"], "dark": ["a"]}


@pytest.mark.parametrize(("styles", "advice"), [({}, "publish"), ({"a": ("none", [BLACK])}, "none")])
def test_no_colour_at_all_is_a_failure(styles, advice):
    found = style_colors({"f": file(styles)}, StyleColors(light_file="f"), matches)

    assert isinstance(found, Failure)
    assert advice in found.advice


def test_a_recorded_answer_is_understood():
    path = FIXTURES / "figma_json" / "shakuro_figma-extractor" / "style-metadata.json"
    if not path.is_file():
        pytest.skip("no fixtures")

    answer = msgspec.json.decode(json.dumps({"meta": json.loads(path.read_text())}), type=StylesAnswer)

    assert {style.style_type for style in answer.meta.styles} <= {"FILL", "TEXT", "EFFECT", "GRID"}
    assert all(style.node_id and style.name for style in answer.meta.styles)
