"""`init`, `migrate` and `schema` as a person meets them: what is written, what is refused, what is asked."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

FIGMA_EXPORT = """\
figma:
  lightFileId: abc # the library
ios:
  xcodeprojPath: App.xcodeproj
  target: App
  xcassetsPath: A.xcassets
  xcassetsInMainBundle: true
  icons: {format: pdf, assetsFolder: Icons, nameStyle: camelCase}
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def run(folder):
    """Run the program in the folder without a terminal: exit code, standard output, standard error."""

    def start(*arguments):
        command = [sys.executable, "-m", "exfig_mp", *arguments]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        assert "Traceback" not in ran.stderr
        return ran.returncode, ran.stdout, ran.stderr

    return start


def at_a_terminal(folder, answer, *arguments):
    """Run the program at a terminal where somebody types `answer`: exit code, and what is shown."""
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    command = [sys.executable, "-m", "exfig_mp", *arguments]
    process = subprocess.Popen(command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # the last one has closed the terminal
        pass
    os.close(ours)
    return process.wait(timeout=20), shown.decode()


def test_init_writes_a_config_that_validates(run, folder):
    code, out, _ = run("init", "-p", "android")

    assert (code, "exfig.yaml is written" in out) == (0, True)
    assert run("validate", "--strict", "exfig.yaml")[0] == 0
    assert "\nandroid:" in (folder / "exfig.yaml").read_text()


def test_init_without_a_terminal_asks_nothing_and_overwrites_nothing(run, folder):
    assert run("init")[0] == 2
    assert not (folder / "exfig.yaml").exists()
    (folder / "exfig.yaml").write_text("mine")

    code, _, err = run("init", "-p", "web")

    assert (code, "exfig.yaml exists" in err) == (2, True)
    assert (folder / "exfig.yaml").read_text() == "mine"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_init_asks_at_a_terminal(folder, answer, code):
    (folder / "exfig.yaml").write_text("mine")

    ended, shown = at_a_terminal(folder, "flutter\n" + answer, "init")

    assert ended == code, shown
    assert "Platform" in shown
    assert "Overwrite it?" in shown
    assert ((folder / "exfig.yaml").read_text() == "mine") is (code != 0)


def test_migrate_says_what_it_did_and_overwrites_nothing(run, folder):
    (folder / "figma-export.yaml").write_text(FIGMA_EXPORT)

    first, second, forced = run("migrate"), run("migrate"), run("migrate", "-f")

    assert [one[0] for one in (first, second, forced)] == [0, 2, 0]
    assert "changed: common.cache.enabled is true now" in first[1]
    assert "exfig.yaml exists" in second[2]
    assert "# the library" in (folder / "exfig.yaml").read_text()
    assert (folder / "figma-export.yaml").read_text() == FIGMA_EXPORT
    assert run("validate", "--strict", "exfig.yaml")[0] == 0


def test_migrate_shows_names_that_steer_neither_a_terminal_nor_a_runner(run, folder):
    key = "\\e[31m##[error]x\\n::error::y"
    old = FIGMA_EXPORT.replace("nameStyle: camelCase}", f'nameStyle: camelCase, ? "{key}"\n    : 3}}')
    (folder / "figma-export.yaml").write_text(old)

    code, out, _ = run("migrate", "-o", "::error::new.yaml")

    assert code == 0
    assert "exfig-mp has no key \\x1b[31m" in out
    assert "\x1b" not in out
    assert not [line for line in out.splitlines() if line.lstrip().startswith("::") or "##[" in line]


def test_migrate_refuses_what_is_wrong_already(run, folder):
    (folder / "old.yaml").write_text(FIGMA_EXPORT.replace("pdf", "gif"))

    code, _, err = run("migrate", "old.yaml", "-o", "new.yaml")

    assert (code, "old.yaml:8" in err) == (2, True)
    assert not (folder / "new.yaml").exists()
    assert run("migrate")[0] == 2


def test_schema_is_printed_or_written(run, folder):
    code, out, _ = run("schema")

    assert run("schema", "-o", "exfig.schema.json")[0] == code == 0
    assert (folder / "exfig.schema.json").read_text() == out
    assert json.loads(out)["properties"]["ios"]
