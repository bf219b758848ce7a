"""Scales: how far apart the marks of an axis are, and whether values need a logarithmic one."""

from __future__ import annotations

import math
from collections.abc import Sequence

MIN_DECADES = 2.0  # powers of ten that the values of a logarithmic axis span at least


def round_up_step(least: float) -> float:
    """Returns the smallest of 1, 2 and 5 times a power of ten that is at least `least`."""
    unit = 10.0 ** math.floor(math.log10(least))
    return next(unit * times for times in (1, 2, 5, 10) if unit * times >= least)


def is_over_decades(values: Sequence[float]) -> bool:
    """Says whether values, none of them negative, are of different orders of magnitude."""
    positive = [value for value in values if value > 0]
    if len(positive) < 2 or min(values) < 0:
        return False
    return math.log10(max(positive)) - math.log10(min(positive)) >= MIN_DECADES
