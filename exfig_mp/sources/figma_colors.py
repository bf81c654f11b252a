"""From Figma's styles to the colours that an entry asks for. Pure; variables are in `figma_variables`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.colors import Palette, RawColor, Rgba
from exfig_mp.model import Failure
from exfig_mp.sources.figma_styles import exported, missing_node, platforms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exfig_mp.exporters.color_protocol import StyleColors, Suffixes
    from exfig_mp.sources.figma_styles import StyledFile, StyleType
    from exfig_mp.sources.token_wire import Paint

_FILL: StyleType = "FILL"
_SOLID = "SOLID"


class FoundColors(Struct, frozen=True):
    """What a source found for an entry. Colours with a problem are not in the palette."""

    palette: Palette = Palette()
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def style_colors(
    files: Mapping[str, StyledFile],
    source: StyleColors,
    matches: Callable[[str, str], bool],
    names: str | None = None,
) -> FoundColors | Failure:
    """Return the colours of `source`, or why there are none.

    Args:
        files: the source's files by key.
        source: a file for each appearance, or one with suffixes.
        matches: tells whether a name is covered by a filter text.
        names: the filter; it may name a colour by its light name. None takes all.
    """
    notes: tuple[list[str], list[str]] = ([], [])

    def read(key: str | None) -> tuple[RawColor, ...]:
        return tuple(_colors(files[key], notes)) if key else ()

    light = read(source.light_file)
    if source.suffixes:
        palette = _split(light, source.suffixes)
    else:
        palette = Palette(light, read(source.dark_file), read(source.light_hc_file), read(source.dark_hc_file))
    if names is not None:
        palette = Palette(
            *(
                tuple(raw for raw in colors if matches(names, raw.name))
                for colors in (palette.light, palette.dark, palette.light_hc, palette.dark_hc)
            )
        )
    if not palette.light and not notes[1]:
        return _nothing_found(files[source.light_file], names, are_unusable=bool(notes[0]) and not light)
    return FoundColors(palette, *(tuple(sorted(set(texts))) for texts in notes))


def _colors(file: StyledFile, notes: tuple[list[str], list[str]]) -> Iterable[RawColor]:
    """Yield the solid colours of a file, in the order of names and ids."""
    warnings, problems = notes
    for style in exported(file.styles, _FILL):
        node = file.nodes.get(style.node_id)
        if node is None:
            problems.append(missing_node(style))
            continue
        fills = node.document.fills
        # As ExFig v1, the first fill is the colour; one that is switched off only if there is no other.
        paint = next((fill for fill in fills if fill.visible), fills[0] if fills else None)
        value = _value(paint)
        if value is None:
            kind = paint.type.lower().replace("_", " ") if paint else "no fill"
            warnings.append(f"style {style.name!r} is left out: it is no solid colour ({kind})")
            continue
        if len(fills) > 1:
            warnings.append(f"style {style.name!r} has {len(fills)} fills: the first of them is the colour")
        yield RawColor(style.name, value, platforms_of(style.description))


def _value(paint: Paint | None) -> Rgba | None:
    if paint is None or paint.type != _SOLID or paint.color is None:
        return None
    color = paint.color
    alpha = color.a if paint.opacity is None else paint.opacity
    return Rgba(color.r or 0.0, color.g or 0.0, color.b or 0.0, alpha)


def _split(colors: Iterable[RawColor], suffixes: Suffixes) -> Palette:
    """Sort colours of one file by their suffixes, which are taken off; the longest that fits counts."""
    by_length = sorted(
        ((suffixes.dark, "dark"), (suffixes.light_hc, "light_hc"), (suffixes.dark_hc, "dark_hc")),
        key=lambda pair: -len(pair[0]),
    )
    found: dict[str, list[RawColor]] = {"light": [], "dark": [], "light_hc": [], "dark_hc": []}
    for raw in colors:
        suffix, appearance = next((pair for pair in by_length if raw.name.endswith(pair[0])), ("", "light"))
        found[appearance].append(RawColor(raw.name.removesuffix(suffix), raw.value, raw.platforms))
    return Palette(**{appearance: tuple(raws) for appearance, raws in found.items()})


def _nothing_found(file: StyledFile, names: str | None, *, are_unusable: bool) -> Failure:
    if are_unusable:
        message = f"no published colour style of file {file.key!r} is a solid colour"
        return Failure("config", message, "gradients and pictures are no colours: give styles a solid fill")
    only = f" that match {names!r}" if names else ""
    message = f"file {file.key!r} has no published colour styles{only}"
    if not file.has(_FILL):
        return Failure("config", message, "publish the file's library; for colours of variables name their collection")
    return Failure("config", message, "check the filter, and descriptions with the word none")
