"""Xcode: text styles as extensions of UIFont and SwiftUI's Font, and as labels of UIKit that have a style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.identifiers import OBJECTIVE_C_METHODS, swift_identifier
from exfig_mp.exporters.placing import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exfig_mp.exporters.token_protocol import TokenFile
    from exfig_mp.text_styles import TextStyle

_TRACKING_DIGITS = 3
_TAKEN = frozenset({"Font", "LabelStyle", "UIFont", "UIFontMetrics", "print"})
"""What the code calls by these names itself, so that a function of that name would be called instead."""
_SWIFT_UI_NAMES = {"title1": "title", "caption1": "caption"}
"""What SwiftUI calls otherwise than UIKit."""
_OBJECTIVE_C = OBJECTIVE_C_METHODS | {
    *("buttonFontSize", "familyNames", "labelFontSize", "smallSystemFontSize", "systemFontSize"),
}
"""Methods that every class of Objective-C has, or UIFont: another of that name cannot be shown to it."""


class SwiftFonts(Struct, frozen=True, kw_only=True):
    """The exporter of iOS text styles; what has no path is not written.

    Labels use the functions of `ui_font_file`. Their styles are functions in `label_styles_file`, or else written where
    they are used.
    """

    ui_font_file: str = ""
    swift_ui_file: str = ""
    labels_folder: str = ""
    label_styles_file: str = ""
    objc: bool = False

    def claims(self, style: TextStyle) -> dict[str, str]:
        """See `TokenExporter`."""
        function, label = function_name(style), label_class(style)
        return {f"code {function}": f"{function} in Swift"} | (
            {f"label {label}": f"the class {label}Label"} if self.labels_folder else {}
        )

    def notes(self, styles: Sequence[TextStyle]) -> tuple[str, ...]:
        """See `TokenExporter`."""
        if not (self.objc and self.ui_font_file):
            return ()
        return tuple(
            f"{style.source_name!r} has no @objc, as Objective-C has a method of that name"
            for style in styles
            if style.name in _OBJECTIVE_C
        )

    def documents(self, styles: Sequence[TextStyle]) -> tuple[TokenFile, ...]:
        """See `TokenExporter`."""
        if not styles:
            return ()
        fonts: dict[str, object] = {"textStyles": [_font(style) for style in styles], "addObjcPrefix": self.objc}
        swift_ui: dict[str, object] = {"textStyles": [_swift_ui_font(style) for style in styles]}
        labels: dict[str, object] = {
            "styles": [_label(style) for style in styles],
            "separateStyles": bool(self.label_styles_file),
        }
        found: list[tuple[str, str, dict[str, object]]] = [
            (self.ui_font_file, "UIFont+extension.swift", fonts),
            (self.swift_ui_file, "Font+extension.swift", swift_ui),
        ]
        if self.labels_folder:
            found += [
                (join(self.labels_folder, "Label.swift"), "Label.swift", labels),
                (join(self.labels_folder, "LabelStyle.swift"), "LabelStyle.swift", {}),
                (self.label_styles_file, "LabelStyle+extension.swift", labels),
            ]
        return tuple(Document(path, template, context) for path, template, context in found if path)


def function_name(style: TextStyle) -> str:
    """Return what the functions of a style are called."""
    return swift_identifier(f"{style.name}_" if style.name in _TAKEN else style.name, "style")


def label_class(style: TextStyle) -> str:
    """Return what the class of a style's labels begins with; `Label` comes after it."""
    name = function_name(style).strip("`")
    name = name[0].upper() + name[1:]
    return f"{name}_" if name == "UI" else name


def _font(style: TextStyle) -> dict[str, object]:
    face = style.face
    return {
        "name": function_name(style),
        "fontName": face.font,
        "fontSize": face.size,
        "supportsDynamicType": face.dynamic_type is not None,
        "type": face.dynamic_type or "",
        "isInObjectiveC": style.name in _OBJECTIVE_C,
    }


def _swift_ui_font(style: TextStyle) -> dict[str, object]:
    kind = style.face.dynamic_type or ""
    return _font(style) | {"type": _SWIFT_UI_NAMES.get(kind, kind)}


def _label(style: TextStyle) -> dict[str, object]:
    face = style.face
    return {
        "className": label_class(style),
        "varName": function_name(style),
        "size": face.size,
        "supportsDynamicType": face.dynamic_type is not None,
        "type": face.dynamic_type or "",
        "tracking": round(face.letter_spacing, _TRACKING_DIGITS),
        "lineHeight": face.line_height or 0,
        "textCase": face.case,
    }
