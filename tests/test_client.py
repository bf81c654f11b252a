"""Every way an answer can go wrong is a value; credentials and requests go nowhere that they must not go.

What goes through `ask` is asked both ways: over aiohttp, and over the protocol of our own.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from exfig_mp.client import MAX_REDIRECTS, Session, describe
from exfig_mp.download import Downloads
from exfig_mp.exchange import Get, NoReply, Reply, SessionOptions, _unpacked, is_loopback, plain, printable
from tests.loopback import Server, drip, ok, redirect, reset, reset_in_the_middle, silence, stall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOCAL = SessionOptions(allowed_hosts=("127.0.0.1", "localhost"), idle_timeout=0.3, connect_timeout=0.5)
BUCKET = "figma-alpha-api"
SECRET = {"X-Figma-Token": "figd_secret"}


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    one = Server()
    listener = await asyncio.start_server(one.connection, "127.0.0.1", 0)
    one.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield one
        await one.close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(autouse=True, params=[Session, Downloads])
def _way(request, monkeypatch):
    monkeypatch.setattr(Way, "kind", request.param)


class Way:
    """How `ask` asks: both ways promise the same."""

    kind: type[Session | Downloads] = Session


async def ask(url: str, options: SessionOptions = LOCAL, **more) -> Reply | NoReply:
    async with Way.kind(options) as session:
        return await session.get(Get(url, more.pop("timeout", 5), **more))


def answered(server: Server) -> list[dict[str, str]]:
    """Return the headers of each request; what is asked for anew, as an answer is odd, counts once."""
    return [next(again)[1] for _, again in itertools.groupby(server.asked, key=lambda one: one[0])]


async def test_a_whole_answer_has_status_headers_in_lower_case_and_body(server):
    server.answers["/a"] = ok(b"body", b"X-Some: Thing").replace(b"200 OK", b"404 Not Found")

    assert await ask(f"{server.url}/a?ids=1:2%3B3") == Reply(
        404, {"content-length": "4", "connection": "close", "x-some": "Thing"}, b"body"
    )
    assert server.asked[0][0] == "/a?ids=1:2%3B3"  # as it was written, not encoded anew


async def test_a_chunked_answer_and_one_until_the_end_are_read_whole(server):
    server.answers["/chunked"] = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    server.answers["/end"] = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde"

    for path in server.answers:
        reply = await ask(server.url + path)
        assert isinstance(reply, Reply)
        assert reply.body == b"abcde"


async def test_compressed_bodies_arrive_decompressed(server):
    server.answers["/a"] = ok(gzip.compress(b"x" * 1000), b"Content-Encoding: gzip")

    reply = await ask(f"{server.url}/a")

    assert isinstance(reply, Reply)
    assert reply.body == b"x" * 1000
    assert server.asked[0][1]["accept-encoding"] == "gzip"


@pytest.mark.parametrize("body", [b"", gzip.compress(b""), gzip.compress(b"") * 2], ids=["none", "one", "two"])
async def test_a_compressed_body_may_be_empty(server, body):
    server.answers["/a"] = ok(body, b"Content-Encoding: gzip")

    reply = await ask(f"{server.url}/a")

    assert isinstance(reply, Reply)
    assert reply.body == b""


async def test_a_body_of_several_gzip_members_is_read_whole(server):
    server.answers["/a"] = ok(gzip.compress(b"ab") + gzip.compress(b"cd"), b"Content-Encoding: x-gzip")

    reply = await ask(f"{server.url}/a")

    assert isinstance(reply, Reply)
    assert reply.body == b"abcd"


def damaged(body: bytes) -> bytes:
    return body[:-6] + bytes([body[-6] ^ 1]) + body[-5:]  # in the checksum


CUT = {
    "RST instead of an answer": reset,
    "RST in the middle": reset_in_the_middle,
    "nothing": b"",
    "half a header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "short body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nabc",
    "cut chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n9\r\nabc",
    "no last chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n",
    "chunk of no size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nabc",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc",
    "status that is no number": b"HTTP/1.1 OK 200\r\nContent-Length: 0\r\n\r\n",
    "cut gzip": ok(gzip.compress(bytes(range(256)) * 50)[:-20], b"Content-Encoding: gzip"),
    "damaged gzip": ok(damaged(gzip.compress(bytes(range(256)) * 50)), b"Content-Encoding: gzip"),
    "gzip with something behind": ok(gzip.compress(b"a") + b"<html>", b"Content-Encoding: gzip"),
    "a coding that was not asked for": ok(b"abc", b"Content-Encoding: br"),
    "gzip that is none": ok(b"hello, world, this is no gzip", b"Content-Encoding: gzip"),
    "endless header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
async def test_an_answer_that_is_cut_or_garbled_is_a_network_trouble_in_words(server, answer):
    server.answers["/a"] = answer

    reply = await ask(f"{server.url}/a")

    assert isinstance(reply, NoReply), reply
    assert reply.trouble == "network"
    assert reply.detail


@pytest.mark.parametrize("answer", [reset, b""], ids=["RST", "closed"])
async def test_a_request_that_somebody_counts_is_sent_once_however_the_connection_breaks(server, answer):
    server.answers["/a"] = answer
    async with Session(LOCAL) as session:
        reply = await session.get(Get(f"{server.url}/a", 5, once=True))

    assert isinstance(reply, NoReply)
    assert reply.trouble == "network"
    assert len(server.asked) == 1


async def test_a_port_where_nobody_listens_is_a_network_trouble():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        reply = await ask(f"http://127.0.0.1:{taken.getsockname()[1]}/a")

    assert isinstance(reply, NoReply)
    assert reply.trouble == "network"


async def test_a_host_without_an_address_is_a_network_trouble():
    reply = await ask("https://nowhere.invalid/a", SessionOptions(allowed_hosts=("nowhere.invalid",)))

    assert isinstance(reply, NoReply)
    assert reply.trouble == "network"


async def test_a_server_that_speaks_no_tls_is_a_network_trouble():
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        reply = await ask(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/a")

    assert isinstance(reply, NoReply)
    assert reply.trouble == "network"


@pytest.mark.parametrize(
    ("answer", "seconds", "words"),
    [(silence, 0.2, "within 0.2 s"), (drip, 0.4, "within 0.4 s"), (silence, 5, "stalled"), (stall, 5, "stalled")],
)
async def test_an_answer_that_does_not_come_is_a_timeout(server, answer, seconds, words):
    server.answers["/a"] = answer
    begin = asyncio.get_running_loop().time()

    reply = await ask(f"{server.url}/a", timeout=seconds)

    assert isinstance(reply, NoReply)
    assert reply.trouble == "timeout"
    assert words in reply.detail
    assert asyncio.get_running_loop().time() - begin < 1.5


async def late(_target: str, _headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
    """Be silent for longer than `LOCAL` bears, then answer."""
    await asyncio.sleep(0.8)
    writer.write(ok(b"drawn"))


async def test_a_patient_request_waits_in_silence_for_as_long_as_its_own_timeout_says(server):
    server.answers["/a"] = late

    assert await ask(f"{server.url}/a") == NoReply("timeout", "the answer stalled")
    reply = await ask(f"{server.url}/a", patient=True)
    assert await ask(f"{server.url}/a", patient=True, timeout=0.4) == NoReply("timeout", "no answer within 0.4 s")

    assert isinstance(reply, Reply)
    assert reply.body == b"drawn"


async def test_a_patient_request_waits_for_a_body_that_has_begun_as_long_as_any_other(server):
    server.answers["/stall"] = stall
    server.answers["/drip"] = drip

    assert await ask(f"{server.url}/stall", patient=True) == NoReply("timeout", "the answer stalled")
    within = await ask(f"{server.url}/drip", patient=True, timeout=1)

    assert within == NoReply("timeout", "no answer within 1 s")  # each byte came in time, and all together too late


async def test_a_cancelled_request_is_cancelled_and_no_value(server):
    server.answers["/a"] = silence
    task = asyncio.create_task(ask(f"{server.url}/a"))
    await asyncio.sleep(0.1)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def endless(_target: str, _headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    with contextlib.suppress(OSError):
        while True:
            writer.write(bytes(65_536))
            await writer.drain()


def bomb(*sizes: int) -> bytes:
    """Return gzip that grows by the factor 1000."""
    return ok(b"".join(gzip.compress(bytes(size), 9) for size in sizes), b"Content-Encoding: gzip")


@pytest.mark.parametrize(
    "answer",
    [ok(bytes(100_001)), endless, bomb(60_000_000), bomb(100_001), bomb(60_000, 60_000)],
    ids=["announced", "endless", "gzip bomb", "a byte too much", "two gzip members"],
)
async def test_a_body_beyond_the_cap_is_not_read_to_its_end(server, answer):
    server.answers["/a"] = answer

    reply = await ask(f"{server.url}/a", SessionOptions(allowed_hosts=("127.0.0.1",), max_body=100_000), timeout=5)

    assert isinstance(reply, NoReply)
    assert reply.trouble == "too_large"


def test_a_bomb_is_not_even_unpacked():
    packed = gzip.compress(bytes(60_000_000), 9)

    assert len(_unpacked(packed, "gzip", 1000)) == 1001


async def test_a_body_of_just_the_cap_is_read(server):
    server.answers["/a"] = ok(bytes(100_000))

    reply = await ask(f"{server.url}/a", SessionOptions(allowed_hosts=("127.0.0.1",), max_body=100_000))

    assert isinstance(reply, Reply)
    assert len(reply.body) == 100_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_within_the_origin_is_followed_with_the_headers(server, status):
    server.answers["/a"] = redirect("../b?x=1", status)
    server.answers["/b"] = ok(b"there")

    reply = await ask(f"{server.url}/a", headers=SECRET)

    assert isinstance(reply, Reply)
    assert reply.body == b"there"
    assert [headers.get("x-figma-token") for headers in answered(server)] == ["figd_secret"] * 2


async def test_a_redirect_to_another_origin_takes_no_header_along_also_not_on_the_way_back(server):
    server.answers["/a"] = redirect(f"http://localhost:{server.port}/b")
    server.answers["/b"] = redirect(f"http://127.0.0.1:{server.port}/c")
    server.answers["/c"] = ok(b"there")

    reply = await ask(f"{server.url}/a", headers={**SECRET, "Authorization": "Bearer x"})

    assert isinstance(reply, Reply)
    assert reply.body == b"there"
    assert [set(headers) & {"x-figma-token", "authorization"} for headers in answered(server)] == [
        {"x-figma-token", "authorization"}, set(), set(),
    ]  # fmt: skip


async def test_another_port_is_another_origin(server):
    async with await asyncio.start_server(server.connection, "127.0.0.1", 0) as second:
        port = second.sockets[0].getsockname()[1]
        server.answers["/a"] = redirect(f"http://127.0.0.1:{port}/b")
        server.answers["/b"] = ok(b"there")

        reply = await ask(f"{server.url}/a", headers=SECRET)

    assert isinstance(reply, Reply)
    assert "x-figma-token" not in answered(server)[1]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "http://127.0.0.2:1/",
        "http://[::1]:1/",
        "http://api.figma.com/",
        "https://api.figma.com.evil.example/",
        "https://evilfigma.com/",
        "https://figma.com@evil.example/",
        "https://evil.example\\.figma.com/",
        "https://evil.example%2f.figma.com/",
        "https://figma.com:x/",
        "https://[/",
        "file:///etc/passwd",
        "data:image/svg+xml,<svg/>",
        "ftp://127.0.0.1/",
        "https:///a",
        "javascript:alert(1)",
    ],
)
async def test_a_redirect_to_where_nobody_allowed_is_not_followed(server, target):
    server.answers["/a"] = redirect(target)

    reply = await ask(f"{server.url}/a", headers=SECRET)

    assert isinstance(reply, NoReply)
    assert reply.trouble in {"forbidden_url", "network"}
    assert len(answered(server)) == 1


@pytest.mark.parametrize("status", [300, 304, 302])
async def test_what_is_no_redirect_is_an_answer(server, status):
    server.answers["/a"] = f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()

    reply = await ask(f"{server.url}/a")

    assert isinstance(reply, Reply)
    assert reply.status == status


async def test_five_redirects_are_followed_and_a_loop_ends(server):
    for number in range(MAX_REDIRECTS):
        server.answers[f"/{number}"] = redirect(f"/{number + 1}")
    server.answers[f"/{MAX_REDIRECTS}"] = ok(b"there")
    server.answers["/loop"] = redirect("/loop")

    assert isinstance(await ask(f"{server.url}/0"), Reply)
    assert MAX_REDIRECTS == 5
    server.asked.clear()
    assert await ask(f"{server.url}/loop") == NoReply("forbidden_url", "more than 5 redirects")
    assert len(server.asked) == 6 + (Way.kind is Downloads)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.figma.com/v1/me", "scheme"),
        ("https://evil.example/", "evil.example"),
        ("https://xfigma.com/", "xfigma.com"),
        ("https://amazonaws.com.evil.example/", "allow-list"),
        ("https://evil.s3.us-west-2.amazonaws.com/figma-alpha-api/a", "evil.s3.us-west-2.amazonaws.com"),
        ("https://cdn.example.com/a", "figma.allowedHosts"),
        ("https://s3.amazonaws.com/evil/a", "bucket only"),
        ("https://s3-us-west-2.amazonaws.com/figma-alpha-api/../evil/a", "bucket only"),
        ("https://s3-us-west-2.amazonaws.com//figma-alpha-api/a", "bucket only"),
        ("https://s3-us-west-2.amazonaws.com/figma-alpha-api/%2E%2e/evil/a", "bucket only"),
        ("https://s3-us-west-2.amazonaws.com/?/figma-alpha-api/a", "bucket only"),
        ("https://ann:secret@api.figma.com/v1/me", "password"),
        ("https://ann@api.figma.com/v1/me", "password"),
        ("http://figma-alpha-api.s3.us-west-2.amazonaws.com/a", "scheme"),
        ("http://192.168.0.1/", "scheme"),
        ("/v1/me", "no scheme"),
        ("", "no scheme"),
    ],
)
async def test_only_figmas_hosts_are_asked_and_only_with_tls(url, words):
    reply = await ask(url, SessionOptions())

    assert isinstance(reply, NoReply)
    assert reply.trouble == "forbidden_url"
    assert words in reply.detail


@pytest.mark.parametrize(
    "host",
    ["api.figma.com", "API.FIGMA.COM", "figma.com", "api.figma-gov.com", "figma-alpha-api.s3.us-west-2.amazonaws.com"],
)
async def test_figmas_hosts_and_its_stores_may_be_asked(host, monkeypatch):
    asked = []

    async def nowhere(_self, name: str, *_args: object, **_more: object) -> list[object]:
        asked.append(name.lower())
        raise OSError("the network is not part of this test")

    monkeypatch.setattr("asyncio.BaseEventLoop.getaddrinfo", nowhere)

    reply = await ask(f"https://{host}/a", SessionOptions())

    assert isinstance(reply, NoReply)
    assert reply.trouble == "network"
    assert asked == [host.lower()]


async def test_of_a_host_of_all_buckets_each_path_is_looked_at_whatever_was_asked_before():
    own, other = (URL(f"https://s3.us-west-2.amazonaws.com/{bucket}/a", encoded=True) for bucket in (BUCKET, "evil"))
    async with Session(SessionOptions()) as session:
        refusals = [session._route(url).refusal for url in (own, other, own, other)]
    async with Session(SessionOptions(allowed_hosts=("s3.us-west-2.amazonaws.com",))) as session:
        allowed = session._route(other).refusal

    assert [bool(refusal) for refusal in refusals] == [False, True, False, True]
    assert allowed is None


async def test_hosts_that_a_config_allows_are_asked_with_tls_only():
    allowed = SessionOptions(allowed_hosts=("cdn.example.com", "*.corp.example"))
    async with Session(allowed) as session:
        routes = [
            session._route(URL(url)).refusal
            for url in ("https://CDN.example.com/a", "https://a.corp.example/", "http://cdn.example.com/a")
        ]

    assert routes[:2] == [None, None]
    assert "scheme" in str(routes[2])


async def test_what_a_netrc_file_has_for_the_host_is_not_sent(server, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ann password secret\ndefault login ann password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.answers["/a"] = ok(b"")

    await ask(f"{server.url}/a")

    assert "authorization" not in server.asked[0][1]


async def test_the_proxy_of_the_environment_is_used_for_other_machines(server, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", server.url)

    reply = await ask("https://api.figma.com/a")  # the test's proxy opens no tunnel

    assert isinstance(reply, NoReply)
    assert server.asked[0][0] == "api.figma.com:443"
    assert not {"x-figma-token", "authorization"} & set(server.asked[0][1])


@pytest.mark.parametrize(
    ("status", "trouble"), [(407, "proxy"), (403, "proxy"), (429, "network"), (502, "network"), (503, "network")]
)
@pytest.mark.parametrize("once", [False, True])
async def test_a_proxy_that_refuses_is_named_without_its_password(server, monkeypatch, once, status, trouble):
    monkeypatch.setenv("HTTPS_PROXY", server.url.replace("//", "//user:secretpw@"))
    server.answers["api.figma.com:443"] = f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()

    reply = await ask("https://api.figma.com/a", once=once)

    assert reply == NoReply(trouble, f"the proxy answered HTTP {status}")


@pytest.mark.parametrize("address", ["http://user:sec/ret@127.0.0.1:1", "user:secret@127.0.0.1:1", "http://u:s@[::1"])
async def test_an_address_that_is_no_proxys_is_not_shown(monkeypatch, address):
    monkeypatch.setenv("HTTPS_PROXY", address)

    reply = await ask("https://api.figma.com/a")

    assert reply == NoReply("proxy", "the address of the proxy is not like http://host:port")


@pytest.mark.parametrize("secret", ["figd_ab-C_1", "user:secretpw@"])
def test_an_errors_text_has_no_credentials_and_no_control_characters_and_is_not_long(secret):
    said = describe(ValueError(f"\x1b]0;x\x07 http://{secret}proxy:1/\nfailed {'x' * 100_000}"))

    assert secret.rstrip("@") not in said
    assert said.startswith("\\x1b]0;x\\x07 http://[redacted]")
    assert said.isprintable()
    assert len(said) <= 301


@given(st.text())
def test_what_is_printable_has_nothing_that_steers_a_terminal_and_stays_as_it_is(text):
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)
    assert plain(text).isprintable()
    if text.isprintable():
        assert printable(text) == text


async def test_answers_set_no_cookies(server):
    server.answers["/a"] = ok(b"", b"Set-Cookie: id=1")
    async with Session(LOCAL) as session:
        for _ in range(2):
            await session.get(Get(f"{server.url}/a", 5))

    assert "cookie" not in server.asked[1][1]


async def test_no_more_connections_are_open_than_allowed(server):
    now, most = 0, 0

    async def count(_target: str, _headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        writer.write(ok(b""))

    server.answers["/a"] = count
    async with Session(SessionOptions(connections=3, allowed_hosts=("127.0.0.1",))) as session:
        replies = await asyncio.gather(*(session.get(Get(f"{server.url}/a", 5)) for _ in range(12)))

    assert all(isinstance(reply, Reply) for reply in replies)
    assert most == 3


@pytest.mark.parametrize(
    ("host", "is_it"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("localhost", True), ("::1", True),
     ("127.evil.example", False), ("10.0.0.1", False), ("localhost.evil.example", False), ("", False)],
)  # fmt: skip
def test_loopback_is_this_machine_only(host, is_it):
    assert is_loopback(host) is is_it


def test_an_error_without_words_is_named_by_its_kind():
    assert describe(ConnectionResetError()) == "ConnectionResetError"


async def test_no_proxy_stands_between_us_and_this_machine(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")

    async with Session(SessionOptions(allowed_hosts=("127.0.0.1",))) as session:
        assert session._route(URL("http://127.0.0.1:8600/x")).proxy is None
        assert session._route(URL("https://api.figma.com/x")).proxy == "http://proxy.example:3128"

    monkeypatch.setenv("no_proxy", "figma.com")
    async with Session(SessionOptions()) as session:
        assert session._route(URL("https://api.figma.com/x")).proxy is None


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_server_that_is_not_there_is_named_without_what_is_ours(scheme):
    with socket.socket() as listener:  # bound, and nobody listens
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        async with Session(SessionOptions(allowed_hosts=("127.0.0.1",))) as session:
            reply = await session.get(Get(f"{scheme}://127.0.0.1:{port}/a", 5.0))

    assert isinstance(reply, NoReply)
    assert reply.trouble == "network"
    assert reply.detail.startswith(f"Cannot connect to host 127.0.0.1:{port} [")
    assert "ssl" not in reply.detail
