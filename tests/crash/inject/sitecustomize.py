"""Kills the program at a chosen instant: a fault injected below it, for `tests/test_crash_matrix.py`.

Python imports this at the start of every process that has this folder on its path. EXFIG_MP_CRASH (JSON) says where to
strike. The program itself is as it is: wrapped is only the one function of the operating system that it calls then.

- `role`: "worker" (forked by the forkserver) or "coordinator"
- `event`, `path`: "rename", "lock" (flock), "write", "open" (for reading), "feed" (open for writing) or "remove" of a
  path in which the expression is found
- `moment`: "before" or "after" the call, or "half" of a write
- `call`: strikes at this one of a process's calls; each process counts its own, and only the first one there strikes
- `victims`: "one" (itself), "workers" (all of them) or "run" (every process of the run)
- `signal`: its number
- `folder`: where `struck` tells of it and the journals of that instant are kept; `ended` tells how children ended
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_STARTED_AS = os.getpid()  # a forked worker has another one
_write, _flock, _waitpid = os.write, fcntl.flock, os.waitpid


class Striker:
    """Counts this process's calls and strikes at the chosen one."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._path = re.compile(plan["path"])
        self._folder = Path(plan["folder"])
        self._calls = 0
        self._struck = False

    def is_due(self, path: str) -> bool:
        """Is this the call to strike at, and is nobody else quicker?"""
        if self._struck or _role() != self._plan["role"] or not self._path.search(path):
            return False
        self._calls += 1
        if self._calls != self._plan["call"]:
            return False
        self._struck = True
        with suppress(FileExistsError):
            os.close(os.open(self._folder / "taken", os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            return True
        return False

    def strike(self, path: str) -> None:
        """Send the signal to all victims, to this process last."""
        victims = _victims(self._plan["victims"])
        if self._plan["victims"] == "run":  # without its coordinator this process may not live to tell
            self._tell(path, victims)
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, self._plan["signal"])
        if self._plan["victims"] != "run":
            self._tell(path, victims)
        os.kill(os.getpid(), self._plan["signal"])

    def _tell(self, path: str, victims: list[int]) -> None:
        for journal in Path(".exfig-checkpoint.d").glob("*/current/*.jsonl"):
            shutil.copy(journal, self._folder)
        story = {"point": self._plan["point"], "path": path, "pids": [*victims, os.getpid()]}
        new = self._folder / "struck.new"
        new.write_text(json.dumps(story))
        new.rename(self._folder / "struck")


def _role() -> str:
    if os.getpid() != _STARTED_AS:
        return "worker"
    return "coordinator" if "exfig_mp" in sys.orig_argv else "other"


def _victims(kind: str) -> list[int]:
    """Return whom to kill beside this process; the coordinator leads the session and comes first."""
    if kind == "one":
        return []
    alike = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            with suppress(OSError):
                parent, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[1:4]
                same = session == str(os.getsid(0)) if kind == "run" else parent == str(os.getppid())
                alike += [int(folder.name)] if same else []
    return sorted(alike, key=lambda pid: (pid != os.getsid(0), pid))


def _path_of(descriptor: int) -> str:
    try:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())
    except OSError:
        return ""


def _around(real: Any, path_of: Any, moment: str, striker: Striker) -> Any:
    """Return `real` with a strike before or after it."""

    def call(*arguments: Any, **options: Any) -> Any:
        path = path_of(*arguments)
        if moment == "before" and striker.is_due(path):
            striker.strike(path)
        result = real(*arguments, **options)
        if moment == "after" and striker.is_due(path):  # a call that failed does not count
            striker.strike(path)
        return result

    return call


def _half(striker: Striker) -> Any:
    def write(descriptor: int, body: Any) -> int:
        path = _path_of(descriptor)
        if striker.is_due(path):
            _write(descriptor, bytes(body)[: len(body) // 2])
            striker.strike(path)
        return _write(descriptor, body)

    return write


def _audited(event: str, striker: Striker) -> Any:
    """Return a hook; Python calls it before it opens or removes a file."""

    mode = {"open": "r", "feed": "w"}.get(event, "-")

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        if name == f"os.{event}" or (name == "open" and str(arguments[1]).startswith(mode)):
            path = _path_of(arguments[0]) if isinstance(arguments[0], int) else os.fsdecode(arguments[0])
            if striker.is_due(path):
                striker.strike(path)

    return hook


def _lock_path(descriptor: int, operation: int) -> str:
    return _path_of(descriptor) if operation & fcntl.LOCK_EX else ""


def _told(folder: Path) -> Any:
    """Return a `waitpid` that writes down whose end it has seen, and how it was."""

    def waitpid(pid: int, options: int) -> tuple[int, int]:
        ended, status = _waitpid(pid, options)
        if ended:
            with (folder / "ended").open("a") as file:
                file.write(f"{ended} {os.waitstatus_to_exitcode(status)}\n")
        return ended, status

    return waitpid


def _prepare(plan: dict[str, Any]) -> None:
    striker, event, moment = Striker(plan), plan["event"], plan["moment"]
    os.waitpid = _told(Path(plan["folder"]))
    match event:
        case "rename":
            for name in ("rename", "replace"):
                wrapped = _around(getattr(os, name), lambda _, to: os.fsdecode(to), moment, striker)
                setattr(os, name, wrapped)
        case "lock":
            fcntl.flock = _around(_flock, _lock_path, moment, striker)
        case "write":
            os.write = _half(striker)
        case "open" | "feed" | "remove":
            sys.addaudithook(_audited(event, striker))
        case "":
            pass  # the test strikes itself
        case _:
            raise ValueError(event)


if "EXFIG_MP_CRASH" in os.environ:
    _prepare(json.loads(os.environ["EXFIG_MP_CRASH"]))
