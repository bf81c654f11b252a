"""What the forkserver does for itself: make what its workers share, and tidy up when its coordinator was killed.

Then it shows no traceback, and deletes its socket and the socket's folder when it ends, as the coordinator cannot.

multiprocessing leaves that to the coordinator (/tmp/pymp-*), but the forkserver outlives one that was killed. It alone
imports this module. An abstract socket would need no cleaning, but any user of the machine could connect to it.
"""

from __future__ import annotations

import atexit
import encodings.idna  # noqa: F401  # each worker needs it for its first host name
import gc
import os
import sys
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING

from exfig_mp.tls import tls_context

if TYPE_CHECKING:
    from types import TracebackType

_FORKSERVER = os.getpid()


def _delete_socket() -> None:
    server = getattr(forkserver, "_forkserver", None)
    address = getattr(server, "_forkserver_address", None)
    # Not in a worker, which has inherited this; and only what is surely of multiprocessing's making.
    if os.getpid() != _FORKSERVER or not isinstance(address, str) or not address.startswith("/"):
        return
    socket = Path(address)
    if socket.name.startswith("listener-") and socket.parent.name.startswith("pymp-"):
        with suppress(OSError):
            socket.unlink(missing_ok=True)
            socket.parent.rmdir()


def _tell_of(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Say nothing of a start that was never ordered to the end: its coordinator was killed meanwhile."""
    if kind is not EOFError:
        sys.__excepthook__(kind, error, traceback)


tls_context()  # verified with a hundred certificates, which take as long to read as a hundred downloads
gc.freeze()  # else the first collection of each worker writes to all pages that they share
atexit.register(_delete_socket)
sys.excepthook = _tell_of
