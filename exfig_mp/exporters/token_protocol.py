"""The contract of exporters of tokens (colours, text styles): frozen options that say which files there are.

Tokens need no render: all their files are made here at once, and no exporter touches a disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from msgspec import Struct

from exfig_mp.exporters.documents import Document
from exfig_mp.model import GeneratedFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.exporters.protocol import Naming
    from exfig_mp.model import Kind, Platform

_Token_contra = TypeVar("_Token_contra", contravariant=True)


class Insertion(Struct, frozen=True, kw_only=True):
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


TokenFile = Document | GeneratedFile | Insertion


class TokenExporter(Protocol[_Token_contra]):
    """Describes the files of an entry of tokens. Pure: equal tokens give equal files, in a fixed order."""

    def claims(self, token: _Token_contra) -> dict[str, str]:
        """Return what no other token may have: texts that must differ, each with its form for messages."""
        ...

    def notes(self, tokens: Sequence[_Token_contra]) -> tuple[str, ...]:
        """Return warnings: what of `tokens` the files cannot say."""
        ...

    def documents(self, tokens: Sequence[_Token_contra]) -> tuple[TokenFile, ...]:
        """Return all files of `tokens`, which are sorted by name; paths are unique, and nothing if there are none."""
        ...


class TokenEntry(Struct, frozen=True, kw_only=True):
    """One element of a platform's tokens of one `kind`: how to name them, and what the user should know.

    `label` is its key path in the config; `templates` the folder of the user's templates; `filter` the comma list of
    the command line; `project` and `target` as in `protocol.Entry`.
    """

    kind: ClassVar[Kind]
    platform: Platform
    label: str
    naming: Naming
    templates: str | None = None
    filter: str | None = None
    warnings: tuple[str, ...] = ()
    project: str = ""
    target: str = ""
