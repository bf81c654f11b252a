"""`--fail-fast`: no retry, nothing after the first failed item, and everything that is in place counts for a resume."""

from __future__ import annotations

import json
from collections import Counter

import pytest

KEY = "LightLibrary"
WEB = """\
figma: {{lightFileId: {key}}}
web:
  output: out/{name}
  icons: {{outputDirectory: src, svgDirectory: icons, generateReactComponents: false}}
"""
BROKEN = "accessibility-00001"
FEW_AT_A_TIME = ("--fail-fast", "--concurrent-downloads", "4", "--parallel", "1")
FILES = [{"key": KEY, "icons": 200}]
SLOW = {"on": "cdn", "do": "delay", "seconds": 0.15}


@pytest.fixture
def web(project):
    """A config of one platform, and two workers."""
    project.write("web.yaml", WEB.format(key=KEY, name="web"))
    project.environment["EXFIG_MP_WORKERS"] = "2"
    return project


def downloads(figma):
    """Return how often each object was asked for at the store."""
    return Counter(entry["path"] for entry in figma.log("cdn"))


@pytest.mark.parametrize("workers", ["2", "0"])
def test_one_failed_download_of_200_stops_the_run_and_a_resume_completes_it(faulty, web, workers):
    once = {"on": "cdn", "do": "status", "status": 500, "names": [BROKEN], "first": 1}
    figma = faulty(once, SLOW, design={"files": FILES})

    ran, report = web.report("batch", "web.yaml", *FEW_AT_A_TIME, "--workers", workers)

    asked, in_place = downloads(figma), web.tree("out/web")
    assert ran.code == 4, ran.text
    assert max(asked.values()) == 1, "a second attempt would have succeeded"
    assert 1 <= sum(asked.values()) <= 40
    assert [(failure["asset"], failure["cause"]) for failure in report["failures"]] == [(BROKEN, "server")]
    assert report["stopped"] == {"by": "failFast", "failure": report["failures"][0]}
    assert (report["failed"], report["retries"]) == (1, 0)
    assert report["notDone"] == report["renders"] - 1 - report["downloaded"] >= 150
    assert report["downloaded"] == len(in_place), "also those that ended in their grace"
    done = report["downloaded"]
    assert report["configs"] == [
        {"config": "web.yaml", "files": done, "failed": 1, "notDone": report["notDone"], "new": done}
    ]
    assert f"Stopped by --fail-fast at web.yaml web.icons {BROKEN} (server)" in ran.err
    assert f"{report['notDone']} of {report['renders']} renders are not done" in ran.err
    assert "--resume" in ran.err
    assert web.temporary_files() == []

    again, second = web.report("batch", "web.yaml", "--fail-fast", "--resume")

    assert again.code == 0, again.text
    assert len(web.tree("out/web")) == report["renders"]
    assert {path: body for path, body in web.tree("out/web").items() if path in in_place} == in_place
    assert second["skipped"] == len(in_place), "jobs in flight had their grace, and were remembered"
    calls = figma.seen()["endpoints"]
    assert (calls["meta"], calls["components"]) == (1, 1)
    assert calls["images"] <= 3, "100 ids, then the rest, once more if the stop came before its answer"
    assert figma.seen()["violations"] == []
    assert web.state() == []


def test_what_figma_does_not_draw_stops_downloads_that_hang(faulty, web):
    figma = faulty({"on": "images", "do": "null_render", "names": [BROKEN]}, {"on": "cdn", "do": "hang", "seconds": 60})

    ran, report = web.report("batch", "web.yaml", "--fail-fast")

    assert ran.code == 4, ran.text
    assert [(failure["asset"], failure["cause"]) for failure in report["failures"]] == [(BROKEN, "null_render")]
    assert (report["downloaded"], report["notDone"]) == (0, 23)
    assert figma.seen()["endpoints"]["images"] == 2


def test_no_index_is_written_for_the_unfinished_rest_and_a_resume_writes_all(faulty, app, finished_tree):
    figma = faulty({"on": "cdn", "do": "cut", "names": [BROKEN], "first": 1})

    first = app.run("batch", "app.yaml", "--fail-fast")
    stopped = app.tree()
    manifest = json.loads((app.folder / ".exfig-checkpoint.json").read_bytes())
    second = app.run("batch", "app.yaml", "--resume")

    assert (first.code, second.code) == (4, 0), first.text + second.text
    assert not [path for path in stopped if path.endswith("Contents.json")]
    assert any(BROKEN in item for item in manifest["pending"]["icons"])
    assert app.tree() == finished_tree
    assert figma.seen()["violations"] == []


def test_a_file_that_cannot_be_had_stops_the_run_before_any_render(library, web):
    web.write("bad.yaml", WEB.format(key="NoSuchFile", name="bad"))

    ran, report = web.report("batch", ".", "--fail-fast")

    assert ran.code == 4
    assert (report["stopped"]["failure"]["config"], report["notDone"]) == ("bad.yaml", 24)
    assert set(library.seen()["endpoints"]) <= {"meta", "components"}
    assert not (web.folder / "out").exists()


def test_a_config_that_cannot_be_read_stops_the_run_before_it_starts_and_leaves_the_checkpoint(faulty, web):
    figma = faulty({"on": "images", "do": "null_render", "names": [BROKEN]})
    web.run("batch", "web.yaml")
    state, asked = web.tree("."), figma.seen()["api_requests"]
    web.write("bad.yaml", "figma: 7\n")

    ran, report = web.report("batch", ".", "--fail-fast")

    assert ran.code == 4
    assert report["stopped"]["failure"]["config"] == "bad.yaml"
    assert "nothing was started" in ran.err
    assert figma.seen()["api_requests"] == asked
    after = web.tree(".")
    assert {path: after[path] for path in state} == state


@pytest.mark.slow
def test_a_block_stays_75_and_a_refused_token_3(faulty, web):
    faulty({"on": "images", "do": "rate_limit", "retry_after": 396749, "limit_type": "low"})
    blocked, report = web.report("batch", "web.yaml", "--fail-fast")
    refused = web.run("batch", "web.yaml", "--fail-fast", FIGMA_PERSONAL_TOKEN="figd_unknown")

    assert (blocked.code, refused.code) == (75, 3)
    assert {failure["cause"] for failure in report["failures"]} == {"rate_limit"}
    assert "--resume" in blocked.err


def test_a_short_block_is_waited_for_since_it_is_no_retry(faulty, web):
    figma = faulty({"on": "images", "do": "rate_limit", "retry_after": 1, "requests": 1})

    ran = web.run("batch", "web.yaml", "--fail-fast")

    assert ran.code == 0, ran.text
    assert figma.seen()["violations"] == []


@pytest.mark.slow
def test_the_config_and_the_environment_ask_for_it_and_the_command_line_has_the_last_word(faulty, web):
    web.write("web.yaml", WEB.format(key=KEY, name="web") + "batch: {failFast: true}\n")

    def code(*arguments, **environment):
        faulty({"on": "images", "do": "null_render", "names": [BROKEN]})
        return web.run("batch", "web.yaml", *arguments, **environment).code

    assert code() == 4
    assert code(EXFIG_MP_FAIL_FAST="0") == 1
    assert code("--fail-fast", EXFIG_MP_FAIL_FAST="0") == 4
    assert code("--no-fail-fast", EXFIG_MP_FAIL_FAST="1") == 1


@pytest.mark.slow
def test_a_run_without_failures_is_like_any_other(library, app, finished_tree):
    ran, report = app.report("batch", "app.yaml", "--fail-fast")

    assert ran.code == 0, ran.text
    assert app.tree() == finished_tree
    assert report["stopped"] is None
    assert report["notDone"] == 0
    assert library.seen()["violations"] == []


@pytest.mark.slow
def test_ctrl_c_while_it_downloads_is_still_an_interrupt(faulty, web):
    figma = faulty({"on": "cdn", "do": "hang", "seconds": 20})
    process = web.start("batch", "web.yaml", "--fail-fast")
    web.wait_until(lambda: figma.seen()["cdn_connections"])

    process.terminate()

    assert web.end(process).code == 143
