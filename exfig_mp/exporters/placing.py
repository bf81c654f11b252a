"""Where files go: paths put together, and remote files in the order that exporters promise. Nothing is looked up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from exfig_mp.model import RemoteFile, Render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exfig_mp.model import Asset, Format, Node

_encode = json.JSONEncoder(ensure_ascii=False).encode


def join(folder: str, *parts: str) -> str:
    """Return a path below `folder`: parts are never taken as absolute."""
    inner = [part for part in (part.removeprefix("./").strip("/") for part in parts) if part not in {"", "."}]
    head = folder.rstrip("/")
    return "/".join([head, *inner]) if head else folder[:1] + "/".join(inner)


def appearances(asset: Asset) -> Iterator[tuple[bool, Node]]:
    """Yield the nodes of an asset, each with whether it is the dark one."""
    yield False, asset.light
    if asset.dark:
        yield True, asset.dark


def remote_file(path: str, asset: Asset, node: Node, format: Format, scale: float = 1.0) -> RemoteFile:  # noqa: A002 - the word of the config and of the API
    """Return the file at `path`, which Figma draws."""
    scale = scale if format in {"png", "jpg"} else 1.0
    return RemoteFile(path=path, render=Render(node=node, format=format, scale=float(scale)), asset=asset.source_name)


def by_path(files: Iterable[RemoteFile]) -> tuple[RemoteFile, ...]:
    """Return `files` sorted."""
    return tuple(sorted(files, key=lambda file: file.path))


def foundation_json(value: object) -> bytes:
    """Return JSON as Apple's Foundation prints it, so that Xcode's own edits make small diffs. No empty containers."""
    return _printed(value, "\n").encode()


def _printed(value: object, margin: str) -> str:
    # json.dumps with an indent takes three times as long, which counts for 20,000 image sets.
    inner = margin + "  "
    match value:
        case dict():
            members = (f"{_encode(key)} : {_printed(member, inner)}" for key, member in sorted(value.items()))
            return f"{{{inner}{f',{inner}'.join(members)}{margin}}}"
        case list():
            return f"[{inner}{f',{inner}'.join(_printed(item, inner) for item in value)}{margin}]"
        case _:
            return _encode(value)
