"""Whole runs with generated code for icons and images: the trees that they write, and what code names in each case."""

from __future__ import annotations

import re
from pathlib import Path
from unicodedata import category

import pytest

from exfig_mp.xcode_project import knows
from tests.code_judges import faults, typescript_faults
from tests.conftest import DARK, LIGHT, XCODE
from tests.odd_names import ODD_NAMES, rename_components
from tests.references import loose_ends, twins

GOLDEN = Path(__file__).parent / "golden"
BROKEN = "accessibility-00001"
UI_IMAGE, DART, KOTLIN = "ios/UIImage+Icons.swift", "flutter/lib/icons.dart", "android/java/com/example/ui/Icons.kt"

PLATFORMS = """\
ios:
  xcodeprojPath: App.xcodeproj
  target: App
  xcassetsPath: out/ios/Assets.xcassets
  xcassetsInMainBundle: false
  xcassetsInSwiftPackage: true
  resourceBundleNames: [App_App]
  addObjcAttribute: true
  icons:
    format: svg
    assetsFolder: Icons
    nameStyle: camelCase
    imageSwift: out/ios/UIImage+Icons.swift
    swiftUIImageSwift: out/ios/Image+Icons.swift
    codeConnectSwift: out/ios/Icons.figma.swift
  images:
    assetsFolder: Illustrations
    nameStyle: camelCase
    scales: [1, 2]
    imageSwift: out/ios/UIImage+Illustrations.swift
    swiftUIImageSwift: out/ios/Image+Illustrations.swift
    codeConnectSwift: out/ios/Illustrations.figma.swift
android:
  mainRes: out/android/res
  mainSrc: out/android/java
  resourcePackage: com.example
  icons: {output: icons, composePackageName: com.example.ui}
  images: {output: illustrations, format: webp, scales: [1, 2]}
flutter:
  output: out/flutter/lib
  icons: {output: out/flutter/icons}
  images: {output: out/flutter/images, scales: [1, 2], className: Pictures, dartFile: pictures.dart}
web:
  output: out/web
  icons: {outputDirectory: src/icons, svgDirectory: icons}
  images: {outputDirectory: src/images, assetsDirectory: images}
"""
BOTH = f"figma: {{lightFileId: {LIGHT}, darkFileId: {DARK}}}\n"
ICONS = f"""\
figma: {{lightFileId: {LIGHT}}}
{XCODE}  icons: {{format: svg, assetsFolder: Icons, nameStyle: camelCase, imageSwift: out/ios/UIImage+Icons.swift}}
android:
  mainRes: out/android/res
  mainSrc: out/android/java
  resourcePackage: com.example
  icons: {{output: icons, composePackageName: com.example.ui}}
flutter: {{output: out/flutter/lib, icons: {{output: out/flutter/icons}}}}
"""


def code(tree):
    """Return the text of each file of code by its path."""
    return {path: body.decode() for path, body in tree.items() if path.endswith((".swift", ".kt", ".dart", ".ts"))}


def golden(tree, platform):
    """Return what is written down of a platform's tree: texts, and only the paths of what is drawn."""
    lines = []
    for path, body in tree.items():
        if path.startswith(platform):
            drawn = path.endswith((".svg", ".png", ".webp", ".tsx")) or "/drawable" in path
            lines.append(f"=== {path}\n" + ("" if drawn else f"{body.decode()}\n"))
    return "".join(lines)


@pytest.fixture(scope="module")
def trees(simulator, new_project, tmp_path_factory):
    """What the config of all platforms writes, by the number of workers."""
    simulator.simulate(
        {"limits": "off", "design": {"files": [
            {"key": LIGHT, "icons": 4, "illustrations": 2}, {"key": DARK, "dark_of": LIGHT}
        ]}}
    )  # fmt: skip
    found = {}
    for workers in ("0", "1", "4"):
        project = new_project(tmp_path_factory.mktemp("code"))
        project.write("app.yaml", BOTH + PLATFORMS)
        ran = project.run("batch", "app.yaml", "--workers", workers)
        assert ran.code == 0, ran.text
        found[workers] = project.tree()
        project.close()
    return found


@pytest.mark.parametrize("platform", ["ios", "android", "flutter", "web"])
def test_icons_and_images_become_the_tree_of_each_platform(trees, platform):
    text = golden(trees["0"], platform)

    assert text == (GOLDEN / f"assets-{platform}.txt").read_text("utf-8")


def test_the_same_input_gives_the_same_bytes_whatever_the_workers(trees):
    assert trees["0"] == trees["1"] == trees["4"]


def test_the_judges_of_all_languages_understand_the_code(trees):
    texts = code(trees["0"])

    assert {path.rpartition(".")[2] for path in texts} >= {"swift", "kt", "dart"}
    assert {path: faults(path, text) for path, text in texts.items() if faults(path, text)} == {}


def test_code_refers_to_what_is_there_and_declares_nothing_twice(trees):
    assert (loose_ends(trees["0"]), twins(trees["0"])) == ([], [])


def test_typescript_takes_the_modules_of_the_web_as_they_are_written(trees, tmp_path):
    web = {path: body for path, body in trees["0"].items() if path.startswith("web/src")}
    for path, body in web.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(body)
    page = tmp_path / "Page.tsx"
    page.write_text(
        "import { AirVent00002, type IconProps } from './web/src/icons';\n"
        "import { Airplane00000Dark } from './web/src/images';\n"
        "const props: IconProps = { size: 12, color: 'red' };\n"
        'export const Page = () => <><AirVent00002 {...props} /><Airplane00000Dark alt="" /></>;\n'
    )

    assert typescript_faults(tmp_path, [*web, page.name]) == ""


def test_code_names_what_is_in_place_and_nothing_else(faulty, project):
    project.write("app.yaml", ICONS)
    fault = {"on": "images", "do": "null_render", "names": [BROKEN]}
    figma = faulty(fault)

    first, report = project.report("batch", "app.yaml")

    assert first.code == 1
    assert {failure["asset"] for failure in report["failures"]} == {BROKEN}
    texts = code(project.tree())
    assert not any("ccessibility00001" in text for text in texts.values())
    assert loose_ends(project.tree()) == []
    assert all("00002" in text for text in texts.values())
    faulty()
    assert project.run("batch", "app.yaml", "--resume").code == 0
    whole = code(project.tree())
    assert "static var accessibility00001: UIImage" in whole[UI_IMAGE]
    assert "fun Icons.Accessibility00001(" in whole[KOTLIN]
    assert "String accessibility00001 = 'out/flutter/icons/accessibility_00001.svg';" in whole[DART]
    figma = faulty(fault)

    again = project.run("batch", "app.yaml")

    assert again.code == 1
    assert figma.log("images")
    assert code(project.tree()) == whole


@pytest.mark.usefixtures("library")
def test_with_a_filter_code_still_names_all_that_is_in_place(project):
    project.write("exfig.yaml", ICONS)
    assert project.run("icons", "accessibility*").code == 0
    only = code(project.tree())
    assert only[UI_IMAGE].count("static var") == 1
    assert project.run("icons").code == 0
    whole = code(project.tree())
    assert whole[UI_IMAGE].count("static var") == 24

    ran = project.run("icons", "accessibility*")

    assert ran.code == 0
    assert code(project.tree()) == whole


@pytest.mark.usefixtures("library")
def test_a_template_that_is_wrong_fails_its_entry_before_anything_is_downloaded(project):
    project.write("templates/UIImage+extension.swift.jinja", "{% for image in images %}{{ image.nme }}{% endfor %}")
    project.write("app.yaml", ICONS.replace("  target: App\n", "  target: App\n  templatesPath: templates\n"))

    ran, report = project.report("batch", "app.yaml")

    assert ran.code == 1
    (failure,) = report["failures"]
    assert (failure["entry"], failure["cause"]) == ("ios.icons", "config")
    assert "UIImage+extension.swift.jinja failed" in failure["message"]
    assert "nme" in failure["message"]
    assert not any(path.startswith("ios") for path in project.tree())
    assert DART in project.tree()


@pytest.mark.usefixtures("library")
def test_a_template_of_the_user_writes_the_code(project):
    project.write(
        "templates/icons.dart.jinja", "{{ icons | length }}: {% for icon in icons %}{{ icon.name }} {% endfor %}"
    )
    project.write("app.yaml", ICONS.replace("flutter: {", "flutter: {templatesPath: templates, "))

    assert project.run("batch", "app.yaml").code == 0

    assert project.tree()[DART].decode().startswith("24: aArrowDown00000 accessibility00001 ")


def test_the_names_of_hazards_break_out_of_no_language(simulator, project):
    simulator.simulate({"limits": "off", "design": "hazards"})
    project.write("app.yaml", ICONS.replace(LIGHT, "DemoHazardLibrary00001"))

    project.run("batch", "app.yaml")

    texts = code(project.tree())
    assert (loose_ends(project.tree()), twins(project.tree())) == ([], [])
    assert set(texts) == {UI_IMAGE, KOTLIN, DART}
    assert "图标" not in texts[KOTLIN], "Android has no resource of that name"
    # Kotlin knows letters without case, its judge does not.
    texts[KOTLIN] = "".join("x" if category(char) == "Lo" else char for char in texts[KOTLIN])
    assert {path: faults(path, text) for path, text in texts.items() if faults(path, text)} == {}
    assert "static var `class`: UIImage { UIImage(named: #function)! }" in texts[UI_IMAGE]
    assert "String class_ = " in texts[DART]


def test_whatever_components_are_called_code_names_what_is_there_and_nothing_twice(simulator, project):
    files = [{"key": LIGHT, "icons": len(ODD_NAMES)}, {"key": DARK, "dark_of": LIGHT}]
    simulator.simulate({"limits": "off", "design": {"files": files}})
    for key in (LIGHT, DARK):
        rename_components(simulator, key, ODD_NAMES)
    icons_alone = re.sub(r"\n  images:( \{.*\}|(\n    .*)+)", "", PLATFORMS)
    project.write("app.yaml", BOTH + icons_alone)

    ran = project.run("batch", "app.yaml")

    tree = project.tree()
    assert ran.code == 1, "three are no names of Android's resources"
    assert (loose_ends(tree), twins(tree)) == ([], [])
    assert {path: faults(path, text) for path, text in code(tree).items() if faults(path, text)} == {}
    for path in (UI_IMAGE, DART, KOTLIN, "web/src/icons/index.ts"):
        assert "24px" in code(tree)[path].lower()


def test_an_icon_and_an_image_of_one_name_are_a_warning(simulator, project):
    simulator.simulate({"limits": "off", "design": {"files": [{"key": LIGHT, "icons": 2, "illustrations": 2}]}})
    icon, *_, image = simulator.ids()
    edits = [{"do": "rename", "name": image, "to": icon}, {"do": "publish"}]
    simulator.post("/_simulator/design", {"file": LIGHT, "edits": edits})
    project.write("app.yaml", f"figma: {{lightFileId: {LIGHT}}}\n" + PLATFORMS)

    ran, report = project.report("batch", "app.yaml")

    assert ran.code == 0, ran.text
    assert "UIImage.aArrowDown00000" in twins(project.tree())
    warnings = [warning.partition(", too")[0] for warning in report["warnings"]]
    assert warnings == [
        "app.yaml ios.images: 'aArrowDown00000' is an image set of ios.icons",
        "app.yaml android.images: 'a_arrow_down_00000' is a drawable of android.icons",
    ]


CLASSIC = "AA = {isa = PBXFileReference; path = AppDelegate.swift; sourceTree = x; };"
BUILDABLE = "AB = {isa = PBXFileSystemSynchronizedRootGroup; exceptions = (); path = ios; sourceTree = x; };"


@pytest.mark.parametrize(
    ("pbxproj", "is_known"),
    [
        (CLASSIC, False),
        (CLASSIC + BUILDABLE, True),
        (CLASSIC + BUILDABLE.replace("path = ios", 'path = "../My App/ios"'), True),
        (CLASSIC + BUILDABLE.replace("path = ios", "path = os"), False),
        (CLASSIC + '"UIImage+Icons.swift"', True),
        (CLASSIC + "MyUIImage+Icons.swift", False),
    ],
)
def test_a_project_knows_what_it_lists_and_what_lies_in_its_folders(tmp_path, pbxproj, is_known):
    (tmp_path / "project.pbxproj").write_text(pbxproj)

    assert knows(str(tmp_path), "/app/out/ios/UIImage+Icons.swift") is is_known


@pytest.mark.usefixtures("library")
def test_a_new_swift_file_that_the_project_does_not_list_is_said_once(project):
    project.write("App.xcodeproj/project.pbxproj", CLASSIC)
    project.write("app.yaml", ICONS.partition("android:")[0])

    said = [project.run("batch", "app.yaml").text, project.run("batch", "app.yaml").text]

    expected = "UIImage+Icons.swift is new, and App.xcodeproj does not list it: add it to the target App in Xcode, once"
    assert [expected in text for text in said] == [True, False]
    assert (project.folder / "App.xcodeproj/project.pbxproj").read_text() == CLASSIC
