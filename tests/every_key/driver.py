"""Runs the command line many times, each time in a process that is forked when all modules are loaded.

Reads lines of JSON, `[folder, [argument, ...]]`, and answers each with the exit code. What a run prints is in
`output.txt` in its folder.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path

from exfig_mp.cli import main

for module in ("batch", "cli.export", "cli.progress", "cli.session", "cli.summary", "config.validation"):
    import_module(f"exfig_mp.{module}")


def run(folder: str, arguments: list[str]) -> None:
    """Become the command line in a folder."""
    os.chdir(folder)
    with Path("output.txt").open("wb") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    sys.argv = ["exfig-mp", *arguments]
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)


for line in sys.stdin:
    child = os.fork()
    if not child:
        run(*json.loads(line))
    sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
    sys.stdout.flush()
