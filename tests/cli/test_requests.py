"""Every request that we send is one that Figma's own OpenAPI document describes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema_rs
import pytest
import yaml

from exfig_mp.sources.figma_api import FigmaApi

if TYPE_CHECKING:
    from exfig_mp.sources.figma_calls import Call

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document():
    path = Path(os.environ.get("FIGMA_OPENAPI", _ROOT / ".venv" / "figma-openapi" / "openapi.yaml"))
    if not path.exists():
        pytest.skip("no Figma OpenAPI document: set FIGMA_OPENAPI (npm @figma/rest-api-spec)")
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)  # the safe loader, in C


@pytest.fixture
def requests(faulty, app):
    """Send requests of every kind that a run sends, repeated and split ones too; return them."""
    figma = faulty(
        {"on": "images", "do": "null_render", "names": ["accessibility-00001"]},
        {"on": "images", "do": "poison", "names": ["archive-00014"]},
        {"on": "api", "do": "status", "status": 503, "rate": 0.2, "first": 1},
    )
    app.run("batch", "app.yaml")
    app.run("fetch", "-f", "LightLibrary", "-r", "Illustrations", "-o", "jpg", "--format", "jpg", "--scale", "1.5")
    app.run("fetch", "-f", "LightLibrary", "-r", "Illustrations", "-o", "pdf", "--format", "pdf")
    return figma.log("meta", "components", "images", "other", "file", "nodes", "fills", "me")


def _operation(document, path):
    """Return the template that a path matches, with its operation."""
    for template, item in document["paths"].items():
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return template, item["get"]
    raise AssertionError(f"Figma has no GET {path}")


def _parameters(document, operation):
    """Return the query parameters of an operation by name, references resolved."""
    whole = [
        document["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in operation.get("parameters", ())
    ]
    return {one["name"]: one for one in whole if one["in"] == "query"}


def _value(schema, text):
    """Read a text of a query as the type that its schema asks for, strictly as JSON would write it."""
    match schema.get("type"):
        case "boolean":
            return {"true": True, "false": False}[text]
        case "number" | "integer":
            assert re.fullmatch(r"\d+(\.\d+)?", text)
            return float(text)
        case _:
            return text


def test_every_request_is_one_of_figmas_document(document, requests):
    templates = set()
    for entry in requests:
        parts = urlsplit(entry["path"])
        template, operation = _operation(document, unquote(parts.path))
        templates.add(template)
        known = _parameters(document, operation)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        names = [name for name, _ in query]

        assert entry["method"] == "GET"
        assert len("https://api.figma.com" + entry["path"]) <= 7_500
        assert len(names) == len(set(names)), "no parameter twice"
        assert set(names) <= set(known), template
        assert {name for name, one in known.items() if one.get("required")} <= set(names)
        for name, text in query:
            schema = known[name]["schema"]
            if name == "ids":
                assert all(re.fullmatch(r"I?\d+:\d+(;\d+:\d+)*", one) for one in text.split(","))
            jsonschema_rs.validator_for(schema | {"components": document["components"]}).validate(_value(schema, text))

    assert templates == {"/v1/files/{file_key}/meta", "/v1/files/{file_key}/components", "/v1/images/{file_key}"}


async def test_what_is_posted_is_of_figmas_document(document):
    posted: list[Call] = []

    class Caller:
        async def ask(self, call):
            posted.append(call)

    api = FigmaApi.__new__(FigmaApi)
    api._caller = Caller()  # type: ignore[assignment]  # keeps what would be sent
    await api.set_code_syntax("Key", {f"VariableID:1:{number}": {"iOS": "a", "WEB": "--b"} for number in range(5001)})

    schema = document["paths"]["/v1/files/{file_key}/variables"]["post"]["requestBody"]["content"]["application/json"]
    validator = jsonschema_rs.validator_for(schema["schema"] | {"components": document["components"]})
    bodies = [json.loads(call.body or b"") for call in posted]
    for body in bodies:
        validator.validate(body)
    assert [len(body["variables"]) for body in bodies] == [5000, 1]
    assert {call.path for call in posted} == {"/v1/files/Key/variables"}
    assert not validator.is_valid({"variables": [{"action": "UPDATE"}]})
