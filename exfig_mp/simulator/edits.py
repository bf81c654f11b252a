"""What people do to a file: each list of edits makes a new version. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from exfig_mp.simulator import artwork
from exfig_mp.simulator.design import Component

if TYPE_CHECKING:
    from exfig_mp.simulator.design import File
    from exfig_mp.simulator.scenario import Edit


def edited(file: File, edits: tuple[Edit, ...], *, by_publishing: bool = False) -> File:
    """Return the next version of a file.

    Args:
        file: the version to start from.
        edits: what is done, in this order.
        by_publishing: only publishing makes a new version number (nobody outside Figma knows).

    Raises:
        KeyError: an edit names a component that is not there.
    """
    moment = file.edits + 1
    components = {component.id: component for component in file.components}
    for edit in edits:
        _apply(edit, components, moment)
    current = tuple(components.values())
    publishes = any(edit.publish or edit.do == "publish" for edit in edits)
    published = None if publishes else file.listed
    counts = publishes or not by_publishing
    return replace(file, components=current, published=published, edits=moment if counts else file.edits)


def _apply(edit: Edit, components: dict[str, Component], moment: int) -> None:
    match edit.do:
        case "touch" | "publish":
            return
        case "add":
            changed = _added(edit, components, moment)
        case "delete":
            del components[_selected(edit, components).id]
            return
        case _:
            changed = replace(_changed(_selected(edit, components), edit), updated=moment)
    components[changed.id] = changed


def _changed(component: Component, edit: Edit) -> Component:
    match edit.do:
        case "rename":
            return replace(component, name=edit.to)
        case "describe":
            return replace(component, description=edit.to)
        case "redraw":
            return _redrawn(component)
        case "recolour":
            return _recoloured(component, edit.colour)
        case "resize":
            width, height = component.size
            return replace(component, size=edit.size or (width + 8, height + 8))
        case "restyle":
            return _restyled(component, edit)
        case "move":
            return replace(component, moved=(component.moved[0] + edit.by[0], component.moved[1] + edit.by[1]))
        case _:
            return component


def _selected(edit: Edit, components: dict[str, Component]) -> Component:
    if edit.id is not None:
        return components[edit.id]
    for component in components.values():
        if component.name == edit.name:
            return component
    raise KeyError(edit.name or "an edit needs a name or an id")


def _redrawn(component: Component) -> Component:
    names = list(artwork.illustrations() if artwork.is_illustration(component.artwork) else artwork.icons())
    following = names[(names.index(component.artwork) + 1) % len(names)]
    # Some icons differ in little; nobody should have to look twice.
    return replace(component, artwork=following, colour=_shade_after(component.colour))


def _recoloured(component: Component, colour: str) -> Component:
    if not artwork.is_illustration(component.artwork):
        return replace(component, colour=colour or _shade_after(component.colour))
    first = artwork.colours(artwork.coloured(component.artwork, component.pen))[0]
    return replace(component, tint=colour or _shade_after(first))


def _restyled(component: Component, edit: Edit) -> Component:
    if edit.opacity is None and edit.weight is None:
        return replace(component, opacity=0.75 if component.opacity == 0.5 else 0.5)
    opacity = component.opacity if edit.opacity is None else edit.opacity
    return replace(component, opacity=opacity, weight=edit.weight or component.weight)


def _shade_after(colour: str) -> str:
    return f"#{(int(colour[1:], 16) + 0x050505) % 0x1000000:06X}"


def _added(edit: Edit, components: dict[str, Component], moment: int) -> Component:
    model = next(iter(components.values()), None)
    number = max((int(one.partition(":")[2]) for one in components), default=93900) + 10
    name = edit.name or edit.to or f"added-{moment}"
    if model is None:
        return Component(f"551:{number}", name, 0, "plus", (artwork.ICON_SIZE, artwork.ICON_SIZE), updated=moment)
    return replace(model, id=f"{model.id.partition(':')[0]}:{number}", name=name, artwork="plus", updated=moment)
