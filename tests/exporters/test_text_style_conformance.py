"""Cases about text styles that the tests of ExFig and figma-export pin down."""

import msgspec
import pytest

from exfig_mp.exporters import Root
from exfig_mp.exporters.android import Android, AndroidTypography
from exfig_mp.exporters.documents import Document
from exfig_mp.exporters.naming import matches
from exfig_mp.exporters.settings import Figma
from exfig_mp.exporters.text_style_entries import text_style_entries
from exfig_mp.exporters.xcode import Ios
from exfig_mp.exporters.xcode_options import IosTypography
from exfig_mp.sources.figma_styles import StyledFile
from exfig_mp.sources.figma_text_styles import FoundTextStyles, text_styles
from exfig_mp.sources.token_wire import Style, StyleNode
from exfig_mp.templating import Templates
from exfig_mp.text_styles import TextStyle, Typeface
from tests.code_judges import faults
from tests.conformance import cases


def read_styles(case):
    """Return the text styles of a case as an exporter gets them: in the order of names."""
    styles = [
        TextStyle(
            given["name"],
            given["name"],
            Typeface(
                font=given["fontName"],
                size=given["fontSize"],
                line_height=given.get("lineHeight"),
                letter_spacing=float(given.get("letterSpacing", 0)),
                case=given.get("textCase", "original"),
                dynamic_type=given.get("fontStyle"),
            ),
        )
        for given in case["input"]["styles"]
    ]
    return sorted(styles, key=lambda style: style.name)


def check(case, platform, root):
    (entry,) = text_style_entries(root)
    templates = Templates(platform)
    texts = {
        file.path: templates.render(file).decode()
        for file in entry.exporter.documents(read_styles(case))
        if isinstance(file, Document)
    }

    assert [fault for path, text in texts.items() for fault in faults(path, text)] == []
    assert {path.removeprefix("./").removeprefix("~/"): text for path, text in texts.items()} == case["expected"]


@pytest.mark.parametrize("case", cases("android_typography"))
def test_conforms_to_android_typography(case):
    given = case["input"]
    typography = AndroidTypography(name_style="camelCase", compose_package_name=given["packageName"])
    android = Android(main_res=".", main_src=".", resource_package=given["xmlResourcePackage"], typography=typography)

    check(case, "android", Root(figma=Figma(light_file_id="f"), android=android))


@pytest.mark.parametrize("case", cases("xcode_typography"))
def test_conforms_to_xcode_typography(case):
    given = case["input"]
    typography = IosTypography(
        name_style="camelCase",
        font_swift=given["fonts"].get("fontExtensionURL"),
        swift_ui_font_swift=given["fonts"].get("swiftUIFontExtensionURL"),
        generate_labels=given["output"].get("generateLabels", False),
        labels_directory=given["labels"].get("labelsDirectory"),
        label_style_swift=given["labels"].get("labelStyleExtensionsURL"),
    )
    ios = Ios(
        xcodeproj_path="A.xcodeproj",
        target="A",
        xcassets_path="A.xcassets",
        xcassets_in_main_bundle=True,
        add_objc_attribute=given["output"].get("addObjcAttribute", False),
        typography=typography,
    )

    check(case, "ios", Root(figma=Figma(light_file_id="f"), ios=ios))


@pytest.mark.parametrize(
    "case", cases("third_party_style_parse", where=lambda case: case["expected"]["styleType"] == "TEXT")
)
def test_conforms_to_third_party_style_parse(case):
    expected = case["expected"]
    node = case["input"]["node"]
    file = StyledFile(
        "f",
        (Style(node["id"], "TEXT", node["name"], expected["comment"]),),
        {node["id"]: msgspec.convert({"document": node}, StyleNode)},
    )

    found = text_styles(file, matches)

    assert isinstance(found, FoundTextStyles)
    (raw,) = found.styles
    face = raw.face
    assert face.line_height
    assert raw.name == expected["name"]
    assert {
        "fontFamily": face.font,
        "fontSize": face.size,
        "letterSpacing": face.letter_spacing,
        "lineHeight": f"{face.line_height / face.size:g}",
        "textTransform": {"original": "none", "lowercased": "lowercase", "uppercased": "uppercase"}[face.case],
    } == expected["style"]
