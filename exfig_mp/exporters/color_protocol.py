"""The contract of an exporter of colours: frozen options that say which files there are, and never touch a disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from exfig_mp.exporters.documents import Document
from exfig_mp.model import GeneratedFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.colors import Color
    from exfig_mp.exporters.protocol import Naming
    from exfig_mp.model import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Suffixes:
    """What names of one file end with, by appearance."""

    dark: str
    light_hc: str
    dark_hc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleColors:
    """Colours from published styles: a file for each appearance, or one file with `suffixes`."""

    light_file: str
    dark_file: str | None = None
    light_hc_file: str | None = None
    dark_hc_file: str | None = None
    suffixes: Suffixes | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The files that must be read."""
        files = (self.light_file, self.dark_file, self.light_hc_file, self.dark_hc_file)
        return tuple(dict.fromkeys(file for file in files if file))


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableColors:
    """Colours from a collection of variables: the names of its modes, and of the mode that aliases lead to."""

    file: str
    collection: str
    light: str
    dark: str | None = None
    light_hc: str | None = None
    dark_hc: str | None = None
    primitives: str | None = None


ColorSource = StyleColors | VariableColors


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """Text between two lines of a file that belongs to the user; all around it stays.

    `start` and `end` are those lines without their margins. A file that does not exist begins as `skeleton` if there
    is one; else it is left alone if the insertion is `optional`, and missing if not. `before` is where markers that
    are missing may be put: in front of the last one of this text; empty if only the user may put them.
    """

    path: str
    start: str
    end: str
    text: str
    skeleton: str = ""
    before: str = ""
    optional: bool = False


ColorFile = Document | GeneratedFile | Insertion


class ColorExporter(Protocol):
    """Describes the files of an entry of colours. Pure: equal colours give equal files, in a fixed order."""

    def claims(self, color: Color) -> dict[str, str]:
        """Return what no other colour may have: texts that must differ, each with its form for messages."""
        ...

    def notes(self, colors: Sequence[Color]) -> tuple[str, ...]:
        """Return warnings: what of `colors` the files cannot say."""
        ...

    def documents(self, colors: Sequence[Color]) -> tuple[ColorFile, ...]:
        """Return all files of `colors`, which are sorted by name; paths are unique, and nothing if there are none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ColorEntry:
    """One element of `<platform>.colors`: where its colours are, how to name them, who describes its files.

    `label` is its key path in the config; `templates` the folder of the user's templates; `filter` the comma list of
    the command line; `project` and `target` as in `protocol.Entry`.
    """

    platform: Platform
    label: str
    source: ColorSource
    naming: Naming
    exporter: ColorExporter
    templates: str | None = None
    filter: str | None = None
    warnings: tuple[str, ...] = ()
    project: str = ""
    target: str = ""
