"""Forward mode beside reverse mode: the tangents of every line, and what each mode costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graddiff.autodiff.forward_pass import evaluate
from graddiff.autodiff.result import Result
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.numbers.dual import Dual, Duals
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Kind, NoValue, Number

MOST = 4  # variables whose tangents are shown side by side


class Tangents(NamedTuple):
    """The tangent of every line along each variable, None where nothing flows; the multiplications of a pass by each
    variable, and those of the one reverse pass."""

    by: dict[str, list[Number | None]]
    forward: dict[str, int]
    reverse: int


def tangents(result: Result, names: Iterable[str]) -> Tangents:
    """Runs a forward pass for each name. Raises UsageError for what is no variable."""
    found: dict[str, list[Number | None]] = {}
    costs: dict[str, int] = {}
    for name in names:
        if name not in result.expression.variables:
            raise UsageError(
                f"forward mode is by variables, and {name} is none", hint="--wrt x says by which"
            )
        found[name] = tangents_by(result, name)
        costs[name] = multiplications(result, found[name])
    return Tangents(found, costs, sum(1 for _ in result.graph.edges()))


def tangents_by(result: Result, name: str) -> list[Number | None]:
    """The derivative of every line by a variable: the forward pass on duals."""
    kind = result.graph.kind
    at = {variable: Dual(value) for variable, value in result.at.items()}
    at[name] = Dual(result.at[name], kind.number("1"))
    values = evaluate(result.expression, at, Duals(kind))
    return [None if isinstance(value, NoValue | bool) else value.tangent for value in values]


def multiplications(result: Result, found: list[Number | None]) -> int:
    """Of local partials with tangents, on the way to the output."""
    edges = result.graph.edges()
    return sum(1 for edge in edges if found[edge.source] is not None)


def slope_along(
    expression: Expression,
    at: Mapping[str, Number],
    direction: Mapping[str, Number],
    kind: Kind = FLOATS,
) -> Number:
    """The derivative of the output along a direction, by one forward pass. Raises PointError for no value."""
    duals = Duals(kind)
    values = evaluate(
        expression, {name: Dual(value, direction.get(name)) for name, value in at.items()}, duals
    )
    tangent = values[expression.output].tangent
    return kind.number("0") if tangent is None else tangent
