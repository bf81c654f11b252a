"""`--dry-run`: what it says is what the run does, and it touches nothing."""

from __future__ import annotations

import json
from collections import Counter

import pytest

LIGHT, DARK = "LightLibrary", "DarkLibrary"

pytestmark = pytest.mark.usefixtures("library")


def plan_of(project, *arguments):
    """Return what a dry run says, and what it printed; the JSON goes to a folder of its own."""
    ran = project.run(*arguments, "--dry-run", "--report", "plan/plan.json")
    assert ran.code == 0, ran.text
    return json.loads((project.folder / "plan/plan.json").read_bytes()), ran


def files_of(project):
    found = (path for path in project.folder.rglob("*") if path.is_file() and "plan" not in path.parts)
    return {
        str(path.relative_to(project.folder)): path.stat().st_mtime_ns
        for path in found
        if ".home" not in path.parts  # what Figma's limits taught is for all runs of a user
    }


def test_it_says_what_the_run_then_does(app, library):
    before = files_of(app)
    plan, ran = plan_of(app, "batch", "app.yaml")
    assert files_of(app) == before
    asked = len(library.log())

    done = app.run("batch", "app.yaml", "-q")

    assert done.code == 0, done.text
    out = {str(path) for path in (app.folder / "out").rglob("*") if path.is_file()}
    assert set(plan["files"]["write"]) == out
    assert plan["configs"] == [
        {"config": "app.yaml", "write": len(out), "restore": 0, "keep": 0, "remove": 0, "stale": 0}
    ]
    calls = Counter(entry["kind"] for entry in library.log()[asked:] if entry["kind"] != "cdn")
    assert {call["endpoint"]: call["count"] for call in plan["calls"]} == calls
    assert plan["toRender"] == plan["renders"] > 0
    assert "Dry run: no file was touched." in ran.out


def test_it_knows_what_is_in_place_in_the_cache_and_stale(app, library):
    app.run("batch", "app.yaml", "--cache")
    for key in (LIGHT, DARK):
        edits = [{"do": "delete", "name": "accessibility-00001", "publish": True}]
        library.post("/_simulator/design", {"file": key, "edits": edits})
    missing = min((app.folder / "out").rglob("air_vent_00002.svg"))
    missing.unlink()
    before = files_of(app)

    plan, _ = plan_of(app, "batch", "app.yaml", "--experimental-granular-cache")
    assert files_of(app) == before

    done = app.run("batch", "app.yaml", "--experimental-granular-cache", "-q")
    assert done.code == 0, done.text
    removed = {str(app.folder / path) for path in set(before) - set(files_of(app)) if path.startswith("out")}
    assert set(plan["files"]["remove"]) == removed
    assert str(missing) in plan["files"]["write"]


@pytest.mark.slow
def test_a_missing_file_comes_from_the_cache_without_a_call(app):
    app.run("batch", "app.yaml", "--cache")
    missing = min((app.folder / "out").rglob("*.svg"))
    missing.unlink()

    plan, _ = plan_of(app, "batch", "app.yaml", "--cache")

    assert str(missing) in plan["files"]["restore"]
    assert {call["endpoint"] for call in plan["calls"]} == {"meta"}
    assert plan["toRender"] == 0
    assert "write" not in plan["files"]


def test_it_says_how_long_figmas_limits_take(app, simulator):
    simulator.simulate({"limits": "off", "design": {"files": [{"key": LIGHT, "icons": 1000}]}})
    app.write(
        "many.yaml",
        f"""\
figma: {{lightFileId: {LIGHT}, plan: starter}}
android:
  mainRes: out/res
  icons: {{output: icons, figmaFrameName: Icons}}
  images: {{output: images, format: png, figmaFrameName: Icons, scales: [1, 1.5, 2, 3, 4]}}
""",
    )

    del app.environment["EXFIG_MP_RATE_LIMIT"]  # which replaces Figma's

    plan, ran = plan_of(app, "batch", "many.yaml")

    calls = next(call["count"] for call in plan["calls"] if call["endpoint"] == "images")
    assert calls == 6 * 3  # 400, 400 and 200 of each kind
    assert plan["seconds"] == (calls - 6) * 432_000
    assert "5,184,000 s" in ran.out


def test_what_cannot_be_planned_is_said_with_the_exit_code_of_the_run(app):
    app.write("app.yaml", (app.folder / "app.yaml").read_text().replace("DarkLibrary", "NoSuchFile"))

    ran = app.run("batch", "app.yaml", "--dry-run")

    assert ran.code == 1
    assert "NoSuchFile" in ran.err
    assert "::error" not in ran.text


def test_what_cannot_be_planned_or_is_refused_is_annotated_for_a_runner(app):
    app.write("app.yaml", (app.folder / "app.yaml").read_text().replace("DarkLibrary", "NoSuchFile"))
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(app.folder / "summary.md")}

    unplanned = app.run("batch", "app.yaml", "--dry-run", **environment)
    refused = app.run("batch", "app.yaml", "--dry-run", FIGMA_PERSONAL_TOKEN="figd_nobodys", **environment)

    annotations = [line for line in unplanned.text.splitlines() if line.startswith("::error")]
    assert annotations
    assert all("NoSuchFile" in line for line in annotations)
    assert len([line for line in refused.text.splitlines() if line.startswith("::error")]) == 1
    assert not (app.folder / "summary.md").exists()


def test_a_refused_token_is_said(app):
    ran = app.run("batch", "app.yaml", "--dry-run", FIGMA_PERSONAL_TOKEN="figd_nobodys")

    assert ran.code == 3
    assert "token" in ran.err.lower()
