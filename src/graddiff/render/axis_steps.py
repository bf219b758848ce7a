"""Scales: how wide a step between two marks is, and whether values are shown by their logarithms."""

from __future__ import annotations

import math
from collections.abc import Sequence

MIN_DECADES = 2.0  # over which values have to go to be shown by their logarithms


def round_up_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is no smaller."""
    unit = 10.0 ** math.floor(math.log10(least))
    return next(unit * times for times in (1, 2, 5, 10) if unit * times >= least)


def is_over_decades(values: Sequence[float]) -> bool:
    """Whether values, none of them negative, are of different orders of magnitude."""
    positive = [value for value in values if value > 0]
    return (
        len(positive) > 1
        and min(values) >= 0
        and math.log10(max(positive)) - math.log10(min(positive)) >= MIN_DECADES
    )
