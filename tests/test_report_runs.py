"""Reports of whole runs: what they say of a tree that was there before, and of components with hostile names."""

from __future__ import annotations

import pytest

from exfig_mp.cli.report_files import tell_actions
from exfig_mp.hashing import digest
from exfig_mp.ledger import Ledger
from exfig_mp.report import Run, build_report
from exfig_mp.reports.markdown import to_markdown
from tests.conftest import DARK, LIGHT
from tests.hostile_names import HOSTILE_NAMES
from tests.odd_names import rename_components

WEB = f"""\
figma: {{lightFileId: {LIGHT}}}
web:
  output: out
  icons: {{outputDirectory: src, svgDirectory: icons}}
"""
NO_RENDERS = {"on": "images", "do": "null_render"}


def changes(project, *arguments):
    """Run, and return the report's changes: kinds by path, and all of them."""
    ran, report = project.report("batch", "web.yaml", *arguments)
    assert ran.code == 0, ran.text
    return {one["path"]: one["kind"] for one in report["changes"]["files"]}, report


@pytest.fixture
def web(project, library):  # noqa: ARG001 - what the simulator simulates
    project.write("web.yaml", WEB)
    return project


def test_files_of_one_render_are_told_in_the_order_of_the_config(web):
    icons = "[{outputDirectory: first, svgDirectory: a}, {outputDirectory: second, svgDirectory: b}]"
    web.write("web.yaml", WEB.replace("{outputDirectory: src, svgDirectory: icons}", icons))

    kinds, _ = changes(web)

    images = [path for path in kinds if path.endswith(".svg")]
    assert images
    assert images[::2] == [path.replace("/b/", "/a/") for path in images[1::2]]
    assert all(path.startswith("out/a/") for path in images[::2])


def test_what_is_new_changed_and_removed_is_told_by_content_with_digests(web):
    kinds, report = changes(web)
    first = web.tree()
    assert kinds == dict.fromkeys((f"out/{path}" for path in first), "new")
    assert {one["path"]: one["after"] for one in report["changes"]["files"]} == {
        f"out/{path}": digest(body) for path, body in first.items()
    }
    edited, lost, same = sorted(path for path in first if path.endswith(".svg"))[:3]
    web.write(f"out/{edited}", "mine")
    (web.folder / "out" / lost).unlink()

    kinds, report = changes(web)

    assert kinds == {f"out/{edited}": "changed", f"out/{lost}": "new"}
    change = next(one for one in report["changes"]["files"] if one["kind"] == "changed")
    after = digest(first[edited])
    assert change == {
        "path": f"out/{edited}", "kind": "changed", "config": "web.yaml", "before": digest(b"mine"), "after": after,
    }  # fmt: skip
    assert (report["changes"]["new"], report["changes"]["changed"], report["changes"]["removed"]) == (1, 1, 0)
    assert [(one["new"], one["changed"]) for one in report["configs"]] == [(1, 1)]
    assert web.tree() == first
    assert f"out/{same}" not in kinds


def test_what_a_cache_leaves_in_place_is_no_change_and_a_stale_file_is_removed(web):
    changes(web, "--cache")
    assert changes(web, "--cache")[0] == {}
    gone = next(iter(web.figma.ids(LIGHT).values()))
    web.figma.post("/_simulator/design", {"file": LIGHT, "edits": [{"do": "delete", "id": gone}, {"do": "publish"}]})

    kinds, report = changes(web, "--cache")

    removed = [path for path, kind in kinds.items() if kind == "removed"]
    assert len(removed) == report["changes"]["removed"] == report["removed"] > 0
    assert not any((web.folder / path).exists() for path in removed)


@pytest.fixture
def hostile(app, library):
    """A project whose components are called what nobody should believe."""
    rename_components(library, LIGHT, HOSTILE_NAMES)
    rename_components(library, DARK, HOSTILE_NAMES)
    return app


def obeyed(output: str) -> list[str]:
    """Return the lines that a runner of GitHub Actions takes for commands."""
    return [line for line in output.splitlines() if line.lstrip().startswith("::") or "##[" in line]


def test_names_make_no_commands_and_failures_become_annotations(hostile, faulty):
    figma = faulty(NO_RENDERS)
    rename_components(figma, LIGHT, HOSTILE_NAMES)

    ran = hostile.run("batch", "app.yaml", "--max-retries", "0", "-v", GITHUB_ACTIONS="true")

    assert ran.code != 0
    commands = obeyed(ran.text)
    assert len(commands) == 10
    assert all(line.startswith("::error title=exfig-mp") for line in commands)
    assert all(line.count("::") >= 2 for line in commands)
    assert "more failed" in commands[-1]


def test_a_run_outside_of_github_says_no_command_at_all(hostile):
    ran = hostile.run("batch", "app.yaml", "-v")

    assert obeyed(ran.text) == []


def test_a_config_that_cannot_be_read_is_annotated(project):
    project.write("::error::x.yaml", "figma: [")

    ran = project.run("batch", "::error::x.yaml", GITHUB_ACTIONS="true")

    assert ran.code == 2
    assert len(obeyed(ran.text)) == 1
    assert obeyed(ran.text)[0].startswith("::error title=exfig-mp::")


def test_the_summary_of_a_step_is_appended_to_and_is_the_report(hostile):
    summary = hostile.write("summary.md", "# Mine\n")

    ran = hostile.run("batch", "app.yaml", "--report", "report.md", GITHUB_STEP_SUMMARY=str(summary))

    report = (hostile.folder / "report.md").read_text("utf-8")
    assert summary.read_text("utf-8") == "# Mine\n\n" + report
    assert ran.code in {0, 1}, ran.text
    assert "New: " in report
    assert len(report) < 65_536


@pytest.mark.parametrize(
    ("before", "between"),
    [("", ""), ("\n", ""), ("x\n\n", ""), ("</details>\n", "\n"), ("Mine", "\n\n"), ("x", "\n\n")],
)
def test_a_summary_goes_on_where_nothing_of_others_goes_on(tmp_path, before, between):
    summary, report = tmp_path / "summary.md", build_report(Ledger(), Run("1", "2026-01-01T00:00:00+00:00", 1.0))
    summary.write_text(before)

    assert tell_actions(report, {"GITHUB_STEP_SUMMARY": str(summary)}, "") == ""

    assert summary.read_text() == before + between + to_markdown(report, "")


@pytest.mark.parametrize("where", ["missing/summary.md", ".", "full.md"])
def test_a_summary_that_cannot_be_written_is_a_warning(web, where):
    with (web.folder / "full.md").open("wb") as full:
        full.truncate(1 << 20)

    ran = web.run("batch", "web.yaml", GITHUB_STEP_SUMMARY=str(web.folder / where))

    assert ran.code == 0, ran.text
    assert "this run is not in it" in ran.err
    assert (web.folder / "full.md").stat().st_size == 1 << 20


def test_a_dry_run_writes_no_summary_and_no_markdown(web):
    summary = web.folder / "summary.md"

    ran = web.run("batch", "web.yaml", "--dry-run", GITHUB_STEP_SUMMARY=str(summary))
    refused = web.run("batch", "web.yaml", "--dry-run", "--report", "report.md")

    assert (ran.code, refused.code) == (0, 2)
    assert not summary.exists()
    assert not (web.folder / "report.md").exists()


def test_a_run_that_ended_early_reports_what_it_did_change(web, faulty):
    faulty({"on": "cdn", "do": "status", "status": 404, "rate": 0.3})

    ran, report = web.report("batch", "web.yaml", "--fail-fast")

    assert ran.code == 4, ran.text
    in_place = {f"out/{path}" for path in web.tree()} if (web.folder / "out").exists() else set()
    assert {one["path"] for one in report["changes"]["files"]} == in_place
