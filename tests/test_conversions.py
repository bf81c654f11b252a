"""Whole runs whose files are converted: drawables and WebP, what cannot be made, and what Android's packager says."""

from __future__ import annotations

import pytest

from exfig_mp.conversions import Webp
from exfig_mp.convert import convert
from tests.android_packager import compiled, linked
from tests.code_judges import faults

LIGHT, DARK = "LightLibrary", "DarkLibrary"
ANDROID = f"""\
figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}
android:
  mainRes: out
  icons: {{output: icons, pathPrecision: 3}}
  images: {{output: images, format: webp, scales: [1, 2], sourceFormat: svg}}
"""
ARROW_LEFT = """\
<?xml version="1.0" encoding="utf-8"?>
<vector
    xmlns:android="http://schemas.android.com/apk/res/android"
    android:width="24dp"
    android:height="24dp"
    android:viewportWidth="24"
    android:viewportHeight="24"
    android:autoMirrored="true">
    <path
        android:pathData="m12 19-7-7 7-7"
        android:strokeColor="#1A1A1A"
        android:strokeWidth="2"
        android:strokeLineCap="round"
        android:strokeLineJoin="round"/>
    <path
        android:pathData="M19 12H5"
        android:strokeColor="#1A1A1A"
        android:strokeWidth="2"
        android:strokeLineCap="round"
        android:strokeLineJoin="round"/>
</vector>"""
"""Its description in Figma says `rtl`."""

EFFECTS = f"""\
figma: {{lightFileId: {LIGHT}}}
android: {{mainRes: out/android, images: {{output: images, format: svg}}}}
flutter: {{output: out/lib, images: {{output: out/flutter, format: svg}}}}
web:
  output: out/web
  images: {{outputDirectory: src, assetsDirectory: images, generateReactComponents: false}}
"""


@pytest.mark.usefixtures("library")
def test_the_android_tree_is_the_same_on_every_run_and_with_any_number_of_workers(project):
    project.write("app.yaml", ANDROID)
    trees = []
    for workers in ("0", "1", "3"):
        ran = project.run("batch", "app.yaml", "--workers", workers)
        assert ran.code == 0, ran.text
        trees.append(project.tree())
        (project.folder / "out").rename(project.folder / f"out-{workers}")

    assert trees[0] == trees[1] == trees[2]
    assert len(trees[0]) == 2 * (24 + 3 * 2)
    assert trees[0]["icons/drawable/arrow_left_00023.xml"].decode() == ARROW_LEFT
    assert trees[0]["icons/drawable-night/arrow_left_00023.xml"].decode() == ARROW_LEFT.replace("#1A1A1A", "#F2F2F2")
    mirrored = {path for path, body in trees[0].items() if b"autoMirrored" in body}
    assert mirrored == {path for path in trees[0] if "arrow_left" in path or "arrow_right" in path}


@pytest.mark.usefixtures("library")
def test_icons_are_kotlin_files_where_the_config_says_so(project):
    kotlin = (
        "composeFormat: imageVector, composePackageName: com.example.icons, composeExtensionTarget: com.example.App"
    )
    project.write(
        "app.yaml",
        f"figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}\n"
        f"android: {{mainRes: out/res, mainSrc: out/src, icons: {{output: icons, {kotlin}}}}}\n",
    )

    ran = project.run("batch", "app.yaml", "--workers", "2")

    assert ran.code == 0, ran.text
    tree = {path: body.decode() for path, body in project.tree().items()}
    assert len(tree) == 48
    assert {path.rpartition("/")[0] for path in tree} == {"src/com/example/icons"}
    arrow = tree["src/com/example/icons/ArrowLeft00023.kt"]
    assert "public val App.ArrowLeft00023: ImageVector" in arrow
    assert "autoMirror = true" in arrow
    assert "SolidColor(Color(0xFFF2F2F2))" in tree["src/com/example/icons/ArrowLeft00023Dark.kt"]
    assert [fault for path, text in tree.items() for fault in faults(path, text)] == []


def test_what_cannot_be_converted_fails_by_name_and_costs_no_other_platform_anything(library, project):
    project.write("app.yaml", EFFECTS)
    old = project.write("out/android/images/drawable/airplane_00000.xml", "<vector/>")
    names = sorted(name for name, node in library.ids().items() if node.startswith("620:"))

    ran, report = project.report("batch", "app.yaml", "--workers", "2")

    assert ran.code == 1
    assert sorted((one["asset"], one["cause"], one["entry"]) for one in report["failures"]) == [
        (name, "conversion", "android.images") for name in names
    ]
    assert all("the SVG holds an effect (filter of fe" in one["message"] for one in report["failures"])
    assert all(name in ran.err for name in names)
    assert old.read_text() == "<vector/>"
    tree = project.tree()
    files = [f"{folder}/{name.replace('-', '_')}.svg" for folder in ("flutter", "web/images") for name in names]
    assert {path for path in tree if not path.endswith(".dart")} == {
        *files,
        "android/images/drawable/airplane_00000.xml",
    }
    assert project.temporary_files() == []

    again = project.run("batch", "app.yaml", "--resume")

    assert again.code == 1
    assert library.seen()["endpoints"]["images"] == 1, "the URLs are known"
    assert project.tree() == tree


def test_a_warm_run_writes_nothing_again_that_is_in_place_beside_what_cannot_be_converted(library, project):
    project.write("app.yaml", EFFECTS)
    assert project.run("batch", "app.yaml", "--cache").code == 1
    before = {path: path.stat().st_ino for path in (project.folder / "out").rglob("*") if path.is_file()}
    seen = library.seen()

    ran, report = project.report("batch", "app.yaml", "--cache")

    assert ran.code == 1
    assert {one["cause"] for one in report["failures"]} == {"conversion"}
    assert {one["entry"] for one in report["failures"]} == {"android.images"}, "the others have theirs"
    assert {path: path.stat().st_ino for path in (project.folder / "out").rglob("*") if path.is_file()} == before
    assert library.seen()["cdn_requests"] == seen["cdn_requests"]
    assert library.seen()["endpoints"]["images"] == seen["endpoints"]["images"]

    lost = min(path for path in before if path.suffix == ".svg")
    lost.unlink()
    assert project.run("batch", "app.yaml", "--cache").code == 1
    assert lost.exists(), "what is missing is still restored from the cache"


def test_however_many_cannot_be_converted_the_run_goes_on(faulty, project):
    figma = faulty(design={"files": [{"key": LIGHT, "illustrations": 42, "icons": 0}]})
    project.write("app.yaml", EFFECTS)

    ran, report = project.report("batch", "app.yaml", "--workers", "2")

    assert ran.code == 1
    assert {one["cause"] for one in report["failures"]} == {"conversion"}
    assert len(report["failures"]) >= 30, "more in a row than a run bears of a store that fails"
    assert figma.seen()["cdn_requests"] == 42
    assert len(project.tree("out/web")) == len(project.tree("out/flutter")) == 42


@pytest.mark.parametrize(
    ("options", "made"),
    [
        ((), Webp(quality=80)),
        (("--webp-quality", "30"), Webp(quality=30)),
        (("--webp-encoding", "lossless"), Webp(lossless=True)),
    ],
)
def test_fetch_makes_webp_of_the_png_that_figma_draws(options, made, library, project):
    ran = project.run(
        *("fetch", "-f", LIGHT, "-r", "Illustrations", "-o", "out", "--format", "webp", "--scale", "2"), *options
    )

    assert ran.code == 0, ran.text
    ids = {name: node for name, node in library.ids().items() if node.startswith("620:")}
    drawn = {
        name: library.drawing(LIGHT, node, "format=png&use_absolute_bounds=true&scale=2") for name, node in ids.items()
    }
    assert project.tree() == {f"{name}.webp": convert(body, (made,)) for name, body in drawn.items()}


def test_androids_packager_takes_what_is_written(aapt2, faulty, project):
    everything = {"key": LIGHT, "icons": 24, "illustrations": 42}
    faulty(design={"files": [everything, {"key": DARK, "dark_of": LIGHT}]})
    project.write("app.yaml", ANDROID)
    project.write("vectors.yaml", EFFECTS)  # the few without effects are full of gradients
    for config, code in (("app.yaml", 0), ("vectors.yaml", 1)):
        ran = project.run("batch", config, "--restart")
        assert ran.code == code, ran.text

    for folder in ("icons", "images", "android/images"):
        archive = project.folder / f"{folder.replace('/', '-')}.zip"
        files = sorted((project.folder / "out" / folder).glob("*/*"))
        assert files
        assert compiled(aapt2, files, archive) == ""
        assert linked(aapt2, archive, archive.with_suffix(".apk")) == ""
    assert any(b"aapt:attr" in body for body in project.tree("out/android").values())
