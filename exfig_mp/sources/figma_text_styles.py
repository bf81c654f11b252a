"""From Figma's TEXT styles to the text styles that an entry asks for. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from msgspec import Struct

from exfig_mp.model import Failure
from exfig_mp.sources.figma_styles import exported, missing_node
from exfig_mp.text_styles import DynamicType, RawTextStyle, Typeface

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.sources.figma_styles import StyledFile, StyleType
    from exfig_mp.sources.token_wire import Style, StyleNode, TypeStyle
    from exfig_mp.text_styles import TextCase

_TEXT: StyleType = "TEXT"
_REGULAR = 400
_OWN = "INTRINSIC_%"
_CASES: dict[str, TextCase] = {"": "original", "ORIGINAL": "original", "UPPER": "uppercased", "LOWER": "lowercased"}
_DYNAMIC: dict[str, DynamicType] = dict(
    zip(
        (
            *("Large Title", "Title 1", "Title 2", "Title 3", "Headline", "Body", "Callout", "Subhead", "Footnote"),
            *("Caption 1", "Caption 2"),
        ),
        get_args(DynamicType),
        strict=True,
    )
)
"""What a description says of Dynamic Type, in the words of Apple's design resources, as ExFig v1 reads it."""


class FoundTextStyles(Struct, frozen=True):
    """What a source found for an entry. Styles with a problem are not among them."""

    styles: tuple[RawTextStyle, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def text_styles(
    file: StyledFile, matches: Callable[[str, str], bool], names: str | None = None
) -> FoundTextStyles | Failure:
    """Return the text styles of a file, sorted by name, or why there are none.

    Args:
        file: its styles, and their nodes.
        matches: tells whether a name is covered by a filter text.
        names: the filter. None takes all.
    """
    found: list[RawTextStyle] = []
    warnings: list[str] = []
    problems: list[str] = []
    wanted = [style for style in exported(file.styles, _TEXT) if names is None or matches(names, style.name)]
    for style in wanted:
        face = _typeface(style, file.nodes.get(style.node_id), warnings)
        if isinstance(face, Typeface):
            found.append(RawTextStyle(style.name, face))
        else:
            problems.append(face)
    if not wanted:
        return _nothing_found(file, names)
    return FoundTextStyles(tuple(found), *(tuple(sorted(set(texts))) for texts in (warnings, problems)))


def dynamic_type(description: str | None) -> DynamicType | None:
    """Return the text style of iOS that a description names, alone or in a list with commas."""
    parts = (part.strip() for part in (description or "").replace("\n", ",").split(","))
    return next((_DYNAMIC[part] for part in parts if part in _DYNAMIC), None)


def _typeface(style: Style, node: StyleNode | None, warnings: list[str]) -> Typeface | str:
    """Return how a style looks, or what is wrong with it."""
    if node is None:
        return missing_node(style)
    text = node.document.style
    font = (text.font_post_script_name or text.font_family or "").strip() if text else ""
    if text is None or not font:
        return f"style {style.name!r} has no font: choose one in Figma, and publish the library"
    size = _short(text.font_size)
    if size is None or size <= 0:
        return f"style {style.name!r} has no font size: set one in Figma, and publish the library"
    if not text.font_post_script_name and (text.italic or text.font_weight not in {None, _REGULAR}):
        weight = f"{text.font_weight or _REGULAR:g}" + (" italic" if text.italic else "")
        warnings.append(f"style {style.name!r}: Figma names no font of {font!r} for weight {weight}, only the family")
    if text.text_case not in _CASES:
        case = text.text_case.lower().replace("_", " ")
        warnings.append(f"style {style.name!r}: letters stay as they are, as there is no text case {case!r} in code")
    return Typeface(
        font=font,
        size=size,
        line_height=_line_height(text, size),
        letter_spacing=_short(text.letter_spacing) or 0.0,
        case=_CASES.get(text.text_case, "original"),
        dynamic_type=dynamic_type(style.description),
    )


def _line_height(text: TypeStyle, size: float) -> float | None:
    """Return the line height in pixels; None if it is the font's own."""
    if text.line_height_unit == _OWN:
        return None
    percent = text.line_height_percent_font_size
    height = _short(text.line_height_px)
    if height is None and percent is not None and text.line_height_unit == "FONT_SIZE_%":
        height = _short(size * percent / 100)
    return height if height is not None and height > 0 else None


def _short(value: float | None) -> float | None:
    """Return the shortest decimal of one of Figma's numbers, which are float32: 35.84000015258789 is 35.84."""
    return None if value is None else float(f"{value:.7g}")


def _nothing_found(file: StyledFile, names: str | None) -> Failure:
    if file.has(_TEXT):
        return Failure(
            "config", f"file {file.key!r} has no published text styles that match {names!r}", "check the filter"
        )
    return Failure("config", f"file {file.key!r} has no published text styles", "publish the file's library")
