"""The contract of an exporter: frozen options that describe files, and never touch a disk, a clock or the network.

A platform's YAML section decodes into a frozen struct of its exporter module. `Section.entries` turns it into
entries, one for each list element of `icons` and `images`; each entry carries an exporter for its own files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.exporters.documents import Code
    from exfig_mp.model import Asset, GeneratedFile, Kind, Platform, RemoteFile


class Selection(Struct, frozen=True, kw_only=True):
    """Which components of which files belong to an entry.

    Dark variants come from `dark_file`, or from the same file by `dark_suffix`, or do not exist (both None).
    `platform` is the keyword that a component's description may restrict itself with; None takes all of them
    (the `fetch` command). `filter` is the comma list of the command line, with `*`; None takes all. `frame_key` is
    where the frame is from, for messages.
    """

    light_file: str
    dark_file: str | None = None
    dark_suffix: str | None = None
    frame: str
    page: str | None = None
    platform: Platform | None = None
    filter: str | None = None
    frame_key: str = "figmaFrameName"


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How raw Figma names become final names.

    `style` is a nameStyle of the config or empty, and the regexps are optional; `validate_key` is where the first of
    them is from, for messages. Of `ignored_suffixes` the first that a raw name ends with is taken off (Xcode's render
    modes). `file_style` comes on top of `style` where a platform has a style of its own for files, and `dark_suffix` is
    what the exporter puts behind the name of a dark file that lies beside the light one: names must be unique with it,
    too.
    If it `is_code` each name is also that of a component (`components.component_name`), and unique as such. With a
    `resource_word` names are those of Android's resources, and the word goes before what cannot begin one.
    """

    style: str
    validate: str | None = None
    replace: str | None = None
    ignored_suffixes: tuple[str, ...] = ()
    file_style: str = ""
    dark_suffix: str = ""
    is_code: bool = False
    resource_word: str = ""
    validate_key: str = field(default="nameValidateRegexp", repr=False, compare=False)


class Exporter(Protocol):
    """Describes the files of one entry. Pure: equal arguments give equal results, sorted by path."""

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """Return every file that must exist for `assets`; paths are unique and stay below the entry's output folder."""
        ...

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:
        """Return the index files (Contents.json, ...), which name just those of `files(assets)` that are `in_place`."""
        ...


class Entry(Struct, frozen=True, kw_only=True):
    """One element of `<platform>.<kind>`: what to select, how to name it, who describes its files.

    `label` is its key path in the config ("ios.icons[1]"); `warnings` are things that the user should know. `code` is
    what is generated, with the user's templates in the folder `templates`. `project` is the Xcode project that has to
    know Swift files, and `target` its target for them.
    """

    platform: Platform
    kind: Kind
    label: str
    selection: Selection
    naming: Naming
    exporter: Exporter
    warnings: tuple[str, ...] = ()
    code: Code | None = None
    templates: str | None = None
    project: str = ""
    target: str = ""
