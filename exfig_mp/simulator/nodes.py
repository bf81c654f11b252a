"""The node trees of `/files` and `/files/:key/nodes`, cut at a depth. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.simulator.answers import header, style_type
from exfig_mp.simulator.design import key_of, single
from exfig_mp.simulator.layers import layers, rectangle, solid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.simulator.answers import Body
    from exfig_mp.simulator.design import Component, ComponentSet, File, Font, Style

_COLUMNS = 32
_NO_DEPTH = 99
_CLEAR = {"r": 0, "g": 0, "b": 0, "a": 0}
_INTRINSIC = 1.2102272510528564
"""Line height of Inter, as a part of the font size."""

_WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold"}
_TOP_LEFT = {"vertical": "TOP", "horizontal": "LEFT"}


class Trees:
    """The nodes of one file version.

    Args:
        file: the file.
        paths: give shapes their geometry (`geometry=paths`).
    """

    def __init__(self, file: File, *, paths: bool = False) -> None:
        self._file = file
        self._paths = paths

    def whole_file(self, depth: int | None, ids: tuple[str, ...]) -> Body:
        """Return the body of `GET /v1/files/:key`; with `ids` only these nodes and what holds them, but every page."""
        left = _NO_DEPTH if depth is None else depth
        pages = [self._page(page_id, left - 1, ids) for page_id in self._page_ids()] if left > 0 else []
        document = {
            "id": "0:0",
            "name": "Document",
            "type": "DOCUMENT",
            "scrollBehavior": "SCROLLS",
            "children": pages,
        }
        metadata = self._metadata(self._file.components, self._file.sets, self._file.styles)
        branch = {"mainFileKey": self._file.branch_of} if self._file.branch_of else {}
        return header(self._file) | {"document": document, "schemaVersion": 0} | metadata | branch

    def nodes(self, ids: Iterable[str], depth: int | None) -> Body:
        """Return the body of `/nodes`; an unknown id has null."""
        left = _NO_DEPTH if depth is None else depth
        return header(self._file) | {"nodes": {node_id: self._entry(node_id, left) for node_id in ids}}

    def _entry(self, node_id: str, depth: int) -> Body | None:
        file = self._file
        if component := file.by_id.get(node_id):
            groups = [file.sets_by_id[component.set_id]] if component.set_id else []
            return self._wrapped(self._component(component, depth), [component], groups)
        if group := file.sets_by_id.get(node_id):
            return self._wrapped(self._set(group, depth), self._members(group), [group])
        if style := file.styles_by_id.get(node_id):
            return self._wrapped(self._style(style), [], [], [style])
        for index, frame in enumerate(file.frames):
            if frame.id and frame.id == node_id:
                held = file.by_frame.get(index, ())
                groups = [one for one in file.sets if one.frame == index]
                return self._wrapped(self._frame(index, depth, ()), held, groups)
            if frame.page_id == node_id:
                return self._wrapped(self._page(node_id, depth, ()), file.components, file.sets)
        return None

    def _wrapped(
        self,
        document: Body,
        components: Iterable[Component],
        groups: Iterable[ComponentSet],
        styles: Iterable[Style] = (),
    ) -> Body:
        return {"document": document, "schemaVersion": 0} | self._metadata(components, groups, styles)

    def _metadata(self, components: Iterable[Component], sets: Iterable[ComponentSet], styles: Iterable[Style]) -> Body:
        return {
            "components": {one.id: self._component_metadata(one) for one in components},
            "componentSets": {
                one.id: self._named(one.id, one.name, one.description) | {"documentationLinks": []} for one in sets
            },
            "styles": {
                one.id: self._named(one.id, one.name, one.description) | {"styleType": style_type(one)}
                for one in styles
            },
        }

    def _component_metadata(self, component: Component) -> Body:
        group = {"componentSetId": component.set_id} if component.set_id else {}
        return self._named(component.id, component.name, component.description) | group | {"documentationLinks": []}

    def _named(self, node_id: str, name: str, description: str) -> Body:
        return {"key": key_of(self._file.key, node_id), "name": name, "description": description, "remote": False}

    def _page_ids(self) -> dict[str, str]:
        return {frame.page_id: frame.page_name for frame in self._file.frames}

    def _page(self, page_id: str, depth: int, ids: tuple[str, ...]) -> Body:
        children: list[Body] = []
        for index, frame in enumerate(self._file.frames):
            if frame.page_id != page_id or depth <= 0:
                continue
            if frame.id and self._wanted(index, ids):
                children.append(self._frame(index, depth - 1, ids))
            elif not frame.id:
                children += self._held(index, depth - 1, ids)
        return {
            "id": page_id,
            "name": self._page_ids()[page_id],
            "type": "CANVAS",
            "scrollBehavior": "SCROLLS",
            "children": children,
            "backgroundColor": {"r": 0.9607843160629272, "g": 0.9607843160629272, "b": 0.9607843160629272, "a": 1},
            "prototypeStartNodeID": None,
            "flowStartingPoints": [],
            "prototypeDevice": {"type": "NONE", "rotation": "NONE"},
        }

    def _wanted(self, index: int, ids: tuple[str, ...]) -> bool:
        if not ids or self._file.frames[index].id in ids or self._file.frames[index].page_id in ids:
            return True
        return any(one.id in ids or one.set_id in ids for one in self._file.by_frame.get(index, ()) if one.id)

    def _frame(self, index: int, depth: int, ids: tuple[str, ...]) -> Body:
        frame = self._file.frames[index]
        inner = () if frame.id in ids or frame.page_id in ids else ids
        children = self._held(index, depth - 1, inner) if depth > 0 else []
        return self._box(frame.id, frame.name, "FRAME", (0, 0, 2048, 2048)) | {"children": children}

    def _held(self, index: int, depth: int, ids: tuple[str, ...]) -> list[Body]:
        loose = [one for one in self._file.by_frame.get(index, ()) if not one.set_id and (not ids or one.id in ids)]
        groups = [
            one
            for one in self._file.sets
            if one.frame == index
            and (not ids or one.id in ids or any(member.id in ids for member in self._members(one)))
        ]
        return [self._component(one, depth) for one in loose] + [self._set(one, depth) for one in groups]

    def _members(self, group: ComponentSet) -> list[Component]:
        return [one for one in self._file.by_frame.get(group.frame, ()) if one.set_id == group.id]

    def _set(self, group: ComponentSet, depth: int) -> Body:
        members = self._members(group)
        options: dict[str, list[str]] = {}
        for member in members:
            for pair in member.name.split(","):
                name, _, value = pair.strip().partition("=")
                if value not in options.setdefault(name, []):
                    options[name].append(value)
        definitions = {
            name: {"type": "VARIANT", "defaultValue": values[0], "variantOptions": values}
            for name, values in options.items()
        }
        children = [self._component(member, depth - 1) for member in members] if depth > 0 else []
        body = self._box(group.id, group.name, "COMPONENT_SET", (0, 2100, 160, 40))
        return body | {"componentPropertyDefinitions": definitions, "children": children}

    def _component(self, component: Component, depth: int) -> Body:
        left, top = corner = self._place(component)
        width, height = component.size
        height = 0 if component.drawing == "flat" else height
        body = self._box(component.id, component.name, "COMPONENT", (left, top, width, height))
        if component.opacity != 1:
            body["opacity"] = component.opacity
        if component.drawing in {"flat", "hidden"}:
            body["absoluteRenderBounds"] = None
        if component.drawing == "hidden":
            body["visible"] = False
        return body | {"children": layers(component, corner, paths=self._paths) if depth > 0 else []}

    def _place(self, component: Component) -> tuple[int, int]:
        number = int(component.id.partition(":")[2]) // 10
        right, down = component.moved
        return 120 + number % _COLUMNS * 96 + right, -40 + number // _COLUMNS % 1000 * 96 + down

    def _box(self, node_id: str, name: str, kind: str, bounds: tuple[int, int, int, int]) -> Body:
        place = rectangle(*bounds)
        return {
            "id": node_id,
            "name": name,
            "type": kind,
            "scrollBehavior": "SCROLLS",
            "blendMode": "PASS_THROUGH",
            "children": [],
            "absoluteBoundingBox": place,
            "absoluteRenderBounds": place,
            "constraints": _TOP_LEFT,
            "clipsContent": True,
            "background": [],
            "fills": [],
            "strokes": [],
            "strokeWeight": 1,
            "strokeAlign": "INSIDE",
            "backgroundColor": _CLEAR,
            "effects": [],
            "interactions": [],
        } | (_geometry(*bounds) if self._paths else {})

    def _style(self, style: Style) -> Body:
        bounds = rectangle(0, 0, 100, 100)
        body: Body = {
            "id": style.id,
            "name": style.name,
            "type": "TEXT" if style.text else "RECTANGLE",
            "scrollBehavior": "SCROLLS",
            "blendMode": "PASS_THROUGH",
            "absoluteBoundingBox": bounds,
            "absoluteRenderBounds": bounds,
            "constraints": _TOP_LEFT,
            "fills": [],
            "strokes": [],
            "strokeWeight": 1,
            "strokeAlign": "INSIDE",
            "effects": [],
            "interactions": [],
        }
        if style.colour:
            red, green, blue, alpha = style.colour
            opacity = {} if alpha == 1 else {"opacity": alpha}
            colour = {"r": red, "g": green, "b": blue, "a": 1}
            return body | {"fills": [opacity | {"blendMode": "NORMAL", "type": "SOLID", "color": colour}]}
        return body | (_text(style.text) if style.text else {})


def _text(font: Font) -> Body:
    intrinsic = font.size * _INTRINSIC
    height: Body = {"lineHeightPx": single(intrinsic), "lineHeightPercent": 100, "lineHeightUnit": "INTRINSIC_%"}
    if font.line_height:
        pixels = font.line_height if font.unit == "PIXELS" else font.size * font.line_height / 100
        height = {
            "lineHeightPx": single(pixels),
            "lineHeightPercent": single(pixels / intrinsic * 100),
            "lineHeightPercentFontSize": single(pixels / font.size * 100),
            "lineHeightUnit": font.unit,
        }
    weight = _WEIGHTS[font.weight]
    typography: Body = {
        "fontFamily": font.family,
        "fontPostScriptName": f"{font.family}-{weight}" if font.named else None,
        "fontStyle": weight,
        "fontWeight": font.weight,
        "textAutoResize": "WIDTH_AND_HEIGHT",
        "fontSize": font.size,
        "textAlignHorizontal": "LEFT",
        "textAlignVertical": "TOP",
        "letterSpacing": single(font.spacing),
    }
    typography |= height | ({} if font.case == "ORIGINAL" else {"textCase": font.case})
    return {
        "fills": [solid("#000000")],
        "characters": "Ag",
        "style": typography,
        "layoutVersion": 4,
        "characterStyleOverrides": [],
        "styleOverrideTable": {},
        "lineTypes": ["NONE"],
        "lineIndentations": [0],
    }


def _geometry(left: int, top: int, width: int, height: int) -> Body:
    # Frames lie at the origin of their page: what is in them has the same place in both.
    path = f"M0 0L{width} 0L{width} {height}L0 {height}L0 0Z"
    return {
        "size": {"x": width, "y": height},
        "relativeTransform": [[1, 0, left], [0, 1, top]],
        "fillGeometry": [{"path": path, "windingRule": "NONZERO"}],
        "strokeGeometry": [],
    }
