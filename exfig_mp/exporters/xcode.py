"""Xcode: the `ios` section, and the image sets of its asset catalogs.

An image set is a folder for one name: files for each device idiom, appearance and scale, and `Contents.json`, which
names those that are in place.
"""

from collections.abc import Container, Iterator, Sequence
from itertools import groupby
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from exfig_mp.exporters.entries import Export, Scope, build_entries
from exfig_mp.exporters.naming import matches
from exfig_mp.exporters.pairing import split_idiom
from exfig_mp.exporters.placing import Picture, appearances, by_path, foundation_json, heic, join, png
from exfig_mp.exporters.protocol import Entry
from exfig_mp.exporters.settings import Common, Figma, Problem, RenderMode, Section, Text, problems_of, within
from exfig_mp.exporters.swift_images import SwiftImages
from exfig_mp.exporters.xcode_colors import SwiftBundle
from exfig_mp.exporters.xcode_options import IosColors, IosIcons, IosImages, IosTypography
from exfig_mp.model import Asset, GeneratedFile, Kind, Node, RemoteFile

_SCALES = {
    "iphone": (1, 2, 3),
    "ipad": (1, 2),
    "mac": (1, 2),
    "tv": (1, 2),
    "watch": (2,),
    "car": (2, 3),
}
_INFO = {"author": "xcode", "version": 1}
_DARK = [{"appearance": "luminosity", "value": "dark"}]


class Ios(Section, frozen=True, kw_only=True):
    """`ios`."""

    xcodeproj_path: Text
    target: Text
    xcassets_path: Text
    xcassets_in_main_bundle: bool
    xcassets_in_swift_package: bool = False
    resource_bundle_names: tuple[Text, ...] = ()
    add_objc_attribute: bool = False
    templates_path: Text | None = None
    colors: tuple[IosColors, ...] = ()
    icons: tuple[IosIcons, ...] = ()
    images: tuple[IosImages, ...] = ()
    typography: IosTypography | None = None

    def problems(self) -> list[Problem]:
        """Return what is wrong beyond types."""
        found = problems_of({"colors": self.colors, "icons": self.icons, "images": self.images})
        return found + (within(("typography",), self.typography.problems()) if self.typography else [])

    def entries(self, figma: Figma, common: Common) -> tuple[Entry, ...]:
        """Return an entry for each element of `icons` and `images`, in the order of the config."""
        icons = self._scope("icons", figma, common)
        images = self._scope("images", figma, common)
        return build_entries(icons, self.icons, self._icons) + build_entries(images, self.images, self._images)

    @property
    def project(self) -> str:
        """The project that has to list Swift files; a Swift package takes those in its folders."""
        return "" if self.xcassets_in_swift_package else self.xcodeproj_path

    @property
    def bundle(self) -> SwiftBundle:
        """Where code finds the asset catalog."""
        return SwiftBundle(
            main=self.xcassets_in_main_bundle, package=self.xcassets_in_swift_package, names=self.resource_bundle_names
        )

    def _scope(self, kind: Kind, figma: Figma, common: Common) -> Scope:
        return Scope(
            platform="ios",
            kind=kind,
            figma=figma,
            common=common,
            templates=self.templates_path,
            project=self.project,
            target=self.target,
        )

    def _code(self, element: IosIcons | IosImages, exporter: "ImageSets", word: str) -> SwiftImages | None:
        ui_kit, swift_ui = element.image_swift or "", element.swift_ui_image_swift or ""
        connect = element.code_connect_swift or ""
        if not (ui_kit or swift_ui or connect):
            return None
        return SwiftImages(
            sets=exporter,
            ui_image_file=ui_kit,
            swift_ui_file=swift_ui,
            connect_file=connect,
            bundle=self.bundle,
            objc=self.add_objc_attribute,
            word=word,
        )

    def _icons(self, icons: IosIcons) -> Export:
        vectors = icons.preserves_vector_representation
        rendering = Rendering.of(icons)
        exporter = ImageSets(
            folder=join(self.xcassets_path, icons.assets_folder),
            picture=Picture(format=icons.format),
            rendering=rendering,
            vectors=("*",) if vectors == "*" else vectors,
        )
        return Export(
            exporter=exporter,
            style=icons.name_style,
            code=self._code(icons, exporter, "icon"),
            ignored_suffixes=rendering.suffixes,
        )

    def _images(self, images: IosImages) -> Export:
        rendering = Rendering.of(images)
        exporter = ImageSets(
            folder=join(self.xcassets_path, images.assets_folder),
            picture=heic(images.source_format, images.heic_options)
            if images.output_format == "heic"
            else png(images.source_format),
            scales=tuple(sorted(set(images.scales))),
            rendering=rendering,
        )
        return Export(
            exporter=exporter,
            style=images.name_style,
            code=self._code(images, exporter, "image"),
            ignored_suffixes=rendering.suffixes,
        )


class Rendering(Struct, frozen=True, kw_only=True):
    """How Xcode tints images: a mode, and the other modes that names may ask for by a suffix."""

    mode: RenderMode | None = None
    by_suffix: tuple[tuple[str, RenderMode], ...] = ()

    @classmethod
    def of(cls, element: IosIcons | IosImages) -> "Rendering":
        """Return what `element` says: suffixes count only if they lead away from its mode."""
        candidates: list[tuple[str | None, RenderMode]] = [(element.render_mode_template_suffix, "template")]
        if element.render_mode == "template":
            candidates = [
                (element.render_mode_default_suffix, "default"),
                (element.render_mode_original_suffix, "original"),
            ]
        return cls(mode=element.render_mode, by_suffix=tuple((suffix, mode) for suffix, mode in candidates if suffix))

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes that are no part of a name."""
        return tuple(suffix for suffix, _ in self.by_suffix)

    def intent(self, asset: Asset) -> Literal["template", "original"] | None:
        """Return the rendering intent of an asset, None for Xcode's default."""
        raw, _ = split_idiom(asset.source_name)
        mode = next((mode for suffix, mode in self.by_suffix if raw.endswith(suffix)), self.mode)
        return None if mode is None or mode == "default" else mode


class ImageSets(Struct, frozen=True, kw_only=True):
    """The exporter of asset catalogs. Without `scales` there is one file for all of them.

    `vectors` are the names, with `*`, of the image sets that keep their vector data.
    """

    folder: str
    picture: Picture
    scales: tuple[float, ...] = ()
    rendering: Rendering = Rendering()
    vectors: tuple[str, ...] = ()

    def files(self, assets: Sequence[Asset]) -> tuple[RemoteFile, ...]:
        """See `Exporter`."""
        return by_path(image.file for asset in assets for image in self._images(asset))

    def index(self, assets: Sequence[Asset], in_place: Container[str]) -> tuple[GeneratedFile, ...]:
        """See `Exporter`. An image set without any file in place has no index, and a folder without sets neither."""
        generated = []
        for name, same in groupby(sorted(assets, key=_by_name_and_idiom), key=lambda asset: asset.name):
            idioms = list(same)
            present = [image for asset in idioms for image in self._images(asset) if image.file.path in in_place]
            if present:
                path = join(self.folder, f"{name}.imageset", "Contents.json")
                generated.append(GeneratedFile(path=path, content=self._contents(idioms[0], present)))
        if generated:
            path = join(self.folder, "Contents.json")
            generated.append(GeneratedFile(path=path, content=foundation_json({"info": _INFO})))
        return tuple(sorted(generated, key=lambda file: file.path))

    def paths(self, asset: Asset) -> Iterator[str]:
        """Yield the paths of an asset's files."""
        return (self._path(asset, name) for _, _, _, name in self._names(asset))

    def _images(self, asset: Asset) -> Iterator["_Image"]:
        for dark, node, scale, name in self._names(asset):
            file = self.picture.at(self._path(asset, name), asset, node, scale or 1)
            yield _Image(file=file, item=_item(asset, name, scale, dark=dark), dark=dark)

    def _names(self, asset: Asset) -> Iterator[tuple[bool, Node, float | None, str]]:
        """Yield for each file whether it is dark, what it is drawn from, its scale, and its name."""
        allowed, is_ours = _SCALES.get(asset.idiom), self.picture.rasterised
        for dark, node in appearances(asset):
            for scale in self.scales or (None,):
                if scale is None or allowed is None or scale in allowed:
                    stem = _file_name(asset, scale, dark=dark, is_ours=is_ours)
                    yield dark, node, scale, f"{stem}.{self.picture.ending}"

    def _path(self, asset: Asset, name: str) -> str:
        return join(self.folder, f"{asset.name}.imageset", name)

    def _contents(self, asset: Asset, present: "list[_Image]") -> bytes:
        properties: dict[str, object] = {}
        intent = self.rendering.intent(asset)
        if intent:
            properties["template-rendering-intent"] = intent
        if matches(",".join(self.vectors), asset.name):
            properties["preserves-vector-representation"] = True
        items = [image.item for image in sorted(present, key=lambda image: image.dark)]
        contents: dict[str, object] = {"images": items, "info": _INFO}
        return foundation_json(contents | ({"properties": properties} if properties else {}))


def without_heic(entry: Entry) -> Entry:
    """Return the entry with PNG in the place of HEIC, where nothing can write that."""
    sets = entry.exporter
    if not isinstance(sets, ImageSets) or sets.picture.extension != "heic":
        return entry
    sets = replace(sets, picture=replace(sets.picture, extension="", steps=()))
    code = replace(entry.code, sets=sets) if isinstance(entry.code, SwiftImages) else entry.code
    warning = "HEIC cannot be written without the extra heic of exfig-mp: PNG is written instead"
    return replace(entry, exporter=sets, code=code, warnings=(*entry.warnings, warning))


class _Image(Struct, frozen=True, kw_only=True):
    """One file of an image set, and what `Contents.json` says about it."""

    file: RemoteFile
    item: dict[str, object]
    dark: bool


def scale_text(scale: float) -> str:
    """Return a scale as Xcode writes it: `2x`, `1.5x`."""
    return f"{scale:g}x"


def _by_name_and_idiom(asset: Asset) -> tuple[str, str]:
    return asset.name, asset.idiom


def _file_name(asset: Asset, scale: float | None, *, dark: bool, is_ours: bool) -> str:
    """Return a file's name without its end. ExFig v1 names more simply what `is_ours`, drawn here from an SVG."""
    idiom = f"~{asset.idiom}" if asset.idiom else ""
    appearance = "D" if dark else "L" if asset.dark and not is_ours else ""
    is_marked = scale is not None and not (is_ours and scale == 1)
    return f"{asset.name}{idiom}{appearance}" + (f"@{scale_text(scale)}" if scale and is_marked else "")


def _item(asset: Asset, filename: str, scale: float | None, *, dark: bool) -> dict[str, object]:
    item: dict[str, object] = {"filename": filename, "idiom": asset.idiom or "universal"}
    if scale:
        item["scale"] = scale_text(scale)
    if dark:
        item["appearances"] = _DARK
    if asset.right_to_left:
        item["language-direction"] = "left-to-right"
    return item
