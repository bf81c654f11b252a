"""The steps that make a file of a render, as values: part of the vocabulary of `model`.

They cross to workers, and their content is part of the identity of what is made. How each is done is in `convert/`.
"""

from __future__ import annotations

from msgspec import Struct


class Raster(Struct, frozen=True, tag=True):
    """A conversion of SVG to PNG, with `scale` pixels for each unit of its own size."""

    scale: float = 1.0


class Webp(Struct, frozen=True, tag=True):
    """A conversion of PNG to WebP: of `quality` (0 to 100), or `lossless`, with every pixel as it was."""

    quality: int = 90
    lossless: bool = False


class Heic(Struct, frozen=True, tag=True):
    """A conversion of PNG to HEIC: of `quality` (0 to 100), or `lossless`, with every pixel as it was."""

    quality: int = 90
    lossless: bool = False


class VectorDrawable(Struct, frozen=True, tag=True):
    """A conversion of SVG to Android's XML, with `precision` digits behind the point; mirrored if `right_to_left`.

    If it is `strict`, a path that is too long for Android is refused even where it could be drawn in pieces.
    """

    precision: int = 4
    right_to_left: bool = False
    strict: bool = False


class ImageVector(Struct, frozen=True, tag=True):
    """A conversion of SVG to a Kotlin file of Compose: a property `name` in `package` that is an ImageVector.

    It belongs to the object `receiver` (of another package, if that is told) unless that is empty. For the other
    fields see `VectorDrawable`; `preview` adds a function that Android Studio shows.
    """

    name: str
    package: str
    receiver: str = ""
    precision: int = 4
    right_to_left: bool = False
    preview: bool = True
    strict: bool = False


MARKUP, VIEW_BOX, WIDTH, HEIGHT, DATA_URI = (f"\ue000{name}\ue001" for name in ("markup", "box", "x", "y", "uri"))
"""What stands in a component's frame for its markup, its viewBox, its size and the whole picture as a data URI.

The letters around are of no language, and in no name.
"""


class Tsx(Struct, frozen=True, tag=True):
    """A conversion of SVG to a React component: `frame` is its text, `ids` what the ids in the markup begin with.

    The frame is what `template` makes when it is told `context`; until that is done there is none.
    """

    ids: str
    frame: str = ""
    template: str = ""
    context: tuple[tuple[str, str], ...] = ()


CONVERSIONS = "1"
"""Changes when a conversion gives other bytes than before: what earlier versions made is then made anew."""

Conversion = Raster | Webp | Heic | VectorDrawable | ImageVector | Tsx
