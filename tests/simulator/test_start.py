"""Starting: the ready file, scenario files in words, and one clear line instead of a traceback."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from exfig_mp.simulator.reading import ScenarioError, load, parse
from exfig_mp.simulator.scenario import Scenario


def run(options: dict[str, object]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "exfig_mp.simulator", json.dumps(options)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_the_ready_file_names_both_listeners_and_the_process(figma):
    assert figma.api_url != figma.cdn_url
    assert figma.get("/_simulator/requests").status == 200
    os.kill(figma.process.pid, 0)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"host": "0.0.0.0"}, "not on loopback"),  # noqa: S104  # it must be refused
        ({"host": "example.com"}, "no IP address"),
        ({"scenario": "/no/such/file.yaml"}, "cannot be read"),
        ({"ready_file": "/no/such/folder/ready.json"}, "cannot write"),
        ({"objects": "/no/such/folder", "objects_url": "http://127.0.0.1:1"}, "is no folder"),
        ({"objects": "/"}, "needs the origin"),
        ({"objects_url": "http://127.0.0.1:1"}, "needs the origin"),
    ],
)
def test_impossible_options_end_with_one_line_and_code_2(options, text):
    ended = run(options)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert text in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_taken_port_ends_with_one_line_and_code_2():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for option in ("port", "cdn_port"):
            ended = run({option: taken.getsockname()[1]})

            assert ended.returncode == 2
            assert "cannot listen on 127.0.0.1" in ended.stderr
            assert ended.stderr.count("\n") == 1


def test_rendered_objects_are_put_where_another_server_finds_them(tmp_path, start, stop):
    folder = tmp_path / "objects"
    folder.mkdir()
    simulator = start(tmp_path, {}, objects=str(folder), objects_url="https://store.test")

    (node,) = simulator.images(["551:93900"])
    (url,) = simulator.images([node]).values()
    stop(simulator)

    assert url.startswith("https://store.test/figma-alpha-api/images/")
    body = (folder / url.removeprefix("https://store.test/")).read_bytes()
    assert body.startswith(b"<svg ")
    assert body.endswith(b"</svg>\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_quietly(tmp_path, start, number):
    simulator = start(tmp_path, {})

    simulator.process.send_signal(number)

    output, _ = simulator.process.communicate(timeout=10)
    assert simulator.process.returncode == 0
    assert output.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("faults: [{on: cdn, do: explode}]", "Invalid enum value 'explode' - at `$.faults[0].do`"),
        ("faults: [{on: cdn, do: xml, rate: 2}]", "rate must be between 0 and 1, not 2 - at `$.faults[0]`"),
        ("fault: []", "unknown field `fault`"),
        ("design: {files: [{key: A}, {key: A}]}", "the key A is there twice"),
        ("design: {files: [{key: A, dark_of: B}]}", "dark_of B is no file above A"),
        ("design: {files: [{key: A, icons: 999999}]}", "between 0 and 100000"),
        ("design: {files: [{key: A, banners: -1}]}", "between 0 and 100000"),
        ("design: {files: [{key: A, banners: 1, banner_size: [0, 5]}]}", "banner_size is at least 1 x 1"),
        ("faults: [{on: cdn, do: bomb, megabytes: 0}]", "megabytes must be between 1 and 10000, not 0"),
        ("url_refusal: 500", "url_refusal"),
        ("limits: {tiers: {4: 10}}", "tiers maps 1, 2 or 3"),
        ("[1, 2]", "Expected `object`"),
        ("{", "is no YAML"),
        ("changes: [{on: meta, file: A, edits: [{do: vanish}]}]", "Invalid enum value 'vanish'"),
    ],
)
def test_bad_scenarios_say_where(tmp_path, text, complaint):
    path = tmp_path / "scenario.yaml"
    path.write_text(text)

    with pytest.raises(ScenarioError) as error:
        load(path)

    assert str(error.value).startswith(str(path))
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_yaml_and_json_mean_the_same(tmp_path):
    values = {"limits": False, "seed": 3, "faults": [{"on": ["meta", "cdn"], "do": "hang", "seconds": 1}]}
    as_yaml, as_json = tmp_path / "a.yaml", tmp_path / "a.json"
    as_yaml.write_text("limits: off\nseed: 3\nfaults:\n  - {on: [meta, cdn], do: hang, seconds: 1}\n")
    as_json.write_text(json.dumps(values))

    assert load(as_yaml) == load(as_json) == parse(values)


def test_an_empty_scenario_is_figma_at_its_best(tmp_path):
    path = tmp_path / "empty.yaml"
    path.write_text("")

    assert load(path) == Scenario() == load(None)


def test_the_example_of_the_documentation_can_be_loaded(tmp_path):
    text = sys.modules[Scenario.__module__].__doc__ or ""
    example = text[text.index("    seed: 7") : text.index("A fault happens")]
    lines = [
        line for line in example.replace("scopes: [...], ", "").splitlines() if not line.lstrip().startswith("design")
    ]
    path = Path(tmp_path / "example.yaml")
    path.write_text("\n".join(lines))

    assert len(load(path).faults) == 3
