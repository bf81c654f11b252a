"""The limit of open files: raised where that is allowed, else the engine is cut down to what fits below it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from exfig_mp.errors import ExfigError

if TYPE_CHECKING:
    from exfig_mp.engines.protocol import EngineOptions

if sys.platform != "win32":  # there is no such limit
    import resource

_ENOUGH = 8192  # for 256 workers and 200 connections; macOS refuses more than 10,240
_COORDINATOR = 24  # what it may open beside its workers: Figma's API, journals, files
_STARTING = 8  # while one worker starts, for a moment
_EACH = 3  # of the coordinator's for each worker: the pipe, and two of multiprocessing's
_WORKER = 32  # of a worker's own, without connections
_LEAST = 16  # of the coordinator, to begin at all
_CONNECTION = 2  # a connection may be tried over two addresses at once


class Fit(NamedTuple):
    """How many workers, and how many connections of all of them, the limit allows."""

    workers: int
    connections: int


def raise_limit() -> None:
    """Raise this process's soft limit of open files as far as it may go; children inherit it."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def check_limit() -> None:
    """See to it that a run can begin.

    Raises:
        ExfigError: it could not even load what it needs, and say so.
    """
    if sys.platform == "win32":
        return
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit != resource.RLIM_INFINITY and limit - _open() < _LEAST:
        raise _too_low(limit)


def fitted(options: EngineOptions) -> EngineOptions:
    """Return `options` with no more workers and connections than may be; `on_warning` hears of the difference.

    Raises:
        ExfigError: not even one connection fits.
    """
    if sys.platform == "win32":
        return options
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return options
    asked = Fit(options.workers, options.session.connections)
    fits = fit(asked, limit, _open())
    if fits != asked:
        options.on_warning(
            f"the limit of {limit} open files leaves room for {fits.workers} of {asked.workers} workers"
            f" and {fits.connections} of {asked.connections} downloads at once: raise it with ulimit -n"
        )
    return replace(options, workers=fits.workers, session=replace(options.session, connections=fits.connections))


def fit(asked: Fit, limit: int, used: int) -> Fit:
    """Return what of `asked` fits below `limit`, where the coordinator has `used` open already.

    Raises:
        ExfigError: nothing does.
    """
    ours = limit - used - _COORDINATOR
    if not asked.workers:
        fits = Fit(0, min(asked.connections, ours // _CONNECTION))
    else:
        # One more than there are: a worker's successor starts before it goes.
        workers = min(asked.workers, (ours - _STARTING) // _EACH - 1)
        each = (limit - _WORKER) // _CONNECTION
        fits = Fit(workers, min(asked.connections, max(workers, 0) * each))
    if fits.connections < 1:
        raise _too_low(limit)
    return fits


def _too_low(limit: int) -> ExfigError:
    return ExfigError(f"the limit of {limit} open files is too low to download anything", "raise it: ulimit -n 256")


def _open() -> int:
    """Return how many descriptors this process has open."""
    try:
        return sum(1 for _ in Path("/dev/fd").iterdir()) - 1  # not the one that lists
    except OSError:
        return _COORDINATOR
