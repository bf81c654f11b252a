"""Starts real simulator processes on loopback ports and speaks plain HTTP with them."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOKEN = {"X-Figma-Token": "figd_simulator"}
LIGHT = "DemoLightLibrary000001"


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Simulator:
    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any]) -> None:
        self.process = process
        self.api_url: str = ready["api_url"]
        self.cdn_url: str = ready["cdn_url"]

    def get(self, path: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> Answer:
        return fetch(self.api_url + path, TOKEN if headers is None else headers, method=method)

    def fetch(self, url: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> Answer:
        return fetch(url, headers, method=method)

    def images(self, ids: list[str], query: str = "format=svg", key: str = LIGHT) -> dict[str, str]:
        answer = self.get(f"/v1/images/{key}?ids={','.join(ids)}&{query}")
        assert answer.status == 200, answer.body
        images: dict[str, str] = answer.json["images"]
        return images

    def post(self, path: str, body: object) -> Any:
        return fetch(self.api_url + path, {}, method="POST", body=json.dumps(body).encode()).json

    def seen(self, query: str = "") -> Any:
        return self.get(f"/_simulator/requests{query}").json


def fetch(url: str, headers: dict[str, str] | None = None, *, method: str = "GET", body: bytes | None = None) -> Answer:
    parts = urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request(method, url[url.index("/", 8) :], body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def start(folder: Path, scenario: object, **further: str) -> Simulator:
    number = len(list(folder.iterdir()))
    file, ready_file = folder / f"scenario{number}.json", folder / f"ready{number}.json"
    file.write_text(json.dumps(scenario))
    options = json.dumps({"scenario": str(file), "ready_file": str(ready_file)} | further)
    process = subprocess.Popen(
        [sys.executable, "-m", "exfig_mp.simulator", options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 20
    while not ready_file.exists():
        assert process.poll() is None, process.stdout and process.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return Simulator(process, json.loads(ready_file.read_text()))


def stop(simulator: Simulator) -> None:
    simulator.process.send_signal(signal.SIGTERM)
    output, _ = simulator.process.communicate(timeout=10)
    assert simulator.process.returncode == 0
    # The one ready line, and no traceback of a fault that the simulator did not mean.
    assert output.count("\n") == 1, output


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = start(tmp_path_factory.mktemp("shared"), {"limits": "off"})
    yield simulator
    stop(simulator)


@pytest.fixture
def figma(shared: Simulator) -> Simulator:
    """The demo design without limits and faults, in its first state."""
    shared.post("/_simulator/reset", {})
    return shared


@pytest.fixture(scope="session")
def variable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = start(tmp_path_factory.mktemp("variable"), {})
    yield simulator
    stop(simulator)


@pytest.fixture
def simulate(variable: Simulator) -> Callable[[object], Simulator]:
    """Simulate a scenario of the test's own, in a process that the tests share."""

    def begin(scenario: object) -> Simulator:
        assert variable.post("/_simulator/scenario", scenario) == {}
        return variable

    return begin


@pytest.fixture(scope="session", name="start")
def _start() -> Callable[..., Simulator]:
    return start


@pytest.fixture(scope="session", name="stop")
def _stop() -> Callable[[Simulator], None]:
    return stop
