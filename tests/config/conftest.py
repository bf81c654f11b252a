"""What the tests of configs share: a way to write one, and the smallest one that is right."""

from __future__ import annotations

import pytest

from exfig_mp.config import load, load_all

IOS = """\
figma:
  lightFileId: light
ios:
  xcodeprojPath: App.xcodeproj
  target: App
  xcassetsPath: Assets.xcassets
  xcassetsInMainBundle: true
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ios():
    """The lines up to where `icons:` may follow."""
    return IOS


@pytest.fixture
def read(folder):
    """Write a text or bytes as a.yaml, and load it."""

    def read_text(content, **options):
        body = content if isinstance(content, bytes) else content.encode()
        (folder / "a.yaml").write_bytes(body)
        return load("a.yaml", **options)

    return read_text


@pytest.fixture
def complaints(folder):
    """Write a text or bytes as a.yaml, and return its problems as lines, warnings not included."""

    def problems_of(content, **options):
        body = content if isinstance(content, bytes) else content.encode()
        (folder / "a.yaml").write_bytes(body)
        failed = load_all(["a.yaml"], **options).failed
        return [str(problem) for one in failed for problem in one.problems]

    return problems_of
