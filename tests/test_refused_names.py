"""Whole runs whose regexps fit few names of Figma's, or none: what is said of them, how often, and what is counted."""

from __future__ import annotations

import re

import pytest

from tests.conftest import LIBRARY, LIGHT

WEB = f"""\
figma: {{lightFileId: {LIGHT}}}
web:
  output: out
  icons: {{outputDirectory: src, svgDirectory: icons, generateReactComponents: false}}
"""
ADVICE = "mend it in Figma, or change the regexps of the config: what does not fit them is not exported"


@pytest.fixture
def large(simulator):
    """A library of 610 icons, of which 606 are for the Web."""
    simulator.simulate(LIBRARY | {"design": {"files": [{"key": LIGHT, "icons": 610, "illustrations": 0}]}})
    return simulator


def lines(text, start):
    return [line for line in text.splitlines() if line.startswith(start)]


def test_a_regexp_that_fits_no_name_is_told_once_with_its_key_counts_and_three_examples(large, project):
    regexps = "nameValidateRegexp: '^ic/24/(.+)$', nameReplaceRegexp: $1"
    project.write("app.yaml", f"{WEB}common: {{icons: {{{regexps}}}}}\n")

    ran, report = project.report("batch", "app.yaml")

    assert ran.code == 1
    (failure,) = report["failures"]
    assert (failure["entry"], failure["cause"], failure["advice"]) == ("web.icons", "config", ADVICE)
    first = sorted(f"{name!r} ({node})" for name, node in large.ids().items())[:3]
    assert failure["message"] == (
        "606 of 606 names do not match common.icons.nameValidateRegexp, '^ic/24/(.+)$': "
        f"{', '.join(first)} and 603 more"
    )
    assert ran.err.splitlines()[:3] == [
        "1 entry failed (config):",
        f"  app.yaml web.icons: {failure['message']}",
        f"  {ADVICE}",
    ]
    (head, row) = lines(ran.out, ("config", "app.yaml"))
    assert re.split(" {2,}", head) == ["config", "files in place", "files failed", "entries failed"]
    assert row.split() == ["app.yaml", "0", "-", "1"]
    assert report["configs"] == [{"config": "app.yaml", "files": 0, "failed": 0, "failedEntries": 1}]


@pytest.mark.usefixtures("library")
def test_of_a_regexp_that_fits_some_the_others_are_told_together_and_the_key_is_the_elements_own(project):
    own = "icons: [{nameValidateRegexp: '^a', "
    second = ", {outputDirectory: other, svgDirectory: other, generateReactComponents: false, nameValidateRegexp: w}]"
    config = WEB.replace("icons: {output", f"{own}output").replace("false}", f"false}}{second}")
    colors = "  colors: {nameValidateRegexp: ^text}\n"
    project.write("app.yaml", f"{config}{colors}common: {{icons: {{nameValidateRegexp: ^none}}}}\n")

    ran, report = project.report("batch", "app.yaml")

    assert ran.code == 1
    said = {failure["entry"]: failure["message"] for failure in report["failures"]}
    assert set(said) == {"web.icons[1]", "web.colors"}, "all icons begin with an a"
    assert said["web.icons[1]"].startswith("13 of 24 names do not match web.icons[1].nameValidateRegexp, 'w': ")
    assert "names do not match web.colors.nameValidateRegexp, '^text': " in said["web.colors"]
    assert ran.err.startswith("2 entries failed (config):\n")
    assert [row.split()[-2:] for row in lines(ran.out, "app.yaml")] == [["-", "2"]]
    assert len([path for path in project.tree() if path.startswith("other/")]) == 11
    assert "primary" in project.tree()["theme.css"].decode()


@pytest.mark.usefixtures("library")
def test_a_replacement_that_makes_one_name_of_all_is_told_in_one_message_that_does_not_name_all(project):
    project.write("app.yaml", WEB.replace("icons: {", "icons: {nameValidateRegexp: .+, nameReplaceRegexp: icon, "))

    ran, report = project.report("batch", "app.yaml")

    assert ran.code == 1
    (failure,) = report["failures"]
    assert failure["message"].endswith(" and 4 more have the same name: 'icon'")
    assert failure["message"].count("(551:") == 20


@pytest.mark.usefixtures("library")
def test_a_replacement_without_the_regexp_whose_groups_it_names_is_a_warning(project):
    project.write("app.yaml", WEB.replace("icons: {", "icons: {nameReplaceRegexp: $1, "))

    ran, report = project.report("batch", "app.yaml")

    assert ran.code == 0
    assert report["warnings"] == ["app.yaml web.icons: nameReplaceRegexp has no effect without nameValidateRegexp"]
