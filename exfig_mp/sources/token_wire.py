"""Figma's answers about styles, style nodes and variables as structs: only what we read, tolerant of all else."""

from __future__ import annotations

from msgspec import Struct


class Style(Struct, frozen=True):
    """One published style of `GET /v1/files/:key/styles`. `style_type` is FILL, TEXT, EFFECT or GRID."""

    node_id: str
    style_type: str = ""
    name: str = ""
    description: str | None = None


class _Styles(Struct, frozen=True):
    styles: tuple[Style, ...] = ()


class StylesAnswer(Struct, frozen=True):
    """`GET /v1/files/:key/styles`."""

    meta: _Styles


class Paint(Struct, frozen=True):
    """A fill. `type` is SOLID, GRADIENT_..., IMAGE, ...; `opacity` comes with `color`, whose own alpha is 1 then."""

    type: str = ""
    visible: bool = True
    opacity: float | None = None
    color: ColorValue | None = None


class ColorValue(Struct, frozen=True):
    """A colour, or a variable's alias, or neither: `{r, g, b, a}` and `{type, id}` share this shape."""

    r: float | None = None
    g: float | None = None
    b: float | None = None
    a: float = 1.0
    type: str = ""
    id: str = ""


class TypeStyle(Struct, frozen=True, rename="camel"):
    """How the text of a node looks. Lengths are pixels; `line_height_percent_font_size` is per cent of the font size.

    `line_height_unit` is PIXELS, FONT_SIZE_% or INTRINSIC_%, the font's own; what is a default may be absent.
    """

    font_family: str | None = None
    font_post_script_name: str | None = None
    font_weight: float | None = None
    italic: bool = False
    font_size: float | None = None
    letter_spacing: float | None = None
    line_height_px: float | None = None
    line_height_percent_font_size: float | None = None
    line_height_unit: str = ""
    text_case: str = ""


class StyleDocument(Struct, frozen=True):
    """The node that carries a style: `fills` are those of a fill, `style` is that of a text."""

    fills: tuple[Paint, ...] = ()
    style: TypeStyle | None = None


class StyleNode(Struct, frozen=True):
    """One entry of `nodes`."""

    document: StyleDocument


class StyleNodesAnswer(Struct, frozen=True):
    """`GET /v1/files/:key/nodes?ids=...` of style nodes; a node that does not exist is null."""

    nodes: dict[str, StyleNode | None] = {}


class Mode(Struct, frozen=True, rename="camel"):
    """A mode of a collection; `parent_mode_id` is the mode that it extends in another collection."""

    mode_id: str
    name: str = ""
    parent_mode_id: str | None = None


ModeValue = ColorValue | bool | float | str | None


class Collection(Struct, frozen=True, rename="camel"):
    """A collection of variables. An extension has its parent's variables, with values of its own in the overrides."""

    id: str
    name: str = ""
    default_mode_id: str = ""
    modes: tuple[Mode, ...] = ()
    remote: bool = False
    variable_ids: tuple[str, ...] = ()
    parent_variable_collection_id: str | None = None
    variable_overrides: dict[str, dict[str, ModeValue]] = {}


class Variable(Struct, frozen=True, rename="camel"):
    """A variable. `deleted_but_referenced` ones are gone for designers, and stay while something uses them.

    `code_syntax` is what it is called in code, by platform (WEB, ANDROID, iOS); a `remote` one is another file's.
    """

    id: str
    name: str = ""
    key: str = ""
    variable_collection_id: str = ""
    resolved_type: str = ""
    values_by_mode: dict[str, ModeValue] = {}
    description: str | None = None
    deleted_but_referenced: bool = False
    remote: bool = False
    code_syntax: dict[str, str] = {}


class Variables(Struct, frozen=True, rename="camel"):
    """All local variables and collections of a file by id, and the remote ones that it uses."""

    variables: dict[str, Variable] = {}
    variable_collections: dict[str, Collection] = {}


class VariablesAnswer(Struct, frozen=True):
    """`GET /v1/files/:key/variables/local`."""

    meta: Variables
