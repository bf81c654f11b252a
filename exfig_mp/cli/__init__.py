"""The command line: options, progress, exit codes. Imports nothing until a command runs."""

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Run the `exfig-mp` command; exits the process."""
    # Until a run takes Ctrl-C over there is nothing to save: it ends the program at once, without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _open_missing_streams()
    from exfig_mp.cli.main import run

    run()


def _open_missing_streams() -> None:
    """Let nothing else have the numbers of the standard streams that whoever started us had closed.

    libuv ends a process that closes one of them, and what is written to it would go to some other file.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        with suppress(OSError):
            try:
                os.fstat(number)
            except OSError:
                os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the first number that is free: this one
            if getattr(sys, name) is None:
                setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
