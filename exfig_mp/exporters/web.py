"""Web: what the config says about it, and where its SVG files go. All of its file names are in snake case."""

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta
from msgspec.structs import replace

from exfig_mp.exporters.entries import Export, Scope, build_entries
from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.placing import join
from exfig_mp.exporters.protocol import Entry
from exfig_mp.exporters.react import ReactComponents
from exfig_mp.exporters.react_index import ReactIndex
from exfig_mp.exporters.settings import (
    AssetEntry,
    ColorsEntry,
    Common,
    Figma,
    Problem,
    Section,
    Text,
    problems_of,
)
from exfig_mp.model import Kind

_DARK = "_dark"


class WebColors(ColorsEntry, frozen=True, kw_only=True):
    """An element of `web.colors`."""

    output_directory: Text | None = None
    css_file_name: Text = "theme.css"
    ts_file_name: Text = "variables.ts"
    json_file_name: Text | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from ColorsEntry.problems(self)
        names = {
            "cssFileName": self.css_file_name,
            "tsFileName": self.ts_file_name,
            "jsonFileName": self.json_file_name,
        }
        seen: set[str] = set()
        for key, name in names.items():
            if name in seen:
                yield (key,), f"{name!r} is the name of another file of these colors"
            seen |= {name} if name else set()


class WebIcons(AssetEntry, frozen=True, kw_only=True):
    """An element of `web.icons`. Both directories are below `web.output`."""

    output_directory: Text
    svg_directory: Text = "assets/icons"
    generate_react_components: bool = True
    icon_size: Annotated[int, Meta(ge=1)] = 24


class WebImages(AssetEntry, frozen=True, kw_only=True):
    """An element of `web.images`. Both directories are below `web.output`."""

    output_directory: Text
    assets_directory: Text = "assets/images"
    generate_react_components: bool = True


class Web(Section, frozen=True, kw_only=True):
    """`web`."""

    output: Text
    templates_path: Text | None = None
    colors: tuple[WebColors, ...] = ()
    icons: tuple[WebIcons, ...] = ()
    images: tuple[WebImages, ...] = ()

    def problems(self) -> list[Problem]:
        """Return what is wrong beyond types."""
        return problems_of({"colors": self.colors, "icons": self.icons, "images": self.images})

    def entries(self, figma: Figma, common: Common) -> tuple[Entry, ...]:
        """Return an entry for each element of `icons` and `images`, in the order of the config."""
        icons = Scope(platform="web", kind="icons", figma=figma, common=common, templates=self.templates_path)
        images = replace(icons, kind="images")
        return build_entries(icons, self.icons, self._icons) + build_entries(images, self.images, self._images)

    def _icons(self, icons: WebIcons) -> Export:
        return self._export(icons, icons.svg_directory, "icons", icons.icon_size)

    def _images(self, images: WebImages) -> Export:
        return self._export(images, images.assets_directory, "images")

    def _export(self, element: WebIcons | WebImages, directory: str, kind: Kind, size: int = 24) -> Export:
        raw = Folder(folder=join(self.output, directory), format="svg", dark_suffix=_DARK)
        export = Export(exporter=raw, style=element.name_style, file_style="snake_case", dark_suffix=_DARK)
        if not element.generate_react_components:
            return export
        template = "Icon.tsx" if kind == "icons" else "Image.tsx"
        folder = join(self.output, element.output_directory)
        components = ReactComponents(raw=raw, folder=folder, template=template, size=size)
        return replace(export, exporter=components, code=ReactIndex(folder=folder, kind=kind), is_code=True)
