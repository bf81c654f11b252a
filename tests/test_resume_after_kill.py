"""A coordinator that is killed or interrupted at any moment, and the run that goes on from what it left."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import pytest

from exfig_mp.journal import merge

SLOW = {"on": "cdn", "do": "delay", "seconds": 0.12}


def slow(*values):
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.fixture
def cut_off(faulty, app):
    """Kill a run with SIGKILL when the store has been asked so many times; return what its journals say."""

    def cut(requests, *faults, **scenario):
        figma = faulty(SLOW, *faults, **scenario)
        process = app.start("batch", "app.yaml", "-q", "--concurrent-downloads", "3")
        app.wait_until(lambda: figma.seen()["cdn_requests"] >= requests)
        children = app.children(process)
        process.kill()
        assert app.end(process).err == ""
        app.wait_until(lambda: app.are_gone(children), 3)
        return merge(path.read_bytes() for path in app.folder.glob(".exfig-checkpoint.d/*/current/*.jsonl"))

    return cut


def placed_renders(memory):
    """Return the ids of renders that are claimed to be in place; what is made of them is claimed with them."""
    return [key for key in memory.placed if key in memory.rendered]


def rendered_ids(log):
    """Count (file, query without ids, id) over all requests for renders."""
    asked: Counter[tuple[str, str, str]] = Counter()
    for entry in log:
        parts = urlsplit(entry["path"])
        query = parse_qs(parts.query)
        for node in query.pop("ids")[0].split(","):
            asked[parts.path, str(sorted(query.items())), node] += 1
    return asked


@pytest.mark.parametrize(("seed", "workers"), [slow(1, "4"), (2, "0"), slow(3, "1"), slow(4, "3"), slow(5, "8")])
def test_a_resume_after_sigkill_repeats_nothing(seed, workers, finished_tree, cut_off, app):
    memory = cut_off(random.Random(seed).randrange(1, 55))
    first = app.figma.seen()
    downloaded = app.figma.seen()["cdn_statuses"]["200"]

    ran, report = app.report("batch", "app.yaml", "--resume", "--workers", workers)

    second = app.figma.seen()
    assert ran.code == 0, ran.text
    assert app.tree() == finished_tree
    assert second["endpoints"]["meta"] == first["endpoints"]["meta"] == 2
    assert second["endpoints"]["components"] == first["endpoints"]["components"] == 2
    # An answer that was on its way when the coordinator died has to be asked for again; nothing else is.
    asked = rendered_ids(app.figma.log("images"))
    assert len(asked) == 66
    assert sum(asked.values()) <= 66 * 2 - len(memory.rendered)
    # The same for downloads: 9 connections (3 times --parallel) were busy, and results are journalled in groups.
    assert report["skipped"] == len(placed_renders(memory))
    assert downloaded - len(placed_renders(memory)) <= 9 + 9
    assert second["cdn_statuses"]["200"] == downloaded + 66 - len(placed_renders(memory))
    assert second["violations"] == []
    assert app.temporary_files() == []
    assert app.state() == []


@pytest.mark.slow
def test_a_resume_after_a_kill_before_any_answer_starts_from_the_beginning(finished_tree, faulty, app):
    figma = faulty({"on": "api", "do": "hang", "seconds": 20, "first": 1})
    process = app.start("batch", "app.yaml")
    app.wait_until((app.folder / ".exfig-checkpoint.json").exists)
    process.kill()
    app.end(process)
    figma.simulate(
        {
            "limits": "off",
            "design": {
                "files": [
                    {"key": "LightLibrary", "icons": 24, "illustrations": 3},
                    {"key": "DarkLibrary", "dark_of": "LightLibrary"},
                ]
            },
        }
    )

    ran = app.run("batch", "app.yaml", "--resume")

    assert ran.code == 0, ran.text
    assert app.tree() == finished_tree


def test_a_resume_without_a_checkpoint_says_so_and_runs(library, app):
    ran = app.run("batch", "app.yaml", "--resume")

    assert ran.code == 0
    assert "no checkpoint" in ran.err
    assert library.seen()["cdn_requests"] == 66


@pytest.mark.slow
def test_a_killed_resume_can_be_resumed(finished_tree, cut_off, simulator, app):
    cut_off(15)
    process = app.start("batch", "app.yaml", "--resume", "--concurrent-downloads", "3")
    app.wait_until(lambda: simulator.seen()["cdn_requests"] >= 40)
    process.kill()
    app.end(process)

    ran = app.run("batch", "app.yaml", "--resume")

    assert ran.code == 0, ran.text
    assert app.tree() == finished_tree
    assert simulator.seen()["endpoints"]["components"] == 2
    assert simulator.seen()["cdn_requests"] <= 66 + 2 * 18


@pytest.mark.slow
def test_runs_that_get_no_render_cost_nothing_of_what_a_killed_one_had_paid_for(finished_tree, cut_off, simulator, app):
    tokens = [{"token": f"figd_{name}"} for name in ("simulator", "silence", "blocked")]
    silence = {"on": "api", "do": "hang", "seconds": 20, "tokens": ["figd_silence"]}
    block = {"on": "images", "do": "rate_limit", "retry_after": 90_000, "tokens": ["figd_blocked"]}
    memory = cut_off(30, silence, block, tokens=tokens)
    since = len(simulator.log("images"))
    config = (app.folder / "app.yaml").read_text()
    app.write(
        "dark.yaml", config.replace("lightFileId: LightLibrary, darkFileId: DarkLibrary", "lightFileId: DarkLibrary")
    )

    refused = app.run("batch", "app.yaml", FIGMA_PERSONAL_TOKEN="figd_unknown")
    clashing = app.run("batch", "app.yaml", "dark.yaml")  # Figma is asked before this is seen
    process = app.start("batch", "app.yaml", FIGMA_PERSONAL_TOKEN="figd_silence")
    app.wait_until(lambda: list(app.folder.glob(".exfig-checkpoint.d/*/previous")))
    process.kill()
    app.end(process)
    blocked = app.run("batch", "app.yaml", "--restart", FIGMA_PERSONAL_TOKEN="figd_blocked")
    assert (refused.code, clashing.code, blocked.code) == (3, 2, 75), (refused.text, clashing.text, blocked.text)
    assert "--checkpoint-max-age 5d --resume" in blocked.err
    paid = [one for one in simulator.log("images")[since:] if one["status"] == 200]
    ran, report = app.report("batch", "app.yaml", "--resume")

    assert ran.code == 0, ran.text
    assert "the run before the last is gone on from" in ran.err
    assert app.tree() == finished_tree
    assert report["skipped"] == len(placed_renders(memory))
    assert paid == []
    assert sum(call["count"] for call in report["calls"] if call["endpoint"] == "images") <= 66 - len(memory.rendered)
    assert app.state() == []


@pytest.mark.slow
def test_without_resume_the_checkpoint_is_thrown_away_with_a_word(finished_tree, cut_off, simulator, app):
    cut_off(20)

    ran, report = app.report("batch", "app.yaml")

    assert ran.code == 0
    assert "--resume" in ran.err
    assert report["skipped"] == 0
    assert simulator.seen()["endpoints"]["components"] == 4
    assert app.tree() == finished_tree


@pytest.mark.slow
def test_restart_throws_the_checkpoint_away_without_a_word(finished_tree, cut_off, app):
    cut_off(20)

    ran, report = app.report("batch", "app.yaml", "--restart")

    assert ran.code == 0
    assert "checkpoint" not in ran.err
    assert report["skipped"] == 0
    assert app.tree() == finished_tree


@pytest.mark.slow
def test_a_changed_config_goes_on_if_forced(cut_off, simulator, app):
    memory = cut_off(40)
    config = (app.folder / "app.yaml").read_text()
    app.write("app.yaml", config.replace("assetsFolder: Icons", "assetsFolder: Symbols"))

    ran, report = app.report("batch", "app.yaml", "--resume=force")

    assert ran.code == 0
    assert "configuration has changed" not in ran.err or "going on all the same" in ran.err
    assert simulator.seen()["endpoints"]["components"] == 2, "the metadata is still good"
    # What goes to other places now is downloaded again, but not rendered again.
    assert report["skipped"] <= len(placed_renders(memory))
    assert simulator.seen()["endpoints"]["images"] <= 6 + 3
    assert len(app.tree("out/ios/Assets.xcassets/Symbols")) == 24 * 3 + 1


@pytest.mark.slow
def test_a_changed_config_without_a_terminal_starts_over(cut_off, simulator, app):
    cut_off(40)
    config = (app.folder / "app.yaml").read_text()
    app.write("app.yaml", config.replace("assetsFolder: Icons", "assetsFolder: Symbols"))

    ran, report = app.report("batch", "app.yaml", "--resume")

    assert ran.code == 0
    assert "configuration has changed" in ran.err
    assert "--resume=force" in ran.err
    assert report["skipped"] == 0
    assert simulator.seen()["endpoints"]["components"] == 4


def test_what_is_claimed_to_be_in_place_and_is_not_is_fetched_again(finished_tree, cut_off, app):
    memory = cut_off(40)
    claims = [claim for key in placed_renders(memory) for claim in memory.placed[key]]
    os.unlink(claims[0].destinations[0])  # noqa: PTH108  # the journal's own text
    with open(claims[-1].destinations[-1], "ab") as file:  # noqa: PTH123
        file.write(b"torn")

    ran, report = app.report("batch", "app.yaml", "--resume")

    assert ran.code == 0
    assert report["skipped"] == len(placed_renders(memory)) - 2
    assert app.tree() == finished_tree


def _tear(body):
    return body[: len(body) * 2 // 3]


def _flip(body):
    return (
        body[: len(body) // 2] + bytes(byte ^ 0x20 for byte in body[len(body) // 2 :][:1]) + body[len(body) // 2 + 1 :]
    )


def _empty(_body):
    return b""


def _noise(_body):
    return b"\x00\xff{" * 500


@pytest.mark.parametrize(
    "harm",
    [
        slow((_tear, "*.jsonl", True)),
        slow((_flip, "*.json*", True)),
        (_noise, "*", False),
        slow((_tear, "*", False)),
        slow((_empty, "*", True)),
        slow((_empty, "*", False)),
        slow((_noise, "*", True)),
    ],
)
def test_no_damage_to_the_state_makes_a_resume_crash(harm, finished_tree, cut_off, app):
    damage, files, manifest = harm
    cut_off(30)
    state = [path for path in (app.folder / ".exfig-checkpoint.d").rglob(files) if path.is_file()]
    state = [path for path in state if not (manifest and path.name.startswith("manifest.json"))]
    assert len(state) >= 3
    for path in state:
        path.write_bytes(damage(path.read_bytes()))

    ran = app.run("batch", "app.yaml", "--resume")

    assert ran.code == 0, ran.text
    assert app.tree() == finished_tree


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), slow(signal.SIGTERM, 143)])
def test_an_interrupted_run_says_how_to_go_on_and_goes_on(number, code, finished_tree, faulty, app):
    figma = faulty(SLOW)
    process = app.start("batch", "app.yaml", "--concurrent-downloads", "3")
    app.wait_until(lambda: figma.seen()["cdn_requests"] >= 20)
    children = app.children(process)

    process.send_signal(number)
    stopped = app.end(process, 10)

    assert stopped.code == code
    assert "exfig-mp batch app.yaml --concurrent-downloads 3 --resume" in stopped.err
    app.wait_until(lambda: app.are_gone(children), 2)
    assert app.temporary_files() == []
    downloaded = figma.seen()["cdn_statuses"]["200"]
    ran, report = app.report("batch", "app.yaml", "--resume")
    assert ran.code == 0, ran.text
    # Jobs in flight were given their time: nothing at all is downloaded twice.
    assert report["skipped"] == downloaded
    assert app.tree() == finished_tree


def test_a_second_ctrl_c_ends_at_once(faulty, app):
    figma = faulty({"on": "cdn", "do": "hang", "seconds": 30})
    process = app.start("batch", "app.yaml")
    app.wait_until(lambda: figma.seen()["cdn_connections"] >= 5)
    children = app.children(process)

    process.send_signal(signal.SIGINT)
    with pytest.raises(Exception, match="timed out"):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)

    ran = app.end(process, 2)
    assert ran.code == 130
    app.wait_until(lambda: app.are_gone(children), 2)


def test_ctrl_c_while_figma_renders_shows_no_traceback(faulty, app):
    figma = faulty(
        {"on": "images", "do": "hang", "seconds": 20, "formats": ["png"]}, {"on": "cdn", "do": "delay", "seconds": 3}
    )
    process = app.start("batch", "app.yaml")
    app.wait_until(lambda: figma.seen()["cdn_connections"] >= 5)

    process.send_signal(signal.SIGINT)

    ran = app.end(process, 10)
    assert ran.code == 130
    assert "exception" not in ran.err.lower()
    assert "never retrieved" not in ran.err


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_any_number_of_kills_in_a_row_loses_nothing(seed, finished_tree, faulty, app):
    figma, dice = faulty(SLOW), random.Random(seed)
    for _ in range(5):
        process = app.start("batch", "app.yaml", "--resume", "--concurrent-downloads", "3")
        goal = figma.seen()["cdn_requests"] + dice.randrange(1, 20)
        app.wait_until(
            lambda goal=goal, process=process: figma.seen()["cdn_requests"] >= goal or process.poll() is not None
        )
        process.kill()
        app.end(process)

    ran = app.run("batch", "app.yaml", "--resume", "--workers", str(dice.randrange(5)))

    assert ran.code == 0, ran.text
    assert app.tree() == finished_tree
    assert app.temporary_files() == []
    assert figma.seen()["violations"] == []
