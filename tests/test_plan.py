"""All entries become one plan: each render once, each destination once, and nothing written twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exfig_mp.conversions import Raster
from exfig_mp.errors import ConfigError
from exfig_mp.exporters.folder import Folder
from exfig_mp.exporters.protocol import Entry, Naming, Selection
from exfig_mp.model import Asset, Derived, GeneratedFile, Job, Node, RemoteFile, Render, Written
from exfig_mp.plan import SHARD_SIZE, build_plan, output_id, split
from exfig_mp.planned import absolute, plan_entry

if TYPE_CHECKING:
    from exfig_mp.planned import PlannedEntry


class Fixed:
    """An exporter of given files: the contract is all that a plan knows of exporters."""

    def __init__(self, files, index=()):
        self._files = tuple(files)
        self._index = tuple(index)

    def files(self, assets):  # noqa: ARG002  # the contract's
        return self._files

    def index(self, assets, in_place):  # noqa: ARG002  # the contract's
        return tuple(
            file for file in self._index if file.path != "names" or any(f.path in in_place for f in self._files)
        )


def entry(exporter, label="web.icons") -> Entry:
    return Entry(
        platform="web", kind="icons", label=label, selection=Selection(light_file="file", frame="Icons"),
        naming=Naming(style=""), exporter=exporter,
    )  # fmt: skip


def render(node: str, form="svg") -> Render:
    return Render(Node("file", "1", node), form)


def remote(path: str, node: str, form="svg") -> RemoteFile:
    return RemoteFile(path, render(node, form), f"icon {node}")


def planned(*files: RemoteFile, index=(), config="a.yaml", label="web.icons", base="/project") -> PlannedEntry:
    return plan_entry(config, base, entry(Fixed(files, index), label), ())


NODES = st.sampled_from(["1:1", "1:2", "I1:3;4:5"])
PATHS = st.sampled_from(["a.svg", "b.svg", "c/d.svg", "./a.svg", "c/../b.svg"])
FILES = st.lists(st.builds(remote, PATHS, NODES), max_size=5)


@given(st.lists(FILES, max_size=4))
def test_the_plan_has_each_render_once_with_the_union_of_its_destinations(groups):
    entries = [planned(*files, label=f"web.icons[{number}]") for number, files in enumerate(groups)]
    wanted = {(absolute("/project", file.path), file.render.id) for files in groups for file in files}
    if len(wanted) > len({path for path, _ in wanted}):
        with pytest.raises(ConfigError):
            build_plan(entries)
        return

    plan = build_plan(entries)

    assert {(path, key) for key, paths in plan.destinations.items() for path in paths} == wanted
    assert sum(map(len, plan.destinations.values())) == len(wanted)
    assert list(plan.renders) == list(plan.destinations) == list(plan.owners)
    assert all(key == one.id for key, one in plan.renders.items())
    owners = {(key, owner.entry, owner.asset) for key, of in plan.owners.items() for owner in of}
    assert owners == {
        (file.render.id, number, file.asset) for number, files in enumerate(groups) for file in files
    }  # fmt: skip


@given(FILES, st.randoms(use_true_random=False))
def test_render_ids_and_destinations_do_not_depend_on_order(files, random):
    files = list({absolute("/", file.path): file for file in files}.values())
    shuffled = random.sample(files, len(files))

    first, second = build_plan([planned(*files)]), build_plan([planned(*shuffled)])

    assert {key: set(paths) for key, paths in first.destinations.items()} == {
        key: set(paths) for key, paths in second.destinations.items()
    }


def test_renders_are_in_the_order_in_which_they_are_wanted():
    plan = build_plan(
        [planned(remote("b", "9:9"), remote("a", "1:1")), planned(remote("c", "5:5"), remote("d", "9:9"))]
    )

    assert [one.node.id for one in plan.renders.values()] == ["9:9", "1:1", "5:5"]
    assert plan.destinations[render("9:9").id] == ("/project/b", "/project/d")
    assert plan.job(render("9:9").id, "https://x") == Job(
        render("9:9").id, "https://x", "svg", ("/project/b", "/project/d"), "icon 9:9", "a.yaml"
    )


def test_what_is_derived_from_a_render_is_an_output_of_its_own():
    twice, key = (Raster(2.0),), render("1:1").id
    plan = build_plan([
        planned(remote("a.svg", "1:1"), RemoteFile("a.png", render("1:1"), "icon 1:1", twice)),
        planned(RemoteFile("b.png", render("1:1"), "icon 1:1", twice), remote("c.svg", "2:2"), config="b.yaml"),
    ])  # fmt: skip
    derived = Derived(output_id(key, twice), twice, ("/project/a.png", "/project/b.png"))

    assert plan.destinations[key] == ("/project/a.svg", "/project/a.png", "/project/b.png")
    assert plan.job(key).destinations == ("/project/a.svg",)
    assert plan.job(key).derived == (derived,)
    assert dict(plan.paths()) == {
        key: ("/project/a.svg",), derived.id: derived.destinations, render("2:2").id: ("/project/c.svg",),
    }  # fmt: skip
    assert plan.whole({key, render("2:2").id}) == {render("2:2").id}
    assert plan.places() == {
        path: Written(name, -1, "") for name, paths in plan.paths().items() for path in paths
    }  # fmt: skip


def test_where_nothing_is_derived_outputs_are_the_renders():
    plan = build_plan([planned(remote("b", "1:1"), remote("a", "2:2")), planned(remote("c", "1:1"))])

    assert dict(plan.paths()) == dict(plan.destinations)
    assert plan.whole(set(plan.renders)) == set(plan.renders)
    assert render("3:3").id not in plan.paths()


def test_folders_are_those_of_all_destinations():
    plan = build_plan([planned(remote("x/b", "1:1"), remote("a", "2:2")), planned(remote("x/y/c", "1:1"))])

    assert plan.folders() == ("/project", "/project/x", "/project/x/y")


def test_the_same_file_from_two_entries_is_no_conflict():
    plan = build_plan([planned(remote("a", "1:1")), planned(remote("./a", "1:1"), config="b.yaml")])

    assert plan.destinations[render("1:1").id] == ("/project/a",)
    assert [owner.entry for owner in plan.owners[render("1:1").id]] == [0, 1]


@pytest.mark.parametrize(
    "second", ["a.svg", "A.svg", "x/../a.svg", "/project/a.svg"], ids=["equal", "other case", "roundabout", "absolute"]
)
def test_two_renders_for_one_path_are_refused_and_both_writers_named(second):
    with pytest.raises(ConfigError) as caught:
        build_plan([
            planned(remote("a.svg", "1:1")), planned(remote(second, "2:2"), config="b.yaml", label="ios.icons[1]"),
        ])  # fmt: skip

    (problem,) = caught.value.problems
    assert "a.yaml web.icons (icon 1:1)" in problem
    assert "b.yaml ios.icons[1] (icon 2:2)" in problem
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("icons/Ö.svg", "icons/ö.svg"),
        ("ä.svg", "a\u0308.svg"),
        ("straße.svg", "STRASSE.svg"),
        ("X/a.svg", "x/a.svg"),
        # Both are in their normal form, but only the first has a lower case of one letter.
        ("\u0390.svg", "\u03aa\u0301.svg"),
    ],
)
def test_names_that_are_one_on_some_disks_are_refused(first, second):
    with pytest.raises(ConfigError):
        build_plan([planned(remote(first, "1:1"), remote(second, "2:2"))])
    with pytest.raises(ConfigError):  # on a disk that knows case, one of the two would be missing
        build_plan([planned(remote(first, "1:1"), remote(second, "1:1"))])


def test_every_conflict_is_named_and_counted():
    files = [remote(f"{number}.svg", "1:1") for number in range(5)]
    others = [remote(f"{number}.svg", "2:2") for number in range(3)]

    with pytest.raises(ConfigError, match="3 files") as caught:
        build_plan([planned(*files), planned(*others, config="b.yaml")])

    assert [problem.partition(":")[0] for problem in caught.value.problems] == [f"/project/{n}.svg" for n in range(3)]


def test_index_files_conflict_with_each_other_and_with_assets():
    index = [GeneratedFile("Contents.json", b"1")]

    build_plan([planned(remote("a", "1:1"), index=index), planned(remote("b", "1:1"), index=index)])
    with pytest.raises(ConfigError, match="1 file would"):
        build_plan([planned(index=index), planned(index=[GeneratedFile("Contents.json", b"2")])])
    with pytest.raises(ConfigError, match="1 file would"):
        build_plan([planned(remote("contents.JSON", "1:1"), index=index)])


def test_configs_of_different_folders_do_not_meet():
    plan = build_plan([planned(remote("a", "1:1"), base="/one"), planned(remote("a", "2:2"), base="/two")])

    assert len(plan.renders) == 2


def test_an_index_sees_its_own_relative_paths():
    one = planned(remote("x/a", "1:1"), index=[GeneratedFile("names", b"")])

    assert tuple(one.index({"/project/x/a"})) == (GeneratedFile("/project/names", b""),)
    assert tuple(one.index({"/elsewhere/x/a", "x/a"})) == ()


def test_a_real_exporter_is_planned_below_its_base():
    asset = Asset(name="bell", source_name="Bell", light=Node("file", "1", "1:1"), dark=Node("file", "1", "1:2"))

    one = plan_entry("a.yaml", "/project/app", entry(Folder(folder="../out", format="png", scale=2)), (asset,))

    assert [(file.path, file.render.node.id, file.render.scale) for file in one.files] == [
        ("/project/out/bell.png", "1:1", 2.0),
        ("/project/out/bell_dark.png", "1:2", 2.0),
    ]
    assert one.where == "a.yaml web.icons"


JOBS = st.lists(st.builds(Job, st.text(max_size=4), st.just("u"), st.just("svg"), st.just(())), max_size=100)


@given(JOBS, st.integers(1, 20))
def test_shards_are_a_partition_in_order(jobs, size):
    shards = list(split(jobs, size))

    assert [job for shard in shards for job in shard.jobs] == jobs
    assert all(len(shard.jobs) == size for shard in shards[:-1])
    assert all(0 < len(shard.jobs) <= size for shard in shards)


def test_shards_are_small_and_made_one_at_a_time():
    endless = (Job(str(number), "u", "svg", ()) for number in iter(int, 1))

    assert len(next(split(endless)).jobs) == SHARD_SIZE == 16


@pytest.mark.parametrize(
    ("base", "path", "whole"),
    [("/a", "b", "/a/b"), ("/a", "./b/../c", "/a/c"), ("/a", "/x/y", "/x/y"), ("/a/b", "../../../c", "/c")],
)
def test_paths_become_absolute_without_asking_the_disk(base, path, whole):
    assert absolute(base, path) == whole


def test_a_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")

    assert absolute("/a", "~/icons") == "/home/ann/icons"
