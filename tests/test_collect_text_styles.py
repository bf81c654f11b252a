"""Entries of text styles from end to end, but for the network and the disk: the simulator's answers become files."""

import pytest
from msgspec.structs import replace

from exfig_mp.collect_text_styles import typeset
from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidTypography
from exfig_mp.exporters.color_entries import color_entries
from exfig_mp.exporters.settings import Common, CommonTypography, Figma
from exfig_mp.exporters.text_style_entries import text_style_entries
from exfig_mp.exporters.web import Web, WebColors
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_options import IosTypography
from exfig_mp.simulator.library import DARK_KEY, LIGHT_KEY
from exfig_mp.sources.tokens import fetch_tokens
from tests.test_collect_colors import Api


class Records:
    """Remembers what it is told."""

    def __init__(self):
        self.kept = {}

    def recall_tokens(self, key):
        return self.kept.get(key)

    def remember_tokens(self, key, record):
        self.kept[key] = record


def root(**common):
    ios = Ios(
        xcodeproj_path="A.xcodeproj",
        target="A",
        xcassets_path="A.xcassets",
        xcassets_in_main_bundle=True,
        typography=IosTypography(name_style="camelCase", font_swift="U.swift", generate_labels=False),
    )
    return Root(
        figma=Figma(light_file_id=LIGHT_KEY, dark_file_id=DARK_KEY),
        common=Common(**common),
        ios=ios,
        android=Android(main_res="res", typography=AndroidTypography(name_style="snake_case")),
        web=Web(output="web", colors=(WebColors(),)),
    )


async def set_types(config, api=None, base="/base"):
    entries = text_style_entries(config)
    tokens = await fetch_tokens(api or Api(), entries, 4)
    return [typeset(entry, tokens, base) for entry in entries]


def text_of(outcome, path):
    return {file.path: file.content.decode() for file in outcome.files.generated}[path]


async def test_text_styles_become_files_of_their_platforms():
    swift, xml = await set_types(root())

    assert 'customFont("Inter-Bold", size: 32.0, textStyle: .largeTitle, scaled: true)' in text_of(swift, "U.swift")
    assert '<style name="heading_large">' in text_of(xml, "res/values/typography.xml")
    assert swift.failures == xml.failures == ()


async def test_colours_and_text_styles_of_a_file_are_asked_for_together():
    api = Api()

    await fetch_tokens(api, [*color_entries(root()), *text_style_entries(root())], 4)

    assert api.calls == {(call, key): 1 for call in ("styles", "nodes") for key in (LIGHT_KEY, DARK_KEY)}


async def test_only_what_is_not_remembered_yet_is_asked_for():
    api, records = Api(), Records()
    colors, texts = color_entries(root()), text_style_entries(root())

    await fetch_tokens(api, colors, 4, records)
    api.calls.clear()
    tokens = await fetch_tokens(api, texts, 4, records)

    assert api.calls == {("meta", LIGHT_KEY): 1, ("nodes", LIGHT_KEY): 1}
    assert typeset(texts[0], tokens, "/base").failures == ()
    api.calls.clear()
    await fetch_tokens(api, [*colors, *texts], 4, records)
    assert api.calls == {("meta", key): 1 for key in (LIGHT_KEY, DARK_KEY)}


async def test_what_the_regexps_refuse_is_left_out_and_fails_by_its_name():
    common = CommonTypography(name_validate_regexp="^(heading|body)_(.+)$", name_replace_regexp="$2_$1")

    swift, _ = await set_types(root(typography=common))

    assert "static func largeHeading()" in text_of(swift, "U.swift")
    assert ["'caption'" in failure.message for failure in swift.failures] == [True]


async def test_a_file_that_cannot_be_had_fails_the_entries():
    swift, xml = await set_types(root(), Api(**{LIGHT_KEY: "not_found"}))

    assert (swift.files, xml.files) == (None, None)
    assert {failure.cause for outcome in (swift, xml) for failure in outcome.failures} == {"not_found"}


@pytest.mark.parametrize(("names", "count"), [("body/*", 2), ("caption,heading/small", 2)])
async def test_a_filter_takes_only_what_it_names(names, count):
    (entry, *_) = text_style_entries(root())
    tokens = await fetch_tokens(Api(), [entry], 4)

    outcome = typeset(replace(entry, filter=names), tokens, "/base")

    assert text_of(outcome, "U.swift").count("    static func ") == count


async def test_templates_of_the_user_go_before_ours(tmp_path):
    (tmp_path / "typography.xml.jinja").write_text("{{ textStyles | length }} styles", encoding="utf-8")
    config = replace(root(), android=replace(root().android, templates_path=str(tmp_path)))

    _, xml = await set_types(config)

    assert text_of(xml, "res/values/typography.xml") == "5 styles"
