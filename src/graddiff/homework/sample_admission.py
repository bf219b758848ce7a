"""Decides which points may serve as samples: those at which a comparison means something.

A point is admissible if the expression has a value and a derivative there, no convention decides
the derivative, and neither rounding nor underflow does."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from graddiff.autodiff.result import Result, differentiate
from graddiff.autodiff.reverse_pass import Graph
from graddiff.errors import (
    INDETERMINATE,
    JUMP,
    KINK,
    OVERFLOW,
    POLE,
    SMOOTH,
    UNDEFINED,
    VERTICAL_TANGENT,
)
from graddiff.homework.conditioning import compute_adjoint_scale
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import NoValue
from graddiff.operations.table import POW

MAX_CONDITION = 1e4  # the natural scale over the derivative; beyond it, rounding matters
ZERO_RATIO = 1e-14  # a derivative smaller than this share of its scale is 0, but for rounding
MAX_SIZE = 1e100  # a larger derivative or scale is too near to the end of the floats
SMALLEST_PRECISE = 1e-290  # smaller floats lose digits

# Operations whose results may underflow to 0.
VANISHING_OPERATIONS = (
    *("exp", "pow", "mul", "div"),
    *("sech", "csch", "erfc", "sigmoid", "softplus", "silu", "gelu"),
)
# Kinds of notices at which a convention decides the value or the derivative.
CONVENTION_KINDS = (
    KINK.name,
    JUMP.name,
    SMOOTH.name,
    POLE.name,
    VERTICAL_TANGENT.name,
    UNDEFINED.name,
    INDETERMINATE.name,
    OVERFLOW.name,
)


class SamplePoint(NamedTuple):
    """A point, the derivative there and its natural scale.

    `values` are those of all names that an answer may contain, definitions included."""

    at: Mapping[str, Fraction]
    values: Mapping[str, float]
    derivative: float
    scale: float


def evaluate_candidate(
    expression: Expression, name: str, at: Mapping[str, Fraction]
) -> tuple[Result, SamplePoint | None]:
    """Returns the result at a point and its sample for the derivative by `name`, None if the point
    is not admissible. Raises PointError if the expression has no value there."""
    point = {variable: float(value) for variable, value in at.items()}
    result = differentiate(expression, point, [name])
    derivative = float(result.gradient[name])
    if not has_meaningful_values(result) or not 0 <= abs(derivative) < MAX_SIZE:
        return result, None
    scale = compute_adjoint_scale(expression, point, expression.lines_by_name[name])
    if not scale < MAX_SIZE or is_dominated_by_rounding(derivative, scale):
        return result, None
    return result, SamplePoint(at, collect_named_values(result), derivative, scale)


def has_meaningful_values(result: Result) -> bool:
    """Whether neither underflow, nor chance, nor a convention decides a value of the graph."""
    for line in range(result.expression.size):
        if is_vanishing(result.graph, line) or has_chance_value(result.graph, line):
            return False
    return all(notice.kind not in CONVENTION_KINDS for notice in result.notices)


def is_dominated_by_rounding(derivative: float, scale: float) -> bool:
    """Whether so much cancels in a derivative that rounding spoils it, though it is not 0."""
    is_zero = abs(derivative) <= ZERO_RATIO * scale
    return MAX_CONDITION * abs(derivative) < scale and not is_zero


def collect_named_values(result: Result) -> dict[str, float]:
    """Returns the values of all names that are numbers: some definitions have none."""
    values = {}
    for name, line in result.expression.lines_by_name.items():
        value = result.graph.values[line]
        if not isinstance(value, NoValue | bool):
            values[name] = float(value)
    return values


def is_vanishing(graph: Graph, line: int) -> bool:
    """Whether a line is 0, or nearly, only because floats end there."""
    value = graph.values[line]
    if isinstance(value, NoValue):
        return False
    if graph.expression.operations[line].name not in VANISHING_OPERATIONS:
        return False
    operands = graph.expression.operands[line]
    return abs(value) < SMALLEST_PRECISE and all(graph.values[o] != 0 for o in operands)


def has_chance_value(graph: Graph, line: int) -> bool:
    """Whether a power of a negative number has a value only because its variable exponent is an
    integer at this point."""
    if graph.expression.operations[line] is not POW:
        return False
    base, exponent = graph.expression.operands[line]
    variables = {*graph.expression.variables.values()}
    varies = graph.expression.find_dependent_lines(variables)[exponent]
    return bool(varies) and not isinstance(graph.values[base], NoValue) and graph.values[base] < 0
