"""What programs that are timed find in their environment: what users have, not what this shell has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_BYTE_CODE = "PYTHONDONTWRITEBYTECODE"


def usual(more: Mapping[str, str]) -> dict[str, str]:
    """Return our environment with `more` in it, but let Python keep byte code.

    An installed package has its byte code. A checkout gets it with the first run, unless that variable is set, as it
    often is in images of containers: then every start compiles 150 modules, which takes longer than all the rest of it.
    """
    return {name: value for name, value in os.environ.items() if name != _NO_BYTE_CODE} | dict(more)
