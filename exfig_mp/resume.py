"""Go on, or start over? The decision about a checkpoint that was found, with the words for the user. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from exfig_mp.checkpoint import Found

Wish = Literal["no", "resume", "force", "restart"]
"""What the command line asks for: nothing, --resume, --resume=force, --restart."""

MAX_AGE = 86_400.0
"""Seconds after which a checkpoint is no longer gone on from."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`choice` "ask" leaves it to a person, if there is one; `reason` says why, empty if it needs no words."""

    choice: Literal["go_on", "start_over", "ask"]
    reason: str = ""


def decide(found: Found | None, wish: Wish, max_age: float = MAX_AGE) -> Decision:
    """Return what to do about `found`."""
    if found is None:
        reason = "there is no checkpoint to resume from; starting from the beginning"
        return Decision("start_over", reason if wish in {"resume", "force"} else "")
    if wish == "restart":
        return Decision("start_over")
    if wish == "no":
        return Decision(
            "start_over", "an earlier run was not finished; its checkpoint is thrown away (--resume would go on)"
        )
    if found.age > max_age:
        hours = found.age / 3600
        return Decision("start_over", f"the checkpoint is {hours:,.0f} hours old; starting from the beginning")
    if found.same_config:
        return Decision("go_on")
    if wish == "force":
        return Decision("go_on", "the configuration has changed since the checkpoint; going on all the same (force)")
    return Decision("ask", "the configuration has changed since the checkpoint")
