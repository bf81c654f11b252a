import random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from exfig_mp.exporters.naming import folded
from exfig_mp.exporters.pairing import pair, split_idiom
from exfig_mp.exporters.protocol import Naming
from exfig_mp.model import Node, Variant, Variants

SNAKE = Naming(style="snake_case")
PLAIN = Naming(style="")
LIKELY = st.lists(st.text(alphabet="aAbé\u0301_/~ 1.ipad", max_size=6), max_size=8)


def variants(*names):
    return tuple(
        Variant(name=name, node=Node(file_key="f", version="1", id=f"{index}:{name}"))
        for index, name in enumerate(names)
    )


def test_light_and_dark_meet_by_their_final_names():
    found = pair(Variants(variants("b/icon", "a"), variants("b-icon")), SNAKE, "android")

    assert [(asset.name, asset.source_name, bool(asset.dark)) for asset in found.assets] == [
        ("a", "a", False),
        ("b_icon", "b/icon", True),
    ]
    assert found.problems == ()
    assert found.warnings == ("light components have no dark one: 'a' (1:a)",)


def test_without_any_dark_component_nothing_is_missing():
    assert pair(Variants(variants("a", "b")), SNAKE, "web").warnings == ()


def test_dark_without_light_is_a_problem_that_names_them():
    found = pair(Variants(variants("a"), variants("a", "c", "b")), SNAKE, "web")

    assert found.problems == ("dark components have no light one: 'b' (2:b), 'c' (1:c)",)


def test_a_message_does_not_name_thousands():
    found = pair(Variants((), variants(*(f"n{index:04}" for index in range(1000)))), PLAIN, "web")

    assert found.problems[0].endswith(" and 980 more")


def test_equal_names_are_a_problem_that_names_both():
    found = pair(Variants(variants("a", "b", "b")), PLAIN, "web")

    assert found.problems == ("'b' (1:b) and 'b' (2:b) have the same name: 'b'",)
    assert [asset.name for asset in found.assets] == ["a"]


def test_names_that_become_equal_by_styling_are_a_problem():
    found = pair(Variants(variants("a/b", "A B")), SNAKE, "web")

    assert found.problems == ("'A B' (1:A B) and 'a/b' (0:a/b) have the same name: 'a_b'",)


def test_names_that_differ_in_case_or_unicode_form_only_are_a_problem():
    for one, other in (("Icon", "icon"), ("straße", "STRASSE"), ("a.b", "A.B")):
        found = pair(Variants(variants(one, other)), PLAIN, "web")
        assert len(found.problems) == 1
        assert "that some disks take for one" in found.problems[0]
    assert "same name" in pair(Variants(variants("é", "e\u0301")), PLAIN, "web").problems[0]


def test_a_dark_file_may_not_take_the_name_of_another_light_one():
    naming = Naming(style="snake_case", dark_suffix="_dark")

    found = pair(Variants(variants("add", "add_dark", "x"), variants("add")), naming, "flutter")

    assert [asset.name for asset in found.assets] == ["x"]
    assert found.problems == ("'add' and 'add_dark' would be written to one file, as dark files end with '_dark'",)


def test_a_name_that_the_regexp_refuses_is_a_problem():
    found = pair(Variants(variants("ic_a", "b")), Naming(style="", validate="^ic_"), "web")

    assert found.problems == ("'b' (1:b) does not match nameValidateRegexp, '^ic_'",)


def test_a_broken_regexp_is_one_problem_not_a_crash():
    found = pair(Variants(variants("a", "b")), Naming(style="", validate="("), "web")

    assert len(found.problems) == 1


def test_empty_names_are_left_out_with_a_warning():
    found = pair(Variants(variants("", "  ", "a")), SNAKE, "web")

    assert [asset.name for asset in found.assets] == ["a"]
    assert len(found.warnings) == 2
    assert found.problems == ()


def test_idioms_are_apple_s_only():
    both = Variants(variants("a", "a~ipad"))

    assert [(asset.name, asset.idiom) for asset in pair(both, SNAKE, "ios").assets] == [("a", ""), ("a", "ipad")]
    assert [(asset.name, asset.idiom) for asset in pair(both, SNAKE, "web").assets] == [("a", ""), ("a_ipad", "")]
    assert split_idiom("a~b~tv") == ("a~b", "tv")
    assert split_idiom("a~phone") == ("a~phone", "")


def test_idioms_pair_with_their_own_dark_variants():
    found = pair(Variants(variants("a", "a~ipad"), variants("a~ipad")), SNAKE, "ios")

    assert [(asset.idiom, bool(asset.dark)) for asset in found.assets] == [("", False), ("ipad", True)]


def test_ignored_suffixes_are_no_part_of_the_name():
    naming = Naming(style="camelCase", ignored_suffixes=("_default", "_original"))

    found = pair(Variants(variants("logo_original~ipad", "logo")), naming, "ios")

    assert [(asset.name, asset.idiom) for asset in found.assets] == [("logo", ""), ("logo", "ipad")]


def test_right_to_left_survives():
    mirrored = Variant(name="back", node=Node(file_key="f", version="1", id="1"), right_to_left=True)

    assert pair(Variants((mirrored,)), SNAKE, "ios").assets[0].right_to_left


@given(LIKELY, LIKELY, st.randoms(use_true_random=False), st.sampled_from(["ios", "web", None]))
def test_the_order_of_components_has_no_effect(light, dark, dice, platform):
    both = Variants(variants(*light), variants(*dark))
    shuffled = Variants(_shuffled(both.light, dice), _shuffled(both.dark, dice))

    assert pair(both, SNAKE, platform) == pair(shuffled, SNAKE, platform)


def _shuffled(items, dice: random.Random):
    mixed = list(items)
    dice.shuffle(mixed)
    return tuple(mixed)


@given(LIKELY, LIKELY)
def test_assets_are_sorted_and_no_two_share_a_name(light, dark):
    naming = Naming(style="", dark_suffix="_dark")

    assets = pair(Variants(variants(*light), variants(*dark)), naming, None).assets

    names = [asset.name for asset in assets]
    dark_names = [f"{asset.name}_dark" for asset in assets if asset.dark]
    assert names == sorted(names)
    assert len({folded(name) for name in names + dark_names}) == len(names + dark_names)


@given(LIKELY)
def test_final_names_stay_the_same_when_named_again(light):
    names = [asset.name for asset in pair(Variants(variants(*light)), SNAKE, None).assets]

    assert [asset.name for asset in pair(Variants(variants(*names)), SNAKE, None).assets] == names


def test_what_two_components_would_both_be_is_told_once_as_its_file_may_be_in_place():
    both = Variants(variants("home", "Home", "other"), variants("Home"))

    found = [pair(Variants(both.light[::step], both.dark), Naming(style="snake_case"), "web") for step in (1, -1)]

    assert found[0] == found[1]
    assert [(asset.name, asset.dark is not None) for asset in found[0].refused] == [("home", True)]
    assert [asset.name for asset in found[0].assets] == ["other"]


def test_only_what_is_written_is_said_to_be_written_otherwise():
    names = ("24px", "Home", "home", "import")
    dark = (*variants("24px"), *variants("switch"))  # of another file, which gives the same ids
    dark = tuple(replace(one, node=replace(one.node, file_key="dark")) for one in dark)
    found = pair(Variants(variants(*names), dark), Naming(style="snake_case", resource_word="icon"), None)

    assert [asset.name for asset in found.assets] == ["icon_24px", "icon_import"]
    assert [said.split()[0] for said in found.renamings(found.assets)] == ["'24px'", "'import'"]
    assert [said.split()[0] for said in found.renamings(found.assets[:1])] == ["'24px'"]
    assert not [said for said in found.warnings if "is written as" in said]
