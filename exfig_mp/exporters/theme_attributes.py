"""Android's theme attributes: an attribute for each colour, which a theme binds to the resource of that colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.identifiers import resource_name
from exfig_mp.exporters.naming import restyle
from exfig_mp.exporters.placing import join
from exfig_mp.exporters.token_protocol import Insertion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exfig_mp.colors import Color
    from exfig_mp.exporters.android import NameTransform, ThemeAttributes

_SKELETON = '<?xml version="1.0" encoding="utf-8"?>\n<resources>\n    {start}\n    {end}\n</resources>\n'
_BEHIND = {"snake_case": "_", "kebab-case": "-", "SCREAMING_SNAKE_CASE": "_"}


class AttributeClash(Struct, frozen=True):
    """Two colours for one attribute: the first keeps it."""

    attribute: str
    kept: str
    left_out: str


class ThemeText(Struct, frozen=True):
    """The lines for attrs.xml and styles.xml, which resource each attribute is bound to, and what clashed."""

    attrs: str
    styles: str
    attributes: dict[str, str]
    clashes: tuple[AttributeClash, ...]


class ThemeWriter(Struct, frozen=True, kw_only=True):
    """Describes the texts that one theme has in the user's files below `folder`."""

    folder: str
    options: ThemeAttributes

    def notes(self, colors: Sequence[Color]) -> tuple[str, ...]:
        """Return a warning for each colour that another one has taken the attribute from."""
        return tuple(
            f"{clash.left_out!r} has no theme attribute: {clash.attribute} is that of {clash.kept!r}"
            for clash in self._text(colors).clashes
        )

    def insertions(self, colors: Sequence[Color]) -> Iterator[Insertion]:
        """Yield what goes between the markers; a night file is nothing that must be there."""
        options, text = self.options, self._text(colors)
        start = f"<!-- {options.marker_start}: {options.theme_name} -->"
        end = f"<!-- {options.marker_end}: {options.theme_name} -->"
        create = options.auto_create_markers
        yield Insertion(
            path=join(self.folder, options.attrs_file),
            start=start,
            end=end,
            text=text.attrs,
            skeleton=_SKELETON.format(start=start, end=end) if create else "",
            before="</resources>" if create else "",
        )
        yield Insertion(path=join(self.folder, options.styles_file), start=start, end=end, text=text.styles)
        night = join(self.folder, options.styles_night_file)
        yield Insertion(path=night, start=start, end=end, text=text.styles, optional=True)

    def _text(self, colors: Sequence[Color]) -> ThemeText:
        return theme_text([resource_name(color.name) for color in colors], self.options.name_transform)


def theme_text(names: Sequence[str], transform: NameTransform) -> ThemeText:
    """Return the lines for resources in their order; the lines themselves are sorted."""
    attributes: dict[str, str] = {}
    clashes = []
    for name in names:
        attribute = attribute_name(name, transform)
        if attribute in attributes:
            clashes.append(AttributeClash(attribute, attributes[attribute], name))
        else:
            attributes[attribute] = name
    attrs = sorted(f'    <attr name="{attribute}" format="color" />' for attribute in attributes)
    styles = sorted(f'        <item name="{attribute}">@color/{name}</item>' for attribute, name in attributes.items())
    return ThemeText("\n".join(attrs), "\n".join(styles), attributes, tuple(clashes))


def attribute_name(name: str, transform: NameTransform) -> str:
    """Return the attribute of a resource: the first prefix that fits taken off, styled, the own prefix before it.

    Where that cannot be an attribute's name, as nothing or digits come first, nothing is taken off.
    """
    prefix = next((prefix for prefix in transform.strip_prefixes if name.startswith(prefix)), "")
    rest = name.removeprefix(prefix)
    rest = (rest.lstrip("_") or name) if prefix else rest  # whether the prefix says its _ or not
    styled = (_styled(text, transform) for text in (rest, name))
    return next((attribute for attribute in styled if attribute[:1].isalpha() or attribute[:1] == "_"), name)


def _styled(name: str, transform: NameTransform) -> str:
    styled, own = restyle(name, transform.style), transform.prefix
    if not own:
        return styled
    if transform.style == "camelCase":
        styled = restyle(styled, "PascalCase")
    if transform.style == "SCREAMING_SNAKE_CASE":
        own = own.upper()
    return f"{own}{_BEHIND.get(transform.style, '')}{styled}"
