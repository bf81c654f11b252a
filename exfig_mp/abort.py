"""When does a run give up? Pure: ends of operations and deaths of workers go in, and a verdict may come out.

The rule is "more than 50 % failures over 10 consecutive operations" (S4, US5). Taken literally it would end healthy
runs: where one operation in ten fails by chance, a window of ten gets over one half about once in 10,000 operations.
So the window only arms a sequential probability ratio test (A. Wald, "Sequential Tests of Statistical Hypotheses",
Annals of Mathematical Statistics 16, 1945) over the operations that come after it. With a rate of 50 %, each failure
is a step up and each success a step down; 19 steps up end the run, 5 steps down call it a false alarm, and the window
begins anew. So a full outage is found after at most 6 + 19 = 25 operations, whatever came before it.

The errors that this makes: where at most half the allowed rate fails by chance (25 %), a test ends the run with a
probability below `_FALSE_ABORT`, and arming it and calling it off takes eleven operations: less than one healthy run of
10,000 operations in a million is aborted. Where failures are as far beyond the allowed rate (75 %), a test is called
off in less than `_MISSED` of cases, and the next window arms the next one. At the allowed rate itself the test has no
drift, and takes its time.

Failures do not come one by one: what is in flight may fail together. 24 in a row after a healthy stretch are borne,
that is three for each of eight workers, or all of the 20 downloads that are in flight by default; and what may pass is
tried again for many seconds before it counts at all. More cannot be borne by a rule that has to find a full outage
within 30 operations.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.model import Cause, Failure

COUNTED: frozenset[Cause] = frozenset({"network", "timeout", "server", "expired_url", "invalid_body", "error"})
"""Causes that say something about the world around an item, so that the next operation will likely fail as well.

`expired_url` is final only if the store refuses a fresh URL, too; `invalid_body` is what a proxy's login page comes
to; `error` is what nobody has foreseen, and thus no item's fault.

All others are passed over as if the operation had not been: they are no failure, and no success either, behind which
an outage could hide. `null_render`, `not_found`, `forbidden` and `config` are about the item or its config: a library
of which 60 % is invisible is no outage, and the other 40 % are wanted. So is `disk`: a folder that cannot be written
to is that of one config, and others have theirs (`disk_full` ends a run by itself). `auth` and `rate_limit` are clear
answers with exit codes and advice of their own. `crashed` was counted when the workers died; `aborted` is what follows
from a verdict.
"""

_FALSE_ABORT = 1e-9  # most that one test may err with where half the allowed rate is normal
_MISSED = 0.01  # the same for calling an outage a false alarm
_HEALTHY = 0.5  # what is surely healthy, as a share of the allowed rate


class AbortPolicy(Struct, frozen=True):
    """What a run bears.

    Args:
        failure_rate: per cent of operations that may fail; 0 or less and 100 or more switch the check off. (More than
            100 % cannot fail, and a run that bears no failure at all is what `--fail-fast` is for.)
        window: consecutive operations over which the rate is first looked at; 0 switches the check off.
        crashes: so many workers that die within `crash_window` seconds end the run; 0 of either switches the check off.
        crash_window: seconds, both ends included.
    """

    failure_rate: float = 50.0
    window: int = 10
    crashes: int = 3
    crash_window: float = 300.0

    @property
    def watches_failures(self) -> bool:
        """Can failures end the run?"""
        return 0 < self.failure_rate < 100 and self.window > 0

    @property
    def watches_crashes(self) -> bool:
        """Can crashes end the run?"""
        return self.crashes > 0 and self.crash_window > 0


class Verdict(Struct, frozen=True):
    """Why the run ends. `operations` and `failures` (or deaths of workers) are those from `since` to `at`.

    `since` is the most likely beginning: the operation from which on failures outweigh successes most.
    """

    kind: Literal["failures", "crashes"]
    reason: str
    since: float
    at: float
    operations: int
    failures: int


class _Test(Struct, frozen=True):
    """Wald's test in units of failures: a success weighs `success`, the run ends at `most`, all is well at `least`."""

    success: float
    most: float
    least: float


class _Alarm(Struct):
    """A test under way. `operations` and `failures` are from `since` on, `score` is from the arming on."""

    since: float
    operations: int
    failures: int
    score: float = 0.0


class FailureWatch:
    """Watches one run. All times are seconds of one clock; the verdict is given in them.

    `verdict` is None as long as the run may go on. Once there, it stays.
    """

    def __init__(self, policy: AbortPolicy) -> None:
        self.verdict: Verdict | None = None
        self._policy = policy
        self._test = _test_for(policy.failure_rate / 100) if policy.watches_failures else None
        self._borne = policy.failure_rate * policy.window / 100
        self._window: deque[tuple[bool, float]] = deque()
        self._failed = 0
        self._alarm: _Alarm | None = None
        self._crashes: deque[float] = deque(maxlen=max(policy.crashes, 1))

    def note(self, failure: Failure | None, at: float) -> None:
        """Take note of the end of one operation, after its last attempt.

        Operations have each their own fate, as downloads do: a hundred renders that one refused call leaves undrawn
        would be one failure, not a hundred.

        Args:
            failure: None if it succeeded; one whose cause is not in `COUNTED` is passed over.
            at: when it ended.
        """
        if self._test is None or self.verdict or (failure and failure.cause not in COUNTED):
            return
        if self._alarm:
            self._confirm(self._alarm, self._test, failed=failure is not None, at=at)
        else:
            self._look(self._test, failed=failure is not None, at=at)

    def crashed(self, at: float) -> None:
        """Take note of the death of a worker that nobody had told to stop."""
        if not self._policy.watches_crashes or self.verdict:
            return
        self._crashes.append(at)
        since = self._crashes[0]
        if len(self._crashes) == self._policy.crashes and at - since <= self._policy.crash_window:
            count = len(self._crashes)
            died = "a worker process died" if count == 1 else f"{count} worker processes died"
            reason = f"{died} within {self._policy.crash_window:g} s"
            self.verdict = Verdict("crashes", reason, since, at, count, count)

    def _look(self, test: _Test, *, failed: bool, at: float) -> None:
        """Slide the window on; more failures in it than are borne begin a test."""
        self._window.append((failed, at))
        self._failed += failed
        if len(self._window) > self._policy.window:
            self._failed -= self._window.popleft()[0]
        if self._failed > self._borne:
            self._alarm = _beginning(reversed(self._window), test.success)
            self._window.clear()
            self._failed = 0

    def _confirm(self, alarm: _Alarm, test: _Test, *, failed: bool, at: float) -> None:
        """Add one operation to the test under way, and end it if it is decided."""
        alarm.operations += 1
        alarm.failures += failed
        alarm.score += 1 if failed else -test.success
        if alarm.score <= test.least:
            self._alarm = None
        elif alarm.score >= test.most:
            reason = (
                f"{alarm.failures} of the last {alarm.operations} operations failed"
                f" (more than {self._policy.failure_rate:g} % are not borne)"
            )
            self.verdict = Verdict("failures", reason, alarm.since, at, alarm.operations, alarm.failures)


def _test_for(rate: float) -> _Test:
    """Return the test that has no drift at `rate`: a success weighs so much that both cancel out there.

    `steepness` is the log of the likelihood ratio of one failure: the positive root of E(exp(ratio)) = 1 at the rate
    that is healthy. By Ville's inequality, exp(-steepness * score) bounds the odds to ever come to `score` there.
    """
    healthy, success = _HEALTHY * rate, rate / (1 - rate)
    low, high = 0.0, -math.log(healthy)
    for _ in range(60):
        steepness = (low + high) / 2
        excess = healthy * math.expm1(steepness) + (1 - healthy) * math.expm1(-steepness * success)
        low, high = (low, steepness) if excess > 0 else (steepness, high)
    return _Test(success, -math.log(_FALSE_ABORT) / high, math.log(_MISSED) / high)


def _beginning(backwards: Iterable[tuple[bool, float]], success: float) -> _Alarm:
    """Return the alarm that begins where failures, from there on, outweigh successes most; the latest such place."""
    score = best = 0.0
    failures, found = 0, _Alarm(0.0, 0, 0)
    for operations, (failed, at) in enumerate(backwards, 1):
        failures += failed
        score += 1 if failed else -success
        if score > best:
            best, found = score, _Alarm(at, operations, failures)
    return found
