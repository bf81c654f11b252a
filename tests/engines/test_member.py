"""How much a worker may owe: what its connections are busy with, or more where it is quick."""

from __future__ import annotations

from typing import Any

import pytest

from exfig_mp.engines.member import Member

NONE: Any = None  # no process and no pipe: what is asked here has to do with neither


@pytest.mark.parametrize(
    ("connections", "recent", "most"),
    [
        (5, 0, 15),  # nothing is known of it
        (5, 3, 15),
        (5, 10, 30),
        (5, 1000, 48),  # more would end unevenly
        (20, 1000, 60),
    ],
)
def test_a_quick_worker_may_owe_more_than_its_connections_are_busy_with(connections, recent, most):
    member = Member(1, connections, 0, NONE, NONE, recent=recent)

    member.owes = dict.fromkeys(map(str, range(most - 1)), NONE)
    assert member.is_hungry()
    member.owes["last"] = NONE
    assert not member.is_hungry()


def test_a_worker_that_has_a_suspect_gets_nothing_beside_it():
    assert not Member(1, 5, 0, NONE, NONE, recent=10, has_suspect=True).is_hungry()
