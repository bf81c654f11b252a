"""From the elements of `colors` to entries: what an element leaves open, `common` says, and else the defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.android_colors import AndroidColorFiles
from exfig_mp.exporters.color_protocol import ColorEntry, StyleColors, Suffixes, VariableColors
from exfig_mp.exporters.compose import Compose, compose_file
from exfig_mp.exporters.flutter_colors import DartColors
from exfig_mp.exporters.placing import join
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.regexps import regexp_warnings, with_regexps
from exfig_mp.exporters.settings import ColorsEntry, CommonColors
from exfig_mp.exporters.theme_attributes import ThemeWriter
from exfig_mp.exporters.web_colors import WebColorFiles
from exfig_mp.exporters.xcode_colors import ColorSets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exfig_mp.exporters import Root
    from exfig_mp.exporters.android import Android, AndroidColors
    from exfig_mp.exporters.color_protocol import ColorExporter, ColorSource
    from exfig_mp.exporters.flutter import Flutter, FlutterColors
    from exfig_mp.exporters.settings import VariablesColors
    from exfig_mp.exporters.web import Web, WebColors
    from exfig_mp.exporters.xcode import Ios
    from exfig_mp.exporters.xcode_options import IosColors
    from exfig_mp.model import Platform

_Element = TypeVar("_Element", bound=ColorsEntry)
_UNWRITTEN = (
    "themeAttributes bind to resources that xmlDisabled leaves unwritten: unless something else writes these colours, "
    "the app cannot be built"
)


class _Colors(Struct, frozen=True, kw_only=True):
    """What a platform makes of an element; `style` is how it wants names, `code_syntax` what Figma is told of them."""

    exporter: ColorExporter
    style: str
    warnings: tuple[str, ...] = ()
    code_syntax: str = ""


def color_entries(root: Root) -> tuple[ColorEntry, ...]:
    """Return the entries of colours of all platforms, in the order of the config.

    Raises:
        ConfigError: an element has no file to take its colours from.
    """
    found: list[ColorEntry] = []
    if ios := root.ios:
        found += _entries(root, "ios", ios.colors, lambda element: _xcode(ios, element))
    if android := root.android:
        found += _entries(root, "android", android.colors, lambda element: _android(android, element))
    if flutter := root.flutter:
        found += _entries(root, "flutter", flutter.colors, lambda element: _flutter(flutter, element))
    if web := root.web:
        found += _entries(root, "web", web.colors, lambda element: _web(web, element))
    return tuple(found)


def color_sources(root: Root) -> tuple[ColorSource, ...]:
    """Return where the colours of a config are, each source once; without any element, what `common` says.

    Raises:
        ConfigError: there is no file to take colours from.
    """
    return tuple(dict.fromkeys(entry.source for entry in color_entries(root))) or (
        _source(root, ColorsEntry(), "the config"),
    )


def _entries(
    root: Root, platform: Platform, elements: Sequence[_Element], describe: Callable[[_Element], _Colors]
) -> list[ColorEntry]:
    templates = root.platforms()[platform].templates_path
    found = []
    for index, element in enumerate(elements):
        label = f"{platform}.colors[{index}]" if len(elements) > 1 else f"{platform}.colors"
        colors = describe(element)
        naming = _naming(root, element, colors.style, label)
        source = _source(root, element, label)
        warnings = (*colors.warnings, *regexp_warnings(naming))
        if colors.code_syntax and not isinstance(source, VariableColors):
            warnings += ("syncCodeSyntax has no effect: only variables know what they are called in code",)
        found.append(
            ColorEntry(
                platform=platform,
                label=label,
                source=source,
                naming=naming,
                exporter=colors.exporter,
                templates=templates,
                warnings=warnings,
                code_syntax=colors.code_syntax,
                project=root.ios.project if root.ios and platform == "ios" else "",
                target=root.ios.target if root.ios and platform == "ios" else "",
            )
        )
    return found


def _source(root: Root, element: ColorsEntry, label: str) -> ColorSource:
    """Return where an element's colours are: its own variables, or those of `common`, or else styles."""
    own = _variables(element) or (_variables(root.common.variables_colors) if root.common.variables_colors else None)
    if own:
        return own
    figma, colors = root.figma, root.common.colors or CommonColors()
    if not figma.light_file_id:
        advice = "Set figma.lightFileId for styles, or common.variablesColors, or tokensFileId in the entry."
        raise ConfigError(f"{label} has no Figma file", advice)
    if colors.use_single_file:
        suffixes = Suffixes(
            dark=colors.dark_mode_suffix, light_hc=colors.light_hc_mode_suffix, dark_hc=colors.dark_hc_mode_suffix
        )
        return StyleColors(light_file=figma.light_file_id, suffixes=suffixes)
    return StyleColors(
        light_file=figma.light_file_id,
        dark_file=figma.dark_file_id,
        light_hc_file=figma.light_high_contrast_file_id,
        dark_hc_file=figma.dark_high_contrast_file_id,
    )


def _variables(section: ColorsEntry | VariablesColors) -> VariableColors | None:
    if not (section.tokens_file_id and section.tokens_collection_name and section.light_mode_name):
        return None
    return VariableColors(
        file=section.tokens_file_id,
        collection=section.tokens_collection_name,
        light=section.light_mode_name,
        dark=section.dark_mode_name,
        light_hc=section.light_hc_mode_name,
        dark_hc=section.dark_hc_mode_name,
        primitives=section.primitives_mode_name,
    )


def _naming(root: Root, element: ColorsEntry, style: str, label: str) -> Naming:
    """Return the naming of an element; the regexps of `common` are made for the names of its own source."""
    naming = with_regexps(Naming(style=style), (label, element))
    if _variables(element):
        return naming
    if root.common.variables_colors:
        return with_regexps(naming, ("common.variablesColors", root.common.variables_colors))
    return with_regexps(naming, ("common.colors", root.common.colors)) if root.common.colors else naming


def _xcode(ios: Ios, element: IosColors) -> _Colors:
    exporter = ColorSets(
        folder=join(ios.xcassets_path, element.assets_folder or "") if element.use_color_assets else "",
        ui_color_file=element.color_swift or "",
        swift_ui_file=element.swiftui_color_swift or "",
        bundle=ios.bundle,
        objc=ios.add_objc_attribute,
        namespaces=element.group_using_namespace,
    )
    code_syntax = element.code_syntax_template if element.sync_code_syntax else ""
    return _Colors(exporter=exporter, style=element.name_style, code_syntax=code_syntax)


def _android(android: Android, element: AndroidColors) -> _Colors:
    compose, warnings = _compose(android, element)
    theme = element.theme_attributes if element.theme_attributes and element.theme_attributes.enabled else None
    if theme and element.xml_disabled:
        warnings = (*warnings, _UNWRITTEN)
    exporter = AndroidColorFiles(
        folder=android.main_res,
        xml_name="" if element.xml_disabled else element.xml_output_file_name,
        compose=compose,
        theme=ThemeWriter(folder=android.main_res, options=theme) if theme else None,
    )
    return _Colors(exporter=exporter, style="snake_case", warnings=warnings)


def _compose(android: Android, element: AndroidColors) -> tuple[Compose | None, tuple[str, ...]]:
    """Return the Kotlin file, if the config says where it goes and what its package is; else what is missing."""
    package, path = element.compose_package_name, element.color_kotlin
    resources = "" if element.xml_disabled else android.resource_package  # without XML the code has the values
    if package and path:
        return Compose(path=path, package=package, resources=resources or ""), ()
    if package:
        if compose := compose_file("Colors.kt", package, android.main_src, resources):
            return compose, ()
        return None, ("Colors.kt is not written: it needs colorKotlin, or mainSrc and resourcePackage of android",)
    return None, ("colorKotlin is not written: it needs composePackageName",) if path else ()


def _flutter(flutter: Flutter, element: FlutterColors) -> _Colors:
    exporter = DartColors(path=join(flutter.output, element.output), class_name=element.class_name)
    return _Colors(exporter=exporter, style="camelCase")


def _web(web: Web, element: WebColors) -> _Colors:
    exporter = WebColorFiles(
        folder=join(web.output, element.output_directory or ""),
        css_name=element.css_file_name,
        ts_name=element.ts_file_name,
        json_name=element.json_file_name or "",
    )
    return _Colors(exporter=exporter, style="kebab-case")
