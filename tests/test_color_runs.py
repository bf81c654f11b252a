"""Whole runs with colours against the simulated Figma: the trees that they write, and what they ask for."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import DARK, LIGHT, XCODE
from tests.references import loose_ends, twins

GOLDEN = Path(__file__).parent / "golden" / "colors"
DEMO = "DemoLightLibrary000001"
STYLES_XML = "out/android/res/values/styles.xml"
START, END = (f"<!-- FIGMA COLORS MARKER {word}: Theme.App -->" for word in ("START", "END"))
OWN_STYLES = (
    f"<resources>\n  <style name='Theme.App'>\n    {START}\n    {END}\n    <!-- mine -->\n  </style>\n</resources>\n"
)

PLATFORMS = (
    XCODE
    + """\
  colors:
    useColorAssets: true
    assetsFolder: Colors
    nameStyle: camelCase
    groupUsingNamespace: true
    colorSwift: out/ios/UIColor+App.swift
    swiftuiColorSwift: out/ios/Color+App.swift
android:
  mainRes: out/android/res
  mainSrc: out/android/java
  resourcePackage: com.example
  colors:
    composePackageName: com.example.ui
    themeAttributes: {enabled: true, themeName: Theme.App, autoCreateMarkers: true}
flutter: {output: out/flutter, colors: {}}
web: {output: out/web, colors: {jsonFileName: theme.json}}
"""
)
STYLES = f"figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}\n"
SINGLE = f"""\
figma: {{lightFileId: {LIGHT}}}
common:
  colors:
    useSingleFile: true
    darkModeSuffix: /secondary
    lightHCModeSuffix: /pressed
    nameValidateRegexp: "^(.+?)(_primary|_default)?$"
    nameReplaceRegexp: "$1"
"""
VARIABLES = f"""\
common:
  variablesColors: {{tokensFileId: {DEMO}, tokensCollectionName: Theme, lightModeName: Light, darkModeName: Dark}}
"""
WEB = f"""\
figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}
web:
  output: out
  icons: {{outputDirectory: src, svgDirectory: icons, generateReactComponents: false}}
  colors: {{}}
"""


@pytest.fixture
def palette(project):
    """A folder with a file of Android styles that belongs to the user."""
    project.write(STYLES_XML, OWN_STYLES)
    return project


def assert_golden(case, project):
    """Compare the tree with what is written down of it: a text for each platform, with a line before each file."""
    tree = project.tree()
    for platform in ("ios", "android", "flutter", "web"):
        files = {path: body for path, body in tree.items() if path.startswith(platform)}
        text = "".join(f"=== {path}\n{body.decode()}\n" for path, body in files.items())
        assert text.rstrip() == (GOLDEN / f"{case}-{platform}.txt").read_text("utf-8").rstrip(), platform
    assert (loose_ends(tree), twins(tree)) == ([], [])


def test_styles_of_light_and_dark_files_become_the_trees_of_all_platforms(library, palette):
    palette.write("app.yaml", STYLES + PLATFORMS)

    ran, report = palette.report("batch", "app.yaml")

    assert ran.code == 0, ran.text
    assert_golden("styles", palette)
    assert library.calls() == {"styles": 2, "nodes": 2}
    assert (report["files"], report["indexFiles"], report["renders"]) == (21, 0, 0)
    assert report["configs"] == [{"config": "app.yaml", "files": 21, "failed": 0, "new": 21 + 1, "changed": 1}]
    assert palette.state() == palette.temporary_files() == []


def test_styles_of_one_file_are_told_apart_by_suffixes(library, palette):
    palette.write("exfig.yaml", SINGLE + PLATFORMS)

    ran = palette.run("colors", "background*,accent*,danger")

    assert ran.code == 0, ran.text
    assert_golden("single", palette)
    assert library.calls() == {"styles": 1, "nodes": 1}


def test_modes_of_variables_become_the_trees_of_all_platforms(demo, palette):
    palette.write("tokens.yaml", VARIABLES + PLATFORMS)

    ran = palette.run("colors", "background/*,overlay/*", "-i", "tokens.yaml")

    assert ran.code == 0, ran.text
    assert_golden("variables", palette)
    assert demo.calls() == {"variables": 1}


def test_what_one_colour_lacks_stops_no_other_and_a_resume_asks_nothing_again(demo, project):
    project.write("tokens.yaml", VARIABLES + "web: {output: out, colors: {}}\n")
    project.write("out/variables.ts/in the way", "")

    ran, report = project.report("batch", "tokens.yaml")

    assert ran.code == 1
    lacking, blocked = report["failures"]
    assert (lacking["entry"], lacking["cause"], "'foreign'" in lacking["message"]) == ("web.colors", "config", True)
    assert (blocked["entry"], blocked["cause"]) == ("web.colors", "disk")
    assert "--danger: #D70015;" in project.tree()["theme.css"].decode()
    manifest = json.loads((project.folder / ".exfig-checkpoint.json").read_bytes())
    assert (manifest["completed"]["colors"], manifest["pending"]["colors"]) == (False, True)
    seen = len(demo.log())

    again = project.run("batch", "tokens.yaml", "--resume")

    assert again.code == 1
    assert demo.calls(seen) == {}
    shutil.rmtree(project.folder / "out/variables.ts")
    last = project.run("batch", "tokens.yaml", "--resume")
    assert (last.code, demo.calls(seen)) == (1, {})
    assert "danger" in project.tree()["variables.ts"].decode()
    assert project.state() == [], "what is left is in Figma"


@pytest.mark.slow
def test_with_the_cache_an_unchanged_file_costs_one_cheap_call_and_what_is_stale_goes(library, palette):
    palette.write("app.yaml", STYLES + PLATFORMS)
    palette.write("icons.yaml", WEB.replace("colors: {}", ""))
    web = palette.folder / "out/web/theme.css"

    def run():
        seen = len(library.log())
        ran, report = palette.report("batch", "app.yaml", "icons.yaml", "--cache")
        assert ran.code == 0, ran.text
        return library.calls(seen) - Counter(cdn=1000, images=1000), report

    assert run()[0] == {"meta": 2, "components": 2, "styles": 2, "nodes": 2}
    first, written = palette.tree(), web.stat().st_mtime_ns

    assert run()[0] == {"meta": 2}
    assert (palette.tree(), web.stat().st_mtime_ns) == (first, written)

    library.post("/_simulator/design", {"file": DARK, "edits": [{"do": "touch"}]})
    web.unlink()
    palette.write("app.yaml", (palette.folder / "app.yaml").read_text().replace("swiftuiColorSwift", "#"))
    asked, report = run()
    assert asked == {"meta": 2, "components": 1, "styles": 1, "nodes": 1}
    assert report["removed"] == 1
    assert palette.tree() == {path: body for path, body in first.items() if path != "ios/Color+App.swift"}


@pytest.mark.slow
def test_few_files_are_not_pruned_at_once_unless_told_to(library, project):
    project.write("web.yaml", STYLES + "web: {output: out, colors: {}}\n")
    assert project.run("batch", "web.yaml").code == 0
    project.write("web.yaml", STYLES + "web: {output: out, colors: {cssFileName: colors.css}}\n")

    kept = project.run("batch", "web.yaml")
    assert "1 files of earlier runs" in kept.err
    assert sorted(project.tree()) == ["colors.css", "theme.css", "variables.ts"]

    _, report = project.report("batch", "web.yaml", "--prune-all")
    assert report["removed"] == 1
    assert sorted(project.tree()) == ["colors.css", "variables.ts"]
    assert library.calls()["meta"] == 0


@pytest.mark.slow
def test_force_asks_for_colours_again_and_damage_costs_calls_only(library, project):
    project.write("web.yaml", STYLES + "web: {output: out, colors: {}}\n")
    everything = {"meta": 2, "styles": 2, "nodes": 2}

    for arguments, expected in ((), everything), (("--force",), everything), ((), {"meta": 2}):
        seen = len(library.log())
        assert project.run("batch", "web.yaml", "--cache", *arguments).code == 0
        assert library.calls(seen) == expected

    for record in (project.folder / ".exfig-cache").rglob("tokens/*.json"):
        record.write_bytes(record.read_bytes()[:-3])
    seen = len(library.log())
    assert project.run("batch", "web.yaml", "--cache").code == 0
    assert library.calls(seen) == everything


@pytest.mark.slow
@pytest.mark.parametrize("on", ["styles", "nodes"])
def test_icons_are_done_though_colours_cannot_be_had(faulty, project, on):
    figma = faulty({"on": on, "do": "status", "status": 404})
    project.write("web.yaml", WEB)

    ran, report = project.report("batch", "web.yaml")

    assert ran.code == 1
    assert {(one["entry"], one["cause"]) for one in report["failures"]} == {("web.colors", "not_found")}
    assert len([path for path in project.tree() if path.endswith(".svg")]) == 48
    assert figma.calls()["styles"] == 2


@pytest.mark.slow
def test_a_missing_scope_is_named(simulator, project):
    token = {"token": "figd_simulator", "scopes": ["file_content:read", "library_content:read", "file_metadata:read"]}
    simulator.simulate({"limits": "off", "tokens": [token]})
    project.write("tokens.yaml", VARIABLES + "web: {output: out, colors: {}}\n")

    ran = project.run("batch", "tokens.yaml")

    assert ran.code == 3
    assert "file_variables:read" in ran.err


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_a_file_that_cannot_be_written_stops_no_other(palette):
    palette.write("app.yaml", STYLES + PLATFORMS)
    (palette.folder / "out/ios/Assets.xcassets/Colors").mkdir(parents=True)
    (palette.folder / "elsewhere").mkdir()
    (palette.folder / "out/ios/Assets.xcassets/Colors/danger.colorset").symlink_to(palette.folder / "elsewhere")
    palette.write(STYLES_XML, "<resources/>\n")

    ran, report = palette.report("batch", "app.yaml")

    assert ran.code == 1
    assert sorted((one["entry"], one["cause"]) for one in report["failures"]) == [
        ("android.colors", "config"), ("ios.colors", "disk"),
    ]  # fmt: skip
    assert list((palette.folder / "elsewhere").iterdir()) == []
    assert (palette.folder / STYLES_XML).read_text() == "<resources/>\n"
    assert report["files"] == 20


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_two_texts_between_the_same_markers_are_refused_before_anything_is_written(palette):
    palette.write("a.yaml", STYLES + PLATFORMS)
    other = STYLES + PLATFORMS.replace("out/", "b/").replace("b/android/res", "out/android/res")
    palette.write(
        "b.yaml",
        other.replace(f", darkFileId: {DARK}", "").replace("autoCreateMarkers: true", "nameTransform: {prefix: x}"),
    )
    before = palette.tree()

    ran = palette.run("batch", "a.yaml", "b.yaml")

    assert ran.code == 2
    assert palette.tree() == before
    assert palette.run("validate", "a.yaml", "b.yaml").code == 2


@pytest.mark.usefixtures("library")
def test_a_dry_run_counts_the_users_own_files_that_get_text(palette):
    palette.write("app.yaml", STYLES + PLATFORMS)
    own = {str(palette.folder / "out/android/res" / name) for name in ("values/attrs.xml", "values/styles.xml")}

    before = fates(palette)
    assert own <= before["write"]
    assert not (palette.folder / "out/android/res/values/attrs.xml").exists(), "nothing is touched"

    assert palette.run("colors", "-i", "app.yaml").code == 0
    after = fates(palette)

    assert own <= after["keep"]
    assert after["write"] == set()


@pytest.mark.usefixtures("library")
def test_a_dry_run_says_which_markers_are_missing(palette):
    palette.write("app.yaml", STYLES + PLATFORMS)
    palette.write(STYLES_XML, "<resources/>\n")

    ran = palette.run("colors", "-i", "app.yaml", "--dry-run")

    assert ran.code == palette.run("colors", "-i", "app.yaml").code == 1
    assert "styles.xml has no marker" in ran.err


def fates(project):
    ran = project.run("colors", "-i", "app.yaml", "--dry-run", "--report", "plan.json")
    assert ran.code == 0, ran.text
    found = json.loads((project.folder / "plan.json").read_bytes())["files"]
    return {fate: set(found.get(fate, ())) for fate in ("write", "keep")}
