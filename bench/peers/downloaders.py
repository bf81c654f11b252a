"""Programs that download a list of URLs, each as it is meant to be used for many files: ours is one of them.

A peer that is not installed is left out, and tables say so. All get the same certificate, the same number of
connections unless their best is another one, and a new folder each time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bench.answer import Answer
from bench.engine import Order
from bench.timing import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.bodies import Bodies

_ROOT = Path(__file__).parents[2]
_PYTHON = {"PYTHONPATH": str(_ROOT)}
_CURL_MOST = 300  # more than these `--parallel-max` silently takes for its default


@dataclass(frozen=True)
class Task:
    """What to download, from which origin, with which certificate, over how many connections; `scratch` is ours."""

    bodies: Bodies
    origin: str
    certificate: Path
    connections: int
    scratch: Path


class Sample(NamedTuple):
    """One download of a whole task: seconds of the whole program, of its transfer alone, and CPU seconds."""

    seconds: float
    transfer: float
    cpu: float


@dataclass(frozen=True)
class Downloader:
    """A program.

    Args:
        name: in tables.
        make: returns its command line and environment for a task and the folder of what it writes.
        needs: a program, or a module of Python, without which it cannot run.
        timed_by_itself: it prints an `Answer`.
    """

    name: str
    make: Callable[[Task, Path], tuple[list[str], dict[str, str]]]
    needs: str
    timed_by_itself: bool = False

    @property
    def problem(self) -> str:
        """Why it cannot run, or nothing."""
        return "" if shutil.which(self.needs) or find_spec(self.needs) else "not installed"

    def run(self, task: Task) -> Sample:
        """Run it once, and look that every file is there and as long as it should be.

        Raises:
            SystemExit: it did not do what it should.
        """
        with tempfile.TemporaryDirectory(dir=task.scratch) as name:
            program = self.program(task, Path(name))
            ran = program.run()
            if ran.exit_code or (trouble := _trouble(task, Path(name))):
                said = program.complaint() if ran.exit_code else trouble
                raise SystemExit(f"{self.name} ended with code {ran.exit_code}: {said}")
            if not self.timed_by_itself:
                return Sample(ran.seconds, ran.seconds, ran.cpu)
            return Sample(ran.seconds, msgspec.json.decode(ran.said, type=Answer).transfer, ran.cpu)

    def program(self, task: Task, folder: Path) -> Program:
        """Return what runs it in `folder`."""
        (folder / "out" / task.bodies.size.name).mkdir(parents=True)
        command, environ = self.make(task, folder)
        return Program(command, folder, environ | {"SSL_CERT_FILE": str(task.certificate)})


def ours(workers: int, connections: int = 0) -> Downloader:
    """Return the engine of exfig-mp with so many workers."""

    def make(task: Task, folder: Path) -> tuple[list[str], dict[str, str]]:
        urls, form = _urls(task, folder, "{url}\t{path}"), task.bodies.size.format
        order = Order(str(urls), form, workers, connections or task.connections, str(folder))
        # Not -m: every worker would import the program's main module.
        command = [sys.executable, "-c", "from bench.engine import main; main()", msgspec.json.encode(order).decode()]
        return command, _PYTHON

    return Downloader(f"exfig-mp, {workers} worker{'s' * (workers > 1)}", make, "exfig_mp", timed_by_itself=True)


def _curl(task: Task, folder: Path) -> tuple[list[str], dict[str, str]]:
    urls = _urls(task, folder, 'url = "{url}"\noutput = "{path}"')
    most = str(min(task.connections, _CURL_MOST))
    flags = ["--silent", "--show-error", "--fail", "--cacert", str(task.certificate), "--config", str(urls)]
    return ["curl", "--parallel", "--parallel-immediate", "--parallel-max", most, *flags], {}


def _aria2(task: Task, folder: Path) -> tuple[list[str], dict[str, str]]:
    urls = _urls(task, folder, "{url}\n  out={name}")
    most = str(max(task.connections, 100))  # its best, also where others need fewer
    flags = ["--quiet", "--no-conf", "--file-allocation=none", "--split=1", f"--ca-certificate={task.certificate}"]
    return ["aria2c", f"-j{most}", *flags, "--dir", str(folder / "out"), "--input-file", str(urls)], {}


def _wget2(task: Task, folder: Path) -> tuple[list[str], dict[str, str]]:
    urls = _urls(task, folder, "{url}")
    # It would make one connection of HTTP/2 to a real store; here too all speak HTTP/1.1.
    flags = ["--quiet", "--no-config", "--no-http2", "--no-hsts", "--no-ocsp", "--no-robots", "--timestamping=off"]
    paths = ["--no-host-directories", f"--ca-certificate={task.certificate}", "-P", str(folder / "out")]
    directories = ["--force-directories", "--input-file", str(urls)]
    return ["wget2", f"--max-threads={task.connections}", *flags, *paths, *directories], {}


def _python(module: str) -> Callable[[Task, Path], tuple[list[str], dict[str, str]]]:
    def make(task: Task, folder: Path) -> tuple[list[str], dict[str, str]]:
        urls = _urls(task, folder, "{url}\t{path}")
        return [sys.executable, "-m", f"bench.peers.{module}", str(urls), str(task.connections)], _PYTHON

    return make


CURL = Downloader("curl --parallel", _curl, "curl")
ARIA2 = Downloader("aria2c", _aria2, "aria2c")
WGET2 = Downloader("wget2", _wget2, "wget2")
PYCURL = Downloader("pycurl multi", _python("pycurl_multi"), "pycurl", timed_by_itself=True)
AIOHTTP = Downloader("aiohttp + uvloop, one process", _python("aiohttp_session"), "aiohttp", timed_by_itself=True)
PEERS = (CURL, ARIA2, WGET2, PYCURL, AIOHTTP)


def versions() -> dict[str, str]:
    """Return which peers are there, in which versions."""
    asked = {"curl": "--version", "aria2c": "--version", "wget2": "--version", "nginx": "-v"}
    found = {}
    for program, flag in asked.items():
        path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin")
        said = subprocess.run([path, flag], capture_output=True, text=True, check=False) if path else None
        found[program] = (said.stdout or said.stderr).splitlines()[0][:60] if said else "not installed"
    return found


def _urls(task: Task, folder: Path, form: str) -> Path:
    """Write the list that a program reads."""
    path, out = folder / "urls.txt", folder / "out"
    names = task.bodies.names
    lines = (form.format(url=f"{task.origin}/{name}", path=out / name, name=name) for name in names)
    path.write_text("\n".join(lines) + "\n")
    return path


def _trouble(task: Task, folder: Path) -> str:
    """Say what is wrong with what was downloaded, or nothing."""
    bodies = task.bodies
    wrong = [name for name in bodies.names if _size(folder / "out" / name) != _size(bodies.root / name)]
    return f"{len(wrong):,} of {len(bodies.names):,} files are not whole, {wrong[0]} among them" if wrong else ""


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else -1
