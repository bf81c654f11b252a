"""`@figma-export/cli`, really run: installed with npm beside this environment, pointed at the simulator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.running import TOKEN
from bench.timing import Program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.running import Figma

_HERE = Path(__file__).parent
_HOME = Path(sys.prefix) / "figma-export"
_OURS = ("package.json", ".npmrc", "simulator.mjs", "figmaexportrc.mjs")
_INSTALL_SECONDS = 300


class Command(NamedTuple):
    """One `components` command: all components of a file as SVG, into one folder for each platform."""

    file: str
    outputs: tuple[str, ...]


def install() -> str:
    """Install the peer if it is not there yet; return why that cannot be, or nothing."""
    if not shutil.which("npm") or not shutil.which("node"):
        return "not run: there is no npm"
    _HOME.mkdir(exist_ok=True)
    for name in _OURS:
        shutil.copy(_HERE / name, _HOME / name)
    if (_HOME / "node_modules" / "@figma-export" / "cli").is_dir():
        return ""
    try:
        command = ["npm", "install", "--silent"]
        done = subprocess.run(command, cwd=_HOME, capture_output=True, timeout=_INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "not run: npm did not come to an end"
    return "" if done.returncode == 0 else "not run: npm could not install it"


def program(folder: Path, figma: Figma, commands: Sequence[Command]) -> Program:
    """Return one program that carries out `commands` in `folder`, one after the other, as it does by itself."""
    main = _HOME / "node_modules" / "@figma-export" / "cli" / "bin" / "run.js"
    # A proxy would be asked for the simulator too.
    environ = {name: "" for name in os.environ if name.lower().endswith("_proxy")}
    environ |= {"FIGMA_TOKEN": TOKEN, "FIGMA_API_BASE_URL": figma.url}
    environ["BENCH_COMMANDS"] = json.dumps([command._asdict() for command in commands])
    arguments = ["--import", str(_HOME / "simulator.mjs"), str(main), "use-config", str(_HOME / "figmaexportrc.mjs")]
    return Program(["node", *arguments], folder, environ)


def start(folder: Path, figma: Figma, commands: Sequence[Command]) -> subprocess.Popen[Any]:
    """Start such a program, and return at once."""
    one, quiet = program(folder, figma, commands), subprocess.DEVNULL
    environ = os.environ | one.environ
    return subprocess.Popen(one.command, cwd=folder, env=environ, stdout=quiet, stderr=quiet)


def version() -> str:
    """Return Node's version, or that there is none."""
    if not shutil.which("node"):
        return "not installed"
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
