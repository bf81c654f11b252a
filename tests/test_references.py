"""The judge of references is judged: it is content with a small tree, and misses whatever is taken from it."""

import pytest

from tests.references import loose_ends, twins

CATALOG = "ios/A.xcassets"
SPACE = b'{"properties": {"provides-namespace": true}}'
SWIFT = """\
private class BundleProvider {
    static let bundle = Bundle._module
}
public extension UIImage {
    static var star: UIImage { UIImage(named: #function, in: BundleProvider.bundle, compatibleWith: nil)! }
    static var icon24_px: UIImage { UIImage(named: "24-\\"px")! }
}
public extension ShapeStyle where Self == Color {
    static var textPrimary: Color { Color("text/primary") }
}
    static let _module: Bundle = {
"""
LABEL = """\
public final class TitleLabel: Label {
    override var style: LabelStyle? {
        .title()
    }
}
public extension LabelStyle {
    static func title() -> LabelStyle {
        LabelStyle(
            font: UIFont.title()
        )
"""
TREE = {
    f"{CATALOG}/Icons/star.imageset/Contents.json": b'{"images": [{"filename": "star.pdf"}]}',
    f"{CATALOG}/Icons/star.imageset/star.pdf": b"",
    f'{CATALOG}/Icons/24-"px.imageset/Contents.json': b'{"images": []}',
    f"{CATALOG}/Colors/text/Contents.json": SPACE,
    f"{CATALOG}/Colors/text/primary.colorset/Contents.json": b"{}",
    "ios/All.swift": SWIFT.encode(),
    "ios/Label.swift": LABEL.encode(),
    "ios/UIFont.swift": b"public extension UIFont {\n    static func title() -> UIFont {\n",
    "android/res/drawable-night/star.xml": b"<a/>",
    "android/res/values/colors.xml": b'<resources><color name="in">#FFF</color></resources>',
    "android/res/values/attrs.xml": b'<resources><attr name="colorIn"/></resources>',
    "android/res/values/styles.xml": b'<resources><style name="T"><item name="colorIn">@color/in</item>'
    b'<item name="android:fontFamily">@font/own</item></style></resources>',
    "android/Icons.kt": b"package a\nfun Icons.Star(\n    R.drawable.star, R.color.`in`, R.font.own)",
    "flutter/icons.dart": b"class Icons {\n  static const String star = 'out/flutter/st\\'ar.png';\n",
    "flutter/2.0x/st'ar.png": b"",
    "web/index.ts": b"export { Star } from './Star';\nexport type { IconProps } from './types';\n",
    "web/Star.tsx": b"import type { IconProps } from './types';\nexport const Star = () => 1;\n",
    "web/types.ts": b"export interface IconProps {\n",
    "web/variables.ts": b"export const variables = {\n  a: 'var(--a)',\n",
    "web/theme.css": b".x {\n  --a: 1;\n}\n",
}
OWN = ("font/own",)
REFERRING = {"ios/All.swift", "ios/Label.swift", "android/Icons.kt", "flutter/icons.dart", "web/index.ts"}
REFERRING |= {"android/res/values/styles.xml", "web/variables.ts"}


def test_a_tree_with_all_that_it_names_has_no_loose_ends():
    assert loose_ends(TREE, own=OWN) == []
    assert twins(TREE) == []


def test_what_is_the_users_own_has_to_be_told():
    assert loose_ends(TREE) == ["android/res/values/styles.xml: font/own", "android/Icons.kt: R.font.own"]


@pytest.mark.parametrize("path", sorted(TREE.keys() - REFERRING))
def test_each_file_that_is_named_is_missed(path):
    assert loose_ends({other: body for other, body in TREE.items() if other != path}, own=OWN)


@pytest.mark.parametrize(
    "path", ["ios/All.swift", "ios/UIFont.swift", "android/Icons.kt", "android/res/values/attrs.xml"]
)
def test_a_file_whose_names_another_one_has_is_a_twin(path):
    folder, _, name = path.rpartition("/")

    assert twins(TREE | {f"{folder}/Other{name}": TREE[path]})


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("flutter/icons.dart", b"  static const String star = 'x';\n"),
        ("web/index.ts", b"export { Star } from './Other';\n"),
        ("web/variables.ts", b"  a: 'var(--b)',\n"),
    ],
)
def test_a_name_that_is_declared_again_in_its_file_is_a_twin(path, line):
    assert twins(TREE | {path: TREE[path] + line})
