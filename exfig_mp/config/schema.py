"""The JSON Schema of a config as editors want it: what the loader takes, with words to every key."""

from __future__ import annotations

from typing import Any

from exfig_mp.config.keys import explain
from exfig_mp.config.validation import json_schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:exfig-mp:config"


def editor_schema() -> dict[str, Any]:
    """Return the schema of a config. It is a little stricter than the loader, which also takes `yes` for true.

    Rules between keys (what is required where something else is named) are the loader's alone.
    """
    schema = json_schema()
    for name, section in {"Root": schema, **schema["$defs"]}.items():
        section["title"] = name
        section.pop("description", None)  # of the class, for those who read its code
        required = section.get("required", ())
        for key, option in section.get("properties", {}).items():
            section["properties"][key] = _option(name, key, option, required=key in required)
    origins = ["colors", "variablesColors"]
    both = {name: {"type": "object"} for name in origins}
    schema["$defs"]["Common"]["not"] = {"required": origins, "properties": both}
    about = {"title": "exfig-mp config", "description": "What exfig-mp exports from Figma, and where to."}
    return {"$schema": DRAFT, "$id": ID} | schema | about


def _option(section: str, key: str, option: dict[str, Any], *, required: bool) -> dict[str, Any]:
    """Return the schema of one key: named as it is written, explained, and empty where the loader bears that."""
    default = option.pop("default", None)
    option["title"] = key
    option["description"] = explain(section, key).text
    if default is not None and not isinstance(default, dict):
        option["default"] = default
    if required or {"type": "null"} in option.get("anyOf", ()):
        return option
    words = {name: option.pop(name) for name in ("title", "description", "default") if name in option}
    branches = option["anyOf"] if set(option) == {"anyOf"} else [option]
    return words | {"anyOf": [*branches, {"type": "null"}]}
