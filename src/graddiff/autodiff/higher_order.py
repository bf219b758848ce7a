"""Derivatives beyond the gradient, as numbers.

* the Hessian, and its product with a direction: a reverse pass on duals;
* derivatives of any order by one variable: a forward pass on Taylor series;
* several outputs: the expression once for each of them.

Source: Griewank & Walther, Evaluating Derivatives, sections 5.1 (second-order adjoints) and 13.2
(Taylor series)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.result import Result, list_variables
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.language.suggestions import suggest_name
from graddiff.notation.labels import Labels
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.dual import Dual, DualArithmetic
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.taylor import TaylorArithmetic, TaylorSeries

VectorByName = dict[str, Number]  # the name of a variable or a definition -> its component


def compute_hessian_product(
    result: Result, direction: Mapping[str, Number]
) -> tuple[Number, VectorByName]:
    """Returns the slope along a direction, and the Hessian times the direction.

    The reverse pass runs on duals whose tangents are the direction: the tangent of an adjoint is
    the derivative of that adjoint along the direction."""
    expression, arithmetic = result.expression, result.graph.arithmetic
    duals = DualArithmetic(arithmetic)
    at = {name: Dual(value, direction.get(name)) for name, value in result.at.items()}
    values = run_forward_pass(expression, at, duals)
    lines = {line for line in result.requested.values() if line is not None}
    adjoints = run_reverse_pass(expression, values, lines, duals).adjoints
    product = {
        name: get_tangent_or_zero(None if line is None else adjoints[line], arithmetic)
        for name, line in result.requested.items()
    }
    return get_tangent_or_zero(values[expression.output], arithmetic), product


def get_tangent_or_zero(dual: Dual | None, arithmetic: Arithmetic) -> Number:
    """Returns the tangent of a dual, 0 where nothing flows."""
    if dual is None or dual.tangent is None:
        return arithmetic.read_literal("0")
    return dual.tangent


def compute_hessian(result: Result) -> dict[str, VectorByName]:
    """Returns the second derivatives by name and name, nan where one does not exist."""
    one = result.graph.arithmetic.read_literal("1")
    columns = {name: compute_hessian_product(result, {name: one})[1] for name in result.requested}
    return {
        name: {column: columns[column][name] for column in columns} for name in result.requested
    }


def split_outputs(expression: Expression) -> list[Expression]:
    """Returns the expression once for each of its outputs: a statement that defines nothing, or
    whose definition no later line uses."""
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
    """Returns (Taylor coefficient, derivative) for the orders from 0 on, as far as they exist: the
    derivative of order k is the coefficient times k!."""
    coefficients = compute_taylor_coefficients(expression, at, name, order, arithmetic)
    return [
        (coefficient, coefficient * math.factorial(k)) for k, coefficient in enumerate(coefficients)
    ]


def require_only_variable(expression: Expression, wrt: tuple[str, ...] | None) -> str:
    """Returns the one variable that --order is about. Raises UsageError for none or several."""
    names = [*expression.variables] if wrt is None else [*wrt]
    if len(names) == 1 and names[0] in expression.variables:
        return names[0]
    if len(names) > 1:
        message = f"--order is about one variable, not {', '.join(names[:4])}"
        raise UsageError(message, hint=f"--wrt {names[0]} says which")
    problem = f"{names[0]} is none" if names else "there is none"
    raise UsageError(f"--order is about a variable, and {problem}", hint="--wrt x says which")


def validate_direction(expression: Expression, direction: Mapping[str, Number]) -> None:
    """Raises UsageError for a name in --along that is no variable."""
    for name in direction:
        if name not in expression.variables:
            hint = suggest_name(name, expression.variables) or list_variables(expression)
            raise UsageError(f"{name} in --along is no variable of the expression", hint=hint)


def compute_taylor_coefficients(
    expression: Expression,
    at: Mapping[str, Number],
    name: str,
    order: int,
    arithmetic: Arithmetic = FLOATS,
) -> list[Number]:
    """Returns the coefficients 0 to `order` of the output's Taylor series in one variable around a
    point; fewer if the next one does not exist. Raises PointError if the output has no value."""
    series = TaylorArithmetic(arithmetic)
    start = {variable: series.make_constant(value) for variable, value in at.items()}
    start[name] = series.make_variable(at[name])
    values = run_forward_pass(expression, start, series)
    coefficients: list[Number] = []
    for k in range(order + 1):
        try:
            # A series computes a coefficient when it is asked for, from those of its operands.
            # Asking all lines in order keeps this from recursing through a long chain of lines.
            for value in values:
                if isinstance(value, TaylorSeries):
                    value[k]
            coefficient = values[expression.output][k]
        except (ArithmeticError, ValueError):
            break
        if not arithmetic.is_finite(coefficient):
            break
        coefficients.append(coefficient)
    return coefficients
