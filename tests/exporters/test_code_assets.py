"""Code for icons and images: what it names, which names it refuses, and that none of them breaks out of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exfig_mp.exporters.android import Drawables
from exfig_mp.exporters.claims import settle
from exfig_mp.exporters.dart_assets import DartAssets
from exfig_mp.exporters.documents import Code, Rows
from exfig_mp.exporters.flutter import FlutterAssets
from exfig_mp.exporters.kotlin_icons import KotlinIcons
from exfig_mp.exporters.naming import Named, safe_name
from exfig_mp.exporters.placing import Picture
from exfig_mp.exporters.react_index import ReactIndex
from exfig_mp.exporters.swift_images import SwiftImages
from exfig_mp.exporters.xcode import ImageSets
from exfig_mp.exporters.xcode_colors import SwiftBundle
from exfig_mp.model import Asset, Node
from exfig_mp.templating import Templates
from tests.code_judges import faults

SETS = ImageSets(folder="A", picture=Picture(format="pdf"))
SWIFT = SwiftImages(sets=SETS, ui_image_file="U.swift", swift_ui_file="S.swift", connect_file="C.swift", word="icon")
FLUTTER = FlutterAssets(folder="assets", picture=Picture(format="png"), scales=(2, 3))
DART = DartAssets(path="i.dart", class_name="icons", kind="icons", files=FLUTTER)
DRAWABLES = Drawables(folder="res", picture=Picture(format="svg", extension="xml"))
KOTLIN = KotlinIcons(path="Icons.kt", package="in.app", resources="app.object", drawables=DRAWABLES)
REACT = ReactIndex(folder="src", kind="icons")
CODES: dict[str, Code] = {"ios": SWIFT, "flutter": DART, "android": KOTLIN, "web": REACT}
every_language = pytest.mark.parametrize("platform", CODES)


class Everything:
    def __contains__(self, path):
        return True


def asset(name, *, dark=False, node="1:2"):
    twin = Node("file", "1", f"{node}:d") if dark else None
    return Asset(name=name, source_name=f"raw {name}", light=Node("file", "1", node), dark=twin)


def texts(platform, assets, in_place=None, code=None):
    """Return the text of each file, once the judge of its language has read it."""
    documents = (code or CODES[platform]).documents(assets, Everything() if in_place is None else in_place)
    found = {one.path: Templates(platform).render(one).decode() for one in documents}
    assert {path: faults(path, text) for path, text in found.items() if faults(path, text)} == {}
    return found


def body(text):
    return text.partition("/ExFig")[2]


@every_language
def test_nothing_in_place_means_no_code(platform):
    assert CODES[platform].documents([asset("a")], set()) == ()


@every_language
def test_keywords_and_digits_are_no_trouble(platform):
    found = texts(platform, [asset(name) for name in ("class", "24px", "default", "toString", "Self", "_", "icons")])

    assert found


# Kotlin knows all letters, its judge none without case.
LETTERS = st.text(alphabet="aZ09é Щ_-$'\"`\\/*{}<>%#@;\n\u202e\u2028{{}}", min_size=1, max_size=12)


@every_language
@settings(deadline=None)  # the first call loads a grammar
@given(names=st.lists(LETTERS, max_size=4))
def test_no_name_breaks_out_of_the_code(platform, names):
    safe = {named.text for named in map(safe_name, names) if isinstance(named, Named)}

    texts(platform, [asset(name, dark=True) for name in sorted(safe)])


def test_swift_asks_for_the_name_of_the_asset_where_the_identifier_is_another():
    found = texts("ios", [asset("a"), asset("24-px"), asset('q"\\(x)')])

    assert "    static var a: UIImage { UIImage(named: #function)! }\n" in found["U.swift"]
    assert '    static var icon24_px: UIImage { UIImage(named: "24-px")! }\n' in found["U.swift"]
    assert '    static var q___x_: Image { Image("q\\"\\\\(x)") }\n' in found["S.swift"]


def test_swift_of_a_package_looks_for_its_bundles():
    code = SwiftImages(sets=SETS, ui_image_file="U.swift", bundle=SwiftBundle(main=False, package=True, names=("A_A",)))

    text = texts("ios", [asset("a")], code=code)["U.swift"]

    assert "static let bundle = Bundle._module" in text
    assert 'let names = ["A_A"]' in text
    assert "UIImage(named: #function, in: BundleProvider.bundle, compatibleWith: nil)!" in text


def test_code_connect_leads_to_the_node_whatever_its_id_and_key():
    found = texts("ios", [Asset(name="a", source_name="a", light=Node('k"/?', "1", "I1:2;3:4"), dark=None)])

    assert '"https://www.figma.com/design/k%22%2F%3F?node-id=I1-2;3-4"' in found["C.swift"]


def test_device_idioms_of_one_name_are_one_image():
    pad = Asset(name="a", source_name="a~ipad", light=Node("f", "1", "1:3"), dark=None, idiom="ipad")

    found = texts("ios", [asset("a"), pad], {"A/a.imageset/a~ipad.pdf"})

    assert found["U.swift"].count("static var") == 1
    assert settle(SWIFT, [asset("a"), pad]).problems == ()


def test_kotlin_extends_what_the_app_has():
    code = KotlinIcons(path="I.kt", package="p", resources="r", drawables=DRAWABLES, target="ui.AppIcons")

    text = texts("android", [asset("arrow_left")], {"res/drawable/arrow_left.xml"}, code)["I.kt"]

    assert "fun ui.AppIcons.ArrowLeft(" in text
    assert "object Icons" not in text


def test_a_drawable_of_the_night_alone_is_none():
    assert KOTLIN.documents([asset("a", dark=True)], {"res/drawable-night/a.xml"}) == ()


def test_dart_names_the_appearance_that_is_in_place():
    both = [asset("a b", dark=True), asset("$c'")]

    found = texts("flutter", both, {"assets/2.0x/a b_dark.png", "assets/3.0x/$c'.png"})

    assert body(found["i.dart"]).strip().splitlines() == [
        "class icons {",
        "  icons._();",
        "  static const String aBDark = 'assets/a b_dark.png';",
        "  static const String c = 'assets/\\$c\\'.png';",
        "}",
    ]


def test_react_exports_the_components_that_are_in_place():
    assets = [asset("arrow_left", dark=True), asset("index", dark=True), asset("new")]

    found = texts("web", assets, {"src/ArrowLeft.tsx", "src/ArrowLeftDark.tsx", "src/Index_.tsx"})

    assert body(found["src/index.ts"]).strip().splitlines() == [
        "export { ArrowLeft } from './ArrowLeft';",
        "export { ArrowLeftDark } from './ArrowLeftDark';",
        "export { Index_ } from './Index_';",
        "export type { IconProps } from './types';",
    ]
    assert "export interface IconProps extends SVGAttributes<SVGElement> {" in found["src/types.ts"]


@pytest.mark.parametrize(
    ("platform", "names", "shown"),
    [
        ("ios", ("a-b", "a_b"), "a_b in Swift"),
        ("ios", ("a b", "a_b"), "Asset_a_b in Code Connect"),
        ("android", ("a-b", "a_b"), "the function AB in Kotlin"),
        ("flutter", ("a-b", "aB"), "aB in Dart"),
        ("web", ("a_b", "ab"), "the component AB or the component Ab"),
        ("web", ("a_dark", "a"), "the component ADark"),
    ],
)
def test_names_that_become_one_identifier_are_refused_together(platform, names, shown):
    found = settle(CODES[platform], [asset(name, dark=name == "a") for name in (*names, "other")])

    assert [one.name for one in found.assets] == ["other"]
    assert {one.name for one in found.refused} == set(names)
    assert any(shown in problem and all(f"'raw {name}'" in problem for name in names) for problem in found.problems)


def test_a_light_name_may_not_be_the_name_of_a_dark_constant():
    found = settle(DART, [asset("a", dark=True), asset("aDark")])

    assert found.assets == ()
    assert "aDark in Dart" in found.problems[0]


def test_what_a_filter_leaves_out_is_in_the_way_but_no_failure_of_its_own():
    code = SwiftImages(sets=SETS, ui_image_file="U.swift")

    found = settle(code, [asset("a-b"), asset("c")], [asset("a_b"), asset("x-y"), asset("x_y")])

    assert [one.name for one in found.assets] == ["c"]
    assert len(found.problems) == 1


@every_language
def test_of_two_names_for_one_thing_that_are_both_in_place_code_has_one(platform):
    texts(platform, [asset("a-b"), asset("a_b")])

    documents = CODES[platform].documents([asset("a-b"), asset("a_b")], Everything())

    rows = next(rows for rows in documents[0].context.values() if isinstance(rows, Rows))
    assert len(rows) == 1


def test_rows_are_told_again_whenever_they_are_asked_for():
    rows = Rows(["a", "b", "c"], lambda item: {"name": item})

    assert [list(rows), list(rows)] == [[{"name": "a"}, {"name": "b"}, {"name": "c"}]] * 2
    assert list(rows[1:]) == [{"name": "b"}, {"name": "c"}]
    assert (rows[-1], len(rows), bool(rows)) == ({"name": "c"}, 3, True)


def test_what_every_class_of_objective_c_has_is_for_swift_alone():
    code = SwiftImages(sets=SETS, ui_image_file="U.swift", objc=True)

    text = texts("ios", [asset("add"), asset("addImage"), asset("copy")], code=code)["U.swift"]

    assert "    @objc static var add: UIImage" in text, "which is called addImage there"
    assert "    static var addImage: UIImage" in text
    assert "    static var copy: UIImage" in text


@pytest.mark.parametrize(("name", "constant"), [("AArrowDown", "aArrowDown"), ("a_arrow_down", "aArrowDown")])
def test_constants_of_dart_have_the_words_of_the_name(name, constant):
    (text,) = texts("flutter", [asset(name)]).values()

    assert f" {constant} " in text
