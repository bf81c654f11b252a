"""From a scenario file to what it describes: the scenario, its files, tokens and limits. Errors say where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from exfig_mp.simulator import library
from exfig_mp.simulator.scenario import Design, Limits, Scenario, Token

if TYPE_CHECKING:
    from pathlib import Path

    from exfig_mp.simulator.design import File, Plan
    from exfig_mp.simulator.scenario import FileSpec


class ScenarioError(Exception):
    """The scenario file cannot be used; the text says where and why."""


def load(path: Path | None) -> Scenario:
    """Return the scenario of a file, or Figma at its best if there is none.

    Raises:
        ScenarioError: it cannot be read, is no YAML, or says something impossible.
    """
    if path is None:
        return Scenario()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cannot be read: {error}") from error
    try:
        content = yaml.load(text, Loader=yaml.CSafeLoader)  # the safe loader, in C
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ScenarioError(f"{path}: is no YAML: {' '.join(str(error).split())}") from error
    return parse(_with_on(content), str(path))


def parse(content: Any, where: str = "scenario") -> Scenario:
    """Return the scenario that plain values describe, or raise `ScenarioError`."""
    try:
        scenario = msgspec.convert(content or {}, Scenario, strict=False)
        files(scenario)
    except (msgspec.ValidationError, ValueError) as error:
        raise ScenarioError(f"{where}: {error}") from error
    return scenario


def _with_on(content: Any) -> Any:
    # YAML 1.1 reads an unquoted key `on` as true.
    match content:
        case dict():
            return {"on" if key is True else key: _with_on(value) for key, value in content.items()}
        case list():
            return [_with_on(value) for value in content]
        case _:
            return content


def limits_of(scenario: Scenario) -> Limits:
    """Return the limits, whichever way they were written."""
    match scenario.limits:
        case Limits() as limits:
            return limits
        case "off" | False:
            return Limits(on=False)
        case _:
            return Limits()


def tokens_of(scenario: Scenario) -> tuple[Token, ...]:
    """Return who may ask: the scenario's tokens, or the simulator's own."""
    return scenario.tokens or (
        Token("figd_simulator"),
        Token("figd_simulator_view", user="vic", seat="view"),
        Token("figd_simulator_expired", user="eve", expired=True),
        Token("figd_simulator_content_only", user="cid", scopes=("file_content:read", "library_content:read")),
        Token("figp_simulator", user="plan"),
    )


def files(scenario: Scenario) -> tuple[File, ...]:
    """Build the files of the scenario's design.

    Raises:
        ValueError: a key is there twice, or `dark_of` names no file above it.
    """
    match scenario.design:
        case "demo":
            return library.demo_files(scenario.plan)
        case "hazards":
            return (library.hazard_file(scenario.plan),)
        case Design(files=specs):
            return _generated(specs, scenario.plan)


def _generated(specs: tuple[FileSpec, ...], plan: Plan) -> tuple[File, ...]:
    built: dict[str, File] = {}
    counts: dict[str, tuple[int, int]] = {}
    for spec in specs:
        if spec.key in built:
            raise ValueError(f"the key {spec.key} is there twice - at `$.design.files`")
        if spec.dark_of and spec.dark_of not in counts:
            raise ValueError(f"dark_of {spec.dark_of} is no file above {spec.key} - at `$.design.files`")
        if any(not 0 <= count <= 100_000 for count in (spec.icons, spec.illustrations, spec.banners)):
            raise ValueError(f"{spec.key}: counts of components are between 0 and 100000 - at `$.design.files`")
        if min(spec.banner_size) < 1:
            raise ValueError(f"{spec.key}: banner_size is at least 1 x 1 - at `$.design.files`")
        size = counts[spec.dark_of] if spec.dark_of else (spec.icons, spec.illustrations)
        counts[spec.key] = size
        file = library.generated_file(spec.key, size, dark=bool(spec.dark_of), plan=spec.plan or plan)
        if spec.banners:
            file = library.with_banners(file, spec.banners, spec.banner_size)
        file = library.with_themes(file) if spec.themed else file
        built[spec.key] = msgspec.structs.replace(
            file,
            editor=spec.editor,
            exportable=spec.exportable,
            branch_of=spec.branch_of,
            published=None if spec.published else (),
        )
    return tuple(built.values())
