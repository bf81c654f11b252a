"""From `typography` of a platform to entries of text styles; names are what `common.typography` says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.android_text_styles import AndroidTextStyles
from exfig_mp.exporters.compose import compose_file
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.regexps import regexp_warnings, with_regexps
from exfig_mp.exporters.text_style_protocol import TextStyleEntry
from exfig_mp.exporters.xcode_text_styles import SwiftFonts

if TYPE_CHECKING:
    from exfig_mp.exporters import Root
    from exfig_mp.exporters.android import Android, AndroidTypography
    from exfig_mp.exporters.text_style_protocol import TextStyleExporter
    from exfig_mp.exporters.xcode import Ios
    from exfig_mp.exporters.xcode_options import IosTypography
    from exfig_mp.model import Platform


def text_style_entries(root: Root) -> tuple[TextStyleEntry, ...]:
    """Return the entries of text styles of all platforms that have any, in the order of the config.

    Raises:
        ConfigError: there is no file to take text styles from.
    """
    found: list[TextStyleEntry] = []
    if (ios := root.ios) and ios.typography:
        made = _xcode(ios, ios.typography)
        found.append(_entry(root, "ios", made, ios.typography.name_style))
    if (android := root.android) and android.typography:
        made = _android(android, android.typography)
        found.append(_entry(root, "android", made, android.typography.name_style))
    return tuple(found)


class _Made(Struct, frozen=True, kw_only=True):
    """What a platform makes of its section."""

    exporter: TextStyleExporter
    warnings: tuple[str, ...] = ()


def _entry(root: Root, platform: Platform, made: _Made, style: str) -> TextStyleEntry:
    label, file = f"{platform}.typography", root.figma.light_file_id
    if not file:
        raise ConfigError(f"{label} has no Figma file", "Set figma.lightFileId.")
    naming = with_regexps(Naming(style=style), ("common.typography", root.common.typography))
    return TextStyleEntry(
        platform=platform,
        label=label,
        naming=naming,
        templates=root.platforms()[platform].templates_path,
        warnings=(*made.warnings, *regexp_warnings(naming)),
        file=file,
        exporter=made.exporter,
        project=root.ios.project if root.ios and platform == "ios" else "",
        target=root.ios.target if root.ios and platform == "ios" else "",
    )


def _xcode(ios: Ios, section: IosTypography) -> _Made:
    labels = section.labels_directory if section.generate_labels else None
    exporter = SwiftFonts(
        ui_font_file=section.font_swift or "",
        swift_ui_file=section.swift_ui_font_swift or "",
        labels_folder=labels or "",
        label_styles_file=(section.label_style_swift or "") if labels else "",
        objc=ios.add_objc_attribute,
    )
    return _Made(exporter=exporter, warnings=_xcode_warnings(section, exporter))


def _xcode_warnings(section: IosTypography, exporter: SwiftFonts) -> tuple[str, ...]:
    """Return what the section asks for and does not get."""
    warnings: list[str] = []
    if section.generate_labels and not section.labels_directory:
        warnings.append("labels are not written: generateLabels needs labelsDirectory")
    if section.label_style_swift and not exporter.label_styles_file:
        warnings.append("labelStyleSwift is not written: it needs generateLabels and labelsDirectory")
    if exporter.labels_folder and not exporter.ui_font_file:
        warnings.append("labels use the functions of UIFont that fontSwift is for, which is not named")
    if not (exporter.ui_font_file or exporter.swift_ui_file or exporter.labels_folder):
        warnings.append("nothing is written: name fontSwift, swiftUIFontSwift, or labelsDirectory with generateLabels")
    return tuple(warnings)


def _android(android: Android, section: AndroidTypography) -> _Made:
    package = section.compose_package_name
    compose = compose_file("Typography.kt", package, android.main_src, android.resource_package) if package else None
    lacking = ("Typography.kt is not written: it needs mainSrc and resourcePackage of android",)
    exporter = AndroidTextStyles(folder=android.main_res, compose=compose)
    return _Made(exporter=exporter, warnings=lacking if package and not compose else ())
