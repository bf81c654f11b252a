"""The disk, for everything that must appear whole or not at all.

A file is written under `.exfig-<random>.tmp` beside its destination and renamed. Its writer holds a kernel lock on it
meanwhile: so a sweep can tell a dead run's leftovers from a live run's work, without asking who that is.
"""

from __future__ import annotations

import errno
import fcntl
import os
import random
import re
import stat
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from exfig_mp.errors import DiskError

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEMPORARY = re.compile(r"\.exfig-[0-9a-f-]{36}\.tmp")
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
"""A file system that has no locks is written to without; a sweep cannot lock there either, and deletes nothing."""

_NAMED_FOLDERS = (".imageset", ".colorset")
"""What folders end with that are named after components and colours. All others have names that the user has chosen."""

_TRIES = 5  # names: one may be taken, and a sweep may take a new file between its creation and its lock


class MissingFolderError(DiskError):
    """The folder of a destination does not exist."""


def write_atomically(path: str, body: bytes, *, fsync: bool = False) -> None:
    """Put `body` at `path` at once: whoever looks sees the old file or the new one.

    With `fsync` the bytes survive a power cut from the moment of the rename.

    Raises:
        MissingFolderError: if the folder does not exist.
        DiskError: says what the disk refused; the old file is untouched and no temporary file is left.
    """
    folder, slash, _ = path.rpartition("/")
    try:
        for _ in range(_TRIES):
            if _try_to_place(folder + slash, path, body, fsync):
                return
    except FileNotFoundError as error:
        raise MissingFolderError(f"cannot write {path}: its folder does not exist") from error
    except OSError as error:
        raise disk_error(error, path) from error
    except ValueError as error:
        raise _impossible(path) from error
    raise DiskError(f"cannot write {path}: its temporary file disappears", "is another program cleaning this folder?")


def _try_to_place(folder: str, path: str, body: bytes, fsync: bool) -> bool:
    # No secret, so not the kernel's dice, which cost a call. Where two processes throw the same, O_EXCL tells.
    temporary = f"{folder}.exfig-{random.getrandbits(144):036x}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        return False
    try:
        if not _lock(descriptor):
            return False
        view = memoryview(body)
        while view:
            view = view[os.write(descriptor, view) :]
        if fsync:
            os.fsync(descriptor)
        try:
            os.rename(temporary, path)
        except FileNotFoundError:
            if os.path.isdir(folder or "."):
                return False
            raise
        temporary = ""
        if fsync:
            _sync_folder(folder)
        return True
    finally:
        os.close(descriptor)
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)


def _lock(descriptor: int) -> bool:
    """Lock a new file, if its file system has locks. If that fails, a sweep holds it and is about to delete it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    return True


def make_folder(path: str) -> None:
    """Create the folder `path` with its parents.

    Raises:
        DiskError: if that is not possible, or something else has that name.
    """
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise disk_error(error, path) from error
    except ValueError as error:
        raise _impossible(path) from error


def refuse_link(path: str) -> None:
    """Refuse to write to `path` through a symlink that has the place of a folder that is named after a component.

    Names come from outside; none may lead out of the output folder, which may itself be a link, as may whatever else
    the user has named. A link in the place of the file is no matter: it is replaced.

    Raises:
        DiskError: if it is so.
    """
    folder = path.rpartition("/")[0]
    if folder.endswith(_NAMED_FOLDERS):
        _refuse_link(folder)


@lru_cache(maxsize=1024)  # an image set is looked at once, not for each of its files
def _refuse_link(folder: str) -> None:
    if os.path.islink(folder):
        advice = "files would be written to where it leads: put a folder in its place, or delete it"
        raise DiskError(f"cannot write into {folder}: it is a symlink where a component's own folder should be", advice)


def sweep(folders: Iterable[str]) -> int:
    """Delete the temporary files of dead runs in `folders`; return how many. Those of live runs are locked and stay."""
    swept = 0
    for folder in folders:
        with suppress(OSError, ValueError):
            for name in os.listdir(folder):
                if _TEMPORARY.fullmatch(name):
                    swept += _delete_if_dead(os.path.join(folder, name))
    return swept


def _delete_if_dead(path: str) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    except OSError:  # locked by its live writer, or gone already
        return False
    finally:
        os.close(descriptor)
    return True


def place_of(path: str) -> tuple[int, int] | None:
    """Return what tells a file from all others, whatever it is called; None for a link, or if there is none."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    return None if stat.S_ISLNK(status.st_mode) else (status.st_dev, status.st_ino)


def size_of(path: str) -> int | None:
    """Return the size in bytes of the regular file at `path`, or None if there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def read(path: str) -> bytes | None:
    """Return the bytes of the regular file at `path`, or None if it cannot be read; a pipe there is not waited for."""
    if size_of(path) is None:
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def disk_error(error: OSError, path: str) -> DiskError:
    """Return our error for what the system said about `path`, with what helps against it."""
    advice = {
        errno.ENOSPC: "free some space, then go on with --resume",
        errno.EDQUOT: "free some of your quota, then go on with --resume",
        errno.EROFS: "the file system is read-only: choose another output folder",
        errno.EACCES: "check the permissions of the folder",
        errno.EPERM: "check the permissions of the folder",
        errno.EMFILE: "raise the limit of open files (ulimit -n), or use fewer --concurrent-downloads",
        errno.ENOTDIR: "a file stands where a folder is needed",
        errno.EEXIST: "a file stands where a folder is needed",
        errno.EISDIR: "a folder stands where the file should go",
        errno.ENAMETOOLONG: "shorten the name in Figma, or with nameReplaceRegexp",
    }.get(error.errno or 0, "")
    said = os.strerror(error.errno) if error.errno else error
    return DiskError(f"cannot write {path}: {said}", advice, is_full=error.errno in {errno.ENOSPC, errno.EDQUOT})


def _impossible(path: str) -> DiskError:
    """Return the error for a path that no system call takes: it has a NUL, or half of a surrogate pair."""
    return DiskError(f"cannot write {path!r}: no file can have this name", "rename it in Figma or in the configuration")


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder or ".", os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
