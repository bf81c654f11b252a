"""Reads a Kotlin file with an ImageVector as Compose would run it and says it in SVG, so that another program can draw.

Written from Compose's documentation, without the writer's code. Only calls that Compose has, with the names and types
of their arguments, are understood: anything else fails, and so does what is used without an import.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r'\s*(?://[^\n]*\n\s*)*(?P<token>"[^"\n]*"|0x[0-9A-F]{8}|-?\d+(?:\.\d+)?f?|[A-Za-z_]\w*|[@.,:=(){}])', re.DOTALL
)
_GRAPHICS = "androidx.compose.ui.graphics."
_HOMES = {
    **dict.fromkeys(("Color", "SolidColor", "Brush", "TileMode", "StrokeCap", "StrokeJoin", "PathFillType"), _GRAPHICS),
    **dict.fromkeys(("ImageVector", "path", "group", "addPathNodes", "PathData"), f"{_GRAPHICS}vector."),
    "Offset": "androidx.compose.ui.geometry.",
    "dp": "androidx.compose.ui.unit.",
    "Preview": "androidx.compose.ui.tooling.preview.",
    "Composable": "androidx.compose.runtime.",
    "Image": "androidx.compose.foundation.",
}
_COMMANDS = {
    "moveTo": "m", "lineTo": "l", "horizontalLineTo": "h", "verticalLineTo": "v", "curveTo": "c",
    "reflectiveCurveTo": "s", "quadTo": "q", "reflectiveQuadTo": "t", "arcTo": "a",
}  # fmt: skip
_ARITY = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "t": 2, "a": 7}
_BUILDER = {"name", "defaultWidth", "defaultHeight", "viewportWidth", "viewportHeight", "autoMirror"}
_PATH = {
    *("fill", "fillAlpha", "stroke", "strokeAlpha", "strokeLineWidth", "strokeLineCap", "strokeLineJoin"),
    *("strokeLineMiter", "pathFillType"),
}
_GROUP = {"rotate", "pivotX", "pivotY", "scaleX", "scaleY", "translationX", "translationY", "clipPathData"}


@dataclass
class Call:
    name: str
    positional: list[Any] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    block: list[Any] | None = None


@dataclass
class File:
    package: str
    imports: list[str]
    receiver: str
    name: str
    vector: Call
    functions: dict[str, list[Any]]
    previews: list[str]


class Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            assert match, text[at : at + 80]
            self.tokens.append(match["token"])
            at = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        assert not expected or token in expected, (token, expected, self.tokens[self.at - 5 : self.at + 5])
        self.at += 1
        return token

    def dotted(self) -> str:
        name = self.take()
        while self.peek() == ".":
            name += self.take(".") + self.take()
        return name

    def file(self) -> File:
        self.take("package")
        package, imports, functions, previews = self.dotted(), [], {}, []
        while self.peek() == "import":
            self.take()
            imports.append(self.dotted())
        self.take("public")
        self.take("val")
        receiver, _, name = self.dotted().rpartition(".")
        for token in (":", "ImageVector", "by", "lazy", "{"):
            self.take(token)
        vector = self.expression()
        self.take("}")
        while self.peek():
            annotations = []
            while self.peek() == "@":
                self.take()
                annotations.append(self.expression())
            self.take("private")
            self.take("fun")
            function = self.dotted().removeprefix("ImageVector.Builder.")
            self.take("(")
            self.take(")")
            body = self.block()
            if annotations:
                previews.append(function)
                assert [call.name for call in body] == ["Image"]
            else:
                functions[function] = body
        self.check(imports)
        return File(package, imports, receiver, name, vector, functions, previews)

    def check(self, imports: list[str]) -> None:
        words = set(self.tokens)
        used = {home + word for word, home in _HOMES.items() if word in words}
        assert len(imports) == len(set(imports))
        assert {name for name in imports if name.startswith("androidx.")} == used

    def block(self) -> list[Any]:
        self.take("{")
        statements = []
        while self.peek() != "}":
            statements.append(self.expression())
        self.take("}")
        return statements

    def expression(self) -> Any:
        token = self.take()
        if token[0] == '"':
            return token[1:-1]
        if token.startswith("0x"):
            return int(token, 16)
        if token[0] == "-" or token[0].isdigit():
            return self.number(token)
        name = token
        while self.peek() == ".":
            self.take()
            name += "." + self.take()
        value = self.call(name)
        while self.peek() == ".":  # .apply { ... }.build()
            self.take()
            member = self.call(self.take())
            if member.name == "apply":
                value.block = member.block
            else:
                assert (member.name, member.positional) == ("build", [])
        return value

    def number(self, token: str):
        value = float(token.removesuffix("f"))
        if self.peek() == ".":
            self.take()
            self.take("dp")
            return f"{value:g}dp"
        assert token.endswith("f"), token
        if self.peek() == "to":
            self.take()
            return value, self.expression()
        return value

    def call(self, name: str):
        call = Call(name)
        if self.peek() not in {"(", "{"}:
            return {"true": True, "false": False, "null": None}.get(name, name)
        if self.peek() == "(":
            self.take()
            while self.peek() != ")":
                if self.tokens[self.at + 1] == "=":
                    key = self.take()
                    self.take("=")
                    assert key not in call.named
                    call.named[key] = self.expression()
                else:
                    call.positional.append(self.expression())
                if self.peek() == ",":
                    self.take()
            self.take(")")
        if self.peek() == "{":
            call.block = self.block()
        return call


class Translation:
    def __init__(self, file: File) -> None:
        self.file = file
        self.definitions: list[str] = []

    def svg(self) -> str:
        vector = self.file.vector
        assert vector.name == "ImageVector.Builder"
        given = vector.named
        assert set(given) <= _BUILDER
        assert given["name"] == self.file.name
        body = self.nodes(vector.block or [])
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{given["defaultWidth"][:-2]}" '
            f'height="{given["defaultHeight"][:-2]}" preserveAspectRatio="none" '
            f'viewBox="0 0 {given["viewportWidth"]} {given["viewportHeight"]}">'
            f"<defs>{''.join(self.definitions)}</defs>{body}</svg>"
        )

    def nodes(self, calls: list[Call]) -> str:
        return "".join(self.node(call) for call in calls)

    def node(self, call: Call) -> str:
        if call.name == "path":
            return self.path(path_data(call.block), call.named)
        if call.name == "addPath":
            given = dict(call.named)
            return self.path(nodes_data(given.pop("pathData")), given)
        if call.name == "group":
            return self.group(call)
        assert not call.positional
        assert not call.named
        return self.nodes(self.file.functions[call.name])

    def group(self, call: Call) -> str:
        given = call.named
        assert set(given) <= _GROUP
        x, y = given.get("pivotX", 0.0), given.get("pivotY", 0.0)
        moves = (
            f"translate({given.get('translationX', 0.0) + x} {given.get('translationY', 0.0) + y}) "
            f"rotate({given.get('rotate', 0.0)}) scale({given.get('scaleX', 1.0)} {given.get('scaleY', 1.0)}) "
            f"translate({-x} {-y})"
        )
        body = self.nodes(call.block or [])
        if "clipPathData" in given:
            clip = given["clipPathData"]
            data = path_data(clip.block) if clip.name == "PathData" else nodes_data(clip)
            name = self.define(f'<clipPath id="{{}}"><path d="{data}"/></clipPath>')
            body = f'<g clip-path="url(#{name})">{body}</g>'
        return f'<g transform="{moves}">{body}</g>'

    def define(self, text: str) -> str:
        name = f"n{len(self.definitions)}"
        self.definitions.append(text.replace("{}", name))
        return name

    def path(self, data: str, given: dict[str, Any]) -> str:
        assert set(given) <= _PATH
        fill, fill_alpha = self.paint(given.get("fill"))
        stroke, stroke_alpha = self.paint(given.get("stroke"))
        rule = {"PathFillType.EvenOdd": "evenodd", None: "nonzero"}[given.get("pathFillType")]
        cap = given.get("strokeLineCap", "StrokeCap.Butt").removeprefix("StrokeCap.").lower()
        join = given.get("strokeLineJoin", "StrokeJoin.Miter").removeprefix("StrokeJoin.").lower()
        return (
            f'<path d="{data}" fill="{fill}" fill-opacity="{fill_alpha * given.get("fillAlpha", 1.0)}" '
            f'fill-rule="{rule}" stroke="{stroke}" stroke-opacity="{stroke_alpha * given.get("strokeAlpha", 1.0)}" '
            f'stroke-width="{given.get("strokeLineWidth", 0.0)}" stroke-linecap="{cap}" stroke-linejoin="{join}" '
            f'stroke-miterlimit="{given.get("strokeLineMiter", 4.0)}"/>'
        )

    def paint(self, brush: Call | None) -> tuple[str, float]:
        if brush is None:
            return "none", 1.0
        if brush.name == "SolidColor":
            (color,) = brush.positional
            return rgb(color)
        given = brush.named
        stops, places = "", [place for place, _ in brush.positional]
        assert len(places) >= 2
        assert places == sorted(places)
        for place, color in brush.positional:
            shown, alpha = rgb(color)
            stops += f'<stop offset="{place}" stop-color="{shown}" stop-opacity="{alpha}"/>'
        spread = {None: "pad", "TileMode.Mirror": "reflect", "TileMode.Repeated": "repeat"}[given.get("tileMode")]
        shared = f'id="{{}}" gradientUnits="userSpaceOnUse" spreadMethod="{spread}"'
        if brush.name == "Brush.linearGradient":
            (x, y), (to_x, to_y) = given["start"].positional, given["end"].positional
            text = f'<linearGradient {shared} x1="{x}" y1="{y}" x2="{to_x}" y2="{to_y}">{stops}</linearGradient>'
        else:
            assert brush.name == "Brush.radialGradient"
            x, y = given["center"].positional
            assert given["radius"] > 0
            text = f'<radialGradient {shared} cx="{x}" cy="{y}" r="{given["radius"]}">{stops}</radialGradient>'
        return f"url(#{self.define(text)})", 1.0


def rgb(call: Call) -> tuple[str, float]:
    assert call.name == "Color"
    (value,) = call.positional
    return f"#{value & 0xFFFFFF:06x}", (value >> 24) / 255


def path_data(calls: list[Call] | None) -> str:
    assert calls is not None
    data = []
    for call in calls:
        assert not call.named
        if call.name == "close":
            data.append("z")
            continue
        letter = _COMMANDS[call.name.removesuffix("Relative")]
        assert len(call.positional) == _ARITY[letter]
        flags = [isinstance(value, bool) for value in call.positional]
        assert flags == [letter == "a" and at in {3, 4} for at in range(len(flags))]
        shown = letter if call.name.endswith("Relative") else letter.upper()
        data.append(shown + " ".join(f"{float(value):.9g}" for value in call.positional))
    return "".join(data)


def nodes_data(call: Call) -> str:
    assert call.name == "addPathNodes"
    (text,) = call.positional
    assert isinstance(text, str)
    assert len(text.encode()) <= 32_767
    return text


def read(kotlin: str) -> File:
    """Return what is in a Kotlin file of ours."""
    return Reader(kotlin).file()


def as_svg(kotlin: str) -> str:
    """Return the SVG that draws what the property of a Kotlin file does, one unit for each dp."""
    return Translation(read(kotlin)).svg()
