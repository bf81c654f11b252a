"""Incremental runs against the simulated Figma: what they ask for, what they write, what they take away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections import Counter

import pytest

pytestmark = pytest.mark.usefixtures("library")

LIGHT, DARK = "LightLibrary", "DarkLibrary"
WEB = """\
figma: {{lightFileId: {key}}}
common: {{cache: {{enabled: {enabled}, granular: {granular}}}}}
web:
  output: out/{name}
  icons: {{outputDirectory: src, svgDirectory: icons, generateReactComponents: false}}
"""
CACHED = ("batch", "app.yaml", "--cache")
GRANULAR = ("batch", "app.yaml", "--experimental-granular-cache")


def web(key=LIGHT, name="web", *, enabled=True, granular=False):
    return WEB.format(key=key, name=name, enabled=str(enabled).lower(), granular=str(granular).lower())


@pytest.fixture(autouse=True)
def without_workers(app):
    """Start no workers where nothing depends on them: that is quicker."""
    app.environment["EXFIG_MP_WORKERS"] = "0"


class Watch:
    """Counts what a run asks Figma and the store for, and sees which files it writes."""

    def __init__(self, project, *arguments):
        self.project, self.arguments = project, arguments
        self.first: dict[str, bytes] = {}

    def __call__(self, *more, code=0):
        figma, folder = self.project.figma, self.project.folder
        before, seen = self._stats(folder), len(figma.log())
        ran, self.report = self.project.report(*self.arguments, *more)
        assert ran.code == code, ran.text
        self.text = ran.text
        self.calls = Counter(entry["kind"] for entry in figma.log()[seen:])
        after = self._stats(folder)
        self.written = sorted(path for path, stat in after.items() if before.get(path) != stat)
        self.gone = sorted(set(before) - set(after))
        return self.calls

    @staticmethod
    def _stats(folder):
        ours = (path for top in ("out", ".exfig-cache") for path in (folder / top).rglob("*") if path.is_file())
        return {
            str(path.relative_to(folder)): (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            for path in ours
            for stat in [path.stat()]
        }


@pytest.fixture
def warm(library, app):
    """A project that was exported once with the cache, and a watch over its next runs."""
    assert app.figma is library  # which begins anew before this run, not after it
    watch = Watch(app, *CACHED)
    watch()
    watch.first = app.tree()
    return watch


def design(figma, *edits, files=(LIGHT,)):
    for file in files:
        figma.post("/_simulator/design", {"file": file, "edits": list(edits)})


def test_an_unchanged_file_costs_one_cheap_call_and_no_write(warm, app):
    assert warm() == {"meta": 2}
    assert warm.written == warm.gone == []
    assert app.tree() == warm.first
    assert (warm.report["skipped"], warm.report["downloaded"]) == (warm.report["renders"], 0)

    warm()  # what the second run only found in place, it has remembered too
    assert (warm.report["skipped"], warm.report["downloaded"]) == (warm.report["renders"], 0)


def test_missing_and_edited_files_come_back_without_a_call_or_a_download(warm, app):
    drawings = sorted((app.folder / "out").rglob("*.svg"))
    drawings[0].unlink()
    drawings[1].write_text("<svg>edited</svg>")

    assert warm() == {"meta": 2}
    assert app.tree() == warm.first

    shutil.rmtree(app.folder / "out")
    assert warm() == {"meta": 2}
    assert app.tree() == warm.first


def test_a_file_of_the_right_size_with_other_bytes_is_not_taken_for_ours(warm, app):
    drawing = next((app.folder / "out").rglob("*.png"))
    body = drawing.read_bytes()
    drawing.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))

    assert warm() == {"meta": 2}
    assert drawing.read_bytes() == body


def test_a_changed_file_is_drawn_anew_and_the_other_is_not(warm, library, app):
    design(library, {"do": "redraw", "name": "accessibility-00001"})

    calls = warm()

    assert (calls["meta"], calls["components"]) == (2, 1)
    assert {entry["path"].split("/")[3].partition("?")[0] for entry in library.log("images")[-calls["images"] :]} == {
        LIGHT
    }
    changed = {path for path, body in app.tree().items() if warm.first[path] != body}
    assert changed
    assert all("accessibility" in path.lower() for path in changed)


def test_granular_runs_draw_only_what_looks_different(library, app):
    watch = Watch(app, *GRANULAR)
    watch()
    first = app.tree()
    assert watch() == {"meta": 2}

    design(library, {"do": "redraw", "name": "accessibility-00001"}, {"do": "move", "name": "alarm-clock-off-00003"})
    design(library, {"do": "rename", "name": "air-vent-00002", "to": "air-vent-00002"}, {"do": "touch"})
    calls = watch()

    assert {kind: calls[kind] for kind in ("meta", "components", "nodes")} == {"meta": 2, "components": 1, "nodes": 1}
    assert calls["images"] == 1  # all platforms want it as SVG
    assert calls["cdn"] == 1
    changed = {path for path, body in app.tree().items() if first.get(path) != body}
    assert changed
    assert all("accessibility" in path.lower() for path in changed)
    assert {path for path in watch.written if path.startswith("out")} == {f"out/{path}" for path in changed}


@pytest.mark.parametrize(
    "do", ["redraw", *(pytest.param(do, marks=pytest.mark.slow) for do in ("recolour", "resize", "restyle"))]
)
def test_whatever_changes_its_looks_is_drawn_anew(library, app, do):
    app.write("web.yaml", web(granular=True))
    watch = Watch(app, "batch", "web.yaml")
    watch()
    design(library, {"do": do, "name": "accessibility-00001"})

    watch()

    assert (app.folder / "out/web/icons/accessibility_00001.svg").read_bytes() == library.drawing(
        LIGHT,
        library.ids()["accessibility-00001"],
        "format=svg&use_absolute_bounds=true&svg_include_id=false&svg_simplify_stroke=false",
    )
    assert watch.report["downloaded"] == 1


@pytest.mark.slow
def test_a_look_that_comes_back_is_never_stale(library, app):
    """Drawn, changed, changed back: each run writes what Figma shows then."""
    app.write("web.yaml", web(granular=True))
    watch = Watch(app, "batch", "web.yaml")
    path = app.folder / "out/web/icons/accessibility_00001.svg"
    seen = []
    for colour in ("#FF0000", "#00FF00", "#FF0000", "#00FF00"):
        design(library, {"do": "recolour", "name": "accessibility-00001", "colour": colour})
        watch()
        seen.append(colour in path.read_text().upper())

    assert seen == [True] * 4


@pytest.mark.slow
def test_force_exports_everything_anew_and_refreshes_what_is_remembered(warm):
    calls = warm("--force")
    assert calls["images"] > 0
    assert calls["components"] == 2
    assert warm() == {"meta": 2}


@pytest.mark.slow
def test_without_the_cache_everything_is_asked_for(warm):
    assert Watch(warm.project, "batch", "app.yaml", "--no-cache")()["images"] > 0


@pytest.mark.slow
def test_the_config_may_switch_it_on_and_the_command_line_off(app):
    app.write("web.yaml", web())
    watch = Watch(app, "batch", "web.yaml")
    watch()
    assert watch() == {"meta": 1}
    assert watch("--no-cache")["images"] == 1


@pytest.mark.slow
def test_more_workers_another_folder_and_another_machine_find_it_too(warm, app, tmp_path_factory, new_project):
    app.environment["EXFIG_MP_WORKERS"] = "2"
    elsewhere = new_project(tmp_path_factory.mktemp("other-machine"))
    shutil.copytree(app.folder / ".exfig-cache", elsewhere.folder / ".exfig-cache")
    shutil.copytree(app.folder / "out", elsewhere.folder / "out")
    shutil.copy(app.folder / "app.yaml", elsewhere.folder / "app.yaml")
    watch = Watch(elsewhere, *CACHED, "--workers", "3")
    try:
        assert watch() == {"meta": 2}
        assert watch.written == []
        shutil.rmtree(elsewhere.folder / "out")
        assert watch() == {"meta": 2}
        assert elsewhere.tree() == warm.first
    finally:
        elsewhere.close()


@pytest.mark.usefixtures("warm")
def test_a_new_place_for_a_known_render_costs_no_call(app):
    app.write("more.yaml", web(name="elsewhere"))

    assert Watch(app, "batch", "more.yaml", "--cache")() == {"meta": 1}
    assert len(list((app.folder / "out/elsewhere").rglob("*.svg"))) == 24


def test_damage_to_the_cache_loses_what_is_damaged_and_no_more(warm, app):
    stored = sorted((app.folder / ".exfig-cache").rglob("renders/*/*"))
    for path in stored[:3]:
        path.write_bytes(path.read_bytes()[:-2])
    shutil.rmtree(app.folder / "out")

    calls = warm()

    assert calls["cdn"] == 3
    assert app.tree() == warm.first

    for path in (app.folder / ".exfig-cache").rglob("*.json"):
        path.write_bytes(b"\xff rubbish")
    calls = warm()
    assert (calls["meta"], calls["components"], calls["images"]) == (2, 2, 0)
    assert app.tree() == warm.first


def test_a_cache_that_cannot_be_written_costs_calls_and_no_asset(app, finished_tree):
    (app.folder / ".exfig-cache").write_bytes(b"in the way")

    watch = Watch(app, *CACHED)
    watch()

    assert app.tree() == finished_tree
    assert "nothing is remembered for later runs" in watch.text


def test_a_killed_run_has_not_paid_in_vain_even_without_resume(faulty, app):
    faulty({"on": "cdn", "do": "delay", "seconds": 0.15})
    app.environment["EXFIG_MP_WORKERS"] = "2"
    process = app.start(*CACHED)
    store = app.folder / ".exfig-cache"
    app.wait_until(lambda: len(list(store.rglob("renders/*/*"))) > 20)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    kept = len([path for path in store.rglob("renders/*/*") if not path.name.startswith(".")])
    faulty()

    watch = Watch(app, *CACHED)
    calls = watch()

    assert calls["cdn"] <= watch.report["renders"] - kept
    assert calls["components"] == 0
    assert watch() == {"meta": 2}
    assert app.temporary_files() == []


def test_two_runs_at_once_share_a_cache(app, finished_tree):
    app.write("web.yaml", web())
    first = app.start(*CACHED, "--state-dir", "one")
    second = app.start("batch", "web.yaml", "--cache", "--state-dir", "two")
    assert (app.end(first).code, app.end(second).code) == (0, 0)

    assert {path: body for path, body in app.tree().items() if path in finished_tree} == finished_tree
    assert Watch(app, *CACHED)() == {"meta": 2}
    assert Watch(app, "batch", "web.yaml", "--cache")() == {"meta": 1}


@pytest.mark.slow
def test_a_small_store_keeps_to_its_size_and_files_in_place_need_none(app):
    watch = Watch(app, *CACHED, "--cache-size", "20kB")
    watch()

    size = sum(path.stat().st_size for path in (app.folder / ".exfig-cache").rglob("renders/*/*"))
    assert 0 < size <= 20_000
    assert watch() == {"meta": 2}


def test_what_is_gone_from_figma_is_taken_away(warm, library, app):
    design(library, {"do": "delete", "name": "accessibility-00001", "publish": True}, files=(LIGHT, DARK))

    warm()

    gone = {path for path in warm.first if "accessibility00001" in path or "accessibility_00001" in path}
    assert set(warm.first) - set(app.tree()) == gone
    assert any(path.endswith("accessibility00001.imageset/Contents.json") for path in gone)
    assert not (app.folder / "out/ios/Assets.xcassets/Icons/accessibility00001.imageset").exists()
    assert warm.report["removed"] == len(gone)
    assert warm()["images"] == 0


def test_only_files_that_are_ours_and_unchanged_are_taken_away(warm, library, app):
    edited = app.folder / "out/web/icons/accessibility_00001.svg"
    edited.write_text("<svg>mine now</svg>")
    foreign = edited.with_name("foreign.svg")
    foreign.write_text("<svg>never ours</svg>")
    design(library, {"do": "delete", "name": "accessibility-00001", "publish": True}, files=(LIGHT, DARK))

    warm()

    assert edited.read_text() == "<svg>mine now</svg>"
    assert foreign.exists()
    assert not (app.folder / "out/flutter/icons/accessibility_00001.svg").exists()


@pytest.mark.slow
def test_many_stale_files_stay_unless_told_otherwise(library, app):
    app.write("web.yaml", web())
    watch = Watch(app, "batch", "web.yaml")
    watch()
    names = [name for name, node in library.ids().items() if node.startswith("551:")]
    design(library, *({"do": "delete", "name": name, "publish": True} for name in names[:12]))

    watch()
    assert watch.gone == []
    assert "--prune-all" in watch.text
    watch()
    assert watch.gone == []  # nor the next time

    watch("--prune-all")
    assert len(watch.gone) == 12


def test_nothing_is_taken_away_when_something_failed(library, faulty, app):
    app.write("web.yaml", web())
    watch = Watch(app, "batch", "web.yaml")
    watch()
    faulty({"on": "images", "do": "null_render", "names": ["air-vent-00002"], "sticky": True})
    design(library, {"do": "delete", "name": "accessibility-00001", "publish": True})

    watch(code=1)

    assert watch.gone == []


@pytest.mark.slow
def test_a_filtered_run_takes_nothing_away_and_forgets_nothing(app):
    app.write("web.yaml", web())
    Watch(app, "batch", "web.yaml")()
    watch = Watch(app, "icons", "accessib*", "-i", "web.yaml")

    assert watch() == {"meta": 1}
    assert [path for path in watch.gone if path.startswith("out")] == []
    assert Watch(app, "batch", "web.yaml")() == {"meta": 1}


def test_stale_files_go_without_the_cache_too(library, app):
    app.write("web.yaml", web(enabled=False))
    watch = Watch(app, "batch", "web.yaml")
    watch()
    design(library, {"do": "delete", "name": "accessibility-00001", "publish": True})

    watch()

    assert watch.gone == ["out/web/icons/accessibility_00001.svg"]


def test_a_run_draws_one_version_whatever_is_edited_meanwhile(library, app):
    app.write("web.yaml", web())
    watch = Watch(app, "batch", "web.yaml")
    watch()

    version = library.get(f"/v1/files/{LIGHT}/meta").json["file"]["version"]
    assert all(f"version={version}" in entry["path"] for entry in library.log("images"))


def test_a_plan_token_is_answered_although_it_cannot_name_a_version(simulator, app):
    simulator.simulate(
        {
            "limits": "off",
            "design": {"files": [{"key": LIGHT, "icons": 24}]},
            "tokens": [{"token": "figp_simulated"}],
        }
    )
    app.write("web.yaml", web())

    ran = app.run("batch", "web.yaml", FIGMA_PERSONAL_TOKEN="figp_simulated")

    assert ran.code == 0, ran.text
    assert len(app.tree()) == 24


def test_one_svg_gives_all_scales(app):
    app.write(
        "images.yaml",
        f"""\
figma: {{lightFileId: {LIGHT}}}
android:
  mainRes: out/res
  images: {{output: images, format: webp, scales: [1, 2, 3], sourceFormat: svg, webpOptions: {{encoding: lossless}}}}
flutter:
  output: out/lib
  images: {{output: out/flutter, scales: [1, 2], sourceFormat: svg}}
""",
    )
    watch = Watch(app, "images", "-i", "images.yaml", "--cache")

    calls = watch()

    assert (calls["images"], calls["cdn"]) == (1, 3)
    tree = app.tree()
    assert len(tree) == 3 * (3 + 2) + 1  # images.dart
    assert all(body[8:12] == b"WEBP" for path, body in tree.items() if path.endswith(".webp"))
    sizes = {path: int.from_bytes(body[16:20]) for path, body in tree.items() if path.endswith(".png")}
    assert set(sizes.values()) == {64, 128}
    assert watch() == {"meta": 1}

    next((app.folder / "out").rglob("*.webp")).unlink()
    assert watch() == {"meta": 1}
    assert app.tree() == tree


def test_the_report_says_what_came_from_the_cache(warm, app):
    next((app.folder / "out").rglob("*.svg")).unlink()

    warm()

    report = json.loads((app.folder / "report.json").read_bytes())
    assert (report["restored"], report["downloaded"]) == (1, 0)


def test_components_are_never_taken_for_those_of_a_later_version(faulty, app):
    """A file that is published between the two answers of the first run is not what the second one is told."""
    figma = faulty({"on": "meta", "do": "status", "status": 500, "requests": 1})
    app.write("web.yaml", web())
    process = app.start("batch", "web.yaml", "--retry-base", "1.5", "--retry-jitter", "0")
    app.wait_until(lambda: figma.seen()["endpoints"].get("meta"))
    time.sleep(0.5)
    edits = [{"do": "rename", "name": "accessibility-00001", "to": "zzz-new", "publish": True}]
    figma.post("/_simulator/design", {"file": LIGHT, "edits": edits})
    assert app.end(process).code == 0

    Watch(app, "batch", "web.yaml")()

    assert (app.folder / "out/web/icons/zzz_new.svg").exists()
    assert not (app.folder / "out/web/icons/accessibility_00001.svg").exists()


def test_what_was_spared_once_stays_until_it_is_told_to_go(app):
    app.write("web.yaml", web().replace("common: {", "common: {icons: {figmaFrameName: Illustrations}, "))
    watch = Watch(app, "batch", "web.yaml")
    watch()
    app.write("web.yaml", web())  # three files, then 24 others: all three are stale, and few

    for _ in range(3):
        watch()
        assert watch.gone == []
    watch("--prune-all")
    assert len(watch.gone) == 3


@pytest.mark.slow
def test_files_that_another_config_wants_are_not_taken_away(app):
    app.write("one.yaml", web())
    app.write("other.yaml", web())
    assert app.run("batch", "one.yaml", "other.yaml").code == 0
    app.write("one.yaml", web(name="elsewhere"))

    watch = Watch(app, "batch", "one.yaml", "--prune-all")
    watch()

    assert watch.gone == []
    assert len(watch.written) > 24


def test_a_file_under_another_name_of_its_folder_is_not_taken_away(app):
    (app.folder / "out").mkdir()
    (app.folder / "out/real").mkdir()
    (app.folder / "out/link").symlink_to("real")
    app.write("web.yaml", web(name="link"))
    watch = Watch(app, "batch", "web.yaml")
    watch()
    before = sorted((app.folder / "out/real").rglob("*.svg"))
    app.write("web.yaml", web(name="real"))

    watch("--prune-all")

    assert before
    assert sorted((app.folder / "out/real").rglob("*.svg")) == before


@pytest.mark.slow
def test_what_an_older_run_knows_is_no_reason_to_take_anything_away(library, faulty, app):
    faulty({"on": "cdn", "do": "delay", "seconds": 0.3})
    app.write("web.yaml", web())
    process = app.start("batch", "web.yaml", "--state-dir", "one", "--concurrent-downloads", "2")
    app.wait_until(lambda: library.seen()["cdn_requests"] > 5)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    library.post("/_simulator/design", {"file": LIGHT, "edits": [{"do": "add", "name": "brand-new", "publish": True}]})
    assert app.run("batch", "web.yaml", "--state-dir", "two").code == 0
    new = app.folder / "out/web/icons/brand_new.svg"
    assert new.exists()

    ran = app.run("batch", "web.yaml", "--state-dir", "one", "--resume")

    assert ran.code == 0, ran.text
    assert new.exists()
    watch = Watch(app, "batch", "web.yaml")
    watch()
    assert new.exists()


def test_what_is_in_place_although_something_else_of_it_failed_is_remembered(library, app):
    """Illustrations that no vector drawable can hold: Flutter gets them, and loses them when they are gone."""
    app.write(
        "both.yaml",
        f"""\
figma: {{lightFileId: {LIGHT}}}
android: {{mainRes: out/res, images: {{output: images, format: svg}}}}
flutter: {{output: out/lib, images: {{output: out/flutter, format: svg}}}}
""",
    )
    watch = Watch(app, "images", "-i", "both.yaml")
    watch(code=1)
    name = next(name for name, node in library.ids().items() if node.startswith("620:"))
    design(library, {"do": "delete", "name": name, "publish": True})
    app.write("both.yaml", (app.folder / "both.yaml").read_text().replace("android: {", "x: {"))

    watch("--prune-all")

    assert any(path.startswith("out/flutter/") for path in watch.gone)


def test_a_run_that_is_overtaken_takes_nothing_away_that_the_other_wrote(library, faulty, app):
    faulty({"on": "cdn", "do": "delay", "seconds": 0.2})
    app.write("web.yaml", web())
    overtaken = app.start("batch", "web.yaml", "--state-dir", "one", "--concurrent-downloads", "2")
    app.wait_until(lambda: library.seen()["cdn_requests"] > 3)
    os.kill(overtaken.pid, signal.SIGSTOP)
    design(library, {"do": "add", "name": "brand-new", "publish": True})
    assert app.run("batch", "web.yaml", "--state-dir", "two", "--concurrent-downloads", "50").code == 0
    os.kill(overtaken.pid, signal.SIGCONT)

    assert app.end(overtaken).code == 0

    assert (app.folder / "out/web/icons/brand_new.svg").exists()
