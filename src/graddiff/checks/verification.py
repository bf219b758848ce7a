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
from graddiff.autodiff.forward_mode import compute_directional_derivative
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.one_sided import Slope, compute_one_sided_slopes
from graddiff.autodiff.result import Result
from graddiff.errors import JUMP, KINK, SMOOTH, GraddiffError
from graddiff.language.parser import parse

RULE_TOLERANCE = 1e-9  # of what is computed with the same rules, relative
DIFFERENCE_TOLERANCE = (
    1e-6  # of the difference quotient, relative, or ten times its own estimate of its error
)
STEP_SHRINKAGE = 1.4  # the steps of an extrapolation become shorter by this
EXTRAPOLATION_STEPS = 10


class VerifiedDerivative(NamedTuple):
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


def verify_gradient(result: Result) -> list[VerifiedDerivative]:
    """A comparison for each variable of the gradient."""
    variables = [name for name in result.requested if name in result.expression.variables]
    return [verify_derivative(result, name) for name in variables]


def verify_derivative(result: Result, name: str) -> VerifiedDerivative:
    expression, at = result.expression, result.at
    reverse = result.gradient[name]
    forward = compute_directional_derivative(expression, at, {name: 1.0})
    formula = evaluate_derivative_formula(result, name)
    largest = max(abs(value) for value in result.graph.values if isinstance(value, float))
    numerical, error = compute_difference_quotient(
        lambda x: evaluate_moved_output(result, name, x), at[name], largest
    )
    slopes = compute_one_sided_slopes(expression, result.graph.values, expression.variables[name])[
        expression.output
    ]
    found = VerifiedDerivative(name, reverse, forward, formula, numerical, error, None, True, "")
    kinds = {notice.kind for notice in result.notices}
    if kinds & {KINK.name, JUMP.name, SMOOTH.name} and slopes != (reverse, reverse):
        return verify_at_kink(found._replace(slopes=slopes))
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
            ("forward mode", forward, RULE_TOLERANCE),
            ("the formula", formula, RULE_TOLERANCE),
            (
                "the difference quotient",
                numerical,
                DIFFERENCE_TOLERANCE + 10 * (error or 0.0) / (scale or 1.0),
            ),
        )
        if value is not None and not abs(value - reverse) <= tolerance * (scale or 1.0)
    ]
    if formula is None:
        return found._replace(ok=False, note="the formula has no value here")
    missing = "no difference quotient here" if numerical is None else "agree"
    return found._replace(ok=not wrong, note=f"{' and '.join(wrong)} differ" if wrong else missing)


def verify_at_kink(verified: VerifiedDerivative) -> VerifiedDerivative:
    """At a kink the value is a convention: it has to lie between the slopes on both sides."""
    assert verified.slopes is not None
    left, right = verified.slopes
    if left is None or right is None:
        return verified._replace(note="a jump, or no value on one side: a convention")
    room = RULE_TOLERANCE * max(abs(left), abs(right))
    between = min(left, right) - room <= verified.reverse <= max(left, right) + room
    return verified._replace(
        ok=between, note=f"kink: {'' if between else 'not '}between the slopes on both sides"
    )


def evaluate_derivative_formula(result: Result, name: str) -> float | None:
    """The printed formula of the derivative, read and evaluated at the point."""
    try:
        formula = parse(
            derivatives(result.expression, [name]).written().join_definitions(name), result.at
        )
        at = {variable: result.at[variable] for variable in formula.variables}
        return float(run_forward_pass(formula, at)[formula.output])
    except GraddiffError:
        return None


def evaluate_moved_output(result: Result, name: str, x: float) -> float | None:
    """The output with one variable moved; None where it has no value."""
    try:
        return float(
            run_forward_pass(result.expression, {**result.at, name: x})[result.expression.output]
        )
    except GraddiffError:
        return None


def compute_difference_quotient(
    function: Callable[[float], float | None], x: float, largest: float = 0.0
) -> tuple[float | None, float | None]:
    """A derivative from values alone, and an estimate of its error: the best of several first steps. `largest` is the
    largest number on the way to a value, which says how much that is rounded."""
    found = [
        extrapolate_differences(function, x, (abs(x) or 1.0) * 10.0**-power, largest)
        for power in range(1, 9)
    ]
    known = [
        pair for pair in found if pair is not None and pair[1] <= 0.01 * max(1.0, abs(pair[0]))
    ]
    return min(known, key=lambda pair: pair[1]) if known else (None, None)


def extrapolate_differences(
    function: Callable[[float], float | None], x: float, step: float, largest: float
) -> tuple[float, float] | None:
    """Central differences with shorter and shorter steps, extrapolated to none (Ridders); None where the function has
    no value on one side."""
    best, error = math.nan, math.inf
    before: list[float] = []
    for i in range(EXTRAPOLATION_STEPS):
        above, below = function(x + step), function(x - step)
        if above is None or below is None:
            return None
        row = [(above - below) / ((x + step) - (x - step))]
        factor = STEP_SHRINKAGE * STEP_SHRINKAGE
        for j, earlier in enumerate(before):
            row.append((row[j] * factor - earlier) / (factor - 1))
            factor *= STEP_SHRINKAGE * STEP_SHRINKAGE
            rounding = sys.float_info.epsilon * max(abs(above), abs(below), largest) / step
            estimate = max(abs(row[-1] - row[-2]), abs(row[-1] - earlier), rounding)
            if estimate <= error:
                best, error = row[-1], estimate
        if i and abs(row[-1] - before[-1]) >= 2 * error:
            break
        before, step = row, step / STEP_SHRINKAGE
    return best, error
