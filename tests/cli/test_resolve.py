from __future__ import annotations

import pytest

from exfig_mp.cli.resolve import _origin, read_token, resume_command
from exfig_mp.errors import ConfigError, FigmaError
from exfig_mp.exporters.settings import Figma
from exfig_mp.ratelimit import parse_rate


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


def test_the_resume_command_is_the_same_with_resume():
    arguments = ["batch", "a folder", "--restart", "-v"]

    assert resume_command(arguments) == "exfig-mp batch 'a folder' -v --resume"
