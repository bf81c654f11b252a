"""Which components belong to an entry, and how files are fetched: once each, and not a call more than needed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from exfig_mp.errors import FigmaError
from exfig_mp.exporters.naming import matches
from exfig_mp.exporters.protocol import Selection
from exfig_mp.model import Failure, Node
from exfig_mp.sources.figma import File, fetch, full_name, nothing_found, select
from exfig_mp.sources.figma_wire import Component, ContainingFrame, ContainingNode, FileMeta
from exfig_mp.sources.file_record import FileRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.sources.figma import Files


def component(name, node_id="1:1", frame="Icons", page="Page", description="", **holder) -> Component:
    return Component(node_id, name, description, ContainingFrame(frame, page, **holder))


def file(*components: Component, key="file", version="7") -> File:
    return File(key, FileRecord(FileMeta("Design System", version), components))


def names(selection: Selection, *components: Component) -> list[str]:
    return [variant.name for variant in select({"file": file(*components)}, selection, matches).light]


ICONS = Selection(light_file="file", frame="Icons")


def test_components_of_the_frame_are_selected_sorted_by_name():
    chosen = [component("b", "1:2"), component("a", "1:9"), component("x", "1:3", frame="Other"),
              Component("1:4", "frameless"), component("a", "1:10")]  # fmt: skip

    variants = select({"file": file(*chosen)}, ICONS, matches).light

    assert [(variant.name, variant.node) for variant in variants] == [
        ("a", Node("file", "7@", "1:10")), ("a", Node("file", "7@", "1:9")), ("b", Node("file", "7@", "1:2")),
    ]  # fmt: skip


def test_frames_of_one_name_are_told_apart_by_their_page():
    chosen = [component("a", page="Light"), component("b", "1:2", page="Archive")]

    assert names(ICONS, *chosen) == ["a", "b"]
    assert names(Selection(light_file="file", frame="Icons", page="Light"), *chosen) == ["a"]


@pytest.mark.parametrize(
    ("description", "platforms"),
    [
        ("", {"ios", "android", "flutter", "web"}),
        ("An arrow for buttons", {"ios", "android", "flutter", "web"}),
        ("ios", {"ios"}),
        ("iOS, Android", {"ios", "android"}),
        ("only for android!", {"android"}),
        ("none", set()),
        ("not for kiosks or scenarios", {"ios", "android", "flutter", "web"}),
    ],
)
def test_a_description_restricts_platforms_by_whole_words(description, platforms):
    one = component("a", description=description)

    for platform in ("ios", "android", "flutter", "web"):
        selection = Selection(light_file="file", frame="Icons", platform=platform)
        assert bool(names(selection, one)) is (platform in platforms)
    assert names(ICONS, one) == ["a"]


@pytest.mark.parametrize(
    ("description", "is_it"), [("rtl", True), ("RTL, arrow", True), ("startle", False), ("", False)]
)
def test_right_to_left_is_a_word_of_the_description(description, is_it):
    (variant,) = select({"file": file(component("a", description=description))}, ICONS, matches).light

    assert variant.right_to_left is is_it


def test_a_variant_is_named_after_its_set():
    assert full_name(component("State=off", containing_component_set=ContainingNode("switch"))) == "switch/State=off"
    assert full_name(component("State=off", containing_state_group=ContainingNode("switch"))) == "switch/State=off"
    assert full_name(component("State=off", containing_component_set=ContainingNode(""))) == "State=off"
    assert full_name(Component("1:1", "alone")) == "alone"


SUFFIX = Selection(light_file="file", frame="Icons", dark_suffix="_dark")


def test_dark_variants_of_the_same_file_are_known_by_their_suffix():
    chosen = [component("bell", "1:1"), component("bell_dark", "1:2"), component("darkness", "1:3")]

    variants = select({"file": file(*chosen)}, SUFFIX, matches)

    assert [variant.name for variant in variants.light] == ["bell", "darkness"]
    assert [(variant.name, variant.node.id) for variant in variants.dark] == [("bell", "1:2")]


def test_the_suffix_stands_before_the_idiom():
    variants = select({"file": file(component("bell_dark~ipad"), component("bell~ipad", "1:2"))}, SUFFIX, matches)

    assert [variant.name for variant in variants.light] == ["bell~ipad"]
    assert [variant.name for variant in variants.dark] == ["bell~ipad"]


def test_dark_variants_of_another_file_are_selected_like_the_light_ones():
    selection = Selection(light_file="file", dark_file="night", frame="Icons", filter="b*")
    files = {
        "file": file(component("a"), component("bell", "1:2")),
        "night": file(component("bell", "9:9"), component("x", "9:8"), key="night", version="8"),
    }

    variants = select(files, selection, matches)

    assert [variant.node for variant in variants.light] == [Node("file", "7@", "1:2")]
    assert [variant.node for variant in variants.dark] == [Node("night", "8@", "9:9")]


def test_a_filter_that_names_an_asset_means_its_dark_variant_too():
    selection = Selection(light_file="file", frame="Icons", dark_suffix="_dark", filter="bell")
    chosen = [component("bell"), component("bell_dark", "1:2"), component("cat_dark", "1:3"), component("cat", "1:4")]

    variants = select({"file": file(*chosen)}, selection, matches)

    assert [variant.node.id for variant in variants.light] == ["1:1"]
    assert [variant.node.id for variant in variants.dark] == ["1:2"]


def test_an_unpublished_file_says_to_publish_it():
    failure = nothing_found(file(), ICONS)

    assert failure.cause == "config"
    assert "publish" in failure.advice
    assert "Design System" in failure.message


def test_a_frame_without_components_says_which_frames_have_some():
    selection = Selection(light_file="file", frame="Icon", page="P", filter="x*")

    failure = nothing_found(file(component("a"), component("b", frame="Symbols"), component("c", frame="")), selection)

    assert "'Icon'" in failure.message
    assert "'P'" in failure.message
    assert "'x*'" in failure.message
    assert "'Icons', 'Symbols'" in failure.advice
    assert "figmaFrameName" in failure.advice


class Api:
    """Stands in for the API: answers slowly, fails for some keys, and counts what was begun and what was finished."""

    def __init__(self, failures=None):
        self.failures = failures or {}
        self.begun: list[str] = []
        self.finished: list[str] = []
        self.at_once = self.most_at_once = 0

    async def _answer(self, key, what, value):
        self.begun.append(f"{what} {key}")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0 if what == "meta" and key in self.failures else 0.05)
        finally:
            self.at_once -= 1
        if what == "meta" and key in self.failures:
            raise FigmaError(self.failures[key])
        self.finished.append(f"{what} {key}")
        return value

    async def meta(self, key):
        return await self._answer(key, "meta", FileMeta(f"File {key}", "" if key == "old" else "7", "2026"))

    async def components(self, key):
        return await self._answer(key, "components", (component("a"),))


async def fetched(api: Any, keys: Iterable[str], at_once: int) -> Files:
    return await fetch(api, keys, at_once)


async def test_each_file_is_fetched_once():
    api = Api()

    files = await fetched(api, ["b", "a", "b", "old"], at_once=3)

    found = {key: file for key, file in files.items() if isinstance(file, File)}
    assert {key: (file.name, file.version, file.components) for key, file in found.items()} == {
        key: (f"File {key}", version, (component("a"),))
        for key, version in (("a", "7@2026"), ("b", "7@2026"), ("old", "@2026"))
    }
    assert len(api.begun) == 6
    assert api.most_at_once == 6


async def test_no_more_files_are_fetched_at_once_than_allowed():
    api = Api()

    await fetched(api, "abcdef", at_once=2)

    assert api.most_at_once == 4


@pytest.mark.parametrize("cause", ["not_found", "forbidden", "server", "timeout", "rate_limit"])
async def test_a_file_that_cannot_be_had_is_a_failure_among_the_others(cause):
    failure = Failure(cause, "no")

    files = await fetched(Api({"b": failure}), "abc", at_once=3)

    assert files["b"] == failure
    assert isinstance(files["a"], File)
    assert isinstance(files["c"], File)


async def test_a_refused_token_ends_the_fetching_of_all_files_at_once():
    api = Api({"b": Failure("auth", "no")})

    with pytest.raises(FigmaError):
        await fetched(api, "abcdefgh", at_once=2)

    begun = list(api.begun)
    await asyncio.sleep(0.2)
    assert api.begun == begun  # nothing goes on behind the caller's back
    assert len(begun) <= 6
    assert not {"meta c", "components c"} & set(api.finished)
    assert api.at_once == 0


async def test_when_one_of_the_two_requests_for_a_file_fails_the_other_is_not_left_running():
    api = Api({"a": Failure("not_found", "no")})

    await fetched(api, "a", at_once=1)

    assert api.at_once == 0
