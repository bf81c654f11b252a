"""From a file's published components to the variants that an entry asks for. Pure, but for `fetch`."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.errors import FigmaError
from exfig_mp.model import Failure, Node, Variant, Variants
from exfig_mp.sources.file_record import FileRecord, NoRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exfig_mp.exporters.protocol import Selection
    from exfig_mp.sources.figma_api import FigmaApi
    from exfig_mp.sources.figma_wire import Component
    from exfig_mp.sources.file_record import FileRecords

_PLATFORM_KEYWORDS = frozenset({"ios", "android", "none"})
_RIGHT_TO_LEFT = "rtl"
_WORD = re.compile(r"[A-Za-z]+")


class File(Struct, frozen=True):
    """One Figma file as a run sees it: all that is read of it, read once.

    `revisions` say since when single nodes look as they do, where that is known; all others count as new.
    """

    key: str
    record: FileRecord
    revisions: dict[str, str] = {}

    @property
    def name(self) -> str:
        """The file's name."""
        return self.record.meta.name

    @property
    def components(self) -> tuple[Component, ...]:
        """Its published components."""
        return self.record.components

    @property
    def version(self) -> str:
        """Changes whenever the file may have changed (see `FileMeta.revision`)."""
        return self.record.meta.revision


Files = dict[str, File | Failure]


async def fetch(api: FigmaApi, file_keys: Iterable[str], at_once: int, records: FileRecords | None = None) -> Files:
    """Fetch each file's metadata once, and its components unless `records` have them of just this version.

    A file that cannot be had is a failure, not an exception.

    Raises:
        FigmaError: if the token is refused: then no file can be had. A file that is blocked is a failure of its own.
    """
    gate, records = asyncio.Semaphore(at_once), NoRecords() if records is None else records

    async def one(key: str) -> File | Failure:
        async with gate:
            try:
                if isinstance(records, NoRecords):
                    return File(key, await _at_once(api, key))
                record = await _current(api, key, records.recall(key))
                records.remember(key, record)
                return File(key, record)
            except FigmaError as error:
                if error.cause == "auth":
                    raise
                return error.failure

    keys = sorted(set(file_keys))
    tasks = [asyncio.create_task(one(key)) for key in keys]
    await _together(*tasks)
    return {key: task.result() for key, task in zip(keys, tasks, strict=True)}


async def _current(api: FigmaApi, key: str, known: FileRecord | None) -> FileRecord:
    """Return the file as it is now. A record says which version its components are of: so that is asked for first.

    Were it answered after them, a file that is published meanwhile would be taken for one that has not changed.
    """
    meta = await api.meta(key)
    if known and known.is_of(meta):
        return replace(known, meta=meta)
    components = await api.components(key)
    return replace(known, meta=meta, components=components) if known else FileRecord(meta, components)


async def _at_once(api: FigmaApi, key: str) -> FileRecord:
    asked = asyncio.create_task(api.meta(key)), asyncio.create_task(api.components(key))
    await _together(*asked)
    return FileRecord(asked[0].result(), asked[1].result())


async def _together(*tasks: asyncio.Task[Any]) -> None:
    """Wait for all tasks. When one fails, the others end with it: each would cost another call for nothing."""
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def select(files: Mapping[str, File], selection: Selection, matches: Callable[[str, str], bool]) -> Variants:
    """Return the variants of `selection`, sorted by name and id.

    Args:
        files: the selection's files by key.
        selection: frame, page, platform, dark file or suffix, filter.
        matches: tells whether a name is covered by a filter text.
    """
    light = _variants(files[selection.light_file], selection, matches)
    if selection.dark_file is not None:
        return Variants(light, _variants(files[selection.dark_file], selection, matches))
    suffix = selection.dark_suffix
    if not suffix:
        return Variants(light)
    return Variants(
        tuple(variant for variant in light if _light_name(variant.name, suffix) is None),
        tuple(
            Variant(name, variant.node, variant.right_to_left)
            for variant in light
            if (name := _light_name(variant.name, suffix)) is not None
        ),
    )


def _light_name(name: str, suffix: str) -> str | None:
    """Return the light twin's name if `name` is a dark one's; a device idiom (`name_dark~ipad`) stays behind it."""
    stem, tilde, idiom = name.partition("~")
    return stem.removesuffix(suffix) + tilde + idiom if stem.endswith(suffix) else None


def _variants(file: File, selection: Selection, matches: Callable[[str, str], bool]) -> tuple[Variant, ...]:
    chosen, version = [], file.version  # one text for all nodes
    for component in file.components:
        name = full_name(component)
        if not is_selected(component, selection):
            continue
        if selection.filter is not None and not matches(selection.filter, _without_suffix(name, selection)):
            continue
        node = Node(file.key, file.revisions.get(component.node_id, version), component.node_id)
        chosen.append(Variant(name, node, _RIGHT_TO_LEFT in _words(component.description)))
    return tuple(sorted(chosen, key=lambda variant: (variant.name, variant.node.id)))


def nothing_found(file: File, selection: Selection) -> Failure:
    """Return the failure of an entry without a single component; empty is never taken for "all were deleted"."""
    where = f"frame {selection.frame!r}" + (f" of page {selection.page!r}" if selection.page else "")
    only = f" that match {selection.filter!r}" if selection.filter else ""
    message = f"file {file.name or file.key!r} has no published components in {where}{only}"
    if not file.components:
        return Failure("config", message, "publish the file's library; a branch cannot be published")
    frames = sorted({one.containing_frame.name for one in file.components if one.containing_frame} - {""})
    known = ", ".join(repr(name) for name in frames[:10]) or "none"
    return Failure("config", message, f"check {selection.frame_key} and the filter; frames with components: {known}")


def full_name(component: Component) -> str:
    """Return the component's name; a variant's is only "Property=Value", so its set's name goes before it."""
    frame = component.containing_frame
    holder = (frame.containing_component_set or frame.containing_state_group) if frame else None
    return f"{holder.name}/{component.name}" if holder and holder.name else component.name


def is_selected(component: Component, selection: Selection) -> bool:
    """Is the component in the frame (and page), and meant for the platform?

    A component whose description has one of the words "ios", "android", "none" is for the platforms it names only.
    """
    frame = component.containing_frame
    if frame is None or frame.name != selection.frame:
        return False
    if selection.page is not None and frame.page_name != selection.page:
        return False
    if selection.platform is None:
        return True
    restricted = _words(component.description) & _PLATFORM_KEYWORDS
    return not restricted or selection.platform in restricted


def _without_suffix(name: str, selection: Selection) -> str:
    """A filter that names an asset means its dark variant too."""
    return (_light_name(name, selection.dark_suffix) if selection.dark_suffix else None) or name


def _words(description: str | None) -> set[str]:
    return set(_WORD.findall((description or "").lower()))
