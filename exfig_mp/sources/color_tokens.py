"""Colours as design tokens: what Figma's answers about one source come to, and what designers say of them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.exporters.color_protocol import VariableColors
from exfig_mp.exporters.naming import matches
from exfig_mp.model import Failure
from exfig_mp.sources.figma_colors import style_colors
from exfig_mp.sources.figma_variables import variable_colors

if TYPE_CHECKING:
    from exfig_mp.exporters.color_protocol import ColorSource
    from exfig_mp.sources.figma_colors import FoundColors
    from exfig_mp.sources.figma_styles import StyledFile
    from exfig_mp.sources.tokens import Tokens


def colors_of(source: ColorSource, tokens: Tokens, names: str | None) -> FoundColors | Failure:
    """Return the colours of a source that the filter `names` covers, or why there are none; None covers all."""
    if isinstance(source, VariableColors):
        variables = tokens.variables[source.file]
        return variables if isinstance(variables, Failure) else variable_colors(variables, source, matches, names)
    present: dict[str, StyledFile] = {}
    for key in source.files:
        file = tokens.styled[key]
        if isinstance(file, Failure):
            return file
        present[key] = file
    return style_colors(present, source, matches, names)


def descriptions(source: ColorSource, tokens: Tokens) -> dict[str, str]:
    """Return what designers say of the colours of a source, by name."""
    if isinstance(source, VariableColors):
        variables = tokens.variables[source.file]
        members = () if isinstance(variables, Failure) else variables.variables.values()
        return {variable.name: variable.description or "" for variable in members}
    styled = tokens.styled[source.light_file]
    return {} if isinstance(styled, Failure) else {style.name: style.description or "" for style in styled.styles}


def files_of(source: ColorSource) -> tuple[str, ...]:
    """Return the files that a source is read from."""
    return (source.file,) if isinstance(source, VariableColors) else source.files
