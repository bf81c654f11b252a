"""How many API calls does a run cost, beside what others cost?

Seven scenarios (`abcdefg`) run on the bundled simulator, whose log counts; limits are off, they change no count. ExFig
v1 is counted by its own formula, read from its source (v1.3.2): every entry of every platform asks for the components
of each of its files, then for renders in calls of 100, once for each scale. `@figma-export/cli` really runs; it knows
SVG only, so one command for each config writes what Android and Flutter need, and PDF is left out. T1 to T3 are
Figma's tiers: of Tier 1 there are 10 to 20 calls a minute.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.counting import Calls, asked_again, v1_batches, v1_calls
from bench.peers import figma_export
from bench.peers.figma_export import Command
from bench.result import Result, Table, conclude, question
from bench.running import count_assets, run, simulated, start
from bench.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bench.running import Figma

KEY = "BenchLibrary0000000001"
DARK_KEY = "BenchLibrary0000000002"
APPS = 8
PLATFORMS = 3
REDRAWN = 5
SCALES = 5
WARM_CONFIGS = 30
MANY_FILES = 20
CACHE = ("--cache", "--cache-path", "cache")
SLOW = 4.0  # Figma takes so many times as long: half of the downloads are done before all calls are
FAST = ("--rate-limit", "1000")
V1_PARALLEL = 3  # configs at once
ALL_APPS = """
figma: {{lightFileId: {key}}}
ios:
  xcodeprojPath: out/{number}/App.xcodeproj
  target: App
  xcassetsPath: out/{number}/Assets.xcassets
  xcassetsInMainBundle: true
  icons: {{format: pdf, assetsFolder: Icons, nameStyle: camelCase}}
android: {{mainRes: out/{number}/res, icons: {{output: icons}}}}
flutter: {{output: out/{number}/lib, icons: {{output: out/{number}/icons}}}}
"""
FLUTTER = """
figma: {{lightFileId: {key}}}
flutter: {{output: out/{number}/lib, icons: {{output: out/{number}/icons}}}}
"""
FLUTTER_DARK = FLUTTER.replace("{key}", f"{KEY}, darkFileId: {DARK_KEY}")
DRAWABLES = f"""
figma: {{lightFileId: {KEY}, darkFileId: {DARK_KEY}}}
android:
  mainRes: out
  images: {{figmaFrameName: Icons, output: images, format: png, scales: [1, 1.5, 2, 3, 4]}}
"""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    scenario: str
    ours: str
    formula: str
    peer: str
    target: str
    is_met: bool
    total: int | None = None


@dataclass(frozen=True)
class Stage:
    """Where a scenario plays: a folder of its own, and how many icons its library has."""

    root: Path
    icons: int

    def folder(self, name: str) -> Path:
        """Make a folder for one program."""
        path = self.root / name
        path.mkdir()
        return path

    @contextlib.contextmanager
    def figma(self, *keys: str, pair: bool = False, **behaviour: Any) -> Iterator[Figma]:
        """Simulate files of icons that are for all platforms; if they are a `pair`, the second is the dark one."""
        specs = [{"key": key, "icons": self.icons} for key in keys]
        if pair:
            specs[1]["dark_of"] = keys[0]
        scenario = {"limits": "off", "design": {"files": specs}} | behaviour
        with simulated(self.root, scenario) as figma:
            for key in keys:
                figma.edit(key, "describe", _node_ids(self.icons))
            yield figma


def one_file(stage: Stage) -> Row:
    """One library as SVG, cold."""
    with stage.figma(KEY) as figma:
        folder = _configs(stage.folder("ours"), [FLUTTER.format(key=KEY, number=1)])
        calls, trouble = _ours(folder, figma, stage.icons)
        peer = _peer(stage, figma, [Command(KEY, ("out",))])
    formula = f"{v1_calls(1, stage.icons)}: 1 + ⌈C/100⌉"
    name = f"a: {stage.icons} icons of one file as SVG, cold"
    return Row(
        name,
        f"{calls}{trouble}",
        formula,
        peer,
        "≤ 5",
        not trouble and calls.total <= 5,
        None if trouble else calls.total,
    )


def illustrations(stage: Stage) -> Row:
    """Illustrations for Android, five densities, light and dark, cold.

    Icons stand in for them: the calls are the same, and the simulator draws them in a fortieth of the time.
    """
    count, files = stage.icons, 2
    with stage.figma(KEY, DARK_KEY, pair=True) as figma:
        calls, trouble = _ours(_configs(stage.folder("ours"), [DRAWABLES]), figma, count * SCALES * files)
    formula = v1_calls(files, count, scales=SCALES)
    name = f"b: {count} illustrations as PNG, {SCALES} scales, light and dark, cold"
    is_met = not trouble and calls.tiers["1"] < formula.tiers["1"]
    text = f"{formula}: F·(1 + S·⌈C/100⌉)"
    return Row(name, f"{calls}{trouble}", text, "not possible: it has no PNG", "T1 below ExFig's", is_met)


def eight_apps(stage: Stage) -> Row:
    """Eight configs for three platforms, one library, cold."""
    with stage.figma(KEY) as figma:
        folder = _configs(stage.folder("ours"), _apps())
        calls, trouble = _ours(folder, figma, APPS * PLATFORMS * stage.icons)
        peer = _peer(stage, figma, _app_commands())
    name = f"c: {APPS} configs, iOS (PDF), Android and Flutter, one library of {stage.icons}, cold"
    formula = f"{v1_calls(APPS * PLATFORMS, stage.icons)}: K·P·(1 + ⌈C/100⌉)"
    return Row(
        name,
        f"{calls}{trouble}",
        formula,
        peer,
        "≤ 8",
        not trouble and calls.total <= 8,
        None if trouble else calls.total,
    )


def nothing_changed(stage: Stage) -> Row:
    """Thirty configs on two files, warm."""
    with stage.figma(KEY, DARK_KEY, pair=True) as figma:
        folder = _configs(stage.folder("ours"), [FLUTTER_DARK.format(number=app) for app in range(WARM_CONFIGS)])
        count = WARM_CONFIGS * 2 * stage.icons
        _, cold_trouble = _ours(folder, figma, count, *CACHE)
        calls, trouble = _ours(folder, figma, count, *CACHE)
        trouble = cold_trouble or trouble
        commands = [Command(key, (f"{number}/{key}",)) for number in range(WARM_CONFIGS) for key in (KEY, DARK_KEY)]
        peer = _peer(stage, figma, commands, "it has no cache")
    formula = Calls(Counter({"1": 2, "3": 2}))
    text = f"{formula}: U + U with --cache; cache by YAML alone {4 * 2 * WARM_CONFIGS} T1: 4·U·K"
    is_met = not trouble and calls.total == 2 == calls.tiers["3"]
    name = f"d: {WARM_CONFIGS} configs, light and dark file, nothing changed, warm"
    return Row(name, f"{calls}{trouble}", text, peer, "2, both T3", is_met)


def few_changed(stage: Stage) -> Row:
    """The eight configs again, after five icons were drawn anew."""
    options = (*CACHE, "--experimental-granular-cache")
    count = APPS * PLATFORMS * stage.icons
    with stage.figma(KEY) as figma:
        folder = _configs(stage.folder("ours"), _apps())
        _, cold_trouble = _ours(folder, figma, count, *options)
        figma.edit(KEY, "redraw", _node_ids(stage.icons)[:: stage.icons // REDRAWN])
        calls, trouble = _ours(folder, figma, count, *options)
        trouble = cold_trouble or trouble
        peer = _peer(stage, figma, _app_commands(), "it has no cache")
    nodes = calls.kinds["nodes"]
    formula = Calls(Counter({"1": 1 + v1_batches(stage.icons) + APPS * PLATFORMS, "3": 1}))
    text = f"{formula}: U + U + ⌈C/100⌉ + K·P with --cache and granular"
    is_met = not trouble and calls.total <= 2 + nodes + 2
    name = f"e: c again, {REDRAWN} of {stage.icons} icons drawn anew"
    ours = f"{calls}, nodes {nodes}{trouble}"
    return Row(name, ours, text, peer, "≤ 2 + nodes + 2", is_met)


def killed(stage: Stage) -> Row:
    """The eight configs, killed at half of their downloads, and gone on with."""
    with stage.figma(KEY, time_scale=SLOW) as figma:
        folder = _configs(stage.folder("ours"), _apps())
        at = _kill_at(start(folder, figma, ["configs"]), figma, stage.icons)
        time.sleep(SLOW * 3)  # the calls that were under way are logged when the simulator has drawn
        first, before = figma.calls(), figma.summary(log=True)["log"]
        calls, trouble = _ours(folder, figma, APPS * PLATFORMS * stage.icons, "--resume")
        again = asked_again(before, at, figma.summary(log=True)["log"][len(before) :])
    with stage.figma(KEY, cdn={"latency": 0.04}) as figma:
        peer = _killed_peer(stage, figma)
    whole, app = v1_calls(APPS * PLATFORMS, stage.icons), v1_calls(PLATFORMS, stage.icons)
    text = f"{whole}, and up to {V1_PARALLEL * app.total} again: whole configs, {V1_PARALLEL} under way"
    lost = sum(entry["kind"] != "cdn" and entry["at"] >= at for entry in before)
    ours = f"{first}, {lost} of them unanswered, then {calls}; {again} answers asked for again{trouble}"
    return Row("f: c killed (SIGKILL) at half, then --resume", ours, text, peer, "none again", not (trouble or again))


def many_files(stage: Stage) -> Row:
    """Twenty configs on twenty files, cold."""
    keys = [f"BenchLibrary{number:010}" for number in range(1, MANY_FILES + 1)]
    with stage.figma(*keys) as figma:
        texts = [FLUTTER.format(key=key, number=number) for number, key in enumerate(keys)]
        calls, trouble = _ours(_configs(stage.folder("ours"), texts), figma, MANY_FILES * stage.icons)
        peer = _peer(stage, figma, [Command(key, (key,)) for key in keys])
    formula = v1_calls(MANY_FILES, stage.icons)
    is_met = not trouble and calls.tiers["1"] < formula.tiers["1"]
    name = f"g: {MANY_FILES} configs on {MANY_FILES} files of {stage.icons} icons, SVG, cold"
    return Row(name, f"{calls}{trouble}", f"{formula}: K·(1 + ⌈C/100⌉)", peer, "T1 below ExFig's", is_met)


SCENARIOS: dict[str, Callable[[Stage], Row]] = {
    "a": one_file,
    "b": illustrations,
    "c": eight_apps,
    "d": nothing_changed,
    "e": few_changed,
    "f": killed,
    "g": many_files,
}


def main(words: Sequence[str] | None = None) -> Result:
    """Run the scenarios, print and store."""
    parser = argparse.ArgumentParser("bench.calls", description=__doc__)
    parser.add_argument("--scenarios", default="".join(SCENARIOS), help="letters")
    parser.add_argument("--icons", type=int, default=500)
    asked, began = parser.parse_args(words), time.monotonic()
    rows, figures = [], {}
    for letter in asked.scenarios:
        with scratch() as folder:
            row = SCENARIOS[letter](Stage(Path(folder), asked.icons))
        print(f"done: {row.scenario}", flush=True)
        rows.append((row.scenario, row.ours, row.formula, row.peer, row.target, "yes" if row.is_met else "no"))
        if row.total is not None:
            figures[f"calls, scenario {letter}"] = float(row.total)
    columns = ("scenario", "exfig-mp", "ExFig v1, by formula", "@figma-export/cli 6.4", "target", "met")
    note = "C icons, S scales, F files, U distinct files, K configs, P platforms; T1 to T3 are Figma's tiers"
    table = Table("API calls", columns, tuple(rows), note)
    return conclude(Result("calls", question(__doc__), (table,), figures), began=began)


def _node_ids(icons: int) -> list[str]:
    """Return the ids of a generated file's icons."""
    return [f"551:{93900 + 10 * number}" for number in range(icons)]


def _apps() -> list[str]:
    return [ALL_APPS.format(key=KEY, number=number) for number in range(APPS)]


def _app_commands() -> list[Command]:
    return [Command(KEY, (f"{number}/android", f"{number}/flutter")) for number in range(APPS)]


def _configs(folder: Path, texts: Iterable[str]) -> Path:
    (folder / "configs").mkdir()
    for number, text in enumerate(texts):
        (folder / "configs" / f"app-{number:02}.yaml").write_text(text)
    return folder


def _ours(folder: Path, figma: Figma, expected: int, *options: str) -> tuple[Calls, str]:
    """Return the calls of one run of all configs, and what is wrong with what it left."""
    before = figma.calls()
    ran = run(folder, figma, ["configs"], *FAST, *options)
    count = count_assets(folder / "out")
    missing = "" if count == expected else f"{count:,} of {expected:,} files"
    trouble = ", ".join(filter(None, (ran.trouble, missing)))
    return figma.calls() - before, f" ({trouble})" if trouble else ""


def _peer(stage: Stage, figma: Figma, commands: Sequence[Command], note: str = "") -> str:
    """Return what the peer's run of `commands` cost."""
    if problem := figma_export.install():
        return problem
    before, folder = figma.calls(), stage.folder("peer")
    figma_export.start(folder, figma, commands).wait()
    count, expected = count_assets(folder), stage.icons * sum(len(command.outputs) for command in commands)
    notes = [note, "" if count == expected else f"{count:,} of {expected:,} files"]
    return "; ".join(filter(None, (str(figma.calls() - before), *notes)))


def _killed_peer(stage: Stage, figma: Figma) -> str:
    if problem := figma_export.install():
        return problem
    folder = stage.folder("killed peer")
    _kill_at(figma_export.start(folder, figma, _app_commands()), figma, APPS * stage.icons // 2)
    first = figma.calls()
    return f"{first}, then {_peer(stage, figma, _app_commands(), 'it begins anew')}"


def _kill_at(process: Any, figma: Figma, downloads: int) -> float:
    """Kill a program after so many downloads; return when, once its workers are gone too."""
    figma.wait_for_downloads(downloads, process)
    killed_at = time.monotonic()
    process.kill()
    process.wait()
    while figma.summary()["cdn_connections"]:
        time.sleep(0.1)
    return killed_at


if __name__ == "__main__":
    main()
