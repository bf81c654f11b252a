"""React components: what they draw, what TypeScript says of them, and what a page is kept from."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from exfig_mp.conversions import Tsx
from exfig_mp.convert import convert
from exfig_mp.convert.tsx import to_jsx
from exfig_mp.errors import ConversionError
from exfig_mp.exporters.documents import Document
from exfig_mp.framing import _MARKS
from exfig_mp.templating import Templates
from tests.code_judges import faults, typescript_faults
from tests.conformance import cases
from tests.convert.conftest import difference
from tests.convert.test_pixels import DRAWINGS, SVGS, needs_samples
from tests.convert.tsx_svg import as_svg

TYPES = """\
import type { ImgHTMLAttributes, SVGAttributes } from 'react';
export interface IconProps extends SVGAttributes<SVGElement> { color?: string; size?: number | string; }
export interface ImageProps extends ImgHTMLAttributes<HTMLImageElement> { alt?: string; }
"""


def svg(content: str, root: str = 'width="24" height="24" fill="none"') -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {root}>{content}</svg>'


def component(source: str, template: str = "Icon.tsx", name: str = "Star") -> str:
    context = {"componentName": name, "name": "star", "assetPath": "star.svg", "iconSize": "24"} | _MARKS
    frame = Templates("web").render(Document("x", template, context)).decode()
    return convert(source.encode(), (Tsx(ids=name, frame=frame),)).decode()


@pytest.mark.parametrize("case", cases("web_svg_to_jsx"))
def test_what_exfig_makes_of_an_svg_is_made(case):
    expected = case["expected"]
    if "throws" in expected:
        with pytest.raises(ConversionError, match="no size that can be drawn: width None"):
            to_jsx(case["input"]["svg"].encode(), "Star")
        return
    jsx = to_jsx(case["input"]["svg"].encode(), "Star")
    markup = "\n".join(jsx.lines)

    assert jsx.view_box == expected.get("viewBox", jsx.view_box)
    assert markup == expected.get("jsx", markup)
    assert [part for part in expected.get("contains", ()) if part not in markup] == []
    assert [part for part in expected.get("not_contains", ()) if part in markup] == []


@needs_samples
def test_real_icons_are_drawn_alike_shadows_and_all():
    unlike = {}
    for file in SVGS:
        source = file.read_text()
        size = re.search(r'<svg[^>]*?\swidth="([\d.]+)"[^>]*?\sheight="([\d.]+)"', source)
        text = component(source)
        share = difference(source, as_svg(text, (size[1], size[2]) if size else ("24", "24")))
        if share or faults("Star.tsx", text):
            unlike[file.name] = share

    assert unlike == {}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_looks_the_same(name):
    text = component(DRAWINGS[name])
    size = re.search(r'width="(\d+)" height="(\d+)"', DRAWINGS[name])

    assert size
    if "viewBox" in DRAWINGS[name] and size[1] != size[2]:
        return  # an icon is as wide as high
    assert difference(DRAWINGS[name], as_svg(text, (size[1], size[2]))) <= 0.001


NASTY = svg(
    '<title>{"&lt;/svg>"} &amp; \'\\ \u2028 `${x}`</title>'
    '<path class="a" d="M0 0h9v9z" style="mix-blend-mode:multiply;-x-y:1;--z:2;mask-type:alpha;fill:color(p3 1 0 0)" '
    'data-name="a&quot;b{c}&lt;d&gt;&amp;&#10;e" fill-rule="what" onclick="alert(1)" xml:space="preserve" '
    'stroke-linecap="round" stroke-dasharray="1 2" vector-effect="non-scaling-stroke" paint-order="stroke" '
    'shape-rendering="crispEdges" aria-label="x" foo="bar" transform-origin="1 2" mask-type="alpha"/>'
    '<filter id="f" color-interpolation-filters="sRGB"><feGaussianBlur in="SourceGraphic" stdDeviation="2" result="b"/>'
    '<feColorMatrix type="matrix" values="1 0 0 0 0"/><feComposite in2="b" operator="arithmetic" k1="1" k2="2" k3="3" '
    'k4="4"/><feFlood flood-color="red" flood-opacity=".5"/><feDropShadow dx="1" dy="2"/><feMerge><feMergeNode in="b"/>'
    '</feMerge><feTurbulence baseFrequency=".1" numOctaves="2" seed="1" stitchTiles="stitch" type="turbulence"/>'
    '<feDisplacementMap xChannelSelector="R" yChannelSelector="G" scale="2"/><feTile/><feMorphology radius="1"/>'
    '<feConvolveMatrix order="3" kernelMatrix="1 0 0 0 1 0 0 0 1" edgeMode="none" preserveAlpha="true"/>'
    '<feComponentTransfer><feFuncA type="table" tableValues="0 1"/></feComponentTransfer><feSpecularLighting '
    'surfaceScale="1" specularConstant="1" specularExponent="2" lighting-color="red"><fePointLight x="1" y="2" z="3"/>'
    '</feSpecularLighting><feDiffuseLighting diffuseConstant="1"><feDistantLight azimuth="1" elevation="2"/>'
    '</feDiffuseLighting></filter><g filter="url(#f)"/><script>alert(1)</script><animate attributeName="x"/>'
    '<radialGradient id="r" fx="1" fy="1" fr="0"><stop offset="1" stop-color="red"/></radialGradient>'
    '<text x="1" y="2" font-family="Inter" font-size="3" letter-spacing="0em" xml:space="preserve" '
    'style="white-space: pre" text-anchor="middle" dominant-baseline="central"><tspan dx="1">a {b} &lt;c&gt;</tspan>'
    '</text><path id="t" d="M0 0h9" marker-end="url(#m)" pathLength="3"/><text><textPath href="#t" startOffset="1">x'
    '</textPath></text><marker id="m" markerWidth="1" markerHeight="2" refX="1" refY="2" orient="auto"/>'
    '<pattern id="p" patternUnits="userSpaceOnUse" width="2" height="2" patternTransform="scale(2)">'
    '<image href="data:image/png;base64,AAAA" width="1" height="1" preserveAspectRatio="none"/></pattern>'
    '<rect width="9" height="9" fill="url(#p)" stroke="url(\'#r\')"/><switch><g systemLanguage="en"/></switch>'
    '<a href="https://example.com"><path d="M0 0h1v1z"/></a><symbol id="s" viewBox="0 0 1 1" overflow="visible"/>'
    '<use href="#s"/><clipPath id="c" clipPathUnits="userSpaceOnUse"><path clip-rule="evenodd" d="M0 0h1"/></clipPath>'
    '<mask id="k" maskUnits="userSpaceOnUse" maskContentUnits="userSpaceOnUse" mask-type="alpha"/>'
    '<g clip-path="url(#c)" mask="url(#k)" opacity=".5" aria-labelledby="s"/><polygon points="1,2 3,4"/>'
)
STYLED = NASTY.replace("<title>", "<style>.a{fill:red} #g{stroke:blue}</style><title>")


@pytest.fixture(scope="module")
def tsc(tmp_path_factory):
    def run(files: dict[str, str]) -> str:
        folder = tmp_path_factory.mktemp("tsx")
        for name, text in {"types.ts": TYPES, **files}.items():
            (folder / name).write_text(text)
        return typescript_faults(folder, files)

    return run


def test_typescript_takes_every_component(tsc):
    sources = {"Nasty": NASTY, "Styled": STYLED} | {
        f"Drawing{n}": drawing for n, drawing in enumerate(DRAWINGS.values())
    }
    sources |= {f"Icon{n}": file.read_text() for n, file in enumerate(SVGS)}
    files = {f"{name}.tsx": component(source, name=name) for name, source in sources.items()}
    files["Picture.tsx"] = component(NASTY, "Image.tsx", "Picture")
    files["Page.tsx"] = (
        "import { Nasty } from './Nasty';\nimport { Picture } from './Picture';\n"
        'export const Page = () => <><Nasty size="2em" className="a" color="red" onClick={() => {}} />'
        '<Picture alt="b" className="c" width={3} /></>;\n'
    )

    assert tsc(files) == ""
    assert "TS2322" in tsc(
        {"Wrong.tsx": files["Page.tsx"].replace('"2em"', "{[]}")}
        | {name: files[name] for name in ("Nasty.tsx", "Picture.tsx")}
    )


def test_nothing_in_a_component_acts_or_leads_out():
    text = component(NASTY) + component(STYLED)

    for trace in ("alert", "onclick", "script", "example.com", "animate", "foo", "fillRule", "--z", "systemLanguage"):
        assert trace not in text
    assert faults("Star.tsx", text) == []
    assert text.count("mixBlendMode: 'multiply'") == 2


def test_a_style_sheet_does_not_reach_out_of_its_component():
    text = component(svg('<style>path{fill:red}</style><path class="a" d="M0 0h9v9z"/>'))

    assert '<path d="M0 0h9v9z" fill="red" />' in text
    assert "<style" not in text


def test_ids_of_two_components_never_meet_and_references_follow():
    source = svg(
        '<path id="unused" d="M0 0h9v9z" fill="url( \'#a\' ) red" style="filter:url(#b)"/><use href="#a"/>'
        '<linearGradient id="a"/><filter id="b"/><linearGradient id="a"/><g clip-path="url(#nowhere)"/>'
    )

    one, other = ("\n".join(to_jsx(source.encode(), name).lines) for name in ("One", "Other"))

    assert re.findall(r'id="([^"]*)"', one) == ["One-1", "One-2"]
    assert re.findall(r"#([\w-]+)", one) == ["One-1", "One-2", "One-1", "One-0"]
    assert not set(re.findall(r"One-\d", one)) & set(re.findall(r"Other-\d", other))
    assert one.replace("One", "Other") == other


def test_what_the_root_says_of_its_content_is_kept():
    assert '<g fill="black">' in component(svg('<path d="M0 0h9v9z"/>', 'width="9" height="9"'))
    outlined = component(svg('<path d="M0 0h9v9z"/>', 'width="9" height="9" fill="none" stroke="red" class="a b"'))
    assert '<g fill="none" stroke="red" className="a b">' in outlined


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<foreignObject/>", "<foreignObject>, which is how Figma writes angular gradients"),
        ("<blink/>", "a <blink>, which no component can hold"),
        ("<text>a<tspan>b</tspan>c</text>", "text around elements"),
        ('<use href="javascript:alert(1)"/>', "outside of it: javascript:alert"),
        ('<image href="https://example.com/a.png"/>', "outside of it: https"),
        ('<path style="fill:url(//example.com/a)"/>', "outside of it: //example"),
        ("<g>", "cannot be read"),
        ("\udce4", "cannot be read"),
    ],
)
def test_what_no_page_should_hold_is_refused(content, words):
    body = svg(content).encode("utf-8", "surrogateescape")

    with pytest.raises(ConversionError, match=re.escape(words)):
        convert(body, (Tsx(ids="a", frame=""),))


def test_an_image_carries_its_picture_inside():
    text = component(NASTY, "Image.tsx")

    (uri,) = re.findall(r"'data:image/svg\+xml,([^']*)'", text)
    inside = unquote(uri)
    assert inside.startswith("<svg ")
    assert "alert" not in inside
    assert "({ alt = 'star', ...props }: ImageProps)" in text
    assert "width={24}" in text
    assert faults("Star.tsx", text) == []
    assert not set(uri) & set("'\"<>#{}\\\n`")


def test_an_image_is_drawn_alike():
    for name in ("a style sheet", "a linear gradient of the box", "use, symbol and nested svg", "a white mask"):
        text = component(DRAWINGS[name], "Image.tsx")
        (uri,) = re.findall(r"'data:image/svg\+xml,([^']*)'", text)
        assert difference(DRAWINGS[name], unquote(uri)) <= 0.001


def test_marks_stand_where_a_template_puts_them():
    frame = "a\n    \ue000markup\ue001\nb \ue000box\ue001 \ue000x\ue001x\ue000y\ue001 [\ue000markup\ue001]\n"
    source = svg('<path d="M0 0"/><path d="M1 1"/>', 'width="24.5" height="9" fill="none"')

    text = convert(source.encode(), (Tsx(ids="a", frame=frame),)).decode()

    assert text == (
        'a\n    <path d="M0 0" />\n    <path d="M1 1" />\nb 0 0 24.5 9 24.5x9 [<path d="M0 0" /><path d="M1 1" />]\n'
    )
