"""Files that a command writes for a person, who is asked before one of theirs is overwritten."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from exfig_mp.errors import ConfigError


def write_new(path: str, text: str, *, overwrite: bool | None) -> None:
    """Write `text` to `path`, at once or not at all.

    Args:
        path: from the command line.
        text: the content.
        overwrite: whether a file that is there goes; None asks a person at a terminal, and refuses without one.

    Raises:
        ConfigError: a file is there and stays.
        DiskError: the disk refuses.
    """
    from exfig_mp.transfer import place

    if Path(path).exists() and not _may_overwrite(path, overwrite=overwrite):
        raise ConfigError(f"{path} exists, and was left as it is", "choose another name, or move it away")
    place(str(Path(path).absolute()), text.encode(), fsync=False)


def is_interactive() -> bool:
    """Can a person be asked?"""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _may_overwrite(path: str, *, overwrite: bool | None) -> bool:
    if overwrite is not None:
        return overwrite
    return is_interactive() and click.confirm(f"{path} exists. Overwrite it?", err=True)
