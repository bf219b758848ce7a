"""Derivatives as formulas: both passes run on formulas, and what comes out is written as short as it can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from graddiff.algebra.identities import FormulaArithmetic, SimplifyingFormulaPool
from graddiff.algebra.node import Formula, FormulaPool
from graddiff.algebra.printer import FormulaTexts, collect_subformulas, typeset_formulas
from graddiff.algebra.simplify import shorten_formulas
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.result import find_requested_lines, make_absent_notices
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.errors import Notice, PointError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.notation.style import INFIX, Alphabet
from graddiff.operations.table import CONSTANTS, FUNCTIONS

MAX_FORMULA_PARTS = 100  # parts of a derivative of higher order


class Derivatives(NamedTuple):
    """The derivatives of an expression by each requested name, as formulas."""

    expression: Expression
    formulas: Mapping[str, Formula]
    notices: tuple[Notice, ...]

    def written(self, alphabet: Alphabet = INFIX) -> FormulaTexts:
        """Their texts. What several of them share, or one of them several times, may stand in `where`."""
        taken = {*self.expression.lines_by_name, *CONSTANTS, *FUNCTIONS}
        return typeset_formulas(self.formulas, alphabet, has_decimals(self.expression), taken)


class HigherDerivatives(NamedTuple):
    """Derivatives beyond the gradient, by the names they are by, as formulas of one home."""

    expression: Expression
    formulas: Mapping[tuple[str, ...], Formula]

    def written(self, alphabet: Alphabet = INFIX) -> FormulaTexts:
        taken = {*self.expression.lines_by_name, *CONSTANTS, *FUNCTIONS}
        return typeset_formulas(self.formulas, alphabet, has_decimals(self.expression), taken)


def derivatives(expression: str | Expression, wrt: Iterable[str] | None = None) -> Derivatives:
    """Differentiates an expression by the names in `wrt`, by default all its variables, without a point.

    Raises ExpressionError if the text cannot be read, PointError if a part has no value whatever the variables are."""
    if isinstance(expression, str):
        expression = parse(expression)
    requested = find_requested_lines(expression, expression.variables if wrt is None else wrt)
    found = shorten_formulas(
        compute_adjoint_formulas(expression, requested), has_decimals(expression)
    )
    return Derivatives(expression, found, (*expression.notices, *make_absent_notices(requested)))


def derive_hessian(expression: Expression, names: Iterable[str]) -> HigherDerivatives:
    """The Hessian as formulas, by pairs of names."""
    names = [*names]
    home = SimplifyingFormulaPool()
    first = shorten_formulas(
        compute_adjoint_formulas(expression, find_requested_lines(expression, names), home),
        has_decimals(expression),
    )
    found: dict[tuple[str, ...], Formula] = {}
    for x in names:
        found |= {(x, y): formula for y, formula in differentiate_formula(first[x], names).items()}
    return HigherDerivatives(expression, shorten_formulas(found, has_decimals(expression)))


def derive_orders(expression: Expression, name: str, order: int) -> HigherDerivatives:
    """The derivatives of the orders 1 to `order` in one variable, by (name,), (name, name), ….

    Raises UsageError where one becomes too large to be written."""
    home, decimals = SimplifyingFormulaPool(), has_decimals(expression)
    found: dict[tuple[str, ...], Formula] = {}
    formula = shorten_formulas(
        compute_adjoint_formulas(expression, find_requested_lines(expression, [name]), home),
        decimals,
    )[name]
    for k in range(1, order + 1):
        if k > 1:
            formula = shorten_formulas(differentiate_formula(formula, [name]), decimals)[name]
        found[(name,) * k] = formula
        if len(collect_subformulas([formula])) > MAX_FORMULA_PARTS:
            told = f"the derivative of order {k} has more than {MAX_FORMULA_PARTS:,} parts"
            raise UsageError(told, hint=f"--at {name}=1 gives the numbers of all orders")
    return HigherDerivatives(expression, found)


def derive_along(
    expression: Expression, direction: Mapping[str, Fraction], names: Iterable[str]
) -> HigherDerivatives:
    """The slope along a direction, by (), and the Hessian times the direction, by (name,)."""
    names, home = [*names], SimplifyingFormulaPool()
    first = compute_adjoint_formulas(expression, find_requested_lines(expression, direction), home)
    slope: dict[tuple[str, ...], Formula] = {
        (): home.make_sum([(first[x], scale) for x, scale in direction.items()]),
    }
    slope = shorten_formulas(slope, has_decimals(expression))
    product: dict[tuple[str, ...], Formula] = {
        (name,): formula for name, formula in differentiate_formula(slope[()], names).items()
    }
    return HigherDerivatives(
        expression, slope | shorten_formulas(product, has_decimals(expression))
    )


def derive_jacobian(
    expression: Expression, outputs: Sequence[Expression], names: Iterable[str]
) -> HigherDerivatives:
    """The derivatives of several outputs, by (number of the output, name)."""
    home, names = SimplifyingFormulaPool(), [*names]
    found: dict[tuple[str, ...], Formula] = {}
    for number, output in enumerate(outputs):
        gradient = compute_adjoint_formulas(output, find_requested_lines(output, names), home)
        found |= {(str(number), name): formula for name, formula in gradient.items()}
    return HigherDerivatives(expression, shorten_formulas(found, has_decimals(expression)))


def differentiate_formula(formula: Formula, names: Iterable[str]) -> dict[str, Formula]:
    """The derivatives of a formula: it is read as an expression, which it is."""
    expression = parse(typeset_formulas({"f": formula}).join_definitions("f"))
    return compute_adjoint_formulas(
        expression, {name: expression.variables.get(name) for name in names}, formula.home
    )


def compute_adjoint_formulas(
    expression: Expression, requested: Mapping[str, int | None], home: FormulaPool | None = None
) -> dict[str, Formula]:
    """Name -> derivative of the output by its line, as the reverse pass makes it; 0 where nothing flows."""
    home = home or SimplifyingFormulaPool()
    kind = FormulaArithmetic(home)
    values = run_forward_pass(
        expression, {name: home.make_variable(name) for name in expression.variables}, kind
    )
    lines = {line for line in requested.values() if line is not None}
    graph = run_reverse_pass(expression, values, lines, kind)
    found = {
        name: None if line is None else graph.adjoints[line] for name, line in requested.items()
    }
    for name, formula in found.items():
        if formula is not None and home.undefined in collect_subformulas([formula]):
            raise PointError(
                f"the derivative by {name} has no real value",
                hint=f"--at {name}=1 tells which part",
            )
    return {name: home.zero if formula is None else formula for name, formula in found.items()}


def has_decimals(expression: Expression) -> bool:
    """Whether the expression is written with decimal fractions, as its derivatives are then."""
    return any("." in text or "e-" in text.lower() for text in expression.literals.values())
