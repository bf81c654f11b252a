"""Where files go: paths put together, and remote files in the order that exporters promise. Nothing is looked up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.conversions import Heic, Raster, VectorDrawable, Webp
from exfig_mp.model import RemoteFile, Render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exfig_mp.conversions import Conversion
    from exfig_mp.exporters.settings import HeicOptions, SourceFormat, WebpOptions
    from exfig_mp.model import Asset, Format, Node

_encode = json.JSONEncoder(ensure_ascii=False).encode


def join(folder: str, *parts: str) -> str:
    """Return a path below `folder`: parts are never taken as absolute."""
    head = folder.rstrip("/")
    inner = [head] if head else []
    for part in parts:
        plain = part.removeprefix("./").strip("/")
        if plain and plain != ".":
            inner.append(plain)
    return "/".join(inner) if head else folder[:1] + "/".join(inner)


def appearances(asset: Asset) -> Iterator[tuple[bool, Node]]:
    """Yield the nodes of an asset, each with whether it is the dark one."""
    yield False, asset.light
    if asset.dark:
        yield True, asset.dark


class Picture(Struct, frozen=True, kw_only=True):
    """How a picture comes about: what Figma draws, what is made of that here, and how the file's name ends.

    What is `rasterised` is drawn by Figma as an SVG once, whatever the scales. All else is drawn in each scale; then
    `steps` follow, into which goes what an asset itself says (is it for right-to-left layouts?).
    """

    format: Format
    extension: str = ""
    rasterised: bool = False
    steps: tuple[Conversion, ...] = ()

    @property
    def ending(self) -> str:
        """The end of the file's name, without the dot."""
        return self.extension or ("png" if self.rasterised else self.format)

    def at(self, path: str, asset: Asset, node: Node, scale: float = 1.0) -> RemoteFile:
        """Return the file at `path`; an SVG or PDF has no scale."""
        scale, steps = float(scale), tuple(_suited(step, asset) for step in self.steps)
        if self.rasterised:
            scale, steps = 1.0, (Raster(scale), *steps)
        elif self.format in {"svg", "pdf"}:
            scale = 1.0
        return RemoteFile(path, Render(node=node, format=self.format, scale=scale), asset.source_name, steps)


def png(source: SourceFormat, webp: WebpOptions | None = None, *, as_webp: bool = False) -> Picture:
    """Return how PNG pictures come about, or WebP ones: Figma draws their pixels, or an SVG from which we do."""
    steps: tuple[Conversion, ...] = ()
    if as_webp:
        steps = (Webp(quality=webp.quality, lossless=webp.encoding == "lossless") if webp else Webp(),)
    rasterised = source == "svg"
    return Picture(
        format="svg" if rasterised else "png", extension="webp" if as_webp else "", rasterised=rasterised, steps=steps
    )


def heic(source: SourceFormat, options: HeicOptions) -> Picture:
    """Return how HEIC pictures come about: as `png`, and then encoded."""
    made = png(source)
    step = Heic(quality=options.quality, lossless=options.encoding == "lossless")
    return replace(made, extension="heic", steps=(*made.steps, step))


def vector_drawable(precision: int, *, strict: bool = False) -> Picture:
    """Return how Android's vectors come about: from an SVG, with so many digits behind the point."""
    return Picture(format="svg", extension="xml", steps=(VectorDrawable(precision=precision, strict=strict),))


def by_path(files: Iterable[RemoteFile]) -> tuple[RemoteFile, ...]:
    """Return `files` sorted."""
    return tuple(sorted(files, key=lambda file: file.path))


def foundation_json(value: object) -> bytes:
    """Return JSON as Apple's Foundation prints it, so that Xcode's own edits make small diffs. No empty containers."""
    return _printed(value, "\n").encode()


def _suited(step: Conversion, asset: Asset) -> Conversion:
    if isinstance(step, VectorDrawable) and asset.right_to_left:
        return VectorDrawable(precision=step.precision, right_to_left=True, strict=step.strict)
    return step


def _printed(value: object, margin: str) -> str:
    # json.dumps with an indent takes three times as long, which counts for 20,000 image sets.
    inner = margin + "  "
    match value:
        case dict():
            members = (f"{_encode(key)} : {_printed(member, inner)}" for key, member in sorted(value.items()))
            return f"{{{inner}{f',{inner}'.join(members)}{margin}}}"
        case list():
            return f"[{inner}{f',{inner}'.join(_printed(item, inner) for item in value)}{margin}]"
        case _:
            return _encode(value)
