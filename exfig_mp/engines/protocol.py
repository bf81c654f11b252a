"""The contract of an engine: it takes shards of jobs and gives results. `test_contract.py` holds every engine to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from exfig_mp.client import SessionOptions
from exfig_mp.transfer import TransferOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from exfig_mp.limiter import LimiterOptions
    from exfig_mp.model import JobResult, Retried, Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What every engine needs to run jobs.

    Args:
        workers: worker processes; 0 runs the jobs in this process.
        journal_path: returns a new journal's path for a writer's name.
        limiter: how a process opens the shared limiter.
        session: `connections` are those of the whole engine; it shares them out.
        transfer: how one job is run.
        on_retry: hears, in this process, of every attempt that is repeated.
    """

    workers: int
    journal_path: Callable[[str], str]
    limiter: LimiterOptions
    on_retry: Callable[[Retried], None]
    session: SessionOptions = field(default_factory=SessionOptions)
    transfer: TransferOptions = field(default_factory=TransferOptions)


class Engine(Protocol):
    """Runs jobs somewhere. An async context manager: entering starts it, leaving reaps all that it started.

    - `run` gives exactly one result for each job, in any order; a failure is a value, never an exception.
    - A `Done` is durable: its files are in place and journalled.
    - `run` asks for the next shard only when it can soon use it, and ends when the shards have ended and all their
      results have been given. It may be called once.
    - Leaving early loses nothing that was given as `Done`; jobs without a result are simply not done.
    """

    async def __aenter__(self) -> Self:
        """Start; returns before the workers are ready, so that they start while others work."""
        ...

    async def __aexit__(self, *exception: object) -> None:
        """Stop and reap everything; jobs in flight get a few seconds."""
        ...

    def run(self, shards: AsyncIterator[Shard]) -> AsyncIterator[JobResult]:
        """Run the jobs of all shards and give their results."""
        ...
