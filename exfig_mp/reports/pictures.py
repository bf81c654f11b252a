"""Pictures as data URIs for a page of HTML, as many as it can bear. Shown as images they run no script."""

from __future__ import annotations

from base64 import b64encode
from pathlib import PurePosixPath

from exfig_mp import files

_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
_LARGEST = 1 << 18
"""Bytes of one picture: a page of thousands stays one that a browser opens."""


class Pictures:
    """Gives pictures until `budget` bytes of them are given."""

    def __init__(self, budget: int) -> None:
        self._left = budget
        self.left_out = 0

    @staticmethod
    def shows(path: str) -> bool:
        """Is it a picture for a browser, by its name?"""
        return PurePosixPath(path).suffix in _TYPES

    def of(self, path: str, body: bytes | None = None) -> str:
        """Return the URI of the file's bytes, or of `body`; nothing if it is not there, no picture, or too large."""
        kind = _TYPES.get(PurePosixPath(path).suffix)
        if kind is None:
            return ""
        size = (files.size_of(path) or 0) if body is None else len(body)
        if size > min(_LARGEST, self._left):
            self.left_out += 1
            return ""
        body = files.read(path) if body is None else body
        if not body:
            return ""
        self._left -= len(body)
        return f"data:{kind};base64,{b64encode(body).decode()}"
