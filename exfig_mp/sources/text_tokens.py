"""Text styles as design tokens: what `/styles` and `/nodes` say of fonts, in the words of the W3C format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from exfig_mp.exporters.design_tokens import Token
from exfig_mp.model import Failure
from exfig_mp.sources.figma_styles import exported

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.sources.figma_styles import StyledFile, StyleType
    from exfig_mp.sources.token_wire import TypeStyle

_TEXT: StyleType = "TEXT"
_OWN_HEIGHT = "INTRINSIC_%"
_TRANSFORMS = {"UPPER": "uppercase", "LOWER": "lowercase"}


class FoundTexts(Struct, frozen=True):
    """The tokens of a file; styles with a problem are not among them."""

    tokens: tuple[Token, ...]
    problems: tuple[str, ...] = ()


def text_tokens(file: StyledFile, matches: Callable[[str, str], bool], names: str | None) -> FoundTexts | Failure:
    """Return the tokens of a file's text styles by name, or why there are none.

    Args:
        file: its styles, and their nodes.
        matches: tells whether a name is covered by a filter text.
        names: the filter; None takes all.
    """
    wanted = [style for style in exported(file.styles, _TEXT) if names is None or matches(names, style.name)]
    if not wanted:
        only = f" that match {names!r}" if names else ""
        return Failure("config", f"file {file.key!r} has no published text styles{only}", "publish the file's library")
    tokens: list[Token] = []
    problems: list[str] = []
    for style in sorted(wanted, key=lambda style: (style.name, style.node_id)):
        node = file.nodes.get(style.node_id)
        text = node.document.style if node else None
        font = (text.font_post_script_name or text.font_family or "") if text else ""
        if text and font and text.font_size:
            tokens.append(Token(style.name, "typography", _value(text, font), style.description or ""))
        else:
            problems.append(f"text style {style.name!r} has no font in its file any more: publish the library")
    return FoundTexts(tuple(tokens), tuple(problems))


def _value(text: TypeStyle, font: str) -> dict[str, Any]:
    """Return font and lengths in pixels; what is the font's own, or a default, is not there."""
    value: dict[str, Any] = {"fontFamily": font, "fontSize": _short(text.font_size or 0.0)}
    if text.line_height_px and text.line_height_unit != _OWN_HEIGHT:
        value["lineHeight"] = _short(text.line_height_px)
    if text.letter_spacing:
        value["letterSpacing"] = _short(text.letter_spacing)
    if text.text_case in _TRANSFORMS:
        value["textTransform"] = _TRANSFORMS[text.text_case]
    return value


def _short(number: float) -> float:
    """Return the shortest decimal of one of Figma's numbers, which are of single precision."""
    short = float(f"{number:.7g}")
    return int(short) if short.is_integer() else short
