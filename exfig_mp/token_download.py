"""Design tokens of a config, instead of files: what Figma has, as values for a JSON file each.

Nothing is downloaded but metadata: pictures are named by the URLs of their renders, which hold for 30 days. There is
no checkpoint. Equal renders of several kinds share calls.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, field

from exfig_mp import __version__
from exfig_mp.client import Session
from exfig_mp.exporters.color_protocol import ColorEntry
from exfig_mp.exporters.design_tokens import Token, color_tokens, nested
from exfig_mp.exporters.naming import matches
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.text_style_protocol import TextStyleEntry
from exfig_mp.ledger import EntryFailure
from exfig_mp.limiter import Limiter
from exfig_mp.model import Failure, Render
from exfig_mp.sources import figma
from exfig_mp.sources.color_tokens import colors_of, descriptions, files_of
from exfig_mp.sources.render_queue import SIDE_BY_SIDE, Drawn, RenderQueue
from exfig_mp.sources.text_tokens import text_tokens
from exfig_mp.sources.tokens import fetch_tokens
from exfig_mp.wiring import api_of, on_wait_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from exfig_mp.exporters.color_protocol import ColorSource
    from exfig_mp.exporters.protocol import Selection
    from exfig_mp.model import Format, Variant
    from exfig_mp.sources.figma import Files
    from exfig_mp.sources.figma_api import FigmaApi
    from exfig_mp.sources.tokens import Tokens
    from exfig_mp.wiring import Given

_MOST_NAMES = 10


class Colors(Struct, frozen=True, kw_only=True):
    """The colours of some sources, those that `filter` covers."""

    sources: tuple[ColorSource, ...]
    filter: str | None = None


class Pictures(Struct, frozen=True, kw_only=True):
    """The components of a selection, drawn in one format and scale."""

    selection: Selection
    format: Format
    scale: float = 1.0


class TextStyles(Struct, frozen=True, kw_only=True):
    """The text styles of a file, those that `filter` covers."""

    file: str
    filter: str | None = None


Wanted = Colors | TextStyles | Pictures


class Downloaded(Struct, frozen=True):
    """What Figma has of one kind: W3C tokens, and Figma's own words with where they are from; `count` of tokens."""

    tokens: dict[str, Any]
    raw: dict[str, Any]
    count: int


async def download(given: Given, wanted: Mapping[str, Wanted], now: datetime) -> dict[str, Downloaded]:
    """Return what there is of each kind of `wanted`; one without a single token is left out.

    What cannot be had is a failure in the ledger, under its kind.

    Args:
        given: options, ledger and log; of its work nothing is read.
        wanted: what to ask for, by kind.
        now: the time that is noted in `raw`.

    Raises:
        FigmaError: the token is refused.
    """
    options, kept = given.options, _Kept()
    with Limiter(options.limiter, on_wait_of(given)) as limiter:
        given.said.limits(limiter.limits())
        async with Session(options.session(SIDE_BY_SIDE + 2 * options.parallel)) as session:
            api = api_of(given, session, limiter, kept)
            colors = {kind: one for kind, one in wanted.items() if isinstance(one, Colors)}
            pictures = {kind: one for kind, one in wanted.items() if isinstance(one, Pictures)}
            texts = {kind: one for kind, one in wanted.items() if isinstance(one, TextStyles)}
            entries = [_entry(source) for one in colors.values() for source in one.sources]
            tokens = await fetch_tokens(api, [*entries, *map(_text_entry, texts.values())], options.parallel)
            files = await figma.fetch(api, {one.selection.light_file for one in pictures.values()}, options.parallel)
            gallery = _Gallery(given, files)
            drawn = await gallery.draw(api, pictures)
    found = {kind: _colors(given, kind, one, tokens, kept) for kind, one in colors.items()}
    found |= {kind: _texts(given, kind, one, tokens, kept) for kind, one in texts.items()}
    found |= {kind: gallery.downloaded(kind, one, drawn) for kind, one in pictures.items()}
    source = {"exportedAt": now.isoformat(timespec="seconds"), "exfigMpVersion": __version__}
    return {
        kind: Downloaded(one.tokens, {"source": one.raw["source"] | source, "data": one.raw["data"]}, one.count)
        for kind in wanted
        if (one := found[kind]) is not None
    }


def to_json(tree: Any, *, compact: bool) -> bytes:
    """Return JSON with sorted keys, on one line or indented."""
    body = msgspec.json.encode(tree, order="sorted")
    return (body if compact else msgspec.json.format(body, indent=2)) + b"\n"


class _Kept:
    """Remembers answers for this run alone: those are what `raw` is made of."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def recall(self, name: str) -> bytes | None:
        """See `Answers`."""
        return self.bodies.get(name)

    def keep(self, name: str, body: bytes) -> None:
        """See `Answers`."""
        self.bodies[name] = body

    def of(self, files: Iterable[str]) -> dict[str, msgspec.Raw]:
        """Return the answers about styles and variables of some files by path."""
        prefixes = tuple(f"/v1/files/{key}/{what}" for key in files for what in ("styles", "nodes", "variables"))
        return {path: msgspec.Raw(body) for path, body in self.bodies.items() if path.startswith(prefixes)}


class _NoFiles:
    """The exporter of an entry that is read only."""

    def claims(self, _: Any) -> dict[str, str]:
        """Return nothing: names may be equal."""
        return {}

    def notes(self, _: Any) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def documents(self, _: Any) -> tuple[()]:
        """Return no file."""
        return ()


def _entry(source: ColorSource) -> ColorEntry:
    return ColorEntry(platform="web", label="colors", source=source, naming=Naming(style=""), exporter=_NoFiles())


def _text_entry(wanted: TextStyles) -> TextStyleEntry:
    return TextStyleEntry(
        platform="web", label="typography", file=wanted.file, naming=Naming(style=""), exporter=_NoFiles()
    )


def _fail(given: Given, kind: str, failure: Failure) -> None:
    given.ledger.entry_failures.append(EntryFailure("download", kind, failure, time.time()))


def _colors(given: Given, kind: str, wanted: Colors, tokens: Tokens, kept: _Kept) -> Downloaded | None:
    """Return the colours of all sources; the first of two with one name counts."""
    found: list[Token] = []
    for source in wanted.sources:
        colors = colors_of(source, tokens, wanted.filter)
        if isinstance(colors, Failure):
            _fail(given, kind, colors)
            continue
        given.ledger.warnings += [f"{kind}: {text}" for text in colors.warnings]
        for problem in colors.problems:
            _fail(given, kind, Failure("config", problem, "mend the colour in Figma"))
        found += color_tokens(colors.palette, descriptions(source, tokens))
    files = list(dict.fromkeys(key for source in wanted.sources for key in files_of(source)))
    return _downloaded(given, kind, found, {"source": {"name": files[0], "fileId": files[0]}, "data": kept.of(files)})


def _texts(given: Given, kind: str, wanted: TextStyles, tokens: Tokens, kept: _Kept) -> Downloaded | None:
    file = tokens.styled[wanted.file]
    found = file if isinstance(file, Failure) else text_tokens(file, matches, wanted.filter)
    if isinstance(found, Failure):
        _fail(given, kind, found)
        return None
    for problem in found.problems:
        _fail(given, kind, Failure("config", problem, "mend the text style in Figma"))
    source = {"name": wanted.file, "fileId": wanted.file}
    return _downloaded(given, kind, list(found.tokens), {"source": source, "data": kept.of((wanted.file,))})


def _downloaded(given: Given, kind: str, tokens: list[Token], raw: dict[str, Any]) -> Downloaded | None:
    tree, problems = nested(tokens)
    for problem in problems:
        _fail(given, kind, Failure("config", problem, "names of tokens must differ"))
    return Downloaded(tree, raw, len(tokens) - len(problems)) if tree else None


class _Gallery(Struct):
    """Components and their renders; what cannot be drawn is noted, together where the reason is one."""

    given: Given
    files: Files
    variants: dict[str, tuple[Variant, ...]] = field(default_factory=dict)

    async def draw(self, api: FigmaApi, pictures: Mapping[str, Pictures]) -> dict[str, str]:
        """Have all pictures rendered; return URLs by the ids of renders."""
        for kind, one in pictures.items():
            self.variants[kind] = self._select(kind, one)
        renders = {
            render.id: render
            for kind, one in pictures.items()
            for variant in self.variants[kind]
            for render in [_render(one, variant)]
        }
        versions = {key: file.record.meta.version for key, file in self.files.items() if isinstance(file, figma.File)}
        queue = RenderQueue(api, few_calls=self.given.options.few_renders, versions=versions)
        queue.add(renders.values())
        queue.close()
        urls: dict[str, str] = {}
        refused: dict[str, Failure] = {}
        async for answers in queue.answers():
            for answer in answers:
                if isinstance(answer, Drawn):
                    urls[answer.render.id] = answer.url
                else:
                    refused[answer.render.id] = answer.failure
        for kind, one in pictures.items():
            self._note(kind, one, refused)
        return urls

    def downloaded(self, kind: str, wanted: Pictures, urls: Mapping[str, str]) -> Downloaded | None:
        """Return the tokens of one kind."""
        file = self.files[wanted.selection.light_file]
        if isinstance(file, Failure):
            return None
        said = {one.node_id: one.description or "" for one in file.components}
        drawn = [(one, urls[key]) for one in self.variants[kind] if (key := _render(wanted, one).id) in urls]
        tokens = [Token(one.name, "asset", url, said.get(one.node.id, "")) for one, url in drawn]
        entries = [
            {"name": one.name, "nodeId": one.node.id, "description": said.get(one.node.id, ""), "exportUrl": url}
            for one, url in drawn
        ]
        return _downloaded(
            self.given, kind, tokens, {"source": {"name": file.name, "fileId": file.key}, "data": entries}
        )

    def _select(self, kind: str, wanted: Pictures) -> tuple[Variant, ...]:
        file = self.files[wanted.selection.light_file]
        if isinstance(file, Failure):
            _fail(self.given, kind, file)
            return ()
        variants = figma.select({file.key: file}, wanted.selection, matches).light
        if not variants:
            _fail(self.given, kind, figma.nothing_found(file, wanted.selection))
        return variants

    def _note(self, kind: str, wanted: Pictures, refused: Mapping[str, Failure]) -> None:
        names: dict[Failure, list[str]] = {}
        for variant in self.variants[kind]:
            failure = refused.get(_render(wanted, variant).id)
            if failure is not None:
                names.setdefault(failure, []).append(variant.name)
        for failure, sufferers in names.items():
            shown = ", ".join(repr(name) for name in sufferers[:_MOST_NAMES])
            more = f" and {len(sufferers) - _MOST_NAMES:,} more" if len(sufferers) > _MOST_NAMES else ""
            _fail(self.given, kind, msgspec.structs.replace(failure, message=f"{shown}{more}: {failure.message}"))


def _render(wanted: Pictures, variant: Variant) -> Render:
    return Render(variant.node, wanted.format, wanted.scale)
