"""What ExFig v1 finds and accepts. The cases come from its own tests, as a folder of JSON files beside the checkout."""

from __future__ import annotations

import pytest

from exfig_mp.config import discover, file_ids, is_config, load_all, scan
from exfig_mp.config.document import read_document
from exfig_mp.config.problems import BrokenYamlError
from exfig_mp.errors import ConfigError
from tests.conformance import cases


@pytest.mark.parametrize("case", cases("config_discovery"))
def test_discovery_is_that_of_v1(case, folder):
    given, expected = case["input"], case["expected"]
    for name, text in given.get("files", {}).items():
        (folder / name).write_text(text)

    match case["op"]:
        case "discover":
            assert [path.name for path in scan(folder)] == expected
        case "filter_valid":
            assert [config.path.name for config in load_all(discover([folder])).configs] == expected
        case "is_valid":
            assert is_config(read_document(given["text"]).tree) is expected
        case "explicit_list" if isinstance(expected, list):
            assert [path.name for path in discover(given["asked"])] == expected
        case "explicit_list":
            with pytest.raises(ConfigError, match="no such file"):
                discover(given["asked"])
        case "output_conflicts":
            # Conflicts are found between planned files; here, that both configs keep their own paths.
            platforms = [config.root.ios for config in load_all(discover([folder])).configs]
            catalogues = {platform.xcassets_path for platform in platforms if platform}
            assert len(catalogues) == 2 - expected["conflicts"]
        case op:
            pytest.fail(f"unknown op {op}")


@pytest.mark.parametrize("case", cases("file_ids"))
def test_file_ids_are_those_of_v1(case):
    found: set[str] = set()
    for text in case["input"]["configs"]:
        try:
            found.update(file_ids(read_document(text).tree))
        except BrokenYamlError:
            continue

    assert case["op"] == "extract_unique"
    assert sorted(found) == case["expected"]
