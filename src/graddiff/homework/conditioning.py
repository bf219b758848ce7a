"""The natural scale of a quantity: the size of the numbers whose sum it is.

A derivative is a sum over paths. It may be small, or 0, because large contributions cancel. How
exactly floats can give it, and which of them count as 0, depends on the size of the contributions:
sin(pi) is 1.2e-16 in floats, and 0 on the scale of pi."""

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

PERTURBATION = 1e-9  # the largest relative change of a number in a perturbed run
PERTURBED_RUNS = 3
STEP_FUNCTIONS = ("sign", "step", "floor", "ceil", "round")
PIECEWISE = ("where", "abs", "relu", "leaky_relu", "min", "max", "clamp", *STEP_FUNCTIONS)
# Operations whose results are exact in floats.
NEVER_ROUNDED = (*PIECEWISE, "neg", "mod", "lt", "le", "gt", "ge", "eq", "ne")


def sum_absolute_paths(graph: Graph) -> list[float]:
    """Returns for each line the sum, over all paths to the output, of the absolute products of the
    local partials. Partials that are not finite are left out."""
    expression = graph.expression
    weights = [0.0] * expression.size
    weights[expression.output] = 1.0
    # A reverse pass with the absolute value of each local partial.
    for target in range(expression.output, -1, -1):
        if weights[target]:
            operands = expression.operands[target]
            for slot, partial in enumerate(graph.partials[target]):
                if partial is not None and math.isfinite(partial):
                    weights[operands[slot]] += weights[target] * abs(partial)
    return weights


def compute_value_scale(
    expression: Expression, at: Mapping[str, float], line: int, arithmetic: Arithmetic = FLOATS
) -> float:
    """Returns the scale of a line's value: the largest absolute contribution of any line to it.

    Raises PointError where the line has no value."""
    part = expression._replace(output=line)
    values = run_forward_pass(part, at, arithmetic)
    graph = run_reverse_pass(part, values, {*range(line + 1)}, arithmetic)
    contributions = [
        weight * abs(value)
        for weight, value in zip(sum_absolute_paths(graph), values)
        if weight and isinstance(value, float)
    ]
    return max(contributions, default=0.0)


def compute_adjoint_scale(
    expression: Expression, at: Mapping[str, float], line: int, rounded: Collection[str] = ()
) -> float:
    """Returns the scale of the adjoint of a line: the sum of the absolute contributions of all
    paths, and how much rounding on the way can change it.

    `rounded` are the variables whose own values are rounded, such as pi/3. Raises PointError where
    the expression has no value."""
    graph = run_reverse_pass(expression, run_forward_pass(expression, at), {line})
    return sum_absolute_paths(graph)[line] + estimate_sensitivity(graph, at, line, rounded)


def estimate_sensitivity(
    graph: Graph, at: Mapping[str, float], line: int, rounded: Collection[str]
) -> float:
    """Returns how much a line's adjoint changes per relative change of the rounded numbers.

    The pass is repeated with random perturbations of all numbers that are rounded; a run that
    takes another branch of a piecewise operation does not count. Source: J. Vignes, A stochastic
    arithmetic for reliable scientific computation, Mathematics and Computers in Simulation 35
    (1993), pages 233 to 261."""
    adjoint = graph.adjoints[line]
    if adjoint is None:
        return 0.0
    largest = 0.0
    for run in range(PERTURBED_RUNS):
        with suppress(PointError):  # a perturbed run may leave the domain
            perturbed = run_perturbed_passes(graph, at, line, rounded, run)
            perturbed_adjoint = perturbed.adjoints[line]
            if perturbed_adjoint is None or not math.isfinite(perturbed_adjoint - adjoint):
                continue
            if list_branches(perturbed) == list_branches(graph):
                largest = max(largest, abs(perturbed_adjoint - adjoint) / PERTURBATION)
    return largest


def run_perturbed_passes(
    graph: Graph, at: Mapping[str, float], line: int, rounded: Collection[str], run: int
) -> Graph:
    """Returns the graph whose rounded numbers are perturbed, in the same way in the same `run`."""
    PERTURBED_FLOATS.start_run(run)
    point = {
        name: PERTURBED_FLOATS.perturb(value) if name in rounded else value
        for name, value in at.items()
    }
    values = run_forward_pass(graph.expression, point, PERTURBED_FLOATS)
    return run_reverse_pass(graph.expression, values, {line}, PERTURBED_FLOATS)


def list_branches(graph: Graph) -> list[object]:
    """Returns the branch of each piecewise operation of the expression."""
    lines = enumerate(graph.expression.operations)
    return [find_branch(graph, line) for line, operation in lines if operation.name in PIECEWISE]


def find_branch(graph: Graph, line: int) -> object:
    """Returns what tells the branches of a piecewise operation apart: the condition of `where`, the
    value of a step function, and of others which operands are the value and the first one's sign.

    None where an operand has no value."""
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
    """Floats whose results are changed at random by up to PERTURBATION, relative.

    Runs with the same number change them in the same way."""

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
