"""The forkserver: the process that workers are forked from, with all that they need loaded once.

A command begins it before it loads anything itself, so that both load at the same time; whoever starts workers finds it
there. It ends when the process that began it does.
"""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
import urllib.request
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker, util
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.context import ForkServerContext

_LONGEST_FOLDER = 64  # characters: a socket's path has 104 (macOS), and its own name takes 32
_SHORT = "/tmp"  # noqa: S108 - the folder that is made in it is for its owner alone
_LOADED = ("exfig_mp.engines.worker", "exfig_mp.engines.tidy")
_BEHIND_PROXY = "exfig_mp.client"


def context() -> ForkServerContext:
    """Return what makes processes out of it. Behind a proxy they will need aiohttp, which is slow to load."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([*_LOADED, *([_BEHIND_PROXY] if urllib.request.getproxies() else [])])
    _keep_socket_path_short()
    return found


def begin() -> None:
    """Let it load, unless it is there. Returns at once.

    Raises:
        OSError: the system refuses.
    """
    context()
    with deaf():
        forkserver.ensure_running()


@contextmanager
def deaf() -> Iterator[None]:
    """Let processes start that neither Ctrl-C nor SIGTERM reaches, not even before they can say so.

    Both may be sent to a whole group, and are the coordinator's business alone: with the forkserver all workers end, in
    the middle of a file. A blocked signal is inherited. The thread's mask is what counts; the resource tracker would
    unblock the signals behind its own start, so it goes first.
    """
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _keep_socket_path_short() -> None:
    """Let the forkserver have its socket in /tmp if the temporary folder's own path leaves no room for its name."""
    usual = tempfile.gettempdir()
    if len(usual) > _LONGEST_FOLDER and Path(_SHORT).is_dir():
        tempfile.tempdir = _SHORT
        try:
            util.get_temp_dir()  # makes the folder that it is going to be
        finally:
            tempfile.tempdir = usual
