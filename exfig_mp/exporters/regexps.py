"""The regexps that a config has for names: those of an element, or else of `common`, and where they are from. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from exfig_mp.exporters.protocol import Naming


class Renaming(Protocol):
    """A section with regexps."""

    @property
    def name_validate_regexp(self) -> str | None:
        """What names must match."""
        ...

    @property
    def name_replace_regexp(self) -> str | None:
        """What they become."""
        ...


def with_regexps(naming: Naming, *sections: tuple[str, Renaming]) -> Naming:
    """Return `naming` with the regexps of `sections`, given with their key paths; the first that is set counts."""
    for key, section in sections:
        if naming.validate is None and section.name_validate_regexp is not None:
            validate_key = f"{key}.nameValidateRegexp"
            naming = replace(naming, validate=section.name_validate_regexp, validate_key=validate_key)
        if naming.replace is None and section.name_replace_regexp is not None:
            naming = replace(naming, replace=section.name_replace_regexp)
    return naming


def regexp_warnings(naming: Naming) -> tuple[str, ...]:
    """Return what the user should know about the regexps of an entry."""
    alone = naming.replace is not None and naming.validate is None
    return ("nameReplaceRegexp has no effect without nameValidateRegexp",) if alone else ()
