"""Options that commands share, and their way into the structs of a run: command line > environment > YAML > default."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from exfig_mp.errors import ConfigError, FigmaError
from exfig_mp.model import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exfig_mp.config import Config
    from exfig_mp.exporters.settings import Figma
    from exfig_mp.ratelimit import Rate
    from exfig_mp.resume import Wish
    from exfig_mp.retry import RetryPolicy
    from exfig_mp.run_options import RunOptions
    from exfig_mp.sources.figma_api import Token


Command = TypeVar("Command", bound="Callable[..., Any] | click.Command")
T = TypeVar("T")

MOST_CONNECTIONS = 200
"""Downloads in flight, whatever is asked for: above about 225 connections Figma's store resets them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOptions:
    """What the command line and the environment say; None where they say nothing."""

    workers: int | None
    max_retries: int | None
    retry_base: float | None
    retry_cap: float | None
    retry_jitter: int | None
    rate_limit: str | None
    timeout: float | None
    max_wait: float | None
    concurrent_downloads: int | None
    parallel: int | None
    resume: bool
    resume_force: bool
    restart: bool
    state_dir: str
    api_url: str | None
    report: tuple[str, ...]
    fsync: bool | None
    verbose: bool
    quiet: bool
    no_color: bool

    @classmethod
    def take(cls, values: dict[str, Any]) -> CommandOptions:
        """Take the shared options out of a command's `values`; what is left is the command's own."""
        return cls(**{field.name: values.pop(field.name) for field in fields(cls)})

    @property
    def wish(self) -> Wish:
        """What to do about a checkpoint."""
        if self.restart:
            return "restart"
        if self.resume_force:
            return "force"
        return "resume" if self.resume else "no"


class ResumingCommand(click.Command):
    """Understands `--resume=force` beside `--resume`, which an option that may go before a path could not."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse `args`."""
        return super().parse_args(ctx, ["--resume-force" if arg == "--resume=force" else arg for arg in args])


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """Return a click option that is also an environment variable, `EXFIG_MP_<OPTION>`."""
    long = next(name for name in names if name.startswith("--"))
    variable = "EXFIG_MP_" + long[2:].partition("/")[0].replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_envvar=False, **settings)


def shared_options(command: Command) -> Command:
    """Give `command` all options of `CommandOptions`."""
    for decorate in reversed(_SHARED):
        command = decorate(command)
    return command


_SHARED = (
    option(
        "--workers",
        type=click.IntRange(0, 256),
        help="Worker processes; 0 works in the coordinator. [default: cores, at most 8]",
    ),
    option("--max-retries", type=click.IntRange(0, 100), help="Retries after the first attempt. [default: 4]"),
    option(
        "--retry-base",
        type=click.FloatRange(0, min_open=True),
        metavar="S",
        help="Seconds before the first retry; doubled before each further one. [default: 1]",
    ),
    option(
        "--retry-cap",
        type=click.FloatRange(0, min_open=True),
        metavar="S",
        help="Most seconds before a retry. [default: 30]",
    ),
    option(
        "--retry-jitter",
        type=click.IntRange(0, 100),
        metavar="PCT",
        help="How far a delay is spread by chance, in per cent both ways. [default: 20]",
    ),
    option("--rate-limit", metavar="R", help="API requests: 10 or 10/s per second, 15/min per minute. [default: 10/s]"),
    option(
        "--timeout",
        type=click.FloatRange(1, 600),
        metavar="S",
        help="Seconds for one API request. [default: 30, 75 for renders]",
    ),
    option(
        "--max-wait",
        type=click.FloatRange(0),
        metavar="S",
        help="Longest Retry-After that is waited for; beyond it the run ends with code 75. [default: 300]",
    ),
    option(
        "--concurrent-downloads",
        type=click.IntRange(1, MOST_CONNECTIONS),
        help="Downloads in flight over all workers; batch multiplies by --parallel. [default: 20]",
    ),
    option("--parallel", type=click.IntRange(1, 50), help="Files whose metadata is fetched at once. [default: 3]"),
    option(
        "--resume",
        is_flag=True,
        help="Go on from the checkpoint of a run that was cut off (--resume=force: also "
        "when the configuration has changed).",
    ),
    option("--resume-force", is_flag=True, hidden=True),
    option("--restart", is_flag=True, help="Throw the checkpoint away."),
    option(
        "--state-dir", type=click.Path(file_okay=False), default=".", help="Where the checkpoint lives. [default: .]"
    ),
    option("--api-url", metavar="URL", help="Origin of the API. [default: https://api.figma.com]"),
    option("--report", multiple=True, type=click.Path(dir_okay=False), help="Write a report (.json)."),
    option("--fsync", is_flag=True, default=None, help="Sync each file before it is renamed into place."),
    click.option("-v", "--verbose", is_flag=True, envvar="EXFIG_MP_VERBOSE", help="Log every retry and wait."),
    click.option("-q", "--quiet", is_flag=True, envvar="EXFIG_MP_QUIET", help="Print errors only."),
    option("--no-color", is_flag=True, help="No colours."),
)


def resolve(options: CommandOptions, configs: Iterable[Config], config_hash: str, *, batch: bool) -> RunOptions:
    """Return the options of a run; of several configs the first one that says something counts.

    Raises:
        ConfigError: a value makes no sense.
        FigmaError: there is no token.
    """
    from exfig_mp.limiter import LimiterOptions, block_path  # noqa: PLC0415  # loads with the run, not with --help
    from exfig_mp.ratelimit import CEILING  # noqa: PLC0415
    from exfig_mp.run_options import RunOptions  # noqa: PLC0415
    from exfig_mp.sources.figma_api import ApiOptions  # noqa: PLC0415
    from exfig_mp.transfer import TransferOptions  # noqa: PLC0415

    roots = [config.root for config in configs]
    figma = [root.figma for root in roots]
    origin = _origin(options.api_url or os.environ.get("FIGMA_API_BASE_URL") or _first(one.base_url for one in figma))
    token = read_token(os.environ)
    retry = _retry_policy(options, figma)
    timeout = _first([options.timeout, *(one.timeout for one in figma)])
    given = _first([options.rate_limit, *(one.rate_limit for one in figma)])
    parallel = _pick(options.parallel, (root.batch.parallel for root in roots), 3)
    connections = _pick(options.concurrent_downloads, (one.concurrent_downloads for one in figma), 20)
    return RunOptions(
        api=ApiOptions(
            origin=origin, token=token, retry=retry, timeout=timeout or 30.0, render_timeout=timeout or 75.0
        ),
        limiter=LimiterOptions(
            path=block_path(token.value, origin, dict(os.environ)),
            ceiling=_rate(given) if given is not None else CEILING,
            adaptive=given is None,
            max_wait=_pick(options.max_wait, (one.max_wait for one in figma), 300.0),
        ),
        config_hash=config_hash,
        state_dir=options.state_dir,
        wish="resume" if options.wish == "no" and any(root.batch.resume for root in roots) else options.wish,
        confirm=_ask if sys.stdin.isatty() and sys.stderr.isatty() else _decline,
        workers=_pick(options.workers, (root.batch.workers for root in roots), cores()),
        parallel=parallel,
        connections=min(connections * (parallel if batch else 1), MOST_CONNECTIONS),
        transfer=TransferOptions(retry=retry, fsync=options.fsync or any(root.output.fsync for root in roots)),
    )


def _retry_policy(options: CommandOptions, figma: list[Figma]) -> RetryPolicy:
    from exfig_mp.retry import RetryPolicy  # noqa: PLC0415  # loads with the run, not with --help

    return RetryPolicy(
        retries=_pick(options.max_retries, (one.max_retries for one in figma), 4),
        base=_pick(options.retry_base, (one.retry_base for one in figma), 1.0),
        cap=_pick(options.retry_cap, (one.retry_cap for one in figma), 30.0),
        jitter=_pick(options.retry_jitter, (one.retry_jitter for one in figma), 20) / 100,
    )


def read_token(environ: Mapping[str, str]) -> Token:
    """Return the credential from the environment; it is never an option, which every user of the machine could see.

    Raises:
        FigmaError: there is none.
    """
    from exfig_mp.sources.figma_api import Token  # noqa: PLC0415  # loads with the run, not with --help

    personal, oauth = (environ.get(f"FIGMA_{kind}_TOKEN", "").strip() for kind in ("PERSONAL", "OAUTH"))
    value = personal or oauth
    if not value:
        advice = "make one in Figma (Settings > Security > Personal access tokens) and set FIGMA_PERSONAL_TOKEN to it"
        raise FigmaError(Failure("auth", "there is no Figma token in the environment", advice))
    if not value.isascii() or not value.isprintable() or " " in value:
        raise FigmaError(Failure("auth", "the Figma token has characters that no token has", "copy it once more"))
    return Token(value, oauth=not personal)


def cores() -> int:
    """Return the cores that this process may use (affinity and cgroup), at most 8."""
    import proclimits  # noqa: PLC0415  # reads the cgroup tree: only when a run needs it

    limit = proclimits.get_cpu_limit()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, int(limit) if limit else usable, 8))


def resume_command(arguments: list[str]) -> str:
    """Return the command that goes on from this run's checkpoint."""
    kept = [argument for argument in arguments if argument not in {"--restart", "--resume", "--resume=force"}]
    return shlex.join(["exfig-mp", *kept, "--resume"])


def _origin(url: str | None) -> str:
    """Return the API's origin: https, or a loopback address for the simulator."""
    from exfig_mp.client import is_loopback  # noqa: PLC0415  # loads with the run, not with --help

    if url is None:
        return "https://api.figma.com"
    parts = urlsplit(url if "//" in url else f"https://{url}")
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise ConfigError(f"{url} is no origin", "give scheme and host only, such as https://api.figma.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ConfigError(f"{url} is not https: the token would go over the network in the clear")
    return f"{parts.scheme}://{parts.netloc}"


def _rate(value: object) -> Rate:
    from exfig_mp.ratelimit import parse_rate  # noqa: PLC0415  # loads with the run, not with --help

    try:
        return parse_rate(str(value))
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _ask(question: str) -> bool:
    return click.confirm(f"{question}. Go on from it?", err=True)


def _decline(_question: str) -> bool:
    return False


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _pick(chosen: T | None, configured: Iterable[T | None], default: T) -> T:
    value = _first([chosen, *configured])
    return default if value is None else value
