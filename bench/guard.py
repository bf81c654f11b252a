"""Did the way of a file become longer? Counts calls and modules, not seconds: a busy machine counts as a calm one does.

Runs small files through the code of a worker, and of the coordinator, against a server in a process of its own, plans
icons with their code, and counts the function calls that a file costs, Python's and C's; and the modules that a run
loads before it can ask Figma for anything. All is compared with what `guard.json` has for this version of Python.
Usage: python -m bench.guard [--update | --top]
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import uvloop

from exfig_mp.collect import plan_assets
from exfig_mp.download import Downloads
from exfig_mp.engines.job_loop import JobLoop
from exfig_mp.engines.processes import Processes
from exfig_mp.engines.protocol import EngineOptions, Supervision
from exfig_mp.exchange import SessionOptions
from exfig_mp.exporters import Root
from exfig_mp.exporters.pairing import pair
from exfig_mp.journal import Journal
from exfig_mp.ledger import Ledger
from exfig_mp.limiter import Limiter, LimiterOptions
from exfig_mp.model import Done, Job, Node, Variant, Variants
from exfig_mp.plan import build_plan, split
from exfig_mp.report import Run, build_report
from exfig_mp.run_options import Work
from exfig_mp.transfer import Transfer, TransferOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from multiprocessing.connection import Connection

    from exfig_mp.model import JobResult, Shard

_BEFORE_THE_FIRST_CALL = "cli.main cli.export cli.session cli.resolve config.validation batch cli.progress"
_CONFIG = {"figma": {"lightFileId": "guard"}, "flutter": {"output": "out", "icons": [{"output": "out/icons"}]}}

FIGURES = Path(__file__).with_name("guard.json")
TOLERANCE = 0.1
"""Further calls, as a share of the stored ones, that are too many; and fewer, that are worth storing."""

_FILES = 512
_ROUNDS = 3  # the least counts: what comes late costs a wake-up more
_LOCAL = SessionOptions(connections=16, allowed_hosts=("127.0.0.1",))
_BODY = b'<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"><path d="M1 2L3 4Z"/></svg>\n'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: guard\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\nContent-Type: image/svg+xml\r\n"
    b'Content-Length: %d\r\nETag: "guard"\r\nAccept-Ranges: bytes\r\n\r\n%s' % (len(_BODY), _BODY)
)


def main() -> None:
    """Compare, and exit with 1 if a file costs too many calls; with --update store, with --top show what they are."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stored: dict[str, dict[str, float]] = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    counts = measure()
    figures = {part: round(counted.total() / _FILES, 1) for part, counted in counts.items()} | {"start": _modules()}
    if "--top" in sys.argv:
        for part, counted in counts.items():
            print(f"{part}: {figures[part]} {_unit(part)}")
            for name, count in counted.most_common(60):
                print(f"  {count / _FILES:6.2f}  {name}")
    elif "--update" in sys.argv:
        FIGURES.write_text(json.dumps(stored | {version: figures}, indent=2, sort_keys=True) + "\n")
        print(f"stored for Python {version}: {figures}")
    elif version not in stored:
        print(f"no figures for Python {version} yet: python -m bench.guard --update stores {figures}")
    else:
        sys.exit(int(not all(_is_well(part, figures[part], stored[version][part]) for part in figures)))


def _is_well(part: str, counted: float, stored: float) -> bool:
    """Print what becomes of one figure; is it no worse than it was?"""
    change = counted / stored - 1
    print(f"{part}: {counted} {_unit(part)}, stored {stored} ({change:+.1%})")
    if change > TOLERANCE:
        print(
            "  too many: see `python -m bench.guard --top`; if it is meant, `python -m bench.guard --update` stores it"
        )
    elif change < -TOLERANCE:
        print("  better: `python -m bench.guard --update` keeps it so")
    return change <= TOLERANCE


def _unit(part: str) -> str:
    return "modules" if part == "start" else "calls a file"


def _modules() -> float:
    """Return how many modules are there when a run is about to ask Figma for the first time."""
    ours = ", ".join(f"exfig_mp.{name}" for name in _BEFORE_THE_FIRST_CALL.split())
    code = f"import sys, uvloop, {ours}; print(len(sys.modules))"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)


def measure() -> dict[str, Counter[str]]:
    """Return the calls that `_FILES` files cost a worker, the coordinator, and the plan: the least of some rounds."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    port = ours.recv()
    try:
        with tempfile.TemporaryDirectory() as folder:
            rounds = [uvloop.run(_round(Path(folder, str(number)), port)) for number in range(_ROUNDS)]
    finally:
        server.terminate()
        server.join()
    return {part: min((one[part] for one in rounds), key=Counter.total) for part in rounds[0]}


async def _round(folder: Path, port: int) -> dict[str, Counter[str]]:
    return {
        "worker": await _in_worker(folder / "worker", port),
        "coordinator": await _in_coordinator(folder / "coordinator", port),
        "plan": _in_plan(),
    }


def _in_plan() -> Counter[str]:
    """Plan icons of names that nobody has seen before, count them as done, and write their code."""
    (entry,) = msgspec.convert(_CONFIG, Root).entries()
    names = (f"icon-{uuid.uuid4().hex[:8]}/arrow-left-{number}" for number in range(_FILES))
    found = Variants(tuple(Variant(name, Node("guard", "1", f"1:{at}")) for at, name in enumerate(names)))
    work, ledger = Work("guard.yaml", "/guard", entry), Ledger()
    with counting() as calls:
        planned, _ = plan_assets(work, entry, pair(found, entry.naming, "flutter"), ())
        plan = build_plan([planned])
        ledger.begin(plan)
        for key in plan.renders:
            ledger.settle_done(Done(key, 1, "", 1))
        ledger.items()
        build_report(ledger, Run("guard", "", 1.0))
        (code,) = planned.index({file.path for file in planned.files})
    assert code.content.count(b"arrow_left") >= _FILES, code  # noqa: S101  # else it counts for nothing
    return calls


def _jobs(folder: Path, port: int, name: str) -> list[Job]:
    (folder / name).mkdir(parents=True)
    return [
        Job(f"{number:032x}", f"http://127.0.0.1:{port}/{number}.svg", "svg", (str(folder / name / f"{number}.svg"),))
        for number in range(_FILES)
    ]


async def _in_worker(folder: Path, port: int) -> Counter[str]:
    warm, counted = _jobs(folder, port, "warm"), _jobs(folder, port, "counted")
    done: asyncio.Queue[int] = asyncio.Queue()

    def hand_on(results: tuple[JobResult, ...]) -> None:
        assert all(isinstance(result, Done) for result in results), results  # noqa: S101  # else it counts for nothing
        done.put_nowait(len(results))

    async with AsyncExitStack() as stack:
        journal = Journal(str(folder / "journal.jsonl"))
        stack.callback(journal.close)
        limiter = stack.enter_context(Limiter(LimiterOptions(str(folder / "limiter.block"))))
        downloads = await stack.enter_async_context(Downloads(_LOCAL))
        transfer = Transfer(downloads, limiter, TransferOptions(), lambda _job, _event: None)
        loop = JobLoop(transfer, journal, _LOCAL.connections, hand_on)
        stack.push_async_callback(loop.stop, 1.0)
        await _take(loop, warm, done)
        with counting() as calls:
            await _take(loop, counted, done)
    return calls


async def _take(loop: JobLoop, jobs: list[Job], done: asyncio.Queue[int]) -> None:
    loop.add(jobs)
    left = len(jobs)
    while left:
        left -= await done.get()


async def _in_coordinator(folder: Path, port: int) -> Counter[str]:
    jobs = _jobs(folder, port, "counted")
    options = EngineOptions(
        workers=1,
        journal_path=lambda name: str(folder / f"{name}.jsonl"),
        limiter=LimiterOptions(str(folder / "limiter.block")),
        on_retry=lambda _: None,
        session=_LOCAL,
        supervision=Supervision(beat=60.0, silence=600.0),  # what comes by the clock is not counted
    )

    async def shards() -> AsyncIterator[Shard]:
        for shard in split(jobs):
            yield shard

    async with Processes(options) as engine:
        with counting() as calls:
            async for result in engine.run(shards()):
                assert isinstance(result, Done), result  # noqa: S101  # else it counts for nothing
    return calls


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Count the calls of this thread by name."""
    calls: Counter[str] = Counter()

    def note(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            calls[f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}"] += 1
        elif event == "c_call":
            calls[getattr(argument, "__qualname__", repr(argument))] += 1

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def _serve(ready: Connection) -> None:
    """Answer every request on every connection by the same file, for ever; tell the port first."""

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self._transport = transport

        def data_received(self, data: bytes) -> None:
            self._transport.write(_ANSWER * data.count(b"\r\n\r\n"))

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())


if __name__ == "__main__":
    main()
