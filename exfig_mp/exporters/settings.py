"""The sections of a config that all platforms share, and the types that its values have.

Sections are frozen structs, made and checked by msgspec; their annotations are evaluated at run time. Keys of the YAML
are the field names in camel case. What a type cannot say is said by `problems()`: pure, all problems at once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from exfig_mp.exporters.naming import NameStyle, regexp_problem

Problem = tuple[tuple[str | int, ...], str]
"""A key path below the section that reports it, and what is wrong there."""

Text = Annotated[str, Meta(min_length=1)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Seconds = Annotated[float, Meta(gt=0)]
Scale = Annotated[float, Meta(ge=0.01, le=4)]
Scales = Annotated[tuple[Scale, ...], Meta(min_length=1)]
VectorFormat = Literal["pdf", "svg"]
ImageFormat = Literal["svg", "png", "webp"]
SourceFormat = Literal["png", "svg"]
RenderMode = Literal["default", "template", "original"]
Encoding = Literal["lossy", "lossless"]
Plan = Literal["starter", "student", "professional", "organization", "enterprise"]
Seat = Literal["view", "collab", "dev", "full"]

_INITIALISMS = frozenset({"hc", "ui"})
_RATE = re.compile(r"\s*(?=[\d.]*[1-9])\d+(\.\d+)?\s*(/\s*(s|sec|second|min|m|minute|h|hour))?\s*", re.IGNORECASE)

_LONGEST_HOST = 253
_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
# A domain of one label has sub-domains of everybody. The last label starts with a letter: an address is no name.
_HOST = re.compile(rf"(?!localhost\Z)(?:\*\.(?=[^.]+\.))?(?:{_LABEL}\.)*(?![0-9_]){_LABEL}", re.IGNORECASE | re.ASCII)


def camel_case(name: str) -> str:
    """Return the YAML key of a field: `light_file_id` is `lightFileId`, `swift_ui_image_swift` `swiftUIImageSwift`."""
    first, *rest = name.split("_")
    return first + "".join(word.upper() if word in _INITIALISMS else word.capitalize() for word in rest)


class Section(Struct, frozen=True, kw_only=True, rename=camel_case, forbid_unknown_fields=True):
    """A mapping of the YAML: unknown keys are refused, keys are camel case."""


class AssetEntry(Section, frozen=True, kw_only=True):
    """What every element of a platform's `icons` and `images` may say; what is None is left to `common`."""

    figma_file_id: Text | None = None
    figma_frame_name: Text | None = None
    figma_page_name: Text | None = None
    name_style: NameStyle = "snake_case"
    name_validate_regexp: str | None = None
    name_replace_regexp: str | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from regexp_problems(self.name_validate_regexp, self.name_replace_regexp)


class ColorsEntry(Section, frozen=True, kw_only=True):
    """Where an element of a platform's `colors` has its variables; without any of it, `common` says so."""

    tokens_file_id: Text | None = None
    tokens_collection_name: Text | None = None
    light_mode_name: Text | None = None
    dark_mode_name: Text | None = None
    light_hc_mode_name: Text | None = None
    dark_hc_mode_name: Text | None = None
    primitives_mode_name: Text | None = None
    name_validate_regexp: str | None = None
    name_replace_regexp: str | None = None

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond types."""
        yield from regexp_problems(self.name_validate_regexp, self.name_replace_regexp)
        required = {
            "tokensFileId": self.tokens_file_id,
            "tokensCollectionName": self.tokens_collection_name,
            "lightModeName": self.light_mode_name,
        }
        if any(required.values()):
            yield from (
                ((key,), "is required where variables are named") for key, value in required.items() if not value
            )


class WebpOptions(Section, frozen=True, kw_only=True):
    """How PNG becomes WebP."""

    encoding: Encoding
    quality: Percent = 90


class HeicOptions(Section, frozen=True, kw_only=True):
    """How PNG becomes HEIC."""

    encoding: Encoding = "lossy"
    quality: Percent = 90


class Figma(Section, frozen=True, kw_only=True):
    """`figma`: the files, and how we may talk to the API. None leaves a default to where the value is used.

    `allowed_hosts` are names of hosts, beside Figma's, from which rendered files may come over https; `*.` and a
    domain means all its sub-domains.
    """

    light_file_id: Text | None = None
    dark_file_id: Text | None = None
    light_high_contrast_file_id: Text | None = None
    dark_high_contrast_file_id: Text | None = None
    timeout: Annotated[float, Meta(ge=1, le=600)] | None = None
    max_retries: Annotated[int, Meta(ge=0, le=100)] | None = None
    retry_base: Seconds | None = None
    retry_cap: Seconds | None = None
    retry_jitter: Percent | None = None
    rate_limit: Annotated[float, Meta(gt=0, le=1000)] | str | None = None
    max_wait: Annotated[float, Meta(ge=0)] | None = None
    concurrent_downloads: Annotated[int, Meta(ge=1, le=200)] | None = None
    base_url: Text | None = None
    allowed_hosts: tuple[Text, ...] = ()
    plan: Plan | None = None
    seat: Seat | None = None

    def problems(self) -> list[Problem]:
        """Return what is wrong beyond types."""
        found: list[Problem] = []
        if isinstance(self.rate_limit, str) and not _RATE.fullmatch(self.rate_limit):
            found.append((("rateLimit",), 'should be requests per second, or a text such as "15/min" or "10/s"'))
        for index, host in enumerate(self.allowed_hosts):
            if not _HOST.fullmatch(host) or len(host) > _LONGEST_HOST:
                hint = '"*.example.com" for its sub-domains; no scheme, port or path'
                found.append((("allowedHosts", index), f'should be a host such as "cdn.example.com", or {hint}'))
        return found


class Cache(Section, frozen=True, kw_only=True):
    """`common.cache`: incremental runs."""

    enabled: bool = False
    granular: bool = False
    path: Text | None = None


class CommonColors(Section, frozen=True, kw_only=True):
    """`common.colors`: colours from styles."""

    use_single_file: bool = False
    dark_mode_suffix: Text = "_dark"
    light_hc_mode_suffix: Text = "_lightHC"
    dark_hc_mode_suffix: Text = "_darkHC"
    name_validate_regexp: str | None = None
    name_replace_regexp: str | None = None


class VariablesColors(Section, frozen=True, kw_only=True):
    """`common.variablesColors`: colours from variables."""

    tokens_file_id: Text
    tokens_collection_name: Text
    light_mode_name: Text
    dark_mode_name: Text | None = None
    light_hc_mode_name: Text | None = None
    dark_hc_mode_name: Text | None = None
    primitives_mode_name: Text | None = None
    name_validate_regexp: str | None = None
    name_replace_regexp: str | None = None


class CommonAssets(Section, frozen=True, kw_only=True):
    """`common.icons` and `common.images`: what holds for the elements of all platforms that do not say otherwise."""

    figma_frame_name: Text | None = None
    figma_page_name: Text | None = None
    use_single_file: bool = False
    dark_mode_suffix: Text = "_dark"
    strict_path_validation: bool = False
    name_validate_regexp: str | None = None
    name_replace_regexp: str | None = None


class CommonTypography(Section, frozen=True, kw_only=True):
    """`common.typography`."""

    name_validate_regexp: str | None = None
    name_replace_regexp: str | None = None


class Common(Section, frozen=True, kw_only=True):
    """`common`: what the platforms share."""

    cache: Cache = Cache()
    colors: CommonColors | None = None
    variables_colors: VariablesColors | None = None
    icons: CommonAssets = CommonAssets()
    images: CommonAssets = CommonAssets()
    typography: CommonTypography = CommonTypography()

    def problems(self) -> list[Problem]:
        """Return what is wrong beyond types."""
        found: list[Problem] = []
        if self.colors and self.variables_colors:
            found.append((("variablesColors",), "cannot be together with common.colors: colours have one origin"))
        renamings = {
            "colors": self.colors,
            "variablesColors": self.variables_colors,
            "icons": self.icons,
            "images": self.images,
            "typography": self.typography,
        }
        for key, renaming in renamings.items():
            if renaming:
                regexps = regexp_problems(renaming.name_validate_regexp, renaming.name_replace_regexp)
                found += within((key,), regexps)
        return found


class Batch(Section, frozen=True, kw_only=True):
    """`batch`: many configs in one run."""

    workers: Annotated[int, Meta(ge=0, le=256)] | None = None
    parallel: Annotated[int, Meta(ge=1, le=50)] | None = None
    fail_fast: bool | None = None
    resume: bool = False


class Output(Section, frozen=True, kw_only=True):
    """`output`: how files are written."""

    fsync: bool = False


class Resources(Section, frozen=True, kw_only=True):
    """`resources`: when a worker is replaced by a fresh one. Memory in per cent, age in seconds."""

    memory_limit: Annotated[float, Meta(gt=0, le=100)] | None = None
    worker_max_age: Seconds | None = None
    worker_max_tasks: Annotated[int, Meta(ge=1)] | None = None


class Abort(Section, frozen=True, kw_only=True):
    """`abort`: when a run gives up. The rate in per cent, windows in operations and in seconds; 0 is never."""

    failure_rate: Annotated[float, Meta(ge=0, le=100)] | None = None
    window: Annotated[int, Meta(ge=0)] | None = None
    crashes: Annotated[int, Meta(ge=0)] | None = None
    crash_window: Annotated[float, Meta(ge=0)] | None = None


def within(keys: tuple[str | int, ...], problems: Iterable[Problem]) -> list[Problem]:
    """Return `problems` as seen from the section that holds theirs under `keys`."""
    return [(keys + path, message) for path, message in problems]


def problems_of(lists: Mapping[str, Sequence[AssetEntry | ColorsEntry]]) -> list[Problem]:
    """Return what is wrong in lists of elements, by their keys."""
    return [
        problem
        for key, elements in lists.items()
        for index, element in enumerate(elements)
        for problem in within((key, index), element.problems())
    ]


def regexp_problems(validate: str | None, replace: str | None) -> Iterator[Problem]:
    """Yield what is wrong with a pair of regexps. A replacement alone has no effect, as in ExFig."""
    problem = regexp_problem(validate, replace) if validate is not None else ""
    if problem:
        yield ("nameValidateRegexp",), problem
