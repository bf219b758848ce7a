"""Forward mode beside reverse mode: the tangents of every line, and what each mode costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.result import Result
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.dual import Dual, DualArithmetic
from graddiff.numbers.floats import FLOATS

MAX_TANGENT_COLUMNS = 4  # variables whose tangents are shown side by side


class Tangents(NamedTuple):
    """The tangent of every line along each variable, None where nothing flows; the multiplications of a pass by each
    variable, and those of the one reverse pass."""

    by_variable: dict[str, list[Number | None]]
    forward_multiplications: dict[str, int]
    reverse_multiplications: int


def compute_tangents(result: Result, names: Iterable[str]) -> Tangents:
    """Runs a forward pass for each name. Raises UsageError for what is no variable."""
    found: dict[str, list[Number | None]] = {}
    costs: dict[str, int] = {}
    for name in names:
        if name not in result.expression.variables:
            raise UsageError(
                f"forward mode is by variables, and {name} is none", hint="--wrt x says by which"
            )
        found[name] = compute_tangents_by(result, name)
        costs[name] = count_multiplications(result, found[name])
    return Tangents(found, costs, sum(1 for _ in result.graph.edges()))


def compute_tangents_by(result: Result, name: str) -> list[Number | None]:
    """The derivative of every line by a variable: the forward pass on duals."""
    kind = result.graph.arithmetic
    at = {variable: Dual(value) for variable, value in result.at.items()}
    at[name] = Dual(result.at[name], kind.read_literal("1"))
    values = run_forward_pass(result.expression, at, DualArithmetic(kind))
    return [None if isinstance(value, NoValue | bool) else value.tangent for value in values]


def count_multiplications(result: Result, tangents: list[Number | None]) -> int:
    """Of local partials with tangents, on the way to the output."""
    edges = result.graph.edges()
    return sum(1 for edge in edges if tangents[edge.source] is not None)


def compute_directional_derivative(
    expression: Expression,
    at: Mapping[str, Number],
    direction: Mapping[str, Number],
    arithmetic: Arithmetic = FLOATS,
) -> Number:
    """The derivative of the output along a direction, by one forward pass. Raises PointError for no value."""
    duals = DualArithmetic(arithmetic)
    values = run_forward_pass(
        expression, {name: Dual(value, direction.get(name)) for name, value in at.items()}, duals
    )
    tangent = values[expression.output].tangent
    return arithmetic.read_literal("0") if tangent is None else tangent
