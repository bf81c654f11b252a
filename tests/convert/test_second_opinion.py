"""Second opinions on drawables: that of Google's own converter, on the samples, and that of Android's packager."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from exfig_mp.conversions import VectorDrawable
from exfig_mp.convert import convert
from tests.android_packager import compiled, dumped, linked
from tests.convert.conftest import FIXTURES, difference
from tests.convert.test_pixels import DRAWINGS, SVGS, needs_samples
from tests.convert.test_shadows import DRAWN
from tests.convert.vector_drawable_svg import as_svg

if TYPE_CHECKING:
    from pathlib import Path

REFERENCES = FIXTURES / "svg_samples" / "ref_vd_tool"
_ALIKE = 0.01
_NO_SHADOW = "vd-tool leaves shadows out"
_OVAL = "vd-tool draws an oval gradient as a circle"
DIFFERING = {
    **{f"fluent_filter_calendar_{size}_color": _NO_SHADOW for size in (16, 20, 24, 28, 32, 48)},
    **{f"fluent_filter_calendar_edit_{size}_color": _NO_SHADOW for size in (16, 20, 24, 32)},
    **dict.fromkeys(
        (
            "fluent_clip_people_home_16_color",
            "fluent_gradient_cloud_words_28_color",
            "fluent_gradient_lightbulb_checkmark_32_color",
            "fluent_gradient_person_heart_24_color",
            "fluent_gradient_person_warning_24_color",
            "fluent_gradient_person_warning_48_color",
            "fluent_gradient_ribbon_32_color",
            "fluent_gradient_sport_20_color",
        ),
        _OVAL,
    ),
}
"""Icons that vd-tool draws otherwise than we do, and why; in all of them ours is nearer to the source."""


def drawn_by_vd_tool(name: str) -> str:
    """Return what the reference draws; it spells some colours as CSS does, which Android takes, too."""
    xml = (REFERENCES / f"{name}.xml").read_text()
    return as_svg(re.sub(r'"#([0-9A-Fa-f]+)"', lambda color: f'"#{_long(color[1]).upper()}"', xml))


def _long(digits: str) -> str:
    return "".join(digit * 2 for digit in digits) if len(digits) < 6 else digits


@pytest.mark.slow
@needs_samples
@pytest.mark.skipif(not REFERENCES.exists(), reason="no ref_vd_tool below the folder that EXFIG_MP_FIXTURES names")
def test_google_s_converter_draws_the_same_or_is_farther_from_the_source():
    differing, worse = set(), {}
    for file in SVGS:
        ours, theirs = as_svg(convert(file.read_bytes(), (VectorDrawable(),)).decode()), drawn_by_vd_tool(file.stem)
        if difference(ours, theirs) > _ALIKE:
            source = file.read_text().replace("currentColor", "#000")
            differing.add(file.stem)
            if difference(source, ours) >= difference(source, theirs):
                worse[file.stem] = difference(source, ours)

    assert worse == {}
    assert differing == set(DIFFERING)


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    """All samples, all drawings of the tests and their shadows, as one app's resources."""
    folder = tmp_path / "res" / "drawable"
    folder.mkdir(parents=True)
    sources = {file.stem: file.read_bytes() for file in SVGS}
    sources |= {f"d{n}": drawing.encode() for n, drawing in enumerate((*DRAWINGS.values(), *DRAWN.values()))}
    for name, body in sources.items():
        (folder / f"{re.sub(r'[^a-z0-9_]', '_', name.lower())}.xml").write_bytes(convert(body, (VectorDrawable(),)))
    return folder.parent


def test_android_s_packager_compiles_and_links_all_drawables(aapt2, resources, tmp_path):
    app = tmp_path / "app.apk"
    files = sorted(resources.glob("*/*.xml"))

    assert compiled(aapt2, files, tmp_path / "compiled.zip") == ""
    assert linked(aapt2, tmp_path / "compiled.zip", app) == ""

    assert "STRING_TOO_LARGE" not in dumped(aapt2, "strings", app)
    found = re.findall(r"resource 0x7f\w+ drawable/(\w+)", dumped(aapt2, "resources", app))
    assert sorted(found) == [path.stem for path in files]
