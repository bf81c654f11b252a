"""How the parts of one run hear of each other: engine and API get their options, and tell ledger, log and brake."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from exfig_mp.chronicle import Chronicle
from exfig_mp.engines.inline import Inline
from exfig_mp.engines.processes import Processes
from exfig_mp.engines.protocol import EngineOptions
from exfig_mp.sources.figma_api import FigmaApi
from exfig_mp.sources.figma_calls import Caller
from exfig_mp.waits import LimitReport, Pacing, WaitReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exfig_mp.brake import Brake
    from exfig_mp.checkpoint import Checkpoint
    from exfig_mp.client import Session
    from exfig_mp.engines.protocol import Death, Engine, Recycling, Start
    from exfig_mp.journal import Journal
    from exfig_mp.ledger import Ledger
    from exfig_mp.limiter import Limiter
    from exfig_mp.log import Log
    from exfig_mp.model import Retried
    from exfig_mp.run_log import RunLog
    from exfig_mp.run_options import RunOptions, Work
    from exfig_mp.sources.api_events import Attempt, Request
    from exfig_mp.sources.figma_calls import Answers
    from exfig_mp.waits import Wait

_WORTH_TELLING = 1.0  # seconds of a wait


class Given(Struct, frozen=True):
    """What all steps of one run are given; `said` writes its log, `chronicle` gathers for reports."""

    work: Sequence[Work]
    options: RunOptions
    ledger: Ledger
    log: Log
    said: RunLog
    brake: Brake
    chronicle: Chronicle = field(default_factory=Chronicle)


def engine_of(given: Given, journal_path: Callable[[str], str], store: str) -> Engine:
    """Return the engine that the options ask for; its workers keep renders in `store`, if that is a folder."""
    options, said, brake = given.options, given.said, given.brake

    def on_retry(_: Retried) -> None:
        given.ledger.retries["downloads"] += 1  # whoever runs the job has logged it

    def on_start(start: Start) -> None:
        said.started(start)
        given.chronicle.started(start)

    def on_death(death: Death) -> None:
        said.died(death)
        given.chronicle.died(death)
        brake.death()

    def on_orphans(pid: int) -> None:
        said.orphaned(pid)
        brake.death()  # one, whatever it took with it

    def on_recycle(recycling: Recycling) -> None:
        said.recycled(recycling)
        given.chronicle.recycled(recycling)

    engine = Processes if options.workers else Inline
    return engine(
        EngineOptions(
            workers=options.workers,
            journal_path=journal_path,
            limiter=options.limiter,
            on_retry=on_retry,
            on_start=on_start,
            on_death=on_death,
            on_orphans=on_orphans,
            on_recycle=on_recycle,
            on_leave=given.chronicle.left,
            on_warning=given.log.warning,
            supervision=options.supervision,
            log=options.log,
            session=options.session(options.connections),
            transfer=replace(options.transfer, store=store),
        )
    )


def api_of(given: Given, session: Session, limiter: Limiter, answers: Answers) -> FigmaApi:
    """Return the API; its calls are counted in the ledger."""

    def on_retry(attempt: Attempt) -> None:
        given.ledger.retries["api"] += 1
        given.said.repeated(attempt)

    def on_request(request: Request) -> None:
        given.said.requested(request)
        given.chronicle.requested(request)

    asking = replace(given.options.api, on_request=on_request)
    api = FigmaApi(Caller(session, limiter, asking, answers, on_retry))
    given.ledger.calls = api.calls
    return api


def on_wait_of(given: Given) -> Callable[[Wait], None]:
    """Return who is told of each wait for Figma's limits."""

    def on_wait(wait: Wait) -> None:
        if wait.seconds >= _WORTH_TELLING:
            given.ledger.wait, given.ledger.waits_until = wait, time.monotonic() + wait.seconds
            given.said.waits(wait)
            given.chronicle.waits(wait)

    return on_wait


def note_pacing(limiter: Limiter, ledger: Ledger) -> None:
    """Take over what the limiter knows at the end."""
    ledger.pacing = Pacing(
        round(limiter.waits.seconds, 3),
        tuple(LimitReport(*limit) for limit in limiter.limits()),
        tuple(
            WaitReport(lane, reason, total.count, round(total.seconds, 3))
            for (lane, reason), total in sorted(limiter.waits.totals.items())
        ),
    )


class RememberedAnswers:
    """The checkpoint as the API's memory."""

    def __init__(self, checkpoint: Checkpoint, journal: Journal, on_recall: Callable[[], None]) -> None:
        self._checkpoint = checkpoint
        self._journal = journal
        self._on_recall = on_recall

    def recall(self, name: str) -> bytes | None:
        """See `Answers`."""
        body = self._checkpoint.answer(name)
        if body is not None:
            self._on_recall()
        return body

    def keep(self, name: str, body: bytes) -> None:
        """See `Answers`."""
        self._checkpoint.remember_answer(self._journal, name, body)
