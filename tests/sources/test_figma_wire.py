"""Figma's answers decode: real ones, old ones, new ones with fields that nobody knows."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.sources.figma_wire import ComponentsAnswer, FileMeta, ImagesAnswer, MetaAnswer, error_text

FIXTURES = Path(os.environ.get("EXFIG_MP_FIXTURES") or Path(__file__).parents[2].parent / "shared" / "fixtures")
REAL = [path for path in sorted(FIXTURES.glob("figma_json/*/*.json")) if b'"lastModified"' in path.read_bytes()]

COMPONENTS = b"""{"error": false, "status": 200, "meta": {"components": [
  {"key": "9ab0", "file_key": "AbC", "node_id": "551:93900", "thumbnail_url": "https://s3-alpha.figma.com/x",
   "name": "24/arrow-left", "description": "rtl", "description_rt": "<p>rtl</p>", "created_at": "2025-05-30T13:20:06Z",
   "containing_frame": {"name": "Icons", "nodeId": "551:95443", "pageId": "0:1", "pageName": "Page"},
   "user": {"id": "812345678901234567", "handle": "Ann", "img_url": ""}},
  {"key": "1f0c", "node_id": "553:94391", "name": "State=off, RTL=On", "description": "",
   "containing_frame": {"name": "Icons", "pageName": "Page",
     "containingStateGroup": {"name": "switch", "nodeId": "553:94388"},
     "containingComponentSet": {"name": "switch", "nodeId": "553:94388"}, "aFieldOfNextYear": [1, {"x": null}]}},
  {"key": "2", "node_id": "1:2", "name": "on a page", "containing_frame": {"pageId": "0:1", "pageName": "Page"}},
  {"key": "3", "node_id": "1:3", "name": "nowhere", "containing_frame": null}, {"node_id": "1:4"}]}}"""


def decode(body: bytes, form: type[Any]) -> Any:
    return msgspec.json.decode(body, type=form)


def test_components_are_read_with_their_frames_and_sets():
    first, second, on_page, nowhere, bare = decode(COMPONENTS, ComponentsAnswer).meta.components

    assert (first.node_id, first.name, first.description) == ("551:93900", "24/arrow-left", "rtl")
    assert (first.containing_frame.name, first.containing_frame.page_name) == ("Icons", "Page")
    assert second.containing_frame.containing_component_set.name == "switch"
    assert second.containing_frame.containing_state_group.name == "switch"
    assert (on_page.containing_frame.name, on_page.containing_frame.page_name) == ("", "Page")
    assert nowhere.containing_frame is None
    assert bare.name == ""


def test_an_unpublished_library_is_an_empty_list():
    assert decode(b'{"status":200,"meta":{"components":[]}}', ComponentsAnswer).meta.components == ()


@pytest.mark.parametrize(
    "body", [b'{"meta":{"components":[{}]}}', b'{"meta":null}', b"{}", b"[]", b'{"meta":{"components":{}}}']
)
def test_what_is_no_list_of_components_is_refused(body):
    with pytest.raises(msgspec.ValidationError):
        decode(body, ComponentsAnswer)


META = (
    b'"name":"Design System","version":"2292140915152386954","last_touched_at":"2026-01-05T21:22:13Z","role":"viewer"'
)


@pytest.mark.parametrize("body", [b"{%s}" % META, b'{"file":{%s}}' % META, b'{"status":200,"file":{%s}}' % META])
def test_meta_is_read_flat_and_wrapped_and_its_version_stays_a_text(body):
    meta = decode(body, MetaAnswer).unwrapped()

    assert meta.name == "Design System"
    assert meta.version == "2292140915152386954"
    assert meta.last_touched_at == "2026-01-05T21:22:13Z"


def test_meta_without_a_version_is_read():
    assert decode(b'{"file":{"name":"x","last_touched_at":"t"}}', MetaAnswer).unwrapped() == FileMeta("x", "", "t")


@pytest.mark.skipif(not REAL, reason="no figma_json below the folder that EXFIG_MP_FIXTURES names")
@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_real_answers_decode_to_what_they_say(path):
    body = path.read_bytes()
    says = json.loads(body)

    meta = decode(body, MetaAnswer).unwrapped()

    assert meta.name == says["name"]
    assert meta.version == says.get("version", "")
    assert error_text(body) == ""


def test_images_are_urls_or_null():
    answer = decode(b'{"err":null,"images":{"1:2":"https://x","I1:2;3:4":null},"status":200}', ImagesAnswer)

    assert answer.images == {"1:2": "https://x", "I1:2;3:4": None}
    assert answer.err is None


def test_a_legacy_error_of_images_is_read():
    assert decode(b'{"err":"Render timeout","images":{}}', ImagesAnswer).err == "Render timeout"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"status":404,"err":"Not found"}', "Not found"),
        (b'{"error":true,"status":403,"message":"Limited by Figma plan"}', "Limited by Figma plan"),
        (b'{"err":null,"message":"x"}', "x"),
        (b'{"err":"a","message":"b"}', "a"),
        (b"{}", ""),
        (b"", ""),
        (b"<html>502</html>", ""),
        (b'{"err":{"a":1}}', ""),
        (b'"Not found"', ""),
        (b'{"err":"\xff"}', ""),
        (b'{"x":' + b"[" * 200_000, ""),
        (b'{"x":' + b"[" * 200_000 + b"]" * 200_000 + b',"err":"deep"}', ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_figmas_own_words_are_found_in_both_families_of_errors(body, text):
    assert error_text(body) == text


def test_figmas_words_have_no_token_no_control_characters_and_are_not_long():
    said = error_text(json.dumps({"err": "\x1b[2J\x07figd_abc-DEF_1\n" + "x" * 1000}).encode())

    assert said.startswith(r"\x1b[2J\x07[redacted]\nxxx")
    assert len(said) <= 301
    assert said.isprintable()


@given(st.binary())
def test_any_body_has_an_error_text_or_none(body):
    assert isinstance(error_text(body), str)
