"""A project of the small config that runs are killed in, and what it comes to undisturbed."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from tests.crash.bookkeeping import asked
from tests.crash.story import CONFIG, LIBRARY, RUN, Undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Figma, Project


@pytest.fixture(scope="session")
def undisturbed(
    simulator: Figma, new_project: Callable[[Path], Project], tmp_path_factory: pytest.TempPathFactory
) -> Undisturbed:
    simulator.simulate(LIBRARY)
    project = new_project(tmp_path_factory.mktemp("undisturbed"))
    project.write("app.yaml", CONFIG)
    ran = project.run(*RUN, "--workers", "2")
    assert ran.code == 0, ran.text
    renders = asked(simulator.log())
    assert set(renders.values()) == {1}
    return Undisturbed(project.tree(), len(renders))


@pytest.fixture
def ours(project: Project) -> Project:
    """A folder with the small config."""
    project.write("app.yaml", CONFIG)
    return project


@pytest.fixture
def assert_nothing_is_left() -> Callable[[Project], None]:
    """Look for temporary files, state, and locks that somebody holds."""

    def look(project: Project) -> None:
        assert project.temporary_files() == []
        assert project.state() == []
        for block in (project.folder / ".home" / "state").rglob("*.block"):
            with block.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    return look
