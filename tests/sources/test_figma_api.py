"""Asking the simulated Figma: what is repeated, what is not, what it costs, and where the token goes."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from exfig_mp.client import Session
from exfig_mp.errors import FigmaError
from exfig_mp.exchange import SessionOptions
from exfig_mp.limiter import Limit, Limiter, LimiterOptions
from exfig_mp.ratelimit import Lane, Rate
from exfig_mp.retry import RetryPolicy
from exfig_mp.sources.figma_api import FigmaApi
from exfig_mp.sources.figma_calls import ApiOptions, Caller, Token
from tests.conformance import cases

if TYPE_CHECKING:
    from exfig_mp.sources.api_events import Attempt

KEY = "LightLibrary"
TOKEN = Token("figd_simulator")
QUICK = RetryPolicy(retries=4, base=0.001, jitter=0.0)


class Memory(dict[str, bytes]):
    """Remembers answers as the checkpoint does."""

    def recall(self, name: str) -> bytes | None:
        return self.get(name)

    def keep(self, name: str, body: bytes) -> None:
        self[name] = body


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def retried() -> list[Attempt]:
    """What was told about repeated attempts."""
    return []


@pytest.fixture
def limiter(tmp_path):
    with Limiter(LimiterOptions(str(tmp_path / "block"), ceiling=Rate(1000, 1.0), max_wait=10)) as one:
        yield one


@pytest.fixture
async def connect(limiter, memory, retried):
    """Make an API object that talks to a simulator."""
    async with Session(SessionOptions(allowed_hosts=("127.0.0.1",))) as session:

        def make(figma, policy=QUICK, token=TOKEN, timeout=10.0) -> FigmaApi:
            options = ApiOptions(
                origin=figma.api_url, token=token, retry=policy, timeout=timeout, render_timeout=timeout
            )
            return FigmaApi(Caller(session, limiter, options, memory, retried.append))

        yield make


def meta_requests(figma) -> int:
    count: int = figma.seen()["endpoints"].get("meta", 0)
    return count


@pytest.mark.parametrize("form", ["wrapped", "flat"])
async def test_meta_is_read_in_both_forms(faulty, connect, form):
    figma = faulty(meta=form)

    meta = await connect(figma).meta(KEY)

    assert meta.name
    assert meta.version.isdigit()
    assert meta.last_touched_at


@pytest.mark.parametrize("legacy", [False, True])
async def test_components_are_read_in_new_and_old_answers(faulty, connect, legacy):
    figma = faulty(legacy=legacy)

    components = await connect(figma).components(KEY)

    assert {component.name: component.node_id for component in components} == figma.ids()
    assert all(component.containing_frame for component in components)


async def test_images_are_drawn_and_calls_are_counted_by_endpoint_and_tier(library, connect):
    api = connect(library)
    node = next(iter(library.ids().values()))

    images = await api.images(KEY, f"format=svg&ids={node},I1:2%3B3:4", "2 renders")
    await api.meta(KEY)
    await api.components(KEY)

    assert images.urls[node]
    assert images.urls["I1:2;3:4"] is None
    assert 0 < images.seconds < 30
    assert api.calls == {("images", 1): 1, ("meta", 3): 1, ("components", 3): 1}


async def test_remembered_answers_cost_no_call(library, connect, memory):
    first = connect(library)
    meta, components = await first.meta(KEY), await first.components(KEY)
    before = library.seen()["api_requests"]

    again = connect(library)
    assert (await again.meta(KEY), await again.components(KEY)) == (meta, components)

    assert library.seen()["api_requests"] == before
    assert again.calls == {}
    assert set(memory) == {f"/v1/files/{KEY}/meta", f"/v1/files/{KEY}/components"}


async def test_styles_nodes_and_variables_are_asked_for_once_a_run(simulator, connect, memory):
    simulator.simulate({"limits": "off"})
    key, first, again = "DemoLightLibrary000001", connect(simulator), connect(simulator)

    styles, variables = await first.styles(key), await first.variables(key)
    fill = next(style for style in styles if style.style_type == "FILL")
    nodes = await first.style_nodes(key, f"{fill.node_id.replace(':', '%3A')},9:9")

    assert nodes[fill.node_id] is not None
    assert nodes["9:9"] is None
    assert "Theme" in {one.name for one in variables.variable_collections.values()}
    assert first.calls == {("styles", 3): 1, ("nodes", 1): 1, ("variables", 2): 1}
    assert (await again.styles(key), await again.variables(key)) == (styles, variables)
    assert again.calls == {}
    assert len(memory) == 3


async def test_images_are_never_remembered(library, connect, memory):
    api = connect(library)
    for _ in range(2):
        await api.images(KEY, "format=svg&ids=1:1", "1 render")

    assert api.calls["images", 1] == 2
    assert memory == {}


async def test_only_good_answers_are_remembered(faulty, connect, memory):
    figma = faulty({"on": "meta", "do": "malformed"})

    with pytest.raises(FigmaError):
        await connect(figma).meta(KEY)

    assert memory == {}


@pytest.mark.parametrize("fault", [
    {"do": "status", "status": 500}, {"do": "status", "status": 502, "body": "html"}, {"do": "status", "status": 503},
    {"do": "status", "status": 504, "body": "empty"}, {"do": "status", "status": 408}, {"do": "waf"}, {"do": "empty"},
    {"do": "reset"}, {"do": "cut"}, {"do": "short"}, {"do": "bad_gzip"},
], ids=lambda fault: f"{fault['do']} {fault.get('status', '')}")  # fmt: skip
async def test_what_may_get_better_is_asked_again(faulty, connect, retried, fault):
    figma = faulty({"on": "meta", "first": 2} | fault)
    api = connect(figma)

    meta = await api.meta(KEY)

    assert meta.name
    assert api.calls["meta", 3] == meta_requests(figma) == 3
    assert [(event.number, event.subject) for event in retried] == [(n, f"metadata of file {KEY}") for n in (1, 2)]
    assert [event.seconds for event in retried] == [0.001, 0.002]
    assert all(event.reason for event in retried)


async def test_after_the_last_attempt_the_error_says_so_and_where_to_look(faulty, connect, retried):
    figma = faulty({"on": "meta", "do": "status", "status": 503})

    with pytest.raises(FigmaError) as caught:
        await connect(figma).meta(KEY)

    assert caught.value.cause == "server"
    assert caught.value.status == 503
    assert caught.value.failure.attempts == meta_requests(figma) == 5
    assert "5 attempts" in caught.value.message
    assert "HTTP 503" in caught.value.message
    assert "status.figma.com" in caught.value.advice
    assert len(retried) == 4


@pytest.mark.parametrize(
    ("fault", "status"), [({"do": "status", "status": 500}, 500), ({"do": "hang", "seconds": 0.3}, 0)]
)
async def test_what_can_be_split_is_repeated_once_only(faulty, connect, retried, fault, status):
    figma = faulty({"on": "images"} | fault)

    with pytest.raises(FigmaError) as caught:
        await connect(figma, timeout=0.1).images(KEY, "format=svg&ids=1:1,1:2", "2 renders", can_be_split=True)

    assert (caught.value.status, caught.value.failure.attempts, len(retried)) == (status, 2, 1)
    assert figma.seen()["endpoints"]["images"] == 2


async def test_no_answer_in_time_is_a_timeout(faulty, connect):
    figma = faulty({"on": "meta", "do": "hang", "seconds": 0.5})

    with pytest.raises(FigmaError) as caught:
        await connect(figma, RetryPolicy(retries=1, base=0.001), timeout=0.1).meta(KEY)

    assert (caught.value.cause, caught.value.status, caught.value.failure.attempts) == ("timeout", 0, 2)


async def test_no_connection_is_a_network_error(connect):
    class Nobody:
        api_url = "http://127.0.0.1:1"

    with pytest.raises(FigmaError) as caught:
        await connect(Nobody()).meta(KEY)

    assert (caught.value.cause, caught.value.failure.attempts) == ("network", 5)


@pytest.mark.parametrize("fault", [{"do": "malformed"}, {"do": "status", "status": 200, "body": "[]"},
                                   {"do": "status", "status": 200, "body": '{"name": 7}'}], ids=str)  # fmt: skip
async def test_a_whole_answer_that_is_no_json_of_ours_is_not_asked_for_again(faulty, connect, retried, fault):
    figma = faulty({"on": "meta"} | fault)

    with pytest.raises(FigmaError, match="not what was expected") as caught:
        await connect(figma).meta(KEY)

    assert (caught.value.cause, caught.value.status) == ("server", 200)
    assert meta_requests(figma) == 1
    assert retried == []


@pytest.mark.parametrize(
    ("refusal", "cause", "code"),
    [
        ((403, "Invalid token"), "auth", 3),
        ((403, "Token expired"), "auth", 3),
        ((401, "Token has expired"), "auth", 3),
        ((403, "Invalid scope(s): files:read"), "forbidden", 3),
        ((403, "File not exportable"), "forbidden", 3),
        ((404, "Not found"), "not_found", 1),
        ((400, "File type not supported by this endpoint"), "config", 1),
    ],
)
async def test_a_refusal_is_not_repeated_and_has_figmas_words_and_an_advice(faulty, connect, refusal, cause, code):
    status, words = refusal
    figma = faulty(
        {"on": "meta", "do": "status", "status": status, "body": json.dumps({"status": status, "err": words})}
    )

    with pytest.raises(FigmaError) as caught:
        await connect(figma).meta(KEY)

    assert (caught.value.cause, caught.value.status, caught.value.exit_code) == (cause, status, code)
    assert words in caught.value.message
    assert caught.value.advice
    assert "figd" not in caught.value.message + caught.value.advice
    assert meta_requests(figma) == 1


async def test_an_unknown_token_and_an_unknown_file_are_refused_by_the_simulator_itself(library, connect):
    with pytest.raises(FigmaError) as wrong_token:
        await connect(library, token=Token("figd_nobody")).meta(KEY)
    with pytest.raises(FigmaError) as wrong_file:
        await connect(library).components("NoSuchFile")

    assert wrong_token.value.cause == "auth"
    assert wrong_file.value.cause == "not_found"
    assert "NoSuchFile" in wrong_file.value.message


async def test_a_429_with_retry_after_is_waited_for_and_uses_up_no_retries(faulty, connect, limiter, retried):
    figma = faulty({"on": "meta", "do": "rate_limit", "retry_after": 1, "first": 2})
    api = connect(figma, RetryPolicy(retries=0))
    begin = time.monotonic()

    meta = await api.meta(KEY)

    assert meta.name
    assert api.calls["meta", 3] == meta_requests(figma) == 3
    assert time.monotonic() - begin >= 2
    assert limiter.waits.seconds >= 2
    assert [(one.number, one.reason) for one in retried] == [(n, "HTTP 429 enterprise high") for n in (1, 2)]
    assert figma.seen()["violations"] == []


async def test_a_429_stops_its_tier_for_everybody_and_no_other(faulty, connect, limiter):
    figma = faulty({"on": "meta", "do": "rate_limit", "retry_after": 100})

    with pytest.raises(FigmaError) as caught:
        await connect(figma).meta(KEY)

    assert (caught.value.cause, caught.value.exit_code) == ("rate_limit", 75)
    assert 99 < limiter.pause_left(Lane.TIER_3) < 101
    assert limiter.pause_left(Lane.TIER_1) == 0
    with pytest.raises(FigmaError):  # another request is not even sent
        await connect(figma).components(KEY)
    assert figma.seen()["endpoints"].get("components", 0) == 0


async def test_a_429_of_days_blocks_its_file_only_and_teaches_no_rate(faulty, connect, limiter):
    figma = faulty({"on": "meta", "do": "rate_limit", "retry_after": 396_749, "limit_type": "low", "requests": 1})
    api = connect(figma)

    for _ in range(2):
        with pytest.raises(FigmaError, match=f"file {KEY}") as caught:
            await api.meta(KEY)
        assert caught.value.cause == "rate_limit"
    with pytest.raises(FigmaError, match="HTTP 404"):  # another file is asked for
        await api.meta("SomeOtherFile000000001")

    assert meta_requests(figma) == 2
    assert limiter.pause_left(Lane.TIER_3) == 0
    assert len(limiter.limits()) == 1


async def test_a_429_teaches_the_rate_of_the_plan_that_its_headers_name(faulty, connect, limiter):
    figma = faulty({"on": "meta", "do": "rate_limit", "retry_after": 1, "requests": 1, "plan": "pro"})

    await connect(figma).meta(KEY)

    assert limiter.limits()[1:] == (Limit("Tier 3", "50/min", "learnt from 429s"),)


@pytest.mark.parametrize("status", [200, 403, 407])
async def test_a_web_page_in_place_of_an_answer_is_not_figmas(faulty, connect, status):
    figma = faulty({"on": "meta", "do": "status", "status": status, "body": "<html><h1>Please log in</h1></html>"})

    with pytest.raises(FigmaError, match=f"instead of Figma .HTTP {status}") as caught:
        await connect(figma).meta(KEY)

    assert caught.value.cause == "network"
    assert "HTTPS_PROXY" in caught.value.advice
    assert meta_requests(figma) == 1


async def test_a_firewall_that_wants_to_see_a_browser_is_asked_again(faulty, connect, retried):
    captcha = {"status": 405, "body": "<html>", "headers": {"x-amzn-waf-action": "captcha"}}
    figma = faulty({"on": "meta", "do": "status", "first": 1, **captcha})

    assert (await connect(figma, RetryPolicy(base=0.01)).meta(KEY)).name

    assert [one.reason for one in retried] == ["HTTP 405"]


async def test_the_time_of_an_answer_is_that_of_its_last_attempt(faulty, connect):
    figma = faulty({"on": "images", "do": "rate_limit", "retry_after": 1, "requests": 1})

    images = await connect(figma).images(KEY, "format=svg&ids=1:1", "1 render")

    assert images.seconds < 1


@pytest.mark.parametrize("said", [None, "0", "abc", "-3", "Sun, 06 Nov 1994 08:49:37 GMT"])
async def test_a_429_that_does_not_say_for_how_long_is_a_retry_for_all(faulty, connect, limiter, retried, said):
    figma = faulty({"on": "meta", "do": "rate_limit", "retry_after": said})

    with pytest.raises(FigmaError) as caught:
        await connect(figma, RetryPolicy(retries=2, base=0.05, jitter=0.0)).meta(KEY)

    assert (caught.value.cause, caught.value.failure.attempts) == ("rate_limit", 3)
    assert "(last: HTTP 429: Rate limit exceeded)" in caught.value.message
    assert "rate limit" in caught.value.advice
    assert "network" not in caught.value.advice
    assert meta_requests(figma) == 3
    assert [event.seconds for event in retried] == [0.05, 0.1]
    assert limiter._buckets[Lane.TIER_3].paused_until > 0


async def test_a_legacy_error_with_status_200_is_the_error_that_it_is(faulty, connect):
    figma = faulty({"on": "images", "do": "status", "status": 200, "body": '{"err":"Render timeout, x","images":{}}'})

    with pytest.raises(FigmaError, match="Render timeout") as caught:
        await connect(figma).images(KEY, "format=svg&ids=1:1", "1 render")

    assert caught.value.status == 400


@pytest.mark.parametrize("body", ['{"err":%s}', '{"err":%s,"images":{}}'])
@pytest.mark.parametrize("status", [400, 200])
async def test_what_figma_says_steers_no_terminal_and_tells_no_token(faulty, connect, status, body):
    words = json.dumps("\x1b]0;x\x07\nfigd_simulator")
    figma = faulty({"on": "images", "do": "status", "status": status, "body": body % words})

    with pytest.raises(FigmaError) as caught:
        await connect(figma).images(KEY, "format=svg&ids=1:1", "1 render")

    assert caught.value.message.isprintable()
    assert r"\x1b]0;x\x07\n[redacted]" in caught.value.message


async def test_figma_may_draw_in_silence_for_longer_than_an_answer_may_stall(faulty, limiter, memory, retried):
    figma = faulty({"on": "images", "do": "delay", "seconds": 1})
    options = ApiOptions(origin=figma.api_url, token=TOKEN, retry=QUICK)

    async with Session(SessionOptions(allowed_hosts=("127.0.0.1",), idle_timeout=0.2)) as session:
        api = FigmaApi(Caller(session, limiter, options, memory, retried.append))
        images = await api.images(KEY, "format=svg&ids=1:1", "1 render")

    assert images.seconds >= 1
    assert retried == []


@pytest.mark.parametrize("endpoint", ["meta", "components"])
async def test_after_twelve_requests_for_metadata_without_an_answer_no_other_file_is_asked_for(
    faulty, connect, endpoint
):
    figma = faulty({"on": endpoint, "do": "status", "status": 503})
    api = connect(figma)
    ask = getattr(api, endpoint)
    failures = []

    for number in range(30):
        with pytest.raises(FigmaError) as caught:
            await ask(f"File{number}")
        failures.append(caught.value.failure)

    assert 12 <= figma.seen()["endpoints"][endpoint] <= 16
    assert {failure.cause for failure in failures} == {"server"}
    assert len(set(failures)) <= 4
    await api.images(KEY, "format=svg&ids=1:1", "1 render")  # a proof that Figma answers
    with pytest.raises(FigmaError, match="of file Other "):
        await ask("Other")


async def test_files_that_figma_refuses_are_no_outage(faulty, connect):
    figma = faulty({"on": "meta", "do": "status", "status": 404, "body": "json"})
    api = connect(figma)

    for number in range(20):
        with pytest.raises(FigmaError, match=f"file File{number} "):
            await api.meta(f"File{number}")

    assert meta_requests(figma) == 20


async def test_a_proxy_that_wants_a_password_is_asked_once_for_all_and_is_named_without_it(
    connect, monkeypatch, retried
):
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    class Far:
        api_url = "https://api.figma.com"

    asked: list[bytes] = []
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as proxy:
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        port = proxy.sockets[0].getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:secretpw@127.0.0.1:{port}")
        api = connect(Far())
        for ask in (api.meta(KEY), api.components("Another"), api.images(KEY, "format=svg&ids=1:1", "1 render")):
            with pytest.raises(FigmaError, match="the proxy answered HTTP 407") as caught:
                await ask
            assert caught.value.cause == "network"
            assert "HTTPS_PROXY" in caught.value.advice
            assert "secretpw" not in f"{caught.value.failure}"

    assert len(asked) == 1
    assert retried == []


async def test_a_redirect_within_the_api_is_followed_and_one_to_elsewhere_is_not(faulty, connect):
    figma = faulty({"on": "meta", "do": "redirect", "first": 1})
    assert (await connect(figma).meta(KEY)).name

    figma = faulty({"on": "meta", "do": "redirect", "location": "https://evil.example/v1"})
    with pytest.raises(FigmaError, match="allow-list") as caught:
        await connect(figma).meta("Another")

    assert caught.value.cause == "config"
    assert caught.value.advice


def test_a_token_goes_out_in_its_header_and_is_shown_nowhere():
    assert TOKEN.headers() == {"X-Figma-Token": "figd_simulator"}
    assert Token("abc", oauth=True).headers() == {"Authorization": "Bearer abc"}
    assert "figd" not in repr(TOKEN)
    assert "figd" not in repr(ApiOptions(origin="x", token=TOKEN))


async def test_an_oauth_token_is_taken_by_the_simulator(faulty, connect):
    figma = faulty(tokens=[{"token": "oauth-1", "app": "exfig"}, {"token": "figd_simulator"}])

    assert (await connect(figma, token=Token("oauth-1", oauth=True)).meta(KEY)).name


async def test_a_file_key_cannot_change_the_path(library, connect):
    with pytest.raises(FigmaError) as caught:
        await connect(library).meta("../../me?x=")

    assert caught.value.cause == "not_found"
    (request,) = library.log()
    assert request["path"] == "/v1/files/..%2F..%2Fme%3Fx%3D/meta"


@pytest.mark.parametrize("case", cases("retry_client"))
async def test_conforms_to_the_retrying_client(case, faulty, connect, retried):
    given, expected = case["input"], case["expected"]
    faults: list[dict[str, Any]] = []
    for number, response in enumerate(given["responses"], start=1):
        one = response if isinstance(response, dict) else {"status": response}
        if one["status"] == 200:
            continue
        fault = {"on": "meta", "from_request": number, "requests": 1}
        if "retryAfter" in one:
            faults.append(fault | {"do": "rate_limit", "retry_after": str(one["retryAfter"])})
        else:
            faults.append(fault | {"do": "status", "status": one["status"]})
    figma = faulty(*faults)
    policy = RetryPolicy(given["maxRetries"], given["baseDelay"], given.get("maxDelay", 30.0), given["jitterFactor"])

    try:
        await connect(figma, policy).meta(KEY)
        succeeded = True
    except FigmaError:
        succeeded = False

    assert succeeded is expected.get("ok", True)
    assert meta_requests(figma) == expected.get("requests", len(given["responses"]))
    assert [event.number for event in retried] == expected.get("on_retry_attempts", [event.number for event in retried])


@pytest.mark.parametrize("case", cases("retry_policy", where=lambda case: "network_error" in case["input"]))
async def test_conforms_to_errors_without_a_status_that_are_retried(case, faulty, connect, retried):
    faults: dict[str, dict[str, Any]] = {
        "timed_out": {"do": "hang", "seconds": 0.3},
        "connection_lost": {"do": "reset"},
        "unknown_exception": {"do": "malformed"},  # what neither the network nor Figma's status explains
    }
    figma = faulty({"on": "meta", "requests": 1} | faults[case["input"]["network_error"]])

    with suppress(FigmaError):
        await connect(figma, timeout=0.1).meta(KEY)

    assert bool(retried) is case["expected"]
    assert meta_requests(figma) == 1 + case["expected"]


@pytest.mark.parametrize("case", cases("retry_after", where=lambda case: case["op"] == "default_pause"))
async def test_conforms_to_the_pause_after_a_429_that_says_nothing(case, faulty, connect, retried):
    figma = faulty({"on": "meta", "do": "rate_limit", "retry_after": case["input"]["retryAfter"], "requests": 1})

    await connect(figma, RetryPolicy(jitter=0.0)).meta(KEY)

    assert [event.seconds for event in retried] == [case["expected"]]


@pytest.mark.parametrize("case", cases("api_errors"))
async def test_conforms_to_messages(case, faulty, connect):
    given, expected = case["input"], case["expected"]
    status = given.get("statusCode", given.get("status"))
    fault: dict[str, Any] = {"do": "status", "status": status, "body": json.dumps(given)}
    if status == 0:
        fault = {"do": "reset"}
    elif status == 429:
        fault = {"do": "rate_limit", "retry_after": given.get("retryAfter")}

    with pytest.raises(FigmaError) as caught:
        await connect(faulty({"on": "meta"} | fault)).meta(KEY)

    shown = f"{caught.value.message}: {caught.value.advice}"
    assert [words for words in expected.get("message_contains", ()) if words not in shown] == []
    assert expected.get("message", caught.value.message) == caught.value.message
    assert all(words in caught.value.advice for words in expected.get("suggestion_contains", ()))
    assert expected.get("suggestion", caught.value.advice) == caught.value.advice
