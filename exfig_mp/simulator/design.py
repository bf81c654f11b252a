"""A design as values: files of pages, frames, components, styles and variables. Nothing here knows HTTP.

Everything is frozen: a change makes a new version of a file, and older versions stay valid for who still asks for them.
"""

from __future__ import annotations

import hashlib
import struct
from functools import cached_property
from typing import Literal

from msgspec import Struct

from exfig_mp.simulator.artwork import Pen

Colour = tuple[float, float, float, float]
Plan = Literal["starter", "pro", "org", "enterprise", "student"]
Drawing = Literal["good", "null", "poison", "hidden", "flat"]

LIGHT_STROKE = "#1A1A1A"
DARK_STROKE = "#F2F2F2"


class Frame(Struct, frozen=True):
    """A top-level frame and its page. A frame without an id stands for the bare page."""

    page_id: str
    page_name: str
    id: str = ""
    name: str = ""


class ComponentSet(Struct, frozen=True):
    """A set of variants in one frame."""

    id: str
    name: str
    frame: int
    description: str = ""


class Component(Struct, frozen=True, gc=False):
    """One component. `drawing` says how it renders: good, null, poison (60 s), hidden or flat (zero height).

    `moved` is how far it lies from where it was made; the other fields after it are those of `artwork.Pen`.
    """

    id: str
    name: str
    frame: int
    artwork: str
    size: tuple[int, int]
    description: str = ""
    colour: str = LIGHT_STROKE
    dark: bool = False
    set_id: str = ""
    drawing: Drawing = "good"
    updated: int = 0
    moved: tuple[int, int] = (0, 0)
    weight: float = 2.0
    opacity: float = 1.0
    tint: str = ""

    @property
    def pen(self) -> Pen:
        """How its artwork is drawn."""
        return Pen(self.colour, self.weight, self.opacity, self.dark, self.tint)


class Font(Struct, frozen=True):
    """How a text looks. `line_height` is in pixels, or with `unit` FONT_SIZE_% in per cent of the size.

    Without one it is the font's own. A font that is not `named` has no PostScript name, as some have none in Figma.
    """

    family: str
    weight: int
    size: float
    line_height: float = 0.0
    spacing: float = 0.0
    case: Literal["ORIGINAL", "UPPER", "LOWER", "TITLE", "SMALL_CAPS", "SMALL_CAPS_FORCED"] = "ORIGINAL"
    unit: Literal["PIXELS", "FONT_SIZE_%"] = "PIXELS"
    named: bool = True


class Style(Struct, frozen=True):
    """A FILL style (`colour`) or a TEXT style (`text`)."""

    id: str
    name: str
    colour: Colour | None = None
    text: Font | None = None
    description: str = ""


class Alias(Struct, frozen=True):
    """A variable's value that is another variable, which may be absent from the file."""

    id: str


class Collection(Struct, frozen=True):
    """A variable collection with its modes as (id, name) pairs; the first mode is the default one."""

    id: str
    name: str
    modes: tuple[tuple[str, str], ...]
    remote: bool = False


class Variable(Struct, frozen=True):
    """A variable with one value per mode of its collection."""

    id: str
    name: str
    collection_id: str
    kind: Literal["COLOR", "FLOAT", "STRING", "BOOLEAN"]
    values: tuple[Colour | Alias | float | str | bool, ...]
    code: tuple[tuple[str, str], ...] = ()
    remote: bool = False
    deleted: bool = False


class File(Struct, frozen=True, dict=True):
    """One version of a file. `published` is what the library last published; None means the current components."""

    key: str
    name: str
    frames: tuple[Frame, ...]
    components: tuple[Component, ...]
    sets: tuple[ComponentSet, ...] = ()
    styles: tuple[Style, ...] = ()
    collections: tuple[Collection, ...] = ()
    variables: tuple[Variable, ...] = ()
    plan: Plan = "enterprise"
    editor: str = "figma"
    exportable: bool = True
    branch_of: str = ""
    published: tuple[Component, ...] | None = None
    edits: int = 0

    @property
    def version(self) -> str:
        """The 19 digits that change with every edit."""
        base = int.from_bytes(hashlib.sha1(self.key.encode(), usedforsecurity=False).digest()[:6]) % 10**14
        return str(2_292_000_000_000_000_000 + base * 1000 + self.edits * 7)

    @property
    def listed(self) -> tuple[Component, ...]:
        """The components that `/components` lists: the published ones."""
        if self.branch_of:
            return ()
        return self.components if self.published is None else self.published

    @cached_property
    def by_id(self) -> dict[str, Component]:
        """The current components by node id."""
        return {component.id: component for component in self.components}

    @cached_property
    def sets_by_id(self) -> dict[str, ComponentSet]:
        """The component sets by node id."""
        return {group.id: group for group in self.sets}

    @cached_property
    def styles_by_id(self) -> dict[str, Style]:
        """The styles by node id."""
        return {style.id: style for style in self.styles}

    @cached_property
    def by_frame(self) -> dict[int, tuple[Component, ...]]:
        """The current components by the index of their frame."""
        groups: dict[int, list[Component]] = {}
        for component in self.components:
            groups.setdefault(component.frame, []).append(component)
        return {index: tuple(members) for index, members in groups.items()}


def key_of(file_key: str, node_id: str) -> str:
    """Return the 40 hex digits by which Figma names a component, set, style, variable or collection."""
    return hashlib.sha1(f"{file_key}/{node_id}".encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def rgba(digits: str, alpha: float = 1.0) -> Colour:
    """Return `#RRGGBB` as the floats of Figma, which are float32 quotients of 255."""
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return single(red), single(green), single(blue), single(alpha)


def single(value: float) -> float:
    """Return a number as Figma has it: as a float32."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded
