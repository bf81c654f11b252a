from __future__ import annotations

import itertools
from pathlib import Path

import jsonschema_rs
import pytest

from exfig_mp.config import discover, load_all
from exfig_mp.config.document import read_document
from exfig_mp.config.validation import json_schema

CONFIGS = Path(__file__).parents[2] / "configs"
DEMO_FILES = {"DemoLightLibrary000001", "DemoDarkLibrary0000001", "DemoSingleLibrary00001"}


@pytest.fixture(scope="module")
def examples():
    loaded = load_all(discover([CONFIGS], recursive=True), strict=True)
    assert [str(problem) for failed in loaded.failed for problem in failed.problems] == []
    return {config.path.relative_to(CONFIGS).as_posix(): config for config in loaded.configs}


def test_there_is_an_example_for_every_platform_and_a_shared_library(examples):
    shared = [f"shared-library/app-{number}.yaml" for number in range(1, 9)]

    assert sorted(examples) == sorted(["all.yaml", "android.yaml", "flutter.yaml", "ios.yaml", "web.yaml", *shared])
    for platform in ("android", "flutter", "ios", "web"):
        assert {entry.platform for entry in examples[f"{platform}.yaml"].entries()} == {platform}
        assert {entry.kind for entry in examples[f"{platform}.yaml"].entries()} == {"icons", "images"}
        assert {entry.platform for entry in examples[f"{platform}.yaml"].color_entries()} == {platform}
    for platform in ("android", "ios"):
        assert {entry.platform for entry in examples[f"{platform}.yaml"].text_style_entries()} == {platform}


def test_examples_are_of_the_demo_design(examples):
    assert {file_id for config in examples.values() for file_id in config.file_ids} == DEMO_FILES
    assert {entry.selection.frame for config in examples.values() for entry in config.entries()} == {
        "Icons",
        "Illustrations",
    }


def test_every_example_writes_into_a_folder_of_its_own(examples):
    for name, config in examples.items():
        own = f"demo-output/{name.removesuffix('.yaml')}/"
        folders = [entry.exporter.folder for entry in config.entries()]
        assert all(folder.startswith(own) for folder in folders), name
        assert len(set(folders)) == len(folders), name


def test_apps_of_the_shared_library_are_all_different(examples):
    shared = [config for name, config in examples.items() if name.startswith("shared-library/")]

    assert len(shared) == 8
    assert all(one.root != other.root for one, other in itertools.combinations(shared, 2))
    assert all("DemoLightLibrary000001" in config.file_ids for config in shared)


def test_examples_meet_the_json_schema():
    schema = jsonschema_rs.validator_for(json_schema())

    for path in discover([CONFIGS], recursive=True):
        schema.validate(read_document(path.read_text()).tree)
