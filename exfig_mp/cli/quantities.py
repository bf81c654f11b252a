"""Kinds of values that options have beside numbers and texts: ages and sizes, with their units."""

from __future__ import annotations

import re
from typing import Any

import click


class Age(click.ParamType[float]):
    """An age in hours, or with a unit; in seconds."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        from exfig_mp.resume import parse_age

        try:
            return parse_age(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Size(click.ParamType[float]):
    """A number of bytes, in powers of a thousand."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the bytes."""
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) *([kmgt]?)b?", str(value).strip().lower())
        if match is None:
            self.fail(f"{value!r} is no size: give bytes, or a number with kB, MB, GB or TB (500MB, 2GB)", param, ctx)
        power: int = " kmgt".index(match[2] or " ")
        return float(match[1]) * float(1000**power)
