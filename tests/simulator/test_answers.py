"""The answers have the shapes of Figma's own OpenAPI document and of real recorded answers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

LIGHT, SINGLE = "DemoLightLibrary000001", "DemoSingleLibrary00001"
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document() -> Any:
    path = Path(os.environ.get("FIGMA_OPENAPI", _ROOT / ".venv" / "figma-openapi" / "openapi.yaml"))
    if not path.exists():
        pytest.skip("no Figma OpenAPI document: set FIGMA_OPENAPI (npm @figma/rest-api-spec)")
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)  # the safe loader, in C


@pytest.fixture(scope="module")
def recorded() -> Path:
    path = Path(os.environ.get("EXFIG_MP_FIXTURES", _ROOT.parent / "shared" / "fixtures")) / "figma_json"
    if not path.exists():
        pytest.skip("no recorded Figma answers: set EXFIG_MP_FIXTURES")
    return path


def check(document: Any, response: str, body: Any) -> None:
    schema = document["components"]["responses"][response]["content"]["application/json"]["schema"]
    whole = schema | {"components": document["components"]}
    jsonschema_rs.validator_for(whole).validate(body)


@pytest.mark.parametrize(
    ("path", "response"),
    [
        (f"/v1/files/{LIGHT}/meta", "GetFileMetaResponse"),
        (f"/v1/files/{LIGHT}/components", "GetFileComponentsResponse"),
        (f"/v1/files/{LIGHT}/component_sets", "GetFileComponentSetsResponse"),
        (f"/v1/files/{LIGHT}/styles", "GetFileStylesResponse"),
        (f"/v1/files/{LIGHT}/variables/local", "GetLocalVariablesResponse"),
        (f"/v1/files/{LIGHT}/images", "GetImageFillsResponse"),
        (f"/v1/images/{LIGHT}?ids=551:93900,1:1&format=svg", "GetImagesResponse"),
        (f"/v1/files/{LIGHT}/nodes?ids=551:93900,620:93900,0:1&geometry=paths", "GetFileNodesResponse"),
        # An unknown id has null here, which the document does not know; see the test below.
        (f"/v1/files/{LIGHT}/nodes?ids=551:93900,553:94388,44:19128,45:200", "GetFileNodesResponse"),
        ("/v1/me", "GetMeResponse"),
    ],
)
def test_answers_follow_figmas_document(figma, document, path, response):
    answer = figma.get(path)

    assert answer.status == 200
    check(document, response, answer.json)


def test_noisy_nodes_follow_figmas_document(simulate, document):
    simulator = simulate({"node_noise": True})

    for _ in range(2):
        answer = simulator.get(f"/v1/files/{LIGHT}/nodes?ids=551:93900,620:93900,45:200&geometry=paths")
        check(document, "GetFileNodesResponse", answer.json)


def test_meta_is_flat_on_demand_as_older_documents_had_it(simulate):
    body = simulate({"meta": "flat"}).get(f"/v1/files/{LIGHT}/meta").json

    assert "file" not in body
    assert {"name", "last_touched_at", "creator", "editorType"} <= body.keys()


def test_unknown_nodes_are_null(figma):
    answer = figma.get(f"/v1/files/{LIGHT}/nodes?ids=999:1,551-93900")

    assert answer.json["nodes"]["999:1"] is None
    assert answer.json["nodes"]["551:93900"]["document"]["type"] == "COMPONENT"


def test_depth_cuts_the_tree(figma):
    pages = figma.get(f"/v1/files/{LIGHT}?depth=1").json["document"]["children"]
    frames = figma.get(f"/v1/files/{LIGHT}?depth=2").json["document"]["children"][0]["children"]

    assert [page["name"] for page in pages] == ["Icons", "Illustrations"]
    assert [page["children"] for page in pages] == [[], []]
    assert [(frame["name"], frame["children"]) for frame in frames] == [("Icons", [])]


def test_ids_prune_the_tree_but_keep_every_page(figma):
    pages = figma.get(f"/v1/files/{LIGHT}?ids=620:93900").json["document"]["children"]

    assert [len(page["children"]) for page in pages] == [0, 1]
    assert [node["id"] for node in pages[1]["children"][0]["children"]] == ["620:93900"]


def test_file_has_the_fields_of_a_recorded_one(figma, recorded):
    real = json.loads((recorded / "grida" / "stroke.json").read_text())

    ours = figma.get(f"/v1/files/{LIGHT}?depth=2").json

    assert ours.keys() == real.keys()
    assert ours["document"].keys() == real["document"].keys()
    page, real_page = ours["document"]["children"][0], real["document"]["children"][0]
    assert page.keys() == real_page.keys()


def test_component_nodes_have_the_fields_of_recorded_ones(figma, recorded):
    real = json.loads((recorded / "shakuro_figma-extractor" / "icons-file-nodes.json").read_text())
    entry = next(iter(real["nodes"].values()))
    component = entry["document"]["children"][0]

    ours = figma.get(f"/v1/files/{LIGHT}/nodes?ids=551:93900").json

    ours_entry = ours["nodes"]["551:93900"]
    assert set(real) <= ours.keys()
    assert set(entry) <= ours_entry.keys()
    # Layout fields exist only inside auto layout, which the demo's frames do not use.
    assert set(component) - {"layoutAlign", "layoutGrow"} <= ours_entry["document"].keys()
    assert set(component["children"][0]) - {"styles"} <= ours_entry["document"]["children"][0].keys()


def test_styles_have_the_fields_of_recorded_ones(figma, recorded):
    real = json.loads((recorded / "shakuro_figma-extractor" / "style-metadata.json").read_text())["styles"][0]

    ours = figma.get(f"/v1/files/{LIGHT}/styles").json["meta"]["styles"][0]

    assert ours.keys() == real.keys()


def test_text_styles_have_the_fields_of_recorded_ones(figma, recorded):
    real = json.loads((recorded / "shakuro_figma-extractor" / "file-nodes.json").read_text())["nodes"]
    wanted = next(one["document"] for one in real.values() if one["document"]["type"] == "TEXT")

    nodes = figma.get(f"/v1/files/{LIGHT}/nodes?ids=45:200,45:201,45:202,45:203,45:204").json["nodes"]

    texts = [node["document"] for node in nodes.values()]
    assert all(set(wanted) <= set(one) for one in texts)
    styles = [one["style"] for one in texts]
    assert {one["lineHeightUnit"] for one in styles} == {"INTRINSIC_%", "FONT_SIZE_%", "PIXELS"}
    # What has the line height of its font does not say it in per cent of the size.
    assert all(set(wanted["style"]) - {"lineHeightPercentFontSize"} <= set(one) for one in styles)
    assert any(one["fontPostScriptName"] is None for one in styles)


def test_variables_have_the_fields_of_recorded_ones(figma, recorded):
    real = json.loads((recorded / "adobe_spectrum-design-data" / "s2-web-variables.baseline.json").read_text())

    ours = figma.get(f"/v1/files/{LIGHT}/variables/local").json["meta"]

    for part in ("variables", "variableCollections"):
        fields = set.intersection(*(set(one) for one in real[part].values()))
        assert fields <= set.intersection(*(set(one) for one in ours[part].values()))


def test_demo_libraries_have_the_same_names_and_other_bytes(figma):
    keys = (LIGHT, "DemoDarkLibrary0000001")

    lists = [figma.get(f"/v1/files/{key}/components").json["meta"]["components"] for key in keys]

    names = [[(one["name"], one["node_id"]) for one in components] for components in lists]
    assert names[0] == names[1]
    frames = [one["containing_frame"]["name"] for one in lists[0]]
    assert frames.count("Icons") >= 520
    assert frames.count("Illustrations") == 42
    assert {"rtl", "ios", "android", "none"} <= {one["description"] for one in lists[0]}


def test_single_library_pairs_by_suffix(figma):
    names = {one["name"] for one in figma.get(f"/v1/files/{SINGLE}/components").json["meta"]["components"]}

    light = {name for name in names if not name.endswith("_dark")}
    assert len(light) == 60
    assert names == light | {f"{name}_dark" for name in light}


def test_variants_name_their_set_in_both_fields(figma):
    components = figma.get(f"/v1/files/{LIGHT}/components").json["meta"]["components"]

    variant = next(one for one in components if one["name"] == "State=off, RTL=On")

    frame = variant["containing_frame"]
    assert frame["containingComponentSet"] == frame["containingStateGroup"] == {"name": "switch", "nodeId": "553:94388"}


def test_hazard_names_arrive_whole(simulate):
    components = simulate({"design": "hazards"}).get("/v1/files/DemoHazardLibrary00001/components").json
    names = [one["name"] for one in components["meta"]["components"]]

    assert names.count("duplicate") == 2
    assert {"folder/slash", " leading-space", "CON", "caf\u00e9", "cafe\u0301", "n" * 255} <= set(names)


def test_thousands_of_components_fit(simulate):
    simulator = simulate({"design": {"files": [{"key": "Big", "icons": 20_000}]}, "largest_file": 10_000})

    answer = simulator.get("/v1/files/Big/components")

    assert answer.body.count(b'"node_id"') == 20_000
    assert simulator.get("/v1/files/Big").json["err"].startswith("Request too large")
