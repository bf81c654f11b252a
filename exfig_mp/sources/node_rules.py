"""What of a Figma node shows, kind by kind: which properties do not, and which values are as good as absent. Pure.

`node_hash` says what these tables are for, and by which principles they were made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping


class Rule(Struct, frozen=True, eq=False):
    """How maps of one kind are read.

    Args:
        left_out: keys that do not show.
        defaults: values that are as good as absent.
        inner: the rules of values; other values, as of tables with any keys, have the rule `rest`, or count plainly.
        hides: members of a list may be invisible.
    """

    left_out: frozenset[str] = frozenset({"boundVariables"})
    defaults: Mapping[str, Any] = field(default_factory=dict)
    inner: dict[str, Rule] = field(default_factory=dict)
    rest: Rule | None = None
    hides: bool = False


PLAIN = Rule()
_COLOUR = Rule(defaults={"a": 1})
_STOP = Rule(inner={"color": _COLOUR})
_FILTERS = Rule(
    defaults=dict.fromkeys(("exposure", "contrast", "saturation", "temperature", "tint", "highlights", "shadows"), 0)
)
PAINT = Rule(
    defaults={"visible": True, "opacity": 1, "blendMode": "NORMAL", "rotation": 0},
    inner={"color": _COLOUR, "gradientStops": _STOP, "filters": _FILTERS},
    hides=True,
)
_EFFECT = Rule(
    defaults={"visible": True, "spread": 0, "showShadowBehindNode": False, "blurType": "NORMAL"},
    inner={"color": _COLOUR, "secondaryColor": _COLOUR},
    hides=True,
)
PATH = Rule()
_OUTLINE = Rule(inner={"path": PATH})
_PAINT_OVERRIDE = Rule(left_out=frozenset({"boundVariables", "inheritFillStyleId"}), inner={"fills": PAINT})
_TEXT_STYLE = Rule(
    left_out=frozenset({"boundVariables", "isOverrideOverTextStyle", "inheritFillStyleId", "inheritTextStyleId"}),
    defaults={
        "italic": False,
        "paragraphSpacing": 0,
        "paragraphIndent": 0,
        "listSpacing": 0,
        "textCase": "ORIGINAL",
        "textDecoration": "NONE",
        "textAutoResize": "NONE",
        "textTruncation": "DISABLED",
        "lineHeightPercent": 100,
    },
    inner={"fills": PAINT},
)
_IDENTITY = ("id", "name", "key", "description", "documentationLinks", "remote", "styles", "boundVariables")
_PLACE = ("absoluteBoundingBox", "absoluteRenderBounds", "background", "backgroundColor")  # see `_stand_ins`
_EDITING = (
    *("locked", "exportSettings", "pluginData", "sharedPluginData", "annotations", "measurements", "devStatus"),
    *("layoutGrids", "guides", "thumbnailUrl", "thumbnail_url"),
)
_PROTOTYPE = (
    *("interactions", "reactions", "transitionNodeID", "transitionDuration", "transitionEasing"),
    *("prototypeStartNodeID", "prototypeDevice", "prototypeBackgrounds", "flowStartingPoints"),
    *("scrollBehavior", "overflowDirection", "isFixed"),
)
_PROPERTIES = (
    *("componentId", "componentSetId", "componentProperties", "componentPropertyDefinitions"),
    *("componentPropertyReferences", "explicitVariableModes", "overrides", "exposedInstances", "isExposedInstance"),
)
_LAYOUT = (
    *("constraints", "preserveRatio", "targetAspectRatio", "minWidth", "maxWidth", "minHeight", "maxHeight"),
    *("layoutAlign", "layoutGrow", "layoutPositioning", "layoutSizingHorizontal", "layoutSizingVertical"),
    *("layoutMode", "layoutWrap", "itemSpacing", "counterAxisSpacing", "strokesIncludedInLayout"),
    *("paddingLeft", "paddingRight", "paddingTop", "paddingBottom", "horizontalPadding", "verticalPadding"),
    *("primaryAxisSizingMode", "primaryAxisAlignItems"),
    *("counterAxisSizingMode", "counterAxisAlignItems", "counterAxisAlignContent"),
    *("gridRowCount", "gridColumnCount", "gridRowGap", "gridColumnGap", "gridRowsSizing", "gridColumnsSizing"),
    *("gridRowSpan", "gridColumnSpan", "gridRowAnchorIndex", "gridColumnAnchorIndex"),
    *("gridChildHorizontalAlign", "gridChildVerticalAlign"),
)
NODE = Rule(
    left_out=frozenset((*_IDENTITY, *_PLACE, *_EDITING, *_PROTOTYPE, *_PROPERTIES, *_LAYOUT)),
    defaults={
        "visible": True,
        "opacity": 1,
        "blendMode": "PASS_THROUGH",
        "rotation": 0,
        "isMask": False,
        "isMaskOutline": False,
        "clipsContent": False,
        "itemReverseZIndex": False,
        "sectionContentsHidden": False,
        "strokeWeight": 1,
        "strokeCap": "NONE",
        "strokeJoin": "MITER",
        "strokeMiterAngle": 28.96,
        "complexStrokeProperties": {"strokeType": "BASIC"},
        "cornerRadius": 0,
        "cornerSmoothing": 0,
        "rectangleCornerRadii": [0, 0, 0, 0],
    },
    inner={
        **dict.fromkeys(("fills", "strokes"), PAINT),
        **dict.fromkeys(("fillGeometry", "strokeGeometry"), _OUTLINE),
        "effects": _EFFECT,
        "style": _TEXT_STYLE,
        "styleOverrideTable": Rule(frozenset(), rest=_TEXT_STYLE),
        "fillOverrideTable": Rule(frozenset(), rest=_PAINT_OVERRIDE),
        "backdrop": _COLOUR,
    },
    hides=True,
)
NODE.inner["children"] = NODE
