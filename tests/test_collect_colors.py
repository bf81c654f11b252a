"""Entries of colours from end to end, but for the network and the disk: the simulator's answers become files."""

import asyncio
import re
from collections import Counter

import msgspec
import pytest
from msgspec.structs import replace

from exfig_mp.collect_colors import paint
from exfig_mp.errors import FigmaError
from exfig_mp.exporters import Root
from exfig_mp.exporters.color_entries import color_entries
from exfig_mp.exporters.flutter import Flutter, FlutterColors
from exfig_mp.exporters.settings import Common, CommonColors, Figma, VariablesColors
from exfig_mp.exporters.web import Web, WebColors
from exfig_mp.model import Failure
from exfig_mp.simulator import answers
from exfig_mp.simulator.library import DARK_KEY, LIGHT_KEY, demo_files
from exfig_mp.simulator.nodes import Trees
from exfig_mp.sources.figma_wire import MetaAnswer
from exfig_mp.sources.token_wire import StyleNodesAnswer, StylesAnswer, VariablesAnswer
from exfig_mp.sources.tokens import fetch_tokens
from exfig_mp.token_files import TokenFiles

FILES = {file.key: file for file in demo_files()}
THEME = VariablesColors(
    tokens_file_id=LIGHT_KEY, tokens_collection_name="Theme", light_mode_name="Light", dark_mode_name="Dark"
)


class Api:
    """Answers as the simulator does, without its server; files in `refused` fail with that cause."""

    def __init__(self, **refused):
        self.calls: Counter[tuple[str, str]] = Counter()
        self.refused = refused

    def _count(self, call, key):
        self.calls[call, key] += 1
        if key in self.refused:
            raise FigmaError(Failure(self.refused[key], f"{key} is refused"))

    async def meta(self, key):
        self._count("meta", key)
        return read(answers.meta(FILES[key]), MetaAnswer).unwrapped()

    async def styles(self, key):
        self._count("styles", key)
        return read(answers.styles(FILES[key]), StylesAnswer).meta.styles

    async def style_nodes(self, key, ids):
        self._count("nodes", key)
        return read(Trees(FILES[key]).nodes(ids.split(","), None), StyleNodesAnswer).nodes

    async def variables(self, key):
        self._count("variables", key)
        return read(answers.variables(FILES[key]), VariablesAnswer).meta


def read(body, form):
    return msgspec.json.decode(msgspec.json.encode(body), type=form)


def root(**common):
    return Root(
        figma=Figma(light_file_id=LIGHT_KEY, dark_file_id=DARK_KEY),
        common=Common(**common),
        flutter=Flutter(output="lib", colors=(FlutterColors(),)),
        web=Web(output="web", colors=(WebColors(), WebColors(output_directory="b"))),
    )


async def painted(config, api=None, base="/base"):
    entries = color_entries(config)
    tokens = await fetch_tokens(api or Api(), entries, 4)
    return [paint(entry, tokens, base) for entry in entries]


def text_of(entry, path):
    return {file.path: file.content.decode() for file in entry.files.generated}[path]


async def test_styles_become_files_of_all_platforms():
    dart, css, _ = await painted(root())

    assert "static const Color backgroundPrimary = Color(0xFFFFFFFF);" in text_of(dart, "lib/colors.dart")
    assert "class AppColorsDark {" in text_of(dart, "lib/colors.dart")
    assert "--accent-default: #0A84FF;" in text_of(css, "web/theme.css")
    assert ".theme-dark {" in text_of(css, "web/theme.css")
    assert dart.failures == css.failures == ()


async def test_each_file_is_asked_for_once():
    api = Api()

    await painted(root(), api)

    assert api.calls == {(call, key): 1 for call in ("styles", "nodes") for key in (LIGHT_KEY, DARK_KEY)}


async def test_variables_become_files_and_a_dangling_one_fails_alone():
    api = Api()

    dart, css, _ = await painted(root(variables_colors=THEME), api)

    assert api.calls == {("variables", LIGHT_KEY): 1}
    assert "static const Color overlayScrim = Color(0x66000000);" in text_of(dart, "lib/colors.dart")
    assert "--overlay-scrim: rgba(0, 0, 0, 0.6);" in text_of(css, "web/theme.css").partition(".theme-dark")[2]
    assert ["'foreign'" in failure.message for failure in css.failures] == [True]
    assert "foreign" not in text_of(css, "web/theme.css")
    assert "old" not in text_of(css, "web/theme.css")


async def test_an_entry_has_no_remote_files_and_the_same_index_every_time():
    (entry, *_), (again, *_) = await painted(root()), await painted(root())

    assert isinstance(entry.files, TokenFiles)
    assert entry.files.files(()) == ()
    assert entry.files.index((), set()) == entry.files.generated == again.files.generated


async def test_a_file_that_cannot_be_had_fails_its_entries_only():
    config = replace(root(variables_colors=THEME), figma=Figma(light_file_id=LIGHT_KEY))
    own = FlutterColors(tokens_file_id="absent", tokens_collection_name="C", light_mode_name="L")
    config = replace(config, flutter=Flutter(output="lib", colors=(own,)))

    dart, css, _ = await painted(config, Api(absent="not_found"))

    assert (dart.files, [failure.cause for failure in dart.failures]) == (None, ["not_found"])
    assert css.files is not None


async def test_a_refused_token_ends_all():
    with pytest.raises(FigmaError):
        await painted(root(), Api(**{DARK_KEY: "auth"}))

    assert len(asyncio.all_tasks()) == 1


async def test_names_that_nothing_matches_fail_the_entry_and_write_nothing():
    (entry, *_) = await painted(root(colors=CommonColors(name_validate_regexp="^nothing$")))

    assert entry.files is not None
    assert entry.files.generated == ()
    assert entry.failures


async def test_templates_lie_where_the_config_is_run(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "colors.dart.jinja").write_text("{{ colors | length }} colours", encoding="utf-8")
    config = replace(root(), flutter=Flutter(output="lib", colors=(FlutterColors(),), templates_path="mine"))

    (entry, *_) = await painted(config, base=str(tmp_path))
    (missing, *_) = await painted(config, base=str(tmp_path / "elsewhere"))

    assert text_of(entry, "lib/colors.dart").endswith(" colours")
    assert missing.files is None
    assert "templatesPath" in missing.failures[0].message


async def test_a_filter_takes_only_what_it_names():
    (entry, *_) = color_entries(root())
    tokens = await fetch_tokens(Api(), [entry], 4)

    filtered = paint(replace(entry, filter="danger,text/*"), tokens, "/base")

    assert filtered.files is not None
    light = text_of(filtered, "lib/colors.dart").partition("class AppColorsDark")[0]
    names = re.findall(r"static const Color (\w+)", light)
    assert names == ["danger", "textPrimary", "textSecondary"]
