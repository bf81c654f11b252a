"""What each key of a platform's sections is for; see `keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.config.key import Key

if TYPE_CHECKING:
    from collections.abc import Mapping

PLATFORM_KEYS: Mapping[str, Mapping[str, Key]] = {
    "Ios": {
        "xcodeprojPath": Key("the Xcode project", "App.xcodeproj"),
        "target": Key("the target that the files belong to", "App"),
        "xcassetsPath": Key("the asset catalogue", "App/Assets.xcassets"),
        "xcassetsInMainBundle": Key("is the asset catalogue in the main bundle?", "true"),
        "xcassetsInSwiftPackage": Key("is it in a Swift package?"),
        "resourceBundleNames": Key("names of the package's resource bundles", "[App_App]"),
        "addObjcAttribute": Key("give generated code the attribute @objc"),
        "templatesPath": Key("folder with templates of your own for generated code", "templates"),
        "colors": Key("colours; an element, or a list of them"),
        "icons": Key("vector images; an element, or a list of them"),
        "images": Key("raster images; an element, or a list of them"),
        "typography": Key("text styles"),
    },
    "IosColors": {
        "useColorAssets": Key("colour sets in the asset catalogue; without them the code has the values", "true"),
        "assetsFolder": Key("folder in the asset catalogue", "Colors"),
        "nameStyle": Key("style of names: text/primary is textPrimary in camelCase", "camelCase"),
        "groupUsingNamespace": Key("text/primary becomes primary in the namespace text"),
        "colorSwift": Key("file of an extension of UIColor", "App/UIColor+Figma.swift"),
        "swiftuiColorSwift": Key("file of an extension of SwiftUI's Color", "App/Color+Figma.swift"),
        "syncCodeSyntax": Key("tell Figma's variables what they are called in code"),
        "codeSyntaxTemplate": Key("form of that; {name} is the name", "'{name}'"),
    },
    "Swift": {
        "imageSwift": Key("file of an extension of UIImage", "App/UIImage+Figma.swift"),
        "swiftUIImageSwift": Key("file of an extension of SwiftUI's Image", "App/Image+Figma.swift"),
        "codeConnectSwift": Key("file for Figma's Code Connect", "App/Assets.figma.swift"),
        "renderMode": Key("template (tinted by the app), original or default"),
        "renderModeDefaultSuffix": Key("end of the names that Xcode decides about", "_default"),
        "renderModeOriginalSuffix": Key("end of the names that keep their colours", "_original"),
        "renderModeTemplateSuffix": Key("end of the names that the app tints", "_template"),
    },
    "IosIcons": {
        "assetsFolder": Key("folder in the asset catalogue", "Icons"),
        "format": Key("pdf or svg", "svg"),
        "nameStyle": Key("style of names: arrow-left is arrowLeft in camelCase", "camelCase"),
        "preservesVectorRepresentation": Key("names of icons that stay vectors in the app, or '*' for all", "'*'"),
    },
    "IosImages": {
        "assetsFolder": Key("folder in the asset catalogue", "Illustrations"),
        "nameStyle": Key("style of names: arrow-left is arrowLeft in camelCase", "camelCase"),
        "outputFormat": Key("png or heic"),
        "heicOptions": Key("how PNG becomes HEIC"),
        "renderMode": Key("default, template or original; else Xcode decides", "original"),
    },
    "IosTypography": {
        "fontSwift": Key("file of an extension of UIFont", "App/UIFont+Figma.swift"),
        "labelStyleSwift": Key("file of an extension of LabelStyle", "App/LabelStyle+Figma.swift"),
        "swiftUIFontSwift": Key("file of an extension of SwiftUI's Font", "App/Font+Figma.swift"),
        "generateLabels": Key("write a label class for each text style", "false"),
        "labelsDirectory": Key("folder of these classes", "App/Labels"),
        "nameStyle": Key("style of names", "camelCase"),
    },
    "Android": {
        "mainRes": Key("the module's resources", "app/src/main/res"),
        "resourcePackage": Key("package of the class R", "com.example.app"),
        "mainSrc": Key("the module's code", "app/src/main/java"),
        "templatesPath": Key("folder with templates of your own for generated code", "templates"),
        "colors": Key("colours; an element, or a list of them"),
        "icons": Key("vector drawables; an element, or a list of them"),
        "images": Key("images; an element, or a list of them"),
        "typography": Key("text styles"),
    },
    "AndroidColors": {
        "xmlOutputFileName": Key("name of the file in values and values-night"),
        "xmlDisabled": Key("write no XML"),
        "composePackageName": Key("package of Colors.kt for Compose", "com.example.app.ui"),
        "colorKotlin": Key(
            "place of Colors.kt; else it follows mainSrc and the package", "app/src/main/java/Colors.kt"
        ),
        "themeAttributes": Key("theme attributes between two markers in your own files"),
    },
    "ThemeAttributes": {
        "enabled": Key("write them", "true"),
        "attrsFile": Key("file of the attributes"),
        "stylesFile": Key("file of the theme"),
        "stylesNightFile": Key("file of the theme at night"),
        "themeName": Key("name of the theme, a part of the markers", "Theme.App"),
        "markerStart": Key("text of the comment before the attributes"),
        "markerEnd": Key("text of the comment behind them"),
        "autoCreateMarkers": Key("make attrsFile and its markers; those of styles go into your <style>"),
        "nameTransform": Key("from names of colours to names of attributes"),
    },
    "NameTransform": {
        "style": Key("style of names"),
        "prefix": Key("what every name begins with"),
        "stripPrefixes": Key("beginnings that are taken off first", "[extensions]"),
    },
    "AndroidIcons": {
        "output": Key("folder below mainRes", "icons"),
        "composePackageName": Key("package of the code for Compose", "com.example.app.ui"),
        "composeFormat": Key("resourceReference or imageVector"),
        "composeExtensionTarget": Key("class that the icons extend", "com.example.app.ui.AppIcons"),
        "pathPrecision": Key("digits behind the point in paths, 1 to 6"),
        "strictPathValidation": Key("refuse paths that are too long; else as common says", "false"),
    },
    "AndroidImages": {
        "output": Key("folder below mainRes", "illustrations"),
        "format": Key("png, webp, or svg for vector drawables", "png"),
    },
    "AndroidTypography": {
        "nameStyle": Key("style of names", "snake_case"),
        "composePackageName": Key("package of Typography.kt for Compose", "com.example.app.ui"),
    },
    "Flutter": {
        "output": Key("folder of generated code", "lib/generated"),
        "templatesPath": Key("folder with templates of your own for generated code", "templates"),
        "colors": Key("colours; an element, or a list of them"),
        "icons": Key("SVG icons; an element, or a list of them"),
        "images": Key("images; an element, or a list of them"),
    },
    "FlutterColors": {
        "output": Key("file of the class, below output"),
        "className": Key("name of the class"),
    },
    "FlutterIcons": {
        "output": Key("folder of the files", "assets/icons"),
        "dartFile": Key("file of the class"),
        "className": Key("name of the class"),
    },
    "FlutterImages": {
        "output": Key("folder of the files", "assets/images"),
        "dartFile": Key("file of the class"),
        "className": Key("name of the class"),
        "format": Key("png, webp or svg"),
    },
    "Web": {
        "output": Key("folder that all others are below", "src"),
        "templatesPath": Key("folder with templates of your own for generated code", "templates"),
        "colors": Key("colours; an element, or a list of them"),
        "icons": Key("SVG icons; an element, or a list of them"),
        "images": Key("SVG images; an element, or a list of them"),
    },
    "WebColors": {
        "outputDirectory": Key("folder of the files, below output", "theme"),
        "cssFileName": Key("file of CSS variables"),
        "tsFileName": Key("file of TypeScript constants"),
        "jsonFileName": Key("file of JSON; none without it", "theme.json"),
    },
    "WebIcons": {
        "outputDirectory": Key("folder of the code, below output", "components/icons"),
        "svgDirectory": Key("folder of the files, below output"),
        "generateReactComponents": Key("write a React component for each icon", "false"),
        "iconSize": Key("width and height of components"),
    },
    "WebImages": {
        "outputDirectory": Key("folder of the code, below output", "components/images"),
        "assetsDirectory": Key("folder of the files, below output"),
        "generateReactComponents": Key("write a React component for each image", "false"),
    },
}
