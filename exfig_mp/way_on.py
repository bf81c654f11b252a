"""What can be done about what a run has not done: whether a resume helps, or somebody has to change something. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection

    from exfig_mp.model import StopReason
    from exfig_mp.report import ItemFailure

WayOn = Literal["", "resume", "change", "force"]
"""What to do about what was not done: nothing; resume as it is; change something and run again, for a resume would fail
in the same way; or, if it is the config that is changed, resume with force, for which renders that cost are kept."""

_LASTING = frozenset({"config", "not_found"})


def way_on(failures: Collection[ItemFailure], stopped: StopReason = "") -> WayOn:
    """Return how to go on after a run; whether renders are kept for a changed config is not known here."""
    if stopped or not all(map(_lasts, failures)):
        return "resume"
    return "change" if failures else ""


def _lasts(failure: ItemFailure) -> bool:
    """Would it be the same in a resume, which sees Figma as it was?

    That is so for what could not be planned: the config, or what it names. A render of which this is said lacks the
    permission of its host, or an object of the store, and may come. What cannot be converted stays so.
    """
    return failure.cause == "conversion" or (failure.cause in _LASTING and not failure.render)
