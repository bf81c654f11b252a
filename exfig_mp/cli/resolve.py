"""From the command line, the environment and the configs to the options of a run; the first that speaks counts.

Everything heavy is imported inside the functions: commands import this module to be listed by `--help`.
"""

from __future__ import annotations

import math
import os
import re
import shlex
import sys
import uuid
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import click

from exfig_mp.cli.options import MOST_CONNECTIONS
from exfig_mp.errors import ConfigError, FigmaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from exfig_mp.abort import AbortPolicy
    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.config import Config
    from exfig_mp.engines.protocol import Supervision
    from exfig_mp.exporters.settings import Abort, Cache, Figma, Resources
    from exfig_mp.incremental import CacheOptions
    from exfig_mp.log import LogOptions
    from exfig_mp.ratelimit import Rate
    from exfig_mp.retry import RetryPolicy
    from exfig_mp.run_options import RunOptions, Work
    from exfig_mp.sources.figma_calls import Token

T = TypeVar("T")

_DAY = 86_400.0
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*")


def resolve(options: CommandOptions, configs: Iterable[Config], work: Iterable[Work], *, batch: bool) -> RunOptions:
    """Return the options of a run; of several configs the first one that says something counts.

    Raises:
        ConfigError: a value makes no sense.
        FigmaError: there is no token.
    """
    from exfig_mp.cli.entry_hashes import entry_hashes
    from exfig_mp.engines.cores import cores
    from exfig_mp.hashing import identity
    from exfig_mp.limiter import LimiterOptions, block_path
    from exfig_mp.ratelimit import CEILING
    from exfig_mp.resume import MAX_AGE
    from exfig_mp.run_options import RunOptions
    from exfig_mp.sources.figma_calls import ApiOptions
    from exfig_mp.sources.figma_limits import MONTHLY, spacings
    from exfig_mp.transfer import TransferOptions

    roots = [config.root for config in configs]
    figma = [root.figma for root in roots]
    base = os.environ.get("FIGMA_API_BASE_URL") or None
    origin = _origin(_first([options.api_url, base, *(one.base_url for one in figma)]))
    token = read_token(os.environ)
    fail_fast = _pick(options.fail_fast, (root.batch.fail_fast for root in roots), default=False)
    retry = _retry_policy(options, figma, fail_fast=fail_fast)
    timeout = _first([options.timeout, *(one.timeout for one in figma)])
    tier_spacings = next((spacings(one.plan, one.seat) for one in figma if one.plan or one.seat), (0.0, 0.0, 0.0))
    given = _first([options.rate_limit, *(one.rate_limit for one in figma)])
    parallel = _pick(options.parallel, (root.batch.parallel for root in roots), 3)
    connections = _pick(options.concurrent_downloads, (one.concurrent_downloads for one in figma), 20)
    entries, run = entry_hashes(work, origin, options.state_dir), uuid.uuid4().hex[:12]
    return RunOptions(
        api=ApiOptions(
            run=run, origin=origin, token=token, retry=retry, timeout=timeout or 30.0, render_timeout=timeout or 75.0
        ),
        limiter=LimiterOptions(
            path=block_path(token.value, origin, dict(os.environ)),
            ceiling=_rate(given) if given is not None else CEILING,
            adaptive=given is None,
            spacings=tier_spacings,
            max_wait=_pick(options.max_wait, (one.max_wait for one in figma), 300.0),
        ),
        cache=cache_options(options, [root.common.cache for root in roots]),
        config_hash=identity(*(f"{label}={hash_}" for label, hash_ in sorted(entries.items()))),
        entries=entries,
        state_dir=options.state_dir,
        wish="resume" if options.wish == "no" and any(root.batch.resume for root in roots) else options.wish,
        checkpoint_max_age=_pick(options.checkpoint_max_age, (), MAX_AGE),
        verify=options.verify,
        confirm=_ask if sys.stdin.isatty() and sys.stderr.isatty() else _decline,
        workers=_pick(options.workers, (root.batch.workers for root in roots), min(cores(), 8)),
        parallel=parallel,
        connections=min(connections * (parallel if batch else 1), MOST_CONNECTIONS),
        transfer=TransferOptions(
            run=run,
            retry=retry,
            fsync=_pick(options.fsync, (root.output.fsync or None for root in roots), default=False),
        ),
        # Of all configs: they share downloads, and none of them may lose its host to another one's list.
        allowed_hosts=tuple(sorted({host.lower() for one in figma for host in one.allowed_hosts})),
        few_renders=tier_spacings[0] >= MONTHLY,
        abort=_abort_policy(options, [root.abort for root in roots]),
        supervision=_supervision(options, [root.resources for root in roots]),
        log=log_options(options),
        fail_fast=fail_fast,
    )


def cache_options(options: CommandOptions, configured: Sequence[Cache] = ()) -> CacheOptions:
    """Return what is remembered between runs, and where."""
    from exfig_mp.incremental import CacheOptions

    default = CacheOptions()
    configured_granular = ((one.granular and one.enabled) or None for one in configured)
    granular = _pick(options.experimental_granular_cache, configured_granular, default=False)
    asked = options.cache if options.cache is not None else (options.experimental_granular_cache or None)
    enabled = _pick(asked, (one.enabled or None for one in configured), default=False)
    path = _pick(options.cache_path, (one.path for one in configured), ".exfig-cache")
    return CacheOptions(
        # What one frame gives without a config is nobody's but the user's. ExFig v1 has a file of this name with .json.
        folder=path.removesuffix(".json") if configured or enabled else "",
        enabled=enabled,
        granular=granular and enabled,
        force=options.force,
        size=int(_pick(options.cache_size, (), default.size)),
        prunes=bool(configured),
        prune_all=options.prune_all,
    )


def log_options(options: CommandOptions) -> LogOptions:
    """Return what is logged, and where to."""
    from exfig_mp.log import LogOptions

    as_json = options.log_format == "json"
    return LogOptions.chosen(quiet=options.quiet, verbose=options.verbose, as_json=as_json, path=options.log_file)


def _supervision(options: CommandOptions, configured: list[Resources]) -> Supervision:
    from exfig_mp.engines.protocol import Supervision

    default = Supervision()
    return Supervision(
        memory_limit=_pick(options.memory_limit, (one.memory_limit for one in configured), default.memory_limit),
        max_age=_pick(options.worker_max_age, (one.worker_max_age for one in configured), default.max_age),
        max_tasks=_pick(options.worker_max_tasks, (one.worker_max_tasks for one in configured), None),
    )


def _abort_policy(options: CommandOptions, configured: list[Abort]) -> AbortPolicy:
    from exfig_mp.abort import AbortPolicy

    default = AbortPolicy()
    return AbortPolicy(
        failure_rate=_pick(options.abort_failure_rate, (one.failure_rate for one in configured), default.failure_rate),
        window=_pick(options.abort_window, (one.window for one in configured), default.window),
        crashes=_pick(options.abort_crashes, (one.crashes for one in configured), default.crashes),
        crash_window=_pick(options.abort_crash_window, (one.crash_window for one in configured), default.crash_window),
    )


def _retry_policy(options: CommandOptions, figma: list[Figma], *, fail_fast: bool) -> RetryPolicy:
    from exfig_mp.retry import RetryPolicy

    return RetryPolicy(
        retries=0 if fail_fast else _pick(options.max_retries, (one.max_retries for one in figma), 4),
        base=_pick(options.retry_base, (one.retry_base for one in figma), 1.0),
        cap=_pick(options.retry_cap, (one.retry_cap for one in figma), 30.0),
        jitter=_pick(options.retry_jitter, (one.retry_jitter for one in figma), 20) / 100,
    )


def read_token(environ: Mapping[str, str]) -> Token:
    """Return the credential from the environment; it is never an option, which every user of the machine could see.

    Raises:
        FigmaError: there is none.
    """
    from exfig_mp.model import Failure
    from exfig_mp.sources.figma_calls import Token

    personal, oauth = (environ.get(f"FIGMA_{kind}_TOKEN", "").strip() for kind in ("PERSONAL", "OAUTH"))
    value = personal or oauth
    if not value:
        advice = "make one in Figma (Settings > Security > Personal access tokens) and set FIGMA_PERSONAL_TOKEN to it"
        raise FigmaError(Failure("auth", "there is no Figma token in the environment", advice))
    if not value.isascii() or not value.isprintable() or " " in value:
        raise FigmaError(Failure("auth", "the Figma token has characters that no token has", "copy it once more"))
    return Token(value, oauth=not personal)


def resume_command(arguments: list[str], blocked: float = 0.0, max_age: float = 0.0) -> str:
    """Return the command that goes on from this run's checkpoint.

    Where Figma has `blocked` something for so many seconds that the checkpoint might be older than `max_age` by then,
    the command allows for that, and for a long weekend.
    """
    kept = [argument for argument in arguments if argument not in {"--restart", "--resume", "--resume=force"}]
    if blocked > max_age / 2:
        age = f"{math.ceil(blocked / _DAY) + 3}d"
        kept = [*_without(kept, "--checkpoint-max-age"), "--checkpoint-max-age", age]
    return shlex.join(["exfig-mp", *kept, "--resume"])


def _without(arguments: list[str], option: str) -> list[str]:
    """Return `arguments` without `option` and its value."""
    pairs = zip(["", *arguments], arguments, strict=False)
    return [one for before, one in pairs if option not in {before, one} and not one.startswith(f"{option}=")]


def _origin(url: str | None) -> str:
    """Return the API's origin: https, or a loopback address for the simulator."""
    from exfig_mp.exchange import is_loopback

    if url is None:
        return "https://api.figma.com"
    try:
        parts = urlsplit(url if "//" in url else f"https://{url}")
        port = parts.port
    except ValueError:
        raise _no_origin(url) from None
    host = parts.hostname or ""
    if (
        not url.isprintable()
        or not _HOST.fullmatch(host)
        or port == 0
        or "@" in parts.netloc
        or parts.path.strip("/")
        or parts.query
    ):
        raise _no_origin(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ConfigError(f"{url} is not https: the token would go over the network in the clear")
    return f"{parts.scheme}://{parts.netloc}"


def _no_origin(url: str) -> ConfigError:
    return ConfigError(f"{url!r} is no origin", "give scheme and host only, such as https://api.figma.com")


def _rate(value: object) -> Rate:
    from exfig_mp.ratelimit import parse_rate

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
