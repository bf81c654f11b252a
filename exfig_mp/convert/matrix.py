"""Affine transforms: https://www.w3.org/TR/SVG11/coords.html#TransformAttribute."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

_CALL = re.compile(r"\s*,?\s*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)\s*")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_NEARLY = 1e-7  # of the length of the axes: what decimal fractions of rotations leave


class Matrix(NamedTuple):
    """x' = a x + c y + e, y' = b x + d y + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def then(self, inner: Matrix) -> Matrix:
        """Return the transform that applies `inner` first, and then this one."""
        a, b, c, d, e, f = self
        return Matrix(
            a * inner.a + c * inner.b,
            b * inner.a + d * inner.b,
            a * inner.c + c * inner.d,
            b * inner.c + d * inner.d,
            a * inner.e + c * inner.f + e,
            b * inner.e + d * inner.f + f,
        )

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point goes."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    @property
    def determinant(self) -> float:
        """By how much areas grow; 0 if all falls on a line."""
        return self.a * self.d - self.b * self.c

    def inverse(self) -> Matrix:
        """Return the way back; the determinant must not be 0."""
        a, b, c, d, e, f = self
        area = self.determinant
        return Matrix(d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area)

    @property
    def is_orthogonal(self) -> bool:
        """Whether the axes stay at right angles: no skew."""
        across = self.a * self.c + self.b * self.d
        return abs(across) <= _NEARLY * math.hypot(self.a, self.b) * math.hypot(self.c, self.d)

    @property
    def uniform_scale(self) -> float | None:
        """By how much all lengths grow; None if they grow differently."""
        width, height = math.hypot(self.a, self.b), math.hypot(self.c, self.d)
        if not self.is_orthogonal or abs(width - height) > 1e-5 * max(width, height):
            return None
        return math.sqrt(width * height)

    @property
    def largest_scale(self) -> float:
        """By how much the length that grows most grows."""
        return self.ellipse()[0]

    def ellipse(self) -> tuple[float, float, float]:
        """Return the half axes of what the unit circle becomes, the longer first, and its angle in radians."""
        a, b, c, d = self[:4]
        mean, half = (a + d) / 2, (a - d) / 2
        turn, mirror = (b - c) / 2, (b + c) / 2
        direct, mirrored = math.hypot(mean, turn), math.hypot(half, mirror)
        angle = (math.atan2(turn, mean) + math.atan2(mirror, half)) / 2
        return direct + mirrored, abs(direct - mirrored), angle


IDENTITY = Matrix()


def parse_transform(text: str) -> tuple[Matrix, tuple[float, float] | None] | None:
    """Return the transform, and the pivot if it is one rotation about one; None if `text` cannot be read."""
    whole, at, calls, pivot = IDENTITY, 0, 0, None
    text = text.strip()
    while at < len(text):
        call = _CALL.match(text, at)
        if not call:
            return None
        numbers = [float(number) for number in _NUMBER.findall(call[2])]
        part = _matrix(call[1], numbers)
        if part is None:
            return None
        pivot = (numbers[1], numbers[2]) if call[1] == "rotate" and len(numbers) == 3 else None
        whole, at, calls = whole.then(part), call.end(), calls + 1
    return whole, pivot if calls == 1 else None


def _matrix(name: str, numbers: list[float]) -> Matrix | None:
    match name, numbers:
        case "matrix", [a, b, c, d, e, f]:
            return Matrix(a, b, c, d, e, f)
        case "translate", [x, *rest] if len(rest) <= 1:
            return Matrix(e=x, f=rest[0] if rest else 0.0)
        case "scale", [x, *rest] if len(rest) <= 1:
            return Matrix(a=x, d=rest[0] if rest else x)
        case "rotate", [angle]:
            return _rotation(angle)
        case "rotate", [angle, x, y]:
            return Matrix(e=x, f=y).then(_rotation(angle)).then(Matrix(e=-x, f=-y))
        case "skewX", [angle]:
            return Matrix(c=math.tan(math.radians(angle)))
        case "skewY", [angle]:
            return Matrix(b=math.tan(math.radians(angle)))
    return None


def _rotation(degrees: float) -> Matrix:
    radians = math.radians(degrees)
    return Matrix(math.cos(radians), math.sin(radians), -math.sin(radians), math.cos(radians))
