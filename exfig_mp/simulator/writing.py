"""What may be written to a file over the API: of all that Figma knows, what variables are called in code. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

if TYPE_CHECKING:
    from exfig_mp.simulator.design import File, Variable

_LARGEST = 4 * 1024 * 1024


class BadChangeError(Exception):
    """Figma would refuse the change; nothing of it is made."""


class _Syntax(Struct, frozen=True, forbid_unknown_fields=True):
    web: str | None = msgspec.field(default=None, name="WEB")
    android: str | None = msgspec.field(default=None, name="ANDROID")
    ios: str | None = msgspec.field(default=None, name="iOS")

    def pairs(self) -> tuple[tuple[str, str], ...]:
        said = (("WEB", self.web), ("ANDROID", self.android), ("iOS", self.ios))
        return tuple((platform, name) for platform, name in said if name is not None)


class _Change(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    action: Literal["UPDATE"]
    id: str
    code_syntax: _Syntax


class _Body(Struct, frozen=True, forbid_unknown_fields=True):
    variables: tuple[_Change, ...]


def changed_variables(file: File, body: bytes) -> tuple[Variable, ...]:
    """Return the variables of a file after the changes of a request: all of them, in one go.

    What is said of a variable takes the place of all that was known: a client that means to keep names says them.

    Raises:
        BadChangeError: it is no such request, or one of the variables is not this file's.
    """
    if len(body) > _LARGEST:
        raise BadChangeError("Request body must be 4MB or less")
    try:
        asked = msgspec.json.decode(body, type=_Body)
    except msgspec.DecodeError as problem:
        raise BadChangeError(f"Invalid request body: {problem}") from problem
    changes = {change.id: change.code_syntax.pairs() for change in asked.variables}
    own = {variable.id for variable in file.variables if not variable.remote}
    for one in changes:
        if one not in own:
            raise BadChangeError(f"Variable with ID {one} is not in this file")
    return tuple(replace(one, code=changes.get(one.id, one.code)) for one in file.variables)
