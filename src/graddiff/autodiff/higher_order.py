"""Derivatives beyond the gradient, as numbers: the Hessian, along a direction, of several outputs, of higher order."""

from __future__ import annotations

import math
from collections.abc import Mapping

from graddiff.autodiff.forward_pass import evaluate
from graddiff.autodiff.result import Result
from graddiff.autodiff.reverse_pass import differentiate_backwards
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.language.suggestions import did_you_mean
from graddiff.notation.labels import Labels
from graddiff.numbers.dual import Dual, Duals
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Kind, Number
from graddiff.numbers.taylor import Series, SeriesKind

Vector = dict[str, Number]


def curvature(result: Result, direction: Mapping[str, Number]) -> tuple[Number, Vector]:
    """The slope along a direction, and the Hessian times it, by name; by a reverse pass over a forward one."""
    expression, kind = result.expression, result.graph.kind
    duals = Duals(kind)
    at = {name: Dual(value, direction.get(name)) for name, value in result.at.items()}
    values = evaluate(expression, at, duals)
    lines = {line for line in result.requested.values() if line is not None}
    adjoints = differentiate_backwards(expression, values, lines, duals).adjoints
    product = {
        name: tangent_of(None if line is None else adjoints[line], kind)
        for name, line in result.requested.items()
    }
    return tangent_of(values[expression.output], kind), product


def tangent_of(dual: Dual | None, kind: Kind) -> Number:
    return kind.number("0") if dual is None or dual.tangent is None else dual.tangent


def hessian(result: Result) -> dict[str, Vector]:
    """Second derivatives: name -> name -> number, not a number where there is none."""
    one = result.graph.kind.number("1")
    rows = {name: curvature(result, {name: one})[1] for name in result.requested}
    return {name: {other: rows[other][name] for other in rows} for name in rows}


def outputs(expression: Expression) -> list[Expression]:
    """The expression with each of its outputs in turn: what no later statement uses."""
    used = {operand for operands in expression.operands for operand in operands}
    plain = {*expression.statements} - {*expression.definitions.values()}
    lines = [line for line in expression.statements if line in plain or line not in used]
    labels = Labels(expression)
    return [
        expression._replace(output=line, output_name=expression.names.get(line, labels[line]))
        for line in dict.fromkeys(lines)
    ]


def derivatives_of_order(
    expression: Expression, at: Mapping[str, Number], name: str, order: int, kind: Kind = FLOATS
) -> list[tuple[Number, Number]]:
    """(Taylor coefficient, derivative) for the orders from 0 on, as far as they exist."""
    coefficients = taylor(expression, at, name, order, kind)
    return [
        (coefficient, coefficient * math.factorial(k)) for k, coefficient in enumerate(coefficients)
    ]


def only_variable(expression: Expression, wrt: tuple[str, ...] | None) -> str:
    """The one variable that --order is about. Raises UsageError for none or several."""
    names = [*expression.variables] if wrt is None else [*wrt]
    if len(names) == 1 and names[0] in expression.variables:
        return names[0]
    if len(names) > 1:
        told = f"--order is about one variable, not {', '.join(names[:4])}"
        raise UsageError(told, hint=f"--wrt {names[0]} says which")
    told = f"{names[0]} is none" if names else "there is none"
    raise UsageError(f"--order is about a variable, and {told}", hint="--wrt x says which")


def check_direction(expression: Expression, direction: Mapping[str, Number]) -> None:
    """Raises UsageError for a name that is no variable."""
    for name in direction:
        if name not in expression.variables:
            known = f"its variables are {', '.join([*expression.variables][:8])}"
            hint = did_you_mean(name, expression.variables) or known
            raise UsageError(f"{name} in --along is no variable of the expression", hint=hint)


def taylor(
    expression: Expression, at: Mapping[str, Number], name: str, order: int, kind: Kind = FLOATS
) -> list[Number]:
    """The coefficients 0 to `order` of the output's Taylor series in one variable around a point; fewer where the next
    one does not exist. Raises PointError where there is no value."""
    series = SeriesKind(kind)
    start = {other: series.constant(value) for other, value in at.items()} | {
        name: series.variable(at[name])
    }
    values = evaluate(expression, start, series)
    found: list[Number] = []
    for k in range(order + 1):
        try:
            for value in values:  # in this order no step waits for a long chain of others
                if isinstance(value, Series):
                    value[k]
            found.append(values[expression.output][k])
        except (ArithmeticError, ValueError):
            break
        if not kind.finite(found[-1]):
            return found[:-1]
    return found
