"""The JSON Schema for editors: it takes what the loader takes, and refuses what that refuses."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from exfig_mp.config import discover
from exfig_mp.config.contents import PLATFORMS
from exfig_mp.config.document import read_document
from exfig_mp.config.schema import DRAFT, ID, editor_schema
from exfig_mp.config.starter import starter
from exfig_mp.errors import ConfigError

CONFIGS = Path(__file__).parents[2] / "configs"
IOS = "figma: {lightFileId: a}\nios: {xcodeprojPath: p, target: t, xcassetsPath: x, xcassetsInMainBundle: true"
ICONS = "assetsFolder: I, nameStyle: camelCase, format: svg"
GOOD = {
    "an object": f"{IOS}, icons: {{{ICONS}}}}}",
    "a list": f"{IOS}, icons: [{{{ICONS}}}, {{{ICONS}, renderMode: original}}]}}",
    "empty values": f"{IOS}, colors: , templatesPath: , addObjcAttribute: }}\nbatch:\ncommon: {{cache: }}",
    "either form of a union": f"{IOS}, icons: {{{ICONS}, preservesVectorRepresentation: '*'}}}}",
    "the other form of a union": f"{IOS}, icons: {{{ICONS}, preservesVectorRepresentation: [a]}}}}",
    "a rate as text": "figma: {lightFileId: a, rateLimit: 15/min}",
    "a rate as number": "figma: {lightFileId: a, rateLimit: 7.5}",
    "colours of variables": (
        "figma: {}\ncommon: {variablesColors: {tokensFileId: f, tokensCollectionName: c, lightModeName: l}, colors: }"
    ),
}
BAD = {
    "an unknown key": "figma: {lightFileid: a}",
    "an unknown section": "figma: {lightFileId: a}\nwindows: {}",
    "a required key missing": f"{IOS}, icons: {{assetsFolder: I, format: svg}}}}",
    "a required key without a value": f"{IOS}, icons: {{assetsFolder: , nameStyle: camelCase, format: svg}}}}",
    "no such choice": f"{IOS}, icons: {{assetsFolder: I, nameStyle: camel, format: svg}}}}",
    "no such choice in a list": f"{IOS}, icons: [{{{ICONS}}}, {{assetsFolder: I, nameStyle: camel, format: svg}}]}}",
    "a number below its bound": "figma: {lightFileId: a, timeout: 0}",
    "a number above its bound": "figma: {lightFileId: a}\nbatch: {parallel: 51}",
    "a fraction where none can be": "figma: {lightFileId: a, maxRetries: 1.5}",
    "a list where a text is": "figma: {lightFileId: [a]}",
    "a text where a section is": "figma: a",
    "an empty text": "figma: {lightFileId: ''}",
    "an empty list of scales": f"{IOS}, images: {{assetsFolder: I, nameStyle: camelCase, scales: []}}}}",
    "a scale that Figma has not": f"{IOS}, images: {{assetsFolder: I, nameStyle: camelCase, scales: [5]}}}}",
    "colours of two origins": (
        "figma: {lightFileId: a}\ncommon: {colors: {}, "
        "variablesColors: {tokensFileId: f, tokensCollectionName: c, lightModeName: l}}"
    ),
}


@pytest.fixture(scope="module")
def schema():
    return jsonschema_rs.validator_for(editor_schema())


def test_it_is_a_schema_of_its_draft():
    found = editor_schema()

    jsonschema_rs.meta.validate(found)
    assert (found["$schema"], found["$id"]) == (DRAFT, ID)


def test_every_key_has_a_title_and_a_description():
    found = editor_schema()
    options = [option for one in (found, *found["$defs"].values()) for option in one["properties"].values()]

    assert all(option["title"] and option["description"] for option in options)
    assert found["$defs"]["IosIcons"]["properties"]["renderMode"]["default"] == "template"
    assert found["$defs"]["FlutterImages"]["properties"]["scales"]["default"] == [1, 2, 3]


def test_examples_and_starters_are_valid(schema):
    texts = [path.read_text() for path in discover([CONFIGS], recursive=True)] + [starter(one) for one in PLATFORMS]

    for text in texts:
        schema.validate(read_document(text).tree)


@pytest.mark.parametrize("name", GOOD)
def test_schema_and_loader_take_the_same(schema, read, name):
    schema.validate(read_document(GOOD[name]).tree)

    read(GOOD[name], strict=True)


@pytest.mark.parametrize("name", BAD)
def test_schema_and_loader_refuse_the_same(schema, read, name):
    assert not schema.is_valid(read_document(BAD[name]).tree)

    with pytest.raises(ConfigError):
        read(BAD[name], strict=True)
