"""What whoever runs jobs writes into the log: each attempt that is repeated, each file that is in place.

Each process writes for itself, at once. Where nobody wants to read it, no log is opened: that takes longer than
all the rest of a worker's start. Failures are logged by the coordinator, which alone knows whether they are for good:
a job that fails may be rendered again, and one that fails while the run is stopped counts as not done. So no worker
has to open a log just for them; it only says where they happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from exfig_mp.log import correlation_id, open_log
from exfig_mp.model import Done, Failed

if TYPE_CHECKING:
    from exfig_mp.log import LogOptions
    from exfig_mp.model import Job, JobResult, Retried


class JobLog:
    """The log of one worker.

    Args:
        options: what is logged, and where to.
        run: the run's id.
        worker: the worker's name.
    """

    def __init__(self, options: LogOptions, run: str, worker: str) -> None:
        self._run = run
        self._log = open_log(options, run=run, worker=worker) if options.wants_info else None

    def retried(self, job: Job, event: Retried) -> None:
        """An attempt failed, and is repeated."""
        if self._log:
            facts = self._facts(job, event.attempt)
            self._log.info("download repeated", **facts, seconds=round(event.seconds, 2), reason=event.reason)

    def ended(self, job: Job, result: JobResult) -> None:
        """A job came to its end."""
        if self._log and isinstance(result, Done):
            self._log.debug("placed", **self._facts(job, result.attempts), bytes=result.size)

    def _facts(self, job: Job, attempt: int) -> dict[str, object]:
        return {
            "config": job.config,
            "shard": job.shard,
            "item": job.asset,
            "attempt": attempt,
            "correlation": correlation_id(self._run, job.id, attempt),
        }


def traced(result: JobResult, job: Job, worker: str, run: str) -> JobResult:
    """Return the result of `job`; a failure says where it happened."""
    if not isinstance(result, Failed):
        return result
    correlation = correlation_id(run, job.id, result.failure.attempts)
    return msgspec.structs.replace(result, worker=worker, shard=job.shard, correlation=correlation)
