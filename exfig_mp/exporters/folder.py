"""One folder with one file for each appearance of an asset: the `fetch` command, and the Web's raw files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.naming import Named, safe_name
from exfig_mp.exporters.placing import appearances, by_path, join, remote_file

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from exfig_mp.model import Asset, Format, GeneratedFile, RemoteFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The exporter of a folder: `<folder>/<name>[<dark suffix>].<format>`. Vector formats have no scale.

    Raises:
        ConfigError: the dark suffix cannot be part of a file name.
    """

    folder: str
    format: Format
    scale: float = 1
    dark_suffix: str = "_dark"

    def __post_init__(self) -> None:
        whole = f"x{self.dark_suffix}"
        if safe_name(whole) != Named(whole) or len(self.dark_suffix.encode()) > 32:
            raise ConfigError(f"the dark mode suffix {self.dark_suffix!r} cannot be part of a file name")

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """See `Exporter`."""
        return by_path(
            remote_file(
                join(self.folder, f"{asset.name}{self.dark_suffix if dark else ''}.{self.format}"),
                asset,
                node,
                self.format,
                self.scale,
            )
            for asset in assets
            for dark, node in appearances(asset)
        )

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:  # noqa: ARG002 - the contract's; a folder has no index
        """See `Exporter`."""
        return ()
