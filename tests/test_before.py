"""What was in place before a run: looked up folder by folder, as far as folders tell."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

IS_ROOT = os.geteuid() == 0
LOOK = """
import os, sys
from exfig_mp.before import Before
folder = sys.argv[1]
exec(sys.argv[2])  # everything is imported: now the rights may go
before = Before()
before.look([folder + "/a", folder + "/b"])
for name, body in (("a", "mine"), ("b", "ours")):
    with open(folder + "/" + name, "w") as file:
        file.write(body)
print(*[found and found.kind for found in map(before.difference, (folder + "/a", folder + "/b"))])
"""


def seen(folder, restriction=""):
    """Write `a`, which may be there, and `b` in a process that is restricted, and return what it calls them."""
    run = [sys.executable, "-c", LOOK, str(folder), restriction]
    return subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()


def test_a_file_is_new_where_none_was_and_none_that_has_changed_is(tmp_path):
    assert seen(tmp_path) == ["new", "new"]
    assert seen(tmp_path) == ["None", "None"]
    (tmp_path / "a").write_text("theirs")
    assert seen(tmp_path) == ["changed", "None"]


def test_a_file_is_known_also_in_a_folder_that_may_be_entered_but_not_listed(tmp_path):
    folder = tmp_path / "inner"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / name).write_text("theirs")
        (folder / name).chmod(0o666)
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o001)
    folder.chmod(0o311)

    try:
        assert seen(folder, "os.setgid(65534), os.setuid(65534)" if IS_ROOT else "") == ["changed", "changed"]
    finally:
        folder.chmod(0o700)


@pytest.mark.skipif(not IS_ROOT, reason="only root may have another root")
def test_a_file_is_known_also_in_the_root(tmp_path):
    (tmp_path / "a").write_text("theirs")

    assert seen("", f"os.chroot({str(tmp_path)!r}), os.chdir('/')") == ["changed", "new"]
