import pytest
from msgspec import ValidationError, convert

from exfig_mp.errors import ConfigError
from exfig_mp.exporters import Root
from exfig_mp.exporters.settings import Figma, camel_case
from exfig_mp.exporters.xcode_options import IosIcons

REGEXPS = {"nameValidateRegexp": "^(a)$", "nameReplaceRegexp": "$1"}
VARIABLES = REGEXPS | {
    "tokensFileId": "t",
    "tokensCollectionName": "c",
    "lightModeName": "Light",
    "darkModeName": "Dark",
    "lightHCModeName": "LHC",
    "darkHCModeName": "DHC",
    "primitivesModeName": "P",
}
RENDER = {
    "renderMode": "template",
    "renderModeDefaultSuffix": "_default",
    "renderModeOriginalSuffix": "_original",
    "renderModeTemplateSuffix": "_template",
}
SWIFT = {"imageSwift": "a.swift", "swiftUIImageSwift": "b.swift", "codeConnectSwift": "c.swift"}
ENTRY = REGEXPS | {"figmaFrameName": "F", "figmaPageName": "P", "figmaFileId": "f", "nameStyle": "snake_case"}
WEBP = {"webpOptions": {"encoding": "lossy", "quality": 90}, "sourceFormat": "svg"}
ALL_KEYS = {
    "figma": {
        "lightFileId": "l",
        "darkFileId": "d",
        "lightHighContrastFileId": "lh",
        "darkHighContrastFileId": "dh",
        "timeout": 30,
        "maxRetries": 4,
        "rateLimit": "15/min",
        "maxWait": 300,
        "concurrentDownloads": 20,
        "baseUrl": "https://api.figma.com",
        "allowedHosts": ["cdn.example.com", "*.corp.example"],
        "plan": "professional",
        "seat": "full",
    },
    "common": {
        "cache": {"enabled": True, "granular": True, "path": "c"},
        "colors": REGEXPS
        | {"useSingleFile": True, "darkModeSuffix": "_d", "lightHCModeSuffix": "_l", "darkHCModeSuffix": "_h"},
        "icons": REGEXPS
        | {"figmaFrameName": "I", "useSingleFile": True, "darkModeSuffix": "_d", "strictPathValidation": True},
        "images": REGEXPS | {"figmaFrameName": "I", "useSingleFile": True, "darkModeSuffix": "_d"},
        "typography": REGEXPS,
    },
    "ios": {
        "xcodeprojPath": "A.xcodeproj",
        "target": "A",
        "xcassetsPath": "A.xcassets",
        "xcassetsInMainBundle": True,
        "xcassetsInSwiftPackage": False,
        "resourceBundleNames": ["B"],
        "addObjcAttribute": True,
        "templatesPath": "T",
        "colors": [
            VARIABLES
            | {
                "useColorAssets": True,
                "assetsFolder": "C",
                "nameStyle": "camelCase",
                "groupUsingNamespace": True,
                "colorSwift": "c.swift",
                "swiftuiColorSwift": "d.swift",
                "syncCodeSyntax": True,
                "codeSyntaxTemplate": "Color.{name}",
            }
        ],
        "icons": [
            ENTRY | RENDER | SWIFT | {"format": "pdf", "assetsFolder": "I", "preservesVectorRepresentation": ["a*"]},
            {"format": "svg", "assetsFolder": "J", "nameStyle": "flatCase", "preservesVectorRepresentation": "*"},
        ],
        "images": [
            ENTRY
            | RENDER
            | SWIFT
            | {
                "assetsFolder": "P",
                "scales": [1, 2, 3],
                "sourceFormat": "svg",
                "outputFormat": "heic",
                "heicOptions": {"encoding": "lossless", "quality": 80},
            }
        ],
        "typography": {
            "fontSwift": "f",
            "labelStyleSwift": "l",
            "swiftUIFontSwift": "s",
            "generateLabels": True,
            "labelsDirectory": "d",
            "nameStyle": "camelCase",
        },
    },
    "android": {
        "mainRes": "res",
        "resourcePackage": "p",
        "mainSrc": "src",
        "templatesPath": "T",
        "colors": [
            VARIABLES
            | {
                "xmlOutputFileName": "c.xml",
                "xmlDisabled": True,
                "composePackageName": "p",
                "colorKotlin": "c.kt",
                "themeAttributes": {
                    "enabled": True,
                    "attrsFile": "a",
                    "stylesFile": "s",
                    "stylesNightFile": "n",
                    "themeName": "T",
                    "markerStart": "S",
                    "markerEnd": "E",
                    "autoCreateMarkers": True,
                    "nameTransform": {"style": "PascalCase", "prefix": "color", "stripPrefixes": ["x_"]},
                },
            }
        ],
        "icons": [
            ENTRY
            | {
                "output": "i",
                "composePackageName": "p",
                "composeFormat": "imageVector",
                "composeExtensionTarget": "t",
                "pathPrecision": 3,
                "strictPathValidation": True,
            }
        ],
        "images": [ENTRY | WEBP | {"output": "i", "format": "png", "scales": [1, 1.5, 2, 3, 4]}],
        "typography": {"nameStyle": "snake_case", "composePackageName": "p"},
    },
    "flutter": {
        "output": "lib",
        "templatesPath": "T",
        "colors": [VARIABLES | {"output": "c.dart", "className": "C"}],
        "icons": [ENTRY | {"output": "i", "dartFile": "i.dart", "className": "I"}],
        "images": [
            ENTRY | WEBP | {"output": "i", "dartFile": "i.dart", "className": "I", "scales": [1, 2], "format": "png"}
        ],
    },
    "web": {
        "output": "src",
        "templatesPath": "T",
        "colors": [
            VARIABLES | {"outputDirectory": ".", "cssFileName": "t.css", "tsFileName": "v.ts", "jsonFileName": "t.json"}
        ],
        "icons": [
            ENTRY | {"outputDirectory": "o", "svgDirectory": "s", "generateReactComponents": False, "iconSize": 24}
        ],
        "images": [ENTRY | {"outputDirectory": "o", "assetsDirectory": "a", "generateReactComponents": True}],
    },
    "batch": {"workers": 2, "parallel": 3, "failFast": True, "resume": True},
    "output": {"fsync": True},
    "resources": {"memoryLimit": 80, "workerMaxAge": 7200, "workerMaxTasks": 5},
    "abort": {"failureRate": 50, "window": 10, "crashes": 3, "crashWindow": 300},
}
IOS = {"xcodeprojPath": "A", "target": "A", "xcassetsPath": "A", "xcassetsInMainBundle": True}
ANDROID_IMAGES = {"output": "i", "format": "png"}


def read(config) -> Root:
    return convert(config, Root)


def test_every_key_is_known_and_reaches_its_field():
    root = read(ALL_KEYS)

    assert root.problems() == []
    assert root.ios is not None
    assert root.ios.icons[0].swift_ui_image_swift == "b.swift"
    assert root.ios.colors[0].light_hc_mode_name == "LHC"
    assert root.abort.crash_window == 300
    assert [entry.label for entry in root.entries()] == [
        "ios.icons[0]",
        "ios.icons[1]",
        "ios.images",
        "android.icons",
        "android.images",
        "flutter.icons",
        "flutter.images",
        "web.icons",
        "web.images",
    ]


def test_an_empty_config_has_the_defaults():
    root = read({})

    assert root == Root()
    assert (root.abort.failure_rate, root.resources.worker_max_age) == (None, None)
    assert root.problems() == []
    assert root.entries() == ()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("light_file_id", "lightFileId"),
        ("swift_ui_image_swift", "swiftUIImageSwift"),
        ("swift_ui_font_swift", "swiftUIFontSwift"),
        ("swiftui_color_swift", "swiftuiColorSwift"),
        ("light_hc_mode_suffix", "lightHCModeSuffix"),
        ("target", "target"),
    ],
)
def test_keys_are_field_names_in_camel_case(name, key):
    assert camel_case(name) == key


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("figma", {"timeout": 0}),
        ("figma", {"timeout": 601}),
        ("figma", {"maxRetries": -1}),
        ("figma", {"concurrentDownloads": 201}),
        ("figma", {"rateLimit": 0}),
        ("figma", {"lightFileId": ""}),
        ("figma", {"unknown": 1}),
        ("batch", {"parallel": 51}),
        ("abort", {"failureRate": 101}),
        ("ios", IOS | {"images": [{"assetsFolder": "a", "nameStyle": "camelCase", "scales": []}]}),
        ("ios", IOS | {"images": [{"assetsFolder": "a", "nameStyle": "camelCase", "scales": [5]}]}),
        ("ios", IOS | {"icons": [{"assetsFolder": "a", "format": "pdf"}]}),
        ("ios", IOS | {"icons": [{"assetsFolder": "a", "format": "png", "nameStyle": "camelCase"}]}),
        ("android", {"mainRes": "r", "icons": [{"output": "i", "pathPrecision": 7}]}),
        ("android", {"mainRes": "r", "images": [ANDROID_IMAGES | {"webpOptions": {"encoding": "x"}}]}),
    ],
)
def test_values_out_of_range_are_refused(section, values):
    with pytest.raises(ValidationError):
        read({section: values})


def problems(config):
    return read({"figma": {"lightFileId": "f"}} | config).problems()


def test_problems_name_the_key_path():
    colors = {"useColorAssets": True, "nameStyle": "camelCase"}

    (problem,) = problems({"ios": IOS | {"colors": [colors | {"assetsFolder": "C"}, colors]}})

    assert problem == (("ios", "colors", 1, "assetsFolder"), "is required when useColorAssets is true")


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"figma": {"rateLimit": "fast"}}, ("figma", "rateLimit")),
        ({"figma": {"allowedHosts": ["a.example", "https://b.example"]}}, ("figma", "allowedHosts", 1)),
        ({"common": {"colors": {}, "variablesColors": VARIABLES}}, ("common", "variablesColors")),
        ({"common": {"icons": {"nameValidateRegexp": "("}}}, ("common", "icons", "nameValidateRegexp")),
        ({"flutter": {"output": "l", "colors": [{"tokensFileId": "t", "lightModeName": "L"}]}},
         ("flutter", "colors", 0, "tokensCollectionName")),
        ({"android": {"mainRes": "r", "images": [ANDROID_IMAGES | {"scales": [1, 2.5]}]}},
         ("android", "images", 0, "scales", 1)),
        ({"ios": IOS | {"images": [{"assetsFolder": "a", "nameStyle": "camelCase", "scales": [1.5]}]}},
         ("ios", "images", 0, "scales", 0)),
    ],
)  # fmt: skip
def test_what_types_cannot_say_is_a_problem(config, path):
    assert [where for where, _ in problems(config)] == [path]


@pytest.mark.parametrize(
    ("host", "is_one"),
    [
        ("cdn.example.com", True),
        ("CDN.Example.com", True),
        ("intranet", True),
        ("xn--bcher-kva.example", True),
        ("*.corp.example", True),
        ("a_b.example", True),
        ("*", False),
        ("*.com", False),
        ("*.*.example.com", False),
        ("a.*.example", False),
        ("*example.com", False),
        ("https://cdn.example.com", False),
        ("cdn.example.com:443", False),
        ("cdn.example.com/", False),
        ("user@cdn.example.com", False),
        ("cdn.example.com.", False),
        (".example.com", False),
        ("a..example.com", False),
        ("-a.example.com", False),
        ("bücher.example", False),
        ("cdn.example.com\n", False),
        ("127.0.0.1", False),
        ("2130706433", False),
        ("::1", False),
        ("localhost", False),
        ("LocalHost", False),
        (f"{'a.' * 126}aa", False),
        (f"{'a' * 64}.example", False),
    ],
)
def test_an_allowed_host_is_a_name_or_the_sub_domains_of_a_domain(host, is_one):
    found = Figma(allowed_hosts=(host,)).problems()

    assert (found == []) is is_one
    assert all(path == ("allowedHosts", 0) for path, _ in found)


def test_assets_need_a_file():
    icons = {"output": "i"}
    config = {"flutter": {"output": "l", "icons": [icons]}}

    assert [where for where, _ in read(config).problems()] == [("figma", "lightFileId")]
    with pytest.raises(ConfigError, match=r"flutter\.icons has no Figma file"):
        read(config).entries()
    icons["figmaFileId"] = "f"
    assert read(config).problems() == []


def test_sections_are_frozen():
    icons = IosIcons(format="pdf", assets_folder="a", name_style="camelCase")

    with pytest.raises(AttributeError):
        icons.format = "svg"  # type: ignore[misc]
