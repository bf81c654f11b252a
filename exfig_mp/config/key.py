"""One key of a config, for people."""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """What a key is for, in words, and an example of its value as YAML; without one the default is shown."""

    text: str
    example: str = ""
