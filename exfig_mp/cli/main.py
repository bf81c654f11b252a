"""The command group. Each command's module is imported when the command is asked for, so that `--help` stays quick."""

from __future__ import annotations

import errno
import gc
import importlib
import os
import sys
from contextlib import suppress

import click

from exfig_mp import __version__
from exfig_mp.errors import ExfigError
from exfig_mp.workflow import defused, error_annotation

_COMMANDS = {
    "batch": "export",
    "icons": "export",
    "images": "export",
    "colors": "export",
    "typography": "export",
    "download": "download",
    "fetch": "fetch",
    "init": "init",
    "migrate": "migrate",
    "simulate": "simulate",
    "validate": "validate",
    "schema": "schema",
}
_REFUSALS = {
    errno.EMFILE: "raise the limit of open files (ulimit -n), or use fewer --workers and --concurrent-downloads",
    errno.ENFILE: "end programs that have very many files open",
    errno.ENOSPC: "free some space where the output goes",
    errno.EDQUOT: "free some of your quota where the output goes",
}
"""What the system can be short of, and what helps."""

_ALIASES = {"text-styles": "typography"}
_NEW_OBJECTS = 50_000
"""Objects between two looks for garbage: what a command loads stays, and with Python's 700 a start has 300 looks."""


class _Commands(click.Group):
    """Finds commands by name in their modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        cmd_name = _ALIASES.get(cmd_name, cmd_name)
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"exfig_mp.cli.{_COMMANDS[cmd_name]}")
        command = getattr(module, cmd_name)
        return command if isinstance(command, click.Command) else None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="exfig-mp")
def cli() -> None:
    """Export icons, images, colours and text styles from Figma to Xcode, Android, Flutter and Web projects.

    The token is read from FIGMA_PERSONAL_TOKEN (or FIGMA_OAUTH_TOKEN). Every option can also be given as
    EXFIG_MP_<OPTION>, for example EXFIG_MP_WORKERS=4.

    \b
    Exit codes: 0 all done, 1 some items or configs failed, 2 usage or config error, 3 token or permission,
    4 given up (--abort-*) or stopped by --fail-fast, 5 another run holds the folder,
    75 blocked by a rate limit, 130/143 interrupted.
    """  # noqa: D301  # click's mark for a paragraph that is not re-wrapped
    click.get_current_context().color = _colour()


def run() -> None:
    """Run the command line; exits the process with the code of the command."""
    gc.set_threshold(_NEW_OBJECTS)
    try:
        cli(prog_name="exfig-mp")
    except ExfigError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except (OSError, ImportError, RuntimeError) as error:
        if (reason := refused_by_system(error)) is None:
            raise
        show_error(reason)
        drop_output()
        sys.exit(reason.exit_code)


def refused_by_system(error: BaseException) -> ExfigError | None:
    """Return what this machine refuses, if an error comes of that, as a person can read it.

    A module that is loaded late needs a descriptor, and any output needs room. An extension module that cannot be
    opened says so in words alone.
    """
    found: BaseException | None = error
    while found is not None:
        for number, advice in _REFUSALS.items():
            words = os.strerror(number)
            if getattr(found, "errno", None) == number or (isinstance(found, ImportError) and words in str(found)):
                return ExfigError(f"this machine refuses: {words}", advice)
        found = found.__cause__ or found.__context__
    return None


def drop_output() -> None:
    """Let nothing be left in buffers that Python would try to write once more at the end, with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def show_error(error: ExfigError, *, to_stderr: bool = True) -> None:
    """Print what happened and what to do, without a traceback."""
    click.secho(_shown(f"Error: {error.message}"), fg="red", err=to_stderr, color=_colour())
    for problem in getattr(error, "problems", ()):
        click.echo(_shown(f"  {problem}"), err=to_stderr)
    if error.advice:
        click.echo(_shown(f"  {error.advice}"), err=to_stderr)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        said = [error.message, *getattr(error, "problems", ()), error.advice]
        click.echo(error_annotation("exfig-mp", "\n".join(filter(None, said))), err=to_stderr)


def _shown(text: str) -> str:
    """Return a text of several lines; what it quotes must not become a command of a CI runner."""
    return "\n".join(map(defused, text.splitlines()))


def _colour() -> bool | None:
    """Return whether messages may have colours; None leaves it to the terminal. Unlike rich, click looks at nothing."""
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("EXFIG_MP_NO_COLOR") or "--no-color" in sys.argv
    return False if unwanted else None
