"""Frames of components: templates, the user's too, run in the coordinator, and a worker fills in the drawing."""

from __future__ import annotations

import re

import pytest

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.settings import Common, Figma
from exfig_mp.exporters.web import Web, WebIcons
from exfig_mp.framing import framed
from exfig_mp.model import Asset, Node
from exfig_mp.planned import plan_entry

LIBRARY = "LightLibrary"
WEB = f"""\
figma: {{lightFileId: {LIBRARY}, darkFileId: DarkLibrary}}
web:
  output: out
  templatesPath: mine
  icons: {{outputDirectory: code, svgDirectory: svg, iconSize: 16}}
"""


@pytest.mark.usefixtures("library")
def test_components_are_the_same_with_any_number_of_workers(project):
    project.write("app.yaml", WEB.replace("  templatesPath: mine\n", ""))
    trees = []
    for workers in ("0", "2"):
        ran = project.run("batch", "app.yaml", "--workers", workers)
        assert ran.code == 0, ran.text
        trees.append(project.tree())
        (project.folder / "out").rename(project.folder / f"out-{workers}")

    assert trees[0] == trees[1]
    code = {path: body.decode() for path, body in trees[0].items() if path.endswith(".tsx")}
    assert len(code) == len([path for path in trees[0] if path.endswith(".svg")]) == 48
    arrow = code["code/ArrowLeft00023.tsx"]
    assert "export const ArrowLeft00023 = ({ color = 'currentColor', size = 16, ...props }: IconProps) => (" in arrow
    assert 'viewBox="0 0 24 24"' in arrow
    assert re.search(r'    <path d="M19 12H5" stroke="#1A1A1A".* />\n', arrow)
    assert "export const ArrowLeft00023Dark" in code["code/ArrowLeft00023Dark.tsx"]
    assert not any("\ue000" in text for text in code.values())


@pytest.mark.usefixtures("library")
def test_a_user_s_template_goes_before_ours(project):
    project.write("app.yaml", WEB)
    project.write(
        "mine/Icon.tsx.jinja", "{{ componentName }} {{ name }} {{ assetPath }} {{ viewBox }}\n{{ svgContent }}\n"
    )

    ran = project.run("batch", "app.yaml")

    assert ran.code == 0, ran.text
    text = project.tree()["code/ArrowLeft00023.tsx"].decode()
    assert text.startswith("ArrowLeft00023 arrow_left_00023 arrow_left_00023.svg 0 0 24 24\n<")


def test_a_template_without_a_drawing_ends_its_entry_before_anything_is_drawn(library, project):
    project.write("app.yaml", WEB)
    project.write("mine/Icon.tsx.jinja", "{{ componentName }}")

    ran = project.run("batch", "app.yaml")

    assert ran.code == 1
    assert "Icon.tsx.jinja leaves the drawing out" in ran.text
    assert library.seen()["endpoints"].get("images", 0) == 0


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ svgContent }", "cannot be read"),
        ("{{ svgContent.__class__.__mro__ }}", "unsafe"),
        ("{{ svgContent }}{{ secret }}", "'secret' is undefined"),
    ],
)
def test_a_template_that_is_wrong_is_named(template, words, tmp_path):
    (tmp_path / "Icon.tsx.jinja").write_text(template)
    web = Web(output="o", templates_path=str(tmp_path), icons=(WebIcons(output_directory="i"),))
    (entry,) = web.entries(Figma(light_file_id="f"), Common())
    planned = plan_entry("c.yaml", "/", entry, (Asset("a", "A", Node("f", "1", "1")),))

    with pytest.raises(ConfigError, match=words) as refusal:
        framed(planned)

    assert "Icon.tsx.jinja" in str(refusal.value)
