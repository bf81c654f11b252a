"""Android: what the config says about it, and where drawables go.

Icons and vector images lie as VectorDrawable in `drawable`, pixels in a folder for each density; dark ones in the
`night` twins.
"""

from collections.abc import Container, Iterator, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from exfig_mp.exporters.compose import is_dotted, package_problems
from exfig_mp.exporters.compose_vectors import ImageVectors
from exfig_mp.exporters.entries import Export, Scope, build_entries
from exfig_mp.exporters.identifiers import is_ascii_identifier
from exfig_mp.exporters.kotlin_icons import KotlinIcons
from exfig_mp.exporters.naming import NameStyle
from exfig_mp.exporters.placing import Picture, appearances, by_path, join, png, vector_drawable
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
    within,
)
from exfig_mp.model import Asset, GeneratedFile, RemoteFile

DENSITIES = {1: "mdpi", 1.5: "hdpi", 2: "xhdpi", 3: "xxhdpi", 4: "xxxhdpi"}
PRECISION = 4
"""Digits behind the point in path data, unless the config says another number."""


class NameTransform(Section, frozen=True, kw_only=True):
    """How a colour's name becomes a theme attribute's."""

    style: NameStyle = "PascalCase"
    prefix: str = "color"
    strip_prefixes: tuple[Text, ...] = ()

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        if self.prefix and not is_ascii_identifier(self.prefix):
            yield ("prefix",), f"{self.prefix!r} cannot begin an attribute's name, which has letters, digits and _"


class ThemeAttributes(Section, frozen=True, kw_only=True):
    """`android.colors.themeAttributes`: text between two markers in files that belong to the user."""

    enabled: bool = False
    attrs_file: Text = "values/attrs.xml"
    styles_file: Text = "values/styles.xml"
    styles_night_file: Text = "values-night/styles.xml"
    theme_name: Text
    marker_start: Text = "FIGMA COLORS MARKER START"
    marker_end: Text = "FIGMA COLORS MARKER END"
    auto_create_markers: bool = False
    name_transform: NameTransform = NameTransform()

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types: markers are comments of one line."""
        texts = {"themeName": self.theme_name, "markerStart": self.marker_start, "markerEnd": self.marker_end}
        for key, text in texts.items():
            if "--" in text or text.endswith("-") or not text.isprintable():
                yield (key,), "is part of an XML comment of one line, which can have neither -- nor control characters"
        if self.marker_start == self.marker_end:
            yield ("markerEnd",), "must differ from markerStart"
        yield from within(("nameTransform",), self.name_transform.problems())


class AndroidColors(ColorsEntry, frozen=True, kw_only=True):
    """An element of `android.colors`."""

    xml_output_file_name: Text = "colors.xml"
    xml_disabled: bool = False
    compose_package_name: Text | None = None
    color_kotlin: Text | None = None
    theme_attributes: ThemeAttributes | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from ColorsEntry.problems(self)
        yield from package_problems(self.compose_package_name)
        if self.theme_attributes:
            yield from within(("themeAttributes",), self.theme_attributes.problems())


class AndroidIcons(AssetEntry, frozen=True, kw_only=True):
    """An element of `android.icons`."""

    output: Text
    compose_package_name: Text | None = None
    compose_format: Literal["resourceReference", "imageVector"] = "resourceReference"
    compose_extension_target: Text | None = None
    path_precision: Annotated[int, Meta(ge=1, le=6)] = PRECISION
    strict_path_validation: bool | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from AssetEntry.problems(self)
        yield from package_problems(self.compose_package_name)
        target = self.compose_extension_target
        if target and not is_dotted(target):
            yield ("composeExtensionTarget",), f"{target!r} cannot be a name in Kotlin"
        if self.compose_format == "imageVector" and not self.compose_package_name:
            yield ("composePackageName",), "is required for composeFormat: imageVector"


class AndroidImages(AssetEntry, frozen=True, kw_only=True):
    """An element of `android.images`."""

    output: Text
    format: ImageFormat
    scales: Scales = (1, 1.5, 2, 3, 4)
    webp_options: WebpOptions | None = None
    source_format: SourceFormat = "png"

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from AssetEntry.problems(self)
        for index, scale in enumerate(self.scales):
            if scale not in DENSITIES:
                yield ("scales", index), f"{scale:g} is no screen density: they are 1, 1.5, 2, 3 and 4"


class AndroidTypography(Section, frozen=True, kw_only=True):
    """`android.typography`."""

    name_style: NameStyle
    compose_package_name: Text | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from package_problems(self.compose_package_name)


class Android(Section, frozen=True, kw_only=True):
    """`android`."""

    main_res: Text
    resource_package: Text | None = None
    main_src: Text | None = None
    templates_path: Text | None = None
    colors: tuple[AndroidColors, ...] = ()
    icons: tuple[AndroidIcons, ...] = ()
    images: tuple[AndroidImages, ...] = ()
    typography: AndroidTypography | None = None

    def problems(self) -> list[Problem]:
        """Return what is wrong beyond types."""
        found = problems_of({"colors": self.colors, "icons": self.icons, "images": self.images})
        if not self.main_src and any(icons.compose_format == "imageVector" for icons in self.icons):
            found.append((("mainSrc",), "is required for composeFormat: imageVector"))
        return found + (within(("typography",), self.typography.problems()) if self.typography else [])

    def entries(self, figma: Figma, common: Common) -> tuple[Entry, ...]:
        """Return an entry for each element of `icons` and `images`, in the order of the config."""
        icons = Scope(platform="android", kind="icons", figma=figma, common=common, templates=self.templates_path)
        images = Scope(platform="android", kind="images", figma=figma, common=common)
        strict = common.images.strict_path_validation
        return build_entries(
            icons, self.icons, lambda element: self._icons(element, strict=common.icons.strict_path_validation)
        ) + build_entries(images, self.images, lambda element: self._images(element, strict=strict))

    def _icons(self, icons: AndroidIcons, *, strict: bool) -> Export:
        strict = strict if icons.strict_path_validation is None else icons.strict_path_validation
        if icons.compose_format == "imageVector":
            return self._image_vectors(icons, strict=strict)
        exporter = Drawables(
            folder=join(self.main_res, icons.output), picture=vector_drawable(icons.path_precision, strict=strict)
        )
        package, export = icons.compose_package_name, _resources(exporter, icons.name_style, "icon")
        if not package:
            return export
        if not (self.main_src and self.resource_package):
            missing = "Icons.kt is not written: it needs mainSrc and resourcePackage of android"
            return replace(export, warnings=(missing,))
        code = KotlinIcons(
            path=join(self.main_src, package.replace(".", "/"), "Icons.kt"),
            package=package,
            resources=self.resource_package,
            drawables=exporter,
            target=icons.compose_extension_target or "",
        )
        return replace(export, code=code)

    def _image_vectors(self, icons: AndroidIcons, *, strict: bool) -> Export:
        exporter = ImageVectors(
            folder=self.main_src or "",
            package=icons.compose_package_name or "",
            receiver=icons.compose_extension_target or "",
            precision=icons.path_precision,
            strict=strict,
        )
        return Export(exporter=exporter, style=icons.name_style, is_code=True)

    def _images(self, images: AndroidImages, *, strict: bool) -> Export:
        if images.format == "svg":
            picture = vector_drawable(PRECISION, strict=strict)
            exporter = Drawables(folder=join(self.main_res, images.output), picture=picture)
            return _resources(exporter, images.name_style, "image")
        exporter = Drawables(
            folder=join(self.main_res, images.output),
            picture=png(images.source_format, images.webp_options, as_webp=images.format == "webp"),
            scales=tuple(sorted(set(images.scales))),
        )
        return _resources(exporter, images.name_style, "image")


def _resources(exporter: "Drawables", style: str, word: str) -> Export:
    """Return how drawables are named: in snake case whatever the config says, as Android has no other resources."""
    return Export(exporter=exporter, style=style, file_style="snake_case", resource_word=word)


class Drawables(Struct, frozen=True, kw_only=True):
    """The exporter of Android: one folder for each scale and appearance."""

    folder: str
    picture: Picture
    scales: tuple[float, ...] = (1,)

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """See `Exporter`."""
        return by_path(
            self.picture.at(self._path(asset, scale, dark=dark), asset, node, scale)
            for asset in assets
            for dark, node in appearances(asset)
            for scale in self.scales
        )

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:  # noqa: ARG002 - the contract's; Android finds drawables by itself
        """See `Exporter`."""
        return ()

    def day_paths(self, asset: Asset) -> Iterator[str]:
        """Yield the paths of an asset's light files."""
        return (self._path(asset, scale, dark=False) for scale in self.scales)

    def _path(self, asset: Asset, scale: float, *, dark: bool) -> str:
        folder = drawable_folder(scale, dark=dark, single=len(self.scales) == 1)
        return join(self.folder, folder, f"{asset.name}.{self.picture.ending}")


def drawable_folder(scale: float, *, dark: bool, single: bool) -> str:
    """Return the resource folder of a scale; a single scale fits all densities."""
    night = "-night" if dark else ""
    return f"drawable{night}" if single else f"drawable{night}-{DENSITIES[scale]}"
