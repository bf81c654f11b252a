"""Who is replaced next, and who is not."""

from __future__ import annotations

from typing import Any

from exfig_mp.engines.member import Member
from exfig_mp.engines.protocol import Supervision
from exfig_mp.engines.recycling import overdue, spent

RULES = Supervision(memory_limit=80, max_age=100, max_tasks=10, youngest=10, growth=1.25)


def _member(number: int, **facts: Any) -> Member:
    nothing: Any = None
    facts = {"born": 0.0, "ready": True, "resident": 200, "fresh": 100} | facts
    return Member(number, 5, 0, nothing, nothing, **facts)


def test_nobody_goes_within_the_limits():
    assert overdue([_member(1), _member(2)], RULES, 100, 80.0) is None


def test_beyond_the_age_the_oldest_goes():
    members = [_member(1, born=1.0), _member(2, born=0.0), _member(3, born=150.0)]

    assert overdue(members, RULES, 150, 0.0) == (members[1], "age")


def test_beyond_the_limit_of_memory_the_fattest_goes():
    members = [_member(1), _member(2, resident=300), _member(3, resident=250)]

    assert overdue(members, RULES, 50, 80.1) == (members[1], "memory")


def test_memory_goes_before_age():
    members = [_member(1), _member(2, resident=300)]

    assert overdue(members, RULES, 150, 90.0) == (members[1], "memory")


def test_nobody_young_goes_for_memory():
    members = [_member(1, born=41.0, resident=900), _member(2)]

    assert overdue(members, RULES, 50, 90.0) == (members[1], "memory")
    assert overdue(members[:1], RULES, 50, 90.0) is None


def test_nobody_goes_for_memory_whose_successor_would_need_as_much():
    assert overdue([_member(1, resident=124), _member(2, resident=100)], RULES, 50, 99.0) is None
    assert overdue([_member(1, resident=0, fresh=0)], RULES, 50, 99.0) is None


def test_one_at_a_time_goes_for_memory_or_age():
    members = [_member(1, leaving="memory"), _member(2), _member(3)]

    assert overdue(members, RULES, 150, 99.0) is None


def test_one_that_goes_for_its_jobs_holds_up_nobody_else():
    members = [_member(1, leaving="tasks", resident=900), _member(2)]

    assert overdue(members, RULES, 50, 99.0) == (members[1], "memory")


def test_one_that_is_not_at_work_is_not_replaced():
    members = [_member(1, ready=False), _member(2, draining=True), _member(3, gone=True)]

    assert overdue(members, RULES, 150, 99.0) is None
    assert spent([_member(1, given=10, ready=False), _member(2, given=10, leaving="age")], RULES) == []


def test_rules_that_are_off_replace_nobody():
    off = Supervision(memory_limit=None, max_age=None, max_tasks=None)

    assert overdue([_member(1, given=10**6)], off, 10**6, 99.0) is None
    assert spent([_member(1, given=10**6)], off) == []


def test_unknown_memory_replaces_nobody():
    assert overdue([_member(1)], RULES, 50, None) is None


def test_who_has_been_given_all_its_jobs_is_spent():
    members = [_member(1, given=9), _member(2, given=10), _member(3, given=11)]

    assert spent(members, RULES) == members[1:]


def test_a_successor_gets_what_its_elders_leave_of_their_connections():
    job: Any = None
    first = _member(1, owes=dict.fromkeys("ab", job), draining=True)
    second = _member(1, owes=dict.fromkeys("c", job), draining=True, elder=first)
    third = _member(1, owes=dict.fromkeys("d", job), elder=second)

    assert third.most(None) == 1
    second.owes.clear()
    assert third.most(None) == 2
    first.owes.clear()
    assert third.most(None) > 1000
    assert third.most(7) == 7
