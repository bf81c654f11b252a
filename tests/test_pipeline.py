from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.journal import Journal, Memory, Rendered
from exfig_mp.ledger import Ledger
from exfig_mp.model import Asset, Done, Failed, Failure, Node
from exfig_mp.pipeline import Pipeline
from exfig_mp.plan import build_plan, plan_entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.model import Render


class Queue:
    """Stands in for the render queue: notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[Render] = []
        self.closed = False

    def add(self, renders: Iterable[Render]) -> None:
        self.asked += renders

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def parts(tmp_path):
    entry = Entry(
        platform="web",
        kind="icons",
        label="web.icons",
        selection=Selection(light_file="File", frame="Icons"),
        naming=Naming(style=""),
        exporter=Folder(folder="out", format="svg"),
    )
    assets = tuple(Asset(name, name, Node("File", "1", f"1:{number}")) for number, name in enumerate("ab"))
    plan = build_plan([plan_entry("app.yaml", str(tmp_path), entry, assets)])
    ledger = Ledger()
    ledger.begin(plan)
    queue: Any = Queue()
    journal = Journal(str(tmp_path / "coordinator.jsonl"))
    yield Pipeline(plan, queue, journal, ledger), queue, ledger, tuple(plan.renders)
    journal.close()


def failed(render_id: str, cause: Any) -> Failed:
    return Failed(render_id, Failure(cause, "no"))


def test_an_expired_url_is_asked_for_again_once(parts):
    pipeline, queue, ledger, (first, second) = parts

    pipeline.settle(failed(first, "expired_url"))
    assert [render.id for render in queue.asked] == [first]
    assert not ledger.failed

    pipeline.settle(failed(first, "expired_url"))
    pipeline.settle(Done(second, 1, "x"))
    assert set(ledger.failed) == {first}
    assert queue.closed


@pytest.mark.parametrize("cause", ["network", "timeout"])
def test_a_remembered_store_that_is_gone_is_asked_for_anew(parts, cause):
    pipeline, queue, ledger, (first, second) = parts
    pipeline.remember(Memory(rendered={first: Rendered(first, "https://gone/1", time.time())}))

    pipeline.settle(failed(first, cause))
    pipeline.settle(failed(second, cause))

    assert [render.id for render in queue.asked] == [first]
    assert set(ledger.failed) == {second}
    assert not queue.closed


def test_the_queue_is_closed_when_everything_is_settled(parts):
    pipeline, queue, ledger, (first, second) = parts

    pipeline.settle(Done(first, 3, "x"))
    assert not queue.closed

    pipeline.settle(failed(second, "invalid_body"))
    assert queue.closed
    assert (ledger.settled, ledger.size) == (2, 3)
