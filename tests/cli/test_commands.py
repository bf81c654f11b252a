"""The command line as a person meets it: help, options, environment, exit codes, messages."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from exfig_mp.cli import download
from exfig_mp.cli.fetch import ENCODINGS, FORMATS, NAME_STYLES
from exfig_mp.exporters.folder import FileFormat
from exfig_mp.exporters.naming import NameStyle
from exfig_mp.exporters.settings import Encoding
from exfig_mp.model import Format

LIGHT = "LightLibrary"
COMMANDS = (
    "batch",
    "icons",
    "images",
    "colors",
    "typography",
    "download",
    "fetch",
    "init",
    "migrate",
    "simulate",
    "validate",
    "schema",
)
WEB = f"""\
figma: {{lightFileId: {LIGHT}}}
web:
  output: out
  icons: {{outputDirectory: src, svgDirectory: icons, generateReactComponents: false}}
  images: {{outputDirectory: src, assetsDirectory: images, generateReactComponents: false}}
"""


@pytest.fixture
def web(project):
    """A folder with the default config."""
    project.write("exfig.yaml", WEB)
    return project


def test_every_command_has_help_with_its_options(project):
    overview = project.run("--help")
    texts = {name: project.run(name, "--help") for name in (*COMMANDS, "text-styles")}

    assert overview.code == 0
    assert all(f"  {name} " in overview.out for name in COMMANDS)
    assert all(ran.code == 0 and "Usage: exfig-mp" in ran.out for ran in texts.values())
    for name in ("batch", "icons", "images", "colors", "typography", "text-styles", "fetch"):
        for option in ("--workers", "--max-retries", "--rate-limit", "--resume", "--restart", "--report", "--max-wait"):
            assert option in texts[name].out


def test_the_program_has_three_ways_in(project):
    console_script = Path(sys.executable).with_name("exfig-mp")

    for command in ([str(console_script)], [sys.executable, "-m", "exfig_mp"]):
        ran = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=20, check=True)
        assert ran.stdout.startswith("exfig-mp, version ")
    assert project.run("-h").code == 0


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_load_no_library_of_a_run(argument):
    code = (
        "import sys, exfig_mp.cli\n"
        f"sys.argv = ['exfig-mp', {argument!r}]\n"
        "try:\n    exfig_mp.cli.main()\n"
        "except SystemExit:\n    print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True)
    loaded = set(ran.stdout.splitlines()[-1].strip("[]").replace("'", "").split(", "))

    assert "click" in loaded
    assert loaded.isdisjoint(
        {
            "aiohttp",
            "rich",
            "yaml",
            "structlog",
            "uvloop",
            "psutil",
            "multiprocessing",
            "asyncio",
        }
    )


def test_the_choices_of_fetch_are_those_of_the_options():
    assert get_args(FileFormat) == FORMATS
    assert get_args(Encoding) == ENCODINGS
    assert get_args(NameStyle) == NAME_STYLES
    assert get_args(Format) == download.FORMATS


@pytest.mark.parametrize(
    "arguments",
    [
        ("batch",),
        ("batch", "missing.yaml"),
        ("batch", "exfig.yaml", "--workers", "many"),
        ("batch", "exfig.yaml", "--workers", "-1"),
        ("batch", "exfig.yaml", "--rate-limit", "fast"),
        ("batch", "exfig.yaml", "--timeout", "0"),
        ("batch", "exfig.yaml", "--api-url", "http://figma.example"),
        ("batch", "exfig.yaml", "--api-url", "https://api.figma.com/v1"),
        ("batch", "exfig.yaml", "--report", "report.pdf"),
        ("batch", "exfig.yaml", "--no-such-option"),
        ("icons", "-i", "missing.yaml"),
        ("fetch", "-f", LIGHT),
        ("fetch", "-f", LIGHT, "-r", "Icons", "-o", "out", "--format", "gif"),
        ("fetch", "-f", LIGHT, "-r", "Icons", "-o", "out", "--name-replace-regexp", "x"),
        ("no-such-command",),
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_code_2_and_says_what_is_wrong(arguments, web):
    ran = web.run(*arguments)

    assert ran.code == 2
    assert [line for line in ran.err.splitlines() if line.startswith("Error: ")]
    assert not (web.folder / "out").exists()
    assert not (web.folder / ".exfig-checkpoint.json").exists()


def test_icons_and_images_take_the_default_config_and_one_kind(library, web):
    icons = web.run("icons")
    after_icons = set(web.tree())
    images = web.run("images")

    assert (icons.code, images.code) == (0, 0), icons.text + images.text
    assert {path.partition("/")[0] for path in after_icons} == {"icons"}
    assert len(after_icons) == 24
    assert len(web.tree("out/images")) == 3
    assert library.seen()["violations"] == []


def test_a_filter_takes_the_names_that_it_lists(library, web):
    ran = web.run("icons", "arrow-*,archive-00014")

    assert ran.code == 0, ran.text
    assert {name.rsplit("_", 1)[0] for name in web.tree("out/icons")} == {
        "arrow_big_left",
        "arrow_big_up",
        "arrow_down",
        "arrow_down_1_0",
        "arrow_down_left",
        "arrow_down_to_line",
        "arrow_down_z_a",
        "arrow_left",
        "archive",
    }
    assert library.seen()["cdn_requests"] == 9


def test_a_filter_that_matches_nothing_is_a_failure(library, web):
    ran = web.run("icons", "nothing-*")

    assert ran.code == 1
    assert "nothing-*" in ran.err
    assert library.seen()["cdn_requests"] == 0


def test_without_a_config_the_message_says_which_names_are_looked_for(project):
    ran = project.run("icons")

    assert ran.code == 2
    assert "exfig.yaml" in ran.err
    assert "figma-export.yaml" in ran.err


def test_fetch_takes_one_frame_without_a_config(library, project):
    ran = project.run(
        *("fetch", "-f", LIGHT, "-r", "Icons", "-o", "out", "--format", "svg"),
        *("--filter", "arrow-*", "--name-style", "camelCase"),
    )

    assert ran.code == 0, ran.text
    ids = library.ids()
    query = "format=svg&use_absolute_bounds=true&svg_include_id=false&svg_simplify_stroke=false"
    tree = project.tree()
    assert len(tree) == 8
    assert tree["arrowLeft00023.svg"] == library.drawing(LIGHT, ids["arrow-left-00023"], query)


def test_fetch_of_a_frame_that_is_not_there_names_those_that_are(library, project):
    ran = project.run("fetch", "-f", LIGHT, "-r", "Icon", "-o", "out")

    assert ran.code == 1
    assert "'Icons', 'Illustrations'" in ran.err
    assert library.seen()["endpoints"] == {"meta": 1, "components": 1}


def test_validate_says_how_many_are_good(web):
    ran = web.run("validate", "exfig.yaml")

    assert (ran.code, ran.out, ran.err) == (0, "1 valid, 0 with problems\n", "")


def test_validate_lists_every_problem_with_its_place(web):
    web.write("bad.yaml", WEB.replace("svgDirectory: icons", "svgDirectory: [1]").replace("output: out", "output: [7]"))

    ran = web.run("validate", ".")

    assert ran.code == 2
    assert ran.out == "1 valid, 1 with problems\n"
    assert "bad.yaml:3" in ran.err
    assert "bad.yaml:4" in ran.err


def test_validate_warns_of_unknown_keys_and_strict_refuses_them(web):
    web.write("exfig.yaml", WEB.replace("svgDirectory", "svgDirectori"))

    lenient, strict = web.run("validate", "exfig.yaml"), web.run("validate", "exfig.yaml", "--strict")

    assert (lenient.code, strict.code) == (0, 2)
    assert "svgDirectory" in lenient.err, "did you mean"
    assert "svgDirectory" in strict.err


def test_validate_finds_conflicts_without_the_network(project):
    ios = f"""\
figma: {{lightFileId: {LIGHT}}}
ios:
  xcodeprojPath: App.xcodeproj
  target: App
  xcassetsPath: out/Assets.xcassets
  xcassetsInMainBundle: true
  icons: {{format: svg, assetsFolder: Icons, nameStyle: camelCase, renderMode: template}}
"""
    project.write("a.yaml", ios)
    project.write("b.yaml", ios.replace("template", "original"))

    ran = project.run("validate", ".", FIGMA_PERSONAL_TOKEN="", FIGMA_API_BASE_URL="http://127.0.0.1:1")

    assert ran.code == 2
    assert "Contents.json: written by a.yaml ios.icons and, with other content, by b.yaml ios.icons" in ran.err
    assert ran.out == "2 valid, 0 with problems\n"


def test_the_command_line_goes_before_the_environment_before_the_config(faulty, web):
    web.write("exfig.yaml", WEB.replace(f"lightFileId: {LIGHT}", f"lightFileId: {LIGHT}, maxRetries: 2"))

    def attempts(*arguments, **environment):
        figma = faulty({"on": "components", "do": "status", "status": 500})
        assert web.run("icons", *arguments, **environment).code == 1
        return figma.seen()["endpoints"]["components"]

    assert attempts("--max-retries", "0", EXFIG_MP_MAX_RETRIES="1") == 1
    assert attempts(EXFIG_MP_MAX_RETRIES="1") == 2


@pytest.mark.slow
def test_the_config_counts_where_nothing_else_is_said(faulty, web):
    web.write("exfig.yaml", WEB.replace(f"lightFileId: {LIGHT}", f"lightFileId: {LIGHT}, maxRetries: 2"))
    figma = faulty({"on": "components", "do": "status", "status": 500})

    assert web.run("icons").code == 1
    assert figma.seen()["endpoints"]["components"] == 3


def test_every_shared_option_is_an_environment_variable(library, web):
    ran = web.run(
        "icons",
        EXFIG_MP_WORKERS="1",
        EXFIG_MP_REPORT="from-environment.json",
        EXFIG_MP_STATE_DIR="state",
        EXFIG_MP_QUIET="1",
        EXFIG_MP_FSYNC="1",
        EXFIG_MP_CONCURRENT_DOWNLOADS="1",
    )

    assert (ran.code, ran.out) == (0, ""), ran.text
    assert json.loads((web.folder / "from-environment.json").read_bytes())["success"] is True
    assert [path.name for path in (web.folder / "state").iterdir()] == []
    assert library.seen()["most_cdn_connections"] == 1


def test_quiet_prints_errors_and_nothing_else(faulty, web):
    faulty()
    good = web.run("icons", "-q", "-v")
    faulty({"on": "images", "do": "null_render", "names": ["archive-00014"]})
    bad = web.run("icons", "-q")

    assert (good.code, good.text) == (0, "")
    assert (bad.code, bad.out) == (1, "")
    assert "archive-00014" in bad.err


def test_verbose_tells_of_every_repeated_request(faulty, web):
    faulty({"on": "cdn", "do": "status", "status": 503, "first": 1, "names": ["archive-00014"]})

    ran = web.run("icons", "-v")

    assert ran.code == 0
    assert "503" in ran.err
    assert "attempt=1" in ran.err


def _on_a_terminal(project, *arguments, **environment):
    """Run with a pseudo terminal as all three streams, and return the code and what it shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "exfig_mp", *arguments],
        cwd=project.folder,
        env=project.environment | {"TERM": "xterm-256color"} | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the last one has closed the terminal
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    return process.wait(timeout=20), shown


@pytest.mark.slow
def test_a_terminal_gets_colours_unless_it_wants_none(library, web):
    assert library
    colour = b"\x1b[31m"

    _, plain = _on_a_terminal(web, "icons", "nothing-*")
    _, without = _on_a_terminal(web, "icons", "nothing-*", NO_COLOR="1")
    _, option = _on_a_terminal(web, "icons", "nothing-*", "--no-color")

    assert colour in plain
    assert colour not in without
    assert colour not in option


def test_errors_on_a_terminal_have_no_colour_if_none_is_wanted(web):
    _, plain = _on_a_terminal(web, "icons", "-i", "missing.yaml")
    code, without = _on_a_terminal(web, "icons", "-i", "missing.yaml", NO_COLOR="1")

    assert code == 2
    assert b"\x1b[31m" in plain
    assert b"\x1b[" not in without


def test_a_terminal_sees_a_bar_and_the_summary(faulty, web):
    faulty({"on": "cdn", "do": "delay", "seconds": 0.4})

    code, shown = _on_a_terminal(web, "icons")

    assert code == 0
    assert b"24 files and 0 index files in place" in shown
    assert "━".encode() in shown


def _into(output, web, *arguments):
    """Run the program with its standard output in a file descriptor: exit code, and what is on standard error."""
    command = [sys.executable, "-m", "exfig_mp", *arguments]
    ran = subprocess.run(
        command, cwd=web.folder, env=web.environment, stdout=output, stderr=subprocess.PIPE, timeout=40, check=False
    )
    err = ran.stderr.decode()
    assert "Traceback" not in err, err
    assert "Exception ignored" not in err, err
    return ran.returncode, err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
@pytest.mark.parametrize("arguments", [("batch", "exfig.yaml"), ("batch", "exfig.yaml", "--dry-run"), ("schema",)])
def test_output_that_there_is_no_room_for_ends_with_a_message(library, web, arguments):
    report = ("--report", "r.md") if arguments[-1] == "exfig.yaml" else ()

    with Path("/dev/full").open("wb") as full:
        code, err = _into(full, web, *arguments, *report)

    assert library
    assert (code, err.splitlines()[0]) == (1, "Error: this machine refuses: No space left on device")
    assert (web.folder / "r.md").exists() is bool(report)


@pytest.mark.parametrize("pair", [os.pipe, os.openpty])
def test_a_run_whose_reader_or_terminal_has_gone_still_reports(library, web, pair):
    reader, writer = pair()
    os.close(reader)

    code, err = _into(writer, web, "batch", "exfig.yaml", "--report", "r.md")

    os.close(writer)
    assert library
    assert (code, err) == (0, "")
    assert (web.folder / "r.md").read_text().startswith("## exfig-mp: done")


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_run_that_is_begun_without_a_standard_stream_is_one_all_the_same(closed, library, web):
    script = f'exec "$@" {closed}'
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "exfig_mp", "batch", "exfig.yaml", "--workers", "1"]

    ran = subprocess.run(command, cwd=web.folder, env=web.environment, capture_output=True, timeout=40, check=False)

    assert library
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert (b"renders downloaded" in ran.stdout) is (">&-" not in closed.split())
    assert web.tree()


def test_a_name_that_the_output_has_no_letters_for_is_written_otherwise(library, web):
    (web.folder / "exfig.yaml").rename(web.folder / "\N{SNOWMAN}.yaml")
    web.environment["PYTHONIOENCODING"] = "ascii"

    ran = web.run("batch", "\N{SNOWMAN}.yaml", "--report", "r.md")

    assert library
    assert (ran.code, ran.err) == (0, "")
    assert r"\u2603.yaml" in ran.out
    assert "\N{SNOWMAN}.yaml" in (web.folder / "r.md").read_text("utf-8")


def test_few_file_descriptors_are_enough_or_said_to_be_too_few(library, web):
    script = 'ulimit -n 64; exec "$@"'
    command = ["sh", "-c", script, "sh", sys.executable, "-m", "exfig_mp", "batch", "exfig.yaml"]
    ran = subprocess.run(
        command, cwd=web.folder, env=web.environment, capture_output=True, text=True, timeout=40, check=False
    )

    assert library
    assert "Traceback" not in ran.stderr, ran.stderr
    assert ran.returncode == 0 or "open files" in ran.stderr, ran.stderr
