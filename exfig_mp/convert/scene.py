"""What a drawing comes to: groups and shapes, all styles resolved. Every writer of vectors starts from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct, field

from exfig_mp.convert.colors import Color
from exfig_mp.convert.geometry import bounds
from exfig_mp.convert.matrix import IDENTITY

if TYPE_CHECKING:
    from exfig_mp.convert.geometry import Box
    from exfig_mp.convert.matrix import Matrix
    from exfig_mp.convert.path_data import Path

Spread = Literal["pad", "reflect", "repeat"]


class Stop(NamedTuple):
    """A colour at a place from 0 to 1."""

    offset: float
    color: Color


class Linear(Struct, frozen=True):
    """A gradient from `start` to `end`, in the coordinates of the shape that it paints."""

    start: tuple[float, float]
    end: tuple[float, float]
    stops: tuple[Stop, ...]
    spread: Spread


class Radial(Struct, frozen=True):
    """A gradient from the centre of the unit circle to its edge, as `matrix` maps it to the shape's coordinates."""

    matrix: Matrix
    stops: tuple[Stop, ...]
    spread: Spread


Paint = Color | Linear | Radial


class Fill(Struct, frozen=True):
    """How an area is painted."""

    paint: Paint
    alpha: float
    even_odd: bool


class Stroke(Struct, frozen=True):
    """How an outline is painted."""

    paint: Paint
    alpha: float
    width: float
    cap: str
    join: str
    miter_limit: float

    @property
    def reach(self) -> float:
        """How far it may reach from the path."""
        corner = self.miter_limit if self.join == "miter" else 1.0
        return self.width / 2 * max(corner, 1.5 if self.cap == "square" else 1.0)


class Shape(Struct):
    """One path; `stroke_first` puts the outline below the area."""

    path: Path
    fill: Fill | None
    stroke: Stroke | None
    stroke_first: bool = False


class Group(Struct):
    """Things drawn together: clipped by every one of `clips`, in the coordinates within, and faded as a whole.

    `pivot` is the point that `matrix` is a rotation about, if it was written as one.
    """

    children: list[Node]
    matrix: Matrix = IDENTITY
    clips: tuple[Path, ...] = ()
    alpha: float = 1.0
    pivot: tuple[float, float] | None = None


Node = Group | Shape


class Picture(Struct):
    """A drawing of `width` by `height` in its own units, of which `viewport` is shown, from 0, 0."""

    width: float
    height: float
    viewport: tuple[float, float]
    alpha: float = 1.0
    children: list[Node] = field(default_factory=list)


def extent(node: Node, matrix: Matrix, *, strokes: bool) -> Box | None:
    """Return the extent of what is drawn, as `matrix` maps it; None of nothing. With clips it may be too large."""
    if isinstance(node, Shape):
        box = bounds(node.path.transformed(matrix))
        if box is not None and strokes and node.stroke:
            box = box.grown(node.stroke.reach * matrix.largest_scale)
        return box
    boxes = [extent(child, matrix.then(node.matrix), strokes=strokes) for child in node.children]
    whole: Box | None = None
    for box in boxes:
        whole = box if whole is None else (whole.union(box) if box else whole)
    return whole
