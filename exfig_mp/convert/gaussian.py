"""Blurs a grid of values as a Gaussian does, exactly enough: renderers take short cuts that are off by up to 8 %."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_REACH = 3.0  # standard deviations: beyond is 0.3 % of the weight


def blurred(rows: Sequence[Sequence[float]], deviation: float) -> list[list[float]]:
    """Return `rows`, which are 0 all around, blurred by `deviation` units; each value is the mean of its square."""
    weights = _weights(deviation)
    across = _blurred_down(list(zip(*_blurred_down(rows, weights), strict=True)), weights)
    return [list(row) for row in zip(*across, strict=True)]


def _weights(deviation: float) -> list[float]:
    """Return the weights of a value, and of those 1, 2, ... units from it on one side."""
    narrower = math.sqrt(max(deviation**2 - 1 / 12, 1e-6))  # the mean of a square is blurred already
    raw = [math.exp(-((step / narrower) ** 2) / 2) for step in range(math.ceil(_REACH * deviation) + 1)]
    whole = raw[0] + 2 * sum(raw[1:])
    return [weight / whole for weight in raw]


def _blurred_down(rows: Sequence[Sequence[float]], weights: list[float]) -> list[list[float]]:
    found = []
    for y in range(len(rows)):
        values = [weights[0] * value for value in rows[y]]
        for step, weight in enumerate(weights[1:], 1):
            for at in (y - step, y + step):
                if 0 <= at < len(rows):
                    values = [value + weight * other for value, other in zip(values, rows[at], strict=True)]
        found.append(values)
    return found
