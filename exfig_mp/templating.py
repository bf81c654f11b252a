"""The one door to Jinja2: built-in templates, those of the user before them, and how templates write names and texts.

Templates are sandboxed: they see what they are told and nothing else, and a name that nobody told them is an error.
"""

from __future__ import annotations

import functools
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from exfig_mp.errors import ConfigError
from exfig_mp.exporters.identifiers import (
    dart_identifier,
    dart_text,
    kotlin_identifier,
    single_quoted,
    swift_identifier,
    swift_text,
)
from exfig_mp.exporters.naming import restyle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from exfig_mp.exporters.documents import Document
    from exfig_mp.model import Platform

SUFFIX = ".jinja"
_BUILT_IN = Path(__file__).with_name("templates")
_STYLES = {
    "camel": "camelCase",
    "pascal": "PascalCase",
    "snake": "snake_case",
    "kebab": "kebab-case",
    "screaming": "SCREAMING_SNAKE_CASE",
}
_FAULTS = (ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What the expressions of a template may end with beside the library's own errors."""


class Templates:
    """The templates of one platform. Those in `folder` go before the built-in ones of the same name.

    Raises:
        ConfigError: `folder` is none, or has no template of a name that is known, so that it would have no effect.
    """

    def __init__(self, platform: Platform, folder: str = "") -> None:
        if folder:
            _check(Path(folder), {path.name for path in (_BUILT_IN / platform).glob(f"*{SUFFIX}")})
        try:
            self._environment = _environment(platform, folder)
        except OSError as error:  # Jinja2 is loaded there
            raise ConfigError(f"templates cannot be read: {error.strerror}") from error

    def render(self, document: Document) -> bytes:
        """Return the file that a document describes.

        Raises:
            ConfigError: names the template, the line and what is wrong there.
        """
        from jinja2 import TemplateError, TemplateSyntaxError  # noqa: PLC0415  # some runs write no template

        name = document.template + SUFFIX
        try:
            template = self._environment.get_template(name)
            text = bytearray()
            for chunk in template.generate(document.context):  # of 100,000 assets there are very many
                text += chunk.encode()
            return bytes(text)
        except TemplateSyntaxError as error:
            place = f"{error.filename or error.name or name}:{error.lineno}"
            raise ConfigError(f"{place}: the template cannot be read: {error.message}", _ADVICE) from error
        except TemplateError as error:
            raise ConfigError(f"the template {name} failed: {error.message or error}", _ADVICE) from error
        except OSError as error:
            raise ConfigError(f"the template {name} cannot be read: {error.strerror}", _ADVICE) from error
        except _FAULTS as error:
            raise ConfigError(f"the template {name} failed: {str(error) or type(error).__name__}", _ADVICE) from error


def prepare(platforms: Iterable[Platform]) -> None:
    """Load what the built-in templates of `platforms` need; for a thread beside something that waits.

    What does not load now, will say so when it is needed.
    """
    with suppress(OSError):
        for platform in platforms:
            _environment(platform, "")


def built_in(name: str) -> str:
    """Return the text of a file beside the built-in templates."""
    return (_BUILT_IN / name).read_text("utf-8")


def render_page(name: str, context: Mapping[str, object]) -> bytes:
    """Return a page of HTML from a template of our own; every text in it is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # see `Templates.render`

    environment = Environment(
        loader=FileSystemLoader(_BUILT_IN / "report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    return "".join(environment.get_template(name + SUFFIX).generate(context)).encode()


_ADVICE = "mend the template in templatesPath, or remove it to use the built-in one"


@functools.lru_cache(maxsize=32)
def _environment(platform: Platform, folder: str) -> ImmutableSandboxedEnvironment:
    """Return what compiles templates, and keeps them: compiling takes longer than writing a small file."""
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # see `render`
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415  # see `render`

    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(place) for place in (folder, _BUILT_IN / platform) if place]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # this writes code, not HTML: each language has filters of its own
    )
    environment.filters.update(_filters())
    return environment


def _check(folder: Path, known: set[str]) -> None:
    if not folder.is_dir():
        raise ConfigError(f"templatesPath: {folder} is no folder", "create it, or remove templatesPath")
    try:
        found = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise ConfigError(f"templatesPath: {folder} cannot be read: {error.strerror}") from error
    if not known & set(found):
        old = any(name.endswith(".stencil") for name in found)
        advice = f"templates are called {', '.join(sorted(known))}"
        hint = "; those of Stencil have to be rewritten for Jinja2" if old else ""
        raise ConfigError(f"templatesPath: {folder} has none of the templates that there are{hint}", advice)


def _filters() -> dict[str, Callable[..., str]]:
    styles = {key: _in_style(style) for key, style in _STYLES.items()}
    return styles | {
        "comment": _comment,
        "dart": dart_text,
        "dart_identifier": dart_identifier,
        "json": lambda text: json.dumps(text, ensure_ascii=False),
        "kotlin_identifier": kotlin_identifier,
        "quoted": single_quoted,
        "swift": swift_text,
        "swift_identifier": swift_identifier,
        "xml": _xml,
    }


def _in_style(style: str) -> Callable[[str], str]:
    return lambda text: restyle(text, style)


def _xml(text: str) -> str:
    """Return a text for an element or for an attribute in double quotes."""
    return escape(text, {'"': "&quot;"})


def _comment(text: str, mark: str) -> str:
    """Return each line of `text` behind the mark of a comment."""
    return "\n".join(f"{mark} {line}".rstrip() for line in text.split("\n"))
