"""Files of Jetpack Compose that we write: where one goes, and what can be the name of its package."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.identifiers import is_ascii_identifier
from exfig_mp.exporters.placing import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exfig_mp.exporters.settings import Problem


class Compose(Struct, frozen=True, kw_only=True):
    """A Kotlin file: where it is, its package, and the package of `R`; without that the code has the values."""

    path: str
    package: str
    resources: str = ""


def compose_file(name: str, package: str, source: str | None, resources: str | None) -> Compose | None:
    """Return the file of a package below the folder of sources; None where the config lacks that, or the one of `R`.

    Code that needs no `R` has empty `resources`.
    """
    if not source or resources is None:
        return None
    return Compose(path=join(source, package.replace(".", "/"), name), package=package, resources=resources)


def package_problems(package: str | None) -> Iterator[Problem]:
    """Yield what is wrong with `composePackageName`."""
    if package and not is_dotted(package):
        yield ("composePackageName",), f"{package!r} cannot be a name in Kotlin"


def is_dotted(name: str) -> bool:
    """Can `name` be that of a package, or of a class in one?"""
    return all(map(is_ascii_identifier, name.split(".")))
