"""Taking secrets out of what is logged. Pure."""

from __future__ import annotations

import html
import json
import math
import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

_MOST_ITEMS, _DEEPEST = 100, 4

_CREDENTIALS = (
    r"fig[dpou]_[A-Za-z0-9_-]+",  # Figma's tokens
    r"(?<=bearer )[\w.~+/=-]+",
    r"(?:(?<=x-amz-signature=)|(?<=x-amz-security-token=))[\w%./+=-]+",  # who has a signed URL has the file
    r"(?<=://)[^/\s@]+(?=@)",  # user and password of a proxy
)
_ESCAPES: tuple[Callable[[str], str], ...] = (
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: text.replace("/", "\\/"),
    lambda text: ascii(text)[1:-1],
    lambda text: repr(text)[1:-1],
    lambda text: repr('"' + text)[2:-1],  # beside a double quote the single ones are escaped
    lambda text: repr(text.encode("utf-8", "surrogatepass"))[2:-1],
    *(partial(way, safe=safe, errors="surrogatepass") for way in (quote, quote_plus) for safe in ("/", "")),
    html.escape,
)


class Redactor:
    """Makes any value one of JSON without secrets: wherever in it they were, and in whatever way they were escaped.

    Args:
        secrets: texts that must not stay.
        longest: characters of one text that are looked at and kept.
    """

    def __init__(self, secrets: tuple[str, ...], longest: int) -> None:
        forms = set(secrets) - {""}
        for _ in range(2):  # a message may quote a message
            forms |= {escape(form) for form in forms for escape in _ESCAPES}
        longest_first = sorted(forms, key=len, reverse=True)
        self._longest = longest
        self._pattern = re.compile("|".join((*map(re.escape, longest_first), *_CREDENTIALS)), re.IGNORECASE)
        self._reach = max(map(len, forms), default=0)

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, object]:
        """Return `event` without secrets; a processor of structlog."""
        return {self.text(key): self.value(value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """Return `text` without secrets, cut to the longest that is kept."""
        clean = self._pattern.sub("[redacted]", text[: self._longest + self._reach])
        if len(text) > self._longest:  # the cut may have left half a secret at the end
            clean = clean[: max(len(clean) - self._reach, 0)] + "…"
        return clean.encode("utf-8", "backslashreplace").decode()  # JSON can write half a pair, but few read it

    def value(self, value: object, depth: int = _DEEPEST) -> object:
        """Return what JSON can hold of `value`, without secrets."""
        if value is None or isinstance(value, bool):
            return value
        if depth and isinstance(value, dict):
            items = islice(value.items(), _MOST_ITEMS)
            return {self.text(str(key)): self.value(inner, depth - 1) for key, inner in items}
        if depth and isinstance(value, list | tuple | set | frozenset):
            return [self.value(inner, depth - 1) for inner in islice(value, _MOST_ITEMS)]
        if isinstance(value, int) and value.bit_length() > 64:  # few read it, and Python does not even write it
            return self.text(hex(value))
        text = self.text(str(value))
        is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
        return value if is_number and text == str(value) else text
