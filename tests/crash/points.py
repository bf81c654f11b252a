"""The instants at which runs are killed: what the program is doing then, and how to meet it there.

A point lies below the program, at a call to the operating system that `inject/sitecustomize.py` knows by the path. So
it stays where it is when the program is written differently, as long as the same files appear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Victims = Literal["one", "workers", "run"]
"""Who is killed: the process that is there (a worker, or the coordinator), all workers, or every process of the run."""

WORKERS: tuple[Victims, ...] = ("one", "workers", "run")
COORDINATOR: tuple[Victims, ...] = ("one", "run")


@dataclass(frozen=True, kw_only=True)
class Point:
    """One instant.

    Args:
        name: what is going on.
        role: who strikes: "worker" or "coordinator"; "outside" is the test itself, after a random time.
        event: "rename", "lock", "write", "open", "feed" or "remove" of a file that `path` finds (a regular expression).
        moment: "before" or "after" that call, or "half" of a write.
        calls: a process strikes at one of its calls 1 to this.
        victims: who is killed, in turn.
        resumes: a run that has been cut off is resumed, and the resume is killed.
        anew: a run that has been cut off is not resumed, and the run that starts over is killed.
        litter: a dead run has left temporary files everywhere.
        mercy: the store asks every worker to pause.
        forgets: everything was done already, so that a resume finds nothing to go on from.
    """

    name: str
    role: Literal["worker", "coordinator", "outside"]
    event: str = ""
    path: str = ""
    moment: Literal["before", "after", "half"] = "before"
    calls: int = 1
    victims: tuple[Victims, ...] = ("one",)
    resumes: bool = False
    anew: bool = False
    litter: bool = False
    mercy: bool = False
    forgets: bool = False


_MANIFEST = r"/current/manifest\.json$"
_ASSET = r"(^|/)out/.*\.(svg|png|pdf|xml)$"
_INDEX = r"(^|/)out/.*Contents\.json$"

BEFORE_RENAME = Point(
    name="before a file is renamed",
    role="worker",
    event="rename",
    path=_ASSET,
    calls=8,
    victims=WORKERS,
)
AT_RANDOM = Point(name="one worker, at a random instant", role="outside")
IN_THE_LOCK = Point(
    name="a worker inside the limiter's lock",
    role="worker",
    event="lock",
    path=r"\.block$",
    moment="after",
    calls=3,
    victims=("workers", "run", "one"),
    mercy=True,
)
WHILE_STARTED = Point(
    name="while a worker is started",
    role="coordinator",
    event="feed",
    path=r"^(pipe|socket):",
    victims=("one", "run"),
)
RESUME_BETWEEN_RENAMES = Point(
    name="a resume, between the two renames of the manifest",
    role="coordinator",
    event="rename",
    path=r"/current/manifest\.json\.bak$",
    moment="after",
    calls=2,
    victims=COORDINATOR,
    resumes=True,
)

POINTS = (
    BEFORE_RENAME,
    Point(
        name="after a file is renamed, before its journal line",
        role="worker",
        event="rename",
        path=_ASSET,
        moment="after",
        calls=8,
        victims=("run", "workers", "one"),
    ),
    IN_THE_LOCK,
    Point(
        name="while a worker writes a journal line",
        role="worker",
        event="write",
        path=r"\.jsonl$",
        moment="half",
        calls=2,
        victims=WORKERS,
    ),
    WHILE_STARTED,
    Point(
        name="the coordinator inside the limiter's lock",
        role="coordinator",
        event="lock",
        path=r"\.block$",
        moment="after",
        calls=16,
        victims=COORDINATOR,
    ),
    Point(
        name="while the coordinator writes a journal line",
        role="coordinator",
        event="write",
        path=r"\.jsonl$",
        moment="half",
        calls=7,
        victims=COORDINATOR,
    ),
    Point(
        name="before the manifest is renamed",
        role="coordinator",
        event="rename",
        path=_MANIFEST,
        calls=3,
        victims=COORDINATOR,
    ),
    Point(
        name="between the two renames of the manifest",
        role="coordinator",
        event="rename",
        path=r"/current/manifest\.json\.bak$",
        moment="after",
        calls=2,
        victims=COORDINATOR,
    ),
    Point(
        name="a resume, while journals are merged",
        role="coordinator",
        event="open",
        path=r"\.jsonl$",
        calls=2,
        victims=COORDINATOR,
        resumes=True,
    ),
    RESUME_BETWEEN_RENAMES,
    Point(
        name="a new run, when the checkpoint of the one before is set aside",
        role="coordinator",
        event="rename",
        path=r"/previous$",
        moment="after",
        victims=COORDINATOR,
        anew=True,
    ),
    Point(
        name="a new run, while it throws the checkpoint of the one before away",
        role="coordinator",
        event="rename",
        path=r"/previous\.removed$",
        moment="after",
        victims=COORDINATOR,
        anew=True,
    ),
    Point(
        name="while an index file is written",
        role="coordinator",
        event="write",
        path=r"(^|/)out/.*\.exfig-.*\.tmp$",
        moment="half",
        calls=4,
        victims=COORDINATOR,
    ),
    Point(
        name="after an index file is renamed",
        role="coordinator",
        event="rename",
        path=_INDEX,
        moment="after",
        calls=4,
        victims=COORDINATOR,
    ),
    Point(
        name="while leftovers are swept",
        role="coordinator",
        event="remove",
        path=r"\.exfig-.*\.tmp$",
        calls=4,
        victims=COORDINATOR,
        litter=True,
    ),
    Point(
        name="before the link to the manifest is renamed, at the start",
        role="coordinator",
        event="rename",
        path=r"(^|/)\.exfig-checkpoint\.json$",
        victims=COORDINATOR,
    ),
    Point(
        name="before the checkpoint of a finished run is removed",
        role="coordinator",
        event="rename",
        path=r"\.exfig-checkpoint\.d/[0-9a-f]+\.removed$",
        victims=COORDINATOR,
    ),
    Point(
        name="while the journals of a finished run are removed",
        role="coordinator",
        event="remove",
        path=r"\.jsonl$",
        calls=2,
        victims=COORDINATOR,
        forgets=True,
    ),
    AT_RANDOM,
    Point(name="all workers, at a random instant", role="outside", victims=("workers",)),
    Point(name="the coordinator, at a random instant", role="outside", victims=("run",)),
)
