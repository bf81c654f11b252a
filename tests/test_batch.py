"""Whole runs of the command line against the simulated Figma: what is in the tree, and what it cost."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from exfig_mp.conversions import VectorDrawable
from exfig_mp.convert import convert

LIGHT, DARK = "LightLibrary", "DarkLibrary"
SVG = "format=svg&use_absolute_bounds=true&svg_include_id=false&svg_simplify_stroke=false"
PNG = "format=png&use_absolute_bounds=true&scale="
BROKEN = "accessibility-00001"
BROKEN_IMAGE_SET = "ios/Assets.xcassets/Icons/accessibility00001.imageset"

WEB = """\
figma: {{lightFileId: {key}}}
web:
  output: out/{name}
  icons: {{outputDirectory: src, svgDirectory: icons, generateReactComponents: false}}
"""


def snake(name):
    return name.replace("-", "_")


def camel(name):
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)


def expected_files(icons, images):
    """Return (path, file key, node, query) of every drawing that the config of all four platforms asks for."""
    for name, node in icons.items():
        for key, apple, android, suffix in ((LIGHT, "L", "drawable", ""), (DARK, "D", "drawable-night", "_dark")):
            catalog = f"ios/Assets.xcassets/Icons/{camel(name)}.imageset"
            yield f"{catalog}/{camel(name)}{apple}.svg", key, node, SVG
            yield f"android/res/icons/{android}/{snake(name)}.xml", key, node, SVG
            yield f"flutter/icons/{snake(name)}{suffix}.svg", key, node, SVG
            yield f"web/icons/{snake(name)}{suffix}.svg", key, node, SVG
    for name, node in images.items():
        for key, apple, android, suffix in ((LIGHT, "L", "drawable", ""), (DARK, "D", "drawable-night", "_dark")):
            catalog = f"ios/Assets.xcassets/Illustrations/{camel(name)}.imageset"
            for scale, density, folder in ((1, "mdpi", ""), (2, "xhdpi", "2.0x/")):
                yield f"{catalog}/{camel(name)}{apple}@{scale}x.png", key, node, f"{PNG}{scale}"
                yield f"android/res/illustrations/{android}-{density}/{snake(name)}.png", key, node, f"{PNG}{scale}"
                yield f"flutter/images/{folder}{snake(name)}{suffix}.png", key, node, f"{PNG}{scale}"
            yield f"web/images/{snake(name)}{suffix}.svg", key, node, SVG


def as_android_wants(path, body):
    """Return what a drawing becomes: a vector drawable if that is what the file is, else what it was."""
    mirrored = "arrow_left" in path or "arrow_right" in path  # their descriptions say so
    return convert(body, (VectorDrawable(right_to_left=mirrored),)) if path.endswith(".xml") else body


def image_calls(figma):
    """Return (file, query without ids, ids) of every request for renders."""
    calls = []
    for entry in figma.log("images"):
        parts = urlsplit(entry["path"])
        query = parse_qs(parts.query)
        ids = query.pop("ids")[0].split(",")
        calls.append((parts.path.rpartition("/")[2], json.dumps(query, sort_keys=True), ids))
    return calls


def test_the_tree_of_four_platforms_is_what_figma_drew(library, app):
    ran = app.run("batch", "app.yaml")
    seen, calls = library.seen(), image_calls(library)
    tree = app.tree()

    assert ran.code == 0, ran.text
    drawings = {path: body for path, body in tree.items() if not path.endswith(("Contents.json", ".dart"))}
    ids = library.ids()
    icons = {name: node for name, node in ids.items() if node.startswith("551:")}
    images = {name: node for name, node in ids.items() if node.startswith("620:")}
    expected = {path: (key, node, query) for path, key, node, query in expected_files(icons, images)}
    assert set(drawings) == set(expected)
    served = {what: library.drawing(*what) for what in set(expected.values())}
    made = {path: as_android_wants(path, served[what]) for path, what in expected.items()}
    assert [path for path, body in drawings.items() if body != made[path]] == []
    # What it cost: metadata once per file, each render once, whatever the number of its places.
    assert seen["endpoints"] == {"meta": 2, "components": 2, "images": 6}
    asked = [(key, query, node) for key, query, nodes in calls for node in nodes]
    assert len(asked) == len(set(asked)) == len(served) == seen["cdn_requests"]
    assert seen["violations"] == []


def test_contents_json_names_just_what_is_in_place(library, app):
    app.run("batch", "app.yaml")

    tree = app.tree("out/ios/Assets.xcassets")
    indexes = {path.rpartition("/")[0]: json.loads(body) for path, body in tree.items() if path.endswith(".json")}
    assert len(indexes) == 24 + 3 + 2, "image sets and the two folders around them"
    for folder, index in indexes.items():
        files = {path.rpartition("/")[2] for path in tree if path.rpartition("/")[0] == folder} - {"Contents.json"}
        assert {image["filename"] for image in index.get("images", [])} == files
    assert library.seen()["violations"] == []


@pytest.mark.usefixtures("library")
def test_the_same_input_gives_the_same_bytes_with_any_number_of_workers(app):
    trees = []
    for workers in ("1", "3", "8", "0"):
        ran = app.run("batch", "app.yaml", "--workers", workers)
        assert ran.code == 0, ran.text
        trees.append(app.tree())
        (app.folder / "out").rename(app.folder / f"out-{workers}")

    assert len(trees[0]) == 265
    assert trees[0] == trees[1] == trees[2] == trees[3]


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_a_run_over_a_finished_tree_changes_nothing(app):
    app.run("batch", "app.yaml")
    before = app.tree()
    indexes = {path: path.stat().st_mtime_ns for path in (app.folder / "out").rglob("Contents.json")}

    ran = app.run("batch", "app.yaml")

    assert ran.code == 0
    assert app.tree() == before
    assert {path: path.stat().st_mtime_ns for path in indexes} == indexes


def test_eight_configs_of_one_file_ask_for_its_metadata_and_each_render_once(library, project):
    for number in range(8):
        project.write(f"configs/{number}.yaml", WEB.format(key=LIGHT, name=f"app-{number}"))

    ran, report = project.report("batch", "configs")

    seen = library.seen()
    assert ran.code == 0, ran.text
    assert seen["endpoints"] == {"meta": 1, "components": 1, "images": 1}
    assert seen["cdn_requests"] == 24
    assert (report["renders"], report["files"]) == (24, 8 * 24)
    trees = [project.tree(f"out/app-{number}") for number in range(8)]
    assert len(trees[0]) == 24
    assert all(tree == trees[0] for tree in trees)


def test_a_file_that_cannot_be_had_fails_only_its_configs(library, project):
    project.write("good.yaml", WEB.format(key=LIGHT, name="good"))
    project.write("bad.yaml", WEB.format(key="NoSuchFile", name="bad"))
    project.write("worse.yaml", WEB.format(key="NoSuchFile", name="worse"))

    ran, report = project.report("batch", ".")

    assert ran.code == 1
    assert len(project.tree("out/good")) == 24
    assert {(failure["config"], failure["cause"]) for failure in report["failures"]} == {
        ("bad.yaml", "not_found"),
        ("worse.yaml", "not_found"),
    }
    assert "check the file key" in ran.err
    assert library.seen()["statuses"]["404"] <= 2


def test_a_config_with_problems_fails_and_the_others_run(library, project):
    project.write("good.yaml", WEB.format(key=LIGHT, name="good"))
    project.write("bad.yaml", "figma: 7\nweb: []\n")

    ran, report = project.report("batch", ".")

    assert ran.code == 1
    assert len(project.tree("out/good")) == 24
    assert {(failure["config"], failure["cause"]) for failure in report["failures"]} == {("bad.yaml", "config")}
    assert library.seen()["violations"] == []


FAULTS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"on": "images", "do": "null_render"}, "null_render"),
    ({"on": "images", "do": "missing_key"}, "null_render"),
    ({"on": "cdn", "do": "expired"}, "expired_url"),
    ({"on": "cdn", "do": "status", "status": 404}, "expired_url"),
    ({"on": "cdn", "do": "status", "status": 500}, "server"),
    ({"on": "cdn", "do": "html"}, "invalid_body"),
    ({"on": "cdn", "do": "xml"}, "invalid_body"),
    ({"on": "cdn", "do": "empty"}, "invalid_body"),
    ({"on": "cdn", "do": "flip"}, "invalid_body"),
    ({"on": "cdn", "do": "short"}, "network"),
    ({"on": "cdn", "do": "cut"}, "network"),
    ({"on": "cdn", "do": "reset"}, "network"),
)


def test_new_items_that_fail_are_left_out_and_cost_no_other(faulty, app):
    names = [name for name, node in sorted(faulty().ids().items()) if node.startswith("551:")][: len(FAULTS)]
    figma = faulty(*(fault | {"names": [name]} for (fault, _), name in zip(FAULTS, names, strict=True)))

    ran, report = app.report("batch", "app.yaml", "--max-retries", "0")

    tree = app.tree()
    assert ran.code == 1
    assert {(failure["asset"], failure["cause"]) for failure in report["failures"]} == {
        (name, cause) for (_, cause), name in zip(FAULTS, names, strict=True)
    }
    left_out = {text for name in names for text in (f"{camel(name)}.imageset/", f"/{snake(name)}")}
    assert not [path for path in tree if any(text in path for text in left_out)], "neither files nor indexes"
    assert len(tree) == 265 - 9 * len(names)
    assert report["failed"] == report["renders"] - report["downloaded"] == 2 * len(names)
    assert all(name in ran.err for name in names)
    assert "--resume" in ran.err
    assert figma.seen()["violations"] == []


def test_an_old_file_of_a_failed_item_stays_and_is_still_named(faulty, app):
    figma = faulty()
    app.run("batch", "app.yaml")
    before = {path: body for path, body in app.tree().items() if "accessibility" in path}
    fault = {"on": "images", "do": "null_render", "names": [BROKEN], "files": [DARK]}
    figma.simulate(
        {
            "limits": "off",
            "design": {"files": [{"key": LIGHT, "icons": 24, "illustrations": 3}, {"key": DARK, "dark_of": LIGHT}]},
            "faults": [fault],
        }
    )

    ran = app.run("batch", "app.yaml")

    after = app.tree()
    assert ran.code == 1
    assert {path: after[path] for path in before} == before
    index = json.loads(after[f"{BROKEN_IMAGE_SET}/Contents.json"])
    assert [image["filename"] for image in index["images"]] == ["accessibility00001L.svg", "accessibility00001D.svg"]


@pytest.mark.slow
def test_an_index_names_only_the_appearance_that_came(faulty, app):
    faulty({"on": "images", "do": "null_render", "names": [BROKEN], "files": [DARK]})

    ran = app.run("batch", "app.yaml")

    tree = app.tree()
    assert ran.code == 1
    assert f"{BROKEN_IMAGE_SET}/accessibility00001L.svg" in tree
    index = json.loads(tree[f"{BROKEN_IMAGE_SET}/Contents.json"])
    assert [image["filename"] for image in index["images"]] == ["accessibility00001L.svg"]


@pytest.mark.slow
def test_a_null_render_is_asked_for_once_more(faulty, app):
    figma = faulty({"on": "images", "do": "null_render", "names": [BROKEN], "first": 1})

    ran = app.run("batch", "app.yaml")

    assert ran.code == 0, ran.text
    again = [ids for _, query, ids in image_calls(figma) if "svg" in query and len(ids) == 1]
    assert again == [["551:93910"], ["551:93910"]], "light and dark, each alone"


def test_an_expired_url_is_rendered_again_once(faulty, app):
    figma = faulty({"on": "cdn", "do": "expired", "names": [BROKEN], "first": 1})

    ran = app.run("batch", "app.yaml")

    assert ran.code == 0, ran.text
    again = [ids for _, _, ids in image_calls(figma) if len(ids) == 1]
    assert again == [["551:93910"], ["551:93910"]]
    assert figma.seen()["cdn_statuses"]["403"] == 2


@pytest.mark.slow
def test_an_url_that_is_always_expired_is_rendered_again_only_once(faulty, app):
    figma = faulty({"on": "cdn", "do": "expired", "names": [BROKEN]})

    app.run("batch", "app.yaml")

    assert sum("551:93910" in ids for key, _, ids in image_calls(figma) if key == LIGHT) == 2


def test_a_poisonous_node_is_found_and_fails_alone(faulty, project):
    figma = faulty({"on": "images", "do": "poison", "names": [BROKEN]})
    project.write("web.yaml", WEB.format(key=LIGHT, name="web"))

    ran, report = project.report("batch", "web.yaml")

    assert ran.code == 1
    assert len(project.tree("out/web")) == 23
    assert [failure["asset"] for failure in report["failures"]] == [BROKEN]
    assert "Render timeout" in report["failures"][0]["message"]
    # 24 nodes are halved five times, and every half is asked for.
    assert figma.seen()["endpoints"]["images"] <= 2 * 5 + 1


def test_a_transient_outage_is_waited_out(faulty, app):
    figma = faulty(
        {"on": ["components", "images"], "do": "status", "status": 503, "first": 1, "files": [LIGHT]},
        {"on": "cdn", "do": "reset", "first": 1, "rate": 0.3},
        {"on": "images", "do": "reorder"},
    )

    ran, report = app.report("batch", "app.yaml", "--timeout", "10")

    assert ran.code == 0, ran.text
    assert len(app.tree()) == 265
    assert report["retries"] >= 4
    assert figma.seen()["violations"] == []


def test_no_odd_answer_to_a_metadata_request_looks_like_success(faulty, project):
    odd = ("waf", "malformed", "html", "hang", "cut", "empty", "bad_gzip")
    files = [{"key": name.replace("_", "").capitalize(), "icons": 3} for name in (*odd, "good")]
    faults = [
        {"on": "components", "do": do, "files": [file["key"]], "seconds": 0.1}
        for do, file in zip(odd, files, strict=False)
    ]
    faulty(*faults, design={"files": files})
    for file in files:
        project.write(f"configs/{file['key']}.yaml", WEB.format(key=file["key"], name=file["key"]))

    ran, report = project.report("batch", "configs", "--max-retries", "0")

    assert ran.code == 1
    assert {failure["config"] for failure in report["failures"]} == {
        f"configs/{file['key']}.yaml" for file in files[:-1]
    }
    assert [path.name for path in (project.folder / "out").iterdir()] == ["Good"]


def test_two_configs_that_write_one_path_are_refused_before_any_download(library, project):
    project.write("a.yaml", WEB.format(key=LIGHT, name="same"))
    project.write("b.yaml", WEB.format(key=DARK, name="same"))

    ran = project.run("batch", "a.yaml", "b.yaml")

    assert ran.code == 2
    assert "a.yaml" in ran.err
    assert "b.yaml" in ran.err
    assert library.seen()["cdn_requests"] == 0
    assert not (project.folder / "out").exists()


def test_two_configs_that_write_the_same_to_one_path_are_welcome(library, project):
    for name in ("a.yaml", "b.yaml"):
        project.write(name, WEB.format(key=LIGHT, name="same"))

    assert project.run("batch", "a.yaml", "b.yaml").code == 0
    assert library.seen()["cdn_requests"] == 24


@pytest.mark.parametrize("token", ["figd_unknown", "", "figd_with space", "figd_ümlaut"])
def test_a_token_that_is_missing_or_refused_ends_with_code_3(token, library, app):
    ran = app.run("batch", "app.yaml", FIGMA_PERSONAL_TOKEN=token)

    assert ran.code == 3
    assert "FIGMA_PERSONAL_TOKEN" in ran.err or "copy it" in ran.err
    assert token == "" or token not in ran.text
    assert library.seen()["endpoints"].get("images", 0) == 0


def test_a_token_that_expires_midway_stops_the_run_with_code_3(faulty, app):
    figma = faulty(tokens=[{"token": "figd_simulator", "expires_after": 4}])

    ran = app.run("batch", "app.yaml")

    assert ran.code == 3
    assert "expired" in ran.err
    assert figma.seen()["endpoints"]["images"] <= 3, "one for each kind that was under way"


@pytest.mark.slow
def test_an_oauth_token_goes_as_a_bearer(library, app):
    ran = app.run("batch", "app.yaml", FIGMA_PERSONAL_TOKEN="", FIGMA_OAUTH_TOKEN="figd_simulator")

    assert ran.code == 0, ran.text
    assert library.seen()["violations"] == []


def test_a_block_of_days_ends_the_run_quickly_with_code_75_and_the_way_on(faulty, app):
    figma = faulty({"on": "components", "do": "rate_limit", "retry_after": 396749, "limit_type": "low"})
    began = time.monotonic()

    ran = app.run("batch", "app.yaml")

    assert time.monotonic() - began < 30  # of days: a busy machine takes seconds to start a program
    assert ran.code == 75
    assert "396" in ran.err
    assert "--resume" in ran.err
    assert figma.seen()["violations"] == [], "nothing was sent while the gate was closed"


def test_downloads_whose_urls_are_known_go_on_behind_a_block(faulty, app):
    block = {"on": "images", "do": "rate_limit", "retry_after": 90000, "formats": ["png"]}
    figma = faulty(block, {"on": "cdn", "do": "delay", "seconds": 0.1})

    ran, report = app.report("batch", "app.yaml")

    tree = app.tree()
    assert ran.code == 75
    assert {failure["cause"] for failure in report["failures"]} == {"rate_limit"}
    assert sum(path.endswith(".svg") for path in tree) == 24 * 2 * 3 + 3 * 2
    assert sum(path.endswith(".xml") for path in tree) == 24 * 2
    assert not any(path.endswith(".png") for path in tree)
    assert figma.seen()["violations"] == []


def test_a_short_block_is_waited_for(faulty, app):
    figma = faulty({"on": "images", "do": "rate_limit", "retry_after": 1, "requests": 1})

    ran, report = app.report("batch", "app.yaml")

    assert ran.code == 0, ran.text
    assert figma.seen()["violations"] == []
    assert report["pacing"]["seconds"] >= 0.9


def test_a_second_run_in_one_state_folder_is_refused_and_names_the_first(faulty, app):
    figma = faulty({"on": "cdn", "do": "hang", "seconds": 20})
    first = app.start("batch", "app.yaml")
    app.wait_until(lambda: figma.seen()["cdn_connections"])

    second = app.run("batch", "app.yaml")

    assert second.code == 5
    assert f"process {first.pid}" in second.err
    assert first.poll() is None


@pytest.mark.slow
def test_two_runs_with_state_folders_of_their_own_go_side_by_side(library, project):
    for name in ("a", "b"):
        project.write(f"{name}.yaml", WEB.format(key=LIGHT, name=name))
    both = [project.start("batch", f"{name}.yaml", "--state-dir", name) for name in ("a", "b")]

    ran = [project.end(process) for process in both]

    assert [one.code for one in ran] == [0, 0], ran
    assert project.tree("out/a") == project.tree("out/b")
    assert library.seen()["violations"] == []


def test_an_empty_folder_is_a_usage_error(project):
    (project.folder / "configs").mkdir()

    ran = project.run("batch", "configs")

    assert ran.code == 2
    assert ran.err.count("\n") == 1
    assert "no .yaml or .yml file" in ran.err


def test_the_report_says_what_was_done(library, app):
    ran, report = app.report("batch", "app.yaml")

    assert ran.code == 0
    assert report["schemaVersion"] == 1
    assert report["success"] is True
    assert (report["renders"], report["downloaded"], report["skipped"], report["failed"]) == (66, 66, 0, 0)
    assert (report["files"], report["indexFiles"]) == (234, 31)
    assert report["bytes"] == library.seen()["cdn_bytes"]
    assert report["configs"] == [{"config": "app.yaml", "files": 234, "failed": 0, "new": 234 + 31}]
    assert {call["endpoint"]: (call["tier"], call["count"]) for call in report["calls"]} == {
        "components": (3, 2),
        "images": (1, 6),
        "meta": (3, 2),
    }
    assert report["failures"] == []
    assert report["errorCategory"] == ""


def test_nothing_temporary_is_left_and_orphans_of_dead_runs_are_swept(library, app):
    orphan = ".exfig-0a0a0a0a-0b0b-0c0c-0d0d-0e0e0e0e0e0e.tmp"
    folders = ["out/web/icons", "out/ios/Assets.xcassets/Icons", "."]
    for folder in folders:
        app.write(f"{folder}/{orphan}", "half")
    mine = app.write("out/web/icons/.exfig-mine.tmp", "a file of the user")

    ran = app.run("batch", "app.yaml")

    assert ran.code == 0
    assert app.temporary_files() == [str(mine)]
    assert app.state() == []
    assert library.seen()["violations"] == []


def test_the_token_is_in_no_output_no_state_and_at_no_store(faulty, app):
    secret = "figd_sEcReT0123456789"  # this test's own
    figma = faulty(
        {"on": "images", "do": "null_render", "names": [BROKEN]},
        {"on": "cdn", "do": "redirect", "rate": 0.3},
        {"on": "meta", "do": "status", "status": 500, "body": "json", "first": 1},
        tokens=[{"token": secret}],
    )

    ran = app.run("batch", "app.yaml", "-v", "--report", "report.json", FIGMA_PERSONAL_TOKEN=secret)

    assert ran.code == 1, ran.text
    state = app.tree(".")
    assert any(path.startswith(".exfig-checkpoint.d/") for path in state), "the state of the failed run is looked at"
    assert [path for path, body in state.items() if secret.encode() in body] == []
    assert secret not in ran.text
    assert secret[5:] not in ran.text
    assert figma.seen()["violations"] == []


def test_no_process_shows_the_token_in_its_command_line(faulty, app):
    figma = faulty({"on": "cdn", "do": "hang", "seconds": 20})
    process = app.start("batch", "app.yaml")
    app.wait_until(lambda: figma.seen()["cdn_connections"])

    lines = [one.cmdline() for one in app.children(process)]

    assert len(lines) == 4
    assert not re.search("figd_", str(lines))


def test_a_read_only_output_folder_fails_items_and_loses_nothing(library, app):
    if os.geteuid() == 0:
        (app.folder / "out").mkdir()
        (app.folder / "out" / "web").write_text("a file where a folder is needed")
    else:
        (app.folder / "out" / "web").mkdir(parents=True, mode=0o500)

    ran, report = app.report("batch", "app.yaml")

    assert ran.code == 1
    assert {failure["cause"] for failure in report["failures"]} == {"disk"}
    assert library.seen()["violations"] == []
    assert sum(path.startswith("android/") for path in app.tree()) == 24 * 2 + 3 * 2 * 2


def test_a_working_folder_whose_name_is_no_text_is_refused_in_words(app, library):
    config = (app.folder / "app.yaml").read_text()
    folder = os.fsencode(app.folder) + b"/caf\xe9"
    try:
        os.mkdir(folder)  # noqa: PTH102  # in bytes
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    app.folder = Path(os.fsdecode(folder))
    app.write("app.yaml", config)

    ran = app.run("batch", "app.yaml")

    assert ran.code == 2, ran.text
    assert "is not UTF-8" in ran.err
    assert library.seen()["cdn_requests"] == 0


@pytest.mark.usefixtures("library")
def test_an_output_folder_may_be_a_link_and_no_name_leads_through_one_below_it(finished_tree, app, tmp_path):
    outside, moved = tmp_path / "outside", tmp_path / "moved"
    for folder in (outside, moved):
        folder.mkdir()
    (app.folder / "out").symlink_to(moved)
    icons = moved / "ios" / "Assets.xcassets" / "Icons"
    names = sorted({path.split("/")[3] for path in finished_tree if "/Icons/" in path and ".imageset" in path})[:2]
    icons.mkdir(parents=True)
    (icons / names[0]).symlink_to(outside)
    (icons / names[1]).mkdir()
    (outside / "mine").write_bytes(b"mine")
    stem = names[1].removesuffix(".imageset")
    (icons / names[1] / f"{stem}L.svg").symlink_to(outside / "mine")

    ran, report = app.report("batch", "app.yaml")

    assert ran.code == 1
    (failure,) = {one["asset"]: one for one in report["failures"]}.values()
    assert failure["cause"] == "disk"
    assert f"{icons.parent.name}/Icons/{names[0]}" in failure["message"]
    assert "symlink" in failure["message"]
    assert [path.name for path in outside.iterdir()] == ["mine"]
    assert (outside / "mine").read_bytes() == b"mine"
    refused = {path for path in finished_tree if f"/Icons/{names[0]}/" in path}
    assert app.tree() == {path: body for path, body in finished_tree.items() if path not in refused}
