"""`--verify`: each derivative beside three others that were computed in other ways.

The reverse pass is compared with

* forward mode, which uses the same rules in the other order;
* the formula of the derivative, which is simplified, printed, read and evaluated at the point;
* an extrapolated difference quotient, which knows nothing of the rules.

At a kink the derivative is a convention, and has to lie between the slopes on both sides."""

import math
from typing import NamedTuple

from graddiff.algebra.derivatives import derivatives
from graddiff.autodiff.forward_mode import compute_directional_derivative
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.one_sided import SlopePair, compute_one_sided_slopes
from graddiff.autodiff.result import Result
from graddiff.checks.difference_quotient import compute_difference_quotient
from graddiff.errors import JUMP, KINK, SMOOTH, GraddiffError
from graddiff.language.parser import parse

# Relative tolerance between two ways that use the same rules.
RULE_TOLERANCE = 1e-9
# Relative tolerance of the difference quotient, to which ten times its estimated error is added.
DIFFERENCE_TOLERANCE = 1e-6
ERROR_FACTOR = 10


class VerifiedDerivative(NamedTuple):
    """One derivative, computed in four ways; None where a way has no result.

    error: of the difference quotient, by its own estimate.
    slopes: on the left and on the right of the point, where they matter, else None.
    ok, note: the verdict, and the reason for it."""

    name: str
    reverse: float
    forward: float | None
    formula: float | None
    numerical: float | None
    error: float | None
    slopes: SlopePair | None
    ok: bool
    note: str


def verify_gradient(result: Result) -> list[VerifiedDerivative]:
    """Verifies the derivative by each variable of the gradient."""
    variables = [name for name in result.requested if name in result.expression.variables]
    return [verify_derivative(result, name) for name in variables]


def verify_derivative(result: Result, name: str) -> VerifiedDerivative:
    """Computes one derivative in four ways and compares them."""
    forward = compute_directional_derivative(result.expression, result.at, {name: 1.0})
    numerical, error = compute_numerical_derivative(result, name)
    derivative = VerifiedDerivative(
        name=name,
        reverse=result.gradient[name],
        forward=forward,
        formula=evaluate_derivative_formula(result, name),
        numerical=numerical,
        error=error,
        slopes=None,
        ok=True,
        note="",
    )
    slopes = compute_output_slopes(result, name)
    if has_convention_notice(result) and slopes != (derivative.reverse, derivative.reverse):
        return verify_at_kink(derivative._replace(slopes=slopes))
    if not math.isfinite(derivative.reverse):
        return verify_nonfinite(derivative._replace(slopes=slopes))
    return verify_agreement(derivative, compute_scale(result, name))


def evaluate_derivative_formula(result: Result, name: str) -> float | None:
    """Returns the value of the printed formula of the derivative at the point, None where the
    formula has no value."""
    try:
        text = derivatives(result.expression, [name]).written().join_definitions(name)
        formula = parse(text, result.at)
        at = {variable: result.at[variable] for variable in formula.variables}
        return float(run_forward_pass(formula, at)[formula.output])
    except GraddiffError:
        return None


def compute_numerical_derivative(result: Result, name: str) -> tuple[float | None, float | None]:
    """Returns the difference quotient and the estimate of its error, None where there is none."""
    values = [value for value in result.graph.values if isinstance(value, float)]
    largest = max(abs(value) for value in values)

    def evaluate_moved_output(x: float) -> float | None:
        at = {**result.at, name: x}
        try:
            return float(run_forward_pass(result.expression, at)[result.expression.output])
        except GraddiffError:
            return None

    return compute_difference_quotient(evaluate_moved_output, result.at[name], largest)


def compute_output_slopes(result: Result, name: str) -> SlopePair:
    """Returns the slopes of the output on the left and on the right of the point."""
    expression = result.expression
    line = expression.variables[name]
    return compute_one_sided_slopes(expression, result.graph.values, line)[expression.output]


def compute_scale(result: Result, name: str) -> float:
    """Returns the number that differences are relative to: the derivative, or the sum of its
    contributions, which is larger where these cancel."""
    line = result.expression.variables[name]
    contributions = [abs(edge.contribution) for edge in result.graph.edges() if edge.source == line]
    return max(abs(result.gradient[name]), sum(contributions)) or 1.0


def has_convention_notice(result: Result) -> bool:
    """Whether some derivative at this point is a matter of convention."""
    kinds = {notice.kind for notice in result.notices}
    return not kinds.isdisjoint({KINK.name, JUMP.name, SMOOTH.name})


def verify_at_kink(derivative: VerifiedDerivative) -> VerifiedDerivative:
    """At a kink the value is a convention: it has to lie between the slopes on both sides."""
    assert derivative.slopes is not None
    left, right = derivative.slopes
    if left is None or right is None:
        return derivative._replace(note="a jump, or no value on one side: a convention")
    margin = RULE_TOLERANCE * max(abs(left), abs(right))
    low, high = min(left, right) - margin, max(left, right) + margin
    is_between = low <= derivative.reverse <= high
    position = "between" if is_between else "not between"
    return derivative._replace(ok=is_between, note=f"kink: {position} the slopes on both sides")


def verify_nonfinite(derivative: VerifiedDerivative) -> VerifiedDerivative:
    """A derivative that is not finite cannot be compared, only explained."""
    assert derivative.slopes is not None
    if derivative.reverse in derivative.slopes:
        return derivative._replace(note="infinite, as on the side where there is a slope")
    return derivative._replace(note="undefined")


def verify_agreement(derivative: VerifiedDerivative, scale: float) -> VerifiedDerivative:
    """Compares the three other ways with the reverse pass; differences are relative to `scale`."""
    if derivative.formula is None:
        return derivative._replace(ok=False, note="the formula has no value here")
    difference_tolerance = DIFFERENCE_TOLERANCE + ERROR_FACTOR * (derivative.error or 0.0) / scale
    ways = (
        ("forward mode", derivative.forward, RULE_TOLERANCE),
        ("the formula", derivative.formula, RULE_TOLERANCE),
        ("the difference quotient", derivative.numerical, difference_tolerance),
    )
    differing = [
        way
        for way, value, tolerance in ways
        # written so that nan counts as a difference
        if value is not None and not abs(value - derivative.reverse) <= tolerance * scale
    ]
    if differing:
        return derivative._replace(ok=False, note=f"{' and '.join(differing)} differ")
    if derivative.numerical is None:
        return derivative._replace(note="no difference quotient here")
    return derivative._replace(note="agree")
