"""What the Kotlin files of Compose look like, beside what they draw (`test_pixels`)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from exfig_mp.conversions import ImageVector
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError
from tests.code_judges import faults
from tests.conformance import cases
from tests.convert.conftest import difference
from tests.convert.image_vector_svg import as_svg, read
from tests.convert.test_pixels import DRAWINGS, SVGS, needs_samples

_LETTERS = {
    "moveTo": "m", "lineTo": "l", "horizontalLineTo": "h", "verticalLineTo": "v", "curveTo": "c",
    "smoothCurveTo": "s", "quadraticBezierCurveTo": "q", "smoothQuadraticBezierCurveTo": "t", "closePath": "z",
}  # fmt: skip


def svg(content: str, root: str = 'width="24" height="24"') -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {root}>{content}</svg>'


def kotlin(source: str, **options) -> str:
    return convert(source.encode(), (ImageVector(**{"name": "Star", "package": "com.example"} | options),)).decode()


def written_for(given: dict[str, Any]) -> str:
    """Return what we write for the input of a conformance case."""
    if "command" in given:
        letter = _LETTERS[given["command"]]
        numbers = [str(given[key]) for key in ("x1", "y1", "x2", "y2", "x", "y") if key in given]
        shown = letter if given.get("relative") or letter == "z" else letter.upper()
        text = " ".join([shown, *numbers])
        return kotlin(svg(f'<path d="{text if letter == "m" else f"M0 0H9V9{text}"}"/>'))
    config = given.get("config", given)
    source = given["svg"]
    if source.startswith("empty"):
        source = svg("", 'width="48" height="32" viewBox="0 0 96 64"') if given["name"] == "test" else svg("")
    return kotlin(
        source,
        name=given["name"].capitalize(),
        package=config["packageName"],
        receiver=config.get("extensionTarget") or "",
        preview=config.get("generatePreview", False),
    )


@pytest.mark.parametrize("case", cases("image_vector_commands") + cases("svg_to_image_vector"))
def test_what_exfig_writes_is_written(case):
    text = written_for(case["input"])

    assert [part for part in case["expected"]["contains"] if part not in text] == []
    assert faults("Star.kt", text) == []


def unlike(svgs: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, source in svgs.items():
        text = kotlin(source)
        share = difference(source, as_svg(text))
        if share > (0.01 if name.endswith(".svg") else 0.003) or faults("Star.kt", text):
            found[name] = share
    return found


@needs_samples
def test_real_icons_are_drawn_alike():
    assert unlike({file.name: file.read_text() for file in SVGS}) == {}


def test_drawings_look_the_same():
    faded = "opacity of everything"  # a vector of Compose has no opacity of its own

    assert unlike({name: drawing for name, drawing in DRAWINGS.items() if name != faded}) == {}
    with pytest.raises(ConversionError, match="opacity of a group whose shapes overlap"):
        kotlin(DRAWINGS[faded])


def test_a_property_belongs_to_the_object_that_is_named():
    file = read(kotlin(svg('<path d="M0 0h9v9z"/>'), receiver="com.other.AppIcons"))

    assert (file.package, file.receiver, file.name) == ("com.example", "AppIcons", "Star")
    assert "com.other.AppIcons" in file.imports
    assert file.previews == ["StarPreview"]


def test_right_to_left_is_mirrored():
    assert "autoMirror = true" in kotlin(svg('<path d="M0 0h9v9z"/>'), right_to_left=True)
    assert "autoMirror" not in kotlin(svg('<path d="M0 0h9v9z"/>'))


def test_digits_are_as_many_as_asked_for():
    text = kotlin(svg('<path d="M1.23456 2.5C1 2 3 4 5.55555 6"/>'), precision=2)

    assert "moveTo(1.23f, 2.5f)" in text
    assert "5.56f" in text


def test_a_long_path_is_a_text_and_a_large_picture_is_cut_into_functions_of_limited_size():
    zigzag = "M0 0" + "".join(f"L{n % 24} {n * 7 % 23}" for n in range(400)) + "z"
    many = svg(
        f'<path d="{zigzag}" fill="red" fill-rule="evenodd"/>'
        + "".join(f'<rect x="{n % 48 / 2}" y="{n // 48 / 2}" width=".4" height=".4"/>' for n in range(700))
    )

    text = kotlin(many)
    functions = re.split(r"\n}\n", text)

    assert 'addPathNodes("M0 0' in text
    assert max(function.count("\n") for function in functions) <= 420
    assert len(read(text).functions) > 8
    assert difference(many, as_svg(text)) <= 0.003
    assert faults("Star.kt", text) == []


def test_what_no_class_has_room_for_is_refused():
    lines = ["".join(f"L{n / 1000 + row} {n / 999 - row:.4f}" for n in range(140)) for row in range(200)]
    rows = "".join(f'<path d="M0 0{line}z"/>' for line in lines)

    with pytest.raises(ConversionError, match=r"too large for one Kotlin file: \d\d,\d{3} different numbers"):
        kotlin(svg(rows))
