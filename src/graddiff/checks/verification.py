"""--verify: each derivative beside three others that were found in other ways.

The reverse pass is compared with forward mode, with the formula of the derivative at the point, and with an
extrapolated difference quotient, which knows nothing of the rules. At a kink it has to lie between the slopes on the
two sides.

Source: C. J. F. Ridders, Advances in Engineering Software 4 (1982), pages 75 to 76."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import NamedTuple

from graddiff.algebra.derivatives import derivatives
from graddiff.autodiff.forward_mode import slope_along
from graddiff.autodiff.forward_pass import evaluate
from graddiff.autodiff.one_sided import Slope, both_sides
from graddiff.autodiff.result import Result
from graddiff.errors import GraddiffError
from graddiff.language.parser import parse

EXACT_ENOUGH = 1e-9  # of what is computed with the same rules, relative
NEAR = 1e-6  # of the difference quotient, relative, or ten times its own estimate of its error
SHRINK = 1.4  # the steps of an extrapolation become shorter by this
STEPS = 10


class Comparison(NamedTuple):
    """One derivative, found in four ways; None where a way leads nowhere. `error` is that of the difference quotient,
    by its own estimate; `slopes` are those on the two sides, where they matter."""

    name: str
    reverse: float
    forward: float | None
    formula: float | None
    numerical: float | None
    error: float | None
    slopes: tuple[Slope, Slope] | None
    ok: bool
    note: str


def compare(result: Result) -> list[Comparison]:
    """A comparison for each variable of the gradient."""
    variables = [name for name in result.requested if name in result.expression.variables]
    return [compare_one(result, name) for name in variables]


def compare_one(result: Result, name: str) -> Comparison:
    expression, at = result.expression, result.at
    reverse = result.gradient[name]
    forward = slope_along(expression, at, {name: 1.0})
    formula = by_formula(result, name)
    largest = max(abs(value) for value in result.graph.values if isinstance(value, float))
    numerical, error = difference_quotient(lambda x: value_at(result, name, x), at[name], largest)
    slopes = both_sides(expression, result.graph.values, expression.variables[name])[
        expression.output
    ]
    found = Comparison(name, reverse, forward, formula, numerical, error, None, True, "")
    kinds = {notice.kind for notice in result.notices}
    if kinds & {"kink", "jump", "smooth"} and slopes != (reverse, reverse):
        return at_kink(found._replace(slopes=slopes))
    if not math.isfinite(reverse):
        told = (
            "infinite, as on the side where there is a slope" if reverse in slopes else "undefined"
        )
        return found._replace(slopes=slopes, note=told)
    line = expression.variables[name]
    scale = max(
        abs(reverse), sum(abs(e.contribution) for e in result.graph.edges() if e.source == line)
    )
    wrong = [
        way
        for way, value, tolerance in (
            ("forward mode", forward, EXACT_ENOUGH),
            ("the formula", formula, EXACT_ENOUGH),
            ("the difference quotient", numerical, NEAR + 10 * (error or 0.0) / (scale or 1.0)),
        )
        if value is not None and not abs(value - reverse) <= tolerance * (scale or 1.0)
    ]
    if formula is None:
        return found._replace(ok=False, note="the formula has no value here")
    missing = "no difference quotient here" if numerical is None else "agree"
    return found._replace(ok=not wrong, note=f"{' and '.join(wrong)} differ" if wrong else missing)


def at_kink(found: Comparison) -> Comparison:
    """At a kink the value is a convention: it has to lie between the slopes on both sides."""
    assert found.slopes is not None
    left, right = found.slopes
    if left is None or right is None:
        return found._replace(note="a jump, or no value on one side: a convention")
    room = EXACT_ENOUGH * max(abs(left), abs(right))
    between = min(left, right) - room <= found.reverse <= max(left, right) + room
    return found._replace(
        ok=between, note=f"kink: {'' if between else 'not '}between the slopes on both sides"
    )


def by_formula(result: Result, name: str) -> float | None:
    """The printed formula of the derivative, read and evaluated at the point."""
    try:
        formula = parse(derivatives(result.expression, [name]).written().text(name), result.at)
        at = {variable: result.at[variable] for variable in formula.variables}
        return float(evaluate(formula, at)[formula.output])
    except GraddiffError:
        return None


def value_at(result: Result, name: str, x: float) -> float | None:
    """The output with one variable moved; None where it has no value."""
    try:
        return float(evaluate(result.expression, {**result.at, name: x})[result.expression.output])
    except GraddiffError:
        return None


def difference_quotient(
    function: Callable[[float], float | None], x: float, largest: float = 0.0
) -> tuple[float | None, float | None]:
    """A derivative from values alone, and an estimate of its error: the best of several first steps. `largest` is the
    largest number on the way to a value, which says how much that is rounded."""
    found = [
        extrapolated(function, x, (abs(x) or 1.0) * 10.0**-power, largest) for power in range(1, 9)
    ]
    known = [
        pair for pair in found if pair is not None and pair[1] <= 0.01 * max(1.0, abs(pair[0]))
    ]
    return min(known, key=lambda pair: pair[1]) if known else (None, None)


def extrapolated(
    function: Callable[[float], float | None], x: float, step: float, largest: float
) -> tuple[float, float] | None:
    """Central differences with shorter and shorter steps, extrapolated to none (Ridders); None where the function has
    no value on one side."""
    best, error = math.nan, math.inf
    before: list[float] = []
    for i in range(STEPS):
        above, below = function(x + step), function(x - step)
        if above is None or below is None:
            return None
        row = [(above - below) / ((x + step) - (x - step))]
        factor = SHRINK * SHRINK
        for j, earlier in enumerate(before):
            row.append((row[j] * factor - earlier) / (factor - 1))
            factor *= SHRINK * SHRINK
            rounding = sys.float_info.epsilon * max(abs(above), abs(below), largest) / step
            estimate = max(abs(row[-1] - row[-2]), abs(row[-1] - earlier), rounding)
            if estimate <= error:
                best, error = row[-1], estimate
        if i and abs(row[-1] - before[-1]) >= 2 * error:
            break
        before, step = row, step / SHRINK
    return best, error
