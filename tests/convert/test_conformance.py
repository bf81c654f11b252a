"""What ExFig's tests say of reading SVG and writing drawables, held against ours. What differs on purpose is listed."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

from exfig_mp.conversions import ImageVector, VectorDrawable
from exfig_mp.convert import convert
from exfig_mp.convert.budget import by_id
from exfig_mp.convert.colors import BLACK, Color
from exfig_mp.convert.geometry import Box, rectangle
from exfig_mp.convert.gradients import resolve
from exfig_mp.convert.matrix import IDENTITY, parse_transform
from exfig_mp.convert.path_data import write_path
from exfig_mp.convert.path_limits import LONGEST
from exfig_mp.convert.scene import Group, Linear, Radial, Shape
from exfig_mp.convert.svg_scene import read_picture
from exfig_mp.convert.svg_tree import read
from exfig_mp.errors import ConversionError
from tests.conformance import cases
from tests.convert.test_pixels import svg


def facts(source: str) -> dict[str, object]:
    """Return what we read of an SVG in the words of the cases, or as what it is refused."""
    body = source.encode()
    try:
        picture = read_picture(body)
    except ConversionError as error:
        return {"refused": str(error)}
    found: dict[str, object] = {
        "width": picture.width,
        "height": picture.height,
        "viewportWidth": picture.viewport[0],
        "viewportHeight": picture.viewport[1],
    }
    shapes = [shape for node in picture.children for shape in all_shapes(node)]
    found |= {"paths.count": len(shapes)} | counted("paths", [told(shape) for shape in shapes])
    groups = [node for node in picture.children if isinstance(node, Group)]
    found |= {"groups.count": len(groups)} | counted("groups", [told_group(group, picture.alpha) for group in groups])
    root = read(body)
    for kind in ("linear", "radial"):
        holders = [element for element in root.walk() if element.name == f"{kind}Gradient"]
        found[f"{kind}Gradients.count"] = len(holders)
        for holder in holders:
            key = f'{kind}Gradients["{holder.attributes["id"]}"]'
            found |= prefixed(key, told_gradient(holder, root))
    return found


def all_shapes(node) -> list[Shape]:
    return [node] if isinstance(node, Shape) else [shape for child in node.children for shape in all_shapes(child)]


def prefixed(prefix: str, told: dict[str, object]) -> dict[str, object]:
    return {f"{prefix}.{key}": value for key, value in told.items()}


def counted(name: str, items: list[dict[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for number, item in enumerate(items):
        found |= prefixed(f"{name}[{number}]", item)
    return found | (prefixed(f"{name}.first", items[0]) if items else {})


def color(name: str, value: object) -> dict[str, object]:
    if not isinstance(value, Color):
        return {}
    return {f"{name}.red": value.red, f"{name}.green": value.green, f"{name}.blue": value.blue}


def told(shape: Shape) -> dict[str, object]:
    found: dict[str, object] = {"pathData": write_path(shape.path, 4)}
    if shape.fill:
        found |= {"opacity": shape.fill.alpha, "fillOpacity": shape.fill.alpha} | color("fill", shape.fill.paint)
        found["fillRule"] = "evenOdd" if shape.fill.even_odd else "nonZero"
    if shape.stroke:
        found |= {"strokeWidth": shape.stroke.width, "strokeLineCap": shape.stroke.cap}
        found |= color("stroke", shape.stroke.paint)
    return found


def told_group(group: Group, alpha: float = 1.0) -> dict[str, object]:
    inner = [child for child in group.children if isinstance(child, Group)]
    outer = [child for child in group.children if isinstance(child, Shape)]
    found: dict[str, object] = {"children.count": len(inner), "elements.count": len(group.children)}
    found |= {"paths.count": len(outer), "opacity": group.alpha * alpha}
    found |= prefixed("transform", told_matrix(group.matrix, group.pivot))
    if group.clips:
        found["clipPath"] = write_path(group.clips[0], 4)
    return found | counted("children", [told_group(one) for one in inner]) | counted("paths", list(map(told, outer)))


def told_matrix(matrix, pivot=None) -> dict[str, object]:
    """Return what a matrix does as translation, rotation, skew and scale, in that order."""
    x, y = pivot or (0.0, 0.0)
    moved = matrix.apply(x, y)
    angle = math.atan2(matrix.b, matrix.a)
    scale = math.hypot(matrix.a, matrix.b)
    shear = (matrix.a * matrix.c + matrix.b * matrix.d) / matrix.determinant
    found = {"translateX": moved[0] - x, "translateY": moved[1] - y, "scaleX": scale}
    found |= {"scaleY": matrix.determinant / scale, "rotation": math.degrees(angle)}
    found |= {"skewX": math.degrees(math.atan(shear))}
    return found | {"pivotX": pivot[0] if pivot else None, "pivotY": pivot[1] if pivot else None}


def told_gradient(holder, root) -> dict[str, object]:
    """Return a gradient as it paints a square of one unit, which is what its own numbers say."""
    paint = resolve(holder, by_id(root), rectangle(Box(0, 0, 1, 1)), (1.0, 1.0), BLACK)
    assert isinstance(paint, Linear | Radial)
    own = parse_transform(holder.attributes.get("gradientTransform", ""))
    found = prefixed("gradientTransform", told_matrix(own[0])) if own else {}
    found |= {"stops.count": len(paint.stops), "spreadMethod": {"repeat": "repeating"}.get(paint.spread, paint.spread)}
    if isinstance(paint, Linear):
        found |= dict(zip(("x1", "y1", "x2", "y2"), (*paint.start, *paint.end), strict=True))
    else:
        found |= {"cx": paint.matrix.e, "cy": paint.matrix.f, "r": paint.matrix.a}
    for number, (offset, shade) in enumerate(paint.stops):
        found |= color(f"stops[{number}].color", shade)
        found |= {f"stops[{number}].offset": offset, f"stops[{number}].opacity": shade.alpha}
    return found


def unmet(case: dict[str, Any]) -> dict[str, object]:
    """Return the expected facts that we do not find, with what we find."""
    found = facts(case["input"]["svg"])
    return {
        key: found.get(key)
        for key, value in case["expected"]["facts"]
        if not (found.get(key) == value or (isinstance(value, int | float) and found.get(key) == pytest.approx(value)))
    }


@pytest.mark.parametrize("case", cases("svg_parse"))
def test_an_svg_is_read_as_exfig_reads_it(case):
    assert unmet(case) == {}


def composed(expected: dict[str, float | None]) -> str:
    """Return the transforms that ExFig's parts of one stand for, in its order.

    Where there is a skew beside something else, a matrix may be told in several parts: so it is what is compared.
    """
    get = expected.get
    pivot = f" {expected['pivotX']} {expected['pivotY']}" if get("pivotX") is not None else ""
    parts = [f"translate({get('translateX', 0)} {get('translateY', 0)})", f"rotate({get('rotation', 0)}{pivot})"]
    parts += [f"scale({get('scaleX', 1)} {get('scaleY', get('scaleX', 1))})"]
    return " ".join([*parts, f"skewX({get('skewX', 0)})", f"skewY({get('skewY', 0)})"])


@pytest.mark.parametrize("case", cases("svg_transform"))
def test_a_transform_is_read_as_exfig_reads_it(case):
    text, expected = case["input"]["transform"], case["expected"]
    parsed = parse_transform(text)
    if expected is None:
        assert parsed is None or (not text and parsed[0] == IDENTITY)
        return
    wanted = parse_transform(composed(expected))
    assert parsed
    assert wanted
    matrix, pivot = parsed

    assert matrix == pytest.approx(wanted[0], abs=0.01)
    if "pivotX" in expected:
        assert (pivot or (None, None)) == (expected["pivotX"], expected["pivotY"])


@pytest.mark.parametrize("case", cases("vector_drawable_color"))
def test_a_colour_is_written_as_exfig_writes_it(case):
    red, green, blue, alpha = (case["input"][key] for key in ("r255", "g255", "b255", "a"))
    (expected,) = case["expected"]["contains"]

    text = convert(
        svg(f'<path d="M0 0h9v9z" fill="rgba({red},{green},{blue},{alpha})"/>').encode(), (VectorDrawable(),)
    )

    assert expected in text.decode()


@pytest.mark.parametrize("case", cases("vector_path_limits"))
def test_paths_have_the_limits_that_exfig_knows(case):
    given, expected = case["input"], case["expected"]
    match case["op"]:
        case "convert_strict":
            line, times = given["svg_path_repeat"]
            body = svg(f'<path d="M0,0 {line * times}"/>').encode()
            text = convert(body, (VectorDrawable(strict=given["strictPathValidation"]),)).decode()
            paths = re.findall(r'pathData="([^"]*)"', text)
            assert expected["output_written"]
            assert paths
            assert max(map(len, paths)) <= LONGEST
        case "validate_path":
            path = "M0 0h1" + "1" * (given["path_chars"] - 6)
            # Android's lint has a rule of taste that begins with 800 characters. Here nothing is said of it.
            found = {"exceeds_lint_800": False, "exceeds_critical_32767": is_too_long(path)}
            assert expected.items() <= found.items()
        case "validate_paths":
            assert [name for name, path in given["paths"].items() if is_too_long(f"M0 0{path}")] == expected["issues"]


def is_too_long(path: str) -> bool:
    try:
        convert(svg(f'<path d="{path}"/>').encode(), (VectorDrawable(strict=True),))
    except ConversionError as error:
        return "Android takes 32,767" in str(error)
    return False


def long_path(*, apart: bool) -> bytes:
    """Return a drawing with one path that is too long, of pieces that lie apart or all over each other."""
    pieces = []
    for n in range(40):
        corners = "".join(f"l.{k % 9}117 .0{k % 7}73-.1{k % 8}13.0111" for k in range(60))
        pieces.append(f"M{(n % 4 * 40 if apart else 0) + 0.1234} {n // 4 * 10 if apart else 0}{corners}z")
    return svg(f'<path d="{"".join(pieces)}" fill-rule="evenodd"/>').encode()


@pytest.mark.parametrize("step", [VectorDrawable(), ImageVector("A", "p")], ids=["drawable", "kotlin"])
def test_a_path_that_is_too_long_is_split_unless_that_is_not_wanted(step):
    body = long_path(apart=True)

    text = convert(body, (step,)).decode()

    texts = re.findall(r'(?:pathData=|addPathNodes\()"([^"]*)"', text)
    assert len(texts) > 1
    assert max(map(len, texts)) <= LONGEST
    strict = type(step)(**{key: getattr(step, key) for key in step.__struct_fields__} | {"strict": True})
    with pytest.raises(ConversionError, match=r"a path of \d\d,\d{3} characters, and Android takes 32,767"):
        convert(body, (strict,))


@pytest.mark.parametrize("strict", [True, False])
def test_a_path_that_cannot_be_split_is_refused_whatever_is_wanted(strict):
    with pytest.raises(ConversionError, match="and Android takes 32,767"):
        convert(long_path(apart=False), (VectorDrawable(strict=strict),))


def test_a_path_of_just_the_longest_length_is_taken_by_the_strict():
    step = "L1 1"
    data = "M0 0" + step * ((LONGEST - 7) // len(step))
    data += "h" + "1" * (LONGEST - len(data) - 1)
    body = svg(f'<path d="{data}"/>').encode()

    assert len(data) == LONGEST
    assert f'pathData="{data}"' in convert(body, (VectorDrawable(strict=True),)).decode()
