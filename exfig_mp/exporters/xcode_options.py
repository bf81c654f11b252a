"""`ios`: what the config says about Xcode. What it means for files is in `xcode`."""

from collections.abc import Iterator
from typing import Literal

from exfig_mp.exporters.naming import NameStyle
from exfig_mp.exporters.placing import join
from exfig_mp.exporters.settings import (
    AssetEntry,
    ColorsEntry,
    HeicOptions,
    Problem,
    RenderMode,
    Scales,
    Section,
    SourceFormat,
    Text,
    VectorFormat,
)


class IosColors(ColorsEntry, frozen=True, kw_only=True):
    """An element of `ios.colors`."""

    use_color_assets: bool
    assets_folder: Text | None = None
    name_style: NameStyle
    group_using_namespace: bool = False
    color_swift: Text | None = None
    swiftui_color_swift: Text | None = None
    sync_code_syntax: bool = False
    code_syntax_template: Text = "{name}"

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from ColorsEntry.problems(self)
        if self.use_color_assets and not self.assets_folder:
            yield ("assetsFolder",), "is required when useColorAssets is true"
        if self.color_swift and self.color_swift == self.swiftui_color_swift:
            yield ("swiftuiColorSwift",), "must be another file than colorSwift"


class IosIcons(AssetEntry, frozen=True, kw_only=True):
    """An element of `ios.icons`."""

    assets_folder: Text
    name_style: NameStyle
    format: VectorFormat
    preserves_vector_representation: tuple[Text, ...] | Literal["*"] = ()
    image_swift: Text | None = None
    swift_ui_image_swift: Text | None = None
    code_connect_swift: Text | None = None
    render_mode: RenderMode = "template"
    render_mode_default_suffix: Text | None = None
    render_mode_original_suffix: Text | None = None
    render_mode_template_suffix: Text | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from AssetEntry.problems(self)
        yield from _code_problems(self)


class IosImages(AssetEntry, frozen=True, kw_only=True):
    """An element of `ios.images`; without a render mode, Xcode decides."""

    assets_folder: Text
    name_style: NameStyle
    scales: Scales = (1, 2, 3)
    source_format: SourceFormat = "png"
    output_format: Literal["png", "heic"] = "png"
    heic_options: HeicOptions = HeicOptions()
    image_swift: Text | None = None
    swift_ui_image_swift: Text | None = None
    code_connect_swift: Text | None = None
    render_mode: RenderMode | None = None
    render_mode_default_suffix: Text | None = None
    render_mode_original_suffix: Text | None = None
    render_mode_template_suffix: Text | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from AssetEntry.problems(self)
        yield from _code_problems(self)
        for index, scale in enumerate(self.scales):
            if scale not in (1, 2, 3):
                yield ("scales", index), f"{scale:g} is no scale of an asset catalog: they are 1, 2 and 3"


class IosTypography(Section, frozen=True, kw_only=True):
    """`ios.typography`."""

    font_swift: Text | None = None
    label_style_swift: Text | None = None
    swift_ui_font_swift: Text | None = None
    generate_labels: bool
    labels_directory: Text | None = None
    name_style: NameStyle

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types: each file has a path of its own."""
        known: set[str | None] = {None}
        if self.generate_labels and self.labels_directory:
            known |= {join(self.labels_directory, name) for name in ("Label.swift", "LabelStyle.swift")}
        files = {
            "fontSwift": self.font_swift,
            "swiftUIFontSwift": self.swift_ui_font_swift,
            "labelStyleSwift": self.label_style_swift,
        }
        for key, path in files.items():
            if path is not None and path in known:
                yield (key,), "must be a file of its own"
            known.add(path)


def _code_problems(element: IosIcons | IosImages) -> Iterator[Problem]:
    """Yield which files of code are one."""
    files = {
        "imageSwift": element.image_swift,
        "swiftUIImageSwift": element.swift_ui_image_swift,
        "codeConnectSwift": element.code_connect_swift,
    }
    seen: dict[str, str] = {}
    for key, file in files.items():
        if file and file in seen:
            yield (key,), f"must be another file than {seen[file]}"
        elif file:
            seen[file] = key
