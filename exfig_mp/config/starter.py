"""A commented config to begin with: all keys of a platform, from the schema, so that none can be forgotten.

Optional keys are behind a `#` that touches them; what else is behind a `#` is prose.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from exfig_mp.config.contents import PLATFORMS
from exfig_mp.config.keys import explain
from exfig_mp.config.validation import json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WANTED = {
    "Figma": ("lightFileId",),
    "Common": ("icons", "images"),
    "CommonAssets": ("figmaFrameName",),
    "IosColors": ("assetsFolder",),
    "AndroidColors": ("xmlOutputFileName",),
    "AndroidIcons": ("nameStyle",),
    "AndroidImages": ("nameStyle",),
    "FlutterColors": ("output",),
    "FlutterImages": ("scales",),
    "WebColors": ("outputDirectory",),
    "WebIcons": ("generateReactComponents",),
    "WebImages": ("generateReactComponents",),
    **dict.fromkeys(("Ios", "Android", "Flutter", "Web"), ("colors", "icons", "images")),
}
"""Optional keys that a first config should have, by section."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")

_HEAD = """\
# What exfig-mp exports from Figma, and where to. Put in your file's key and paths, then:
#
#   exfig-mp validate exfig.yaml
#   exfig-mp batch exfig.yaml
#
# Lines that begin with # and a key are options, with their default or an example: take the # away to use one.
# Paths are relative to the folder that exfig-mp is started in.
"""


def starter(platform: str) -> str:
    """Return the text of a config for one of `PLATFORMS`."""
    schema = json_schema()
    others = set(PLATFORMS) - {platform}
    lines = [_HEAD.rstrip()]
    for key, option in schema["properties"].items():
        if key not in others:
            lines += ["", *_Writer(schema).option("Root", key, option, off=key not in {"figma", "common", platform})]
    return "\n".join(lines) + "\n"


class _Writer:
    """Turns parts of the schema into lines."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    def option(self, section: str, key: str, option: Mapping[str, Any], *, off: bool, frame: str = "") -> Iterator[str]:
        """Yield the lines of one key, `off` behind a `#`; `frame` is the example of a frame of components."""
        mark, about = "#" if off else "", explain(section, key)
        said = f" # {about.text}" if about.text else ""
        name = _section_of(option)
        if not name:
            example = frame if key == "figmaFrameName" and frame else about.example
            yield f"{mark}{key}: {example or _flow(option.get('default'))}{said}"
            return
        yield f"{mark}{key}:{said}"
        for line in self._section(name, off=off, frame={"icons": "Icons", "images": "Illustrations"}.get(key, "")):
            yield f"  {line}"

    def _section(self, name: str, *, off: bool, frame: str) -> Iterator[str]:
        definition = self._schema["$defs"][name]
        wanted = {*definition.get("required", ()), *_WANTED.get(name, ())}
        options = definition["properties"]
        for key in sorted(options, key=lambda key: key not in wanted):  # sorting keeps the order of equals
            yield from self.option(name, key, options[key], off=off or key not in wanted, frame=frame)


def _section_of(option: Mapping[str, Any]) -> str:
    """Return the name of the section that a key has, or may have a list of; empty if it has none."""
    for branch in (option, *option.get("anyOf", ())):
        if "$ref" in branch:
            return str(branch["$ref"]).rpartition("/")[2]
    return ""


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else json.dumps(value)
