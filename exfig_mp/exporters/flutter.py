"""Flutter: what the config says about it, and where its assets go.

An image lies beside its `2.0x`, `3.0x`, ... folders, where the framework looks for the other scales.
"""

from collections.abc import Container, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.exporters.dart_assets import DartAssets
from exfig_mp.exporters.entries import Export, Scope, build_entries
from exfig_mp.exporters.identifiers import DART_KEYWORDS, is_ascii_identifier
from exfig_mp.exporters.naming import dark_suffix
from exfig_mp.exporters.placing import Picture, appearances, by_path, join, png
from exfig_mp.exporters.protocol import Entry
from exfig_mp.exporters.settings import (
    AssetEntry,
    ColorsEntry,
    Common,
    Figma,
    ImageFormat,
    Problem,
    Scales,
    Section,
    SourceFormat,
    Text,
    WebpOptions,
    problems_of,
)
from exfig_mp.model import Asset, GeneratedFile, Kind, RemoteFile


class FlutterColors(ColorsEntry, frozen=True, kw_only=True):
    """An element of `flutter.colors`."""

    output: Text = "colors.dart"
    class_name: Text = "AppColors"

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from ColorsEntry.problems(self)
        yield from _class_problems(self.class_name)


class FlutterIcons(AssetEntry, frozen=True, kw_only=True):
    """An element of `flutter.icons`."""

    output: Text
    dart_file: Text = "icons.dart"
    class_name: Text = "AppIcons"

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from AssetEntry.problems(self)
        yield from _class_problems(self.class_name)


class FlutterImages(AssetEntry, frozen=True, kw_only=True):
    """An element of `flutter.images`."""

    output: Text
    dart_file: Text = "images.dart"
    class_name: Text = "AppImages"
    scales: Scales = (1, 2, 3)
    format: ImageFormat = "png"
    webp_options: WebpOptions | None = None
    source_format: SourceFormat = "png"

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from AssetEntry.problems(self)
        yield from _class_problems(self.class_name)


class Flutter(Section, frozen=True, kw_only=True):
    """`flutter`."""

    output: Text
    templates_path: Text | None = None
    colors: tuple[FlutterColors, ...] = ()
    icons: tuple[FlutterIcons, ...] = ()
    images: tuple[FlutterImages, ...] = ()

    def problems(self) -> list[Problem]:
        """Return what is wrong beyond types."""
        return problems_of({"colors": self.colors, "icons": self.icons, "images": self.images})

    def entries(self, figma: Figma, common: Common) -> tuple[Entry, ...]:
        """Return an entry for each element of `icons` and `images`, in the order of the config."""
        icons = Scope(platform="flutter", kind="icons", figma=figma, common=common, templates=self.templates_path)
        images = replace(icons, kind="images")
        return build_entries(icons, self.icons, self._icons) + build_entries(images, self.images, self._images)

    def _icons(self, icons: FlutterIcons) -> Export:
        return self._export(icons, "icons", Picture(format="svg"))

    def _images(self, images: FlutterImages) -> Export:
        if images.format == "svg":
            return self._export(images, "images", Picture(format="svg"))
        picture = png(images.source_format, images.webp_options, as_webp=images.format == "webp")
        return self._export(images, "images", picture, tuple(sorted(set(images.scales))))

    def _export(
        self, element: FlutterIcons | FlutterImages, kind: Kind, picture: Picture, scales: tuple[float, ...] = (1,)
    ) -> Export:
        suffix = dark_suffix(element.name_style)
        files = FlutterAssets(folder=join(element.output), picture=picture, dark_suffix=suffix, scales=scales)
        code = DartAssets(
            path=join(self.output, element.dart_file), class_name=element.class_name, kind=kind, files=files
        )
        return Export(exporter=files, style=element.name_style, code=code, dark_suffix=suffix)


class FlutterAssets(Struct, frozen=True, kw_only=True):
    """The exporter of Flutter: scale 1 in the folder, others in folders of their own; dark files beside light ones."""

    folder: str
    picture: Picture
    dark_suffix: str = "_dark"
    scales: tuple[float, ...] = (1,)

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """See `Exporter`."""
        return by_path(
            self.picture.at(self.path(asset, scale, dark=dark), asset, node, scale)
            for asset in assets
            for dark, node in appearances(asset)
            for scale in self.scales
        )

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:  # noqa: ARG002 - the contract's; Flutter finds files by their paths
        """See `Exporter`."""
        return ()

    def paths(self, asset: Asset, *, dark: bool) -> Iterator[str]:
        """Yield the paths of an asset's files of one appearance."""
        return (self.path(asset, scale, dark=dark) for scale in self.scales)

    def path(self, asset: Asset, scale: float, *, dark: bool) -> str:
        """Return the path of one file."""
        name = f"{asset.name}{self.dark_suffix if dark else ''}.{self.picture.ending}"
        return join(self.folder, _scale_folder(scale), name)


def _class_problems(name: str) -> Iterator[Problem]:
    if not is_ascii_identifier(name) or name in DART_KEYWORDS:
        yield ("className",), f"{name!r} cannot be the name of a class"


def _scale_folder(scale: float) -> str:
    return "" if scale == 1 else f"{float(scale)}x"
