"""Two trees have one hash if Figma draws them the same, and only then: whatever shows counts, and nothing else."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exfig_mp.hashing import digest
from exfig_mp.sources.figma_wire import NodesAnswer
from exfig_mp.sources.node_hash import _rounded, node_hash, node_hashes
from tests.conformance import FIXTURES, cases

if TYPE_CHECKING:
    import random
    from pathlib import Path

SUCCESSIVE = [
    FIXTURES / "figma_json" / "marcomontalbano_figma-export" / name
    for name in ("files.2b8319f.json", "files.bb3d29d.json")
]

SHADOW = {
    "type": "DROP_SHADOW",
    "visible": True,
    "color": {"r": 0, "g": 0, "b": 0, "a": 0.25},
    "blendMode": "NORMAL",
    "offset": {"x": 0, "y": 4},
    "radius": 4,
    "spread": 1,
    "showShadowBehindNode": True,
}
GRADIENT = {
    "type": "GRADIENT_LINEAR",
    "blendMode": "MULTIPLY",
    "opacity": 0.5,
    "gradientHandlePositions": [{"x": 0.5, "y": 0}, {"x": 0.5, "y": 1}, {"x": 0, "y": 0}],
    "gradientStops": [
        {"color": {"r": 1, "g": 0, "b": 0, "a": 1}, "position": 0},
        {"color": {"r": 0, "g": 0, "b": 1, "a": 1}, "position": 1},
    ],
}
PICTURE = {
    "type": "IMAGE",
    "blendMode": "NORMAL",
    "scaleMode": "STRETCH",
    "imageRef": "fa58454b",
    "imageTransform": [[1, 0, 0.25], [0, 1, 0]],
    "scalingFactor": 0.5,
    "rotation": 90,
    "filters": {"exposure": 0.1},
}
VECTOR = {
    "id": "1:2",
    "name": "Vector",
    "type": "VECTOR",
    "scrollBehavior": "SCROLLS",
    "blendMode": "PASS_THROUGH",
    "fills": [{"blendMode": "NORMAL", "type": "SOLID", "color": {"r": 0.03921568766236305, "g": 0.5, "b": 1, "a": 1}}],
    "fillGeometry": [{"path": "M0 0L24 0L24 24Z", "windingRule": "NONZERO", "overrideID": 1}],
    "fillOverrideTable": {"1": {"fills": [{"type": "SOLID", "color": {"r": 1, "g": 1, "b": 1, "a": 1}}]}},
    "strokes": [GRADIENT],
    "strokeWeight": 2,
    "strokeAlign": "CENTER",
    "strokeCap": "ROUND",
    "strokeJoin": "BEVEL",
    "strokeMiterAngle": 20,
    "strokeDashes": [1, 2],
    "individualStrokeWeights": {"top": 1, "right": 2, "bottom": 3, "left": 4},
    "strokeGeometry": [{"path": "M-1 -1L25 -1Z", "windingRule": "NONZERO"}],
    "effects": [SHADOW],
    "opacity": 0.5,
    "isMask": True,
    "maskType": "LUMINANCE",
    "cornerRadius": 3,
    "cornerSmoothing": 0.6,
    "rectangleCornerRadii": [1, 2, 3, 4],
    "rotation": 0.5,
    "arcData": {"startingAngle": 0, "endingAngle": 6.28, "innerRadius": 0},
    "size": {"x": 24, "y": 24},
    "relativeTransform": [[1, 0, 2], [0, 1, 3]],
    "absoluteBoundingBox": {"x": 122, "y": -37, "width": 24, "height": 24},
    "absoluteRenderBounds": {"x": 122, "y": -37, "width": 24, "height": 24},
    "constraints": {"vertical": "SCALE", "horizontal": "SCALE"},
    "interactions": [],
}
TEXT = {
    "id": "1:3",
    "name": "Text",
    "type": "TEXT",
    "fills": [PICTURE],
    "strokes": [],
    "characters": "Hi you",
    "characterStyleOverrides": [0, 0, 7],
    "styleOverrideTable": {"7": {"fontWeight": 700, "fills": [{"type": "SOLID", "color": {"r": 1, "g": 0, "b": 0}}]}},
    "style": {"fontFamily": "Inter", "fontSize": 12.5, "letterSpacing": 0.2, "textCase": "UPPER"},
    "lineTypes": ["ORDERED"],
    "lineIndentations": [1],
    "size": {"x": 30, "y": 10},
    "relativeTransform": [[1, 0, 0], [0, 1, 30]],
}
UNION = {
    "id": "1:4",
    "name": "Union",
    "type": "BOOLEAN_OPERATION",
    "booleanOperation": "UNION",
    "children": [],
    "fills": [],
    "size": {"x": 3, "y": 3},
    "relativeTransform": [[1, 0, 9], [0, 1, 9]],
}
ICON: dict[str, Any] = {
    "id": "1:1",
    "name": "24/icon",
    "type": "COMPONENT",
    "blendMode": "PASS_THROUGH",
    "clipsContent": True,
    "children": [VECTOR, TEXT, UNION],
    "fills": [],
    "strokes": [],
    "strokeWeight": 1,
    "background": [],
    "backgroundColor": {"r": 0, "g": 0, "b": 0, "a": 0},
    "effects": [],
    "size": {"x": 28, "y": 40},
    "relativeTransform": [[1, 0, 120], [0, 1, -40]],
    "absoluteBoundingBox": {"x": 120, "y": -40, "width": 28, "height": 40},
}


def hash_of(tree: Any, version: str = "7") -> str:
    return node_hash(tree, version)


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the icon with another value at a path; `None` takes it away, and a callable makes it of the old one."""
    tree = copy.deepcopy(ICON)
    place: Any = tree
    *way, last = path.split("/")
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    key = int(last) if isinstance(place, list) else last
    if value is None:
        del place[key]
    else:
        place[key] = value(place[key]) if callable(value) else value
    return tree


VISIBLE = [
    ("type", "FRAME"),
    ("visible", False),
    ("opacity", 0.9),
    ("clipsContent", None),
    ("fills", [{"type": "SOLID", "color": {"r": 1, "g": 1, "b": 1, "a": 1}}]),
    ("size/x", 29),
    ("relativeTransform/0/0", -1),
    ("layoutOfNextYear", {"x": 1}),
    ("children", lambda children: children[::-1]),
    ("children", lambda children: children[:-1]),
    ("children", lambda children: [*children, UNION]),
    ("children/2/children", [UNION]),
    ("children/0/visible", False),
    ("children/0/type", "STAR"),
    ("children/0/blendMode", "MULTIPLY"),
    ("children/0/opacity", 0.51),
    ("children/0/fills/0/type", "GRADIENT_RADIAL"),
    ("children/0/fills/0/color/r", 0.04),
    ("children/0/fills/0/color/a", 0.5),
    ("children/0/fills/0/opacity", 0.5),
    ("children/0/fills/0/blendMode", "SCREEN"),
    ("children/0/fills/0/visible", False),
    ("children/0/fills/0/somethingNew", 1),
    ("children/0/fills", lambda fills: [*fills, GRADIENT]),
    ("children/0/fills", [{"type": "HOLOGRAM", "depth": 3}]),
    ("children/0/strokes/0/gradientHandlePositions/1/y", 0.9),
    ("children/0/strokes/0/gradientStops/1/position", 0.9),
    ("children/0/strokes/0/gradientStops/1/color/b", 0.9),
    ("children/0/strokes/0/gradientStops", lambda stops: stops[::-1]),
    ("children/0/strokes", []),
    ("children/0/strokeWeight", 2.5),
    ("children/0/strokeAlign", "INSIDE"),
    ("children/0/strokeCap", "SQUARE"),
    ("children/0/strokeJoin", "ROUND"),
    ("children/0/strokeMiterAngle", 21),
    ("children/0/strokeDashes", [1, 3]),
    ("children/0/individualStrokeWeights/left", 5),
    ("children/0/complexStrokeProperties", {"strokeType": "DYNAMIC", "frequency": 1}),
    ("children/0/variableWidthPoints", [{"position": 0.5}]),
    ("children/0/effects", []),
    ("children/0/effects/0/visible", False),
    ("children/0/effects/0/type", "INNER_SHADOW"),
    ("children/0/effects/0/radius", 5),
    ("children/0/effects/0/spread", 0),
    ("children/0/effects/0/offset/y", 5),
    ("children/0/effects/0/color/a", 0.3),
    ("children/0/effects/0/blendMode", "MULTIPLY"),
    ("children/0/effects/0/showShadowBehindNode", False),
    ("children/0/isMask", False),
    ("children/0/maskType", "ALPHA"),
    ("children/0/cornerRadius", 4),
    ("children/0/cornerSmoothing", 0.7),
    ("children/0/rectangleCornerRadii", [1, 2, 3, 5]),
    ("children/0/rotation", 0.6),
    ("children/0/arcData/endingAngle", 3.14),
    ("children/0/size/y", 23),
    ("children/0/relativeTransform/0/2", 2.5),
    ("children/0/relativeTransform/1/0", 0.5),
    ("children/0/fillGeometry/0/path", "M0 0L24 0L24 23Z"),
    ("children/0/fillGeometry/0/windingRule", "EVENODD"),
    ("children/0/fillGeometry/0/overrideID", 2),
    ("children/0/fillGeometry", lambda paths: paths * 2),
    ("children/0/fillOverrideTable/1/fills/0/color/g", 0),
    ("children/0/strokeGeometry/0/path", "M-1 -1L25 -2Z"),
    ("children/1/characters", "Hi  you"),
    ("children/1/characterStyleOverrides", [0, 7, 7]),
    ("children/1/styleOverrideTable/7/fontWeight", 600),
    ("children/1/styleOverrideTable/7/fills/0/color/r", 0.9),
    ("children/1/style/fontFamily", "Roboto"),
    ("children/1/style/fontSize", 13),
    ("children/1/style/letterSpacing", 0.3),
    ("children/1/style/textCase", "LOWER"),
    ("children/1/style/italic", True),
    ("children/1/style/textDecoration", "UNDERLINE"),
    ("children/1/lineTypes", ["NONE"]),
    ("children/1/lineIndentations", [2]),
    ("children/1/fills/0/imageRef", "0a"),
    ("children/1/fills/0/scaleMode", "TILE"),
    ("children/1/fills/0/imageTransform/0/2", 0.5),
    ("children/1/fills/0/scalingFactor", 0.75),
    ("children/1/fills/0/rotation", 180),
    ("children/1/fills/0/filters/exposure", 0.2),
    ("children/1/fills/0/filters/tint", 0.2),
    ("children/2/booleanOperation", "SUBTRACT"),
    ("children/2/itemReverseZIndex", True),
]


@pytest.mark.parametrize(("path", "value"), VISIBLE, ids=lambda part: part if isinstance(part, str) else "")
def test_what_shows_counts(path, value):
    assert hash_of(changed(path, value)) != hash_of(ICON)


def test_all_of_these_changes_look_different_from_each_other():
    # An effect that is hidden looks like one that is not there.
    changes = [change for change in VISIBLE if change[0] != "children/0/effects/0/visible"]

    assert len({hash_of(changed(path, value)) for path, value in changes}) == len(changes)


HIDDEN_PAINT = {"type": "SOLID", "visible": False, "color": {"r": 1, "g": 0, "b": 1, "a": 1}}
UNSEEN = [
    ("id", "9:9"),
    ("name", "renamed"),
    ("children/0/id", "9:9"),
    ("children/0/name", "renamed"),
    ("absoluteBoundingBox", {"x": 5353.25, "y": 1, "width": 28, "height": 40}),
    ("relativeTransform", [[1, 0, 5233.25], [0, 1, 7.7]]),
    ("children/0/absoluteBoundingBox", {"x": 1, "y": 1, "width": 24.000001, "height": 24}),
    ("children/0/absoluteRenderBounds", None),
    ("children/0/interactions", [{"trigger": {"type": "ON_CLICK"}, "actions": []}]),
    ("transitionNodeID", "2:13"),
    ("transitionDuration", 300),
    ("pluginData", {"1": {"a": "b"}}),
    ("sharedPluginData", {"x": {"a": "b"}}),
    ("exportSettings", [{"suffix": "", "format": "PNG", "constraint": {"type": "SCALE", "value": 2}}]),
    ("children/0/constraints", {"vertical": "TOP", "horizontal": "LEFT"}),
    ("layoutMode", "HORIZONTAL"),
    ("paddingLeft", 4),
    ("itemSpacing", 4),
    ("children/0/layoutAlign", "STRETCH"),
    ("children/0/layoutSizingHorizontal", "FILL"),
    ("layoutGrids", [{"pattern": "GRID", "sectionSize": 8}]),
    ("scrollBehavior", "FIXED"),
    ("overflowDirection", "VERTICAL_SCROLLING"),
    ("children/0/componentPropertyReferences", {"visible": "Show#1:0"}),
    ("componentPropertyDefinitions", {"Show#1:0": {"type": "BOOLEAN", "defaultValue": True}}),
    ("children/0/boundVariables", {"opacity": {"type": "VARIABLE_ALIAS", "id": "VariableID:1:4"}}),
    ("children/0/fills/0/boundVariables", {"color": {"type": "VARIABLE_ALIAS", "id": "VariableID:1:4"}}),
    ("children/0/styles", {"fill": "44:19128"}),
    ("children/0/fillOverrideTable/1/inheritFillStyleId", "44:1"),
    ("children/1/style/isOverrideOverTextStyle", True),
    ("children/1/componentId", "5:5"),
    ("locked", True),
    ("devStatus", {"type": "READY_FOR_DEV"}),
    ("annotations", [{"label": "look"}]),
    ("backgroundColor", {"r": 1, "g": 1, "b": 1, "a": 0}),
    ("children", lambda children: [*children, VECTOR | {"visible": False}]),
    ("children", lambda children: [{"visible": False, "type": "FRAME"}, *children]),
    ("children/0/fills", lambda fills: [HIDDEN_PAINT, *fills]),
    ("children/0/strokes", lambda strokes: [*strokes, HIDDEN_PAINT]),
    ("children/0/effects", lambda effects: [*effects, SHADOW | {"visible": False}]),
    ("fills", [HIDDEN_PAINT]),
    # A default is as good as absent.
    ("opacity", 1),
    ("visible", True),
    ("children/0/visible", True),
    ("blendMode", None),
    ("effects", None),
    ("strokes", None),
    ("strokeWeight", None),
    ("isMask", False),
    ("rotation", 0.0),
    ("strokeDashes", []),
    ("styleOverrideTable", {}),
    ("rectangleCornerRadii", [0.0, 0, 0, 0]),
    ("complexStrokeProperties", {"strokeType": "BASIC"}),
    ("children/0/fills/0/opacity", 1),
    ("children/0/fills/0/visible", True),
    ("children/0/fills/0/blendMode", None),
    ("children/1/fills/0/filters/tint", 0),
    ("children/1/style/textDecoration", "NONE"),
    ("children/1/style/italic", False),
    # Numbers that are the same but for the way they are written.
    ("size/x", 28.0),
    ("size/x", 28.00000000000031),
    ("children/0/relativeTransform", [[1, 3.1e-15, 2], [-0.0, 0.9999999999999999, 3]]),
    ("children/0/fills/0/color/r", 0.0392156876),
    ("children/0/fillGeometry/0/path", "M3.1e-15 -0L24 -1.2E-7L24.00000001 24Z"),
    ("opacity", 0.9999999999),
]


@pytest.mark.parametrize(("path", "value"), UNSEEN, ids=lambda part: part if isinstance(part, str) else "")
def test_what_does_not_show_does_not_count(path, value):
    assert hash_of(changed(path, value)) == hash_of(ICON)


def test_a_missing_property_is_not_one_that_is_default_for_another_kind_of_thing():
    # NORMAL is the default of a paint; a layer that has it is a group of its own.
    assert hash_of(changed("blendMode", "NORMAL")) != hash_of(ICON)


def test_numbers_count_to_six_decimals():
    assert hash_of(changed("size/x", 28.000001)) != hash_of(ICON)
    assert hash_of(changed("size/x", 28.0000004)) == hash_of(ICON)


@pytest.mark.parametrize("tie", [0.0078125, 10.5078125, -3.0234375])
def test_a_drift_does_not_tip_numbers_that_lie_between_two_rounded_ones(tie):
    hashes = {hash_of(changed("size/x", tie + drift)) for drift in (-4e-15, 0, 4e-15)}

    assert len(hashes) == 1


def test_numbers_of_a_path_that_stand_side_by_side_stay_apart():
    paths = ("M5-0", "M50", "M5 0", "M.5.5", "M.55", "M0.5 .5", "M1e-9 1", "M1 1e-9")

    assert len({hash_of(changed("children/0/fillGeometry/0/path", path)) for path in paths}) == len(paths)


def test_a_pattern_shows_another_node_so_it_counts_as_new_in_every_version():
    tree = changed("children/0/fills/0", {"type": "PATTERN", "sourceNodeId": "9:1", "tileType": "RECTANGULAR"})
    other = changed("children/0/fills/0", {"type": "PATTERN", "sourceNodeId": "9:2", "tileType": "RECTANGULAR"})

    assert hash_of(tree, "1") == hash_of(tree, "1") != hash_of(tree, "2")
    assert hash_of(tree, "1") != hash_of(other, "1")
    assert hash_of(ICON, "1") == hash_of(ICON, "2")


def test_a_vector_without_its_paths_counts_as_new_in_every_version():
    tree = changed("children/0/fillGeometry", None)
    del tree["children"][0]["strokeGeometry"]

    assert hash_of(tree, "1") != hash_of(tree, "2")


def test_without_geometry_places_are_told_by_the_boxes():
    def tree(left: float, child: float) -> dict[str, Any]:
        box = {"y": 0, "width": 8, "height": 8}
        kids = [{"type": "RECTANGLE", "absoluteBoundingBox": box | {"x": left + child}}]
        return {"type": "FRAME", "children": kids, "absoluteBoundingBox": box | {"x": left}}

    assert hash_of(tree(0, 2)) == hash_of(tree(100, 2)) != hash_of(tree(0, 3))


def test_a_frame_of_older_years_is_told_by_its_background():
    paint = {"type": "SOLID", "color": {"r": 1, "g": 0, "b": 0, "a": 1}}

    assert hash_of({"background": [paint]}) == hash_of({"fills": [paint]}) != hash_of({"background": []})


def shuffled(value: Any, dice: random.Random) -> Any:
    if isinstance(value, list):
        return [shuffled(one, dice) for one in value]
    if isinstance(value, dict):
        pairs = [(key, shuffled(member, dice)) for key, member in value.items()]
        dice.shuffle(pairs)
        return dict(pairs)
    return value


@given(st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_count(dice):
    assert hash_of(shuffled(ICON, dice)) == hash_of(ICON)


def drifted(value: Any, dice: random.Random) -> Any:
    if isinstance(value, list):
        return [drifted(one, dice) for one in value]
    if isinstance(value, dict):
        return {key: drifted(member, dice) for key, member in value.items()}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value + dice.choice([-3.1e-15, -1e-11, 0, 0.0, 3.1e-15, 1e-11])
    return value


@given(st.randoms(use_true_random=False))
def test_drift_of_numbers_does_not_count(dice):
    assert hash_of(drifted(ICON, dice)) == hash_of(ICON)


KEYS = st.sampled_from(
    (
        *("children", "fills", "effects", "type", "visible", "color", "style", "styleOverrideTable", "path", "opacity"),
        *("fillGeometry", "absoluteBoundingBox", "relativeTransform", "x", "rest", "background"),
        *("fillOverrideTable", "rectangleCornerRadii"),
    )
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=30
)


@given(st.dictionaries(KEYS, ANYTHING))
@example({"absoluteBoundingBox": {"x": 10**400}, "children": [{"absoluteBoundingBox": {"x": 1.5}}]})
@example({"fillGeometry": [{"path": "M1e999 -0"}, {"path": 5}], "relativeTransform": [3], "opacity": "\ud800"})
def test_every_tree_has_a_hash_whatever_figma_sends(tree):
    before = copy.deepcopy(tree)

    first = hash_of(tree)

    assert len(first) == 32
    assert hash_of(copy.deepcopy(tree)) == first
    assert tree == before


@given(st.text(), st.text())
def test_texts_count_to_the_letter(one, other):
    assert (hash_of(changed("children/1/characters", one)) == hash_of(changed("children/1/characters", other))) == (
        one == other
    )


def test_a_tree_may_be_thousands_of_levels_deep():
    def tower(innermost: str) -> dict[str, Any]:
        tree: dict[str, Any] = {"type": innermost}
        for _ in range(5_000):
            tree = {"type": "GROUP", "children": [tree], "extra": {"deep": [tree["type"]]}}
        return tree

    assert hash_of(tower("ELLIPSE")) == hash_of(tower("ELLIPSE")) != hash_of(tower("LINE"))


def test_the_nodes_of_an_answer_are_hashed_one_by_one():
    deep = b'{"children":[' * 400 + b"{}" + b"]}" * 400
    body = msgspec.json.encode(
        {
            "version": "7",
            "lastModified": "2026-01-05T21:22:13Z",
            "nodes": {
                "1:1": {"document": ICON, "components": {}, "schemaVersion": 0},
                "1:2": None,
                "1:3": {"document": [], "components": {}},
                "1:4": {"document": msgspec.Raw(deep)},
                "1:5": {"components": {}},
            },
        }
    )

    hashes = node_hashes(msgspec.json.decode(body, type=NodesAnswer))

    assert hashes == {"1:1": hash_of(ICON), "1:4": hash_of(json.loads(deep))}


def components(path: Path) -> dict[str, dict[str, Any]]:
    answer = msgspec.json.decode(path.read_bytes())
    found: dict[str, dict[str, Any]] = {}
    waiting = [answer["document"]]
    while waiting:
        node = waiting.pop()
        waiting += node.get("children", ())
        if node["id"] in answer["components"]:
            found[node["id"]] = node
    return found


@pytest.fixture(scope="module")
def real() -> list[dict[str, dict[str, Any]]]:
    for path in SUCCESSIVE:
        if not path.exists():
            pytest.skip(f"no {path.name}: set EXFIG_MP_FIXTURES to the folder of the fixtures")
    return [components(path) for path in SUCCESSIVE]


def test_components_of_a_real_file_keep_their_hashes_while_its_styles_change(real):
    older, newer = ({node_id: node_hash(node, "") for node_id, node in file.items()} for file in real)

    assert len(older) > 100
    assert newer == older


def test_components_of_a_real_file_look_different_or_say_that_they_do_not_tell(real):
    by_hash: dict[str, list[dict[str, Any]]] = {}
    for node in real[0].values():
        by_hash.setdefault(node_hash(node, "1"), []).append(node)
    alike = [node for nodes in by_hash.values() if len(nodes) > 1 for node in nodes]

    # This file was recorded without paths, so thumbs up and thumbs down have the same tree.
    assert "thumbsup" in {node["name"] for node in alike}
    assert all(node_hash(node, "1") != node_hash(node, "2") for node in alike)
    assert len(by_hash) > 190


def test_real_vectors_with_their_paths_have_one_hash_if_they_differ_in_nothing_but_place_and_name():
    path = FIXTURES / "figma_json" / "grida" / "stroke.json"
    if not path.exists():
        pytest.skip(f"no {path.name}: set EXFIG_MP_FIXTURES to the folder of the fixtures")
    (page,) = json.loads(path.read_bytes())["document"]["children"]
    vectors = page["children"]

    by_hash: dict[str, list[str]] = {}
    for vector in vectors:
        by_hash.setdefault(node_hash(vector, "1"), []).append(vector["strokeAlign"])

    # Six vectors in three rows of two, each row with another alignment of its strokes.
    assert sorted(by_hash.values()) == [["CENTER"] * 2, ["INSIDE"] * 2, ["OUTSIDE"] * 2]
    assert [node_hash(vector, "2") for vector in vectors] == [node_hash(vector, "1") for vector in vectors]


@pytest.mark.parametrize("case", cases("node_hash"))
def test_conforms_to_node_hash(case):
    given_, expected = case["input"], case["expected"]
    match case["op"]:
        case "fnv1a64_hex":
            assert digest(given_.encode()) == expected
        case "normalize_float":
            assert float(_rounded(float(given_))) == expected
            assert hash_of(changed("size/x", given_)) == hash_of(changed("size/x", expected))
        case "hash_equal":
            assert (hash_of(given_["a"]) == hash_of(given_["b"])) is expected
        case "exfig_hash":
            assert hash_of(given_) == expected
