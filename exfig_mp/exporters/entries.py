"""From an element of `icons` or `images` to an entry: what it leaves open, `common` says, and else the defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.exporters.regexps import regexp_warnings, with_regexps
from exfig_mp.exporters.settings import AssetEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exfig_mp.exporters.documents import Code
    from exfig_mp.exporters.protocol import Exporter
    from exfig_mp.exporters.settings import Common, CommonAssets, Figma
    from exfig_mp.model import Kind, Platform

_FRAMES: dict[Kind, str] = {"icons": "Icons", "images": "Illustrations"}

_Element = TypeVar("_Element", bound=AssetEntry)


class Scope(Struct, frozen=True, kw_only=True):
    """Which list the elements are in, and what completes them (see `Entry` for the last three)."""

    platform: Platform
    kind: Kind
    figma: Figma
    common: Common
    templates: str | None = None
    project: str = ""
    target: str = ""

    @property
    def shared(self) -> CommonAssets:
        """What `common` says about this kind."""
        return self.common.icons if self.kind == "icons" else self.common.images


class Export(Struct, frozen=True, kw_only=True):
    """What a platform makes of an element: the exporter, the code, and how it wants names (see `Naming`)."""

    exporter: Exporter
    style: str
    code: Code | None = None
    ignored_suffixes: tuple[str, ...] = ()
    file_style: str = ""
    dark_suffix: str = ""
    is_code: bool = False
    resource_word: str = ""
    warnings: tuple[str, ...] = ()


def build_entries(
    scope: Scope, elements: Sequence[_Element], describe: Callable[[_Element], Export]
) -> tuple[Entry, ...]:
    """Return the entries of `elements`, in their order.

    Raises:
        ConfigError: an element has no file to take its components from.
    """
    return tuple(
        _entry(scope, element, describe(element), _label(scope, index, len(elements)))
        for index, element in enumerate(elements)
    )


def _label(scope: Scope, index: int, count: int) -> str:
    name = f"{scope.platform}.{scope.kind}"
    return f"{name}[{index}]" if count > 1 else name


def _entry(scope: Scope, element: AssetEntry, export: Export, label: str) -> Entry:
    naming = Naming(
        style=export.style,
        ignored_suffixes=export.ignored_suffixes,
        file_style=export.file_style,
        dark_suffix=export.dark_suffix,
        is_code=export.is_code,
        resource_word=export.resource_word,
    )
    naming = with_regexps(naming, (label, element), (f"common.{scope.kind}", scope.shared))
    return Entry(
        platform=scope.platform,
        kind=scope.kind,
        label=label,
        selection=_selection(scope, element, label),
        naming=naming,
        exporter=export.exporter,
        warnings=(*export.warnings, *regexp_warnings(naming)),
        code=export.code,
        templates=scope.templates,
        project=scope.project,
        target=scope.target,
    )


def _selection(scope: Scope, element: AssetEntry, label: str) -> Selection:
    shared = scope.shared
    light_file = element.figma_file_id or scope.figma.light_file_id
    if not light_file:
        raise ConfigError(f"{label} has no Figma file", "Set figma.lightFileId, or figmaFileId in the entry.")
    # The dark file is the twin of figma.lightFileId: an entry with a file of its own has none.
    twin = None if element.figma_file_id else scope.figma.dark_file_id
    return Selection(
        light_file=light_file,
        dark_file=None if shared.use_single_file else twin,
        dark_suffix=shared.dark_mode_suffix if shared.use_single_file else None,
        frame=element.figma_frame_name or shared.figma_frame_name or _FRAMES[scope.kind],
        page=element.figma_page_name or shared.figma_page_name,
        platform=scope.platform,
    )
