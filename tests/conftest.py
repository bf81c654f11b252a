"""What tests of whole runs share: a simulated Figma as a process, and the command line in a folder of its own.

Nothing is mocked. Every process that a test starts is known by its id and gone after the test.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import psutil
import pytest

from tests.android_packager import find_aapt2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytest_plugins = ["tests.conformance_summary"]

LIGHT, DARK = "LightLibrary", "DarkLibrary"
LIBRARY: dict[str, Any] = {
    "limits": "off",
    "design": {
        "files": [{"key": LIGHT, "icons": 24, "illustrations": 3}, {"key": DARK, "dark_of": LIGHT}],
    },
}
"""Two small files of equal names, no limits, no faults."""

XCODE = """\
ios:
  xcodeprojPath: App.xcodeproj
  target: App
  xcassetsPath: out/ios/Assets.xcassets
  xcassetsInMainBundle: true
"""
"""The beginning of the section of iOS: its elements follow."""

CONFIG = f"""\
figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}
{XCODE}  icons: {{format: svg, assetsFolder: Icons, nameStyle: camelCase}}
  images: {{assetsFolder: Illustrations, nameStyle: camelCase, scales: [1, 2]}}
android:
  mainRes: out/android/res
  icons: {{output: icons}}
  images: {{output: illustrations, format: png, scales: [1, 2]}}
flutter:
  output: out/flutter/lib
  icons: {{output: out/flutter/icons}}
  images: {{output: out/flutter/images, scales: [1, 2]}}
web:
  output: out/web
  icons: {{outputDirectory: src/icons, svgDirectory: icons, generateReactComponents: false}}
  images: {{outputDirectory: src/images, assetsDirectory: images, generateReactComponents: false}}
"""
"""All four platforms, icons and images, from the two files."""

TOKEN = "figd_simulator"  # what the simulator knows


class Answer(NamedTuple):
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Figma:
    """A simulator process, spoken to over plain HTTP."""

    def __init__(self, process: subprocess.Popen[bytes], ready: dict[str, Any]) -> None:
        self.process = process
        self.api_url: str = ready["api_url"]
        self.cdn_url: str = ready["cdn_url"]

    def get(self, url: str) -> Answer:
        whole = url if url.startswith("http") else self.api_url + url
        return _ask("GET", whole, {} if whole.startswith(self.cdn_url) else {"X-Figma-Token": TOKEN})

    def post(self, path: str, body: object) -> Any:
        answer = _ask("POST", self.api_url + path, {}, json.dumps(body).encode())
        assert answer.status == 200, answer.body
        return answer.json

    def simulate(self, scenario: dict[str, Any]) -> None:
        """Begin anew with another scenario."""
        self.post("/_simulator/scenario", scenario)

    def seen(self) -> dict[str, Any]:
        summary: dict[str, Any] = self.get("/_simulator/requests").json
        return summary

    def log(self, *kinds: str) -> list[dict[str, Any]]:
        log: list[dict[str, Any]] = self.get("/_simulator/requests?log=1").json["log"]
        return [entry for entry in log if not kinds or entry["kind"] in kinds]

    def calls(self, seen: int = 0) -> Counter[str]:
        """Return how many requests there were of each kind, after the first `seen` of them."""
        return Counter(entry["kind"] for entry in self.log()[seen:])

    def ids(self, key: str = LIGHT) -> dict[str, str]:
        """Return the node ids of a file's components by name."""
        components = self.get(f"/v1/files/{key}/components").json["meta"]["components"]
        return {component["name"]: component["node_id"] for component in components}

    def drawing(self, key: str, node: str, query: str) -> bytes:
        """Return the bytes that the store has for a node."""
        url = self.get(f"/v1/images/{key}?ids={node}&{query}").json["images"][node]
        return self.get(url).body


def _ask(method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Answer:
    parts = urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    try:
        connection.request(method, url[url.index("/", 8) :], body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.read())
    finally:
        connection.close()


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class SmallDisk(NamedTuple):
    """A folder that is a file system of its own."""

    folder: Path

    def resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", self.folder], check=True)


class Project:
    """A folder of its own, in which the command line is run with a state folder of its own."""

    def __init__(self, folder: Path, figma: Figma) -> None:
        self.folder = folder
        self.figma = figma
        self.started: list[subprocess.Popen[str]] = []
        (folder / ".home").mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / ".home"),
            "XDG_STATE_HOME": str(folder / ".home" / "state"),
            "FIGMA_PERSONAL_TOKEN": TOKEN,
            "FIGMA_API_BASE_URL": figma.api_url,
            "EXFIG_MP_RATE_LIMIT": "500",
            "EXFIG_MP_WORKERS": "0",  # quicker where nothing depends on it; `app` has two
            "COLUMNS": "200",
        }

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start the program in a process group of its own, without a terminal."""
        process = subprocess.Popen(
            [sys.executable, "-m", "exfig_mp", *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def run(self, *arguments: str, **environment: str) -> Ran:
        return self.end(self.start(*arguments, **environment))

    def end(self, process: subprocess.Popen[str], seconds: float = 60) -> Ran:
        """Wait for a process; whatever happened, it shows no traceback and no token."""
        out, err = process.communicate(timeout=seconds)
        assert "Traceback" not in out + err, out + err
        assert TOKEN not in out + err or "--help" in str(process.args)  # the simulator's help names its token
        return Ran(process.returncode, out, err)

    def report(self, *arguments: str, **environment: str) -> tuple[Ran, Any]:
        """Run, and return what the JSON report says, too."""
        ran = self.run(*arguments, "--report", "report.json", **environment)
        return ran, json.loads((self.folder / "report.json").read_bytes())

    def tree(self, below: str = "out") -> dict[str, bytes]:
        """Return every file below a folder, hidden ones included, by its relative path."""
        root = self.folder / below
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}

    def temporary_files(self) -> list[str]:
        return [str(path) for path in self.folder.rglob(".exfig-*.tmp")]

    def state(self) -> list[str]:
        """Return the names of all that the program keeps here for the case that a run is cut off."""
        return sorted(path.name for path in self.folder.iterdir() if path.name.startswith(".exfig-checkpoint"))

    @staticmethod
    def wait_until(is_true: Callable[[], object], seconds: float = 20) -> None:
        wait_until(is_true, seconds)

    @staticmethod
    def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
        """Return all processes below one that was started."""
        return psutil.Process(process.pid).children(recursive=True)

    @staticmethod
    def are_gone(processes: list[psutil.Process]) -> bool:
        """Have all of them ended? A zombie has: whoever adopted it is only slow to look."""
        return not any(_is_alive(process) for process in processes)

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.communicate()  # also closes its pipes


def _start_simulator(folder: Path, scenario: dict[str, Any]) -> Figma:
    (folder / "scenario.json").write_text(json.dumps(scenario))
    ready = folder / "ready.json"
    options = json.dumps({"scenario": str(folder / "scenario.json"), "ready_file": str(ready)})
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "exfig_mp.simulator", options], stdout=output, stderr=subprocess.STDOUT
        )
    wait_until(lambda: ready.exists() or process.poll() is not None)
    assert process.poll() is None, (folder / "output.txt").read_text()
    return Figma(process, json.loads(ready.read_bytes()))


def wait_until(is_true: Callable[[], object], seconds: float = 20) -> None:
    """Look every few milliseconds until something is true."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figma]:
    """One simulator process for the whole session; what it simulates is whatever was posted last."""
    figma = _start_simulator(tmp_path_factory.mktemp("simulator"), LIBRARY)
    yield figma
    figma.process.terminate()
    assert figma.process.wait(timeout=10) == 0


@pytest.fixture
def new_disk(tmp_path: Path) -> Iterator[Callable[..., SmallDisk]]:
    """Make small file systems in memory: mount's options, and the name of the folder. It takes root."""
    disks: list[SmallDisk] = []

    def mount(options: str, name: str = "disk") -> SmallDisk:
        disk = SmallDisk(tmp_path / name)
        disk.folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk.folder)]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("to mount a small file system takes root")
        disks.append(disk)
        return disk

    yield mount
    for disk in disks:
        subprocess.run(["umount", "--lazy", disk.folder], check=True)


@pytest.fixture
def full_disk(new_disk: Callable[..., SmallDisk]) -> Path:
    """A file system of its own with a few kilobytes."""
    return new_disk("size=64k").folder


@pytest.fixture
def library(simulator: Figma) -> Figma:
    """The simulator with two small files, without limits and faults."""
    simulator.simulate(LIBRARY)
    return simulator


@pytest.fixture
def demo(simulator: Figma) -> Figma:
    """The simulator with its own design, which has variables."""
    simulator.simulate({"limits": "off"})
    return simulator


@pytest.fixture
def faulty(simulator: Figma) -> Callable[..., Figma]:
    """Simulate the two small files with faults, and with other keys of a scenario."""

    def simulate(*faults: dict[str, Any], **scenario: Any) -> Figma:
        simulator.simulate(LIBRARY | {"faults": list(faults)} | scenario)
        return simulator

    return simulate


@pytest.fixture
def project(tmp_path: Path, simulator: Figma) -> Iterator[Project]:
    """An empty folder whose command line talks to the simulator."""
    project = Project(tmp_path, simulator)
    yield project
    project.close()


@pytest.fixture(scope="session")
def new_project(simulator: Figma) -> Callable[[Path], Project]:
    """Make a project of an empty folder; whoever does so closes it."""
    return lambda folder: Project(folder, simulator)


@pytest.fixture
def app(project: Project) -> Project:
    """A folder with a config of all four platforms, `app.yaml`."""
    project.write("app.yaml", CONFIG)
    project.environment["EXFIG_MP_WORKERS"] = "2"
    return project


@pytest.fixture(scope="session")
def finished_tree(simulator: Figma, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What `app.yaml` comes to in a run that nothing disturbs."""
    simulator.simulate(LIBRARY)
    project = Project(tmp_path_factory.mktemp("finished"), simulator)
    project.write("app.yaml", CONFIG)
    project.environment["EXFIG_MP_WORKERS"] = "2"
    ran = project.run("batch", "app.yaml")
    assert ran.code == 0, ran.text
    return project.tree()


@pytest.fixture
def aapt2(tmp_path) -> Path:
    """Android's packager; the test is skipped where there is none."""
    return find_aapt2(tmp_path)
