"""`syncCodeSyntax`: Figma's variables learn what they are called in iOS code, when all else is done."""

from __future__ import annotations

import json
from typing import Any

import pytest

from exfig_mp.code_syntax import CodeSyntax
from exfig_mp.colors import Rgba
from exfig_mp.exporters.color_protocol import ColorEntry, VariableColors
from exfig_mp.exporters.protocol import Naming
from exfig_mp.sources.token_wire import Collection, Mode, Variable, Variables
from tests.conftest import TOKEN, _ask

DEMO = "DemoLightLibrary000001"
THEME = "text/*,accent/*"
CONFIG = f"""\
common:
  variablesColors: {{tokensFileId: {DEMO}, tokensCollectionName: Theme, lightModeName: Light}}
ios:
  xcodeprojPath: App.xcodeproj
  target: App
  xcassetsPath: out/Assets.xcassets
  xcassetsInMainBundle: true
  colors:
    useColorAssets: true
    assetsFolder: Colors
    nameStyle: camelCase
    syncCodeSyntax: true
    codeSyntaxTemplate: "Color.{{name}}"
"""
WHITE = Rgba(1, 1, 1)


@pytest.fixture
def app(project):
    project.write("exfig.yaml", CONFIG)
    return project


def syntax_of(figma):
    """Return what Figma's variables are called in code, by name."""
    found = figma.get(f"/v1/files/{DEMO}/variables/local").json["meta"]["variables"].values()
    return {one["name"]: one["codeSyntax"] for one in found}


def kinds(figma):
    return [entry["kind"] for entry in figma.log()]


def test_names_are_written_once_and_all_that_differs_in_one_call(demo, app):
    before = syntax_of(demo)
    since = len(kinds(demo))

    first = app.run("colors", THEME)
    calls = kinds(demo)[since:]
    again = app.run("colors", THEME)

    assert (first.code, again.code) == (0, 0), first.text + again.text
    assert calls == ["variables", "variables_write"]
    assert kinds(demo)[since + 2 :] == ["variables"]  # nothing differs any more
    after = syntax_of(demo)
    assert after["text/primary"] == {"iOS": "Color.textPrimary"}
    changed = {name for name in after if after[name] != before[name]}
    assert {name.partition("/")[0] for name in changed} == {"text", "accent"}
    assert demo.seen()["violations"] == []


def test_a_dry_run_writes_nothing_and_counts_the_call(demo, app):
    before = syntax_of(demo)

    ran, forecast = app.report("colors", THEME, "--dry-run")

    assert ran.code == 0, ran.text
    assert {"endpoint": "variables write", "tier": 3, "count": 1} in forecast["calls"]
    assert "variables_write" not in kinds(demo)
    assert syntax_of(demo) == before


def test_nothing_is_written_where_something_failed(demo, app):
    app.write("exfig.yaml", CONFIG.replace("lightModeName: Light", "lightModeName: Light, darkModeName: Dark"))

    ran = app.run("colors")  # one of the variables leads nowhere in that mode

    assert ran.code == 1
    assert "variables_write" not in kinds(demo)


def test_an_unchanged_file_of_the_cache_is_not_told_again(demo, app):
    runs = [app.run("colors", THEME, "--cache") for _ in range(3)]

    assert [ran.code for ran in runs] == [0, 0, 0]
    assert kinds(demo).count("variables_write") == 1
    assert kinds(demo)[-1] == "meta"


def test_a_lost_answer_is_asked_for_again(simulator, app):
    simulator.simulate({"limits": "off", "faults": [{"on": "variables_write", "do": "cut", "part": 0.5, "first": 1}]})

    ran = app.run("colors", THEME, "--retry-base", "0.01")

    assert ran.code == 0, ran.text
    assert kinds(simulator).count("variables_write") == 2
    assert syntax_of(simulator)["text/primary"] == {"iOS": "Color.textPrimary"}


def test_a_refusal_is_a_warning_and_leaves_the_files(simulator, app):
    readers = {"token": "figd_simulator", "scopes": ["file_variables:read", "file_metadata:read"]}
    simulator.simulate({"limits": "off", "tokens": [readers]})

    ran, report = app.report("colors", THEME)

    assert ran.code == 0, ran.text
    assert any("file_variables:write" in text for text in report["warnings"])
    assert app.tree()
    assert app.state() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"variables": [{"action": "UPDATE", "id": "VariableID:1:4", "codeSyntax": {"iOS": "x", "WEB": "y"}}]}, 200),
        ({"variables": [{"action": "UPDATE", "id": "VariableID:9:9", "codeSyntax": {"iOS": "x"}}]}, 400),
        ({"variables": [{"action": "UPDATE", "id": "VariableID:1:4", "codeSyntax": {"TVOS": "x"}}]}, 400),
        ({"variables": "all"}, 400),
    ],
)
def test_the_simulator_takes_all_of_a_change_or_nothing(demo, body, status):
    before, version = syntax_of(demo), demo.get(f"/v1/files/{DEMO}/meta").json["file"]["version"]

    url = f"{demo.api_url}/v1/files/{DEMO}/variables"
    answer = _ask("POST", url, {"X-Figma-Token": TOKEN}, json.dumps(body).encode())

    assert answer.status == status, answer.body
    assert (syntax_of(demo) != before) is (status == 200)
    assert (demo.get(f"/v1/files/{DEMO}/meta").json["file"]["version"] != version) is (status == 200)


def variables(**code: dict[str, str]):
    """Return a collection with two own colours, and one of another file."""
    members = {
        name: Variable(
            id=name,
            name=name,
            variable_collection_id="c",
            resolved_type="COLOR",
            remote=name == "remote",
            code_syntax=code.get(name, {}),
        )
        for name in ("a", "b", "remote")
    }
    return Variables(members, {"c": Collection("c", "Theme", "m", (Mode("m", "Light"),), variable_ids=tuple(members))})


def entry(template="{name}") -> ColorEntry:
    exporter: Any = None
    source = VariableColors(file="f", collection="Theme", light="Light")
    return ColorEntry(
        platform="ios",
        label="ios.colors",
        source=source,
        naming=Naming(style=""),
        exporter=exporter,
        code_syntax=template,
    )


NAMES = {name: f"named{name.upper()}" for name in ("a", "b", "remote")}


def test_what_other_platforms_say_stays():
    syntax = CodeSyntax()

    syntax.want(entry(), NAMES, variables(a={"WEB": "--a", "iOS": "old"}, b={"iOS": "namedB"}))

    assert syntax.changes == {"f": {"a": {"WEB": "--a", "iOS": "namedA"}}}


def test_the_first_of_two_entries_counts():
    syntax = CodeSyntax()
    syntax.want(entry("Color.{name}"), {"a": NAMES["a"]}, variables())

    conflicts = syntax.want(entry("UIColor.{name}"), NAMES, variables())

    assert conflicts == ("variable 'a' stays 'Color.namedA' in code, as another entry says",)
    assert syntax.changes == {"f": {"a": {"iOS": "Color.namedA"}, "b": {"iOS": "UIColor.namedB"}}}


def test_without_a_template_nothing_is_told():
    syntax = CodeSyntax()

    assert syntax.want(entry(""), NAMES, variables()) == ()
    assert syntax.changes == {}
