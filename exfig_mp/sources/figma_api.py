"""What Figma can be asked for: one method for each endpoint. How a call is made is in `figma_calls`.

Metadata is asked for once a run: an answer that the checkpoint remembers is used instead of a call.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import msgspec

from exfig_mp.errors import FigmaError
from exfig_mp.exchange import plain
from exfig_mp.ratelimit import Lane
from exfig_mp.sources.figma_calls import Call, decode
from exfig_mp.sources.figma_errors import refusal
from exfig_mp.sources.figma_wire import ComponentsAnswer, ImagesAnswer, MetaAnswer, NodesAnswer
from exfig_mp.sources.node_hash import node_hashes
from exfig_mp.sources.token_wire import StyleNodesAnswer, StylesAnswer, VariablesAnswer

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from exfig_mp.sources.figma_calls import Caller
    from exfig_mp.sources.figma_wire import Component, FileMeta
    from exfig_mp.sources.token_wire import Style, StyleNode, Variables


CODE_SYNTAX = "variables write"
"""What calls that write to variables are counted as."""

_MOST_CHANGES = 5_000
"""Variables of a call: as many as a collection may have; a body may be of 4 MB (OpenAPI document of Figma)."""


class Images(NamedTuple):
    """Figma's answer about renders: URLs by node id, null where nothing was drawn; `seconds` is what it took to draw.

    The time is that of the attempt that was answered, without what was waited before; `correlation` is its id.
    """

    urls: dict[str, str | None]
    seconds: float
    correlation: str = ""


class FigmaApi:
    """The API as one token sees it, whose calls the `caller` makes."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def calls(self) -> Counter[tuple[str, int]]:
        """Requests sent so far, by endpoint and tier, failed attempts included: Figma counts them too."""
        return self._caller.counts

    @property
    def can_name_versions(self) -> bool:
        """See `Token`."""
        return self._caller.options.token.can_name_versions

    async def meta(self, file_key: str) -> FileMeta:
        """Return the file's name, version and last change.

        Raises:
            FigmaError: if Figma refuses, or does not answer after all attempts; so for all methods.
        """
        path = f"/v1/files/{_key(file_key)}/meta"
        call = Call(path, f"metadata of file {file_key}", file_key, "meta", Lane.TIER_3)
        return (await self._caller.remembered(call, MetaAnswer)).unwrapped()

    async def components(self, file_key: str) -> tuple[Component, ...]:
        """Return the file's published components."""
        path = f"/v1/files/{_key(file_key)}/components"
        call = Call(path, f"components of file {file_key}", file_key, "components", Lane.TIER_3)
        return (await self._caller.remembered(call, ComponentsAnswer)).meta.components

    async def styles(self, file_key: str) -> tuple[Style, ...]:
        """Return the file's published styles."""
        path = f"/v1/files/{_key(file_key)}/styles"
        call = Call(path, f"styles of file {file_key}", file_key, "styles", Lane.TIER_3)
        return (await self._caller.remembered(call, StylesAnswer)).meta.styles

    async def style_nodes(self, file_key: str, ids: str) -> dict[str, StyleNode | None]:
        """Return the nodes that carry styles, by id, null for what does not exist.

        `ids` are encoded and separated by commas.
        """
        path = f"/v1/files/{_key(file_key)}/nodes?ids={ids}"
        subject, timeout = f"values of the styles of file {file_key}", self._caller.options.render_timeout
        call = Call(path, subject, file_key, "nodes", Lane.TIER_1, timeout)
        return (await self._caller.remembered(call, StyleNodesAnswer)).nodes

    async def variables(self, file_key: str) -> Variables:
        """Return the file's variables, and those that it uses of libraries."""
        path = f"/v1/files/{_key(file_key)}/variables/local"
        call = Call(path, f"variables of file {file_key}", file_key, "variables", Lane.TIER_2)
        return (await self._caller.remembered(call, VariablesAnswer)).meta

    async def set_code_syntax(self, file_key: str, syntax: Mapping[str, Mapping[str, str]]) -> None:
        """Tell Figma what variables are called in code: `syntax` has all platforms of each, by its id.

        The same values once more change nothing, so a lost answer is no reason not to ask again. All variables of a
        call are changed, or none.
        """
        path = f"/v1/files/{_key(file_key)}/variables"
        subject, ids = f"word on names in code for file {file_key}", list(syntax)
        for first in range(0, len(ids), _MOST_CHANGES):
            changes = [
                {"action": "UPDATE", "id": one, "codeSyntax": syntax[one]} for one in ids[first : first + _MOST_CHANGES]
            ]
            body = msgspec.json.encode({"variables": changes})
            await self._caller.ask(Call(path, subject, file_key, CODE_SYNTAX, Lane.TIER_3, body=body))

    async def nodes(self, file_key: str, ids: str, version: str, subject: str) -> dict[str, str]:
        """Return the hashes of how nodes look in `version` (empty: now); nodes that are not there are left out.

        `ids` are encoded and separated by commas.
        """
        query = f"ids={ids}&geometry=paths" + (f"&version={quote(version, safe='')}" if version else "")
        path = f"/v1/files/{_key(file_key)}/nodes?{query}"
        call = Call(
            path, subject, file_key, "nodes", Lane.TIER_1, self._caller.options.render_timeout, can_be_split=True
        )
        body = (await self._caller.ask(call)).body
        return await asyncio.to_thread(lambda: node_hashes(decode(body, NodesAnswer, call)))

    async def images(self, file_key: str, query: str, subject: str, *, can_be_split: bool = False) -> Images:
        """Have nodes rendered: `query` is the encoded query of `GET /v1/images/:key`.

        With `can_be_split` the caller will rather ask for less than ask for the same all over: a server error or a
        timeout, which most often mean too much work, is repeated only once.
        """
        path = f"/v1/images/{_key(file_key)}?{query}"
        call = Call(path, subject, file_key, "images", Lane.TIER_1, self._caller.options.render_timeout, can_be_split)
        body, seconds, correlation = await self._caller.ask(call)
        answer = decode(body, ImagesAnswer, call)
        if answer.err:
            raise FigmaError(refusal(400, plain(answer.err), subject), status=400).of(correlation)
        return Images(answer.images, seconds, correlation)

    def blocked_for(self, file_key: str) -> float:
        """Return the seconds for which Figma will have nothing of this file rendered, 0 if it will."""
        return self._caller.block_left(file_key)


def _key(file_key: str) -> str:
    return quote(file_key, safe="")
