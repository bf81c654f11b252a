from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from exfig_mp.cli.options import CommandOptions
from exfig_mp.cli.resolve import _origin, read_token, resolve, resume_command
from exfig_mp.errors import ConfigError, FigmaError
from exfig_mp.exporters import Root
from exfig_mp.exporters.settings import Batch, Figma
from exfig_mp.ratelimit import parse_rate

_UNSAID: dict[str, Any] = dict.fromkeys(CommandOptions.__struct_fields__)
NOTHING_SAID = CommandOptions(**_UNSAID | {"state_dir": ".", "report": ()})


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (None, "https://api.figma.com"),
        ("api.figma-gov.com", "https://api.figma-gov.com"),
        ("https://figma.example:8443/", "https://figma.example:8443"),
        ("http://127.0.0.1:8600", "http://127.0.0.1:8600"),
        ("http://[::1]:8600", "http://[::1]:8600"),
    ],
)
def test_an_origin_is_scheme_and_host(given, origin):
    assert _origin(given) == origin


@pytest.mark.parametrize(
    "given",
    [
        "",
        "   ",
        "http://[::1",
        "https://h:abc",
        "https://127.0.0.1:99999",
        "https://h:0",
        "https://exa mple.com",
        "https://:pw@h",
        "https://user@h",
        "https://h/v1",
        "https://h?x=1",
        "http://figma.example",
        "ftp://127.0.0.1",
        "https://",
        "https://h\n.example",
    ],
)
def test_what_is_no_safe_origin_is_refused_before_anything_is_sent(given):
    with pytest.raises(ConfigError):
        _origin(given)


@pytest.mark.parametrize(
    "rate",
    ["10", "10/s", "15/min", "0.5/s", "3 / hour", "2/M", "0", "0/s", "0.0/min", "-1", "1/day", "", "x", "1e3"],
)
def test_configs_and_the_command_line_take_the_same_rates(rate):
    try:
        parse_rate(rate)
    except ValueError:
        assert Figma(rate_limit=rate).problems()
    else:
        assert Figma(rate_limit=rate).problems() == []


def test_a_token_comes_from_the_environment_and_must_look_like_one():
    assert read_token({"FIGMA_PERSONAL_TOKEN": " figd_x\n"}).headers() == {"X-Figma-Token": "figd_x"}
    assert read_token({"FIGMA_OAUTH_TOKEN": "figu_x"}).headers() == {"Authorization": "Bearer figu_x"}
    for environ in ({}, {"FIGMA_PERSONAL_TOKEN": "a\r\nX-Evil: 1"}, {"FIGMA_PERSONAL_TOKEN": "tökén"}):
        with pytest.raises(FigmaError) as caught:
            read_token(environ)
        assert caught.value.exit_code == 3


def test_all_configs_together_say_which_hosts_are_allowed_beside_figmas(monkeypatch):
    monkeypatch.setenv("FIGMA_PERSONAL_TOKEN", "figd_x")
    monkeypatch.delenv("FIGMA_API_BASE_URL", raising=False)
    configs: Any = [
        SimpleNamespace(root=Root(figma=Figma(light_file_id="f", allowed_hosts=hosts)))
        for hosts in ((), ("b.example", "*.Corp.example"), ("a.example", "b.example"))
    ]

    options = resolve(NOTHING_SAID, configs, (), batch=True)

    assert options.allowed_hosts == ("*.corp.example", "a.example", "b.example")
    assert options.session(5).allowed_hosts == ("api.figma.com", "*.corp.example", "a.example", "b.example")


@pytest.mark.parametrize(
    ("chosen", "configured", "outcome"),
    [
        (None, [None, None], False),
        (None, [None, True], True),
        (None, [False, True], False),
        (False, [True], False),
        (True, [False], True),
    ],
)
def test_failing_fast_is_chosen_like_other_options_and_means_no_retries(monkeypatch, chosen, configured, outcome):
    monkeypatch.setenv("FIGMA_PERSONAL_TOKEN", "figd_x")
    configs: Any = [SimpleNamespace(root=Root(batch=Batch(fail_fast=value))) for value in configured]

    options = resolve(replace(NOTHING_SAID, fail_fast=chosen, max_retries=3), configs, (), batch=True)

    assert options.fail_fast is outcome
    assert options.api.retry.retries == options.transfer.retry.retries == (0 if outcome else 3)


def test_the_resume_command_is_the_same_with_resume():
    arguments = ["batch", "a folder", "--restart", "-v"]

    assert resume_command(arguments) == "exfig-mp batch 'a folder' -v --resume"


@pytest.mark.parametrize("arguments", [[], ["--checkpoint-max-age", "2h"], ["--checkpoint-max-age=30d"]])
def test_the_resume_command_allows_for_a_checkpoint_that_is_old_when_figma_lifts_its_block(arguments):
    day = 86_400.0

    command = resume_command(["batch", *arguments, "-v"], 2.5 * day, day)

    assert command == "exfig-mp batch -v --checkpoint-max-age 6d --resume"
    for blocked, max_age in [(0.0, day), (3600.0, day), (2.5 * day, 30 * day)]:
        kept = resume_command(["batch", *arguments, "-v"], blocked, max_age)
        assert kept == " ".join(["exfig-mp", "batch", *arguments, "-v", "--resume"])
