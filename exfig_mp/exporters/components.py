"""What a component is called where each has a file of code to itself: the file and what is in it have one name."""

from __future__ import annotations

import unicodedata

from exfig_mp.exporters.naming import Named, restyle, safe_name

DARK = "Dark"
"""What the name of a dark component ends with."""

_WORD = "Icon"
_TAKEN = frozenset({"Index", "Types", "IconProps", "ImageProps"})
"""Modules beside the components, which a disk that ignores case takes for `index` and `types`; and types in there."""
_PARTS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Nd"}


def component_name(name: str) -> str:
    """Return `name` in Pascal case as an identifier of Kotlin and TypeScript that a file may be called by.

    What could not begin one has a word before it: `24_px` is `Icon24Px`.
    """
    styled = unicodedata.normalize("NFC", restyle(name, "PascalCase"))
    text = "".join(char if char == "_" or unicodedata.category(char) in _PARTS else "_" for char in styled)
    if not text.isidentifier() or not text[0].isupper():  # JSX takes what begins small for an element of HTML
        text = f"{_WORD}{text}"
    text = f"{text}_" if text in _TAKEN else text
    safe = safe_name(text)
    return safe.text if isinstance(safe, Named) else text
