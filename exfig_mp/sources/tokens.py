"""All that tokens need of Figma's files: asked once a run, or not at all where the cache knows it of this version.

`/styles` and its `/nodes` for a file with styles of colours or texts, `/variables/local` for one with variables.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.errors import FigmaError
from exfig_mp.exporters.color_protocol import ColorEntry, StyleColors, VariableColors
from exfig_mp.exporters.text_style_protocol import TextStyleEntry
from exfig_mp.model import Failure
from exfig_mp.sources.figma_styles import StyledFile, id_queries, node_ids
from exfig_mp.sources.token_wire import Variables

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    from exfig_mp.exporters.token_protocol import TokenEntry
    from exfig_mp.sources.figma_styles import StyleType
    from exfig_mp.sources.figma_wire import FileMeta
    from exfig_mp.sources.token_wire import Style, StyleNode

_Answer = TypeVar("_Answer")


class TokenApi(Protocol):
    """What must be asked of Figma. Each raises FigmaError."""

    async def meta(self, file_key: str) -> FileMeta:
        """Return a file's version and last change."""
        ...

    async def styles(self, file_key: str) -> tuple[Style, ...]:
        """Return the published styles of a file."""
        ...

    async def style_nodes(self, file_key: str, ids: str) -> dict[str, StyleNode | None]:
        """Return nodes by id, null for what does not exist; `ids` are encoded and separated by commas."""
        ...

    async def variables(self, file_key: str) -> Variables:
        """Return the variables of a file, and those that it uses of libraries."""
        ...


class TokenRecord(Struct, frozen=True):
    """What is remembered of one file's tokens, as its `revision` has them; None is what nobody asked for."""

    revision: str
    styled: StyledFile | None = None
    variables: Variables | None = None

    def is_of(self, meta: FileMeta) -> bool:
        """Is the file unchanged? A file that says neither version nor time has always changed."""
        return bool(meta.version or meta.last_touched_at) and self.revision == meta.revision


class TokenRecords(Protocol):
    """Where records live from run to run."""

    def recall_tokens(self, file_key: str) -> TokenRecord | None:
        """Return what is remembered of a file's tokens."""
        ...

    def remember_tokens(self, file_key: str, record: TokenRecord) -> None:
        """Keep it."""
        ...


class Tokens(Struct, frozen=True):
    """All that was asked for, by file; a file that cannot be had is a failure."""

    styled: dict[str, StyledFile | Failure]
    variables: dict[str, Variables | Failure]


async def fetch_tokens(
    api: TokenApi,
    entries: Iterable[TokenEntry],
    at_once: int,
    records: TokenRecords | None = None,
    metas: Mapping[str, FileMeta] = MappingProxyType({}),
) -> Tokens:
    """Ask for all that `entries` need, each file once; with `records`, for what has changed since.

    Args:
        api: Figma.
        entries: what to export.
        at_once: how many files are asked for at a time.
        records: what is remembered of files; without them no version is asked for.
        metas: the versions that are known already, by file.

    Raises:
        FigmaError: if the token is refused: then no file can be had.
    """
    wishes = _wishes(entries, metas)
    gate = asyncio.Semaphore(at_once)

    async def one(wish: _Wish) -> _Found:
        async with gate:
            return await _found(api, wish, records)

    tasks = {wish.key: asyncio.create_task(one(wish)) for wish in wishes}
    try:
        await asyncio.gather(*tasks.values())
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
    found = {key: task.result() for key, task in tasks.items()}
    return Tokens(
        {key: one.styled for key, one in found.items() if one.styled is not None},
        {key: one.variables for key, one in found.items() if one.variables is not None},
    )


class _Wish(NamedTuple):
    """What is wanted of a file, styles of which types for one, and its version if that is known."""

    key: str
    styled: frozenset[StyleType]
    variables: bool
    meta: FileMeta | None


def _wishes(entries: Iterable[TokenEntry], metas: Mapping[str, FileMeta]) -> list[_Wish]:
    """Return what is wanted of each file, sorted by its key."""
    styled: dict[str, set[StyleType]] = defaultdict(set)
    variables: set[str] = set()
    for entry in entries:
        match entry:
            case TextStyleEntry(file=key):
                styled[key].add("TEXT")
            case ColorEntry(source=VariableColors() as source):
                variables.add(source.file)
            case ColorEntry(source=StyleColors() as source):
                for key in source.files:
                    styled[key].add("FILL")
    return [
        _Wish(key, frozenset(styled.get(key, ())), key in variables, metas.get(key))
        for key in sorted({*styled, *variables})
    ]


class _Found(NamedTuple):
    """What became of it; None is what was not wanted."""

    styled: StyledFile | Failure | None = None
    variables: Variables | Failure | None = None


async def _found(api: TokenApi, wish: _Wish, records: TokenRecords | None) -> _Found:
    key, known = wish.key, TokenRecord("")
    if records:
        meta = await _guarded(api.meta(key)) if wish.meta is None else wish.meta
        if isinstance(meta, Failure):
            return _Found(meta if wish.styled else None, meta if wish.variables else None)
        remembered = records.recall_tokens(key)
        known = remembered if remembered and remembered.is_of(meta) else TokenRecord(meta.revision)
    styled = await _guarded(_styled(api, wish, known.styled)) if wish.styled else None
    variables = (known.variables or await _guarded(api.variables(key))) if wish.variables else None
    if records:
        record = known
        if isinstance(styled, StyledFile):
            record = replace(record, styled=styled)
        if isinstance(variables, Variables):
            record = replace(record, variables=variables)
        records.remember_tokens(key, record)
    return _Found(styled, variables)


async def _styled(api: TokenApi, wish: _Wish, known: StyledFile | None) -> StyledFile:
    """Return a file's styles with the nodes of the types that are wanted: what is `known` of them is not asked for."""
    styles = known.styles if known else await api.styles(wish.key)
    nodes = dict(known.nodes) if known else {}
    missing = [node_id for node_id in node_ids(styles, wish.styled) if node_id not in nodes]
    nodes |= dict.fromkeys(missing)
    for ids in id_queries(missing):
        nodes |= await api.style_nodes(wish.key, ids)
    return StyledFile(wish.key, styles, nodes)


async def _guarded(answer: Awaitable[_Answer]) -> _Answer | Failure:
    """Return the answer, or why this one file cannot be had."""
    try:
        return await answer
    except FigmaError as error:
        if error.cause == "auth":
            raise
        return error.failure
