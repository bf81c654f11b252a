"""Which files a command means: folders become their YAML files, and every file is one by its real path."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from exfig_mp.config.problems import printable
from exfig_mp.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

SUFFIXES = (".yaml", ".yml")
DEFAULT_NAMES = ("exfig.yaml", "figma-export.yaml")


def discover(paths: Iterable[str | Path], *, recursive: bool = False) -> tuple[Path, ...]:
    """Return the config files that `paths` name, as real absolute paths, each once, in the order of the arguments.

    Args:
        paths: files of any name, and folders, whose YAML files count.
        recursive: whether sub-folders count too.

    Raises:
        ConfigError: if a path does not exist or cannot be read, or if a folder has no YAML file.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        try:
            real = path.resolve(strict=True)
            is_folder = real.is_dir()
        except FileNotFoundError:
            raise ConfigError(f"{printable(str(path))}: no such file or folder") from None
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a loop of symlinks, up to Python 3.12
            raise ConfigError(f"{printable(str(path))}: cannot be read: {error}") from None
        files = scan(real, recursive=recursive) if is_folder else (real,)
        if not files:
            where = "or its sub-folders" if recursive else "(sub-folders count with --recursive)"
            raise ConfigError(f"{printable(str(path))}: no .yaml or .yml file in this folder {where}")
        found.update(dict.fromkeys(files))
    return tuple(found)


def scan(folder: Path, *, recursive: bool = False) -> tuple[Path, ...]:
    """Return the real paths of the YAML files in `folder`, sorted by name; hidden files and folders do not count.

    Symlinks to files are followed, those to folders are not.

    Raises:
        ConfigError: if a folder cannot be listed.
    """
    found: list[Path] = []
    try:
        for place, folders, files in os.walk(folder, onerror=_raise):
            folders[:] = [name for name in folders if recursive and not name.startswith(".")]
            found += [Path(place, name) for name in files if _is_yaml_name(name)]
    except OSError as error:
        raise ConfigError(f"{printable(str(error.filename))}: cannot be listed: {error.strerror}") from None
    found.sort(key=lambda path: path.relative_to(folder).parts)
    # realpath, since resolve() raises for a loop of symlinks, which is the loader's to report.
    return tuple(dict.fromkeys(Path(os.path.realpath(path)) for path in found))


def default_config(folder: str | Path = ".") -> Path:
    """Return the config that a command without `-i` reads in `folder`.

    Raises:
        ConfigError: if there is none.
    """
    for name in DEFAULT_NAMES:
        path = Path(folder, name)
        if path.is_file():
            return path.resolve()
    raise ConfigError(
        f"no {' or '.join(DEFAULT_NAMES)} in {printable(str(Path(folder).resolve()))}",
        "name a config with -i, or begin with: exfig-mp init",
    )


def display_name(path: Path, folder: str = ".") -> str:
    """Return the shortest name of the real path `path` that is right in `folder`, a real one; it is safe to print."""
    full = str(path)
    try:
        relative = os.path.relpath(full, folder)
    except (OSError, ValueError):  # the current folder is gone, or on another drive
        return printable(full)
    return printable(min(relative, full, key=len))


def _is_yaml_name(name: str) -> bool:
    """Return whether a folder's file counts as a config."""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def _raise(error: OSError) -> None:
    """Pass on what os.walk would swallow."""
    raise error
