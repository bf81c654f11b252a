"""Whole runs that do not succeed: whether a resume can mend what is left, what is kept for it, and what is said."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.conftest import CONFIG, DARK, LIGHT, TOKEN
from tests.crash.bookkeeping import asked as renders_of

BROKEN = "accessibility-00001"
NULL_RENDER = {"on": "images", "do": "null_render", "names": [BROKEN]}
MEND = "Mend what failed and run again: to resume as it is would change nothing."
EARLIER = "an earlier run"


def web(folder: str, key: str = LIGHT, frame: str = "Icons") -> str:
    """Return a config of icons for the Web."""
    icons = f"{{figmaFrameName: {frame}, outputDirectory: src, svgDirectory: icons, generateReactComponents: false}}"
    return f"figma: {{lightFileId: {key}}}\nweb: {{output: out/{folder}, icons: {icons}}}\n"


def asked(figma, seen: int = 0) -> list[str]:
    """Return the files whose renders were asked for."""
    return [
        urlsplit(entry["path"]).path.rpartition("/")[2] for entry in figma.log()[seen:] if entry["kind"] == "images"
    ]


@pytest.mark.parametrize("config", [web("a", frame="Nowhere"), web("a", key="NoSuchFile")], ids=["frame", "file"])
def test_what_only_a_change_can_mend_leaves_no_checkpoint_and_no_resume_is_offered(library, project, config):
    project.write("app.yaml", config)

    ran, report = project.report("batch", "app.yaml")

    assert ran.code == 1
    assert {one["cause"] for one in report["failures"]} <= {"config", "not_found"}
    assert report["wayOn"] == "change"
    assert project.state() == []
    assert ran.err.endswith(f"{MEND}\n")
    assert "--resume" not in ran.text
    project.write("app.yaml", web("a"))
    again = project.run("batch", "app.yaml")
    assert (again.code, again.err) == (0, "")
    assert asked(library) == [LIGHT]


def test_with_the_cache_no_checkpoint_is_needed_to_ask_for_no_render_again(library, project):
    project.write("a.yaml", web("a"))
    project.write("b.yaml", web("b", key="NoSuchFile"))

    ran = project.run("batch", "a.yaml", "b.yaml", "--cache")

    assert ran.code == 1
    assert ran.err.endswith(f"{MEND}\n")
    assert project.state() == []
    assert asked(library) == [LIGHT]
    seen = len(library.log())
    project.write("b.yaml", web("b", key=DARK))
    again = project.run("batch", "a.yaml", "b.yaml", "--cache")
    assert (again.code, again.err) == (0, "")
    assert asked(library, seen) == [DARK]


def test_without_it_renders_that_were_paid_for_are_kept_for_a_changed_config(library, project):
    project.write("a.yaml", web("a"))
    project.write("b.yaml", web("b", key="NoSuchFile"))

    ran, report = project.report("batch", "a.yaml", "b.yaml")

    assert (ran.code, report["wayOn"]) == (1, "force")
    *_, mend, keep = ran.err.splitlines()
    assert mend == MEND
    command = "exfig-mp batch a.yaml b.yaml --report report.json --resume=force"
    assert keep == f"If that changes the config alone, no render is asked for again with: {command}"
    seen = len(library.log())
    project.write("b.yaml", web("b", key=DARK))
    again = project.run(*command.split()[1:])
    assert again.code == 0, again.text
    assert asked(library, seen) == [DARK]
    assert project.state() == []


def test_what_a_resume_can_mend_keeps_the_checkpoint_whatever_else_failed(faulty, project):
    figma = faulty(NULL_RENDER)
    project.write("a.yaml", web("a"))
    project.write("b.yaml", web("b", frame="Nowhere"))

    ran, report = project.report("batch", "a.yaml", "b.yaml")

    assert (ran.code, report["wayOn"]) == (1, "resume")
    assert ".exfig-checkpoint.json" in project.state()
    assert ran.err.endswith("\nGo on with: exfig-mp batch a.yaml b.yaml --report report.json --resume\n")
    faulty()
    ran, report = project.report("batch", "a.yaml", "b.yaml", "--resume")
    assert (ran.code, report["downloaded"], report["skipped"], report["wayOn"]) == (1, 1, 23, "force")
    assert len(asked(figma)) == 1


def test_a_run_of_other_configs_neither_speaks_of_a_checkpoint_nor_throws_it_away(faulty, project):
    faulty(NULL_RENDER)
    project.write("a.yaml", web("a"))
    project.write("b.yaml", web("b", key=DARK))
    assert project.run("batch", "a.yaml").code == 1

    figma = faulty()
    other = project.run("batch", "b.yaml")

    assert (other.code, other.err) == (0, "")
    assert ".exfig-checkpoint.json" in project.state()
    other = project.run("batch", "b.yaml", "--resume")
    assert other.code == 0
    assert "the checkpoint here is of a.yaml, and stays; starting from the beginning" in other.err
    seen = len(figma.log())
    ran, report = project.report("batch", "a.yaml", "--resume")
    assert (ran.code, report["downloaded"], report["skipped"]) == (0, 1, 23)
    assert [entry["kind"] for entry in figma.log()[seen:]] == ["images", "cdn"]
    assert project.state() == []


def test_a_run_that_has_a_config_in_common_says_whose_run_was_not_finished_and_leaves_it_alone(faulty, project):
    faulty(NULL_RENDER)
    for name in "abc":
        project.write(f"{name}.yaml", web(name))
    assert project.run("batch", "a.yaml", "b.yaml").code == 1

    both = project.run("batch", "b.yaml", "c.yaml")

    assert both.code == 1
    assert f"{EARLIER} of a.yaml, b.yaml was not finished; its checkpoint stays" in both.err
    figma = faulty()
    same = project.run("batch", "b.yaml", "c.yaml")
    assert same.code == 0
    assert f"{EARLIER} of b.yaml, c.yaml was not finished" in same.err
    assert "(--resume would go on)" in same.err
    seen = len(figma.log())
    ran, report = project.report("batch", "a.yaml", "b.yaml", "--resume")
    assert (ran.code, report["downloaded"], report["skipped"]) == (0, 1, 23), ran.text
    assert asked(figma, seen) == [LIGHT]
    assert project.state() == []


def nodes_asked(figma, seen: int = 0) -> set[tuple[str, str]]:
    """Return the components whose renders were asked for: file and id."""
    return {(path.rpartition("/")[2], node) for path, _query, node in renders_of(figma.log()[seen:])}


def test_a_resume_of_more_configs_asks_and_goes_on_from_a_copy_if_forced(faulty, project):
    tokens = [{"token": TOKEN}]
    figma = faulty(NULL_RENDER, tokens=tokens)
    project.write("a.yaml", web("a"))
    project.write("b.yaml", web("b", key=DARK))
    assert project.run("batch", "a.yaml").code == 1

    unforced = project.run("batch", "a.yaml", "b.yaml", "--resume", FIGMA_PERSONAL_TOKEN="figd_unknown")
    assert unforced.code == 3
    assert "changed since the checkpoint of a.yaml (b.yaml web.icons is new) (--resume=force goes on)" in unforced.err
    faulty(tokens=tokens)
    forced, report = project.report("batch", "a.yaml", "b.yaml", "--resume=force")

    assert (forced.code, report["downloaded"], report["skipped"]) == (0, 1 + 24, 23), forced.text
    assert "going on from a copy of it all the same (force)" in forced.err
    assert [node for key, node in nodes_asked(figma) if key == LIGHT] == [figma.ids(LIGHT)[BROKEN]]
    assert project.state() == [], "what a.yaml wanted was finished with it"


def test_icons_and_images_of_one_config_have_a_checkpoint_each(faulty, project):
    project.write("app.yaml", CONFIG)
    figma = faulty(NULL_RENDER)
    assert project.run("icons", "-i", "app.yaml").code == 1

    images = project.run("images", "-i", "app.yaml")

    assert (images.code, f"{EARLIER} of app.yaml was not finished; its checkpoint stays" in images.err) == (0, True)
    faulty()
    ran = project.run("icons", "-i", "app.yaml", "--resume")
    assert ran.code == 0
    assert nodes_asked(figma) == {(key, figma.ids(key)[BROKEN]) for key in (LIGHT, DARK)}
    assert project.state() == []


def test_what_is_fetched_in_one_folder_from_several_files_has_a_checkpoint_each(faulty, project):
    figma = faulty(NULL_RENDER)
    first = ("fetch", "-r", "Icons", "-f", LIGHT, "-o", "light")
    assert project.run(*first).code == 1

    other = project.run("fetch", "-r", "Icons", "-f", DARK, "-o", "dark")

    assert (other.code, EARLIER in other.err) == (1, False), other.text
    faulty()
    seen = len(figma.log())
    ran, report = project.report(*first, "--resume")
    assert (ran.code, report["downloaded"], report["skipped"]) == (0, 1, 23), ran.text
    assert asked(figma, seen) == [LIGHT]


def test_configs_of_one_name_in_folders_that_share_a_state_folder_have_a_checkpoint_each(faulty, project):
    figma = faulty(NULL_RENDER)
    project.write("exfig.yaml", web("a"))
    project.write("other/exfig.yaml", web("a", key=DARK))
    assert project.run("icons").code == 1

    folder, project.folder = project.folder, project.folder / "other"
    other = project.run("icons", "--state-dir", "..")

    assert (other.code, EARLIER in other.err) == (1, False), other.text
    project.folder = folder
    faulty()
    seen = len(figma.log())
    ran, report = project.report("icons", "--resume")
    assert (ran.code, report["downloaded"], report["skipped"]) == (0, 1, 23), ran.text
    assert asked(figma, seen) == [LIGHT]


def test_one_icon_that_is_exported_in_between_costs_nothing_of_what_was_paid_for_all(faulty, project):
    figma = faulty(NULL_RENDER)
    project.write("app.yaml", web("a"))
    assert project.run("icons", "-i", "app.yaml").code == 1
    faulty()

    one, report = project.report("icons", BROKEN, "-i", "app.yaml", "--resume=force")

    assert (one.code, report["downloaded"]) == (0, 1), one.text
    assert "the checkpoint is of app.yaml; going on from a copy of it" in one.err
    seen = len(figma.log())
    ran, report = project.report("icons", "-i", "app.yaml", "--resume")
    assert (ran.code, report["downloaded"] + report["skipped"]) == (0, 24), ran.text
    assert len(nodes_asked(figma, seen)) == 1
