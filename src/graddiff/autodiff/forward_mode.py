"""Forward mode: derivatives that are carried along with the values, from the variables upwards.

A number becomes a *dual*, a value with its tangent, and the forward pass runs on duals. One such
pass gives the derivative of every line along one direction, whereas one reverse pass gives the
derivative of one line, the output, by every variable.

Source: Griewank & Walther, Evaluating Derivatives, section 3.1."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.result import Result
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.dual import Dual, DualArithmetic
from graddiff.numbers.floats import FLOATS


class Tangents(NamedTuple):
    """The tangents of every line, and what both modes cost.

    by_variable: the tangents along each variable, one item per line, None where nothing flows.
    forward_multiplications: local partials by tangents, in the pass for each variable.
    reverse_multiplications: local partials by adjoints, in the one reverse pass."""

    by_variable: dict[str, list[Number | None]]
    forward_multiplications: dict[str, int]
    reverse_multiplications: int


def compute_tangents(result: Result, names: Iterable[str]) -> Tangents:
    """Runs a forward pass for each name. Raises UsageError for a name that is no variable."""
    by_variable: dict[str, list[Number | None]] = {}
    costs: dict[str, int] = {}
    for name in names:
        if name not in result.expression.variables:
            raise UsageError(
                f"forward mode is by variables, and {name} is none", hint="--wrt x says by which"
            )
        by_variable[name] = compute_tangents_by(result, name)
        costs[name] = count_multiplications(result, by_variable[name])
    return Tangents(by_variable, costs, sum(1 for _ in result.graph.edges()))


def compute_tangents_by(result: Result, name: str) -> list[Number | None]:
    """Returns the derivative of every line by a variable, from a forward pass on duals."""
    arithmetic = result.graph.arithmetic
    at = {variable: Dual(value) for variable, value in result.at.items()}
    at[name] = Dual(result.at[name], arithmetic.read_literal("1"))
    values = run_forward_pass(result.expression, at, DualArithmetic(arithmetic))
    return [None if isinstance(value, NoValue | bool) else value.tangent for value in values]


def count_multiplications(result: Result, tangents: list[Number | None]) -> int:
    """Counts the products of a local partial and a tangent on the way to the output."""
    edges = result.graph.edges()
    return sum(1 for edge in edges if tangents[edge.source] is not None)


def compute_directional_derivative(
    expression: Expression,
    at: Mapping[str, Number],
    direction: Mapping[str, Number],
    arithmetic: Arithmetic = FLOATS,
) -> Number:
    """Returns the derivative of the output along a direction, from one forward pass. A variable
    that `direction` leaves out does not move. Raises PointError if the output has no value."""
    duals = {name: Dual(value, direction.get(name)) for name, value in at.items()}
    values = run_forward_pass(expression, duals, DualArithmetic(arithmetic))
    tangent = values[expression.output].tangent
    return arithmetic.read_literal("0") if tangent is None else tangent
