"""Options that commands share, and their way into the structs of a run: command line > environment > YAML > default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from exfig_mp.cli.quantities import Age, Size
from exfig_mp.errors import ExfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from exfig_mp.resume import Wish


Command = TypeVar("Command", bound="Callable[..., Any] | click.Command")

MOST_CONNECTIONS = 200
"""Downloads in flight, whatever is asked for: above about 225 connections Figma's store resets them."""


class CommandOptions(Struct, frozen=True, kw_only=True):
    """What the command line and the environment say; None where they say nothing.

    What has a default here is no option of commands that only ask for metadata (see `asking_options`).
    """

    workers: int | None = None
    max_retries: int | None
    retry_base: float | None
    retry_cap: float | None
    retry_jitter: int | None
    rate_limit: str | None
    timeout: float | None
    max_wait: float | None
    concurrent_downloads: int | None = None
    parallel: int | None
    fail_fast: bool | None = None
    abort_failure_rate: float | None = None
    abort_window: int | None = None
    abort_crashes: int | None = None
    abort_crash_window: float | None = None
    memory_limit: float | None = None
    worker_max_age: float | None = None
    worker_max_tasks: int | None = None
    log_format: str
    log_file: str | None
    resume: bool = False
    resume_force: bool = False
    restart: bool = False
    verify: bool = False
    checkpoint_max_age: float | None = None
    cache: bool | None = None
    force: bool = False
    cache_path: str | None = None
    cache_size: float | None = None
    experimental_granular_cache: bool | None = None
    prune_all: bool = False
    dry_run: bool = False
    state_dir: str = "."
    api_url: str | None
    report: tuple[str, ...] = ()
    fsync: bool | None
    verbose: bool
    quiet: bool
    no_color: bool

    @classmethod
    def take(cls, values: dict[str, Any]) -> CommandOptions:
        """Take the shared options out of a command's `values`; what is left is the command's own."""
        return cls(**{name: values.pop(name) for name in cls.__struct_fields__ if name in values})

    @property
    def has_json_on_stderr(self) -> bool:
        """Is standard error for the lines of a JSON log, and for nothing else?"""
        return self.log_format == "json" and self.log_file is None

    @property
    def wish(self) -> Wish:
        """What to do about a checkpoint."""
        if self.restart:
            return "restart"
        if self.resume_force:
            return "force"
        return "resume" if self.resume else "no"


class ResumingCommand(click.Command):
    """Understands `--resume=force` beside `--resume`, which an option that may go before a path could not.

    Where standard error is for a JSON log, its errors are lines of that.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse `args`."""
        return super().parse_args(ctx, ["--resume-force" if arg == "--resume=force" else arg for arg in args])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ExfigError as error:
            if ctx.params["log_format"] != "json" or ctx.params["log_file"]:
                raise
            from exfig_mp.cli.main import show_error
            from exfig_mp.log import LogOptions, open_log
            from exfig_mp.run_log import refused

            refused(open_log(LogOptions(as_json=True)), error)
            show_error(error, to_stderr=False)
            ctx.exit(error.exit_code)


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """Return a click option that is also an environment variable, `EXFIG_MP_<OPTION>`."""
    long = next(name for name in names if name.startswith("--"))
    variable = "EXFIG_MP_" + long[2:].partition("/")[0].replace("-", "_").upper()
    return click.option(*names, envvar=variable, show_envvar=False, **settings)


def shared_options(command: Command) -> Command:
    """Give `command` all options of `CommandOptions`."""
    for decorate in reversed((*_WORKING, *_ASKING, *_EXPORTING, *_SAYING)):
        command = decorate(command)
    return command


def asking_options(command: Command) -> Command:
    """Give `command` those options of `CommandOptions` that say how Figma is asked, and what is logged."""
    for decorate in reversed((*_ASKING, *_SAYING)):
        command = decorate(command)
    return command


_WORKING = (
    option(
        "--workers",
        type=click.IntRange(0, 256),
        help="Worker processes; 0 works in the coordinator. [default: cores, at most 8]",
    ),
    option(
        "--concurrent-downloads",
        type=click.IntRange(1, MOST_CONNECTIONS),
        help="Downloads in flight over all workers; batch multiplies by --parallel. [default: 20]",
    ),
)
_ASKING = (
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
    option("--parallel", type=click.IntRange(1, 50), help="Files whose metadata is fetched at once. [default: 3]"),
    option("--api-url", metavar="URL", help="Origin of the API. [default: https://api.figma.com]"),
)
_EXPORTING = (
    option(
        "--fail-fast/--no-fail-fast",
        default=None,
        help="No retries; stop everything at the first failed item, with code 4 (3 if token or permission is the "
        "cause, 75 if a rate limit is).",
    ),
    option(
        "--resume",
        is_flag=True,
        help="Go on from the checkpoint of a run of the same configs that was cut off (--resume=force: also when the "
        "configuration has changed, or from a copy of another one's).",
    ),
    option("--resume-force", is_flag=True, hidden=True),
    option("--restart", is_flag=True, help="Start from the beginning, whatever the checkpoint says."),
    option("--verify", is_flag=True, help="With --resume: compare what is in place by content, not only by size."),
    option(
        "--checkpoint-max-age",
        type=Age(),
        metavar="AGE",
        help="Oldest checkpoint that is gone on from, since its last sign of life: hours, or 90m, 7d. [default: 24h]",
    ),
    option(
        "--cache/--no-cache",
        default=None,
        help="Remember versions and renders between runs; skip what is unchanged and in place. [default: no]",
    ),
    option("--force", is_flag=True, help="Export everything anew, and refresh what is remembered."),
    option(
        "--cache-path",
        type=click.Path(file_okay=False),
        metavar="DIR",
        help="Folder of what is remembered. [default: .exfig-cache]",
    ),
    option("--cache-size", type=Size(), metavar="SIZE", help="Most bytes of remembered renders. [default: 2GB]"),
    option(
        "--experimental-granular-cache/--no-experimental-granular-cache",
        default=None,
        help="Compare the components of a changed file one by one (implies --cache). [default: no]",
    ),
    option(
        "--prune-all",
        is_flag=True,
        help="Take away stale files of earlier runs even if they are more than 30% of an entry.",
    ),
    option(
        "--dry-run",
        is_flag=True,
        help="Show what a run would write, remove and ask Figma for (with --report also as JSON). Asks for metadata; "
        "touches no file.",
    ),
    option("--state-dir", type=click.Path(file_okay=False), default=".", help="Where checkpoints live. [default: .]"),
    option(
        "--report",
        multiple=True,
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Write a report at the end, as its suffix says (.json, .md, .html); may be given several times.",
    ),
    option(
        "--abort-failure-rate",
        type=click.FloatRange(0, 100),
        metavar="PCT",
        help="Failures among consecutive downloads that are not borne; 0: however many. [default: 50]",
    ),
    option("--abort-window", type=click.IntRange(0), metavar="N", help="Downloads that are looked at. [default: 10]"),
    option(
        "--abort-crashes",
        type=click.IntRange(0),
        metavar="N",
        help="Dying workers that end a run; 0: never. [default: 3]",
    ),
    option(
        "--abort-crash-window",
        type=click.FloatRange(0),
        metavar="S",
        help="Seconds within which they die. [default: 300]",
    ),
    option(
        "--memory-limit",
        type=click.FloatRange(0, 100, min_open=True),
        metavar="PCT",
        help="Memory in use, of what there is for us, at which the fattest worker is replaced. [default: 80]",
    ),
    option(
        "--worker-max-age",
        type=click.FloatRange(0, min_open=True),
        metavar="S",
        help="Seconds after which a worker is replaced. [default: 7200]",
    ),
    option("--worker-max-tasks", type=click.IntRange(1), metavar="N", help="Downloads of one worker. [default: any]"),
)
_SAYING = (
    option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        help="Form of the log. json without --log-file: standard error has the log alone, all else is on standard "
        "output. [default: text]",
    ),
    option(
        "--log-file", type=click.Path(dir_okay=False), metavar="FILE", help="Append the log, from info on, to a file."
    ),
    option("--fsync/--no-fsync", default=None, help="Sync each file before it is renamed into place."),
    click.option("-v", "--verbose", is_flag=True, envvar="EXFIG_MP_VERBOSE", help="Log every retry and wait."),
    click.option("-q", "--quiet", is_flag=True, envvar="EXFIG_MP_QUIET", help="Print errors only."),
    option("--no-color", is_flag=True, help="No colours."),
)
