"""Go on, or start over? The decision about a checkpoint that was found, with the words for the user. Pure."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from exfig_mp.found import Found

Wish = Literal["no", "resume", "force", "restart"]
"""What the command line asks for: nothing, --resume, --resume=force, --restart."""

MAX_AGE = 86_400.0
"""Seconds after the last sign of life of its run after which a checkpoint is no longer gone on from."""

_AGE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([a-z]*)")
_UNITS = {"": 3600.0, "h": 3600.0, "m": 60.0, "min": 60.0, "s": 1.0, "d": 86_400.0}
_NOTHING = "there is no checkpoint to resume from; starting from the beginning"
_MOST_CHANGES = 6  # that are named; more of them are counted
_MOST_CONFIGS = 3


class Decision(Struct, frozen=True):
    """`choice` "ask" leaves it to a person, if there is one; `reason` says why, empty if it needs no words."""

    choice: Literal["go_on", "start_over", "ask"]
    reason: str = ""


def choose(found: Sequence[Found], wish: Wish, max_age: float = MAX_AGE) -> tuple[Found | None, Decision]:
    """Return which of `found`, most valuable first, to go on from, or to ask about, with what there is to say.

    If there is none, that is about the first, or rather about the first that has configs in common with this run.
    """
    decided = [(one, decide(one, wish, max_age)) for one in found]
    order = ("go_on", "ask", "start_over")
    return min(
        decided,
        key=lambda pair: (order.index(pair[1].choice), pair[0].is_of_others),
        default=(None, decide(None, wish, max_age)),
    )


def decide(found: Found | None, wish: Wish, max_age: float = MAX_AGE) -> Decision:
    """Return what to do about `found`; `max_age` is in seconds."""
    if wish == "restart":
        return Decision("start_over")
    if found is None:
        return Decision("start_over", _NOTHING if wish in {"resume", "force"} else "")
    is_old = found.age > max_age
    if wish == "no":
        return Decision("start_over", _left(found, is_old=is_old))
    if found.is_of_others and wish == "resume":
        reason = (
            f"the checkpoint here is{_of(found.configs)}, and stays; starting from the beginning (--resume=force goes "
            "on from a copy of it)"
        )
        return Decision("start_over", _NOTHING if is_old else reason)
    whose = "" if found.own else _of(found.configs)
    if is_old:
        reason = f"the checkpoint{whose} is {_duration(found.age)} old; starting from the beginning"
        return Decision("start_over", f"{reason} (--checkpoint-max-age allows more than {_duration(max_age)})")
    if found.same_config:
        return Decision("go_on")
    reason = f"the configuration has changed since the checkpoint{whose}"
    if what := changes(found.manifest.entries, found.entries):
        reason += f" ({what})"
    if found.is_of_others:
        reason = f"the checkpoint is{whose}"
    if wish == "force":
        return Decision("go_on", f"{reason}; going on{'' if found.own else ' from a copy of it'} all the same (force)")
    return Decision("ask", reason)


def _left(found: Found, *, is_old: bool) -> str:
    """Say what becomes of what was found by a run that does not ask for it, if that is any of its business."""
    if found.own:
        way_on = "--resume" if found.same_config else "--resume=force"
        return (
            f"an earlier run{_of(found.in_common)} was not finished; its checkpoint is thrown away when this run has a "
            f"render of its own ({way_on} would go on)"
        )
    if found.is_of_others or is_old:
        return ""
    return (
        f"an earlier run{_of(found.configs)} was not finished; its checkpoint stays (--resume of just the same would "
        "go on from it, --resume=force here from a copy of it)"
    )


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return how two runs differ that are given as hashes by label; empty if one of them does not say, or equals.

    "app.yaml ios.icons changed; app.yaml web.images is new; app.yaml ios.images is gone"
    """
    if not before or not now:
        return ""
    said = [f"{label} changed" for label in sorted(now) if label in before and before[label] != now[label]]
    said += [f"{label} is new" for label in sorted(now) if label not in before]
    said += [f"{label} is gone" for label in sorted(before) if label not in now]
    more = len(said) - _MOST_CHANGES
    return "; ".join([*said[:_MOST_CHANGES], *([f"{more:,} more"] if more > 0 else [])])


def damage(found: Found | None, *, damaged: bool) -> str:
    """Return a warning if a checkpoint was found by less than its manifest, or not at all because it is `damaged`."""
    if found is None:
        return "the checkpoint's manifest is damaged, and nothing else says what it was about" if damaged else ""
    instead = {"manifest": "", "copy": "the one before it is used", "journals": "going on by what its journals say"}
    if found.source == "manifest" or (found.source == "copy" and not damaged):
        return ""  # a run that was killed between two manifests is no damage
    return f"the checkpoint's manifest is {'damaged' if damaged else 'missing'}: {instead[found.source]}"


def parse_age(text: str) -> float:
    """Return the seconds of an age in hours ("24", "1.5h") or in a unit of its own ("90min", "30m", "7d").

    Raises:
        ValueError: says what an age looks like.
    """
    match = _AGE.fullmatch(text.strip().lower())
    seconds = float(match[1]) * _UNITS.get(match[2], math.nan) if match else math.nan
    if not math.isfinite(seconds):
        raise ValueError(f"{text!r} is no age: give hours (24), or a number with m, h or d (90m, 24h, 7d)")
    return seconds


def _of(configs: Collection[str]) -> str:
    more = len(configs) - _MOST_CONFIGS
    names = sorted(configs)[:_MOST_CONFIGS] + ([f"{more:,} more"] if more > 0 else [])
    return f" of {', '.join(names)}" if names else ""


def _duration(seconds: float) -> str:
    """Return it in the largest unit that leaves a number above one: "36 hours", "3 days", "5 minutes"."""
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    number = f"{seconds:,.0f}"
    return f"{number} second{'' if number == '1' else 's'}"
