"""A plugin for pytest: what came of the cases in `fixtures/conformance`, by file and in sum, at the end of a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.conformance import ABSENT, areas, read
from tests.conformance_differences import NOT_APPLICABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

_COLUMNS = ("cases", "passed", "deliberate", "not applicable", "failed", "not run")
_OF_CATEGORY = {"passed": "passed", "xfailed": "deliberate", "failed": "failed", "error": "failed", "xpassed": "failed"}
_WORST_FIRST = ("failed", "deliberate", "passed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the case of a test into its report, which also comes out of another process."""
    for item in items:
        mark = item.get_closest_marker("conformance")
        if mark and mark.args:
            item.user_properties.append(("conformance", mark.args[0]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the sum if any case was run, and each file in a run of nothing else."""
    alone = config.option.markexpr == "conformance" and not config.option.collectonly
    outcomes = _outcomes(terminalreporter)
    if not (outcomes or alone):
        return
    terminalreporter.section("conformance")
    if not areas():
        terminalreporter.line(ABSENT)
        return
    for line in _table(outcomes, alone=alone):
        terminalreporter.line(line)


def _outcomes(terminalreporter: pytest.TerminalReporter) -> dict[str, str]:
    """Return what came of each case that was run. One that differs deliberately has two tests; the worse one counts."""
    found: dict[str, set[str]] = defaultdict(set)
    for category, outcome in _OF_CATEGORY.items():
        for report in terminalreporter.stats.get(category, ()):
            for name, case in getattr(report, "user_properties", ()):
                if name == "conformance":
                    found[case].add(outcome)
    return {case: next(outcome for outcome in _WORST_FIRST if outcome in all_) for case, all_ in found.items()}


def _table(outcomes: dict[str, str], *, alone: bool) -> Iterable[str]:
    rows = {area: _row(area, outcomes) for area in areas()}
    total: Counter[str] = Counter()
    for row in rows.values():
        total.update(row)
    yield _line("file", _COLUMNS)
    if alone:
        yield from (_line(area, [str(row[column]) for column in _COLUMNS]) for area, row in rows.items())
    yield _line("sum", [str(total[column]) for column in _COLUMNS])


def _row(area: str, outcomes: dict[str, str]) -> Counter[str]:
    ids = [case["id"] for case in read(area)]
    row = Counter(outcomes.get(one, "not applicable" if one in NOT_APPLICABLE else "not run") for one in ids)
    row["cases"] = len(ids)
    return row


def _line(first: str, rest: Iterable[str]) -> str:
    return f"{first:<26}" + "".join(f"{text:>{len(column) + 2}}" for text, column in zip(rest, _COLUMNS, strict=True))
