from exfig_mp.exporters import Root
from exfig_mp.exporters.flutter import Flutter, FlutterIcons, FlutterImages
from exfig_mp.exporters.protocol import Entry
from exfig_mp.exporters.settings import Common, CommonAssets, Figma

FIGMA = Figma(light_file_id="light", dark_file_id="dark")


def only_entry(element, common=None, figma=FIGMA) -> Entry:
    icons = isinstance(element, FlutterIcons)
    flutter = Flutter(output="lib", icons=(element,) if icons else (), images=() if icons else (element,))
    root = Root(figma=figma, common=common or Common(), flutter=flutter)
    (entry,) = root.entries()
    return entry


def test_frames_have_defaults_by_kind():
    assert only_entry(FlutterIcons(output="o")).selection.frame == "Icons"
    assert only_entry(FlutterImages(output="o")).selection.frame == "Illustrations"


def test_an_entry_wins_over_common_and_common_over_the_defaults():
    common = Common(
        icons=CommonAssets(figma_frame_name="C", figma_page_name="P", name_validate_regexp="c", name_replace_regexp="r")
    )

    shared = only_entry(FlutterIcons(output="o"), common)
    own = only_entry(FlutterIcons(output="o", figma_frame_name="E", name_validate_regexp="e"), common)

    assert (shared.selection.frame, shared.selection.page) == ("C", "P")
    assert (shared.naming.validate, shared.naming.replace) == ("c", "r")
    assert (own.selection.frame, own.naming.validate, own.naming.replace) == ("E", "e", "r")


def test_dark_variants_come_from_the_dark_file():
    selection = only_entry(FlutterIcons(output="o")).selection

    assert (selection.light_file, selection.dark_file, selection.dark_suffix) == ("light", "dark", None)
    assert selection.platform == "flutter"


def test_dark_variants_come_from_the_same_file_by_suffix():
    common = Common(icons=CommonAssets(use_single_file=True, dark_mode_suffix="-night"))

    selection = only_entry(FlutterIcons(output="o"), common).selection

    assert (selection.light_file, selection.dark_file, selection.dark_suffix) == ("light", None, "-night")


def test_a_file_of_its_own_has_no_dark_twin():
    selection = only_entry(FlutterIcons(output="o", figma_file_id="own")).selection

    assert (selection.light_file, selection.dark_file) == ("own", None)
