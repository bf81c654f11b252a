"""The contract of an engine: it takes shards of jobs and gives results. `test_contract.py` holds every engine to it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Literal, Protocol, Self

from msgspec import Struct, field

from exfig_mp.exchange import SessionOptions
from exfig_mp.log import LogOptions
from exfig_mp.transfer import TransferOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from exfig_mp.limiter import LimiterOptions
    from exfig_mp.model import JobResult, Retried, Shard

Reason = Literal["age", "memory", "tasks"]

UNKNOWN_EXIT = 255
"""What multiprocessing says when the forkserver is gone, which alone could have known the exit code.

A worker may have this exit code of its own, too: libraries call `exit(-1)`.
"""


class Supervision(Struct, frozen=True, kw_only=True):
    """When a worker process is replaced by a fresh one. Times in seconds; None switches a rule off.

    Args:
        beat: a worker says this often that its event loop turns.
        silence: a worker of which nothing was heard for so long hangs, and is killed. At least some beats.
        memory_limit: per cent of the memory that is there for us.
        max_age: of a worker.
        max_tasks: most jobs that one worker is given.
        youngest: nobody younger is replaced for memory.
        growth: nobody is replaced for memory who has not grown by this factor: a fresh one would need as much.
    """

    beat: float = 2.0
    silence: float = 30.0
    memory_limit: float | None = 80.0
    max_age: float | None = 7200.0
    max_tasks: int | None = None
    youngest: float = 10.0
    growth: float = 1.5


class Start(Struct, frozen=True):
    """A worker is there for work. `worker` is its name in the log, which a successor takes over; so below."""

    worker: str
    pid: int


class Death(Struct, frozen=True):
    """A worker process ended that nobody had told to: `exit_code` as multiprocessing has it, a signal as -number.

    `jobs` are the ids of those that it still owed; `hung` means that it was killed here, for its silence.
    """

    worker: str
    pid: int
    exit_code: int
    jobs: tuple[str, ...]
    hung: bool = False

    @property
    def how(self) -> str:
        """How it died, in a word or three."""
        if self.hung:
            return "hung"
        if self.exit_code == UNKNOWN_EXIT:
            return "cause unknown"
        if self.exit_code >= 0:
            return f"exit code {self.exit_code}"
        try:
            return signal.Signals(-self.exit_code).name
        except ValueError:  # a real-time signal has no name
            return f"signal {-self.exit_code}"


class Recycling(Struct, frozen=True):
    """A worker gets no more work after `jobs` jobs, and is replaced; `resident` is its memory in bytes, if known."""

    worker: str
    pid: int
    reason: Reason
    jobs: int
    resident: int


class EngineOptions(Struct, frozen=True, kw_only=True):
    """What every engine needs to run jobs. All that hear of something do so in this process.

    Args:
        workers: worker processes; 0 runs the jobs in this process.
        journal_path: returns a new journal's path for a writer's name.
        limiter: how a process opens the shared limiter.
        session: `connections` are those of the whole engine; it shares them out.
        transfer: how one job is run.
        supervision: when workers are replaced.
        log: what whoever runs jobs logs, and where to.
        on_retry: hears of every attempt that is repeated.
        on_start: hears of every worker that is ready.
        on_death: hears of every worker that died.
        on_orphans: hears, with its process id, that the process that starts workers died, which ends them all. None of
            them counts as a death.
        on_recycle: hears of every worker whose replacement begins.
        on_leave: hears, with its process id, of every worker that ends before the engine does and is no death: it was
            replaced and owed nothing any more, or ended with the process that starts workers.
        on_warning: hears, in a sentence, of what was asked for and cannot be.
    """

    workers: int
    journal_path: Callable[[str], str]
    limiter: LimiterOptions
    on_retry: Callable[[Retried], None]
    session: SessionOptions = field(default_factory=SessionOptions)
    transfer: TransferOptions = field(default_factory=TransferOptions)
    supervision: Supervision = field(default_factory=Supervision)
    log: LogOptions = field(default_factory=LogOptions)
    on_start: Callable[[Start], None] = lambda _: None
    on_death: Callable[[Death], None] = lambda _: None
    on_orphans: Callable[[int], None] = lambda _: None
    on_recycle: Callable[[Recycling], None] = lambda _: None
    on_leave: Callable[[int], None] = lambda _: None
    on_warning: Callable[[str], None] = lambda _: None


class Engine(Protocol):
    """Runs jobs somewhere. An async context manager: entering starts it, leaving reaps all that it started.

    - `run` gives exactly one result for each job, in any order; a failure is a value, never an exception.
    - A `Done` is durable: its files are in place and journalled.
    - `run` asks for the next shard only when it can soon use it, and ends when the shards have ended and all their
      results have been given. It may be called once.
    - Leaving early loses nothing that was given as `Done`. Jobs in flight get their grace, and those that end in it
      have their result in `late`; jobs without a result are simply not done.
    """

    async def __aenter__(self) -> Self:
        """Start; returns before the workers are ready, so that they start while others work.

        Raises:
            ExfigError: this machine's limits leave no room for any work.
        """
        ...

    async def __aexit__(self, *exception: object) -> None:
        """Stop and reap everything; jobs in flight get a few seconds."""
        ...

    def run(self, shards: AsyncIterator[Shard]) -> AsyncIterator[JobResult]:
        """Run the jobs of all shards and give their results."""
        ...

    def late(self) -> tuple[JobResult, ...]:
        """Return, once, after leaving: results that `run` has not given, because nobody took them any more."""
        ...
