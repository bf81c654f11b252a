"""Text between two markers of a file that belongs to the user: replaced without touching anything else. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from exfig_mp.exporters.token_protocol import Insertion

MarkerProblem = Literal["fileNotFound", "markerNotFound", "markersOutOfOrder", "markerNotUnique", "notText"]


class Unmarked(Struct, frozen=True):
    """The text cannot be put in: which kind of problem, what is wrong, and what to do."""

    kind: MarkerProblem
    message: str
    advice: str


def insert(content: bytes | None, insertion: Insertion) -> bytes | Unmarked | None:
    """Return the file with the new text between the markers, or None if it is to be left alone.

    `content` is None where there is no file. The margin of the end marker and the file's line ends stay.
    """
    if content is None:
        if insertion.optional:
            return None
        if not insertion.skeleton:
            lines = f"{insertion.start} and {insertion.end}"
            advice = f"create it with {lines} where the text belongs (autoCreateMarkers makes attrsFile)"
            return Unmarked("fileNotFound", f"{insertion.path} does not exist", advice)
        content = insertion.skeleton.encode()
    try:
        existing = content.decode()
    except UnicodeDecodeError:
        return Unmarked("notText", f"{insertion.path} is not UTF-8", "save it as UTF-8")
    updated = _updated(existing, insertion)
    return updated.encode() if isinstance(updated, str) else updated


def _updated(existing: str, insertion: Insertion) -> str | Unmarked:
    newline = "\r\n" if "\r\n" in existing else "\n"
    if insertion.before and insertion.start not in existing and insertion.end not in existing:
        head, found, tail = existing.rpartition(insertion.before)
        if found:
            margin = f"{newline}    "
            gap = "" if head.endswith("\n") else newline
            existing = f"{head}{gap}    {insertion.start}{margin}{insertion.end}{newline}{found}{tail}"
    for marker in (insertion.start, insertion.end):
        count = existing.count(marker)
        if count == 0:
            advice = f"add two lines around where the text belongs: {insertion.start} and {insertion.end}"
            return Unmarked("markerNotFound", f"{insertion.path} has no marker {marker}", advice)
        if count > 1:
            message = f"{insertion.path} has the marker {marker} {count} times"
            return Unmarked("markerNotUnique", message, "leave it once")
    begin = existing.index(insertion.start) + len(insertion.start)
    end = existing.index(insertion.end)
    if end < begin:
        message = f"{insertion.path} has {insertion.end} before {insertion.start}"
        return Unmarked("markersOutOfOrder", message, "put the start before the end")
    line = existing.rfind("\n", begin, end) + 1
    margin = existing[line:end] if line and existing[line:end].isspace() else ""
    text = insertion.text.replace("\n", newline) + newline if insertion.text else ""
    return f"{existing[:begin]}{newline}{text}{margin}{existing[end:]}"
