"""Limits of open files: what fits below them, and whole runs below them."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.engines.descriptors import Fit, fit
from exfig_mp.errors import ExfigError

SMALL = 64


def test_where_there_is_room_all_that_was_asked_for_fits():
    assert fit(Fit(8, 20), 1024, 20) == Fit(8, 20)
    assert fit(Fit(0, 20), 1024, 20) == Fit(0, 20)


@given(st.integers(0, 256), st.integers(1, 200), st.integers(0, 2048), st.integers(0, 100))
def test_what_fits_is_never_more_than_was_asked_for_and_never_nothing(workers, connections, limit, used):
    try:
        fits = fit(Fit(workers, connections), limit, used)
    except ExfigError as error:
        assert limit < 200 + used  # both ways are right, each on its condition
        assert "ulimit" in error.advice  # noqa: PT017
    else:
        assert 1 <= fits.connections <= connections
        assert min(workers, 1) <= fits.workers <= workers


@given(st.integers(0, 1024))
def test_a_higher_limit_never_leaves_less_room(limit):
    try:
        fits = fit(Fit(8, 60), limit, 20)
    except ExfigError:
        return
    more = fit(Fit(8, 60), limit + 1, 20)
    assert more.workers >= fits.workers
    assert more.connections >= fits.connections


_LIMITED = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
os.execv(sys.argv[2], sys.argv[2:])
"""


def _run(app, limit, *arguments):
    program = os.path.join(os.path.dirname(sys.executable), "exfig-mp")  # noqa: PTH118, PTH120  # a symbolic link counts
    command = [sys.executable, "-c", _LIMITED, str(limit), program, "batch", "app.yaml", *arguments]
    return subprocess.run(
        command, cwd=app.folder, env=app.environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("workers", ["8", "0"])
def test_a_run_with_a_low_limit_of_open_files_works(workers, app):
    ran = _run(app, SMALL, "--workers", workers, "--concurrent-downloads", "200")

    assert ran.returncode == 0, ran.stderr
    assert "Too many open files" not in ran.stdout + ran.stderr


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("limit", [9, 13, 15, 19, 28, 36, 44, 52])
def test_a_run_with_too_low_a_limit_of_open_files_ends_with_a_clear_error_or_works(limit, app):
    ran = _run(app, limit, "--workers", "8")

    assert "Traceback" not in ran.stderr
    if ran.returncode:
        assert "open files" in ran.stderr


def test_the_soft_limit_is_raised_to_the_hard_one():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    code = (
        "import resource; from exfig_mp.engines.descriptors import raise_limit\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (64, {min(hard, 1024) if hard > 0 else 1024}))\n"
        "raise_limit(); raise_limit(); print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert int(ran.stdout) == (min(hard, 1024) if hard > 0 else 1024)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)


_ONE_LEFT = """
import os, resource, sys
from exfig_mp.block import SharedBlock
from exfig_mp.errors import DiskError

free = os.open(os.devnull, os.O_RDONLY)
os.close(free)
resource.setrlimit(resource.RLIMIT_NOFILE, (free + 1, free + 1))
try:
    SharedBlock(sys.argv[1], 4, 1.0)
except DiskError as error:
    os.close(os.open(os.devnull, os.O_RDONLY))  # nothing was left open
    print(error.message, error.advice)
"""


def test_the_limiters_state_that_cannot_be_mapped_is_a_refusal_of_the_system(tmp_path):
    command = [sys.executable, "-c", _ONE_LEFT, str(tmp_path / "block")]

    ran = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert ran.returncode == 0, ran.stderr
    assert "Too many open files" in ran.stdout
    assert "ulimit -n" in ran.stdout
