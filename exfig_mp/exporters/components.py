"""What a component is called where each has a file of code to itself: the file and what is in it have one name."""

from __future__ import annotations

import unicodedata

from exfig_mp.exporters.naming import Named, restyle, safe_name

DARK = "Dark"
"""What the name of a dark component ends with."""

_PARTS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Nd"}


def component_name(name: str, word: str) -> str:
    """Return `name` in Pascal case as an identifier of Kotlin and TypeScript that a file may be called by.

    `word` goes before what could not begin one: `24px` is `Icon24px`.
    """
    styled = unicodedata.normalize("NFC", restyle(name, "PascalCase"))
    text = "".join(char if char == "_" or unicodedata.category(char) in _PARTS else "_" for char in styled)
    if not text.isidentifier() or not text[0].isupper():  # JSX takes what begins small for an element of HTML
        text = f"{word}{text}"
    safe = safe_name(text)
    return safe.text if isinstance(safe, Named) else text
