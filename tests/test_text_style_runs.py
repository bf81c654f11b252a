"""Whole runs with text styles against the simulated Figma: the trees that they write, and what they ask for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import LIGHT, XCODE
from tests.references import loose_ends, twins

GOLDEN = Path(__file__).parent / "golden" / "text_styles"
CONFIG = f"""\
figma: {{lightFileId: {LIGHT}}}
{XCODE}  addObjcAttribute: true
  typography:
    nameStyle: camelCase
    fontSwift: out/ios/UIFont+App.swift
    swiftUIFontSwift: out/ios/Font+App.swift
    generateLabels: true
    labelsDirectory: out/ios/Labels
    labelStyleSwift: out/ios/LabelStyle+App.swift
android:
  mainRes: out/android/res
  mainSrc: out/android/java
  resourcePackage: com.example
  typography: {{nameStyle: snake_case, composePackageName: com.example.ui}}
"""
REGEXP = 'common: {typography: {nameValidateRegexp: "^(heading|body)"}}\n'
OWN_FONTS = tuple(f"font/{name}" for name in ("inter_bold", "inter_medium", "inter_semibold", "roboto", "roboto_bold"))
COLORS = "web: {output: out/web, colors: {}}\n"


def test_text_styles_become_the_trees_of_both_platforms_and_share_their_calls_with_colours(library, project):
    project.write("app.yaml", CONFIG + COLORS)

    ran, report = project.report("batch", "app.yaml")

    assert ran.code == 0, ran.text
    tree = project.tree()
    for platform in ("ios", "android"):
        files = {path: body for path, body in tree.items() if path.startswith(platform)}
        text = "".join(f"=== {path}\n{body.decode()}\n" for path, body in files.items())
        assert text.rstrip() == (GOLDEN / f"{platform}.txt").read_text("utf-8").rstrip(), platform
    assert (loose_ends(tree, own=OWN_FONTS), twins(tree)) == ([], [])
    assert library.calls() == {"styles": 1, "nodes": 1}
    assert (report["files"], report["indexFiles"], report["renders"]) == (9, 0, 0)
    assert project.state() == project.temporary_files() == []


def test_what_cannot_be_exported_stops_no_other_and_is_counted(library, project):
    project.write("exfig.yaml", CONFIG + REGEXP)
    project.write("out/ios/Font+App.swift/in the way", "")

    ran = project.run("text-styles", "heading/*,caption", "--report", "r.json")

    assert ran.code == 1
    report = json.loads((project.folder / "r.json").read_bytes())
    assert [(one["entry"], one["cause"], "'caption'" in one["message"]) for one in report["failures"]] == [
        ("ios.typography", "config", True), ("android.typography", "config", True), ("ios.typography", "disk", False),
    ]  # fmt: skip
    assert project.tree()["ios/UIFont+App.swift"].count(b"@objc static func heading") == 2
    manifest = json.loads((project.folder / ".exfig-checkpoint.json").read_bytes())
    assert (manifest["completed"]["typography"], manifest["pending"]["typography"]) == (False, True)
    assert (manifest["completed"]["colors"], manifest["pending"]["colors"]) == (False, False)
    assert library.calls() == {"styles": 1, "nodes": 1}


@pytest.mark.slow
def test_a_dry_run_says_what_the_run_then_does(library, project):
    project.write("exfig.yaml", CONFIG)

    planned = project.run("typography", "--dry-run", "--report", "plan.json")

    assert planned.code == 0, planned.text
    assert project.tree() == {}
    plan = json.loads((project.folder / "plan.json").read_bytes())
    seen = len(library.log())
    assert project.run("typography").code == 0
    written = {str(project.folder / "out" / path) for path in project.tree()}
    assert set(plan["files"]["write"]) == written
    assert {call["endpoint"]: call["count"] for call in plan["calls"]} == library.calls(seen)


@pytest.mark.slow
def test_with_the_cache_an_unchanged_file_costs_one_cheap_call_and_what_is_stale_goes(library, project):
    project.write("app.yaml", CONFIG)
    font = project.folder / "out/ios/UIFont+App.swift"

    def run():
        seen = len(library.log())
        ran, report = project.report("batch", "app.yaml", "--cache")
        assert ran.code == 0, ran.text
        return library.calls(seen), report

    assert run()[0] == {"meta": 1, "styles": 1, "nodes": 1}
    first, written = project.tree(), font.stat().st_mtime_ns

    assert run()[0] == {"meta": 1}
    assert (project.tree(), font.stat().st_mtime_ns) == (first, written)

    library.post("/_simulator/design", {"file": LIGHT, "edits": [{"do": "touch"}]})
    font.unlink()
    project.write("app.yaml", CONFIG.replace("swiftUIFontSwift", "#"))
    asked, report = run()
    assert asked == {"meta": 1, "styles": 1, "nodes": 1}
    assert report["removed"] == 1
    assert project.tree() == {path: body for path, body in first.items() if path != "ios/Font+App.swift"}
