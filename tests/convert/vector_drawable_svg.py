"""Reads a vector drawable as Android would and says it in SVG, so that another program can draw it.

Written from the documentation of the format, without the writer's code: what both got wrong alike would not be seen.
Anything in the XML that Android would refuse, or that this does not know, fails.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_ANDROID = "{http://schemas.android.com/apk/res/android}"
_AAPT = "{http://schemas.android.com/aapt}"
_NUMBER = r"-?(?:\d+(?:\.\d+)?|\.\d+)"
_KNOWN = {
    "vector": {"width", "height", "viewportWidth", "viewportHeight", "alpha", "autoMirrored"},
    "group": {"rotation", "pivotX", "pivotY", "scaleX", "scaleY", "translateX", "translateY"},
    "clip-path": {"pathData"},
    "path": {
        *("pathData", "fillColor", "fillAlpha", "fillType", "strokeColor", "strokeWidth", "strokeAlpha"),
        *("strokeLineCap", "strokeLineJoin", "strokeMiterLimit"),
    },
    "gradient": {
        *("type", "startX", "startY", "endX", "endY", "centerX", "centerY", "gradientRadius", "tileMode"),
    },
    "item": {"offset", "color"},
}
_PATH = re.compile(rf"(?:[MmLlHhVvCcSsQqTtAaZz]|{_NUMBER}|[ ,]+)+")
_ARC = re.compile(r"[Aa]([^MmLlHhVvCcSsQqTtAaZz]*)")


class Translation:
    """Collects definitions while elements are translated."""

    def __init__(self) -> None:
        self.definitions: list[str] = []

    def name(self) -> str:
        return f"n{len(self.definitions)}"


def as_svg(xml: str) -> str:
    """Return the SVG that draws what the vector drawable does, one unit for each dp."""
    root = ET.fromstring(xml)  # noqa: S314 - it was written by us
    assert root.tag == "vector"
    given = attributes(root)
    assert given["width"].endswith("dp")
    assert given["height"].endswith("dp")
    width, height = given["width"][:-2], given["height"][:-2]
    translation = Translation()
    body = children(root, translation)
    alpha = given.get("alpha", "1")
    definitions = "".join(translation.definitions)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" preserveAspectRatio="none" '
        f'viewBox="0 0 {given["viewportWidth"]} {given["viewportHeight"]}">'
        f'<defs>{definitions}</defs><g opacity="{alpha}">{body}</g></svg>'
    )


def attributes(element: ET.Element) -> dict[str, str]:
    given = {key.removeprefix(_ANDROID): value for key, value in element.attrib.items()}
    unknown = set(given) - _KNOWN[element.tag]
    assert not unknown, f"{element.tag}: {unknown}"
    return given


def children(parent: ET.Element, translation: Translation) -> str:
    """Return what is in a group: each clip path cuts off whatever comes after it there."""
    before, after = "", ""
    for child in parent:
        if child.tag == "clip-path":
            data = checked(attributes(child)["pathData"])
            name = translation.name()
            translation.definitions.append(f'<clipPath id="{name}"><path d="{data}"/></clipPath>')
            before, after = f'{before}<g clip-path="url(#{name})">', after + "</g>"
        elif child.tag == "group":
            given = attributes(child)
            before += f'<g transform="{transform(given)}">{children(child, translation)}</g>'
        else:
            assert child.tag == "path", child.tag
            before += path(child, translation)
    return before + after


def transform(given: dict[str, str]) -> str:
    """Scale and rotate about the pivot, then translate."""
    x, y = given.get("pivotX", "0"), given.get("pivotY", "0")
    scale = f"scale({given.get('scaleX', '1')} {given.get('scaleY', '1')})"
    there = f"translate({given.get('translateX', '0')} {given.get('translateY', '0')}) translate({x} {y})"
    return f"{there} rotate({given.get('rotation', '0')}) {scale} translate({-float(x)} {-float(y)})"


def checked(data: str) -> str:
    """Return path data if Android's parser, which knows fewer spellings than SVG's, understands it."""
    assert len(data.encode()) <= 32_767
    assert data[0] in "Mm", data[:20]
    assert _PATH.fullmatch(data), data[:200]
    for arc in _ARC.findall(data):
        numbers = re.findall(_NUMBER, arc)
        assert numbers, data
        assert len(numbers) % 7 == 0, arc
        assert all(numbers[at] in {"0", "1"} for at in range(len(numbers)) if at % 7 in {3, 4}), arc
    return data


def path(element: ET.Element, translation: Translation) -> str:
    given = attributes(element)
    paints = {child.attrib["name"].removeprefix("android:"): child for child in element if child.tag == f"{_AAPT}attr"}
    assert len(paints) == len(element)
    drawn = [f'd="{checked(given["pathData"])}"']
    for name in ("fill", "stroke"):
        key = f"{name}Color"
        color, opacity = "none", 1.0
        if key in paints:
            assert key not in given
            color = f"url(#{gradient(paints[key], translation)})"
        elif key in given:
            color, opacity = rgb(given[key])
        alpha = float(given.get(f"{name}Alpha", "1")) * opacity
        drawn.append(f'{name}="{color}" {name}-opacity="{alpha}"')
    assert given.get("fillType", "nonZero") in {"nonZero", "evenOdd"}
    drawn.append(f'fill-rule="{given.get("fillType", "nonZero").lower()}"')
    drawn.append(f'stroke-width="{given.get("strokeWidth", "0")}"')
    drawn.append(f'stroke-linecap="{given.get("strokeLineCap", "butt")}"')
    drawn.append(f'stroke-linejoin="{given.get("strokeLineJoin", "miter")}"')
    drawn.append(f'stroke-miterlimit="{given.get("strokeMiterLimit", "4")}"')
    return f"<path {' '.join(drawn)}/>"


def rgb(text: str) -> tuple[str, float]:
    assert re.fullmatch(r"#(?:[0-9A-F]{2})?[0-9A-F]{6}", text), text
    return f"#{text[-6:]}", int(text[1:3], 16) / 255 if len(text) == 9 else 1.0


def gradient(holder: ET.Element, translation: Translation) -> str:
    (element,) = holder
    given = attributes(element)
    stops = ""
    places = []
    for item in element:
        stop = attributes(item)
        color, opacity = rgb(stop["color"])
        places.append(float(stop["offset"]))
        stops += f'<stop offset="{stop["offset"]}" stop-color="{color}" stop-opacity="{opacity}"/>'
    assert len(places) >= 2
    assert places == sorted(places)
    spread = {"clamp": "pad", "mirror": "reflect", "repeat": "repeat"}[given.get("tileMode", "clamp")]
    name = translation.name()
    shared = f'id="{name}" gradientUnits="userSpaceOnUse" spreadMethod="{spread}"'
    if given["type"] == "linear":
        ends = f'x1="{given["startX"]}" y1="{given["startY"]}" x2="{given["endX"]}" y2="{given["endY"]}"'
        translation.definitions.append(f"<linearGradient {shared} {ends}>{stops}</linearGradient>")
    else:
        assert given["type"] == "radial"
        assert float(given["gradientRadius"]) > 0
        circle = f'cx="{given["centerX"]}" cy="{given["centerY"]}" r="{given["gradientRadius"]}"'
        translation.definitions.append(f"<radialGradient {shared} {circle}>{stops}</radialGradient>")
    return name
