"""Workflow commands of GitHub Actions: lines of output that its runner obeys. Ours are made here, others defused. Pure.

A runner obeys a line that begins, behind any white space, with `::name`, and `##[name]` wherever that is in a line: so
says its source (actions/runner, src/Runner.Common/ActionCommand.cs). How ours are escaped is in "Workflow commands for
GitHub Actions" on docs.github.com.
"""

from __future__ import annotations

import json
import re

_ANYWHERE = re.compile(r"##([\w.-]*)\[")
"""How commands begin that other runners obey, too: `##vso[` (Azure Pipelines), `##teamcity[`."""

_LONGEST = 1000
"""Characters of an annotation: what a person reads beside a check."""


def defused(line: str) -> str:
    """Return one line of output with an escape where a name from outside would have it taken for a command."""
    if line.lstrip().startswith("::"):
        line = line.replace("::", r"\x3a:", 1)
    return _ANYWHERE.sub(r"##\1\\x5b", line)


def json_line(value: object) -> str:
    """Return `value` as JSON on one line that is no command; whoever decodes it notices nothing."""
    return _ANYWHERE.sub(r"##\1\\u005b", json.dumps(value))


def error_annotation(title: str, message: str) -> str:
    """Return the line that makes a runner show an error beside the check; neither text can end it or add to it."""
    return f"::error title={_as_property(_cut(title))}::{_as_value(_cut(message))}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _as_value(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _as_property(text: str) -> str:
    return _as_value(text).replace(":", "%3A").replace(",", "%2C")
