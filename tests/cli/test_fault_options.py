"""Retries, limits and timeouts on the command line, as ExFig v1's own tests have them."""

from __future__ import annotations

from typing import Any

import click
import pytest

from exfig_mp.cli.export import colors, icons
from exfig_mp.cli.options import CommandOptions
from exfig_mp.cli.resolve import resolve
from tests.conformance import cases


@pytest.fixture(autouse=True)
def token(monkeypatch):
    monkeypatch.setenv("FIGMA_PERSONAL_TOKEN", "figd_any")


def parsed(arguments: list[str], *, heavy: bool) -> CommandOptions:
    """Parse a command line; what v1 calls heavy are the commands that download files."""
    with (icons if heavy else colors).make_context("exfig-mp", list(arguments)) as context:
        return CommandOptions.take(dict(context.params))


@pytest.mark.parametrize("case", cases("cli_fault_options"))
def test_options_are_read_as_v1_reads_them(case):
    expected: dict[str, Any] = dict(case["expected"])
    if expected.pop("throws", False):
        with pytest.raises(click.UsageError):
            parsed(case["input"]["argv"], heavy=case["input"]["heavy"])
        return

    options = parsed(case["input"]["argv"], heavy=case["input"]["heavy"])

    run = resolve(options, (), (), batch=False)
    ceiling = run.limiter.ceiling
    found = {
        "maxRetries": run.api.retry.retries,
        "timeout": options.timeout,
        "rateLimit": ceiling.requests,
        "requestsPerMinute": ceiling.requests * 60 / ceiling.seconds,
        "failFast": run.fail_fast,
        "resume": run.wish == "resume",
    }
    assert {name: found[name] for name in expected} == expected
    assert run.api.timeout == (options.timeout or 30)


def test_without_a_rate_limit_the_account_decides_below_the_ceiling():
    said, unsaid = (
        resolve(parsed(arguments, heavy=True), (), (), batch=False) for arguments in (["--rate-limit", "10"], [])
    )

    assert said.limiter.ceiling == unsaid.limiter.ceiling
    assert (said.limiter.adaptive, unsaid.limiter.adaptive) == (False, True)
