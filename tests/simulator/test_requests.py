"""Who may ask, what is refused, and how: statuses, texts, headers, limits and the control endpoints."""

from __future__ import annotations

import gzip
import json
import threading
import time

import pytest

LIGHT = "DemoLightLibrary000001"
META = f"/v1/files/{LIGHT}/meta"
IMAGES = f"/v1/images/{LIGHT}"


@pytest.mark.parametrize("headers", [{}, {"X-Figma-Token": "figd_unknown"}, {"Authorization": "Bearer nobody"}])
def test_unknown_tokens_are_403_with_the_known_36_bytes(figma, headers):
    answer = figma.get(META, headers)

    assert (answer.status, answer.body) == (403, b'{"status":403,"err":"Invalid token"}')


def test_bearer_tokens_are_welcome(figma):
    assert figma.get(META, {"Authorization": "Bearer figd_simulator"}).status == 200


def test_expired_tokens_say_so(figma):
    answer = figma.get(META, {"X-Figma-Token": "figd_simulator_expired"})

    assert (answer.status, answer.json["err"]) == (403, "Token expired")


def test_a_token_expires_in_the_middle_of_a_run(simulate):
    simulator = simulate({"tokens": [{"token": "t", "expires_after": 2}]})

    assert [simulator.get(META, {"X-Figma-Token": "t"}).status for _ in range(3)] == [200, 200, 403]


def test_missing_scope_names_the_scope_in_the_endpoints_own_family(figma):
    token = {"X-Figma-Token": "figd_simulator_content_only"}

    meta, variables = figma.get(META, token), figma.get(f"/v1/files/{LIGHT}/variables/local", token)

    assert meta.status == variables.status == 403
    assert "requires the file_metadata:read scope" in meta.json["err"]
    assert "requires the file_variables:read scope" in variables.json["message"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/files/Nowhere/meta", {"status": 404, "err": "Not found"}),
        ("/v1/files/Nowhere/components", {"status": 404, "error": True, "message": "Not found"}),
        ("/v1/nowhere", {"status": 404, "err": "Not found"}),
    ],
)
def test_unknown_files_are_404(figma, path, body):
    answer = figma.get(path)

    assert (answer.status, answer.json) == (404, body)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", '{"params":["file_key"],"query":["ids"]} are required.'),
        ("ids=1:1,", "ID  is not a valid node_id"),
        ("ids=1:1,x", "ID x is not a valid node_id"),
        ("ids=1:1&scale=5", "Scale must be a number between 0.01 and 4"),
        ("ids=1:1&scale=nan", "Scale must be a number between 0.01 and 4"),
        ("ids=1:1&format=gif", "Invalid format: gif. Must be one of jpg, png, svg, pdf"),
        ("ids=1:1&svg_include_id=1", "svg_include_id must be true or false"),
    ],
)
def test_bad_parameters_are_400(figma, query, text):
    answer = figma.get(f"{IMAGES}?{query}")

    assert (answer.status, answer.json["err"]) == (400, text)


def test_a_url_longer_than_8192_bytes_is_413_html_and_the_connection_closes(figma):
    ids = ",".join(["551:93900"] * 900)

    answer = figma.get(f"{IMAGES}?ids={ids}&format=svg")

    assert answer.status == 413
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.headers["Connection"] == "close"
    assert figma.seen()["violations"][0]["rule"] == "URL too long"


def test_a_proxy_may_refuse_shorter_urls_with_414(simulate):
    simulator = simulate({"limits": "off", "url_limit": 2048, "url_refusal": 414})

    short = simulator.get(f"{IMAGES}?ids={','.join(['551:93900'] * 100)}&format=svg")
    long = simulator.get(f"{IMAGES}?ids={','.join(['551:93900'] * 250)}&format=svg")

    assert (short.status, long.status) == (200, 414)
    assert b"<HTML>" in long.body
    assert long.headers["Connection"] == "close"
    assert [violation["rule"] for violation in simulator.seen()["violations"]] == ["URL too long"]


def test_a_request_counts_from_when_it_came_however_late_its_answer_is(simulate):
    simulator = simulate({"limits": "off", "faults": [{"on": "meta", "do": "delay", "seconds": 1}]})
    asking = threading.Thread(target=simulator.get, args=(META,))
    asking.start()
    deadline = time.monotonic() + 0.9

    while simulator.seen()["endpoints"] != {"meta": 1}:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    asking.join()


def test_figp_tokens_cannot_pin_a_version(figma):
    token = {"X-Figma-Token": "figp_simulator"}

    version = figma.get(META).json["file"]["version"]

    assert figma.get(f"{IMAGES}?ids=551:93900&version={version}").status == 200
    assert figma.get(f"{IMAGES}?ids=551:93900", token).status == 200
    assert "plan_key" in figma.get(f"{IMAGES}?ids=551:93900&version={version}", token).json["err"]


def test_headers_are_those_of_figma(figma):
    headers = figma.get(META).headers

    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache, no-store"
    assert headers["Vary"] == "X-Figma-Token,Authorization,Accept-Encoding"
    assert headers["X-Cache"] == "Miss from cloudfront"
    assert headers["x-figma-rest-api-request-id"]
    assert headers["ETag"] is None
    assert headers["Server"] is None


def test_gzip_is_negotiated(figma):
    path = f"/v1/files/{LIGHT}/components"
    plain = figma.get(path)

    packed = figma.get(path, {"X-Figma-Token": "figd_simulator", "Accept-Encoding": "gzip, br"})

    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_limits_are_per_tier_and_tell_when_to_come_back(simulate):
    simulator = simulate({"plan": "pro"})
    ask = f"{IMAGES}?ids=551:93900&format=svg"

    statuses = [simulator.get(ask).status for _ in range(11)]

    refused = simulator.get(ask)
    assert statuses == [200] * 10 + [429]
    assert refused.body == b'{"status":429,"err":"Rate limit exceeded"}'
    assert 1 <= int(refused.headers["Retry-After"]) <= 6
    assert refused.headers["X-Figma-Plan-Tier"] == "pro"
    assert refused.headers["X-Figma-Rate-Limit-Type"] == "high"
    assert simulator.get(META).status == 200
    simulator.post("/_simulator/clock", {"advance": 7})
    assert simulator.get(ask).status == 200


def test_a_viewer_has_six_renderings_a_month(simulate):
    simulator = simulate({})
    token = {"X-Figma-Token": "figd_simulator_view"}

    answers = [simulator.get(f"{IMAGES}?ids=551:93900&format=svg", token) for _ in range(7)]

    assert [one.status for one in answers] == [200] * 6 + [429]
    assert answers[-1].headers["X-Figma-Rate-Limit-Type"] == "low"
    assert 396_000 < int(answers[-1].headers["Retry-After"]) <= 432_000


def test_coming_back_too_early_is_a_violation(simulate):
    simulator = simulate({"limits": {"tiers": {"3": 1}}, "gate_grace": 0})
    simulator.get(META)
    simulator.get(META)

    simulator.get(META)

    assert [one["rule"] for one in simulator.seen()["violations"]] == ["request while gate closed"]


def test_requests_are_counted_and_logged(figma):
    figma.get(META, {"X-Figma-Token": "figd_simulator", "User-Agent": "test/1", "X-Correlation-Id": "pid-7"})
    figma.get(META, {})

    seen = figma.seen("?log=1")

    assert seen["endpoints"] == {"meta": 2}
    assert seen["tiers"] == {"3": 2}
    assert seen["statuses"] == {"200": 1, "403": 1}
    assert seen["tokens"] == {"ann:figd": 1, "unknown": 1}
    first = seen["log"][0]
    assert (first["path"], first["user_agent"], first["correlation"]) == (META, "test/1", "pid-7")
    assert "figd_simulator" not in json.dumps(seen)


def test_edits_make_versions_and_old_versions_stay(figma):
    before = figma.get(META).json["file"]["version"]
    edits = [{"do": "rename", "name": "bell", "to": "gong"}, {"do": "redraw", "id": "551:93900"}]

    after = figma.post("/_simulator/design", {"file": LIGHT, "edits": edits})["version"]

    assert after != before
    assert figma.get(META).json["file"]["version"] == after
    assert b'"gong"' in figma.get(f"/v1/files/{LIGHT}/components").body
    old, new = (
        figma.get(f"/v1/files/{LIGHT}/nodes?ids=551:93900&version={one}").json["nodes"] for one in (before, after)
    )
    assert old != new


def test_a_component_deleted_after_publishing_is_listed_but_renders_nothing(figma):
    edits = [{"do": "delete", "id": "551:93900", "publish": False}]

    figma.post("/_simulator/design", {"file": LIGHT, "edits": edits})

    assert b'"551:93900"' in figma.get(f"/v1/files/{LIGHT}/components").body
    assert figma.images(["551:93900"]) == {"551:93900": None}


def test_impossible_edits_are_refused_in_words(figma):
    answer = figma.post("/_simulator/design", {"file": LIGHT, "edits": [{"do": "delete", "name": "no such"}]})

    assert answer == {"error": "there is no no such"}


def test_a_scenario_changes_a_file_in_the_middle_of_a_run(simulate):
    change = {"on": "images", "request": 2, "file": LIGHT, "edits": [{"do": "delete", "id": "551:93900"}]}
    simulator = simulate({"changes": [change]})

    first, second = simulator.images(["551:93900"]), simulator.images(["551:93900"])

    assert first["551:93900"]
    assert second == {"551:93900": None}


def test_a_slow_batch_is_refused_and_halves_pass(simulate):
    simulator = simulate({"design": {"files": [{"key": "F", "icons": 0, "illustrations": 200}]}, "limits": "off"})
    ids = [f"620:{93900 + 10 * index}" for index in range(200)]

    whole = simulator.get(f"/v1/images/F?format=svg&ids={','.join(ids)}")

    assert whole.status == 400
    assert whole.body == b'{"status":400,"err":"Render timeout, try requesting fewer or smaller images"}'
    assert simulator.get(f"/v1/images/F?format=svg&ids={','.join(ids[:30])}").status == 200


def test_a_hundred_hammering_clients_are_all_answered(figma):
    statuses: list[int] = []

    def hammer() -> None:
        statuses.extend(figma.get(META).status for _ in range(3))

    threads = [threading.Thread(target=hammer) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 300
