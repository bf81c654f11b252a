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
            added = _added(edit, components, moment)
            components[added.id] = added
        case "delete":
            del components[_selected(edit, components).id]
        case "rename":
            _put(components, replace(_selected(edit, components), name=edit.to, updated=moment))
        case "describe":
            _put(components, replace(_selected(edit, components), description=edit.to, updated=moment))
        case "redraw":
            _put(components, _redrawn(_selected(edit, components), moment))


def _put(components: dict[str, Component], component: Component) -> None:
    components[component.id] = component


def _selected(edit: Edit, components: dict[str, Component]) -> Component:
    if edit.id is not None:
        return components[edit.id]
    for component in components.values():
        if component.name == edit.name:
            return component
    raise KeyError(edit.name or "an edit needs a name or an id")


def _redrawn(component: Component, moment: int) -> Component:
    names = list(artwork.illustrations() if artwork.is_illustration(component.artwork) else artwork.icons())
    following = names[(names.index(component.artwork) + 1) % len(names)]
    # The colour is what a hash of the node's tree sees, whatever the artwork.
    shade = f"#{(int(component.colour[1:], 16) + 0x050505) % 0x1000000:06X}"
    return replace(component, artwork=following, colour=shade, updated=moment)


def _added(edit: Edit, components: dict[str, Component], moment: int) -> Component:
    model = next(iter(components.values()), None)
    number = max((int(one.partition(":")[2]) for one in components), default=93900) + 10
    name = edit.name or edit.to or f"added-{moment}"
    if model is None:
        return Component(f"551:{number}", name, 0, "plus", (artwork.ICON_SIZE, artwork.ICON_SIZE), updated=moment)
    return replace(model, id=f"{model.id.partition(':')[0]}:{number}", name=name, artwork="plus", updated=moment)
