"""Derivatives as formulas: both passes run on formulas, and what comes out is written as short as it can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from graddiff.algebra.identities import FormulaKind, Identities
from graddiff.algebra.node import Formula
from graddiff.algebra.normal_form import Formulas
from graddiff.algebra.printer import Written, reachable, write
from graddiff.algebra.simplify import shortened
from graddiff.autodiff.forward_pass import evaluate
from graddiff.autodiff.result import absent, request
from graddiff.autodiff.reverse_pass import differentiate_backwards
from graddiff.errors import Notice, PointError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.notation.style import INFIX, Alphabet
from graddiff.operations.table import CONSTANTS, FUNCTIONS

LARGEST = 100  # parts of a derivative of higher order


class Derivatives(NamedTuple):
    """The derivatives of an expression by each requested name, as formulas."""

    expression: Expression
    formulas: Mapping[str, Formula]
    notices: tuple[Notice, ...]

    def written(self, alphabet: Alphabet = INFIX) -> Written:
        """Their texts. What several of them share, or one of them several times, may stand in `where`."""
        taken = {*self.expression.lines, *CONSTANTS, *FUNCTIONS}
        return write(self.formulas, alphabet, has_decimals(self.expression), taken)


class Higher(NamedTuple):
    """Derivatives beyond the gradient, by the names they are by, as formulas of one home."""

    expression: Expression
    formulas: Mapping[tuple[str, ...], Formula]

    def written(self, alphabet: Alphabet = INFIX) -> Written:
        taken = {*self.expression.lines, *CONSTANTS, *FUNCTIONS}
        return write(self.formulas, alphabet, has_decimals(self.expression), taken)


def derivatives(expression: str | Expression, wrt: Iterable[str] | None = None) -> Derivatives:
    """Differentiates an expression by the names in `wrt`, by default all its variables, without a point.

    Raises ExpressionError if the text cannot be read, PointError if a part has no value whatever the variables are."""
    if isinstance(expression, str):
        expression = parse(expression)
    requested = request(expression, expression.variables if wrt is None else wrt)
    found = shortened(adjoints(expression, requested), has_decimals(expression))
    return Derivatives(expression, found, (*expression.notices, *absent(requested)))


def second_derivatives(expression: Expression, names: Iterable[str]) -> Higher:
    """The Hessian as formulas, by pairs of names."""
    names = [*names]
    home = Identities()
    first = shortened(
        adjoints(expression, request(expression, names), home), has_decimals(expression)
    )
    found: dict[tuple[str, ...], Formula] = {}
    for x in names:
        found |= {(x, y): formula for y, formula in again(first[x], names).items()}
    return Higher(expression, shortened(found, has_decimals(expression)))


def derivatives_up_to(expression: Expression, name: str, order: int) -> Higher:
    """The derivatives of the orders 1 to `order` in one variable, by (name,), (name, name), ….

    Raises UsageError where one becomes too large to be written."""
    home, decimals = Identities(), has_decimals(expression)
    found: dict[tuple[str, ...], Formula] = {}
    formula = shortened(adjoints(expression, request(expression, [name]), home), decimals)[name]
    for k in range(1, order + 1):
        if k > 1:
            formula = shortened(again(formula, [name]), decimals)[name]
        found[(name,) * k] = formula
        if len(reachable([formula])) > LARGEST:
            told = f"the derivative of order {k} has more than {LARGEST:,} parts"
            raise UsageError(told, hint=f"--at {name}=1 gives the numbers of all orders")
    return Higher(expression, found)


def along(
    expression: Expression, direction: Mapping[str, Fraction], names: Iterable[str]
) -> Higher:
    """The slope along a direction, by (), and the Hessian times the direction, by (name,)."""
    names, home = [*names], Identities()
    first = adjoints(expression, request(expression, direction), home)
    slope: dict[tuple[str, ...], Formula] = {
        (): home.sum([(first[x], scale) for x, scale in direction.items()]),
    }
    slope = shortened(slope, has_decimals(expression))
    product: dict[tuple[str, ...], Formula] = {
        (name,): formula for name, formula in again(slope[()], names).items()
    }
    return Higher(expression, slope | shortened(product, has_decimals(expression)))


def jacobian(expression: Expression, outputs: Sequence[Expression], names: Iterable[str]) -> Higher:
    """The derivatives of several outputs, by (number of the output, name)."""
    home, names = Identities(), [*names]
    found: dict[tuple[str, ...], Formula] = {}
    for number, output in enumerate(outputs):
        gradient = adjoints(output, request(output, names), home)
        found |= {(str(number), name): formula for name, formula in gradient.items()}
    return Higher(expression, shortened(found, has_decimals(expression)))


def again(formula: Formula, names: Iterable[str]) -> dict[str, Formula]:
    """The derivatives of a formula: it is read as an expression, which it is."""
    expression = parse(write({"f": formula}).text("f"))
    return adjoints(
        expression, {name: expression.variables.get(name) for name in names}, formula.home
    )


def adjoints(
    expression: Expression, requested: Mapping[str, int | None], home: Formulas | None = None
) -> dict[str, Formula]:
    """Name -> derivative of the output by its line, as the reverse pass makes it; 0 where nothing flows."""
    home = home or Identities()
    kind = FormulaKind(home)
    values = evaluate(expression, {name: home.name(name) for name in expression.variables}, kind)
    lines = {line for line in requested.values() if line is not None}
    graph = differentiate_backwards(expression, values, lines, kind)
    found = {
        name: None if line is None else graph.adjoints[line] for name, line in requested.items()
    }
    for name, formula in found.items():
        if formula is not None and home.undefined in reachable([formula]):
            raise PointError(
                f"the derivative by {name} has no real value",
                hint=f"--at {name}=1 tells which part",
            )
    return {name: home.zero if formula is None else formula for name, formula in found.items()}


def has_decimals(expression: Expression) -> bool:
    """Whether the expression is written with decimal fractions, as its derivatives are then."""
    return any("." in text or "e-" in text.lower() for text in expression.literals.values())
