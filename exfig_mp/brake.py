"""What ends a run early: the first failure with `--fail-fast`, too many failures, dying workers, a full disk, a signal.

Whoever waits for it is told at once; what is in flight then gets its grace from the engine, and the rest is not done.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from exfig_mp.abort import FailureWatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.abort import AbortPolicy, Verdict
    from exfig_mp.model import Failure, StopReason


class Brake:
    """Hears of every end and every death; `reason` says why the run must end, empty as long as it need not.

    `trouble` is what went wrong with the run itself, if that is why.

    Args:
        policy: what is borne.
        fail_fast: whether the first failure is one too many.
        wall: Unix time; verdicts are given in it.
    """

    def __init__(self, policy: AbortPolicy, *, fail_fast: bool, wall: Callable[[], float] = time.time) -> None:
        self._watch = FailureWatch(policy)
        self._fail_fast = fail_fast
        self._wall = wall
        self._pulled = asyncio.Event()
        self.reason: StopReason = ""
        self.trouble: Failure | None = None
        self.deaths = 0

    @property
    def verdict(self) -> Verdict | None:
        """Why the policy ends the run, if it does."""
        return self._watch.verdict

    def operation(self, failure: Failure | None) -> None:
        """A download came to its end."""
        self._watch.note(failure, self._wall())
        self._look()

    def failed(self, failure: Failure) -> None:
        """An item failed, for whatever reason."""
        if failure.cause == "disk_full":
            self.pull("diskFull")
        elif self._fail_fast:
            self.pull("failFast")

    def death(self) -> None:
        """A worker died that nobody had told to."""
        self.deaths += 1
        self._watch.crashed(self._wall())
        self._look()

    def pull(self, reason: StopReason, trouble: Failure | None = None) -> None:
        """End the run; the first reason stays."""
        if not self.reason:
            self.reason, self.trouble = reason, trouble
        self._pulled.set()

    async def pulled(self) -> None:
        """Wait until the run must end."""
        await self._pulled.wait()

    def _look(self) -> None:
        if self._watch.verdict:
            self.pull("abort")
