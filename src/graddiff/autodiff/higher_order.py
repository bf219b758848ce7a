"""Derivatives beyond the gradient, as numbers: the Hessian, along a direction, of several outputs, of higher order."""

from __future__ import annotations

import math
from collections.abc import Mapping

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.result import Result
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.language.suggestions import suggest_name
from graddiff.notation.labels import Labels
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.dual import Dual, DualArithmetic
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.taylor import TaylorArithmetic, TaylorSeries

VectorByName = dict[str, Number]


def compute_hessian_product(
    result: Result, direction: Mapping[str, Number]
) -> tuple[Number, VectorByName]:
    """The slope along a direction, and the Hessian times it, by name; by a reverse pass over a forward one."""
    expression, kind = result.expression, result.graph.arithmetic
    duals = DualArithmetic(kind)
    at = {name: Dual(value, direction.get(name)) for name, value in result.at.items()}
    values = run_forward_pass(expression, at, duals)
    lines = {line for line in result.requested.values() if line is not None}
    adjoints = run_reverse_pass(expression, values, lines, duals).adjoints
    product = {
        name: get_tangent_or_zero(None if line is None else adjoints[line], kind)
        for name, line in result.requested.items()
    }
    return get_tangent_or_zero(values[expression.output], kind), product


def get_tangent_or_zero(dual: Dual | None, arithmetic: Arithmetic) -> Number:
    return arithmetic.read_literal("0") if dual is None or dual.tangent is None else dual.tangent


def compute_hessian(result: Result) -> dict[str, VectorByName]:
    """Second derivatives: name -> name -> number, not a number where there is none."""
    one = result.graph.arithmetic.read_literal("1")
    rows = {name: compute_hessian_product(result, {name: one})[1] for name in result.requested}
    return {name: {other: rows[other][name] for other in rows} for name in rows}


def split_outputs(expression: Expression) -> list[Expression]:
    """The expression with each of its outputs in turn: what no later statement uses."""
    used = {operand for operands in expression.operands for operand in operands}
    plain = {*expression.statements} - {*expression.definitions.values()}
    lines = [line for line in expression.statements if line in plain or line not in used]
    labels = Labels(expression)
    return [
        expression._replace(output=line, output_name=expression.names.get(line, labels[line]))
        for line in dict.fromkeys(lines)
    ]


def compute_higher_derivatives(
    expression: Expression,
    at: Mapping[str, Number],
    name: str,
    order: int,
    arithmetic: Arithmetic = FLOATS,
) -> list[tuple[Number, Number]]:
    """(Taylor coefficient, derivative) for the orders from 0 on, as far as they exist."""
    coefficients = compute_taylor_coefficients(expression, at, name, order, arithmetic)
    return [
        (coefficient, coefficient * math.factorial(k)) for k, coefficient in enumerate(coefficients)
    ]


def require_only_variable(expression: Expression, wrt: tuple[str, ...] | None) -> str:
    """The one variable that --order is about. Raises UsageError for none or several."""
    names = [*expression.variables] if wrt is None else [*wrt]
    if len(names) == 1 and names[0] in expression.variables:
        return names[0]
    if len(names) > 1:
        told = f"--order is about one variable, not {', '.join(names[:4])}"
        raise UsageError(told, hint=f"--wrt {names[0]} says which")
    told = f"{names[0]} is none" if names else "there is none"
    raise UsageError(f"--order is about a variable, and {told}", hint="--wrt x says which")


def validate_direction(expression: Expression, direction: Mapping[str, Number]) -> None:
    """Raises UsageError for a name that is no variable."""
    for name in direction:
        if name not in expression.variables:
            known = f"its variables are {', '.join([*expression.variables][:8])}"
            hint = suggest_name(name, expression.variables) or known
            raise UsageError(f"{name} in --along is no variable of the expression", hint=hint)


def compute_taylor_coefficients(
    expression: Expression,
    at: Mapping[str, Number],
    name: str,
    order: int,
    arithmetic: Arithmetic = FLOATS,
) -> list[Number]:
    """The coefficients 0 to `order` of the output's Taylor series in one variable around a point; fewer where the next
    one does not exist. Raises PointError where there is no value."""
    series = TaylorArithmetic(arithmetic)
    start = {other: series.make_constant(value) for other, value in at.items()} | {
        name: series.make_variable(at[name])
    }
    values = run_forward_pass(expression, start, series)
    found: list[Number] = []
    for k in range(order + 1):
        try:
            for value in values:  # in this order no step waits for a long chain of others
                if isinstance(value, TaylorSeries):
                    value[k]
            found.append(values[expression.output][k])
        except (ArithmeticError, ValueError):
            break
        if not arithmetic.is_finite(found[-1]):
            return found[:-1]
    return found
