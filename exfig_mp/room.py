"""Is there room on the disk for what a run is going to write? Looked at before anything is downloaded.

How large files will be, nobody knows before they are here; but each takes at least one block and one inode of its file
system, and a run that cannot have even that had better not start.
"""

from __future__ import annotations

import os
import stat
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from exfig_mp.errors import DiskError
from exfig_mp.files import size_of

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_room(paths: Iterable[str]) -> None:
    """Look at the file systems of `paths`, absolute paths of files that will be written; those that exist need nothing.

    Raises:
        DiskError: if a file system has fewer free blocks or inodes than files to come.
    """
    names = defaultdict(list)
    for path in paths:
        names[os.path.dirname(path)].append(path)
    needs: Counter[int] = Counter()
    where: dict[int, str] = {}
    known: dict[str, tuple[str, int]] = {}
    for folder, files in names.items():
        present, device = _nearest(folder, known)
        where.setdefault(device, present)
        needs[device] += sum(size_of(path) is None for path in files) if present == folder else len(files)
    for device, count in needs.items():
        _check(where[device], count)


def _check(folder: str, count: int) -> None:
    room = os.statvfs(folder)
    advice = "free some space, or choose other output folders"
    if room.f_bavail < count:
        text = f"{count:,} files need at least {_megabytes(count * room.f_frsize)} in {folder}"
        raise DiskError(f"{text}, where {_megabytes(room.f_bavail * room.f_frsize)} are free", advice, is_full=True)
    if room.f_files and room.f_favail < count:  # some file systems make inodes as they are needed, and say 0
        raise DiskError(
            f"{count:,} files need as many inodes in {folder}: {room.f_favail:,} are free", advice, is_full=True
        )


def _nearest(folder: str, known: dict[str, tuple[str, int]]) -> tuple[str, int]:
    """Return the folder, or the nearest one above it that exists, and its device; what is found out becomes `known`."""
    if folder not in known:
        try:
            status = os.stat(folder)
        except OSError:
            status = None
        if status is not None and stat.S_ISDIR(status.st_mode):
            known[folder] = folder, status.st_dev
        elif os.path.dirname(folder) == folder:
            known[folder] = folder, 0
        else:
            known[folder] = _nearest(os.path.dirname(folder), known)
    return known[folder]


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
