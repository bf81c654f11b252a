"""Each fault looks as it does in the wild, and the same seed brings the same faults in any order."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import time
import zlib
from typing import Any

import pytest

from exfig_mp.simulator.faults import Book, Request, die
from exfig_mp.simulator.scenario import Fault

ICON = "551:93900"

# One file per fault of the API, one node per fault of the CDN: so they share one process.
API_FAULTS: dict[str, dict[str, Any]] = {
    "Status500": {"do": "status", "status": 500},
    "Status502": {"do": "status", "status": 502},
    "Status503": {"do": "status", "status": 503, "body": "json"},
    "Status504": {"do": "status", "status": 504, "body": "empty"},
    "StatusE2": {"do": "status", "status": 500, "body": "message"},
    "Bomb": {"do": "bomb", "megabytes": 40},
    "Pad": {"do": "pad", "megabytes": 2},
    "Foreign": {"on": "images", "do": "foreign_url", "nodes": [ICON], "location": "https://figma.invalid/x"},
    "Once": {"do": "status", "status": 503, "first": 1},
    "OnMeta": {"on": "meta", "do": "status", "status": 500},
    "RateLimit": {"do": "rate_limit", "retry_after": 396749, "limit_type": "low", "plan": "starter"},
    "RateLimitBare": {"do": "rate_limit", "retry_after": None, "limit_type": None},
    "RateLimitOdd": {"do": "rate_limit", "retry_after": "abc"},
    "Waf": {"do": "waf"},
    "Malformed": {"do": "malformed"},
    "BadGzip": {"do": "bad_gzip"},
    "Portal": {"do": "html"},
    "Empty": {"do": "empty"},
    "Short": {"do": "short"},
    "Cut": {"do": "cut"},
    "Reset": {"do": "reset"},
    "Hang": {"do": "hang", "seconds": 0.2},
    "Drip": {"do": "drip", "seconds": 0.1},
    "Close": {"do": "close"},
    "Delay": {"do": "delay", "seconds": 0.2},
    "Redirect": {"do": "redirect"},
    "Timeout": {"on": "images", "do": "timeout"},
    "Poison": {"on": "images", "do": "poison", "nodes": [ICON]},
    "Null": {"on": "images", "do": "null_render", "nodes": [ICON]},
    "NullOnce": {"on": "images", "do": "null_render", "nodes": [ICON], "first": 1},
    "MissingKey": {"on": "images", "do": "missing_key", "nodes": [ICON]},
    "ExtraKey": {"on": "images", "do": "extra_key"},
    "Reorder": {"on": "images", "do": "reorder"},
}
CDN_FAULTS: dict[str, dict[str, Any]] = {
    "status": {"do": "status", "status": 503, "headers": {"Retry-After": "7"}},
    "page": {"do": "status", "status": 502, "headers": {"X-Cache": "Error"}, "body": "html"},
    "bare": {"do": "status", "status": 504, "headers": {"Retry-After": "8"}, "body": "empty"},
    "text": {"do": "status", "status": 500, "headers": {"Retry-After": "9"}, "body": "words"},
    "bomb": {"do": "bomb", "megabytes": 40},
    "xml": {"do": "xml"},
    "html": {"do": "html"},
    "empty": {"do": "empty"},
    "short": {"do": "short"},
    "flip": {"do": "flip"},
    "chunked": {"do": "chunked"},
    "content_type": {"do": "content_type"},
    "reset": {"do": "reset"},
    "cut": {"do": "cut"},
    "drip": {"do": "drip", "seconds": 0.1},
    "delay": {"do": "delay", "seconds": 0.2},
    "expired": {"do": "expired"},
    "redirect": {"do": "redirect"},
    "gzip": {"do": "gzip"},
    "hang": {"do": "hang", "seconds": 0.2},
    "close": {"do": "close"},
    "once": {"do": "status", "status": 500, "first": 1},
}
NODES = {name: f"551:{93900 + 10 * index}" for index, name in enumerate(CDN_FAULTS)}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory, start, stop):
    api = [{"on": "api", "files": [name]} | fault for name, fault in API_FAULTS.items()]
    cdn = [{"on": "cdn", "nodes": [NODES[name]]} | fault for name, fault in CDN_FAULTS.items()]
    files = [{"key": key, "icons": 30} for key in (*API_FAULTS, "Good")]
    scenario = {"design": {"files": files}, "limits": "off", "faults": api + cdn}
    simulator = start(tmp_path_factory.mktemp("faulty"), scenario)
    yield simulator
    stop(simulator)


@pytest.fixture
def meta(faulty):
    return lambda key: faulty.get(f"/v1/files/{key}/meta")


@pytest.fixture
def asset(faulty):
    url = {name: faulty.images([node], key="Good")[node] for name, node in NODES.items()}
    return lambda name: faulty.fetch(url[name])


def test_server_errors_have_their_bodies(meta):
    assert meta("Status500").json == {"status": 500, "err": "Internal server error"}
    assert b"The request could not be satisfied" in meta("Status502").body
    assert meta("Status503").json["status"] == 503
    assert (meta("Status504").status, meta("Status504").body) == (504, b"")
    assert meta("StatusE2").json == {"status": 500, "error": True, "message": "Internal server error"}


def test_a_fault_of_the_first_attempt_is_gone_at_the_second(meta):
    assert [meta("Once").status for _ in range(3)] == [503, 200, 200]


def test_a_fault_can_befall_one_endpoint(faulty, meta):
    assert meta("OnMeta").status == 500
    assert faulty.get("/v1/files/OnMeta/components").status == 200


def test_rate_limits_say_what_the_scenario_wants(meta):
    low, bare, odd = meta("RateLimit"), meta("RateLimitBare"), meta("RateLimitOdd")

    assert low.status == bare.status == odd.status == 429
    assert low.headers["Retry-After"] == "396749"
    assert (low.headers["X-Figma-Rate-Limit-Type"], low.headers["X-Figma-Plan-Tier"]) == ("low", "starter")
    assert bare.headers["Retry-After"] is bare.headers["X-Figma-Rate-Limit-Type"] is None
    assert odd.headers["Retry-After"] == "abc"


def test_the_firewall_challenges_with_202_and_nothing(meta):
    answer = meta("Waf")

    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["x-amzn-waf-action"] == "challenge"


def test_spoiled_bodies_come_with_200(meta):
    malformed, portal, empty, gzipped = meta("Malformed"), meta("Portal"), meta("Empty"), meta("BadGzip")

    assert malformed.status == portal.status == empty.status == gzipped.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(malformed.body)
    assert b"<html>" in portal.body
    assert empty.body == b""
    with pytest.raises(zlib.error):
        _gunzipped(gzipped.body)


def test_bombs_are_small_on_the_wire_and_large_unpacked(meta, asset):
    for answer in (meta("Bomb"), asset("bomb")):
        assert answer.status == 200
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.body) < 100_000
        assert len(gzip.decompress(answer.body)) == 40 << 20


def test_padding_leaves_what_is_known_as_it_was(meta):
    padded, good = meta("Pad").json, meta("Good").json

    assert len(padded.pop("padding")) == 2 << 20
    assert set(padded["file"]) == set(good["file"])


def test_a_url_may_lead_elsewhere(faulty):
    images = faulty.images([ICON, "551:93910"], key="Foreign")

    assert images[ICON] == "https://figma.invalid/x"
    assert images["551:93910"].startswith(faulty.cdn_url)


def test_connections_break_in_every_way(meta):
    for key, error in (
        ("Short", http.client.IncompleteRead),
        ("Cut", (ConnectionResetError, http.client.IncompleteRead)),
        ("Reset", ConnectionError),
        ("Hang", ConnectionError),
    ):
        with pytest.raises(error):
            meta(key)
    assert meta("Close").status == 200


def test_slow_answers_are_slow_and_whole(meta):
    for key, seconds in (("Drip", 0.1), ("Delay", 0.2)):
        began = time.monotonic()
        assert meta(key).json["file"]
        assert time.monotonic() - began >= seconds


def test_redirects_stay_at_the_host(meta):
    answer = meta("Redirect")

    assert (answer.status, answer.headers["Location"]) == (307, "/v1/files/Redirect/meta")


def test_a_poisoned_node_times_its_whole_batch_out(faulty):
    for key in ("Poison", "Timeout"):
        answer = faulty.get(f"/v1/images/{key}?ids={ICON},551:93910&format=svg")
        assert (answer.status, answer.json["err"][:14]) == (400, "Render timeout")
    assert faulty.get("/v1/images/Poison?ids=551:93910&format=svg").status == 200


def test_maps_of_images_are_incomplete_in_every_way(faulty):
    ids = [ICON, "551:93910"]

    null, missing = faulty.images(ids, key="Null"), faulty.images(ids, key="MissingKey")
    extra, reordered = faulty.images(ids, key="ExtraKey"), faulty.images(ids, key="Reorder")

    assert null[ICON] is None
    assert null["551:93910"]
    assert list(missing) == ["551:93910"]
    assert set(extra) > set(ids)
    assert list(reordered) == ids[::-1]


def test_a_transient_null_is_gone_at_the_second_attempt(faulty):
    first, second = faulty.images([ICON], key="NullOnce"), faulty.images([ICON], key="NullOnce")

    assert first[ICON] is None
    assert second[ICON]


def test_cdn_errors_are_xml(asset):
    assert b"<Code>SlowDown</Code>" in asset("status").body
    assert asset("status").status == 503
    assert b"<Code>AccessDenied</Code>" in asset("expired").body
    assert [asset("once").status, asset("once").status] == [500, 200]


def test_cdn_errors_have_the_headers_that_the_scenario_wants(asset):
    answers = {name: asset(name) for name in ("status", "page", "bare", "text")}

    assert [answers[name].headers["Retry-After"] for name in ("status", "bare", "text")] == ["7", "8", "9"]
    assert answers["page"].headers["X-Cache"] == "Error"
    assert b"<html>" in answers["page"].body
    assert (answers["bare"].body, answers["text"].body) == (b"", b"words")


def test_cdn_bodies_are_wrong_with_200(asset):
    assert asset("xml").status == asset("html").status == asset("empty").status == 200
    assert asset("xml").body.startswith(b"<?xml")
    assert b"<html>" in asset("html").body
    assert asset("empty").body == b""
    assert asset("content_type").headers["Content-Type"] == "binary/octet-stream"


def test_a_flipped_byte_keeps_the_length_and_the_etag(asset):
    answer = asset("flip")

    assert answer.body.startswith(b"<svg")
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert hashlib.md5(answer.body, usedforsecurity=False).hexdigest() not in answer.headers["ETag"]


def test_a_chunked_body_has_no_length(asset):
    answer = asset("chunked")

    assert answer.headers["Content-Length"] is None
    assert answer.body.endswith(b"</svg>\n")


def test_a_stored_encoding_is_told(asset):
    answer = asset("gzip")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert _gunzipped(answer.body).startswith(b"<svg")


def test_cdn_connections_break_in_every_way(asset):
    for name, error in (
        ("short", http.client.IncompleteRead),
        ("cut", (ConnectionResetError, http.client.IncompleteRead)),
        ("reset", ConnectionError),
        ("hang", ConnectionError),
    ):
        with pytest.raises(error):
            asset(name)
    assert asset("close").body.endswith(b"</svg>\n")


def test_slow_objects_are_slow_and_whole(asset):
    for name, seconds in (("drip", 0.1), ("delay", 0.2)):
        began = time.monotonic()
        assert asset(name).body.endswith(b"</svg>\n")
        assert time.monotonic() - began >= seconds


def test_a_redirect_leads_to_another_host_name_and_the_bytes(faulty, asset):
    answer = asset("redirect")

    assert answer.status == 302
    assert answer.headers["Location"].startswith("http://localhost:")
    assert faulty.fetch(answer.headers["Location"].replace("localhost", "127.0.0.1")).body.endswith(b"</svg>\n")


def test_two_processes_with_one_seed_fail_alike_whatever_the_order(simulate, tmp_path, start, stop):
    faults = [{"on": "meta", "do": "status", "status": 503, "rate": 0.5}, {"on": "cdn", "do": "empty", "rate": 0.5}]
    keys = [f"File{index}" for index in range(20)]
    scenario = {"seed": 11, "limits": "off", "faults": faults, "design": {"files": [{"key": key} for key in keys]}}
    simulators = simulate(scenario), start(tmp_path, scenario)

    outcomes = []
    for simulator, order in zip(simulators, (keys, keys[::-1]), strict=True):
        # Two attempts each: the second has a die of its own.
        statuses = {key: [simulator.get(f"/v1/files/{key}/meta").status for _ in range(2)] for key in order}
        sizes = {key: len(simulator.fetch(simulator.images([ICON], key=key)[ICON]).body) for key in order}
        outcomes.append((statuses, sizes))
    stop(simulators[1])

    assert outcomes[0] == outcomes[1]
    assert {tuple(pair) for pair in outcomes[0][0].values()} == {(200, 200), (200, 503), (503, 200), (503, 503)}
    assert 0 in outcomes[0][1].values()


def test_dice_are_fair_and_need_no_history():
    throws = [die(1, "fault", str(number)) for number in range(2000)]

    assert all(0 <= throw < 1 for throw in throws)
    assert 0.45 < sum(throws) / len(throws) < 0.55


def test_sticky_faults_hit_the_same_requests_for_ever():
    fault = Fault(on="cdn", do="empty", rate=0.5, sticky=True)
    book = Book((fault,), seed=3)

    fates = {
        identity: {bool(book.decide(Request("cdn", identity, attempt), 0).fault) for attempt in range(1, 6)}
        for identity in map(str, range(40))
    }

    assert all(len(fate) == 1 for fate in fates.values())
    assert {True, False} == {fate for fates_of_one in fates.values() for fate in fates_of_one}


def test_windows_of_time_and_of_arrival():
    timed = Book((Fault(on="api", do="waf", after=10, until=20),), seed=0)
    counted = Book((Fault(on="api", do="waf", from_request=2, requests=2),), seed=0)
    request = Request("meta", "x", 1)

    assert [bool(timed.decide(request, now).fault) for now in (9, 10, 19, 20)] == [False, True, True, False]
    assert [bool(counted.decide(request, 0).fault) for _ in range(5)] == [False, True, True, False, False]


def test_a_fault_that_lasts_counts_from_the_first_request_that_it_selects():
    book = Book((Fault(on="images", do="waf", lasts=5),), seed=0)

    book.decide(Request("meta", "x", 1), 10)

    assert [bool(book.decide(Request("images", "x", 1), now).fault) for now in (100, 104.9, 105, 200)] == [
        True,
        True,
        False,
        False,
    ]


def test_delays_add_up_with_other_faults():
    book = Book(
        (Fault(on="cdn", do="delay", seconds=1), Fault(on="cdn", do="delay", seconds=2), Fault(on="cdn", do="xml")),
        seed=0,
    )

    decision = book.decide(Request("cdn", "x", 1), 0)

    assert decision.delay == 3
    assert decision.fault
    assert decision.fault.do == "xml"


def test_faults_above_a_number_of_connections():
    book = Book((Fault(on="cdn", do="status", status=503, above=32),), seed=0)

    assert not book.decide(Request("cdn", "x", 1), 0, connections=32).fault
    assert book.decide(Request("cdn", "x", 1), 0, connections=33).fault


def _gunzipped(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(31)
    unpacked = unpacker.decompress(body)
    if not unpacker.eof:
        raise zlib.error("the stream has no end")
    return unpacked
