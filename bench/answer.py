"""What a program that downloads prints about itself: quick to load, since loading it is timed."""

from __future__ import annotations

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """How it went: seconds until it was ready, and from then on; what was put in place, why something failed."""

    ready: float
    transfer: float
    done: int
    failed: tuple[str, ...] = ()
