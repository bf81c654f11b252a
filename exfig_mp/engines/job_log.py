"""What whoever runs jobs writes into the log: each attempt that is repeated, each job that ended.

Each process writes for itself, at once. Where nobody wants to read it, no log is opened: that takes longer than
all the rest of a worker's start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.log import correlation_id, open_log
from exfig_mp.model import Done

if TYPE_CHECKING:
    from exfig_mp.log import LogOptions
    from exfig_mp.model import Job, JobResult, Retried, Shard


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
        self._shards: dict[str, int] = {}

    def took(self, shard: Shard) -> None:
        """The jobs of `shard` are here."""
        if self._log:
            self._shards.update((job.id, shard.number) for job in shard.jobs)

    def retried(self, job: Job, event: Retried) -> None:
        """An attempt failed, and is repeated."""
        if self._log:
            facts = self._facts(job, event.attempt)
            self._log.info("download repeated", **facts, seconds=round(event.seconds, 2), reason=event.reason)

    def ended(self, job: Job, result: JobResult) -> None:
        """A job came to its end."""
        if not self._log:
            return
        if isinstance(result, Done):
            self._log.debug("placed", **self._facts(job, result.attempts), bytes=result.size)
        else:
            failure = result.failure
            facts = self._facts(job, failure.attempts)
            self._log.info("download failed", **facts, cause=failure.cause, reason=failure.message)
        self._shards.pop(job.id, None)

    def _facts(self, job: Job, attempt: int) -> dict[str, object]:
        return {
            "config": job.config,
            "shard": self._shards.get(job.id),
            "item": job.asset,
            "attempt": attempt,
            "correlation": correlation_id(self._run, job.id, attempt),
        }
