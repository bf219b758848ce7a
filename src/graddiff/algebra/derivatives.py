"""Derivatives as formulas: the two passes run on formulas, and the results are shortened."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from graddiff.algebra.formula_arithmetic import FormulaArithmetic
from graddiff.algebra.identities import SimplifyingFormulaPool
from graddiff.algebra.node import Formula, FormulaPool
from graddiff.algebra.simplify import shorten_formulas
from graddiff.algebra.typesetting import (
    FormulaTexts,
    Key,
    collect_subformulas,
    typeset_formulas,
)
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.result import find_requested_lines, make_absent_notices
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.errors import Notice, PointError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.notation.style import INFIX, Alphabet
from graddiff.operations.table import CONSTANTS, FUNCTIONS

MAX_FORMULA_PARTS = 100  # parts of a derivative of higher order

VariableNames = tuple[str, ...]  # the variables of a derivative of higher order, one by one


class Derivatives(NamedTuple):
    """The derivatives of an expression by each requested name, as formulas."""

    expression: Expression
    formulas: Mapping[str, Formula]
    notices: tuple[Notice, ...]

    def written(self, alphabet: Alphabet = INFIX) -> FormulaTexts[str]:
        """Returns the texts, with long shared parts as named definitions in `where`."""
        return typeset_derivatives(self.expression, self.formulas, alphabet)


class HigherDerivatives(NamedTuple):
    """Derivatives beyond the gradient, as formulas by the variables that they are taken by."""

    expression: Expression
    formulas: Mapping[VariableNames, Formula]

    def written(self, alphabet: Alphabet = INFIX) -> FormulaTexts[VariableNames]:
        """Returns the texts, with long shared parts as named definitions in `where`."""
        return typeset_derivatives(self.expression, self.formulas, alphabet)


def derivatives(expression: str | Expression, wrt: Iterable[str] | None = None) -> Derivatives:
    """Differentiates an expression without a point, by the names in `wrt` or by all variables.

    Raises ExpressionError if the text cannot be read, and PointError if a part has no value for
    any values of the variables."""
    if isinstance(expression, str):
        expression = parse(expression)
    requested = find_requested_lines(expression, expression.variables if wrt is None else wrt)
    adjoints = compute_adjoint_formulas(expression, requested)
    formulas = shorten_formulas(adjoints, has_decimals(expression))
    notices = (*expression.notices, *make_absent_notices(requested))
    return Derivatives(expression, formulas, notices)


def derive_hessian(expression: Expression, names: Iterable[str]) -> HigherDerivatives:
    """Returns the Hessian, its entries by pairs of names."""
    names, decimals = [*names], has_decimals(expression)
    gradient = derive_gradient(expression, names, SimplifyingFormulaPool())
    # The gradient is shortened before it is differentiated again: short formulas stay short.
    gradient = shorten_formulas(gradient, decimals)
    entries: dict[VariableNames, Formula] = {}
    for x in names:
        row = differentiate_formula(gradient[x], names)
        entries |= {(x, y): formula for y, formula in row.items()}
    return HigherDerivatives(expression, shorten_formulas(entries, decimals))


def derive_orders(expression: Expression, name: str, order: int) -> HigherDerivatives:
    """Returns the derivatives of the orders 1 to `order` in one variable, by (name,)*k.

    Raises UsageError where one is too large to be read."""
    decimals = has_decimals(expression)
    formulas: dict[VariableNames, Formula] = {}
    gradient = derive_gradient(expression, [name], SimplifyingFormulaPool())
    for k in range(1, order + 1):
        if k > 1:
            gradient = differentiate_formula(gradient[name], [name])
        gradient = shorten_formulas(gradient, decimals)
        formulas[(name,) * k] = gradient[name]
        if len(collect_subformulas([gradient[name]])) > MAX_FORMULA_PARTS:
            raise UsageError(
                f"the derivative of order {k} has more than {MAX_FORMULA_PARTS:,} parts",
                hint=f"--at {name}=1 gives the numbers of all orders",
            )
    return HigherDerivatives(expression, formulas)


def derive_along(
    expression: Expression, direction: Mapping[str, Fraction], names: Iterable[str]
) -> HigherDerivatives:
    """Returns the slope along a direction, by (), and the Hessian times the direction, by (name,).

    The product needs no Hessian: it is the gradient of the slope."""
    pool, decimals = SimplifyingFormulaPool(), has_decimals(expression)
    gradient = derive_gradient(expression, direction, pool)
    slope = pool.make_sum([(gradient[x], scale) for x, scale in direction.items()])
    formulas: dict[VariableNames, Formula] = shorten_formulas({(): slope}, decimals)
    product = differentiate_formula(formulas[()], names)
    entries = shorten_formulas({(name,): entry for name, entry in product.items()}, decimals)
    return HigherDerivatives(expression, formulas | entries)


def derive_jacobian(
    expression: Expression, outputs: Sequence[Expression], names: Iterable[str]
) -> HigherDerivatives:
    """Returns the derivatives of several outputs, by (number of the output, name)."""
    pool, names = SimplifyingFormulaPool(), [*names]
    entries: dict[VariableNames, Formula] = {}
    for number, output in enumerate(outputs):
        row = derive_gradient(output, names, pool)
        entries |= {(str(number), name): formula for name, formula in row.items()}
    return HigherDerivatives(expression, shorten_formulas(entries, has_decimals(expression)))


def derive_gradient(
    expression: Expression, names: Iterable[str], pool: FormulaPool
) -> dict[str, Formula]:
    """Returns the derivatives by the names as the reverse pass leaves them, made in `pool`."""
    return compute_adjoint_formulas(expression, find_requested_lines(expression, names), pool)


def differentiate_formula(formula: Formula, names: Iterable[str]) -> dict[str, Formula]:
    """Returns the derivatives of a formula, which is read back as an expression for this."""
    expression = parse(typeset_formulas({"f": formula}).join_definitions("f"))
    requested = {name: expression.variables.get(name) for name in names}
    return compute_adjoint_formulas(expression, requested, formula.pool)


def compute_adjoint_formulas(
    expression: Expression, requested: Mapping[str, int | None], pool: FormulaPool | None = None
) -> dict[str, Formula]:
    """Returns the derivatives of the output by the requested lines, as the reverse pass makes them.

    A derivative is 0 where nothing flows, as it is for a name without a line (None).
    Raises PointError for one that has no real value."""
    pool = pool or SimplifyingFormulaPool()
    arithmetic = FormulaArithmetic(pool)
    at = {name: pool.make_variable(name) for name in expression.variables}
    values = run_forward_pass(expression, at, arithmetic)
    lines = {line for line in requested.values() if line is not None}
    graph = run_reverse_pass(expression, values, lines, arithmetic)
    formulas: dict[str, Formula] = {}
    for name, line in requested.items():
        adjoint = None if line is None else graph.adjoints[line]
        formulas[name] = pool.zero if adjoint is None else adjoint
        if pool.undefined in collect_subformulas([formulas[name]]):
            raise PointError(
                f"the derivative by {name} has no real value",
                hint=f"--at {name}=1 shows which part has none",
            )
    return formulas


def typeset_derivatives(
    expression: Expression, formulas: Mapping[Key, Formula], alphabet: Alphabet
) -> FormulaTexts[Key]:
    """Returns the texts of derivatives, with decimals if the expression has some, and with names
    for shared parts that mean nothing in it."""
    return typeset_formulas(formulas, alphabet, has_decimals(expression), list_names(expression))


def has_decimals(expression: Expression) -> bool:
    """Whether the expression is written with decimal fractions, as its derivatives are then."""
    return any("." in text or "e-" in text.lower() for text in expression.literals.values())


def list_names(expression: Expression) -> set[str]:
    """Returns the names that have a meaning beside an expression."""
    return {*expression.lines_by_name, *CONSTANTS, *FUNCTIONS}
