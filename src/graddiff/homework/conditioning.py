"""The natural scale of a quantity: how large the numbers are whose sum it is.

A derivative is a sum over paths, and may be small, or 0, because large contributions cancel; how exactly it can be
known, and what counts as 0, depends on the size of the contributions, which only the graph knows."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping
from contextlib import suppress

from graddiff.autodiff.forward_pass import evaluate
from graddiff.autodiff.reverse_pass import Graph, differentiate_backwards
from graddiff.errors import PointError
from graddiff.language.expression import Expression
from graddiff.numbers.floats import CONSTANTS, FLOATS
from graddiff.numbers.kind import Function, Kind, NoValue
from graddiff.operations.table import WHERE

OFF = 1e-9  # by which numbers are shaken, relative
RUNS = 3
STEPS = ("sign", "step", "floor", "ceil", "round")
PIECEWISE = ("where", "abs", "relu", "leaky_relu", "min", "max", "clamp", *STEPS)
UNSHAKEN = (*PIECEWISE, "neg", "mod", "lt", "le", "gt", "ge", "eq", "ne")  # what is never rounded


def absolute(graph: Graph) -> list[float]:
    """For each line the sum over all paths to the output of the absolute products of the partials, as far as they are
    finite."""
    found = [0.0] * graph.expression.size
    found[graph.expression.output] = 1.0
    for target in range(graph.expression.output, -1, -1):
        if found[target]:
            for slot, partial in enumerate(graph.partials[target]):
                if partial is not None and math.isfinite(partial):
                    found[graph.expression.operands[target][slot]] += found[target] * abs(partial)
    return found


def scale_of_value(
    expression: Expression, at: Mapping[str, float], line: int, kind: Kind = FLOATS
) -> float:
    """The largest absolute contribution of a line to the value of another: what is rounded there is seen here."""
    part = expression._replace(output=line)
    values = evaluate(part, at, kind)
    graph = differentiate_backwards(part, values, {*range(line + 1)}, kind)
    return max(
        (
            weight * abs(value)
            for weight, value in zip(absolute(graph), values)
            if weight and isinstance(value, float)
        ),
        default=0.0,
    )


def scale_of_adjoint(
    expression: Expression, at: Mapping[str, float], line: int, rounded: Collection[str] = ()
) -> float:
    """The sum of the absolute contributions of the paths from a line, and how much the derivative changes with what is
    rounded on the way to it, as if that were rounded to nothing: sin(pi) is 0 as 3.14 can be. `rounded` are the names
    whose values are themselves rounded."""
    graph = differentiate_backwards(expression, evaluate(expression, at), {line})
    return absolute(graph)[line] + sensitivity(graph, at, line, rounded)


def sensitivity(
    graph: Graph, at: Mapping[str, float], line: int, rounded: Collection[str]
) -> float:
    """How much a line's adjoint changes if each rounded number on the way changes by about its own size, while all
    choices stay as they are.

    Source: J. Vignes, A stochastic arithmetic for reliable scientific computation, Mathematics and Computers in
    Simulation 35 (1993), pages 233 to 261."""
    adjoint, expression = graph.adjoints[line], graph.expression
    if adjoint is None:
        return 0.0
    largest = 0.0
    for run in range(RUNS):
        SHAKEN.start(run)
        point = {
            name: SHAKEN.off(value) if name in rounded else value for name, value in at.items()
        }
        with suppress(PointError):
            shaken = differentiate_backwards(
                expression, evaluate(expression, point, SHAKEN), {line}, SHAKEN
            )
            found = shaken.adjoints[line]
            if (
                found is not None
                and math.isfinite(found - adjoint)
                and branches(shaken) == branches(graph)
            ):
                largest = max(largest, abs(found - adjoint) / OFF)
    return largest


def branches(graph: Graph) -> list[object]:
    """Which of its pieces each operation is on that has several."""
    lines = enumerate(graph.expression.operations)
    return [branch(graph, line) for line, operation in lines if operation.name in PIECEWISE]


def branch(graph: Graph, line: int) -> object:
    """Of a `where` the branch that is taken, of a step the value, of others which of their operands they are, and the
    sign of the first."""
    operation, value = graph.expression.operations[line], graph.values[line]
    operands = [graph.values[operand] for operand in graph.expression.operands[line]]
    if isinstance(operands[0], NoValue) or isinstance(value, NoValue):
        return None
    if operation is WHERE:
        return bool(operands[0])
    if operation.name in STEPS:
        return value
    if any(isinstance(operand, NoValue | bool) for operand in operands):
        return None
    return tuple(operand == value for operand in operands), operands[0] > 0


class Shaken(Kind):
    """Floats whose results are off by about OFF, relative, in the same way in each run of the same number."""

    def __init__(self) -> None:
        natives = {
            name: f if name in UNSHAKEN else self._shaken(f) for name, f in FLOATS.natives.items()
        }
        super().__init__(self._number, natives, FLOATS.finite, FLOATS.limit)
        self.start(0)

    def start(self, run: int) -> None:
        self._draw = random.Random(run).random

    def off(self, value: float) -> float:
        return value * (1 + OFF * (2 * self._draw() - 1))

    def _number(self, text: str) -> float:
        value = float(FLOATS.number(text))
        return self.off(value) if text in CONSTANTS else value

    def _shaken(self, function: Function) -> Function:
        return lambda *operands: self.off(function(*operands))


SHAKEN = Shaken()
