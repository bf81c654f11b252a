"""What variables are called in iOS code (`syncCodeSyntax`): which of them Figma must be told about, and telling it.

What Figma knows of other platforms stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from exfig_mp.errors import FigmaError
from exfig_mp.exporters.color_protocol import VariableColors
from exfig_mp.sources.figma_variables import collection_colors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exfig_mp.exporters.color_protocol import ColorEntry
    from exfig_mp.sources.figma_api import FigmaApi
    from exfig_mp.sources.token_wire import Variables
    from exfig_mp.sources.tokens import TokenRecords

_PLATFORM = "iOS"


class CodeSyntax:
    """What is to be told, collected from entries whose colours have their names."""

    def __init__(self) -> None:
        self.changes: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
        """By file and variable: its names in code on all platforms. What Figma knows already is not there."""
        self._wanted: dict[tuple[str, str], str] = {}

    def want(self, entry: ColorEntry, names: Mapping[str, str], found: Variables) -> tuple[str, ...]:
        """Note what the variables of an entry should be called; return what another entry wants otherwise.

        `names` are the final names of its colours, by Figma's.
        """
        source = entry.source
        if not entry.code_syntax or not isinstance(source, VariableColors):
            return ()
        conflicts: list[str] = []
        for variable in collection_colors(found, source):
            if variable.remote or variable.name not in names:  # a remote one can be changed in its own file only
                continue
            code = entry.code_syntax.replace("{name}", names[variable.name])
            known = self._wanted.setdefault((source.file, variable.id), code)
            if known != code:
                conflicts.append(f"variable {variable.name!r} stays {known!r} in code, as another entry says")
            elif variable.code_syntax.get(_PLATFORM) != code:
                self.changes[source.file][variable.id] = variable.code_syntax | {_PLATFORM: code}
        return tuple(conflicts)

    async def tell(self, api: FigmaApi, records: TokenRecords | None, warn: Callable[[str], None]) -> int:
        """Tell Figma; return how many variables have a new name in code. A file that refuses is a warning."""
        told = 0
        for key, syntax in sorted(self.changes.items()):
            try:
                await api.set_code_syntax(key, syntax)
            except FigmaError as error:
                advice = f" ({error.advice})" if error.advice else ""
                warn(f"file {key} was not told what its variables are called in code: {error.message}{advice}")
                continue
            told += len(syntax)
            self._remember(key, syntax, records)
        return told

    def _remember(self, key: str, syntax: dict[str, dict[str, str]], records: TokenRecords | None) -> None:
        """Keep what Figma knows now, in case that is no new version of the file."""
        record = records.recall_tokens(key) if records else None
        if records is None or record is None or record.variables is None:
            return
        changed = {
            one: replace(variable, code_syntax=syntax.get(one, variable.code_syntax))
            for one, variable in record.variables.variables.items()
        }
        records.remember_tokens(key, replace(record, variables=replace(record.variables, variables=changed)))
