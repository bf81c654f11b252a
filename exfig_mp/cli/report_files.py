"""Where a run is reported beside the terminal: the files of `--report`, and what GitHub Actions shows of a job."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exfig_mp.errors import ConfigError, DiskError
from exfig_mp.workflow import error_annotation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exfig_mp.chronicle import Chronicle
    from exfig_mp.cli.options import CommandOptions
    from exfig_mp.ledger import Ledger
    from exfig_mp.report import Report
    from exfig_mp.reports.page import Evidence

SUFFIXES = (".json", ".md", ".html")
_ANNOTATIONS = 10  # of one step GitHub shows no more
_SUMMARY = 1 << 20
"""Bytes of a step's summary: of a larger one GitHub shows nothing."""


def check(options: CommandOptions) -> None:
    """Refuse files that no report can be written to.

    Raises:
        ConfigError: names the first of them.
    """
    for path in options.report:
        if Path(path).suffix not in SUFFIXES:
            raise ConfigError(f"{path}: reports are written as {', '.join(SUFFIXES)}")
        if options.dry_run and Path(path).suffix != ".json":
            raise ConfigError(f"{path}: what a dry run finds is written as .json only")


def new_chronicle(options: CommandOptions, environ: Mapping[str, str]) -> Chronicle:
    """Return what gathers for the reports that are wanted."""
    from exfig_mp.chronicle import Chronicle, ChronicleOptions

    wanted = {Path(path).suffix for path in options.report}
    compares = bool(wanted or environ.get("GITHUB_STEP_SUMMARY"))
    most = _most_changes(wanted) if compares else None
    gathered = ChronicleOptions(
        compares=compares, most=most, folder=str(Path.cwd()), keeps=".html" in wanted, spool=options.state_dir
    )
    return Chronicle(gathered)


def _most_changes(wanted: set[str]) -> int | None:
    """Return how many changes of a kind the wanted reports list at most; Jinja2 is not loaded for those without it."""
    if ".json" in wanted:
        return None
    if ".html" in wanted:
        from exfig_mp.reports.page import LISTED
    else:
        from exfig_mp.reports.markdown import LISTED
    return LISTED


def write_reports(report: Report, options: CommandOptions, resume: str, evidence: Callable[[], Evidence]) -> bool:
    """Write what `--report` asks for; are all of them written? The disk may be as full as it was for the run."""
    from exfig_mp.cli.main import show_error
    from exfig_mp.files import disk_error
    from exfig_mp.transfer import place

    are_written = True
    for path in options.report:
        try:
            place(str(Path(path).absolute()), _body(Path(path).suffix, report, resume, evidence), fsync=False)
        except (DiskError, OSError) as error:  # what makes a page is loaded late
            shown = error if isinstance(error, DiskError) else disk_error(error, path)
            show_error(shown, to_stderr=not options.has_json_on_stderr)
            are_written = False
    return are_written


def _body(suffix: str, report: Report, resume: str, evidence: Callable[[], Evidence]) -> bytes:
    match suffix:
        case ".json":
            from exfig_mp.report import to_json

            return to_json(report)
        case ".md":
            from exfig_mp.reports.markdown import to_markdown

            return to_markdown(report, resume).encode()
        case _:
            from exfig_mp.reports.page import to_html

            return to_html(report, resume, evidence())


def evidence_of(ledger: Ledger, chronicle: Chronicle) -> Evidence:
    """Return what a page shows beside the report."""
    from exfig_mp.reports.page import Evidence

    return Evidence(ledger.plan, chronicle.before, chronicle.timeline, chronicle.options.folder)


def tell_actions(report: Report, environ: Mapping[str, str], resume: str) -> str:
    """Add the run to the summary of the job's step, and annotate what failed, where `environ` says that there is one.

    Return why the summary could not be written, as a sentence, or nothing: that is no failure of the run.
    """
    path = environ.get("GITHUB_STEP_SUMMARY")
    problem = _append(path, report, resume) if path else ""
    annotate(report, environ)
    return problem


def annotate(report: Report, environ: Mapping[str, str]) -> None:
    """Have GitHub show what failed, where `environ` says that this is a job of its."""
    if environ.get("GITHUB_ACTIONS") == "true":
        with suppress(OSError, UnicodeError):  # nobody reads them
            for line in annotation_lines(report):
                click.echo(line)


def annotation_lines(report: Report) -> list[str]:
    """Return the lines that make GitHub show what failed: each render or entry once, as many as it shows."""
    from exfig_mp.exchange import printable
    from exfig_mp.report import by_cause
    from exfig_mp.reports.words import counted, distinct, more_places, stop_lines, where

    found = [thing for failures in by_cause(report.failures) for thing in distinct(failures)]
    ending = [stop_lines(report, report.stopped)] if report.stopped else []
    room = _ANNOTATIONS - len(ending)
    shown = found if len(found) <= room else found[: room - 1]
    lines = [error_annotation("exfig-mp ended early", printable(" ".join(one))) for one in ending]
    for first, *others in shown:
        advice = f"\n{printable(first.advice)}" if first.advice else ""
        said = printable(f"{where(first)}{more_places([first, *others])}: {first.message}")
        lines.append(error_annotation(f"exfig-mp: {first.cause}", said + advice))
    if len(found) > len(shown):
        lines.append(error_annotation("exfig-mp", f"{counted(found[len(shown) :])} more failed (see the report)"))
    return lines


def _append(path: str, report: Report, resume: str) -> str:
    """Append to the summary that others of the step may have begun, with an empty line between."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        from exfig_mp.reports.markdown import to_markdown

        body = _gap(path) + to_markdown(report, resume).encode()
        descriptor = os.open(path, flags, 0o644)
        try:
            if os.fstat(descriptor).st_size + len(body) > _SUMMARY:
                return "the summary of this step is full: this run is not in it"
            while body:
                body = body[os.write(descriptor, body) :]
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return f"the summary of this step cannot be written ({reason}): this run is not in it"
    return ""


def _gap(path: str) -> bytes:
    """Return what ends the last block of the file: Markdown goes on with a line, and with HTML, until one is empty."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            file.seek(max(os.fstat(file.fileno()).st_size - 2, 0))
            end = file.read(2)
    except FileNotFoundError:
        return b""
    except (OSError, ValueError):  # what may be written to need not be readable
        return b"\n\n"
    return b"" if end in {b"", b"\n", b"\n\n"} else b"\n" if end.endswith(b"\n") else b"\n\n"


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
