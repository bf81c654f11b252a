"""The guard of the hot path tells a longer way from a shorter one, and counts what it should."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bench import guard


@pytest.mark.parametrize(
    ("counted", "is_well", "words"),
    [(100.0, True, "+0.0%"), (109.9, True, "+9.9%"), (110.1, False, "--update"), (89.0, True, "better")],
)
def test_ten_per_cent_more_calls_are_too_many(capsys, counted, is_well, words):
    assert guard._is_well("worker", counted, 100.0) is is_well
    assert words in capsys.readouterr().out


def test_calls_of_python_and_of_c_are_counted_by_name():
    with guard.counting() as calls:
        for _ in range(3):
            json.dumps({})

    assert calls["json.dumps"] == 3
    assert calls["json.encoder.JSONEncoder.encode"] == 3
    assert sys.getprofile() is None


def test_a_longer_way_fails_the_check():
    longer = "from exfig_mp import transfer; from bench import guard; old = transfer.judge\n"
    longer += "transfer.judge = lambda *a: ([len(a) for _ in range(40)], old(*a))[1]\nguard.main()"
    ran = subprocess.run([sys.executable, "-c", longer], capture_output=True, text=True, timeout=60, check=False)

    if "no figures for Python" in ran.stdout:
        pytest.skip(ran.stdout)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "too many" in ran.stdout
