"""Flutter: what the config says about it, and where its assets go.

An image lies beside its `2.0x`, `3.0x`, ... folders, where the framework looks for the other scales.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from exfig_mp.exporters.entries import NO_CODE, Export, Scope, build_entries
from exfig_mp.exporters.identifiers import is_ascii_identifier
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
from exfig_mp.model import Asset, GeneratedFile, RemoteFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FlutterColors(ColorsEntry):
    """An element of `flutter.colors`."""

    output: Text = "colors.dart"
    class_name: Text = "AppColors"

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from ColorsEntry.problems(self)
        if not is_ascii_identifier(self.class_name):
            yield ("className",), f"{self.class_name!r} cannot be the name of a class"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlutterIcons(AssetEntry):
    """An element of `flutter.icons`."""

    output: Text
    dart_file: Text = "icons.dart"
    class_name: Text = "AppIcons"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlutterImages(AssetEntry):
    """An element of `flutter.images`."""

    output: Text
    dart_file: Text = "images.dart"
    class_name: Text = "AppImages"
    scales: Scales = (1, 2, 3)
    format: ImageFormat = "png"
    webp_options: WebpOptions | None = None
    source_format: SourceFormat = "png"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flutter(Section):
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
        icons = Scope(platform="flutter", kind="icons", figma=figma, common=common)
        images = Scope(platform="flutter", kind="images", figma=figma, common=common)
        return build_entries(icons, self.icons, _icons) + build_entries(images, self.images, _images)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlutterAssets:
    """The exporter of Flutter: scale 1 in the folder, others in folders of their own; dark files beside light ones."""

    folder: str
    picture: Picture
    dark_suffix: str = "_dark"
    scales: tuple[float, ...] = (1,)

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """See `Exporter`."""
        return by_path(
            self.picture.at(
                join(
                    self.folder,
                    _scale_folder(scale),
                    f"{asset.name}{self.dark_suffix if dark else ''}.{self.picture.ending}",
                ),
                asset,
                node,
                scale,
            )
            for asset in assets
            for dark, node in appearances(asset)
            for scale in self.scales
        )

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:  # noqa: ARG002 - the contract's; Flutter finds files by their paths
        """See `Exporter`."""
        return ()


def _icons(icons: FlutterIcons) -> Export:
    suffix = dark_suffix(icons.name_style)
    exporter = FlutterAssets(folder=join(icons.output), picture=Picture(format="svg"), dark_suffix=suffix)
    return Export(exporter=exporter, style=icons.name_style, dark_suffix=suffix, warnings=(NO_CODE,))


def _images(images: FlutterImages) -> Export:
    suffix, folder = dark_suffix(images.name_style), join(images.output)
    if images.format == "svg":
        exporter = FlutterAssets(folder=folder, picture=Picture(format="svg"), dark_suffix=suffix)
        return Export(exporter=exporter, style=images.name_style, dark_suffix=suffix, warnings=(NO_CODE,))
    scales = tuple(sorted(set(images.scales)))
    picture = png(images.source_format, images.webp_options, as_webp=images.format == "webp")
    exporter = FlutterAssets(folder=folder, picture=picture, dark_suffix=suffix, scales=scales)
    return Export(exporter=exporter, style=images.name_style, dark_suffix=suffix, warnings=(NO_CODE,))


def _scale_folder(scale: float) -> str:
    return "" if scale == 1 else f"{float(scale)}x"
