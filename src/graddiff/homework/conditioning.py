"""The natural scale of a quantity: how large the numbers are whose sum it is.

A derivative is a sum over paths, and may be small, or 0, because large contributions cancel; how exactly it can be
known, and what counts as 0, depends on the size of the contributions, which only the graph knows."""

from __future__ import annotations

import math
import random
from collections.abc import Collection, Mapping
from contextlib import suppress

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.reverse_pass import Graph, run_reverse_pass
from graddiff.errors import PointError
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, NoValue, NumberFunction
from graddiff.numbers.floats import FLOAT_CONSTANTS, FLOATS, FloatArithmetic
from graddiff.operations.table import WHERE

PERTURBATION = 1e-9  # by which numbers are shaken, relative
PERTURBED_RUNS = 3
STEP_FUNCTIONS = ("sign", "step", "floor", "ceil", "round")
PIECEWISE = ("where", "abs", "relu", "leaky_relu", "min", "max", "clamp", *STEP_FUNCTIONS)
NEVER_ROUNDED = (
    *PIECEWISE,
    "neg",
    "mod",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
)  # what is never rounded


def sum_absolute_paths(graph: Graph) -> list[float]:
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


def compute_value_scale(
    expression: Expression, at: Mapping[str, float], line: int, kind: Arithmetic = FLOATS
) -> float:
    """The largest absolute contribution of a line to the value of another: what is rounded there is seen here."""
    part = expression._replace(output=line)
    values = run_forward_pass(part, at, kind)
    graph = run_reverse_pass(part, values, {*range(line + 1)}, kind)
    return max(
        (
            weight * abs(value)
            for weight, value in zip(sum_absolute_paths(graph), values)
            if weight and isinstance(value, float)
        ),
        default=0.0,
    )


def compute_adjoint_scale(
    expression: Expression, at: Mapping[str, float], line: int, rounded: Collection[str] = ()
) -> float:
    """The sum of the absolute contributions of the paths from a line, and how much the derivative changes with what is
    rounded on the way to it, as if that were rounded to nothing: sin(pi) is 0 as 3.14 can be. `rounded` are the names
    whose values are themselves rounded."""
    graph = run_reverse_pass(expression, run_forward_pass(expression, at), {line})
    return sum_absolute_paths(graph)[line] + estimate_sensitivity(graph, at, line, rounded)


def estimate_sensitivity(
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
    for run in range(PERTURBED_RUNS):
        PERTURBED_FLOATS.start_run(run)
        point = {
            name: PERTURBED_FLOATS.perturb(value) if name in rounded else value
            for name, value in at.items()
        }
        with suppress(PointError):
            shaken = run_reverse_pass(
                expression,
                run_forward_pass(expression, point, PERTURBED_FLOATS),
                {line},
                PERTURBED_FLOATS,
            )
            found = shaken.adjoints[line]
            if (
                found is not None
                and math.isfinite(found - adjoint)
                and list_branches(shaken) == list_branches(graph)
            ):
                largest = max(largest, abs(found - adjoint) / PERTURBATION)
    return largest


def list_branches(graph: Graph) -> list[object]:
    """Which of its pieces each operation is on that has several."""
    lines = enumerate(graph.expression.operations)
    return [find_branch(graph, line) for line, operation in lines if operation.name in PIECEWISE]


def find_branch(graph: Graph, line: int) -> object:
    """Of a `where` the branch that is taken, of a step the value, of others which of their operands they are, and the
    sign of the first."""
    operation, value = graph.expression.operations[line], graph.values[line]
    operands = [graph.values[operand] for operand in graph.expression.operands[line]]
    if isinstance(operands[0], NoValue) or isinstance(value, NoValue):
        return None
    if operation is WHERE:
        return bool(operands[0])
    if operation.name in STEP_FUNCTIONS:
        return value
    if any(isinstance(operand, NoValue | bool) for operand in operands):
        return None
    return tuple(operand == value for operand in operands), operands[0] > 0


class PerturbedFloats(FloatArithmetic):
    """Floats whose results are off by about OFF, relative, in the same way in each run of the same number."""

    def __init__(self) -> None:
        super().__init__()
        self.start_run(0)

    def read_literal(self, text: str) -> float:
        value = super().read_literal(text)
        return self.perturb(value) if text in FLOAT_CONSTANTS else value

    def make_natives(self) -> dict[str, NumberFunction]:
        return {
            name: function if name in NEVER_ROUNDED else self._perturb_function(function)
            for name, function in super().make_natives().items()
        }

    def start_run(self, run: int) -> None:
        self._draw = random.Random(run).random

    def perturb(self, value: float) -> float:
        return value * (1 + PERTURBATION * (2 * self._draw() - 1))

    def _perturb_function(self, function: NumberFunction) -> NumberFunction:
        return lambda *operands: self.perturb(function(*operands))


PERTURBED_FLOATS = PerturbedFloats()
