"""One folder with one file for each appearance of an asset: the `fetch` command, and the Web's raw files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.naming import Named, safe_name
from exfig_mp.exporters.placing import Picture, appearances, by_path, join, png

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.exporters.settings import WebpOptions
    from exfig_mp.model import Asset, GeneratedFile, RemoteFile

FileFormat = Literal["png", "svg", "jpg", "pdf", "webp"]
"""What files in a folder may be: what Figma draws, or WebP made of its PNG."""


class Folder(Struct, frozen=True, kw_only=True):
    """The exporter of a folder: `<folder>/<name>[<dark suffix>].<format>`. Vector formats have no scale.

    `webp` says how files of that format are made.

    Raises:
        ConfigError: the dark suffix cannot be part of a file name.
    """

    folder: str
    format: FileFormat
    scale: float = 1
    dark_suffix: str = "_dark"
    webp: WebpOptions | None = None

    def __post_init__(self) -> None:
        whole = f"x{self.dark_suffix}"
        if safe_name(whole) != Named(whole) or len(self.dark_suffix.encode()) > 32:
            raise ConfigError(f"the dark mode suffix {self.dark_suffix!r} cannot be part of a file name")

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """See `Exporter`."""
        picture = png("png", self.webp, as_webp=True) if self.format == "webp" else Picture(format=self.format)
        return by_path(
            picture.at(
                join(self.folder, f"{asset.name}{self.dark_suffix if dark else ''}.{picture.ending}"),
                asset,
                node,
                self.scale,
            )
            for asset in assets
            for dark, node in appearances(asset)
        )

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:  # noqa: ARG002 - the contract's; a folder has no index
        """See `Exporter`."""
        return ()
