"""The natural scale of a quantity: how large the numbers are whose sum it is.

A derivative is a sum over paths, and may be small, or 0, because large contributions cancel; how exactly it can be
known, and what counts as 0, depends on the size of the contributions, which only the graph knows."""

from __future__ import annotations

from collections.abc import Mapping

from graddiff.arithmetic import CONSTANTS, FLOATS, Kind
from graddiff.evaluator import evaluate
from graddiff.expression import Expression
from graddiff.operations import VARIABLE
from graddiff.reverse import Graph, differentiate_backwards
from graddiff.tangent import Dual, Duals


def absolute(graph: Graph) -> list[float]:
    """For each line the sum over all paths to the output of the absolute products of the partials."""
    found = [0.0] * graph.expression.size
    found[graph.expression.output] = 1.0
    for target in range(graph.expression.output, -1, -1):
        if found[target]:
            for slot, partial in enumerate(graph.partials[target]):
                if partial is not None:
                    found[graph.expression.operands[target][slot]] += found[target] * abs(partial)
    return found


def scale_of_value(expression: Expression, at: Mapping[str, float], line: int, kind: Kind = FLOATS) -> float:
    """The largest absolute contribution of a line to the value of another: what is rounded there is seen here."""
    part = expression._replace(output=line)
    values = evaluate(part, at, kind)
    graph = differentiate_backwards(part, values, {*range(line + 1)}, kind)
    return max(
        (weight * abs(value) for weight, value in zip(absolute(graph), values) if weight and isinstance(value, float)),
        default=0.0,
    )


def scale_of_adjoint(expression: Expression, at: Mapping[str, float], line: int) -> float:
    """The sum of the absolute contributions of the paths from a line, and what it changes if the variables and the
    constants do, each by its own size: sin(pi) is 0 as 3.14 can be."""
    graph = differentiate_backwards(expression, evaluate(expression, at), {line})
    named, point = with_constants(expression, at)
    return absolute(graph)[line] + sum(abs(change(named, point, line, name) * point[name]) for name in named.variables)


def with_constants(expression: Expression, at: Mapping[str, float]) -> tuple[Expression, Mapping[str, float]]:
    """The expression with its constants as variables, and the point with their values."""
    lines = {f"{text} {line}": line for line, text in expression.literals.items() if text in CONSTANTS}
    if not lines:
        return expression, at
    places = {*lines.values()}
    named = expression._replace(
        operations=[VARIABLE if line in places else operation for line, operation in enumerate(expression.operations)],
        literals={line: text for line, text in expression.literals.items() if line not in places},
        variables={**expression.variables, **lines},
    )
    return named, {**at, **{name: CONSTANTS[name.partition(" ")[0]] for name in lines}}


def change(expression: Expression, at: Mapping[str, float], line: int, name: str) -> float:
    """The derivative of a line's adjoint by a variable. Raises PointError where the expression has no value."""
    duals = Duals()
    point = {variable: Dual(value, 1.0 if variable == name else None) for variable, value in at.items()}
    adjoint = differentiate_backwards(expression, evaluate(expression, point, duals), {line}, duals).adjoints[line]
    return 0.0 if adjoint is None or adjoint.tangent is None else float(adjoint.tangent)
