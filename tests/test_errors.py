"""Errors survive the way between processes, and their exit codes are those of the manual."""

from __future__ import annotations

import pickle

import pytest

from exfig_mp.errors import ConfigError, DiskError, ExfigError, FigmaError, LockedError, StateError
from exfig_mp.files import MissingFolderError
from exfig_mp.model import Failure

ERRORS = [
    ExfigError("it broke", "mend it"),
    ConfigError("3 problems", "edit", ("a: 1", "b: 2")),
    FigmaError(Failure("auth", "no", "new token", 2), 403),
    StateError("newer", "update"),
    LockedError("held"),
    DiskError("full", "free some"),
    MissingFolderError("no folder"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_survive_pickling(error):
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes

    assert type(copy) is type(error)
    assert vars(copy) == vars(error)
    assert (str(copy), copy.advice, copy.exit_code) == (str(error), error.advice, error.exit_code)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ExfigError(""), 1),
        (ConfigError(""), 2),
        (StateError(""), 1),
        (LockedError(""), 5),
        (DiskError(""), 1),
        (FigmaError(Failure("auth", "")), 3),
        (FigmaError(Failure("forbidden", "")), 3),
        (FigmaError(Failure("rate_limit", "")), 75),
        (FigmaError(Failure("server", "")), 1),
        (FigmaError(Failure("not_found", "")), 1),
    ],
)
def test_exit_codes_are_those_of_the_manual(error, code):
    assert error.exit_code == code
