"""The designs that the simulator brings: the demo libraries, files of any size, and one of difficult names."""

from __future__ import annotations

from itertools import chain, cycle, islice
from typing import TYPE_CHECKING

import msgspec

from exfig_mp.simulator import artwork
from exfig_mp.simulator.design import (
    DARK_STROKE,
    LIGHT_STROKE,
    Alias,
    Collection,
    Component,
    ComponentSet,
    File,
    Font,
    Frame,
    Style,
    Variable,
    rgba,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exfig_mp.simulator.design import Drawing, Plan

LIGHT_KEY = "DemoLightLibrary000001"
DARK_KEY = "DemoDarkLibrary0000001"
SINGLE_KEY = "DemoSingleLibrary00001"
HAZARD_KEY = "DemoHazardLibrary00001"

_ICONS = Frame("0:1", "Icons", "551:90001", "Icons")
_ILLUSTRATIONS = Frame("0:2", "Illustrations", "620:90001", "Illustrations")
_BANNERS = Frame("0:4", "Banners", "640:90001", "Banners")
_KEYWORDS = {"arrow-left": "rtl", "arrow-right": "rtl", "battery": "ios", "bluetooth": "android", "wifi": "none"}

# Node ids leave room for the children of a component: 1..9 behind it.
_STEP = 10
_ICON_SIZE = (artwork.ICON_SIZE, artwork.ICON_SIZE)
_ILLUSTRATION_SIZE = (artwork.ILLUSTRATION_SIZE, artwork.ILLUSTRATION_SIZE)

_PALETTE = {
    "background/primary": ("#FFFFFF", "#121212"),
    "background/secondary": ("#F5F5F7", "#1E1E20"),
    "text/primary": ("#1A1A1A", "#F2F2F2"),
    "text/secondary": ("#6B6B73", "#A0A0A8"),
    "accent/default": ("#0A84FF", "#409CFF"),
    "accent/pressed": ("#0060DF", "#0A84FF"),
    "danger": ("#D70015", "#FF6961"),
    "success": ("#248A3D", "#30DB5B"),
}
_BORDERS = {"light": "#CCCCCC", "dark": "#333333", "light_hc": "#888888", "dark_hc": "#777777"}
_FONTS = {
    "heading/large": (Font("Inter", 700, 32.0, 40.0, -0.32), "Large Title"),
    "heading/small": (Font("Inter", 600, 20.0, 112.0, unit="FONT_SIZE_%"), ""),
    "body/regular": (Font("Roboto", 400, 16.0, 24.0, named=False), "Body"),
    "body/bold": (Font("Roboto", 700, 16.0), ""),
    "caption": (Font("Inter", 500, 12.5, 16.0, 0.24, "UPPER"), "Caption 1"),
}


def demo_files(plan: Plan = "enterprise") -> tuple[File, ...]:
    """Return the demo design: a light and a dark library of the same names, and one file with both."""
    return (
        msgspec.structs.replace(_library(LIGHT_KEY, "Demo Light", dark=False), plan=plan),
        msgspec.structs.replace(_library(DARK_KEY, "Demo Dark", dark=True), plan=plan),
        msgspec.structs.replace(_single(), plan=plan),
    )


def generated_file(key: str, counts: tuple[int, int], *, dark: bool = False, plan: Plan = "enterprise") -> File:
    """Return a file of `counts` (icons, illustrations) that cycles the artwork under numbered names."""
    icons = _numbered(artwork.icons(), counts[0])
    illustrations = _numbered(artwork.illustrations(), counts[1])
    components = chain(_icons(icons, dark=dark), _illustrations(illustrations, dark=dark))
    return File(
        key, f"Generated {key}", (_ICONS, _ILLUSTRATIONS), tuple(components), plan=plan, styles=_styles(dark=dark)
    )


def with_banners(file: File, count: int, size: tuple[int, int]) -> File:
    """Return a generated file with a further frame of `count` banners of `size`."""
    banners = (
        msgspec.structs.replace(_component(_node_id(640, index), f"banner-{index:05d}", ("square", size)), frame=2)
        for index in range(count)
    )
    return msgspec.structs.replace(file, frames=(*file.frames, _BANNERS), components=(*file.components, *banners))


def with_themes(file: File) -> File:
    """Return a generated file with variables, whose primitives have a second mode, and a style in four appearances."""
    (base, theme), variables = _variables()
    base = msgspec.structs.replace(base, modes=(*base.modes, ("1:1", "Muted")))
    usable = [one for one in variables if one.name != "foreign"]
    primitives = [one for one in usable if one.collection_id == base.id]
    muted = [
        msgspec.structs.replace(one, values=(*one.values, *other.values))
        for one, other in zip(primitives, [primitives[number ^ 1] for number in range(len(primitives))], strict=True)
    ]
    styles = (
        Style(f"44:{19200 + number}", f"border/{end}", colour=rgba(digits))
        for number, (end, digits) in enumerate(_BORDERS.items())
    )
    return msgspec.structs.replace(
        file,
        styles=(*file.styles, *styles),
        collections=(base, theme),
        variables=(*muted, *(one for one in usable if one.collection_id != base.id)),
    )


def hazard_file(plan: Plan = "enterprise") -> File:
    """Return a file of names and nodes that break exporters: see the constant below for the list."""
    components = [
        _component(_node_id(700, index), name, ("square", _ICON_SIZE)) for index, name in enumerate(HAZARD_NAMES)
    ]
    drawings: tuple[Drawing, ...] = ("null", "hidden", "flat", "poison")
    components += [
        msgspec.structs.replace(
            _component(_node_id(701, index), f"drawn-{drawing}", ("circle", _ICON_SIZE)), drawing=drawing
        )
        for index, drawing in enumerate(drawings)
    ]
    bare = msgspec.structs.replace(_component("702:1", "directly-on-a-page", ("x", _ICON_SIZE)), frame=1)
    return File(HAZARD_KEY, "Hazards", (_ICONS, Frame("0:3", "Loose")), (*components, bare), plan=plan)


HAZARD_NAMES = (
    "duplicate",
    "duplicate",
    "folder/slash",
    "colon:name",
    " leading-space",
    "trailing-space ",
    "caf\u00e9",
    "cafe\u0301",
    "emoji-\U0001f600",
    "\u0438\u043a\u043e\u043d\u043a\u0430",
    "\u56fe\u6807",
    "CaseOnly",
    "caseonly",
    "State=on, Size=24",
    "CON",
    "nul",
    "com1.svg",
    "..",
    "../escape",
    "/absolute",
    "back\\slash",
    "class",
    "123-starts-with-digit",
    "-dash",
    "",
    "   ",
    "quote\"'<&>",
    "per%cent%2F",
    "tab\there",
    "new\nline",
    "right\u202eleft",
    "zero\u200bwidth",
    "n" * 255,
    "\u00fc" * 127,
    "ends-with-dot.",
    "icon~ipad",
    "semi;colon,comma",
    "$money {brace}",
)


def _library(key: str, name: str, *, dark: bool) -> File:
    icons = ((icon, icon) for icon in artwork.icons())
    illustrations = ((drawing, drawing) for drawing in artwork.illustrations())
    components = (*_icons(icons, dark=dark), *_illustrations(illustrations, dark=dark), *_switches(dark=dark))
    sets = (ComponentSet("553:94388", "switch", 0),)
    collections, variables = _variables()
    return File(key, name, (_ICONS, _ILLUSTRATIONS), components, sets, _styles(dark=dark), collections, variables)


def _single() -> File:
    names = list(islice(artwork.icons(), 60))
    light = _icons(((name, name) for name in names), dark=False)
    dark = _icons(((f"{name}_dark", name) for name in names), dark=True, start=len(names))
    collections, variables = _variables()
    return File(SINGLE_KEY, "Demo Single", (_ICONS,), (*light, *dark), (), _styles(dark=False), collections, variables)


def _icons(names: Iterable[tuple[str, str]], *, dark: bool, start: int = 0) -> Iterable[Component]:
    for index, (name, drawn) in enumerate(names, start):
        yield _component(_node_id(551, index), name, (drawn, _ICON_SIZE), dark=dark)


def _illustrations(names: Iterable[tuple[str, str]], *, dark: bool) -> Iterable[Component]:
    for index, (name, drawn) in enumerate(names):
        component = _component(_node_id(620, index), name, (drawn, _ILLUSTRATION_SIZE), dark=dark)
        yield msgspec.structs.replace(component, frame=1)


def _switches(*, dark: bool) -> Iterable[Component]:
    states = (("off", "Off"), ("off", "On"), ("on", "Off"), ("on", "On"))
    for index, (state, direction) in enumerate(states):
        drawn = "toggle-right" if state == "on" else "toggle-left"
        component = _component(
            f"553:{94391 + index * _STEP}", f"State={state}, RTL={direction}", (drawn, _ICON_SIZE), dark=dark
        )
        yield msgspec.structs.replace(component, set_id="553:94388")


def _component(node_id: str, name: str, drawn: tuple[str, tuple[int, int]], *, dark: bool = False) -> Component:
    return Component(
        id=node_id,
        name=name,
        frame=0,
        artwork=drawn[0],
        size=drawn[1],
        description=_KEYWORDS.get(drawn[0], ""),
        colour=DARK_STROKE if dark else LIGHT_STROKE,
        dark=dark,
    )


def _node_id(session: int, index: int) -> str:
    return f"{session}:{93900 + index * _STEP}"


def _numbered(names: Iterable[str], count: int) -> Iterable[tuple[str, str]]:
    for index, name in enumerate(islice(cycle(names), count)):
        yield f"{name}-{index:05d}", name


def _styles(*, dark: bool) -> tuple[Style, ...]:
    fills = [
        Style(f"44:{19128 + index}", name, colour=rgba(pair[dark]))
        for index, (name, pair) in enumerate(_PALETTE.items())
    ]
    fonts = [
        Style(f"45:{200 + index}", name, text=font, description=description)
        for index, (name, (font, description)) in enumerate(_FONTS.items())
    ]
    return (*fills, *fonts)


def _variables() -> tuple[tuple[Collection, ...], tuple[Variable, ...]]:
    base = Collection("VariableCollectionId:1:2", "Primitives", (("1:0", "Value"),))
    theme = Collection("VariableCollectionId:1:3", "Theme", (("2:0", "Light"), ("2:1", "Dark")))
    primitives, themed = [], []
    for index, (name, pair) in enumerate(_PALETTE.items()):
        ids = tuple(f"VariableID:3:{index * 2 + mode}" for mode in (0, 1))
        for node_id, digits, mode in zip(ids, pair, ("light", "dark"), strict=True):
            primitives.append(Variable(node_id, f"{mode}/{name}", base.id, "COLOR", (rgba(digits),)))
        code = (("iOS", "".join(part.capitalize() for part in name.split("/"))),)
        themed.append(
            Variable(f"VariableID:1:{4 + index}", name, theme.id, "COLOR", (Alias(ids[0]), Alias(ids[1])), code)
        )
    dangling = Alias("VariableID:24ff5e55b875b2cbb1c21cf05ad2f70c9ed7b504/50533:2283")
    themed += [
        Variable("VariableID:1:90", "overlay/scrim", theme.id, "COLOR", (rgba("#000000", 0.4), rgba("#000000", 0.6))),
        Variable("VariableID:1:91", "foreign", theme.id, "COLOR", (rgba("#FFFFFF"), dangling)),
        Variable("VariableID:1:92", "size/s", theme.id, "FLOAT", (8.0, 8.0)),
        Variable("VariableID:1:93", "label", theme.id, "STRING", ("Light", "Dark")),
        Variable("VariableID:1:94", "old", theme.id, "COLOR", (rgba("#FF00FF"), rgba("#FF00FF")), deleted=True),
    ]
    return (base, theme), (*primitives, *themed)
