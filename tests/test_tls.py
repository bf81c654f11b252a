"""Both ways of asking, over real TLS: who is not verified is told nothing. The certificate is made by `openssl`."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import ssl
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest

from exfig_mp.client import Session
from exfig_mp.download import Downloads
from exfig_mp.exchange import Get, NoReply, Reply, SessionOptions
from exfig_mp.tls import tls_context
from tests.loopback import Server, ok

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl, which makes the certificate")
BOTH = pytest.mark.parametrize("way", [Session, Downloads])
LOCAL = SessionOptions(allowed_hosts=("127.0.0.1", "localhost"))


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """A folder with a key, and a certificate for 127.0.0.1 alone."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    paths = ["-keyout", "key.pem", "-out", "certificate.pem", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *paths], cwd=folder, check=True, capture_output=True, timeout=30)
    return folder


@pytest.fixture
def trusting(monkeypatch):
    """Tells whom to trust; what an earlier test trusted is forgotten."""

    def trust(path):
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        tls_context.cache_clear()

    yield trust
    tls_context.cache_clear()


@asynccontextmanager
async def serving(certified):
    server, context = Server(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certified / "certificate.pem", certified / "key.pem")
    server.answers["/a"] = ok(b"whole")
    async with await asyncio.start_server(server.connection, "127.0.0.1", 0, ssl=context) as listener:
        server.port = listener.sockets[0].getsockname()[1]
        yield server
        await server.close()


async def ask(way, url):
    async with way(LOCAL) as client:
        return await client.get(Get(url, 5.0))


@BOTH
async def test_a_server_that_is_verified_is_asked(way, certified, trusting):
    trusting(certified / "certificate.pem")
    async with serving(certified) as server:
        reply = await ask(way, f"https://127.0.0.1:{server.port}/a")

    assert isinstance(reply, Reply), reply
    assert reply.body == b"whole"


@BOTH
@pytest.mark.parametrize(("host", "trusted"), [("127.0.0.1", os.devnull), ("localhost", "certificate.pem")])
async def test_a_server_that_cannot_be_verified_hears_no_request(way, certified, trusting, host, trusted):
    trusting(certified / trusted)
    async with serving(certified) as server:
        reply = await ask(way, f"https://{host}:{server.port}/a")

    assert isinstance(reply, NoReply)
    assert reply.trouble == "network"
    assert "verif" in reply.detail.lower()
    assert not server.asked


_IMPORT = """
import json, os, ssl
before = dict(os.environ)
import exfig_mp.client
from aiohttp import connector
theirs = [connector._SSL_CONTEXT_VERIFIED, connector._SSL_CONTEXT_UNVERIFIED]
from exfig_mp.tls import tls_context
print(json.dumps([
    [context.cert_store_stats()["x509_ca"] for context in theirs],
    tls_context().cert_store_stats()["x509_ca"],
    before == dict(os.environ),
]))
"""


def test_aiohttp_reads_no_authorities_and_we_do(certified):
    environ = os.environ | {"SSL_CERT_FILE": str(certified / "certificate.pem")}
    ran = subprocess.run([sys.executable, "-c", _IMPORT], env=environ, capture_output=True, timeout=30, check=True)

    assert json.loads(ran.stdout) == [[0, 0], 1, True]
