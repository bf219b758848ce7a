"""A derivative from values alone: central differences, extrapolated to a step of 0.

A central difference (f(x+h) - f(x-h))/2h has an error that is a series in h^2. Two of them, with
steps h and h/c, cancel the first term of the series, three of them the next one, and so on:

    D[i][j] = (D[i][j-1]·c^2j - D[i-1][j-1]) / (c^2j - 1)

The best entry of this table is the one that differs least from its neighbours; their difference is
the estimate of its error.

Source: C. J. F. Ridders, Accurate computation of F'(x) and F'(x)F''(x), Advances in Engineering
Software 4 (1982), pages 75 to 76."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

STEP_SHRINKAGE = 1.4  # the constant c: each step is shorter by this factor
EXTRAPOLATION_STEPS = 10  # rows of the table
FIRST_STEPS = [10.0**-power for power in range(1, 9)]  # relative to x
MAX_RELATIVE_ERROR = 0.01  # estimates of a larger error say nothing about the derivative

Function = Callable[[float], float | None]  # None where it has no value
Estimate = tuple[float, float]  # a derivative, and an estimate of its error


def compute_difference_quotient(
    function: Function, x: float, largest: float = 0.0
) -> tuple[float | None, float | None]:
    """Returns the derivative of a function and an estimate of its error: the best result over
    several first steps, or (None, None) where none is good enough.

    `largest` is the largest number in the computation of a value, which says how much it is
    rounded."""
    estimates = []
    for first_step in FIRST_STEPS:
        estimate = extrapolate_differences(function, x, (abs(x) or 1.0) * first_step, largest)
        if estimate is not None:
            derivative, error = estimate
            if error <= MAX_RELATIVE_ERROR * max(1.0, abs(derivative)):
                estimates.append(estimate)
    return min(estimates, key=lambda estimate: estimate[1]) if estimates else (None, None)


def extrapolate_differences(
    function: Function, x: float, step: float, largest: float
) -> Estimate | None:
    """Returns the best entry of the table that begins with a step, None where the function has no
    value on one side."""
    best, best_error = math.nan, math.inf
    previous_row: list[float] = []
    for i in range(EXTRAPOLATION_STEPS):
        above, below = function(x + step), function(x - step)
        if above is None or below is None:
            return None
        # The quotient by the distance that the floats really have, which is not exactly 2*step.
        row = [(above - below) / ((x + step) - (x - step))]
        rounding = sys.float_info.epsilon * max(abs(above), abs(below), largest) / step
        factor = STEP_SHRINKAGE * STEP_SHRINKAGE
        for j, previous in enumerate(previous_row):
            row.append((row[j] * factor - previous) / (factor - 1))
            factor *= STEP_SHRINKAGE * STEP_SHRINKAGE
            error = max(abs(row[-1] - row[-2]), abs(row[-1] - previous), rounding)
            if error <= best_error:
                best, best_error = row[-1], error
        # Shorter steps make it worse now: what they cancel is lost in rounding.
        if i and abs(row[-1] - previous_row[-1]) >= 2 * best_error:
            break
        previous_row, step = row, step / STEP_SHRINKAGE
    return best, best_error
