"""The natural scale of a quantity: how large the numbers are whose sum it is.

A derivative is a sum over paths, and may be small, or 0, because large contributions cancel; how exactly it can be
known, and what counts as 0, depends on the size of the contributions, which only the graph knows."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

from graddiff.arithmetic import CONSTANTS, FLOATS, Function, Kind
from graddiff.evaluator import evaluate
from graddiff.expression import Expression
from graddiff.reverse import Graph, differentiate_backwards

OFF = 1e-9  # by which numbers are shaken, relative
RUNS = 3
# What is never rounded, and must stay equal to what it is equal to.
UNSHAKEN = [
    "neg",
    "abs",
    "min",
    "max",
    "clamp",
    "where",
    "sign",
    "floor",
    "ceil",
    "round",
    "mod",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
]


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
    """The sum of the absolute contributions of the paths from a line, and how much the derivative changes with what is
    rounded on the way to it, as if that were rounded to nothing: sin(pi) is 0 as 3.14 can be."""
    graph = differentiate_backwards(expression, evaluate(expression, at), {line})
    adjoint = graph.adjoints[line]
    return absolute(graph)[line] + (0.0 if adjoint is None else sensitivity(expression, at, line, adjoint))


def sensitivity(expression: Expression, at: Mapping[str, float], line: int, adjoint: float) -> float:
    """How much a line's adjoint changes if each number on the way changes by about its own size.

    Source: J. Vignes, A stochastic arithmetic for reliable scientific computation, Mathematics and Computers in
    Simulation 35 (1993), pages 233 to 261."""
    largest = 0.0
    for run in range(RUNS):
        SHAKEN.start(run)
        point = {name: SHAKEN.off(value) for name, value in at.items()}
        values = evaluate(expression, point, SHAKEN)
        found = differentiate_backwards(expression, values, {line}, SHAKEN).adjoints[line]
        change = math.inf if found is None or found != found else abs(found - adjoint)
        largest = max(largest, change / OFF)
    return largest


class Shaken(Kind):
    """Floats whose results are off by about OFF, relative, in the same way in each run of the same number."""

    def __init__(self) -> None:
        natives = {name: f if name in UNSHAKEN else self._shaken(f) for name, f in FLOATS.natives.items()}
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
