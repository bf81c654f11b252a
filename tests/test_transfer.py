"""From URL to file: what is whole is placed, what is not is asked for again or fails, and no credential goes along."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest

from exfig_mp.download import Downloads
from exfig_mp.errors import DiskError
from exfig_mp.exchange import NoReply, Reply, SessionOptions
from exfig_mp.hashing import digest
from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.model import Done, Failed, Job
from exfig_mp.ratelimit import Lane
from exfig_mp.retry import RetryPolicy
from exfig_mp.simulator.drawing import encoded_png
from exfig_mp.transfer import Fault, Transfer, TransferOptions, judge, place

if TYPE_CHECKING:
    from pathlib import Path

    from exfig_mp.model import Retried

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
JOB = Job("id", "https://x.figma.com/1", "svg", ())
QUICK = RetryPolicy(retries=4, base=0.001)


def reply(status: int = 200, body: bytes = SVG, **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def test_a_whole_asset_is_its_bytes():
    assert judge(reply(), JOB) == SVG


@pytest.mark.parametrize(
    ("trouble", "cause", "transient"),
    [
        ("timeout", "timeout", True),
        ("network", "network", True),
        ("too_large", "invalid_body", False),
        ("forbidden_url", "config", False),
    ],
)
def test_no_reply_is_a_fault_of_its_kind(trouble, cause, transient):
    fault = judge(NoReply(trouble, "these words"), JOB)

    assert isinstance(fault, Fault)
    assert (fault.cause, fault.transient) == (cause, transient)
    assert "these words" in fault.message


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_object_that_is_gone_is_an_expired_url(status):
    fault = judge(reply(status, b"<Error><Code>AccessDenied</Code></Error>"), JOB)

    assert isinstance(fault, Fault)
    assert (fault.cause, fault.transient, fault.pause) == ("expired_url", False, 0)
    assert str(status) in fault.message


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_an_overloaded_store_is_asked_again(status):
    fault = judge(reply(status, b"SlowDown"), JOB)

    assert fault == Fault("server", f"the store answered HTTP {status}", transient=True)


@pytest.mark.parametrize(("said", "pause"), [("3", 3), ("86400", 30), ("0", 0), ("soon", 0), ("-1", 0),
                                              ("Fri, 31 Dec 2100 23:59:59 GMT", 0)])  # fmt: skip
def test_a_store_may_ask_for_a_pause_of_seconds(said, pause):
    fault = judge(reply(503, retry_after=said), JOB)

    assert isinstance(fault, Fault)
    assert fault.pause == pause


@pytest.mark.parametrize("status", [201, 204, 206, 301, 304, 400, 401, 405, 416, 451, 501])
def test_any_other_status_fails_at_once(status):
    fault = judge(reply(status), JOB)

    assert fault == Fault("server", f"the store answered HTTP {status}", transient=False)


@pytest.mark.parametrize(
    "body", [b"", SVG[:-1], b"<html>Log in</html>", b"<?xml version='1.0'?><Error><Code>x</Code></Error>", b"\x89PNG"]
)
def test_a_200_that_is_no_asset_is_asked_for_again(body):
    fault = judge(reply(200, body), JOB)

    assert isinstance(fault, Fault)
    assert (fault.cause, fault.transient) == ("invalid_body", True)


def test_a_body_that_is_not_what_the_etag_says_was_damaged():
    fault = judge(reply(etag=f'"{md5(SVG + b" ")}"'), JOB)

    assert isinstance(fault, Fault)
    assert (fault.cause, fault.transient) == ("invalid_body", True)
    assert "ETag" in fault.message


@pytest.mark.parametrize(
    "headers",
    [
        {"etag": f'"{md5(SVG)}"'},
        {"etag": f'"{md5(b"")}-2"'},
        {"etag": f'W/"{md5(b"")}"'},
        {"etag": '"abc"'},
        {"etag": md5(b"")},
        {"etag": f'"{md5(b"")}"', "content-encoding": "gzip"},
        {"etag": f'"{md5(b"")}"', "x-amz-server-side-encryption": "aws:kms"},
        {"etag": f'"{md5(b"")}"', "x-amz-server-side-encryption": "aws:kms:dsse"},
        {"etag": f'"{md5(b"")}"', "x-amz-server-side-encryption-customer-algorithm": "AES256"},
        {},
    ],
    ids=str,
)
def test_an_etag_that_is_right_or_no_md5_of_the_body_is_no_objection(headers):
    assert judge(Reply(200, headers, SVG), JOB) == SVG


def test_an_encryption_that_keeps_md5_etags_keeps_them_checked():
    headers = {"etag": f'"{md5(b"")}"', "x-amz-server-side-encryption": "AES256"}

    assert isinstance(judge(Reply(200, headers, SVG), JOB), Fault)


class Store:
    """A store on this machine that gives its answers in turn, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[bytes] = []
        self.url = ""

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        await writer.drain()
        writer.close()


@pytest.fixture
async def store():
    one = Store()
    async with await asyncio.start_server(one.connection, "127.0.0.1", 0) as listener:
        one.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/images/1"
        yield one


@pytest.fixture
def limiter(tmp_path):
    with Limiter(LimiterOptions(str(tmp_path / "state" / "block"), max_wait=5)) as one:
        yield one


@pytest.fixture
async def run(limiter):
    """Run one job, and return its result and what was told about retries."""
    options = SessionOptions(allowed_hosts=("127.0.0.1",), idle_timeout=0.2)
    async with Downloads(options) as session:

        async def one(job: Job, policy: RetryPolicy = QUICK):
            retried: list[Retried] = []
            transfer = Transfer(
                session, limiter, TransferOptions(retry=policy, timeout=2), lambda _, event: retried.append(event)
            )
            return await transfer.run(job), retried

        yield one


def answer(status: int = 200, body: bytes = SVG, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def job(store: Store, *destinations: Path) -> Job:
    return Job("id", store.url, "svg", tuple(map(str, destinations)))


async def test_done_means_in_place_at_every_destination(store, run, tmp_path):
    store.answers = [answer()]
    places = [tmp_path / "a.svg", tmp_path / "deep" / "er" / "b.svg"]

    result, retried = await run(job(store, *places))

    assert result == Done("id", len(SVG), digest(SVG), attempts=1)
    assert [path.read_bytes() for path in places] == [SVG, SVG]
    assert retried == []


async def test_a_picture_that_figma_scaled_down_is_kept_with_a_warning(store, run, tmp_path):
    large = encoded_png((8000, 4000), bytes(8001) * 4000, level=1)
    store.answers = [answer(200, large)]

    result, _ = await run(Job("id", store.url, "png", (str(tmp_path / "a.png"),)))

    assert isinstance(result, Done)
    assert result.warning.startswith("is 8000x4000 pixels: Figma scales down")
    assert (tmp_path / "a.png").read_bytes() == large


async def test_no_credential_and_no_cookie_goes_to_the_store(store, run, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("default login ann password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("FIGMA_PERSONAL_TOKEN", "figd_secret")
    store.answers = [answer(503), answer()]

    await run(job(store, tmp_path / "a.svg"))

    assert len(store.asked) == 2
    for request in store.asked:
        names = {line.partition(b":")[0].lower() for line in request.split(b"\r\n")[1:] if line}
        assert names == {b"host", b"user-agent", b"accept", b"accept-encoding", b"x-correlation-id"}
        assert b"figd" not in request


async def test_transient_faults_are_asked_again_and_told(store, run, tmp_path):
    short = answer()[:-3]
    store.answers = [answer(503), answer(200, b"<html>"), short, answer(200, SVG, f'ETag: "{md5(b"")}"'), answer()]

    result, retried = await run(job(store, tmp_path / "a.svg"))

    assert isinstance(result, Done)
    assert result.attempts == 5
    assert [event.attempt for event in retried] == [1, 2, 3, 4]
    assert all(event.seconds > 0 and event.job_id == "id" for event in retried)
    assert "503" in retried[0].reason
    assert "HTML" in retried[1].reason


async def test_after_the_last_attempt_the_job_fails_with_advice_and_the_old_file_stays(store, run, tmp_path):
    store.answers = [answer(503)]
    (tmp_path / "a.svg").write_bytes(b"old")

    result, retried = await run(job(store, tmp_path / "a.svg"))

    assert isinstance(result, Failed)
    assert (result.failure.cause, result.failure.attempts) == ("server", 5)
    assert "status.figma.com" in result.failure.advice
    assert (len(store.asked), len(retried)) == (5, 4)
    assert (tmp_path / "a.svg").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.svg", "state"]


@pytest.mark.parametrize("status", [403, 404, 410, 400])
async def test_what_will_not_get_better_is_asked_once(store, run, tmp_path, status):
    store.answers = [answer(status)]

    result, retried = await run(job(store, tmp_path / "a.svg"))

    assert isinstance(result, Failed)
    assert result.failure.attempts == len(store.asked) == 1
    assert retried == []


async def test_without_retries_there_is_one_attempt(store, run, tmp_path):
    store.answers = [answer(503)]

    result, _ = await run(job(store, tmp_path / "a.svg"), RetryPolicy(retries=0))

    assert isinstance(result, Failed)
    assert len(store.asked) == 1


async def test_a_pause_that_the_store_asks_for_holds_all_downloads(store, run, limiter, tmp_path):
    store.answers = [answer(503, b"", "Retry-After: 1"), answer()]
    begin = asyncio.get_running_loop().time()
    first = asyncio.create_task(run(job(store, tmp_path / "a.svg")))
    await asyncio.sleep(0.2)
    assert limiter.pause_left(Lane.CDN) > 0.5

    second = asyncio.create_task(run(job(store, tmp_path / "b.svg")))
    await asyncio.sleep(0.3)
    assert len(store.asked) == 1
    await asyncio.gather(first, second)

    assert asyncio.get_running_loop().time() - begin >= 1
    assert len(store.asked) == 3


async def test_a_disk_that_refuses_fails_the_job_with_advice(store, run, tmp_path):
    store.answers = [answer()]
    (tmp_path / "file").touch()

    result, _ = await run(job(store, tmp_path / "a.svg", tmp_path / "file" / "b.svg"))

    assert isinstance(result, Failed)
    assert result.failure.cause == "disk"
    assert "a file stands where a folder is needed" in result.failure.advice


async def test_a_host_that_nobody_allowed_is_refused(run, tmp_path):
    result, _ = await run(Job("id", "https://evil.example/x", "svg", (str(tmp_path / "a.svg"),)))

    assert isinstance(result, Failed)
    assert (result.failure.cause, result.failure.attempts) == ("config", 1)
    assert "evil.example" in result.failure.message


FAULTS = ["short", "flip", "xml", "html", "empty", "cut", "reset", "close", "chunked", "content_type", "gzip"]


@pytest.mark.parametrize("do", FAULTS)
async def test_every_bad_manner_of_the_simulated_store_is_outlived(faulty, run, tmp_path, do):
    figma = faulty({"on": "cdn", "do": do, "first": 1})
    node = figma.ids()["bell"] if "bell" in figma.ids() else next(iter(figma.ids().values()))
    images = figma.get(f"/v1/images/LightLibrary?ids={node}&format=png").json["images"]

    result, _ = await run(Job("id", images[node], "png", (str(tmp_path / "a.png"),)))

    assert isinstance(result, Done)
    body = (tmp_path / "a.png").read_bytes()
    assert (len(body), digest(body)) == (result.size, result.digest)
    assert figma.get(images[node]).body == body


def test_place_makes_the_folder_that_is_missing(tmp_path):
    place(str(tmp_path / "a" / "b" / "c.svg"), SVG, fsync=True)

    assert (tmp_path / "a" / "b" / "c.svg").read_bytes() == SVG


def test_place_says_why_the_folder_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(DiskError):
        place(str(tmp_path / "file" / "b" / "c.svg"), SVG, fsync=False)
