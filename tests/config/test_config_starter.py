"""What `init` writes: every key of a platform, and whatever the user takes the mark away from, it loads."""

from __future__ import annotations

import re

import pytest

from exfig_mp.config.contents import PLATFORMS
from exfig_mp.config.keys import explain
from exfig_mp.config.starter import starter
from exfig_mp.config.validation import json_schema

_OPTION = re.compile(r"^( *)#(?=[A-Za-z])", re.MULTILINE)


@pytest.fixture(params=PLATFORMS)
def platform(request):
    return request.param


def uncommented(text, without):
    """Take the marks of all options away, and one section of `common` out: colours have one origin."""
    text = _OPTION.sub(r"\1", text)
    return re.sub(rf"^  {without}:.*\n(?:    .*\n)*", "", text, count=1, flags=re.MULTILINE)


def test_a_starter_loads_as_it_is(platform, read):
    config = read(starter(platform), strict=True)

    assert list(config.root.platforms()) == [platform]
    assert {entry.kind for entry in config.entries()} == {"icons", "images"}
    assert len(config.color_entries()) == 1
    assert config.file_ids == ("YOUR_FILE_KEY",)


@pytest.mark.parametrize("without", ["colors", "variablesColors"])
def test_a_starter_loads_with_all_its_options(platform, without, read):
    config = read(uncommented(starter(platform), without), strict=True)

    assert config.root.common.cache.path == ".exfig-cache"
    assert config.root.abort.crashes == 3
    assert (config.root.common.colors is None) == (without == "colors")


def test_a_starter_has_every_key_and_a_word_about_it(platform):
    explained, others = explained_paths(platform), set(PLATFORMS) - {platform}

    missing = [path for path in key_paths(json_schema()) if path[0] not in others and path not in explained]

    assert missing == []


def key_paths(schema):
    """Return the path of every key that a config can have."""

    def below(section, path):
        for key, option in section["properties"].items():
            yield (*path, key)
            for name in set(re.findall(r"#/\$defs/(\w+)", str(option))):
                yield from below(schema["$defs"][name], (*path, key))

    return list(below(schema, ()))


def explained_paths(platform):
    """Return the path of every key of a starter that has a comment, options included."""
    path: list[str] = []
    found = set()
    for line in starter(platform).splitlines():
        if match := re.fullmatch(r"( *)#?([A-Za-z]+):(.*)", line):
            path[len(match[1]) // 2 :] = [match[2]]
            found |= {tuple(path)} if " # " in match[3] else set()
    return found


def test_every_key_of_a_config_is_explained():
    schema = json_schema()
    sections = {"Root": schema, **schema["$defs"]}

    missing = [
        f"{name}.{key}" for name, one in sections.items() for key in one["properties"] if not explain(name, key).text
    ]

    assert missing == []
