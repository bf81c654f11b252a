"""Figma's answers as structs: only the fields that we read, tolerant of all others.

Shapes are those of Figma's OpenAPI document and of recorded answers; where they differ, both are read.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from exfig_mp.exchange import plain


class ContainingNode(Struct, frozen=True):
    """A component set, or in its old name a state group."""

    name: str = ""


class ContainingFrame(Struct, frozen=True, rename="camel"):
    """Where a component lies. A component directly on a page has the page's fields only."""

    name: str = ""
    page_name: str = ""
    containing_component_set: ContainingNode | None = None
    containing_state_group: ContainingNode | None = None


class Component(Struct, frozen=True):
    """One published component of `GET /v1/files/:key/components`."""

    node_id: str
    name: str = ""
    description: str | None = None
    containing_frame: ContainingFrame | None = None


class _Components(Struct, frozen=True):
    components: tuple[Component, ...] = ()


class ComponentsAnswer(Struct, frozen=True):
    """`GET /v1/files/:key/components`."""

    meta: _Components


class FileMeta(Struct, frozen=True):
    """What `GET /v1/files/:key/meta` says about a file. `version` is a 19-digit text: never a number."""

    name: str = ""
    version: str = ""
    last_touched_at: str = ""

    @property
    def revision(self) -> str:
        """What changes whenever the file may have changed.

        Nobody outside Figma knows whether every edit makes a new `version`, so the time is part of it.
        """
        return f"{self.version}@{self.last_touched_at}"


class MetaAnswer(FileMeta, frozen=True):
    """`GET /v1/files/:key/meta`: the documented answer is flat, the real one is wrapped in `file`."""

    file: FileMeta | UnsetType = UNSET

    def unwrapped(self) -> FileMeta:
        """Return the file's meta from either form."""
        return self if isinstance(self.file, UnsetType) else self.file


class ImagesAnswer(Struct, frozen=True):
    """`GET /v1/images/:key`: a URL for each id that was drawn, else null; `err` is a legacy form of errors."""

    images: dict[str, str | None] = {}
    err: str | None = None


class NodeElement(Struct, frozen=True):
    """One element of `nodes`: the node and all below it, as plain values."""

    document: dict[str, Any]


class NodesAnswer(Struct, frozen=True, rename="camel"):
    """`GET /v1/files/:key/nodes`: for each id a `NodeElement`, or null if there is no such node; not decoded yet."""

    nodes: dict[str, msgspec.Raw] = {}
    version: str = ""
    last_modified: str = ""


class ErrorAnswer(Struct, frozen=True):
    """Both families of errors: the text is in `err` or in `message`."""

    err: str | None = None
    message: str | None = None


def error_text(body: bytes) -> str:
    """Return Figma's own words from an error body, made `plain`, or an empty text if it is no JSON error."""
    try:
        answer = msgspec.json.decode(body, type=ErrorAnswer)
    except (ValueError, RecursionError):  # bytes that are no UTF-8 are a ValueError that is no MsgspecError
        return ""
    return plain(answer.err or answer.message or "")


def is_page(body: bytes) -> bool:
    """Is it a web page, where Figma would have answered in JSON?"""
    return body.lstrip()[:1] == b"<"
