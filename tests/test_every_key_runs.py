"""Whole runs of configs in which every key is set, to something else than its default: each of them has its effect.

The configs are in `every_key/`. One has all keys at once; two have what excludes something in the first.
"""

from __future__ import annotations

import copy
import io
import itertools
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import yaml
from PIL import Image

from exfig_mp.config.validation import json_schema

if TYPE_CHECKING:
    from tests.conftest import Project

HERE = Path(__file__).parent / "every_key"
GOLDEN = Path(__file__).parent / "golden" / "every_key"
EVERY, FOUR_FILES, VARIABLES = CONFIGS = ("every.yaml", "four_files.yaml", "variables.yaml")

EXCLUDED = {
    "common.variablesColors": (VARIABLES, "colours have one origin, and every.yaml has common.colors"),
}
"""What cannot be in `every.yaml`: which config has it instead, and why."""

UNSEEN = {
    "figma.baseUrl": "without it Figma itself would be asked",
    "figma.timeout": "nothing takes so long",
    "figma.maxRetries": "nothing fails",
    "figma.retryBase": "nothing fails",
    "figma.retryCap": "nothing fails",
    "figma.retryJitter": "nothing fails",
    "figma.rateLimit": "so few requests",
    "figma.maxWait": "no limit is met",
    "figma.concurrentDownloads": "how, not what",
    "figma.allowedHosts": "the simulator's store is this machine",
    "figma.plan": "so few requests",
    "figma.seat": "so few requests",
    "common.cache.granular": "the first run of a cache",
    "common.icons.strictPathValidation": "no path is so long",
    "common.images.strictPathValidation": "no path is so long",
    "android.icons.strictPathValidation": "no path is so long",
    "android.colors.lightHCModeName": "Android has no high contrast",
    "android.colors.darkHCModeName": "Android has no high contrast",
    "web.colors.lightHCModeName": "a theme has light and dark only",
    "web.colors.darkHCModeName": "a theme has light and dark only",
    "batch.workers": "how, not what",
    "batch.parallel": "how, not what",
    "batch.failFast": "nothing fails",
    "output.fsync": "no power cut",
    "resources.memoryLimit": "no worker is so large",
    "resources.workerMaxAge": "no worker is so old",
    "resources.workerMaxTasks": "so few downloads",
    "abort.failureRate": "nothing fails",
    "abort.window": "nothing fails",
    "abort.crashes": "nothing fails",
    "abort.crashWindow": "nothing fails",
}
"""Keys without an effect on a run that goes well, and why: other tests look at them."""

INSTEAD: dict[str, Any] = {
    "figma.lightFileId": "Own",
    "figmaPageName": "Nowhere",
    "tokensFileId": "Own",
    "tokensCollectionName": "Primitives",
    "lightModeName": "Muted",
    "nameStyle": "flatCase",
    "android.images.nameStyle": "snake_case",
    "ios.icons.format": "svg",
    "encoding": "lossy",
}
"""Other values of keys that must be there, by path or by name; others are negated, or get a letter more."""

ICONS = ("star", "star_night", "flag_original", "bell_default", "gift", "gift_dusk")
PICTURES = ("hero", "hero_night", "map_tinted", "boat", "boat_dusk", "sea_original", "sun_default")
NAMES = {"551": [f"ic/24/{name}" for name in ICONS], "620": [f"img/{name}" for name in PICTURES]}
"""What the components of all files are called: icons and illustrations, in the order of their nodes."""

MARKERS = "".join(f"    <!-- TONES {word}: Theme.Shop -->\n" for word in ("BEGIN", "END"))
STYLES_XML = f"<resources>\n  <style name='Theme.Shop'>\n{MARKERS}  </style>\n</resources>\n"
PBXPROJ = "AA = {isa = PBXFileReference; path = AppDelegate.swift; sourceTree = x; };"
DRAWN = (".svg", ".pdf", ".heic", ".webp", ".tsx")


def section_of(option):
    """Return the section that a key has, or may have a list of; empty if it has none."""
    branches = (option, *option.get("anyOf", ()))
    named = (one["$ref"] for branch in branches for one in (branch, branch.get("items", {})) if "$ref" in one)
    return next(named, "").rpartition("/")[2]


def keys(schema, section=None, above=""):
    """Yield the path of each key that has a value, its default, and whether it must be there."""
    definition = schema["$defs"][section] if section else schema
    for key, option in definition["properties"].items():
        path = f"{above}.{key}" if above else key
        if below := section_of(option):
            yield from keys(schema, below, path)
        else:
            yield path, (option.get("default"), key in definition.get("required", ()))


def values(tree, above=""):
    """Yield the path of each key that is set, whatever element of a list it is in, and its value."""
    for key, value in tree.items():
        path = f"{above}.{key}" if above else key
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from values(one, path)
        if not isinstance(value, dict) and not (isinstance(value, list) and isinstance(value[0], dict)):
            yield path, value


def trees():
    return {name: yaml.safe_load((HERE / name).read_text("utf-8")) for name in CONFIGS}


ALL = dict(keys(json_schema()))


def simulate(figma):
    """Simulate a file with dark components beside the light ones, one of equal names, a dark one, and variables."""
    files = [{"key": key, "icons": 6, "illustrations": 7, "themed": True} for key in ("Single", "Own")]
    dark = {"key": "Dark", "dark_of": "Single", "themed": True}
    figma.simulate(
        {"limits": "off", "design": {"files": [*files, dark, {"key": "Variables", "icons": 1, "themed": True}]}}
    )
    edits = [
        {"do": "rename", "id": f"{session}:{93900 + 10 * number}", "to": name}
        for session, names in NAMES.items()
        for number, name in enumerate(names)
    ]
    for key in ("Single", "Own", "Dark"):
        figma.post("/_simulator/design", {"file": key, "edits": edits})
    recolour = [{"do": "recolour", "id": id_, "colour": "#E4572E"} for id_ in ("551:93900", "620:93930")]
    figma.post("/_simulator/design", {"file": "Own", "edits": recolour})


def lay_out(folder, figma, configs):
    """Write configs, and what belongs to the user: templates, styles of Android, an Xcode project."""
    for name, tree in configs.items():
        text = yaml.safe_dump(tree).replace("http://simulator", figma.api_url)
        (folder / name).write_text(text)
    own = {
        f"templates/{platform}/header.jinja": "The shop's own header"
        for platform in ("ios", "android", "flutter", "web")
    }
    own |= {f"out/android/res/{values}/themes.xml": STYLES_XML for values in ("values", "values-night")}
    for path, text in (own | {"Shop.xcodeproj/project.pbxproj": PBXPROJ}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


@pytest.fixture(scope="module")
def ran(simulator, new_project, tmp_path_factory):
    """The project in which all configs ran at once, and the report with what was printed."""
    pytest.importorskip("pillow_heif", reason="no pillow-heif: it is the extra heic")
    simulate(simulator)
    project: Project = new_project(tmp_path_factory.mktemp("every"))
    for name in ("FIGMA_API_BASE_URL", "EXFIG_MP_RATE_LIMIT", "EXFIG_MP_WORKERS"):
        del project.environment[name]
    lay_out(project.folder, simulator, trees())
    found, report = project.report("batch", *CONFIGS)
    project.close()
    assert found.code == 0, found.text
    return project, report | {"text": found.text}


def test_every_key_is_set_to_something_else_than_its_default():
    found = {name: list(values(tree)) for name, tree in trees().items()}
    lacking = set(ALL) - {path for path, _ in found[EVERY]}

    assert lacking == {path for path in ALL if path.startswith(tuple(EXCLUDED))}
    for path in lacking:
        (where,) = {where for start, (where, _) in EXCLUDED.items() if path.startswith(start)}
        assert path in {set_ for set_, _ in found[where]}
    for path, (default, _) in ALL.items():
        assert any(value != default for pairs in found.values() for set_, value in pairs if set_ == path), path
    assert set(UNSEEN) <= set(ALL)


def golden(tree, folder):
    """Return what is written down of a part of a tree: texts, and only the paths of what is drawn."""
    lines = []
    for path, body in tree.items():
        if path.startswith(f"{folder}/"):
            lines.append(f"=== {path}\n" + ("" if path.endswith(DRAWN) else f"{body.decode()}\n"))
    return "".join(lines)


@pytest.mark.parametrize("folder", ["ios", "android", "flutter", "web", "four", "variables"])
def test_the_tree_is_what_all_keys_together_ask_for(ran, folder):
    project, _ = ran

    assert golden(project.tree(), folder) == (GOLDEN / f"{folder}.txt").read_text("utf-8")


def test_what_is_drawn_is_as_the_keys_of_pictures_say(ran):
    project, report = ran
    tree = project.tree()

    assert report["failures"] == []
    side = {path: picture(body).width for path, body in tree.items() if path.endswith((".heic", ".webp"))}
    pictures = "ios/Shop.xcassets/Pictures/Boat.imageset/"
    assert [side[f"{pictures}{name}.heic"] for name in ("Boat@2x", "Boat@3x", "BoatD@2x")] == [128, 192, 128]
    densities = (
        "pictures/drawable-hdpi/boat",
        "pictures/drawable-night-xxhdpi/boat",
        "shared_pictures/drawable/gift_shared",
    )
    assert [side[f"android/res/{name}.webp"] for name in densities] == [96, 192, 48]
    flutter = ("pictures/Boat", "pictures/4.0x/BoatDark", "shared_pictures/2.0x/gift_shared_dark")
    assert [side[f"flutter/{name}.webp"] for name in flutter] == [64, 256, 48]
    webp = {path: body[12:16] == b"VP8L" for path, body in tree.items() if path.endswith(".webp")}
    assert {path for path, is_lossless in webp.items() if is_lossless} == {
        path for path in webp if "shared" not in path
    }
    digits = {1: tree["android/java/com/shop/glyphs/Star24.kt"], 2: tree["android/res/shared/drawable/star_shared.xml"]}
    for most, body in digits.items():
        paths = re.findall(rb"(?:lineTo|moveTo|curveTo|pathData)[^\n]*", body)
        assert max(len(found) - 1 for path in paths for found in re.findall(rb"\.\d+", path)) == most
    assert tree["ios/Shop.xcassets/SharedGlyphs/hero_shared.imageset/hero_sharedD.pdf"].startswith(b"%PDF")
    assert all(
        b'width="32"' in body or b"size = 32" in body
        for path, body in tree.items()
        if path.startswith("web/src/glyphs/") and path.endswith(".tsx")
    )


def picture(body):
    """Return a HEIC or WebP, decoded."""
    import pillow_heif  # noqa: PLC0415  # may not be installed

    return pillow_heif.read_heif(body).to_pillow() if body[4:8] == b"ftyp" else Image.open(io.BytesIO(body))


def test_what_is_kept_and_told_is_as_the_keys_say(ran, simulator):
    project, report = ran

    assert (project.folder / ".remembered").is_dir()
    assert not (project.folder / ".exfig-cache").exists()
    assert "there is no checkpoint to resume from; starting from the beginning" in report["text"], "batch.resume"
    told = simulator.get("/v1/files/Variables/variables/local").json["meta"]["variables"].values()
    assert {one["codeSyntax"]["iOS"] for one in told if one["name"] == "text/primary" and one["codeSyntax"]} == {
        "Tone.own_text_primary"
    }
    assert {"NotAsked"}.isdisjoint(
        urlsplit(entry["path"]).path.split("/")[3] for entry in simulator.log("meta", "styles")
    )


def changed(tree, path):
    """Return a config without a key, or with another value if it must be there; None where it is not set."""
    other_tree = copy.deepcopy(tree)
    *above, key = path.split(".")
    holders = [other_tree]
    for name in above:
        below = [holder[name] for holder in holders if name in holder]
        holders = [one for each in below for one in (each if isinstance(each, list) else [each])]
    holders = [holder for holder in holders if key in holder]
    for holder in holders:
        if ALL[path][1] or path in INSTEAD or key in INSTEAD:
            holder[key] = not holder[key] if holder[key] in (True, False) else _other(path, holder[key])
        else:
            del holder[key]
    return other_tree if holders else None


def _other(path, value):
    return INSTEAD.get(path) or INSTEAD.get(path.rpartition(".")[2]) or f"{value}2"


@pytest.fixture(scope="module")
def outcome(ran, simulator, tmp_path_factory):
    """Run one config in a folder of its own, and return all that can be seen of it afterwards."""
    project, _ = ran
    root = tmp_path_factory.mktemp("outcomes")
    environment = project.environment | {"EXFIG_MP_WORKERS": "0"}
    command = [sys.executable, str(HERE / "driver.py")]
    driver = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert driver.stdin
    assert driver.stdout
    stdin, stdout, numbers = driver.stdin, driver.stdout, itertools.count()

    def run(tree: dict[str, Any]) -> dict[str, Any]:
        simulate(simulator)
        folder = root / str(next(numbers))
        folder.mkdir()
        lay_out(folder, simulator, {"app.yaml": tree})
        stdin.write(json.dumps([str(folder), ["batch", "app.yaml", "--report", "r.json"]]) + "\n")
        stdin.flush()
        code = int(stdout.readline())
        report = json.loads((folder / "r.json").read_bytes()) if code != 2 else {"failures": ()}
        files = [path for path in (folder / "out").rglob("*.*") if path.is_file()]
        said = (folder / "output.txt").read_text().replace(str(folder), "")
        found = {
            "code": code,
            "files": {str(path.relative_to(folder)): path.read_bytes() for path in files},
            "hidden": sorted(path.name for path in folder.glob(".*")),
            "failures": report["failures"],
            "warnings": [line for line in said.splitlines() if line.startswith("warning: ")],
            "calls": Counter(entry["kind"] for entry in simulator.log() if entry["kind"] != "cdn"),
            "asked": sorted({urlsplit(entry["path"]).path for entry in simulator.log() if entry["kind"] != "cdn"}),
            "told": simulator.get("/v1/files/Variables/variables/local").json["meta"]["variables"],
        }
        shutil.rmtree(folder)
        return found

    yield run
    with driver:  # closes its pipes, which ends it, and waits
        pass


def parts(tree, path):
    """Return the part of a config that a key can have to do with: its platform alone, if it is one's."""
    platforms = {"ios", "android", "flutter", "web"}
    top = path.partition(".")[0]
    tree = {key: value for key, value in tree.items() if key not in platforms - {top} or top not in platforms}
    return tree | {"figma": {"baseUrl": "http://simulator"} | tree.get("figma", {})}


@pytest.mark.slow
@pytest.mark.parametrize("top", ["figma", "common", "ios", "android", "flutter", "web", "batch"])
@pytest.mark.timeout(600)
def test_no_key_could_be_left_out_without_a_difference(outcome, top):
    whole = [(tree, outcome(parts(tree, top))) for tree in trees().values()]
    idle = []

    for path in (path for path in ALL if path.partition(".")[0] == top and path not in UNSEEN):
        others = [(changed(parts(tree, path), path), before) for tree, before in whole if changed(tree, path)]
        assert others
        if all(outcome(tree) == before for tree, before in others):
            idle.append(path)

    assert idle == []
    assert whole[0][1] == outcome(parts(trees()[EVERY], top)), "nothing else makes a difference"
