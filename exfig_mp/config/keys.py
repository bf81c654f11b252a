"""What each key of a config is for, and an example of its value: said once, for starter configs and the JSON Schema.

Keys are looked up under the name of their section's struct, then under that of the class it extends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.config.key import Key
from exfig_mp.config.platform_keys import PLATFORM_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping


def explain(section: str, name: str) -> Key:
    """Return what the key `name` of the struct `section` is for; without text if nobody has said so."""
    for place in (section, *_EXTENDS.get(section, ())):
        if name in _KEYS.get(place, {}):
            return _KEYS[place][name]
    return Key("")


_ASSETS, _COLORS, _RENAMING = "AssetEntry", "ColorsEntry", "Renaming"
_EXTENDS = {
    "VariablesColors": (_COLORS, _RENAMING),
    **dict.fromkeys(("IosColors", "AndroidColors", "FlutterColors", "WebColors"), (_COLORS, _RENAMING)),
    "IosIcons": ("Swift", _ASSETS, _RENAMING),
    "IosImages": ("Swift", "Images", _ASSETS, _RENAMING),
    **dict.fromkeys(("AndroidIcons", "FlutterIcons", "WebIcons"), (_ASSETS, _RENAMING)),
    **dict.fromkeys(("AndroidImages", "FlutterImages", "WebImages"), ("Images", _ASSETS, _RENAMING)),
    **dict.fromkeys(("CommonColors", "CommonAssets", "CommonTypography"), (_RENAMING,)),
}
"""The structs that share keys, and where these are explained."""

_FILE = "YOUR_FILE_KEY"
_KEYS: Mapping[str, Mapping[str, Key]] = {
    **PLATFORM_KEYS,
    "Root": {
        "figma": Key("the files, and how the API is spoken to"),
        "common": Key("what all platforms share"),
        "ios": Key("an Xcode project"),
        "android": Key("an Android module"),
        "flutter": Key("a Flutter app"),
        "web": Key("a web app"),
        "batch": Key("how the work of a run is shared out"),
        "output": Key("how files are written"),
        "resources": Key("when a worker process is replaced by a fresh one"),
        "abort": Key("when a run gives up; 0 is never"),
    },
    "Figma": {
        "lightFileId": Key("the file's key: in figma.com/design/KEY/Name it is KEY", _FILE),
        "darkFileId": Key("file with the dark variants, of equal names", "YOUR_DARK_FILE_KEY"),
        "lightHighContrastFileId": Key("file with colours of high contrast", "YOUR_LIGHT_HC_FILE_KEY"),
        "darkHighContrastFileId": Key("file with dark colours of high contrast", "YOUR_DARK_HC_FILE_KEY"),
        "timeout": Key("seconds for one API request; else 30, and 75 for renders", "30"),
        "maxRetries": Key("retries after the first attempt", "4"),
        "retryBase": Key("seconds before the first retry, doubled for each further one", "1"),
        "retryCap": Key("most seconds before a retry", "30"),
        "retryJitter": Key("per cent by which a delay is spread", "20"),
        "rateLimit": Key("API requests, as 10/s or 15/min; else what the account allows, at most 10/s", "10/s"),
        "maxWait": Key("longest Retry-After in seconds that is waited for", "300"),
        "concurrentDownloads": Key("downloads in flight over all workers", "20"),
        "baseUrl": Key("origin of the API", "https://api.figma.com"),
        "allowedHosts": Key("hosts beside Figma's that downloads may come from", "[cdn.example.com]"),
        "plan": Key("starter, student, professional, organization or enterprise: sets the rate", "professional"),
        "seat": Key("view, collab, dev or full: sets the rate, together with plan", "full"),
    },
    "Common": {
        "cache": Key("incremental runs: what is unchanged and in place is skipped"),
        "colors": Key("colours from published styles"),
        "variablesColors": Key("colours from variables instead (needs an Enterprise plan); not together with colors"),
        "icons": Key("for the icons of all platforms"),
        "images": Key("for the images of all platforms"),
        "typography": Key("for the text styles of all platforms"),
    },
    "Cache": {
        "enabled": Key("remember versions and renders from run to run"),
        "granular": Key("compare the components of a changed file one by one"),
        "path": Key("folder of what is remembered", ".exfig-cache"),
    },
    "CommonColors": {
        "useSingleFile": Key("all appearances are in lightFileId, told apart by the suffixes"),
        "darkModeSuffix": Key("end of the names of dark colours"),
        "lightHCModeSuffix": Key("end of the names of colours of high contrast"),
        "darkHCModeSuffix": Key("end of the names of dark colours of high contrast"),
    },
    "CommonAssets": {
        "figmaFrameName": Key("frame that the components are in; else Icons, or Illustrations", "Icons"),
        "figmaPageName": Key("page that the frame is on, if several have one of this name", "Assets"),
        "useSingleFile": Key("dark variants are in lightFileId, too, told apart by the suffix"),
        "darkModeSuffix": Key("end of the names of dark components"),
        "strictPathValidation": Key("refuse vector paths that are too long for Android"),
    },
    _RENAMING: {
        "nameValidateRegexp": Key("names must match it", "'^(.+)$'"),
        "nameReplaceRegexp": Key("what a name becomes; $1 to $9 are the groups of the match", "'$1'"),
    },
    _ASSETS: {
        "figmaFileId": Key("another file than figma.lightFileId", _FILE),
        "figmaFrameName": Key("another frame than that of common", "Icons"),
        "figmaPageName": Key("page that the frame is on", "Assets"),
        "nameStyle": Key("camelCase, snake_case, PascalCase, kebab-case or SCREAMING_SNAKE_CASE"),
        "scales": Key("scales of the files"),
        "sourceFormat": Key("what Figma draws: png, or svg, of which all scales are drawn here"),
        "webpOptions": Key("how PNG becomes WebP"),
    },
    "Images": {"figmaFrameName": Key("another frame than that of common", "Illustrations")},
    _COLORS: {
        "tokensFileId": Key("file of the variables", "YOUR_VARIABLES_FILE_KEY"),
        "tokensCollectionName": Key("collection of the variables", "Colors"),
        "lightModeName": Key("its mode with the light colours", "Light"),
        "darkModeName": Key("its mode with the dark colours", "Dark"),
        "lightHCModeName": Key("its mode with colours of high contrast", "Light High Contrast"),
        "darkHCModeName": Key("its mode with dark colours of high contrast", "Dark High Contrast"),
        "primitivesModeName": Key("mode of the collections that aliases lead to; else their default", "Value"),
    },
    "WebpOptions": {
        "encoding": Key("lossy or lossless", "lossy"),
        "quality": Key("of lossy WebP, 0 to 100"),
    },
    "HeicOptions": {
        "encoding": Key("lossy or lossless"),
        "quality": Key("of lossy HEIC, 0 to 100"),
    },
    "Batch": {
        "workers": Key("worker processes; else the cores, at most 8", "4"),
        "parallel": Key("files whose metadata is fetched at once", "3"),
        "failFast": Key("no retries, and the first failure stops everything", "false"),
        "resume": Key("go on from the checkpoint of a run that was cut off"),
    },
    "Output": {"fsync": Key("sync each file before it is renamed into place")},
    "Resources": {
        "memoryLimit": Key("per cent of the memory that may be in use", "80"),
        "workerMaxAge": Key("seconds", "7200"),
        "workerMaxTasks": Key("downloads", "10000"),
    },
    "Abort": {
        "failureRate": Key("per cent of failures among the last downloads that are borne", "50"),
        "window": Key("how many downloads are looked at", "10"),
        "crashes": Key("dying workers that end a run", "3"),
        "crashWindow": Key("seconds within which they die", "300"),
    },
}
