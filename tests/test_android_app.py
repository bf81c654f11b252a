"""Whole runs for Android as apps: the packager links all resources, and Kotlin's compiler resolves what code names."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import pytest

from exfig_mp.colors import Palette, RawColor, Rgba
from exfig_mp.conversions import ImageVector
from exfig_mp.convert import convert
from exfig_mp.errors import ConversionError
from exfig_mp.exporters.android_colors import AndroidColorFiles
from exfig_mp.exporters.android_text_styles import AndroidTextStyles, font_resource
from exfig_mp.exporters.color_pairing import pair_colors
from exfig_mp.exporters.compose import Compose
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.protocol import Naming
from exfig_mp.exporters.text_style_naming import name_text_styles
from exfig_mp.templating import Templates
from exfig_mp.text_styles import RawTextStyle, Typeface
from tests.android_packager import compiled, dumped, java_folder, linked
from tests.convert.test_pixels import DRAWINGS
from tests.convert.test_shadows import DRAWN
from tests.exporters.test_color_contract import HOSTILE
from tests.kotlin_compiler import kotlin_faults
from tests.odd_names import ODD_NAMES, rename_components
from tests.references import loose_ends, twins

if TYPE_CHECKING:
    from pathlib import Path

LIGHT, DARK = "LightLibrary", "DarkLibrary"
CONFIG = f"""\
figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}
android:
  mainRes: out/res
  mainSrc: out/java
  resourcePackage: com.example
  icons:
    - {{output: ., composePackageName: com.example.ui}}
    - output: .
      composeFormat: imageVector
      composePackageName: com.example.vectors
      composeExtensionTarget: com.example.ui.Icons
"""
TOKENS = """\
  images: {output: ., format: webp, scales: [1, 2]}
  colors:
    - composePackageName: com.example.ui
      themeAttributes: {enabled: true, themeName: Theme.App, autoCreateMarkers: true}
    - {xmlDisabled: true, composePackageName: com.example.values}
  typography: {nameStyle: snake_case, composePackageName: com.example.ui}
"""
STYLES = """\
<resources>
  <style name="Theme.App" parent="android:Theme.Material">
    <!-- FIGMA COLORS MARKER START: Theme.App -->
    <!-- FIGMA COLORS MARKER END: Theme.App -->
  </style>
</resources>
"""
OWN_FONTS = ("inter_bold", "inter_medium", "inter_semibold", "roboto", "roboto_bold")


class App(NamedTuple):
    """A folder with resources and code, and the package of its `R`."""

    folder: Path
    package: str

    @property
    def resources(self) -> list[Path]:
        return sorted((self.folder / "res").glob("*/*"))


@pytest.fixture(scope="module")
def app(simulator, new_project, tmp_path_factory):
    """What a run writes of everything there is for Android, with the user's own theme and fonts beside it."""
    file = {"key": LIGHT, "icons": 3, "illustrations": 2}
    simulator.simulate({"limits": "off", "design": {"files": [file, {"key": DARK, "dark_of": LIGHT}]}})
    project = new_project(tmp_path_factory.mktemp("app"))
    project.write("app.yaml", CONFIG + TOKENS)
    for folder in ("values", "values-night"):
        project.write(f"out/res/{folder}/styles.xml", STYLES)
    for font in OWN_FONTS:
        project.write(f"out/res/font/{font}.ttf", "")
    ran = project.run("batch", "app.yaml")
    project.close()
    assert ran.code == 0, ran.text
    return App(project.folder / "out", "com.example")


@pytest.fixture(scope="module")
def odd_app(simulator, new_project, tmp_path_factory):
    """What a run writes of icons with odd names."""
    simulator.simulate({"limits": "off", "design": {"files": [{"key": LIGHT, "icons": len(ODD_NAMES)}]}})
    rename_components(simulator, LIGHT, ODD_NAMES)
    project = new_project(tmp_path_factory.mktemp("odd"))
    project.write("app.yaml", CONFIG.replace("com.example", "odd.object").replace(f", darkFileId: {DARK}", ""))
    ran = project.run("batch", "app.yaml")
    project.close()
    assert ran.code == 1, "three have letters that files of resources cannot have"
    return App(project.folder / "out", "odd.object")


@pytest.fixture
def odd_tokens(tmp_path):
    """What colours and text styles with odd names become in each style."""
    names = list(dict.fromkeys([*ODD_NAMES, *HOSTILE, "is system in dark theme", "color resource", "sp", "Font"]))
    colors = tuple(RawColor(name, Rgba(1, 1, 1)) for name in names)
    styles = [RawTextStyle(name, Typeface(name, 12.5, line_height=20.0)) for name in names]
    return [
        odd_token_app(App(tmp_path / style, f"odd.{style}"), style, colors, styles)
        for style in ("camelCase", "PascalCase")
    ]


def odd_token_app(app, style, colors, styles):
    """Write resources and code of colours and text styles."""
    values, resources, fonts = (
        Compose(
            path=f"java/{name}.kt", package=f"{app.package}.{name}", resources=app.package if name != "values" else ""
        )
        for name in ("values", "resources", "fonts")
    )
    exporter = AndroidColorFiles(folder="res", compose=resources)
    text_styles = AndroidTextStyles(folder="res", compose=fonts)
    named = name_text_styles(styles, Naming(style=style), text_styles).styles
    paired = pair_colors(Palette(light=colors, dark=colors[::2]), Naming(style=style), "android", exporter).colors
    in_code = AndroidColorFiles(folder="res", xml_name="", compose=values)
    documents = [*exporter.documents(paired), *in_code.documents(paired), *text_styles.documents(named)]
    assert min(len(named), len(paired)) > 30
    for document in documents:
        assert isinstance(document, Document)
        write(app.folder / document.path, Templates("android").render(document))
    for one in named:
        write(app.folder / "res" / "font" / f"{font_resource(one.face.font)}.ttf", b"")
    return app


def write(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def packaged(app, aapt2):
    """Compile and link an app, and return what was said and the linked file."""
    archive, linked_app = app.folder / "compiled.zip", app.folder / "app.apk"
    said = compiled(aapt2, app.resources, archive) + linked(aapt2, archive, linked_app, app.package)
    return said, linked_app


def test_all_resources_of_a_run_link_as_one_app(app, aapt2):
    said, linked_app = packaged(app, aapt2)

    assert said == ""
    shown = dumped(aapt2, "resources", linked_app)
    for line in ("drawable/a_arrow_down_00000", "drawable/airplane_00000", "color/text_primary", "style/heading_large"):
        assert f" {line}\n" in shown, shown
    assert "(night)" in shown
    tree = {str(path.relative_to(app.folder)): path.read_bytes() for path in app.folder.rglob("*.*") if path.is_file()}
    assert (loose_ends(tree), twins(tree)) == ([], [])


def test_the_packager_finds_what_leads_nowhere(app, aapt2, tmp_path):
    broken = App(tmp_path / "app", app.package)
    shutil.copytree(app.folder, broken.folder)
    (broken.folder / "res" / "font" / "roboto.ttf").unlink()
    (broken.folder / "res" / "values" / "attrs.xml").unlink()

    said, _ = packaged(broken, aapt2)

    assert "font/roboto" in said
    assert "attr/colorTextPrimary" in said


@pytest.mark.timeout(300)  # the compiler takes ten seconds of a core that it has to itself
def test_kotlin_resolves_every_name_of_the_code(app, odd_app, odd_tokens, aapt2, tmp_path):
    sources = [write_vectors(tmp_path / "vectors", most=1_500)]
    for one in (app, odd_app, *odd_tokens):
        said, linked_app = packaged(one, aapt2)
        assert said == ""
        sources += [one.folder / "java", java_folder(linked_app)]

    assert kotlin_faults(sources, tmp_path / "classes") == []


@pytest.mark.slow
def test_kotlin_finds_what_leads_nowhere_is_called_otherwise_or_is_there_twice(app, aapt2, tmp_path):
    _, linked_app = packaged(app, aapt2)
    ui, vectors = (app.folder / "java" / "com" / "example" / name for name in ("ui", "vectors"))
    wrong = {
        ui / "Colors.kt": ("R.color.text_primary", "R.color.text_primal"),
        ui / "Icons.kt": ("painter = ", "paint = "),
        ui / "Typography.kt": ("val caption ", "val heading_large "),
        next(vectors.glob("*.kt")): ("import androidx.compose.ui.graphics.SolidColor\n", ""),
    }
    for path, (old, new) in wrong.items():
        text = path.read_text()
        assert old in text
        write(tmp_path / path.name, text.replace(old, new, 1).encode())

    found = kotlin_faults([*(tmp_path / path.name for path in wrong), java_folder(linked_app)], tmp_path / "classes")

    assert {path.name for path, _ in found} == {path.name for path in wrong}


@pytest.mark.slow
def test_kotlin_compiles_all_drawings(tmp_path):
    assert kotlin_faults([write_vectors(tmp_path / "vectors", most=1_000_000)], tmp_path / "classes") == []


def write_vectors(folder, most):
    """Write an ImageVector of each drawing of the converter's tests that code can draw, and in so many characters."""
    for index, drawing in enumerate((*DRAWINGS.values(), *DRAWN.values())):
        options = ImageVector(name=f"Drawing{index}", package="drawings", preview=index == 0)
        with suppress(ConversionError):
            text = convert(drawing.encode(), (options,))
            if len(text) <= most:
                write(folder / f"Drawing{index}.kt", text)
    assert len(list(folder.iterdir())) >= 20
    return folder
