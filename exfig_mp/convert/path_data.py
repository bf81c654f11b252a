"""Path data: https://www.w3.org/TR/SVG11/paths.html. Read to the first error, as renderers do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from exfig_mp.convert.arcs import arc_to_cubics
from exfig_mp.convert.matrix import Matrix

if TYPE_CHECKING:
    from collections.abc import Iterator

Segment = tuple[str, tuple[float, ...]]
_TOKEN = re.compile(r"[MmZzLlHhVvCcSsQqTtAa]|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[^\s,]")
_ARITY = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_LARGEST = 1e7  # coordinates beyond are none that a drawing has


class Path(Struct):
    """Segments in absolute coordinates, of the letters M L C Q A Z; a Z is always followed by an M, or nothing.

    `source` is the text that they were read from, if it says just them and in a form that every reader understands.
    """

    segments: list[Segment] = field(default_factory=list)
    source: str = ""

    def transformed(self, matrix: Matrix) -> Path:
        """Return the path as `matrix` maps it; arcs become cubics where they have to."""
        if matrix == Matrix():
            return self
        scale = matrix.a if matrix.b == matrix.c == 0 and matrix.a == matrix.d and matrix.a > 0 else 0.0
        segments: list[Segment] = []
        for letter, numbers in self.segments if scale else self.without_arcs().segments:
            if letter == "A":
                rx, ry, angle, large, sweep, x, y = numbers
                segments.append((letter, (rx * scale, ry * scale, angle, large, sweep, *matrix.apply(x, y))))
            else:
                points = zip(numbers[::2], numbers[1::2], strict=True)
                segments.append((letter, tuple(value for point in points for value in matrix.apply(*point))))
        return Path(segments)

    def without_arcs(self) -> Path:
        """Return the path with cubics for its arcs."""
        if all(letter != "A" for letter, _ in self.segments):
            return self
        segments: list[Segment] = []
        x = y = 0.0
        for letter, numbers in self.segments:
            if letter == "A":
                segments += [("C", cubic) for cubic in arc_to_cubics((x, y), numbers)]
            else:
                segments.append((letter, numbers))
            if numbers:
                x, y = numbers[-2:]
        return Path(segments)

    def subpaths(self) -> Iterator[Path]:
        """Yield the path in pieces, each of which begins with its only M."""
        piece: list[Segment] = []
        for segment in self.segments:
            if segment[0] == "M" and piece:
                yield Path(piece)
                piece = []
            piece.append(segment)
        if piece:
            yield Path(piece)


def parse_path(text: str) -> Path:
    """Return the path that `text` describes, up to the first error in it."""
    tokens: list[str] = _TOKEN.findall(text)
    reader = _Reader(tokens)
    whole = reader.read()
    path = Path(reader.segments)
    if whole and not reader.is_compact and "+" not in text and "e" not in text and "E" not in text:
        path.source = " ".join(text.split())
    return path


def commands(source: str) -> list[Segment]:
    """Return the commands of a `Path.source` as they were written, each with the numbers of one repetition."""
    found: list[Segment] = []
    tokens = _TOKEN.findall(source)
    at, letter = 0, ""
    while at < len(tokens):
        if tokens[at].upper() in _ARITY:
            letter, at = tokens[at], at + 1
        elif letter in "Mm":
            letter = "L" if letter == "M" else "l"
        arity = _ARITY[letter.upper()]
        found.append((letter, tuple(map(float, tokens[at : at + arity]))))
        at += arity
    return found


class _Reader:
    """Turns tokens into absolute segments. `is_compact` says that arc flags were written without spaces."""

    def __init__(self, tokens: list[str]) -> None:
        self.segments: list[Segment] = []
        self.is_compact = False
        self._tokens = tokens
        self._at = 0
        self._x = self._y = self._start_x = self._start_y = 0.0
        self._control: tuple[str, float, float] = ("", 0.0, 0.0)

    def read(self) -> bool:
        """Read all that can be read; tell whether that was everything."""
        tokens = self._tokens  # grows while it is read: stuck flags are cut apart
        while self._at < len(tokens):
            letter = tokens[self._at]
            upper = letter.upper()
            if upper not in _ARITY or (not self.segments and upper != "M"):
                return False
            self._at += 1
            if upper == "Z":
                self._close()
                continue
            if not self._repeat(letter, upper):
                return False
        return True

    def _repeat(self, letter: str, upper: str) -> bool:
        """Read a command's numbers as often as they come."""
        tokens, arity = self._tokens, _ARITY[upper]
        relative, first = letter != upper, True
        while first or (self._at < len(tokens) and tokens[self._at].upper() not in _ARITY):
            try:
                numbers = self._arc_numbers() if upper == "A" else [*map(float, tokens[self._at : self._at + arity])]
            except (ValueError, IndexError):
                return False
            if len(numbers) < arity or any(abs(number) > _LARGEST for number in numbers):
                return False
            self._at += arity
            self._add(upper, numbers, relative=relative)
            first = False
            upper = "L" if upper == "M" else upper
        return True

    def _arc_numbers(self) -> list[float]:
        """Return seven numbers; a flag may be stuck to what follows it, and is then cut off as a token of its own."""
        for flag in (self._at + 3, self._at + 4):
            token = self._tokens[flag]
            if token not in {"0", "1"}:
                if token[0] not in "01":
                    raise ValueError(token)
                self.is_compact = True
                self._tokens[flag : flag + 1] = [token[0], *_TOKEN.findall(token[1:])]
        return [*map(float, self._tokens[self._at : self._at + 7])]

    def _add(self, upper: str, numbers: list[float], *, relative: bool) -> None:
        x, y = self._x, self._y
        if relative:
            numbers = _absolute(upper, numbers, x, y)
        elif upper == "A":
            numbers[0], numbers[1] = abs(numbers[0]), abs(numbers[1])
        if self.segments and self.segments[-1][0] == "Z" and upper != "M":
            self.segments.append(("M", (x, y)))
        control, self._control = self._control, ("", 0.0, 0.0)
        if upper in "HV":
            numbers, upper = [numbers[0], y] if upper == "H" else [x, numbers[0]], "L"
        elif upper == "S":
            numbers, upper = [*_reflection(control, "C", x, y), *numbers], "C"
        elif upper == "T":
            numbers, upper = [*_reflection(control, "Q", x, y), *numbers], "Q"
        if upper in "CQ":
            self._control = (upper, numbers[-4], numbers[-3])
        self._x, self._y = numbers[-2], numbers[-1]
        if upper == "M":
            self._start_x, self._start_y = self._x, self._y
        self.segments.append((upper, tuple(numbers)))

    def _close(self) -> None:
        if self.segments[-1][0] != "Z":
            self.segments.append(("Z", ()))
        self._x, self._y = self._start_x, self._start_y
        self._control = ("", 0.0, 0.0)


def _absolute(upper: str, numbers: list[float], x: float, y: float) -> list[float]:
    if upper == "H":
        return [numbers[0] + x]
    if upper == "V":
        return [numbers[0] + y]
    if upper == "A":
        return [abs(numbers[0]), abs(numbers[1]), *numbers[2:5], numbers[5] + x, numbers[6] + y]
    return [number + (y if index % 2 else x) for index, number in enumerate(numbers)]


def _reflection(control: tuple[str, float, float], letter: str, x: float, y: float) -> tuple[float, float]:
    return (2 * x - control[1], 2 * y - control[2]) if control[0] == letter else (x, y)


def number(value: float, digits: int) -> str:
    """Return a number with at most `digits` behind the point, in the shortest form that every reader understands."""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def has_more_digits(text: str, digits: int) -> bool:
    """Tell whether a number in `text` has more than `digits` behind the point."""
    return re.search(rf"\.\d{{{digits + 1}}}", text) is not None


def write_path(path: Path, digits: int) -> str:
    """Return path data with absolute commands, or what the path was read from if that is not finer than `digits`."""
    if path.source and not has_more_digits(path.source, digits):
        return path.source
    return "".join(letter + ",".join(number(value, digits) for value in values) for letter, values in path.segments)


def write_short_path(path: Path, digits: int) -> str:
    """Return the shortest path data: relative commands, each against where the rounded ones before it led to."""
    parts: list[str] = []
    x = y = start_x = start_y = 0.0
    last = ""
    for letter, values in path.segments:
        if letter == "Z":
            parts.append("z")
            x, y, last = start_x, start_y, ""
            continue
        head, points = (values[:5], values[5:]) if letter == "A" else ((), values)
        steps = [round(value - (y if index % 2 else x), digits) for index, value in enumerate(points)]
        shown = [number(value, digits) for value in (*head, *steps)]
        parts.append((" " if letter.lower() == last else letter.lower()) + " ".join(shown))
        x, y = x + steps[-2], y + steps[-1]
        last = "l" if letter == "M" else letter.lower()
        if letter == "M":
            start_x, start_y = x, y
    return "".join(parts)
