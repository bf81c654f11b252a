"""What `/nodes` says of a component changes whenever, and only when, `/images` draws it otherwise."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from exfig_mp.sources.figma_wire import NodesAnswer
from exfig_mp.sources.node_hash import node_hashes

LIGHT = "DemoLightLibrary000001"
ICON, ILLUSTRATION = "551:93900", "620:93900"
SHOWN = ("redraw", "recolour", "resize", "restyle")
UNSEEN = ("touch", "move", "rename", "describe")


def component_ids(simulator: Any) -> list[str]:
    components = simulator.get(f"/v1/files/{LIGHT}/components").json["meta"]["components"]
    return [one["node_id"] for one in components]


def nodes(simulator: Any, ids: list[str], more: str = "") -> bytes:
    answer = simulator.get(f"/v1/files/{LIGHT}/nodes?ids={','.join(ids)}&geometry=paths{more}")
    assert answer.status == 200, answer.body
    body: bytes = answer.body
    return body


def hashes(simulator: Any, ids: list[str], more: str = "") -> dict[str, str]:
    return {
        node_id: hash_
        for start in range(0, len(ids), 300)
        for node_id, hash_ in node_hashes(
            msgspec.json.decode(nodes(simulator, ids[start : start + 300], more), type=NodesAnswer)
        ).items()
    }


def drawings(simulator: Any, ids: list[str], more: str = "") -> dict[str, bytes]:
    urls = simulator.images(ids, f"format=svg{more}")
    return {node_id: simulator.fetch(url).body for node_id, url in urls.items()}


def edit(simulator: Any, *edits: dict[str, Any]) -> str:
    answer = simulator.post("/_simulator/design", {"file": LIGHT, "edits": edits})
    version: str = answer["version"]
    return version


def test_components_have_the_same_hash_if_and_only_if_they_are_drawn_the_same(figma):
    ids = component_ids(figma)
    ids = [*ids[:150], *ids[-60:]]  # icons; illustrations, and variants that look the same

    hashed, drawn = hashes(figma, ids), drawings(figma, ids)

    assert hashed.keys() == drawn.keys() == set(ids)
    pairs = {(hashed[node_id], drawn[node_id]) for node_id in ids}
    assert len(pairs) == len(set(hashed.values())) == len(set(drawn.values())) < len(ids)


def test_only_what_was_changed_to_the_eye_has_another_hash(simulate):
    simulator = simulate({"node_noise": True})
    ids = component_ids(simulator)
    before = hashes(simulator, ids)

    edit(simulator, *({"do": do, "id": node_id, "to": "Other"} for node_id in ids for do in UNSEEN))
    unseen = hashes(simulator, ids)
    changed = [*ids[:4], *ids[-8:-4]]  # icons and illustrations
    edit(simulator, *({"do": do, "id": node_id} for do, node_id in zip(SHOWN * 2, changed, strict=True)))
    shown = hashes(simulator, ids)

    assert len(before) == len(ids) > 560
    assert unseen == before
    assert {node_id for node_id in ids if shown[node_id] != before[node_id]} == set(changed)


@pytest.mark.parametrize("node_id", [ICON, ILLUSTRATION])
@pytest.mark.parametrize(
    "change",
    [
        *({"do": do} for do in (*SHOWN, *UNSEEN)),
        {"do": "recolour", "colour": "#00FF7F"},
        {"do": "resize", "size": [48, 20]},
        {"do": "restyle", "weight": 1.25},
        {"do": "restyle", "opacity": 0.3},
        {"do": "restyle", "opacity": 1},
        {"do": "move", "by": [-3, 100]},
    ],
    ids=str,
)
def test_an_edit_changes_hash_and_drawing_together(simulate, change, node_id):
    simulator = simulate({"node_noise": True})
    old = hashes(simulator, [node_id])[node_id], drawings(simulator, [node_id])[node_id]

    edit(simulator, {"to": "Other", "id": node_id} | change)

    new = hashes(simulator, [node_id])[node_id], drawings(simulator, [node_id])[node_id]
    assert (new[0] != old[0]) == (new[1] != old[1])
    nothing_to_see = change in ({"do": "restyle", "opacity": 1}, {"do": "restyle", "weight": 1.25})
    assert (new[0] != old[0]) == (
        change["do"] in SHOWN and not (nothing_to_see and ("opacity" in change or node_id == ILLUSTRATION))
    )


def test_an_edit_changes_what_it_says_and_nothing_else(figma):
    def tree() -> Any:
        return json.loads(nodes(figma, [ICON]))["nodes"][ICON]["document"]

    first = tree()
    edit(figma, {"do": "recolour", "id": ICON, "colour": "#00FF00"})
    recoloured = tree()
    edit(figma, {"do": "move", "id": ICON, "by": [5, 7]})
    moved = tree()
    edit(figma, {"do": "restyle", "id": ICON, "opacity": 0.25, "weight": 3})
    restyled = tree()

    paint = recoloured["children"][0]["strokes"][0]
    assert paint["color"] == {"r": 0, "g": 1, "b": 0, "a": 1}
    assert recoloured["children"][0] == first["children"][0] | {"strokes": [paint]}
    (_, _, left), (_, _, top) = recoloured["relativeTransform"]
    assert moved["relativeTransform"] == [[1, 0, left + 5], [0, 1, top + 7]]
    assert moved["children"][0]["relativeTransform"] == recoloured["children"][0]["relativeTransform"]
    assert (restyled["opacity"], restyled["children"][0]["strokeWeight"]) == (0.25, 3)


def test_what_is_wholly_transparent_is_not_drawn(figma):
    edit(figma, {"do": "restyle", "id": ICON, "opacity": 0})

    assert figma.images([ICON]) == {ICON: None}


def test_older_versions_keep_their_looks(figma):
    first = figma.get(f"/v1/files/{LIGHT}/meta").json["file"]["version"]
    old = hashes(figma, [ICON]), drawings(figma, [ICON])

    second = edit(figma, {"do": "redraw", "id": ICON})
    edit(figma, {"do": "resize", "id": ICON})

    asked = {version: f"&version={version}" for version in (first, second)}
    assert (hashes(figma, [ICON], asked[first]), drawings(figma, [ICON], asked[first])) == old
    assert json.loads(nodes(figma, [ICON], asked[first]))["version"] == first
    looks = [hashes(figma, [ICON], more)[ICON] for more in (*asked.values(), "")]
    assert len(set(looks)) == 3


@pytest.mark.parametrize("path", [f"files/{LIGHT}/nodes?ids={ICON}", f"images/{LIGHT}?ids={ICON}"])
def test_a_version_that_never_was_is_not_found(figma, path):
    answer = figma.get(f"/v1/{path}&version=1234567890123456789")

    assert (answer.status, answer.json) == (404, {"status": 404, "err": "Not found"})


def test_noise_makes_every_answer_another_one_with_the_same_looks(simulate):
    simulator = simulate({"node_noise": True})

    answers = [nodes(simulator, [ICON, ILLUSTRATION, "9:9"]) for _ in range(9)]

    assert len(set(answers)) == 9
    decoded = [msgspec.json.decode(body, type=NodesAnswer) for body in answers]
    assert len({json.dumps(node_hashes(answer)) for answer in decoded}) == 1
    places = {str(json.loads(body)["nodes"][ICON]["document"]["absoluteBoundingBox"]) for body in answers}
    assert len(places) == 9


def test_without_noise_answers_are_equal(figma):
    assert nodes(figma, [ICON, ILLUSTRATION]) == nodes(figma, [ICON, ILLUSTRATION])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"do": "recolour", "colour": "red"}, "colour must be #RRGGBB, not red"),
        ({"do": "resize", "size": [0, 24]}, "size must be between"),
        ({"do": "restyle", "opacity": 1.5}, "opacity must be between 0 and 1, not 1.5"),
        ({"do": "restyle", "weight": 0}, "weight must be above 0"),
    ],
)
def test_impossible_edits_are_refused_with_a_reason(figma, change, told):
    answer = figma.post("/_simulator/design", {"file": LIGHT, "edits": [{"id": ICON} | change]})

    assert told in answer["error"]
