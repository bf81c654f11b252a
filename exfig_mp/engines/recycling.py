"""Who is to be replaced next. Pure: it looks, and somebody else acts.

Age and memory are no hurry: one worker at a time, so that not all of them go when they were all started together, and
so that memory is looked at again before the next one goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from exfig_mp.engines.member import Member
    from exfig_mp.engines.protocol import Reason, Supervision


def overdue(
    members: Collection[Member], rules: Supervision, now: float, percent: float | None
) -> tuple[Member, Reason] | None:
    """Return whom to replace for its memory or its age, and why.

    Args:
        members: all that live.
        rules: the limits.
        now: on the clock of `Member.born`.
        percent: of our memory that is used; None if unknown.
    """
    if any(one.leaving in {"age", "memory"} for one in members):
        return None
    settled = [one for one in members if one.is_open and not one.leaving]
    if rules.memory_limit is not None and percent is not None and percent > rules.memory_limit:
        grown = [
            one
            for one in settled
            if now - one.born >= rules.youngest and one.resident >= max(1, rules.growth * one.fresh)
        ]
        if grown:
            return max(grown, key=lambda one: one.resident), "memory"
    oldest = min(settled, key=lambda one: one.born, default=None)
    if oldest and rules.max_age is not None and now - oldest.born > rules.max_age:
        return oldest, "age"
    return None


def spent(members: Collection[Member], rules: Supervision) -> list[Member]:
    """Return those that have been given all the jobs that one worker may have."""
    most = rules.max_tasks
    return [one for one in members if most is not None and one.given >= most and one.is_open and not one.leaving]
