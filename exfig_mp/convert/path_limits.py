"""How long path data may be: Android's packager keeps a string of at most 32,767 bytes.

A longer one becomes the text STRING_TOO_LARGE in the app, which then crashes when it draws
(https://developer.android.com/tools/aapt2; ResourceUtils and StringPool of its sources).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exfig_mp.convert.geometry import bounds
from exfig_mp.convert.path_data import Path, write_path, write_short_path
from exfig_mp.errors import ConversionError

if TYPE_CHECKING:
    from exfig_mp.convert.geometry import Box
    from exfig_mp.convert.scene import Shape

LONGEST = 32_767
_MOST_PIECES = 2_000


def split(shape: Shape, digits: int, *, strict: bool = False) -> list[str]:
    """Return the path data of a shape: one text, or more where they draw the same one after the other.

    Raises:
        ConversionError: if the path is too long and cannot be split so, or should not be (`strict`).
    """
    whole = write_path(shape.path, digits)
    if len(whole) <= LONGEST:
        return [whole]
    short = write_short_path(shape.path, digits)
    if len(short) <= LONGEST:
        return [short]
    pieces = _separable(shape) if not strict and (shape.fill or shape.stroke) else []
    texts: list[str] = []
    segments = Path()
    for piece in pieces:
        joined = Path(segments.segments + piece.segments)
        if segments.segments and len(write_short_path(joined, digits)) > LONGEST:
            texts.append(write_short_path(segments, digits))
            joined = piece
        segments = joined
    texts.append(write_short_path(segments, digits))
    if not pieces or any(len(text) > LONGEST for text in texts):
        raise ConversionError(
            f"the SVG holds a path of {len(short):,} characters, and Android takes {LONGEST:,}",
            "simplify it in Figma, or export this component as PNG or WebP",
        )
    return texts


def _separable(shape: Shape) -> list[Path]:
    """Return the path in pieces that nowhere touch each other, so that they may be drawn one by one."""
    margin = shape.stroke.reach if shape.stroke else 0.0
    clusters: list[tuple[Box, Path]] = []
    for number, piece in enumerate(shape.path.subpaths()):
        box = bounds(piece)
        if box is None or number > _MOST_PIECES:
            return []
        box = box.grown(margin)
        apart = []
        for other, path in clusters:
            if other.grown(1e-3).meets(box):
                box, piece = box.union(other), Path(path.segments + piece.segments)  # noqa: PLW2901 - grows
            else:
                apart.append((other, path))
        clusters = [*apart, (box, piece)]
    return [path for _, path in clusters]
