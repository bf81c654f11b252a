"""Where people read: lines are wrapped for a terminal only, so that what goes to a file or a CI log can be searched."""

from __future__ import annotations

import errno
import io
import os
from contextlib import suppress
from typing import Any

from rich.console import Console

from exfig_mp.exchange import printable
from exfig_mp.workflow import defused

_UNWRAPPED = 10_000  # columns


class _Console(Console):
    """A console whose reader may go: what a run does, and its reports, do not depend on who watches."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; a terminal that is gone is to us what a pipe without a reader is."""
        try:
            super().print(*objects, **options)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            self.on_broken_pipe()

    def on_broken_pipe(self) -> None:
        """Say nothing more, and leave nothing in the buffer for Python's own last try. rich would end the program."""
        self.quiet = True
        with suppress(OSError, ValueError):
            descriptor = os.open(os.devnull, os.O_WRONLY)
            os.dup2(descriptor, self.file.fileno())
            os.close(descriptor)


def open_console(*, stderr: bool, no_color: bool) -> Console:
    """Return standard error, or standard output, as a console; its width is that of the terminal, if it is one."""
    console = _Console(stderr=stderr, no_color=True if no_color else None)
    if isinstance(console.file, io.TextIOWrapper):  # a name that its encoding has no letters for is no reason to end
        console.file.reconfigure(errors="backslashreplace")
    if not is_terminal(console):
        console.width = _UNWRAPPED
    return console


def is_terminal(console: Console) -> bool:
    """Does somebody look? rich also says yes where only colours are wanted (FORCE_COLOR)."""
    return console.file.isatty()


def shown(line: str) -> str:
    """Return a line with names from outside in it, which then steer neither a terminal nor a CI runner."""
    return defused(printable(line))
