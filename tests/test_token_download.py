"""`download` against the simulated Figma: what is written, what is asked for, what happens when something fails."""

from __future__ import annotations

import json
from collections import Counter

import pytest

LIGHT, DARK = "LightLibrary", "DarkLibrary"
DEMO = "DemoLightLibrary000001"
STYLES = f"figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}\n"
VARIABLES = f"""\
common:
  variablesColors: {{tokensFileId: {DEMO}, tokensCollectionName: Theme, lightModeName: Light, darkModeName: Dark}}
"""


@pytest.fixture
def tokens(project):
    """A folder with a config that has no platform."""
    project.write("exfig.yaml", STYLES)
    return project


def leaves(tree, path=()):
    """Return the tokens of a tree by their paths."""
    if "$value" in tree:
        return {"/".join(path): tree}
    return {name: token for key, group in tree.items() for name, token in leaves(group, (*path, key)).items()}


def read(project, name):
    return json.loads((project.folder / name).read_bytes())


def test_all_kinds_share_calls(library, tokens):
    ran = tokens.run("download", "all", "-o", "tokens")

    assert ran.code == 0, ran.text
    calls = Counter(entry["kind"] for entry in library.log())
    # Colours and text styles of a file share calls; icons and images are of one format and scale, so one draws both.
    assert calls == {"styles": 2, "nodes": 2, "meta": 1, "components": 1, "images": 1}
    icons, images = leaves(read(tokens, "tokens/icons.json")), leaves(read(tokens, "tokens/images.json"))
    assert (len(icons), len(images)) == (24, 3)
    url = next(iter(icons.values()))["$value"]
    assert library.get(url).body.startswith(b"\x89PNG")
    colors = leaves(read(tokens, "tokens/colors.json"))
    assert colors["text/primary"] == {"$type": "color", "$value": {"Light": "#1a1a1a", "Dark": "#f2f2f2"}}
    caption = {"fontFamily": "Inter-Medium", "fontSize": 12.5, "lineHeight": 16, "letterSpacing": 0.24}
    texts = leaves(read(tokens, "tokens/typography.json"))
    value = caption | {"textTransform": "uppercase"}
    assert texts["caption"] == {"$type": "typography", "$value": value, "$description": "Caption 1"}
    assert len(texts) == 5
    assert "icons.json: 24 icons" in ran.out
    assert tokens.state() == []


def test_variables_have_their_modes(simulator, project):
    simulator.simulate({"limits": "off"})
    project.write("exfig.yaml", VARIABLES)

    ran = project.run("download", "colors", "-o", "out/deep/theme.json", "--compact")

    assert ran.code == 1  # one of them leads to a library that the file does not have
    assert "variable 'foreign' has no colour" in ran.err
    assert set(Counter(entry["kind"] for entry in simulator.log())) == {"variables"}
    colors = leaves(read(project, "out/deep/theme.json"))
    assert all(set(color["$value"]) == {"Light", "Dark"} for color in colors.values())
    assert (project.folder / "out/deep/theme.json").read_bytes().count(b"\n") == 1


def test_filter_format_scale_and_frame_are_those_of_the_command_line(library, tokens):
    names = sorted(library.ids())
    arguments = ("--asset-format", "jpg", "--scale", "1.5", "--frame-name", "Illustrations")

    ran = tokens.run("download", "icons", f"{names[0]},*", *arguments)

    assert ran.code == 0, ran.text
    assert len(leaves(read(tokens, "icons.json"))) == 3
    (asked,) = library.log("images")
    assert "format=jpg" in asked["path"]
    assert "scale=1.5" in asked["path"]


def test_raw_is_what_figma_says(library, tokens):
    assert tokens.run("download", "colors", "--format", "raw").code == 0
    assert tokens.run("download", "icons", "--format", "raw", "--asset-format", "svg").code == 0

    colors, icons = read(tokens, "colors.json"), read(tokens, "icons.json")
    assert colors["data"][f"/v1/files/{LIGHT}/styles"] == library.get(f"/v1/files/{LIGHT}/styles").json
    assert colors["source"]["fileId"] == icons["source"]["fileId"] == LIGHT
    assert {entry["nodeId"] for entry in icons["data"]} <= set(library.ids().values())
    assert all(entry["exportUrl"].startswith("http") for entry in icons["data"])
    assert set(icons["source"]) == {"name", "fileId", "exportedAt", "exfigMpVersion"}


def test_text_styles_are_those_that_the_filter_names(library, tokens):
    ran = tokens.run("download", "typography", "body/*")
    none = tokens.run("download", "typography", "nothing/*", "-o", "none.json")

    assert (ran.code, none.code) == (0, 1), ran.text
    assert set(leaves(read(tokens, "typography.json"))) == {"body/bold", "body/regular"}
    assert "'nothing/*'" in none.err
    assert not (tokens.folder / "none.json").exists()
    assert library.seen()["endpoints"]["styles"] == 2


def test_what_figma_does_not_draw_is_named(faulty, tokens):
    name = min(faulty().ids())
    figma = faulty({"on": "images", "do": "null_render", "names": [name], "sticky": True})

    ran = tokens.run("download", "all", "-o", ".")

    assert ran.code == 1
    assert f"'{name}': Figma renders nothing" in ran.err
    icons, images = leaves(read(tokens, "icons.json")), leaves(read(tokens, "images.json"))
    assert len(icons) + len(images) == 26
    assert name not in {**icons, **images}
    assert len(figma.log("images")) == 2  # once more for the one, alone


def test_a_kind_that_is_not_there_leaves_its_file(library, tokens):
    assert library
    tokens.write("icons.json", "mine")

    ran = tokens.run("download", "all", "--icons-frame-name", "Nowhere")

    assert ran.code == 1
    assert "Nowhere" in ran.err
    assert "check --icons-frame-name and the filter" in ran.err
    assert (tokens.folder / "icons.json").read_text() == "mine"
    assert len(leaves(read(tokens, "images.json"))) == 3


def test_a_refused_token_ends_it_with_its_code(library, tokens):
    assert library

    ran = tokens.run("download", "colors", FIGMA_PERSONAL_TOKEN="figd_unknown")

    assert ran.code == 3
    assert not (tokens.folder / "colors.json").exists()


def test_server_errors_are_repeated(faulty, tokens):
    faulty({"on": ["styles", "images"], "do": "status", "status": 503, "first": 1})

    ran = tokens.run("download", "all", "--retry-base", "0.01")

    assert ran.code == 0, ran.text
    assert len(leaves(read(tokens, "icons.json"))) == 24


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("colors", "-i", "gone.yaml"), "no such file"),
        (("icons", "-i", "empty.yaml"), "names no file of icons"),
        (("colors", "-i", "empty.yaml"), "has no Figma file"),
        (("icons", "--scale", "5"), "5"),
        (("icons", "--asset-format", "webp"), "webp"),
        (("nothing",), "nothing"),
    ],
)
def test_wrong_use_is_said_before_anything_is_asked(library, tokens, arguments, said):
    tokens.write("empty.yaml", "figma: {}\n")

    ran = tokens.run("download", *arguments)

    assert ran.code == 2
    assert said in ran.err
    assert library.log() == []
