"""What killed runs have paid for and what they know of it: Figma's log against the journals."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlsplit

import psutil

from exfig_mp.journal import merge

if TYPE_CHECKING:
    from pathlib import Path

    from exfig_mp.journal import Memory


def remembered(folder: Path, generation: Literal["current", "previous", ""] = "") -> Memory:
    """Return what the journals in `folder` say, or those of a generation of the one checkpoint in that state folder."""
    below = f".exfig-checkpoint.d/*/{generation}/*.jsonl" if generation else "*.jsonl"
    return merge(path.read_bytes() for path in sorted(folder.glob(below)))


def asked(log: list[dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    """Count (file, query without ids, id) over all requests for renders."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for entry in log:
        if entry["kind"] == "images":
            parts = urlsplit(entry["path"])
            query = parse_qs(parts.query)
            for node in query.pop("ids")[0].split(","):
                counted[parts.path, str(sorted(query.items())), node] += 1
    return counted


def fetched(log: list[dict[str, Any]]) -> Counter[str]:
    """Count the whole answers of the store by the path of the URL."""
    return Counter(urlsplit(entry["path"]).path for entry in log if entry["kind"] == "cdn" and entry["status"] == 200)


def placed_paths(memory: Memory) -> set[str]:
    """Return the URL paths of the renders that are journalled as in place."""
    return {urlsplit(memory.rendered[job].url).path for job in memory.placed if job in memory.rendered}


def survivors(session: int) -> list[psutil.Process]:
    """Return the live processes of a session: the run that began it, and all that it started."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    return found


def workers_of(coordinator: int) -> list[psutil.Process]:
    """Return the live workers of a run: its forkserver's children."""
    return [process for process in survivors(coordinator) if _is_worker(process, coordinator)]


def _is_worker(process: psutil.Process, coordinator: int) -> bool:
    try:
        return process.pid != coordinator and process.ppid() not in {coordinator, psutil.Process(coordinator).ppid()}
    except psutil.NoSuchProcess:
        return False
