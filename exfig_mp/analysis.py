"""What failed, where, since when, and what to do: failures in groups by cause, host and config. Pure.

One value for all readers: the JSON report takes it as it is, the summary words it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.abort import COUNTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exfig_mp.abort import Verdict
    from exfig_mp.model import Cause, Failure

_REACH = "check the network connection, or Figma's status page (status.figma.com)"
ADVICE: dict[Cause, str] = {
    "network": _REACH,
    "timeout": _REACH,
    "server": "wait until the host is well again; Figma's status page is status.figma.com",
    "expired_url": "check that no proxy or firewall refuses the host; fresh URLs were refused as well",
    "invalid_body": "check that no proxy or login page answers in place of the host",
    "disk": "check free space and permissions of the output folders",
    "crashed": "check whether memory ran out; use fewer --workers, or --workers 0 to see why they die",
    "error": "please report this bug, with the log of a run with -v",
}
"""What to do where the failures themselves do not say."""

_SWITCH = {
    "failures": "--abort-failure-rate 0 lets a run go on, however much fails",
    "crashes": "--abort-crashes 0 lets a run go on, however many workers die",
}


class Incident(Struct, frozen=True):
    """A failure, and what its finder knows: `at` in Unix seconds, the host that was asked, the configs that lack it.

    `at` is when it was final; its first attempt may have failed much earlier (`failure.since`).
    """

    failure: Failure
    at: float
    host: str = ""
    configs: tuple[str, ...] = ()

    @property
    def since(self) -> float:
        """When its first attempt failed."""
        return self.failure.since or self.at


class Share(Struct, frozen=True, rename="camel"):
    """How many failures of a group were at one host, or left one config without a file."""

    name: str
    count: int


class Group(Struct, frozen=True, rename="camel"):
    """Failures of one cause. `message` is the one most often heard; times are ISO 8601, UTC, to the second.

    `first_at` is when the first attempt of any of them failed, `last_at` when the last of them was given up.

    A failure that several configs suffer from counts for each of them in `configs`.
    """

    cause: str
    count: int
    first_at: str
    last_at: str
    message: str
    advice: str
    hosts: tuple[Share, ...]
    configs: tuple[Share, ...]


class Analysis(Struct, frozen=True, rename="camel"):
    """The largest group comes first. `reason` and `since` are empty unless a policy ended the run."""

    count: int
    groups: tuple[Group, ...]
    reason: str = ""
    since: str = ""
    advice: str = ""


def analyse(incidents: Iterable[Incident], verdict: Verdict | None = None) -> Analysis:
    """Group failures by cause.

    Args:
        incidents: all failures of the run, in any order.
        verdict: why the run was ended, on the same clock. Then only what was given up since the outage began is
            grouped: what had failed before did not end the run.
    """
    by_cause: dict[Cause, list[Incident]] = defaultdict(list)
    for incident in incidents:
        if verdict is None or incident.at >= verdict.since:
            by_cause[incident.failure.cause].append(incident)
    groups = tuple(sorted(map(_group, by_cause.values()), key=lambda group: (-group.count, group.cause)))
    count = sum(group.count for group in groups)
    if verdict is None:
        return Analysis(count, groups)
    blamed = [one for cause in COUNTED for one in by_cause[cause]] if verdict.kind == "failures" else []
    since = min((verdict.since, *(one.since for one in blamed)))
    return Analysis(count, groups, verdict.reason, _iso(since), _advice(verdict, groups))


def _group(incidents: Sequence[Incident]) -> Group:
    """Return the group of incidents that have one cause."""
    cause = incidents[0].failure.cause
    message, advice = (
        _most_often(texts)
        for texts in zip(*((one.failure.message, one.failure.advice) for one in incidents), strict=True)
    )
    return Group(
        cause=cause,
        count=len(incidents),
        first_at=_iso(min(incident.since for incident in incidents)),
        last_at=_iso(max(incident.at for incident in incidents)),
        message=message,
        advice=advice or ADVICE.get(cause, ""),
        hosts=_shares(incident.host for incident in incidents),
        configs=_shares(config for incident in incidents for config in set(incident.configs)),
    )


def _most_often(texts: Iterable[str]) -> str:
    """Return the text that comes most often, the first in the alphabet among equals; empty ones do not count."""
    shares = _shares(texts)
    return shares[0].name if shares else ""


def _shares(names: Iterable[str]) -> tuple[Share, ...]:
    counts = Counter(name for name in names if name)
    return tuple(Share(name, count) for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _advice(verdict: Verdict, groups: Sequence[Group]) -> str:
    """Return what to do about the abort; what to do about failures stands in their groups, if there are any."""
    unsaid = verdict.kind == "crashes" and all(group.cause != "crashed" for group in groups)
    return f"{ADVICE['crashed']}; {_SWITCH[verdict.kind]}" if unsaid else _SWITCH[verdict.kind]


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
