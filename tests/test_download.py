"""The protocol of our own: what it reads is what aiohttp reads, however it comes; what it does not read is asked anew.

What both ways promise alike is in `test_client.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exfig_mp import download
from exfig_mp.client import Session
from exfig_mp.download import Downloads
from exfig_mp.exchange import Get, NoReply, Reply, SessionOptions
from exfig_mp.http1 import Head, read_head
from tests.loopback import reset

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

LOCAL = SessionOptions(allowed_hosts=("127.0.0.1", "localhost"), idle_timeout=0.3, connect_timeout=0.5)
BODY = b"<svg xmlns='http://www.w3.org/2000/svg'/>\n"
PLAIN = b'HTTP/1.1 200 OK\r\nContent-Length: 42\r\nETag:  W/"a" \r\n\r\n' + BODY
REPLY = Reply(200, {"content-length": "42", "etag": 'W/"a"'}, BODY)
STALLED = NoReply("timeout", "the answer stalled")


@dataclass
class Peer:
    """A connection as its server sees it; both count from 1, `answered` over all connections."""

    connection: int
    answered: int
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes, pause: float = 0.0) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(pause)

    async def end(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    async def reset(self) -> None:
        await reset("", {}, self.writer)


@dataclass
class Listener:
    """A server that lets `answer` do what it likes with each request."""

    answer: Callable[[Peer], Awaitable[None]]
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    tasks: set[Any] = field(default_factory=set)
    url: str = ""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.current_task())
        self.connections += 1
        number = self.connections
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                self.requests.append(await reader.readuntil(b"\r\n\r\n"))
                await self.answer(Peer(number, len(self.requests), writer))
        writer.close()


@contextlib.asynccontextmanager
async def listening(answer: Callable[[Peer], Awaitable[None]]) -> AsyncIterator[Listener]:
    listener = Listener(answer)
    server = await asyncio.start_server(listener.meet, "127.0.0.1", 0)
    async with server:
        listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.svg?X-Amz-Signature=1%2F2"
        yield listener
        for task in listener.tasks:
            task.cancel()
        await asyncio.gather(*listener.tasks, return_exceptions=True)
        await asyncio.sleep(0)


def sending(*pieces: bytes) -> Callable[[Peer], Awaitable[None]]:
    async def answer(peer: Peer) -> None:
        await peer.send(*pieces)

    return answer


async def test_a_plain_answer_is_read_without_aiohttp_and_its_connection_is_used_again():
    async with listening(sending(PLAIN)) as server, Downloads(LOCAL) as downloads:
        replies = [await downloads.get(Get(server.url, 5, {"X-Correlation-Id": "0123"})) for _ in range(3)]

        assert replies == [REPLY] * 3
        assert server.connections == 1
        assert downloads._session is None
        host = server.url.split("/")[2]
        assert server.requests == [
            f"GET /a.svg?X-Amz-Signature=1%2F2 HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"
            "User-Agent: exfig-mp\r\nX-Correlation-Id: 0123\r\n\r\n".encode()
        ] * 3  # fmt: skip


async def test_an_answer_may_be_cut_at_any_byte():
    async def cut(peer: Peer) -> None:
        await peer.send(PLAIN[: peer.answered], PLAIN[peer.answered :], pause=0.001)

    async with listening(cut) as server, Downloads(LOCAL) as downloads:
        replies = [await downloads.get(Get(server.url, 5)) for _ in range(len(PLAIN))]

    assert replies == [REPLY] * len(PLAIN)
    assert server.connections == 1


async def test_an_answer_may_come_byte_by_byte():
    async def drip(peer: Peer) -> None:
        await peer.send(*(bytes([one]) for one in PLAIN), pause=0.0005)

    async with listening(drip) as server, Downloads(LOCAL) as downloads:
        assert await downloads.get(Get(server.url, 5)) == REPLY


async def test_bodies_of_all_sizes_are_read_exactly():
    async def answer(peer: Peer) -> None:
        body = bytes([peer.answered]) * SIZES[peer.answered - 1]
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        replies = [await downloads.get(Get(server.url, 5)) for _ in SIZES]

    for number, (reply, size) in enumerate(zip(replies, SIZES, strict=True), 1):
        assert isinstance(reply, Reply)
        assert reply.body == bytes([number]) * size
    assert server.connections == 1


SIZES = (0, 1, 65_535, 65_536, 65_537, 262_144, 262_145, 5_000_000, 0)


@pytest.mark.parametrize("ending", [Peer.end, Peer.reset])
async def test_a_kept_connection_that_breaks_costs_one_request_more_and_no_attempt(ending):
    async def answer(peer: Peer) -> None:
        if peer.connection == 1 and peer.answered > 1:
            await ending(peer)
        else:
            await peer.send(PLAIN)

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        assert [await downloads.get(Get(server.url, 5)) for _ in range(3)] == [REPLY] * 3
        assert downloads._session is None

    assert server.connections == 2
    assert len(server.requests) == 4


async def test_a_connection_that_the_server_closed_while_nobody_asked_is_not_used():
    async def answer(peer: Peer) -> None:
        await peer.send(PLAIN)
        await peer.end()

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        for _ in range(3):
            assert await downloads.get(Get(server.url, 5)) == REPLY
            await asyncio.sleep(0.01)

    assert (server.connections, len(server.requests)) == (3, 3)


async def test_a_connection_that_rested_for_long_is_not_trusted(monkeypatch):
    monkeypatch.setattr(download, "_LONGEST_REST", 0.02)
    async with listening(sending(PLAIN)) as server, Downloads(LOCAL) as downloads:
        for seconds in (0.0, 0.05):
            await asyncio.sleep(seconds)
            assert await downloads.get(Get(server.url, 5)) == REPLY

    assert server.connections == 2


@pytest.mark.parametrize("ending", [Peer.end, Peer.reset])
async def test_two_broken_connections_are_a_network_trouble(ending):
    async with listening(ending) as server, Downloads(LOCAL) as downloads:
        reply = await downloads.get(Get(server.url, 5))

    assert isinstance(reply, NoReply)
    assert (reply.trouble, len(server.requests)) == ("network", 2)
    assert reply.detail


@pytest.mark.parametrize("ending", [Peer.end, Peer.reset])
async def test_a_body_that_breaks_off_is_a_network_trouble_and_is_not_asked_for_again(ending):
    async def answer(peer: Peer) -> None:
        await peer.send(PLAIN[:-1], pause=0.02)
        await ending(peer)

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        assert await downloads.get(Get(server.url, 5)) == NoReply("network", "the answer broke off")

    assert len(server.requests) == 1


async def test_what_comes_behind_a_body_is_nobodys_answer():
    async def answer(peer: Peer) -> None:
        await peer.send(PLAIN + (PLAIN.replace(b"<svg", b"<bad") if peer.answered == 1 else b""))

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        replies = [await downloads.get(Get(server.url, 5)) for _ in range(2)]

    assert replies == [NoReply("network", "more bytes came than the answer's length says"), REPLY]
    assert server.connections == 2


async def test_what_comes_unasked_is_nobodys_answer():
    async def answer(peer: Peer) -> None:
        await peer.send(PLAIN, pause=0.02)
        await peer.send(PLAIN.replace(b"<svg", b"<bad"))

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        for _ in range(2):
            assert await downloads.get(Get(server.url, 5)) == REPLY
            await asyncio.sleep(0.05)

    assert server.connections == 2


@pytest.mark.parametrize("close", [b"close", b"Close", b"keep-alive, close", b"upgrade"])
async def test_a_connection_is_not_used_again_when_the_server_says_so(close):
    answer = PLAIN.replace(b"ETag", b"Connection: " + close + b"\r\nETag")
    async with listening(sending(answer)) as server, Downloads(LOCAL) as downloads:
        for _ in range(2):
            reply = await downloads.get(Get(server.url, 5))
            assert isinstance(reply, Reply)

    assert server.connections == 2


ODD = {
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    "chunked and a length": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "old": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab",
    "two equal lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
    "a list of lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab",
    "a signed length": b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab",
    "a length with a gap": b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nab",
    "a length of other digits": "HTTP/1.1 200 OK\r\nContent-Length: ٢\r\n\r\nab".encode(),
    "a folded line": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nab",
    "a first information": b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
    "line feeds alone": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nab",
    "a line feed in between": b"HTTP/1.1 200 OK\r\nX: a\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nab",
    "NUL": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nab",
    "no status": b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\nab",
    "a status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nab",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a long header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 20_000 + b"\r\nContent-Length: 2\r\n\r\nab",
    "no content": b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
    "until the end": b"HTTP/1.1 200 OK\r\n\r\nab",
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
async def test_an_odd_answer_is_left_to_aiohttp_and_after_some_all_of_its_host_are(answer):
    async def script(peer: Peer) -> None:
        await peer.send(answer)
        await peer.end()

    async with listening(script) as server, Downloads(LOCAL) as downloads, Session(LOCAL) as session:
        theirs = await session.get(Get(server.url, 5))
        server.requests.clear()
        ours = [await downloads.get(Get(server.url, 5)) for _ in range(download._ODDITIES + 2)]

        assert ours == [theirs] * len(ours)
        of_one = (len(server.requests) - download._ODDITIES) / len(ours)
        assert of_one in {1, 2}  # where aiohttp takes an end for a broken connection, it asks twice


@pytest.mark.parametrize("status", [403, 404, 429, 503])
async def test_an_error_with_a_body_of_no_known_length_is_not_asked_for_twice(status):
    answer = b"HTTP/1.1 %d X\r\nRetry-After: 7\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<Erro" % status
    async with listening(sending(answer)) as server, Downloads(LOCAL) as downloads:
        reply = await downloads.get(Get(server.url, 5))

    assert reply == Reply(status, {"retry-after": "7", "transfer-encoding": "chunked"}, b"")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("sent", "timeout", "reply"),
    [
        (b"", 5, STALLED),
        (PLAIN[:10], 5, STALLED),
        (PLAIN[:-5], 5, STALLED),
        (b"", 0.1, NoReply("timeout", "no answer within 0.1 s")),
        (PLAIN[:-5], 0.1, NoReply("timeout", "no answer within 0.1 s")),
    ],
)
async def test_an_answer_that_stops_is_a_timeout_and_its_connection_is_dropped(sent, timeout, reply):  # noqa: ASYNC109
    async def answer(peer: Peer) -> None:
        await peer.send(sent if peer.answered == 1 else PLAIN)

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        assert await downloads.get(Get(server.url, timeout)) == reply
        assert await downloads.get(Get(server.url, 5)) == REPLY

    assert server.connections == 2


async def test_a_cancelled_request_leaves_no_connection_to_whoever_asks_next():
    async def answer(peer: Peer) -> None:
        await peer.send(PLAIN[:-5] if peer.answered == 1 else PLAIN)

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        task = asyncio.create_task(downloads.get(Get(server.url, 5)))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert await downloads.get(Get(server.url, 5)) == REPLY

    assert server.connections == 2


async def test_large_bodies_wait_for_each_other_and_their_wait_is_no_stall(monkeypatch):
    size, now, most = 200_000, 0, 0
    monkeypatch.setattr(download, "_UNDER_WAY", 300_000)
    monkeypatch.setattr(download, "_SMALL", 1_000)

    async def answer(peer: Peer) -> None:
        nonlocal now, most
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size, b"x", pause=0.15)
        await peer.send(bytes(size - 1))

    async with listening(answer) as server, Downloads(LOCAL) as downloads:
        waiting = asyncio.gather(*(downloads.get(Get(server.url, 0.5)) for _ in range(6)))
        while not waiting.done():
            most = max(most, sum(downloads._budget._taken.values()))
            await asyncio.sleep(0.005)
        replies = await waiting

    assert [isinstance(reply, Reply) and len(reply.body) for reply in replies] == [size] * 6
    assert most == size


async def test_connections_to_another_origin_take_the_place_of_resting_ones():
    options = SessionOptions(connections=2, allowed_hosts=("127.0.0.1",))
    async with (
        listening(sending(PLAIN)) as one,
        listening(sending(PLAIN)) as other,
        Downloads(options) as downloads,
    ):
        for server in (one, other, one):
            replies = await asyncio.gather(*(downloads.get(Get(server.url, 5)) for _ in range(2)))
            assert replies == [REPLY] * 2
            assert sum(connection.is_open for connection in downloads._connections) == 2

    assert (one.connections, other.connections) == (4, 2)


@pytest.mark.parametrize(
    "url",
    ["/a b", "/a\r\nX-Evil: 1", "/a\tb", "/ä", "/a#b", "/a|b", '/"', "/a\\b", "", "?a"],
)
async def test_what_could_begin_a_line_in_a_request_is_never_sent_by_us(url):
    async with listening(sending(PLAIN)) as server, Downloads(LOCAL) as downloads:
        base = server.url.partition("/a.svg")[0]
        assert downloads._direct(Get(base + url, 5)) == (None, b"")
        assert downloads._direct(Get(base + "/a", 5, {"X": "a\r\nY: b"})) == (None, b"")
        assert downloads._direct(Get(base + "/a", 5, {"X\r\n": "a"})) == (None, b"")
        assert downloads._direct(Get(base + "/a", 5, {"X": "a"}))[1].count(b"\r\n") == 7


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a",
        "http://figma.com/a",
        "https://s3.amazonaws.com/evil/a",
        "https://ann@api.figma.com/a",
        "https://API.figma.com/a",
        "https://api.figma.com:0/a",
        "https://api.figma.com:65536/a",
        "ftp://127.0.0.1/a",
    ],
)
async def test_who_may_not_be_asked_is_never_asked_directly(url):
    async with Downloads(LOCAL) as downloads:
        assert downloads._direct(Get(url, 5)) == (None, b"")


async def test_figmas_bucket_is_asked_directly_at_a_host_of_all_buckets_whatever_was_asked_before():
    urls = [f"https://s3.us-west-2.amazonaws.com/{bucket}/a" for bucket in ("evil", "figma-alpha-api", "evil")]
    async with Downloads(LOCAL) as downloads:
        assert [downloads._direct(Get(url, 5))[0] is None for url in urls] == [True, False, True]


async def test_behind_a_proxy_nothing_is_asked_directly(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    async with Downloads(LOCAL) as downloads:
        assert downloads._direct(Get("https://api.figma.com/a", 5)) == (None, b"")


def _answers() -> st.SearchStrategy[bytes]:
    """Answers that are right, nearly right or nonsense."""
    length = st.sampled_from(["Content-Length: 4", "content-length:4 ", "Content-Length: 5", ""])
    more = st.lists(
        st.sampled_from(
            [
                "Content-Length: 4", "Connection: close", "Connection: keep-alive", "Content-Encoding: gzip",
                "Content-Encoding: identity", "Transfer-Encoding: chunked", 'ETag: "a"', "X: ", "x:y", "X : y", ": y",
                "Location: /b", "Content-Type: image/svg+xml; a=b", "Set-Cookie: a=b", "no colon", "X: \t a\tb ",
                "X: é",
            ]
        ),
        max_size=3,
    )  # fmt: skip
    start = st.sampled_from(
        ["HTTP/1.1 200 OK", "HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.0 200 OK", "HTTP/1.1 404 Not Found",
         "HTTP/1.1 503 Slow Down", "HTTP/1.1 204 No", "HTTP/1.1 304 X", "HTTP/1.1 302 X", "HTTP/1.1 100 Continue",
         "HTTP/1.1  200 OK", "http/1.1 200 OK", "HTTP/2 200 OK", "HTTP/1.1 999 X", "HTTP/1.1 600 X"]
    )  # fmt: skip
    body = st.sampled_from([b"abcd", b"abc", b""])
    return st.builds(
        lambda first, length, rest, body: (
            "\r\n".join([first, *filter(None, [length, *rest]), "", ""]).encode()
            + (b"4\r\nabcd\r\n0\r\n\r\n" if "Transfer-Encoding: chunked" in rest else body)
        ),
        start, length, more, body,
    )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_answers(), st.integers(1, 200))
def test_whatever_a_server_answers_both_ways_make_the_same_of_it(answer, cut):
    async def script(peer: Peer) -> None:
        await peer.send(*filter(None, (answer[:cut], answer[cut:])))
        await peer.end()

    async def both() -> tuple[Reply | NoReply, Reply | NoReply]:
        async with listening(script) as server, Downloads(LOCAL) as downloads, Session(LOCAL) as session:
            return await downloads.get(Get(server.url, 2)), await session.get(Get(server.url, 2))

    ours, theirs = asyncio.run(both())

    if isinstance(ours, Reply) and ours.status >= 400 and "content-length" not in ours.headers:
        assert isinstance(theirs, NoReply) or (theirs.status, theirs.headers) == (ours.status, ours.headers)
    elif isinstance(ours, NoReply):
        assert isinstance(theirs, NoReply)
        assert ours.trouble == theirs.trouble
    else:
        assert ours == theirs


@given(st.binary(max_size=200))
def test_no_head_is_read_otherwise_than_it_is_written(raw):
    found = read_head(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n" + raw)

    if isinstance(found, Head):
        assert found.length == 7
        assert raw.lower().count(b"content-length:") == 0
        assert all(value == value.strip() and "\n" not in value for value in found.headers.values())
